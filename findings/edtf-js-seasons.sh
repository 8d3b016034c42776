#!/usr/bin/env bash
# Package: edtf 4.11.1 (npm).
# A good guess: EDTF's season 22 of a year, "summer", covers the months that one calls so on the northern half, or, as the
#   standard ties it to no months, has no first and last day.
# What happens: seasons are quarters of the year. 2022-21 (spring) begins on 1 January, 2022-22 (summer) is from April to
#   June, 2022-23 (autumn) from July to September, and 2022-24 (winter) is the end of the same year.
# Why it matters: "the summer offensive of 2022", kept as 2022-22, overlaps with nothing that happened in July or August,
#   and the counteroffensive of that autumn comes out before it began.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'edtf@4.11.1'
cat >run.mjs <<'JS'
import fs from "fs";
import edtf from "edtf";

console.log("edtf", JSON.parse(fs.readFileSync("node_modules/edtf/package.json")).version);
const day = (moment) => new Date(moment).toISOString().slice(0, 10);
const seen = {};
for (const text of ["2022-21", "2022-22", "2022-23", "2022-24"]) {
  const season = edtf(text);
  seen[text] = `${season.type} ${day(season.min)} ${day(season.max)}`;
}
console.log(seen);
const expected = {
  "2022-21": "Season 2022-01-01 2022-03-31",
  "2022-22": "Season 2022-04-01 2022-06-30",
  "2022-23": "Season 2022-07-01 2022-09-30",
  "2022-24": "Season 2022-10-01 2022-12-31",
};
process.exit(Object.keys(expected).every((key) => expected[key] === seen[key]) ? 0 : 1);
JS
node run.mjs
