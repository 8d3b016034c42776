#!/usr/bin/env bash
# Package: chrono-node 2.10.3 (npm).
# A good guess: "on the night of 3 July 2022" is some hour of 3 or 4 July 2022; or the words about the night are passed over
#   and the day is found, as for "3 July 2022 at night".
# What happens: the whole of "night of 3 July 2022" is reported as found, and what is found is the day of reference, which is
#   today where none is given. The same for "evening of 7 February 2018" and "afternoon of July 3, 2022". The strict parser
#   finds the right days.
# Why it matters: the night of a day is how battles are told. A tool that reads such sentences dates them to the day on
#   which it was run, with the full text of the date as evidence beside it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'chrono-node@2.10.3'
cat >run.mjs <<'JS'
import * as chrono from "chrono-node";
import { readFileSync } from "node:fs";
console.log("chrono-node", JSON.parse(readFileSync("node_modules/chrono-node/package.json")).version);
const reference = new Date(Date.UTC(2024, 4, 20, 12));
const day = (date) => date.toISOString().slice(0, 10);
const expected = {
  "3 July 2022 at night": ["3 July 2022 at night", "2022-07-03", "2022-07-03"],
  "on the night of 3 July 2022": ["night of 3 July 2022", "2024-05-20", "2022-07-03"],
  "in the evening of 7 February 2018": ["evening of 7 February 2018", "2024-05-20", "2018-02-07"],
  "the afternoon of July 3, 2022": ["afternoon of July 3, 2022", "2024-05-20", "2022-07-03"],
};
const seen = {};
for (const text of Object.keys(expected)) {
  const [found] = chrono.parse(text, reference);
  seen[text] = [found.text, day(found.start.date()), day(chrono.strict.parseDate(text, reference))];
  console.log(`asked on 2024-05-20: ${text} -> found "${found.text}": ${seen[text][1]}; strict: ${seen[text][2]}`);
}
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
TZ=UTC node run.mjs
