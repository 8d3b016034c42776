#!/usr/bin/env bash
# Package: utm 0.9.0 (PyPI) with numpy 2.4.6.
# A good guess: `from_latlon` of arrays gives for each point what it gives for that point alone.
# What happens: one zone is answered for the whole array, that of its first point, and all others are measured in it, however
#   far outside they lie. Order decides: the same two places, turned round, get other coordinates and another zone. Points on
#   both sides of the equator are an error, on both sides of a border of zones they are none.
# Why it matters: six degrees are no wider than one front. Joined with coordinates that were converted one by one, half of the
#   points lie hundreds of kilometres away, within the numbers that a zone allows.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'utm==0.9.0' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import numpy
import utm

print("utm", version("utm"))
west, east = (48.9, 35.9), (48.9, 38.4)


def zones(*points):
    eastings, _, zone, letter = utm.from_latlon(*(numpy.array(axis) for axis in zip(*points, strict=True)))
    return [round(float(each) / 1000) for each in eastings], f"{zone}{letter}"


def alone(point):
    easting, _, zone, letter = utm.from_latlon(*point)
    return round(float(easting) / 1000), f"{zone}{letter}"


found = [alone(west), alone(east), zones(west, east), zones(east, west)]
for name, each in zip(("west alone", "east alone", "west, east", "east, west"), found, strict=True):
    print(name, "-> kilometres east, zone:", each)
raise SystemExit(found != [(713, "36U"), (456, "37U"), ([713, 896], "36U"), ([456, 273], "37U")])
PY
