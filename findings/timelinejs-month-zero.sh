#!/usr/bin/env bash
# Package: @knight-lab/timelinejs 3.9.11 (npm), run under jsdom 29.1.1; bundled with esbuild 0.28.2.
# A good guess: a month or a day of 0, as many databases write what is not known, is an error, or is left out as if the
#   field were not there; a date of the year alone stands at the beginning of the year, as it does without the field.
# What happens: {"year": 2022, "month": 0, "day": 0} is accepted, shown as "2022", and drawn on 31 December 2022, behind
#   all that happened in the year, while {"year": 2022} is drawn on 1 January, before all of it.
# Why it matters: the label is the same, so nobody sees that an event of an unknown day was put behind the end of a battle
#   that it began.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@knight-lab/timelinejs@3.9.11' 'jsdom@29.1.1' 'esbuild@0.28.2'
cat >entry.js <<'JS'
export { TimelineConfig } from "@knight-lab/timelinejs/src/js/core/TimelineConfig.js";
export { Language } from "@knight-lab/timelinejs/src/js/language/Language.js";
JS
npx esbuild entry.js --bundle --format=iife --global-name=T --outfile=timeline.js --log-level=error
cat >run.cjs <<'JS'
const { JSDOM } = require("jsdom");
const fs = require("fs");
const text = fs.readFileSync("node_modules/@knight-lab/timelinejs/package.json");
console.log("@knight-lab/timelinejs", JSON.parse(text).version);
const page = new JSDOM("<!doctype html>", { runScripts: "outside-only", url: "http://localhost/", pretendToBeVisual: true });
page.window.eval(fs.readFileSync("timeline.js", "utf8") + ";window.T = T");
const { TimelineConfig, Language } = page.window.T;
const event = (name, start_date) => ({ unique_id: name, start_date, text: { headline: name, text: "" } });
const config = new TimelineConfig({
  events: [event("zero", { year: 2022, month: 0, day: 0 }), event("year", { year: 2022 })],
});
config.validate();
const seen = { errors: config.getErrors().length };
for (const one of config.events) {
  const start = one.start_date;
  seen[one.unique_id] = `${start.data.date_obj.toISOString().slice(0, 10)} shown as ${start.getDisplayDate(new Language())}`;
}
console.log(seen);
const expected = { errors: 0, zero: "2022-12-31 shown as 2022", year: "2022-01-01 shown as 2022" };
process.exit(Object.keys(expected).every((key) => expected[key] === seen[key]) ? 0 : 1);
JS
TZ=UTC node run.cjs
