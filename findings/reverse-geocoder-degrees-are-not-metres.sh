#!/usr/bin/env bash
# Package: reverse_geocoder 1.5.1 (PyPI).
# A good guess: "the nearest town/city", which it returns by its own description, is the one with the least distance on the
#   ground.
# What happens: a degree of longitude counts as much as one of latitude, though at Luhansk the second is half as long again.
#   A town to the north or south is therefore taken before a nearer one to the east or west: at 16 kilometres from Sloviansk
#   a village of Kharkiv region at 22; at 14 from Troitske, Ukraine, a town of Russia at 21; at 30 from Krasnovka, Russia, a
#   town of Ukraine at 35. Near a town it is right. There are reports of it in the package's issues, one of them open.
# Why it matters: the place and the region of an event are often looked up so. Along the front and the border, where most
#   events are, some come into the other region or the other country, always with a town that exists and is not far.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'reverse_geocoder==1.5.1' 'scipy==1.17.1' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PY'
import csv
from importlib.metadata import version
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import reverse_geocoder

print("reverse_geocoder", version("reverse_geocoder"))
with (Path(reverse_geocoder.__file__).parent / "rg_cities1000.csv").open(encoding="utf-8") as file:
    towns = list(csv.DictReader(file))


def kilometres(point: tuple[float, float], town: dict[str, str]) -> float:
    (south, west), (north, east) = map(radians, point), (radians(float(town[key])) for key in ("lat", "lon"))
    return 2 * 6371 * asin(sqrt(sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2))


expected = {
    (48.9, 38.44): ("Lysychans'k, Luhansk, UA, 1 km", "Lysychans'k, Luhansk, UA, 1 km"),
    (48.9, 37.4): ("Studenok, Kharkiv, UA, 22 km", "Sloviansk, Donetsk, UA, 16 km"),
    (49.9, 38.1): ("Urazovo, Belgorod, RU, 21 km", "Troyits'ke, Luhansk, UA, 14 km"),
    (50.3, 36.4): ("Mayskiy, Belgorod, RU, 25 km", "Prudyanka, Kharkiv, UA, 18 km"),
    (48.9, 39.7): ("Bilovods'k, Luhansk, UA, 35 km", "Krasnovka, Rostov, RU, 30 km"),
}
answers = reverse_geocoder.search(list(expected), mode=1, verbose=False)
wrong = False
for (point, both), answer in zip(expected.items(), answers, strict=True):
    nearest = min(towns, key=lambda town: kilometres(point, town))
    seen = tuple(
        f"{town['name']}, {town['admin1']}, {town['cc']}, {kilometres(point, town):.0f} km" for town in (answer, nearest)
    )
    wrong |= seen != both
    print(*point, "is given", seen[0], "and is nearest to", seen[1])
raise SystemExit(wrong)
PY
