#!/usr/bin/env bash
# Packages: @turf/boolean-point-on-line, point-to-line-distance and helpers 7.4.0 (npm).
# A good guess: a point that is on a line has no distance from it, for two functions of one library.
# What happens: the one takes what lies between two corners for straight on a flat map, the other for the shortest way on the globe.
#   The middle of a line along 49° N, five degrees of longitude long, is on it, and three kilometres away from it; one degree
#   makes 120 metres, and forty degrees along 60° N 169 kilometres.
# Why it matters: front lines, borders along a parallel and boxes of maps have few corners. "Within a kilometre of the line" drops
#   what lies on it, by an amount that grows with the length of the piece and is no rounding.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@turf/boolean-point-on-line@7.4.0' '@turf/point-to-line-distance@7.4.0' \
  '@turf/helpers@7.4.0'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { booleanPointOnLine } from "@turf/boolean-point-on-line";
import { lineString, point } from "@turf/helpers";
import { pointToLineDistance } from "@turf/point-to-line-distance";
const read = (name) => JSON.parse(readFileSync(`node_modules/@turf/${name}/package.json`)).version;
console.log("boolean-point-on-line", read("boolean-point-on-line"), "point-to-line-distance", read("point-to-line-distance"));
const expected = [
  [0, 40, "0.00"],
  [49, 0.2, "0.00"],
  [49, 1, "0.12"],
  [49, 5, "3.00"],
  [60, 40, "168.88"],
];
let same = true;
for (const [latitude, wide, kilometres] of expected) {
  const line = lineString([[20, latitude], [20 + wide, latitude]]);
  const middle = point([20 + wide / 2, latitude]);
  const on = booleanPointOnLine(middle, line);
  const away = Math.abs(pointToLineDistance(middle, line)).toFixed(2);
  console.log(`${wide} degrees along ${latitude} N: the middle is ${on ? "on" : "not on"} the line, and ${away} km from it`);
  same &&= on && away === kilometres;
}
process.exit(same ? 0 : 1);
JS
node run.mjs
