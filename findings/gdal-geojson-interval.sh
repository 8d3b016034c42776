#!/usr/bin/env bash
# Package: pyogrio 0.13.0 (PyPI), whose wheel brings GDAL with the GeoJSON driver.
# A good guess: a text is taken for a moment only if all of it is one. "2022-07-02/2022-07-03", an interval of days, does
#   stay text, and so does "2022-07-02?".
# What happens: once a time of day stands behind the day, whatever follows is thrown away. The interval
#   "2022-07-02T10:00Z/2022-07-03T18:00Z" is the moment 2 July, 10:00; "2022-07-02T10:00Z/.." too, and so are "10:00?"
#   and "10:00 or 11:00" of that day.
# Why it matters: an event that lasted, or is not over, or that is doubted, is a point in time in QGIS, geopandas and what
#   else reads by GDAL, and the file that is written back has lost the rest.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyogrio==0.13.0'
"$folder/venv/bin/python" - "$folder/events.geojson" <<'PY'
import json
import sys

import pyogrio

print("pyogrio", pyogrio.__version__, "GDAL", ".".join(map(str, pyogrio.__gdal_version__)))


def read(text):
    """What a property of that text is read as."""
    place = {"type": "Point", "coordinates": [38.44, 48.9]}
    feature = {"type": "Feature", "properties": {"when": text}, "geometry": place}
    with open(sys.argv[1], "w") as stream:
        json.dump({"type": "FeatureCollection", "features": [feature]}, stream)
    _, _, _, (column,) = pyogrio.raw.read(sys.argv[1])
    return str(column[0])


moment = "2022-07-02T10:00:00.000"
expected = {
    "2022-07-02/2022-07-03": "2022-07-02/2022-07-03",
    "2022-07-02?": "2022-07-02?",
    "2022-07-02T10:00Z": moment,
    "2022-07-02T10:00Z/2022-07-03T18:00Z": moment,
    "2022-07-02T10:00Z/..": moment,
    "2022-07-02T10:00?": moment,
    "2022-07-02 10:00 or 11:00": moment,
}
seen = {text: read(text) for text in expected}
for text, found in seen.items():
    print(f"{text!r} is read as {found!r}")
raise SystemExit(seen != expected)
PY
