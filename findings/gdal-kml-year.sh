#!/usr/bin/env bash
# Package: pyogrio 0.13.0 (PyPI), whose wheel brings GDAL with the LIBKML driver.
# A good guess: KML allows a year ("2022"), a month ("2022-07") and a day in <when>, and GDAL reads each as a moment.
# What happens: a month becomes its first moment, and a year becomes nothing at all: the field is empty, in silence, as if
#   the placemark had no date. So the less exact of two dates is not the vaguer one but the one that is gone.
# Why it matters: "some time in 2022" is common in reports of war. A filter by time then drops these events, and a count
#   by month says that nothing happened.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyogrio==0.13.0'
"$folder/venv/bin/python" - "$folder/when.kml" <<'PY'
import sys

import pyogrio

print("pyogrio", pyogrio.__version__, "GDAL", ".".join(map(str, pyogrio.__gdal_version__)))
marks = "".join(
    f"<Placemark><name>{when}</name><TimeStamp><when>{when}</when></TimeStamp>"
    "<Point><coordinates>38.44,48.9</coordinates></Point></Placemark>"
    for when in ("2022-07-02", "2022-07", "2022")
)
with open(sys.argv[1], "w") as stream:
    stream.write(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>')
meta, _, _, columns = pyogrio.raw.read(sys.argv[1])
found = dict(zip(meta["fields"], columns, strict=True))
seen = {str(name): str(moment)[:10] for name, moment in zip(found["Name"], found["timestamp"], strict=True)}
print("driver: LIBKML; timestamp by <when>:", seen)
raise SystemExit(seen != {"2022-07-02": "2022-07-02", "2022-07": "2022-07-01", "2022": "NaT"})
PY
