#!/usr/bin/env bash
# Package: pystac 1.15.2 (PyPI).
# A good guess: `Extent.from_items`, said to cover all the items given, covers them, whichever of the boxes that STAC allows
#   they have: six numbers with heights, or a west that is greater than the east where the box crosses the antimeridian.
# What happens: it takes the least and the greatest of the first four numbers by their places. With heights the third of them
#   is the lowest height, and the fourth the eastern edge: an image of Lysychansk from 60 to 180 metres gets an extent from
#   longitude 38.4 to 60, with its north (38.5) to the south of its south (48.88). Together with an image without heights it
#   reaches from the town to the Urals. A box across the antimeridian, beside another, gives one that leaves most of it out.
#   There is no error or warning.
# Why it matters: images from drones carry heights. A search for what shows Lysychansk begins with the extents of collections;
#   it passes over the one that is about it, or finds it for towns a thousand kilometres away.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pystac==1.15.2'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version

import pystac

print("pystac", version("pystac"))
day = dt.datetime(2022, 7, 2, tzinfo=dt.UTC)


def item(box: list[float]) -> pystac.Item:
    half = len(box) // 2
    return pystac.Item("image", {"type": "Point", "coordinates": box[:half]}, box, day, {})


def extent(*boxes: list[float]) -> list[float]:
    return pystac.Extent.from_items([item(box) for box in boxes]).spatial.bboxes[0]


flat, high = [38.4, 48.88, 38.5, 48.93], [38.4, 48.88, 60, 38.5, 48.93, 180]
pacific, east_of_it = [170, -20, -170, -10], [175, -15, 176, -14]
expected = [
    ((flat,), [38.4, 48.88, 38.5, 48.93]),
    ((high,), [38.4, 48.88, 60, 38.5]),
    ((flat, high), [38.4, 48.88, 60, 48.93]),
    ((pacific,), [170, -20, -170, -10]),
    ((pacific, east_of_it), [170, -20, 176, -10]),
]
wrong = False
for boxes, answer in expected:
    seen = extent(*boxes)
    wrong |= seen != answer
    print(*boxes, "->", seen)
raise SystemExit(wrong)
PY
