#!/usr/bin/env bash
# Package: h3 4.5.0 (PyPI), Uber's hexagons.
# A good guess: the cells of a box that grows to the east are the cells it had and some more.
# What happens: up to a width of 180 degrees that is so. A wider one is taken for a box across the antimeridian, and its cells are
#   those of the rest of the world: from Bogota to Bangkok, 80° W to 100° E, it holds Kyiv and Sanaa; ten degrees further east it
#   holds Honolulu and Suva, and neither Kyiv nor Bogota. The number of cells is nearly the same. With a corner in the middle of
#   its northern and southern side it is the box again.
# Why it matters: a box of all places in a collection of armed conflicts, from Colombia to Mindanao, is wider than 180 degrees. A
#   filter by cells then answers with everything but these, and only for collections that have grown that wide.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'h3==4.5.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import h3

print("h3", version("h3"))
places = {"Bogota": (4.7, -74.1), "Kyiv": (50.4, 30.5), "Sanaa": (15.35, 44.2), "Suva": (-18.1, 178.4), "Honolulu": (21.3, -157.9)}
SOUTH, NORTH = -30, 60


def holds(*longitudes: float) -> tuple[int, list[str]]:
    """How many cells the box has whose sides have corners at these longitudes, and what lies in them."""
    ring = [(SOUTH, east) for east in longitudes] + [(NORTH, east) for east in reversed(longitudes)]
    cells = set(h3.h3shape_to_cells(h3.LatLngPoly(ring), 2))
    return len(cells), [name for name, place in places.items() if h3.latlng_to_cell(*place, 2) in cells]


expected = {
    (-80, 100): (1986, ["Bogota", "Kyiv", "Sanaa"]),
    (-80, 110): (1914, ["Suva", "Honolulu"]),
    (-80, 15, 110): (2104, ["Bogota", "Kyiv", "Sanaa"]),
}
seen = {longitudes: holds(*longitudes) for longitudes in expected}
for longitudes, (number, names) in seen.items():
    print("corners at", *longitudes, "east:", number, "cells, with", *names)
raise SystemExit(seen != expected)
PY
