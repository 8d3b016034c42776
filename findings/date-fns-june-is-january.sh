#!/usr/bin/env bash
# Package: date-fns 4.4.0 (npm), which reads and writes dates in the languages of its locales.
# A good guess: `parse` reads in a locale what `format` has written in it by the same pattern, or answers Invalid Date.
# What happens: months are found by the first letters of their names, in order of the year, and in some locales the earlier
#   month takes the later one's: in Armenian June and July are January; in Kazakh September, October and November are January,
#   and June is May; in Sorani Kurdish January, September, October and November are December. The other months are right.
# Why it matters: reports from Karabakh, Kazakhstan and Iraqi Kurdistan get a month half a year off, without an error, while
#   a trial with two or three dates passes. Compare with a table of the month's names of your own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'date-fns@4.4.0'
cat >run.mjs <<'JS'
import fs from "fs";
import { format, parse } from "date-fns";
import { ckb, hy, kk, uk } from "date-fns/locale";

console.log("date-fns", JSON.parse(fs.readFileSync("node_modules/date-fns/package.json")).version);
const expected = {
  hy: { 6: 1, 7: 1 },
  kk: { 6: 5, 9: 1, 10: 1, 11: 1 },
  ckb: { 1: 12, 9: 12, 10: 12, 11: 12 },
  uk: {},
};
const seen = {};
for (const [name, locale] of Object.entries({ hy, kk, ckb, uk })) {
  seen[name] = {};
  for (let month = 1; month <= 12; month++) {
    const text = format(new Date(2022, month - 1, 14), "d MMMM yyyy", { locale });
    const read = parse(text, "d MMMM yyyy", new Date(2022, 0, 1), { locale });
    if (read.getMonth() + 1 === month) continue;
    seen[name][month] = read.getMonth() + 1;
    console.log(`${name}: ${text} is written in month ${month} and read as ${format(read, "yyyy-MM-dd")}`);
  }
}
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node run.mjs
