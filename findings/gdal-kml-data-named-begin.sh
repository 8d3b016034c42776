#!/usr/bin/env bash
# Package: pyogrio 0.13.0 (PyPI), whose wheel brings GDAL with the LIBKML driver.
# A good guess: <ExtendedData> may hold data of any name, and each arrives as a field of that name.
# What happens: data named like a part of a placemark does not. "begin" and "end" that are no times are empty, though the
#   file has a text there, and "id" takes the place of the placemark's own id.
# Why it matters: `begin`, `end` and `id` are what one calls the dates and the key of an event. "2 or 3 July" and "still
#   held" are lost, and what was joined by the placemark's id is joined to something else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyogrio==0.13.0'
"$folder/venv/bin/python" - "$folder/data.kml" <<'PY'
import sys

import pyogrio

print("pyogrio", pyogrio.__version__, "GDAL", ".".join(map(str, pyogrio.__gdal_version__)))
data = {"id": "ucdp-441165", "begin": "2 or 3 July", "end": "still held", "ending": "still held"}
extended = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in data.items())
with open(sys.argv[1], "w") as stream:
    stream.write(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark id="placemark-1"><name>a</name>'
        f"<ExtendedData>{extended}</ExtendedData><Point><coordinates>38.44,48.9</coordinates></Point>"
        "</Placemark></Document></kml>"
    )
meta, _, _, columns = pyogrio.raw.read(sys.argv[1])
found = {name: column[0] for name, column in zip(meta["fields"], columns, strict=True)}
seen = {name: str(found[name]) for name in data}
print("in the file:", data, "and the placemark's id is 'placemark-1'")
print("as fields:  ", seen)
raise SystemExit(seen != {"id": "ucdp-441165", "begin": "NaT", "end": "NaT", "ending": "still held"})
PY
