#!/usr/bin/env bash
# Package: pyshp 3.1.6 (PyPI), which writes shapefiles.
# A good guess: a number that has more digits than its field is wide is an error, or null; the field was made for the numbers
#   that one had seen so far.
# What happens: the last digits are cut off and the rest is kept as the number: in a field of width 4, 12500 is 1250 and -1250
#   is -125; in one of width 8 with two decimals 12345678.5 is 12345678 and 123456789 is 12345678. Nothing is said while
#   writing or reading.
# Why it matters: a table of losses or of displaced people is written with the width that last year's figures needed. The
#   greatest figures come out a tenth of what they were, and look like figures. Check the width against the data before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyshp==3.1.6'
"$folder/venv/bin/python" - <<'PY'
import io

import shapefile

print("pyshp", shapefile.__version__)
expected = {
    (("N", 4, 0), 1250): 1250,
    (("N", 4, 0), 12500): 1250,
    (("N", 4, 0), 1250000): 1250,
    (("N", 4, 0), -1250): -125,
    (("F", 8, 2), 12345678.5): 12345678.0,
    (("F", 8, 2), 123456789.0): 12345678.0,
}
seen = {}
for (kind, size, decimal), number in expected:
    files = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    with shapefile.Writer(**files) as writer:
        writer.field("displaced", kind, size, decimal)
        writer.point(38.4, 48.9)
        writer.record(number)
    for file in files.values():
        file.seek(0)
    read = shapefile.Reader(**files).record(0)["displaced"]
    seen[(kind, size, decimal), number] = read
    print(f"{number} in a field {kind} of width {size} is read as {read}")
raise SystemExit(seen != expected)
PY
