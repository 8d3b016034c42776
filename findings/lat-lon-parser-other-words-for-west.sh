#!/usr/bin/env bash
# Package: lat-lon-parser 1.3.1 (PyPI).
# A good guess: a parser that is made for free text and knows "W", "West" and "S" raises an error at a hemisphere whose word it
#   does not know.
# What happens: words it does not know are passed over, and the number is north or east. French "ouest" and "O", Spanish
#   "oeste" and "sur", German "Süd", Russian "ю. ш." and Ukrainian "пд. ш." (south), "зах. д." (west), Arabic "جنوب" (south) all
#   come out as the opposite of what they say, and so does "W." with a point after it. "с. ш." (north) is right by luck, so
#   that tables from the north-east of the globe pass every check.
# Why it matters: the side of the equator or the meridian is lost without an error. Timbuktu, at 3° west, comes out at 3° east,
#   which is in Mali still, so that a test of the country passes as well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'lat-lon-parser==1.3.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from lat_lon_parser import parse

print("lat-lon-parser", version("lat-lon-parser"))
expected = {
    "3°30′ W": -3.5,
    "3°30′ West": -3.5,
    "3°30′ W.": 3.5,
    "3°30′ O": 3.5,
    "3°30′ ouest": 3.5,
    "3°30′ oeste": 3.5,
    "3°30′ зах. д.": 3.5,
    "3°30′ S": -3.5,
    "3°30′ sur": 3.5,
    "3°30′ Süd": 3.5,
    "3°30′ ю. ш.": 3.5,
    "3°30′ пд. ш.": 3.5,
    "3°30′ جنوب": 3.5,
    "3°30′ с. ш.": 3.5,
}
seen = {text: parse(text) for text in expected}
for text, degrees in seen.items():
    print(text, "is", degrees)
raise SystemExit(seen != expected)
PY
