#!/usr/bin/env bash
# Package: geopandas 1.2.0 with pyogrio 0.13.0, shapely 2.1.2 and pyarrow 26.0.1 (PyPI).
# A good guess: a box whose west is greater than its east, as GeoJSON and OGC API Features write one that crosses the
#   antimeridian, finds what lies on both sides of it; or finds nothing, or is refused.
# What happens: it finds what lies outside: from 170 east to 170 west, everything but the Pacific. Reading from GeoPackage,
#   FlatGeobuf or GeoJSON with `bbox=`, a box made with `shapely.box`, `.cx[170:-170]` and `clip` all take the lesser number for
#   the west. Reading GeoParquet by its column of boxes, alone of them, finds nothing. Nobody complains.
# Why it matters: a filter by place that an API was asked for is handed on to a file. The answer to "Fiji and Tonga" is Kyiv, a
#   full answer of valid rows; and whoever changes the format of the file gets an empty one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'geopandas==1.2.0' 'pyogrio==0.13.0' 'shapely==2.1.2' 'pyarrow==26.0.1'
cd "$folder"
"$folder/venv/bin/python" -W error::UserWarning - <<'PY'
from importlib.metadata import version

import geopandas
import shapely

print("geopandas", version("geopandas"), "pyogrio", version("pyogrio"), "shapely", version("shapely"))
points = {"Suva": (178.4, -18.1), "Nuku'alofa": (-175.2, -21.1), "Kyiv": (30.5, 50.4), "Caracas": (-66.9, 10.5)}
places = geopandas.GeoDataFrame(
    {"name": list(points)}, geometry=[shapely.Point(point) for point in points.values()], crs="EPSG:4326"
)
files = {"GPKG": "places.gpkg", "FlatGeobuf": "places.fgb", "GeoJSON": "places.geojson"}
for driver, file in files.items():
    places.to_file(file, driver=driver)
places.to_parquet("places.parquet", write_covering_bbox=True)
box = (170, -60, -170, 60)
print("the places", points, "the box", box)
found = {driver: geopandas.read_file(file, bbox=box) for driver, file in files.items()}
found |= {
    "shapely.box": places[places.within(shapely.box(*box))],
    "cx": places.cx[170:-170, -60:60],
    "clip": places.clip(box),
    "GeoParquet": geopandas.read_parquet("places.parquet", bbox=box),
}
names = {how: sorted(rows["name"]) for how, rows in found.items()}
for how, inside in names.items():
    print(how, "->", inside)
expected = dict.fromkeys(names, ["Caracas", "Kyiv"]) | {"GeoParquet": []}
raise SystemExit(names != expected)
PY
