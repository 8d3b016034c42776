#!/usr/bin/env bash
# Package: apache-arrow 21.2.0 (npm).
# A good guess: `tableFromJSON`, which makes a table of a list of objects, finds a type for all values of a column, or refuses
#   the list, as it refuses a text that follows a moment; and a key that is missing is null.
# What happens: the first value sets the type, and what follows is made to fit. After a number, "14-64" and "unknown" are null.
#   After true, "no" and "false" are false, but so are "yes" and "partly". After an object with a name, another's region is
#   dropped. With the text first, numbers become texts and nothing is lost. A missing number is null, but a missing text is
#   "" where null stays null. Nothing is said, and a file written from the table (`tableToIPC`) has the same.
# Why it matters: this is how answers of an API get into DuckDB, Arquero or a map within a browser. Which figures are left
#   depends on the order of the answer, and "by nobody known" cannot be told from "by somebody whose name is empty".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'apache-arrow@21.2.0'
cat >run.mjs <<'JS'
import { readFileSync } from "fs";
import { tableFromIPC, tableFromJSON, tableToIPC } from "apache-arrow";
console.log("apache-arrow", JSON.parse(readFileSync("node_modules/apache-arrow/package.json")).version);
const cases = [
  ["killed", [{ killed: 5 }, { killed: "14-64" }, { killed: "unknown" }, { killed: 7 }], [5, null, null, 7]],
  ["killed", [{ killed: "14-64" }, { killed: 5 }, { killed: "unknown" }, { killed: 7 }], ["14-64", "5", "unknown", "7"]],
  ["confirmed", [{ confirmed: true }, { confirmed: "no" }, { confirmed: "yes" }, { confirmed: "partly" }], [true, false, false, false]],
  ["place", [{ place: { name: "mill" } }, { place: { name: "bridge", region: "north" } }], [{ name: "mill" }, { name: "bridge" }]],
  ["killed", [{ killed: 5 }, { killed: null }, {}], [5, null, null]],
  ["by", [{ by: "mayor" }, { by: null }, {}], ["mayor", null, ""]],
];
let right = true;
for (const [column, rows, expected] of cases) {
  const table = tableFromIPC(tableToIPC(tableFromJSON(rows), "file"));
  const found = JSON.stringify([...table.getChild(column)]);
  console.log(JSON.stringify(rows), "->", found);
  right &&= found === JSON.stringify(expected);
}
try {
  tableFromJSON([{ on: new Date("2022-07-02") }, { on: "about July 2022" }]);
  right = false;
} catch (error) {
  console.log("a text after a moment:", error.message);
}
process.exit(right ? 0 : 1);
JS
node run.mjs
