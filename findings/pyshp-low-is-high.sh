#!/usr/bin/env bash
# Packages: pyshp 3.1.6, which writes shapefiles, read again by it and by pyogrio 0.13.0 with GDAL (PyPI).
# A good guess: names of fields are cut to the ten letters that the format allows, as everybody knows, and two that are then
#   the same are made different, as GDAL does when it writes, or are refused.
# What happens: both are written as `fatalities`; a warning says of each that it was cut, none that they are one. pyshp answers
#   the last for record["fatalities"], in `as_dict()` and in GeoJSON, and the first cannot be had by name; pyogrio reads both
#   columns, and gives the first to who asks for one.
# Why it matters: fatalities_low and fatalities_high are the two sides of a dispute. The one library shows the highest claim
#   as the figure and the other the lowest, of one file. Give fields names that differ in their first ten letters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyshp==3.1.6' 'pyogrio==0.13.0'
"$folder/venv/bin/python" - <<'PY'
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import pyogrio
import shapefile

print("pyshp", shapefile.__version__, "pyogrio", version("pyogrio"))
warnings.simplefilter("ignore")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "events.shp")
    with shapefile.Writer(path) as writer:
        for name in ("fatalities_low", "fatalities_high"):
            writer.field(name, "N", 6)
        writer.point(38.4, 48.9)
        writer.record(14, 64)
    with shapefile.Reader(path) as reader:
        record = reader.record(0)
        names = [field.name for field in reader.fields[1:]]
        seen = [list(record), record["fatalities"], record.as_dict(), reader.__geo_interface__["features"][0]["properties"]]
    meta, _, _, columns = pyogrio.raw.read(path)
    alone = pyogrio.raw.read(path, columns=["fatalities"])[3]
print("fields", names, "record", seen[0], "by name", seen[1], "as_dict", seen[2], "GeoJSON", seen[3])
print("pyogrio", list(meta["fields"]), [int(column[0]) for column in columns], "alone", [int(column[0]) for column in alone])
raise SystemExit(
    names != ["fatalities"] * 2
    or seen != [[14, 64], 64, {"fatalities": 64}, {"fatalities": 64}]
    or [int(column[0]) for column in columns] != [14, 64]
)
PY
