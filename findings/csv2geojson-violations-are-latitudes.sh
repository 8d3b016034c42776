#!/usr/bin/env bash
# Package: csv2geojson 5.1.2 (npm), which makes points of a table.
# A good guess: columns are found by names such as lat, latitude, lon, lng; of a table that has none, the features
#   have no geometry.
# What happens: it is enough that the letters stand somewhere in the name: "violations" and "population" are latitudes,
#   "prolonged_detentions" and "belonging" longitudes. A table by district, without places, becomes points on the map in
#   silence, and the two columns are gone from their properties. A column that is named lat or latitude goes before these.
# Why it matters: counts up to 90 fit. A list of violations by district is a map of points in the Gulf of Guinea or wherever
#   the counts lead. Name both fields (`latfield`, `lonfield`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'csv2geojson@5.1.2'
cat >run.cjs <<'JS'
const csv2geojson = require("csv2geojson");
console.log("csv2geojson", JSON.parse(require("fs").readFileSync("node_modules/csv2geojson/package.json")).version);
const tables = {
  "district,violations,prolonged_detentions\nA,14,6": [{ district: "A" }, [6, 14]],
  "district,population,belonging\nA,64,12": [{ district: "A" }, [12, 64]],
  "district,violations,lat,lon\nA,14,48.9,38.4": [{ district: "A", violations: "14" }, [38.4, 48.9]],
  "district,killed,wounded\nA,14,6": [{ district: "A", killed: "14", wounded: "6" }, null],
};
let same = true;
for (const [table, expected] of Object.entries(tables)) {
  csv2geojson.csv2geojson(table, (error, data) => {
    const point = data?.features?.[0];
    const seen = error ? error : [point.properties, point.geometry?.coordinates ?? null];
    console.log(table.replace("\n", " / "), "->", JSON.stringify(seen));
    same &&= JSON.stringify(seen) === JSON.stringify(expected);
  });
}
process.exit(same ? 0 : 1);
JS
node run.cjs
