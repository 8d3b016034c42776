#!/usr/bin/env bash
# Package: compromise-dates 3.9.0 with compromise 14.17.0 (npm), which find dates in English texts.
# A good guess: "until 3 July 2022" ends on that day, "since 3 July 2022" begins on it, and in "from July 2 to July 4, 2022" the
#   year is that of both days; or what is not understood is not found.
# What happens: "until 3 July 2022" begins on that day and ends on the day on which the program runs, and "since 3 July 2022" is
#   that day alone. "From July 2 to July 4, 2022" begins in 2022 and ends on the next fourth of July from now. A span written
#   with its days first is one of hours on the first of the month: "14-16 May 2022" is 1 May from 14:00 to 16:00, and "24-25
#   February 2022" 1 February from 11:00 to 23:00. A season ends after two months, summer with July, though the documentation
#   says 1 September. "July 2-4, 2022" and "from 2 July to 4 July 2022" are right.
# Why it matters: "held until 3 July" is the end of somebody's control of a place. Read like this, it is the beginning, and the
#   place is held to this day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'compromise@14.17.0' 'compromise-dates@3.9.0'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import nlp from "compromise";
import dates from "compromise-dates";
nlp.plugin(dates);
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
console.log("compromise-dates", version("compromise-dates"), "compromise", version("compromise"));
const year = { "2024-03-10": 2024, "2025-10-01": 2026 };
const expected = {
  "July 2-4, 2022": () => "2022-07-02T00:00 to 2022-07-04T23:59",
  "from 2 July to 4 July 2022": () => "2022-07-02T00:00 to 2022-07-04T23:59",
  "until 3 July 2022": (today) => `2022-07-03T00:00 to ${today}T00:00`,
  "since 3 July 2022": () => "2022-07-03T00:00 to 2022-07-03T23:59",
  "from July 2 to July 4, 2022": (today) => `2022-07-02T00:00 to ${year[today]}-07-04T23:59`,
  "between 2 and 4 July 2022": () => "2022-07-04T00:00 to 2022-07-04T23:59",
  "14-16 May 2022": () => "2022-05-01T14:00 to 2022-05-01T16:00",
  "24-25 February 2022": () => "2022-02-01T11:00 to 2022-02-01T23:00",
  "summer 2022": () => "2022-06-01T00:00 to 2022-07-31T23:59",
};
let same = true;
for (const today of Object.keys(year)) {
  console.log("on", today);
  for (const [text, answer] of Object.entries(expected)) {
    const found = nlp(text).dates({ timezone: "UTC", today }).get();
    const seen = found.map(({ start, end }) => `${start.slice(0, 16)} to ${end.slice(0, 16)}`).join(" and ");
    console.log(`  "${text}" is ${seen}`);
    same &&= seen === answer(today);
  }
}
process.exit(same ? 0 : 1);
JS
node run.mjs
