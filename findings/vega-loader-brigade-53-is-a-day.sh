#!/usr/bin/env bash
# Package: vega-loader 5.1.3 (npm), which reads the data of Vega and Vega-Lite charts.
# A good guess: `parse: "auto"` finds days in what looks like a date, and a column of names of units stays text, as "14-64" does.
# What happens: a name that ends in a number is a date if the number can be a month or a year: "Brigade 53" is January 1953,
#   "Checkpoint 12" December 2001, "Brigade 7" July 2001. One name that is none ("Brigade 1st") keeps the whole column text, so
#   it depends on which rows are there. "03/07/2022" is 7 March.
# Why it matters: units, posts and grids have such names. The axis of a chart of brigades is a line of time over fifty years,
#   and filtering the rows changes what a column is. Say the type of each column (`parse: {unit: "string"}`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'vega-loader@5.1.3'
cat >run.mjs <<'JS'
import fs from "fs";
import { inferType, read } from "vega-loader";

console.log("vega-loader", JSON.parse(fs.readFileSync("node_modules/vega-loader/package.json")).version);
const expected = {
  "Brigade 53": "date 1953-1-1",
  "Checkpoint 12, Brigade 7": "date 2001-12-1, 2001-7-1",
  "Brigade 53, Brigade 1st": "string Brigade 53, Brigade 1st",
  "03/07/2022": "date 2022-3-7",
  "14-64": "string 14-64",
};
const seen = {};
for (const text of Object.keys(expected)) {
  const names = text.split(", ");
  const rows = read(["unit", ...names].join("\n"), { type: "csv", parse: "auto" });
  const values = rows.map(({ unit }) => {
    if (typeof unit === "string") return unit;
    const day = new Date(unit);
    return `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
  });
  seen[text] = `${inferType(names)} ${values.join(", ")}`;
  console.log(`${text} -> ${seen[text]}`);
}
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node run.mjs
