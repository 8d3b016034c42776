#!/usr/bin/env bash
# Package: @microsoft/recognizers-text-date-time 1.3.2 (npm), which finds dates in texts; English.
# A good guess: where the text that it reports as found has a year in it ("week 26 of 2022"), the answer is in that year; only
#   a text without a year is answered with the years before and after the day of reference.
# What happens: "week 26 of 2022" and "the first week of July 2022" are reported as found with their year, and answered with
#   the year of reference, or that and the one before. "Early 2022" is the first half of the month in which the program runs.
#   "Early July 2022" is taken apart: July of this year or the last, and beside it, as another date, the year 2022. Of "the
#   first Monday of July 2022" the year is passed over. "July 2022", "the second week of 2022" and "early in July 2022" are in 2022.
# Why it matters: "in the first week of July 2022" is what a source says when it does not know the day. Read in another year,
#   the event has the right length and a date, and the text found, kept beside it as the reason, looks as if it were right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@microsoft/recognizers-text-date-time@1.3.2' '@microsoft/recognizers-text-number@1.3.1'
cat >run.cjs <<'JS'
const { Culture, recognizeDateTime } = require("@microsoft/recognizers-text-date-time");
const file = "node_modules/@microsoft/recognizers-text-date-time/package.json";
console.log("@microsoft/recognizers-text-date-time", JSON.parse(require("fs").readFileSync(file)).version);
const today = new Date(2024, 2, 10);
const expected = {
  "July 2022": ["july 2022: 2022-07-01 to 2022-08-01"],
  "the second week of 2022": ["the second week of 2022: 2022-01-10 to 2022-01-17"],
  "early in July 2022": ["july 2022: 2022-07-01 to 2022-08-01"],
  "week 26 of 2022": ["week 26 of 2022: 2024-06-24 to 2024-07-01"],
  "the first week of July 2022": ["the first week of july 2022: 2023-07-03 to 2023-07-10 or 2024-07-01 to 2024-07-08"],
  "early 2022": ["early 2022: 2024-03-01 to 2024-03-16"],
  "late 2022": ["late 2022: 2024-03-16 to 2024-04-01"],
  "early July 2022": ["early july: 2023-07-01 to 2023-07-16 or 2024-07-01 to 2024-07-16", "2022: 2022-01-01 to 2023-01-01"],
  "the first Monday of July 2022": ["the first monday of july: 2023-07-03 or 2024-07-01"],
};
let same = true;
for (const [text, answers] of Object.entries(expected)) {
  const days = ({ value, start, end }) => value ?? `${start} to ${end}`;
  const found = recognizeDateTime(text, Culture.English, 0, today);
  const seen = found.map((one) => `${one.text}: ${one.resolution.values.map(days).join(" or ")}`);
  console.log(`"${text}" read on 10 March 2024 is`, seen);
  same &&= JSON.stringify(seen) === JSON.stringify(answers);
}
process.exit(same ? 0 : 1);
JS
node run.cjs
