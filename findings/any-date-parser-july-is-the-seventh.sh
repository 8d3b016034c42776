#!/usr/bin/env bash
# Package: any-date-parser 2.2.4 (npm).
# A good guess: `attempt`, which gives the parts of a date that a text names, finds year and month in "2022-07", as it does
#   in "July 2022"; and a week date of ISO 8601 is read as such, or refused.
# What happens: the month becomes a day, {"year":2022,"day":7}, in "2022-07", "2022/07", "07.2022" and "07/2022" alike. The
#   week date 2022-W26-6, which is 2 July, is a whole date to `fromString`, but another one: in the locale en-GB it is 26 June,
#   in en-US 6 June. The result for it is a valid Date.
# Why it matters: many sources give a month alone, and tables hold it in ISO 8601's form. Whoever keeps the parts has a seventh
#   day of no month where July was meant, and an event of a week date is six days off, or 26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'any-date-parser@2.2.4'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import parser from "any-date-parser";
console.log("any-date-parser", JSON.parse(readFileSync("node_modules/any-date-parser/package.json")).version);
const expected = {
  "July 2022": ["2022-7-none none", "2022-7-none none"],
  "2022-07-02": ["2022-7-2 2022-07-02", "2022-7-2 2022-07-02"],
  "2022-07": ["2022-none-7 none", "2022-none-7 none"],
  "2022/07": ["2022-none-7 none", "2022-none-7 none"],
  "07.2022": ["2022-none-7 none", "2022-none-7 none"],
  "07/2022": ["2022-none-7 none", "2022-none-7 none"],
  "2022-W26-6": ["2022-6-26 2022-06-26", "2022-6-6 2022-06-06"],
};
let same = true;
for (const [text, right] of Object.entries(expected)) {
  const seen = ["en-GB", "en-US"].map((locale) => {
    const { year, month = "none", day = "none" } = parser.attempt(text, locale);
    const date = parser.fromString(text, locale);
    return `${year}-${month}-${day} ${date.invalid ? "none" : date.toISOString().slice(0, 10)}`;
  });
  console.log(`${text}: year-month-day and date, en-GB: ${seen[0]}; en-US: ${seen[1]}`);
  same &&= JSON.stringify(seen) === JSON.stringify(right);
}
process.exit(same ? 0 : 1);
JS
TZ=UTC node run.mjs
