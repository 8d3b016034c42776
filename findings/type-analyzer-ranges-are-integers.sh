#!/usr/bin/env bash
# Package: type-analyzer 0.4.0 (npm), which guesses the types of columns for kepler.gl and other maps.
# A good guess: a column in which a value is no whole number is no column of whole numbers, and the format given for dates
#   reads them.
# What happens: "300" beside "14-64" is INT, "5" beside "unknown" too, and one "45%" makes a column of counts PERCENT. Days
#   written 03/07/2022 get the format YYYY/M/D, day or month first is not told apart; "2022-07" is text; a day beside an
#   interval is a DATE of the format `false`.
# Why it matters: figures of dead come as ranges. Drawn as integers by the guess, "14-64" is 14: the lower bound, of one side,
#   on a map that says nothing of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund type-analyzer@0.4.0
node - <<'JS'
const { Analyzer } = require("type-analyzer");
console.log("type-analyzer", require("type-analyzer/package.json").version);
const expected = [
  [["300", "14-64"], "INT", ""],
  [["5", "unknown"], "INT", ""],
  [["30", "45%"], "PERCENT", ""],
  [["03/07/2022", "04/07/2022"], "DATE", "YYYY/M/D"],
  [["2022-07", "2022-08"], "STRING", ""],
  [["2022-07-02/2022-07-03", "2022-07-03"], "DATE", false],
  [["2022-07-03", "2022-07-04"], "DATE", "YYYY-M-D"],
];
let wrong = false;
for (const [values, type, format] of expected) {
  const [column] = Analyzer.computeColMeta(values.map((value) => ({ value })));
  console.log(JSON.stringify(values), "->", column.type, JSON.stringify(column.format));
  wrong ||= column.type !== type || column.format !== format;
}
process.exit(wrong ? 1 : 0);
JS
