#!/usr/bin/env bash
# Package: wikibase-sdk 11.6.6 (npm), which makes plain values of what Wikidata and other wikis of the kind (Wikibase) answer.
# A good guess: a statement's day becomes a day in ISO 8601, whose calendar is the Gregorian one: a day that the wiki says to be
#   in the Julian calendar is converted, or kept apart. "simple-day", which shortens what is known to the month or the year only,
#   does not make a day of what is known to the decade.
# What happens: the calendar is dropped. 25 October 1917 in the Julian calendar and 7 November 1917 in the Gregorian, which are
#   one day, come out thirteen days apart, as text and as a moment ("epoch"). With `keepRichValues` the calendar stands beside
#   that text, but the text is the same. The 1990s are the year 1990 in "simple-day", or 1 January 1990 where month and day are
#   filled with 01 instead of 00; both fillings occur, by the package's own source, which sees to them for years and months.
# Why it matters: wars of the Balkans, of Russia and of the Ottoman Empire have days in both calendars. Of two sources that
#   agree, one seems to contradict the other, and a battle comes thirteen days before the report of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'wikibase-sdk@11.6.6'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { simplifySnak } from "wikibase-sdk";
console.log("wikibase-sdk", JSON.parse(readFileSync("node_modules/wikibase-sdk/package.json")).version);
const calendars = { Gregorian: "Q1985727", Julian: "Q1985786" };
const precisions = { day: 11, month: 10, year: 9, decade: 8 };
const read = (time, precision, calendar, timeConverter) => {
  const calendarmodel = `http://www.wikidata.org/entity/${calendars[calendar]}`;
  const value = { time, precision: precisions[precision], calendarmodel, timezone: 0, before: 0, after: 0 };
  const snak = { snaktype: "value", property: "P585", datatype: "time", datavalue: { type: "time", value } };
  return simplifySnak(snak, { timeConverter });
};
const expected = [
  ["+1917-11-07T00:00:00Z", "day", "Gregorian", "1917-11-07T00:00:00.000Z", "1917-11-07"],
  ["+1917-10-25T00:00:00Z", "day", "Julian", "1917-10-25T00:00:00.000Z", "1917-10-25"],
  ["+2022-07-01T00:00:00Z", "month", "Gregorian", "2022-07-01T00:00:00.000Z", "2022-07"],
  ["+2022-01-01T00:00:00Z", "year", "Gregorian", "2022-01-01T00:00:00.000Z", "2022"],
  ["+1990-00-00T00:00:00Z", "decade", "Gregorian", "1990-01-01T00:00:00.000Z", "1990"],
  ["+1990-01-01T00:00:00Z", "decade", "Gregorian", "1990-01-01T00:00:00.000Z", "1990-01-01"],
];
let same = true;
for (const [time, precision, calendar, iso, day] of expected) {
  const [seen, epoch, simple] = ["iso", "epoch", "simple-day"].map((one) => read(time, precision, calendar, one));
  console.log(`${time}, ${calendar}, known to the ${precision}: iso ${seen}, epoch ${epoch}, simple-day ${simple}`);
  same &&= seen === iso && epoch === Date.parse(iso) && simple === day;
}
process.exit(same ? 0 : 1);
JS
node run.mjs
