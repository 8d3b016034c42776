#!/usr/bin/env bash
# Packages: @citation-js/core 0.8.2 with @citation-js/plugin-bibtex and plugin-csl 0.8.2 and 0.8.2 (npm).
# A good guess: of the dates that biblatex allows (EDTF of level 1), those that the target has no form for keep what can be
#   kept: an interval without an end its beginning, a decade its digits, with a mark of doubt or without.
# What happens: date={2022-07/..} ends as "n.d.", and written back the entry has no date at all. date={202X} is the year 2020.
#   Only the closed interval comes through whole.
# Why it matters: a page that is updated since July has no date in the list of sources, and "some time in the twenties"
#   becomes a year before the war. Reading a file and writing it is enough.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@citation-js/core@0.8.2' '@citation-js/plugin-bibtex@0.8.2' '@citation-js/plugin-csl@0.8.2'
cat >run.cjs <<'JS'
const { Cite } = require("@citation-js/core");
require("@citation-js/plugin-bibtex");
require("@citation-js/plugin-csl");
const version = (name) => JSON.parse(require("fs").readFileSync(`node_modules/@citation-js/${name}/package.json`)).version;
console.log("@citation-js/core", version("core"), "plugin-bibtex", version("plugin-bibtex"), "plugin-csl", version("plugin-csl"));
const expected = {
  "2022-07-02/2022-07-04": ["2022, July 2–4", "2022-07-02/2022-07-04"],
  "2022-07/..": ["n.d.", "none"],
  "202X": ["2020", "2020"],
};
const seen = {};
for (const date of Object.keys(expected)) {
  const cite = new Cite(`@online{page, title={Title}, date={${date}}}`);
  const shown = cite.format("bibliography", { template: "apa" }).match(/\((.*?)\)/)[1];
  const written = cite.format("biblatex").match(/date = \{(.*?)\}/)?.[1] ?? "none";
  seen[date] = [shown, written];
  console.log(`date={${date}} is shown as (${shown}) and written back as ${written}`);
}
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node run.cjs
