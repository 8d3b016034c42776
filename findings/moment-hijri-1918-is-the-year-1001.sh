#!/usr/bin/env bash
# Packages: moment-hijri 3.0.0 with moment, and hijri-converter 1.1.1 (npm), which convert dates of the Islamic calendar.
# A good guess: a day before the table of the calendar begins is refused, or is worked out by a rule, as other libraries do.
# What happens: the table is from 14 March 1937 to 16 November 2077. Every day of the Hijri years before 1356 is the same day:
#   moment-hijri calls it valid and formats it as 1 March 1001, and hijri-converter gives the year -100100. The other way, any
#   day before the table is in the last month of the year 1355, with NaN for its day.
# Why it matters: the wars of 1916 to 1925 in Arabia and the Levant, and the revolt of 1936 in Palestine, are in years 1334 to
#   1355. Their dates all become one date of the eleventh century, in a field that was checked to be valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'moment-hijri@3.0.0' 'moment@2.31.0' 'hijri-converter@1.1.1'
cat >run.cjs <<'JS'
const moment = require("moment-hijri");
const { toGregorian, toHijri } = require("hijri-converter");
const version = (name) => require(`./node_modules/${name}/package.json`).version;
console.log(...["moment-hijri", "moment", "hijri-converter"].map((name) => `${name} ${version(name)}`));
moment.locale("en");
const day = (text) => {
  const read = moment(text, "iYYYY/iM/iD").locale("en");
  const { gy, gm, gd } = toGregorian(...text.split("/").map(Number));
  return `${read.isValid() ? "valid" : "invalid"} ${read.format("YYYY-MM-DD")}, ${gy}-${gm}-${gd}`;
};
const expected = {
  "1443/12/4": "valid 2022-07-03, 2022-7-3",
  "1356/1/1": "valid 1937-03-14, 1937-3-14",
  "1355/12/29": "valid 1001-03-01, -100100-3-1",
  "1336/12/26": "valid 1001-03-01, -100100-3-1",
  "1334/8/9": "valid 1001-03-01, -100100-3-1",
};
let same = true;
for (const [text, days] of Object.entries(expected)) {
  const seen = day(text);
  console.log(text, "is", seen);
  same &&= seen === days;
}
const back = [moment("1918-10-01").locale("en").format("iYYYY/iM/iD"), JSON.stringify(toHijri(1918, 10, 1))];
console.log("1 October 1918 is", ...back);
same &&= back[0] === "1355/12/NaN" && back[1] === '{"hy":1355,"hm":12,"hd":null}';
process.exit(same ? 0 : 1);
JS
node run.cjs
