#!/usr/bin/env bash
# Package: d3-time-format 4.1.1 (npm), with which D3 and Vega read dates.
# A good guess: the format of ISO 8601's week dates, %G-W%V-%u (year, week, day 1 to 7, each of them documented for ISO 8601),
#   reads what it has written.
# What happens: with %V the day of %u is passed over, and each day of a week is read as its Monday, six days off at worst. With
#   %w or %a in its place the day is read, and so it is with %u beside the weeks %U and %W.
# Why it matters: days of events in week dates become Mondays: nothing is null, nothing is refused, the counts by week are still
#   right, and a calendar that shows all attacks on Mondays looks like a finding.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'd3-time-format@4.1.1'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { timeFormat, timeParse, utcFormat, utcParse } from "d3-time-format";
console.log("d3-time-format", JSON.parse(readFileSync("node_modules/d3-time-format/package.json")).version);
const iso = utcFormat("%Y-%m-%d");
const saturday = new Date("2022-07-02");
const sunday = new Date("2021-01-03");
const expected = {
  "%G-W%V-%u": "2022-W26-6 2022-06-27 2020-W53-7 2020-12-28",
  "%G-W%V-%w": "2022-W26-6 2022-07-02 2020-W53-0 2021-01-03",
  "%G-W%V %a": "2022-W26 Sat 2022-07-02 2020-W53 Sun 2021-01-03",
  "%Y-W%W-%u": "2022-W26-6 2022-07-02 2021-W00-7 2021-01-03",
};
let same = true;
for (const [format, right] of Object.entries(expected)) {
  const texts = [saturday, sunday].map(utcFormat(format));
  const days = texts.map((text) => iso(utcParse(format)(text)));
  const local = [saturday, sunday].map(timeFormat(format)).map((text) => iso(timeParse(format)(text)));
  const words = [texts[0], days[0], texts[1], days[1]].join(" ");
  process.stdout.write(`${format}: 2022-07-02 is written ${texts[0]}, read ${days[0]}; 2021-01-03 ${texts[1]}, ${days[1]}\n`);
  same &&= words === right && String(local) === String(days);
}
process.exit(same ? 0 : 1);
JS
TZ=UTC node run.mjs
