#!/usr/bin/env bash
# Package: geopy 2.5.0 (PyPI).
# A good guess: a text that geopy.Point reads is read whole, for a text it cannot make out raises ValueError, as longitude
#   before latitude with degree signs does ("38°26′E 48°55′N").
# What happens: without signs only a part of the text is read. "48 55 30 N 38 26 E", degrees, minutes and seconds as gazetteers
#   print them, is latitude 38, longitude 26, degrees and minutes of the longitude: a point in the Aegean. With decimal commas, as in
#   Ukrainian and Russian, "48,917 38,431" is latitude 38, longitude 71, in the Pamirs; and "33.5S 70W" written with a minus
#   as well, "-33.5S 70W", is in the northern hemisphere.
# Why it matters: each is a valid point, a thousand kilometres or more from where the source says, and nothing tells it from
#   one that was read well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'geopy==2.5.0'
"$folder/venv/bin/python" - <<'PY'
from geopy import Point, __version__

print("geopy", __version__)


def read(text):
    """Latitude and longitude in degrees, or that the text is refused."""
    try:
        return tuple(round(number, 3) for number in Point(text)[:2])
    except ValueError:
        return "refused"


expected = {
    "48°55′30″N 38°26′E": (48.925, 38.433),
    "48 55 30 N 38 26 E": (38.0, 26.0),
    "48.917 38.431": (48.917, 38.431),
    "48,917 38,431": (38.0, 71.0),
    "33.5S 70W": (-33.5, -70.0),
    "-33.5S 70W": (33.5, -70.0),
    "38°26′E 48°55′N": "refused",
}
seen = {text: read(text) for text in expected}
for text, found in seen.items():
    print(text, "is", found)
raise SystemExit(seen != expected)
PY
