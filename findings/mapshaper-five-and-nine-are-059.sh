#!/usr/bin/env bash
# Package: mapshaper 0.7.70 (npm), which joins tables to maps and merges their areas.
# A good guess: `sum-fields=deaths` adds the numbers of a field, and refuses or leaves out what is no number, as its own
#   `calc='sum(deaths)'` does: "Expected a number, received: unknown".
# What happens: one "unknown", "10+" or "5-10" anywhere in the file makes texts of the whole column, and texts are added by
#   writing one after the other behind a 0: 5 and 9 are 059, 3 and 1 are 031, in places where each figure is a number. In
#   `-join` and in `-dissolve` alike, without a warning. Figures that GeoJSON holds as texts are added so too. With "NA" or an
#   empty cell the sums are right, but the place of which nothing is known has 0.
# Why it matters: figures of the dead with a "10+" among them are the usual case. 059 is read by every next program as 59,
#   where 14 were reported, and a place with no figure is one where nobody died.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'mapshaper@0.7.70'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import mapshaper from "mapshaper";
console.log("mapshaper", JSON.parse(readFileSync("node_modules/mapshaper/package.json")).version);
const places = "place\nA\nB\nC\n";
const claims = (last) => `place,deaths\nA,5\nA,9\nB,3\nB,1\nC,${last}\n`;
const run = async (command, last) => {
  const made = await mapshaper.applyCommands(command, { "places.csv": places, "claims.csv": claims(last) });
  return Object.values(made)[0].toString().trim().split("\n");
};
const expected = {
  4: "place,deaths A,14 B,4 C,4",
  unknown: "place,deaths A,059 B,031 C,0unknown",
  "10+": "place,deaths A,059 B,031 C,010+",
  "5-10": "place,deaths A,059 B,031 C,05-10",
  NA: "place,deaths A,14 B,4 C,0",
  "": "place,deaths A,14 B,4 C,0",
};
let same = true;
for (const [last, sums] of Object.entries(expected)) {
  const joined = (await run("-i places.csv -join claims.csv keys=place,place sum-fields=deaths -o out.csv", last)).join(" ");
  const merged = (await run("-i claims.csv -dissolve place sum-fields=deaths -o out.csv", last)).join(" ");
  const turned = merged.replace("deaths,place", "place,deaths").replace(/ (\S+),(\S)/g, " $2,$1");
  console.log(`A 5, A 9, B 3, B 1, C "${last}": joined ${joined}; dissolved ${merged}`);
  same &&= joined === sums && turned === sums;
}
const told = await run("-i claims.csv -dissolve place calc='deaths=sum(deaths)' -o out.csv", "unknown").catch(String);
console.log("with calc:", told);
process.exit(same && /Expected a number/.test(told) ? 0 : 1);
JS
node run.mjs
