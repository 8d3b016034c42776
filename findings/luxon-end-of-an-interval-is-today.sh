#!/usr/bin/env bash
# Package: luxon 3.7.2 (npm).
# A good guess: `Interval.fromISO`, for intervals of ISO 8601, reads the short form of that standard, in which the end leaves
#   out what it has in common with the beginning (2022-07-02/04, from 2 to 4 July; 18:00/20:30, the same evening). Or it finds
#   the short form not valid, as it finds 2022-07-02/.. not valid.
# What happens: the end is read alone, as a time of day, and its day is the one on which the program runs. 2022-07-02/04 lasts
#   until four o'clock this morning, 2022-07-02T18:00/20:30 until this evening. In 2022-02-15/03-14 and 2022-07-02/07-04 the
#   second number of the end is taken for an offset: until 17:00 and 11:00 today. Every one of them is valid and longer by a
#   day each day.
# Why it matters: "2 to 4 July" is how the days of a battle are given, and this is its shortest form in ISO 8601. The event
#   overlaps all that happened since, and no check says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'luxon@3.7.2'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Interval, Settings } from "luxon";
console.log("luxon", JSON.parse(readFileSync("node_modules/luxon/package.json")).version);
Settings.defaultZone = "utc";
const expected = {
  "2022-07-02/2022-07-04": "2022-07-04T00:00",
  "2022-07-02/P2D": "2022-07-04T00:00",
  "2022-07-02/04": "TODAYT04:00",
  "2022-07/08": "TODAYT08:00",
  "2022-07-02/07-04": "TODAYT11:00",
  "2022-02-15/03-14": "TODAYT17:00",
  "2022-07-02T18:00/20:30": "TODAYT20:30",
  "2022-07-02/..": "none, as it is not valid",
};
let same = true;
for (const today of ["2024-03-10", "2025-10-01"]) {
  Settings.now = () => Date.parse(`${today}T16:00:00Z`);
  console.log(`on ${today}, at 16:00 UTC`);
  for (const [text, end] of Object.entries(expected)) {
    const read = Interval.fromISO(text);
    const seen = read.isValid ? read.end.toISO().slice(0, 16) : "none, as it is not valid";
    console.log(`  the end of ${text} is ${seen}`);
    same &&= seen === end.replace("TODAY", today);
  }
}
process.exit(same ? 0 : 1);
JS
node run.mjs
