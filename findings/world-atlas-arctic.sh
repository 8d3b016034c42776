#!/usr/bin/env bash
# Packages: world-atlas 2.0.2, read by topojson-client 3.1.0, asked by @turf/boolean-point-in-polygon 7.4.0 (npm).
# A good guess: the GeoJSON that comes of it is cut at the antimeridian, as RFC 7946 asks and as its source, Natural Earth,
#   is; so "which country is this point in?" has the same answer as there.
# What happens: the cut was taken out. Russia's mainland goes on at +180 and comes back at -180, and to a reader of plain
#   coordinates that is a band around the world between 65 and 69 degrees north: Murmansk and Vorkuta are in no country,
#   Rovaniemi is in Finland and in Russia, Kiruna in Sweden and in Russia, and a part of Alaska is Russian too. d3-geo,
#   which reads the rings on a sphere, sees nothing wrong with them. The scales 110m and 50m are alike in this.
# Why it matters: who files events by country with it loses those of the Russian north, and moves those of Lapland into
#   Russia. Nothing looks odd on d3's map of the same file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'world-atlas@2.0.2' 'topojson-client@3.1.0' \
  '@turf/boolean-point-in-polygon@7.4.0' 'd3-geo@3.1.2'
cat >run.mjs <<'JS'
import fs from "fs";
import { booleanPointInPolygon } from "@turf/boolean-point-in-polygon";
import { geoContains } from "d3-geo";
import { feature } from "topojson-client";

const read = (name) => JSON.parse(fs.readFileSync(`node_modules/${name}`));
console.log("world-atlas", read("world-atlas/package.json").version);
const points = {
  Moscow: [37.6, 55.75],
  Murmansk: [33.08, 68.97],
  Vorkuta: [64.05, 67.5],
  Rovaniemi: [25.72, 66.5],
  Kiruna: [20.2, 67.85],
  "Anaktuvuk Pass": [-151.7, 68.14],
};
const expected = {
  Moscow: "plane: Russia; sphere: Russia",
  Murmansk: "plane: none; sphere: Russia",
  Vorkuta: "plane: none; sphere: Russia",
  Rovaniemi: "plane: Finland+Russia; sphere: Finland",
  Kiruna: "plane: Russia+Sweden; sphere: Sweden",
  "Anaktuvuk Pass": "plane: Russia+United States of America; sphere: United States of America",
};
let same = true;
for (const scale of ["110m", "50m"]) {
  const atlas = read(`world-atlas/countries-${scale}.json`);
  const countries = feature(atlas, atlas.objects.countries).features;
  const names = (holds) => countries.filter(holds).map((country) => country.properties.name).sort().join("+") || "none";
  for (const [name, point] of Object.entries(points)) {
    const plane = names((country) => booleanPointInPolygon(point, country));
    const sphere = names((country) => geoContains(country, point));
    const seen = `plane: ${plane}; sphere: ${sphere}`;
    console.log(scale, name, seen);
    same &&= seen === expected[name];
  }
}
process.exit(same ? 0 : 1);
JS
node run.mjs
