#!/usr/bin/env bash
# Package: flatgeobuf 4.5.0 (npm).
# A good guess: a file has a column for each property that any feature has, as other writers of one table with fixed columns
#   make it, or a feature with a property that the table lacks is refused.
# What happens: the columns are the properties of the first feature. What occurs first in a later one is left out, without an
#   error; a text that the first has and a later one lacks comes back as an empty text.
# Why it matters: events carry what is known of them. Figures of losses that the first event does not have are in none of
#   the others either once the file is made, and the map of it shows a war without dead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'flatgeobuf@4.5.0'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { geojson } from "flatgeobuf";
console.log("flatgeobuf", JSON.parse(readFileSync("node_modules/flatgeobuf/package.json")).version);
const point = { type: "Point", coordinates: [38.43, 48.92] };
const written = [{ name: "clash" }, { name: "strike", deaths: 12 }, { deaths: 3 }];
const features = written.map((properties) => ({ type: "Feature", geometry: point, properties }));
const read = [];
const back = geojson.deserialize(geojson.serialize({ type: "FeatureCollection", features }));
for await (const feature of back.features ?? back) read.push(feature.properties);
console.log("written", JSON.stringify(written));
console.log("read   ", JSON.stringify(read));
process.exit(JSON.stringify(read) === '[{"name":"clash"},{"name":"strike"},{"name":""}]' ? 0 : 1);
JS
node run.mjs
