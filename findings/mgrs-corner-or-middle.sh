#!/usr/bin/env bash
# Packages: mgrs 1.5.4 and 1.6.0 (PyPI).
# A good guess: the point of a grid reference, as armies report it, is one point: whichever the package chose, the corner of
#   the square or its middle, the next minor release of it chooses the same.
# What happens: 1.5.4 answers the south-west corner, 1.6.0 the middle. The square of 10 km that holds Lysychansk moves by
#   7 km to the north-east, the square of 100 km by about 70 km; only a full reference of ten digits stays where it was.
# Why it matters: grid references of two to six digits are what reports hold. Of points computed by the same call, some are
#   corners and some are middles, by the day on which they were computed; a radius that says how exact the point is has to be
#   half a diagonal about the one and a whole one about the other. State which point it is beside the coordinates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import sys
from importlib.metadata import version

from mgrs import MGRS

EXPECTED = {
    "1.5.4": {"37UDQ": (48.745, 37.6397), "37UDQ51": (48.841, 38.3186), "37UDQ5828318374": (48.9169, 38.4306)},
    "1.6.0": {"37UDQ": (49.2008, 38.3136), "37UDQ51": (48.8863, 38.3862), "37UDQ5828318374": (48.9169, 38.4306)},
}
print("mgrs", version("mgrs"))
expected = EXPECTED[version("mgrs")]
seen = {}
for reference in expected:
    latitude, longitude = MGRS().toLatLon(reference)
    seen[reference] = (round(latitude, 4), round(longitude, 4))
    print(reference, "is at latitude and longitude", *seen[reference])
sys.exit(seen != expected)
PY
for release in 1.5.4 1.6.0; do
  python3 -m venv "$folder/$release"
  # 1.5.4 imports "packaging" and does not ask for it.
  "$folder/$release/bin/pip" install --quiet "mgrs==$release" 'packaging==25.0'
  "$folder/$release/bin/python" "$folder/ask.py"
done
