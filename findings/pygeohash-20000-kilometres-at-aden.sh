#!/usr/bin/env bash
# Package: pygeohash 3.5.1 (PyPI).
# A good guess: `geohash_approximate_distance`, "faster but less accurate" than the exact one, errs by some factor, and is good
#   enough to tell near from far.
# What happens: it counts the characters that two geohashes have in common at their beginning. Where a cell of the first level
#   ends, neighbours have none, and the answer is 20,000 kilometres, half way round the earth. Such a border is not only the
#   antimeridian: meridians 45 degrees apart are, and the equator. Crater and Little Aden, two ends of one harbour in Yemen, lie
#   on either side of 45° E: 20,000 kilometres apart, while from Little Aden to Sanaa it is 625.
# Why it matters: "reports of the same place" is a comparison of distances. Around Aden, and wherever else such a border
#   runs through a war, two reports of one attack are as far apart as can be, and no test with other places shows it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pygeohash==3.5.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pygeohash

print("pygeohash", version("pygeohash"))
places = {
    "Crater": (12.778, 45.033),
    "Little Aden": (12.75, 44.87),
    "Sanaa": (15.35, 44.2),
    "Lysychansk": (48.9169, 38.4306),
    "Sievierodonetsk": (48.948, 38.4931),
}
expected = {
    ("Crater", "Little Aden"): (20000000, 18),
    ("Little Aden", "Sanaa"): (625441, 298),
    ("Lysychansk", "Sievierodonetsk"): (19545, 5),
}
cells = {name: pygeohash.encode(*place, precision=6) for name, place in places.items()}
print(cells)
seen = {}
for one, other in expected:
    near, exact = (
        measure(cells[one], cells[other])
        for measure in (pygeohash.geohash_approximate_distance, pygeohash.geohash_haversine_distance)
    )
    seen[one, other] = near, round(exact / 1000)
    print(f"{one} to {other}: approximately {near} m, by coordinates {exact / 1000:.0f} km")
raise SystemExit(seen != expected)
PY
