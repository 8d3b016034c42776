#!/usr/bin/env bash
# Package: pyproj 3.7.2 (PyPI), whose wheel brings PROJ.
# A good guess: a transformation from the datum of an old map to WGS 84 moves all points of that map by a few hundred metres; a
#   point for which there is none is refused, or there is a warning. `only_best=True` asks for just that.
# What happens: for Indian 1954 (EPSG:4239), on which maps of Myanmar and Thailand are drawn, PROJ knows one transformation,
#   within a box around Thailand. At 97.35° E a point moves 347 metres; at 97.33° E it comes back unchanged, as it does in
#   Loikaw, Yangon, Mandalay and Sittwe. Two points 2,097 metres apart on the map are then 1,782 metres apart. There is no
#   warning, with `only_best=True` neither, and to name Myanmar as the area of interest changes nothing. With
#   `allow_ballpark=False` all points move.
# Why it matters: coordinates in old reports, and on sheets that are still used, are of such a datum. Places of one day of
#   fighting in the east of Myanmar are off against each other by a third of a kilometre, those west of the meridian wrong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyproj==3.7.2'
PROJ_NETWORK=OFF "$folder/venv/bin/python" -W error - <<'PY'
from importlib.metadata import version

from pyproj import CRS, Geod, Transformer, proj_version_str
from pyproj.aoi import AreaOfInterest

print("pyproj", version("pyproj"), "PROJ", proj_version_str)
print("EPSG:4239 is", CRS("EPSG:4239").name, "for", CRS("EPSG:4239").area_of_use)
ellipsoid = Geod(ellps="WGS84")
places = {
    "97.33 E": (97.33, 19.67),
    "97.35 E": (97.35, 19.67),
    "Loikaw": (97.21, 19.67),
    "Hpa-An": (97.63, 16.89),
    "Yangon": (96.15, 16.8),
    "Mandalay": (96.08, 21.97),
    "Sittwe": (92.9, 20.15),
}


def moved(**how):
    """By how many metres each place moves."""
    to_wgs84 = Transformer.from_crs("EPSG:4239", "EPSG:4326", always_xy=True, **how)
    return {name: round(ellipsoid.inv(*point, *to_wgs84.transform(*point))[2]) for name, point in places.items()}


ways = {
    "as it is": {},
    "only_best": {"only_best": True},
    "area of interest": {"area_of_interest": AreaOfInterest(92, 9, 102, 29)},
    "no ballpark": {"allow_ballpark": False},
}
seen = {name: moved(**how) for name, how in ways.items()}
for name, metres in seen.items():
    print(name, metres)
west, east = places["97.33 E"], places["97.35 E"]
plain = Transformer.from_crs("EPSG:4239", "EPSG:4326", always_xy=True)
before = round(ellipsoid.inv(*west, *east)[2])
after = round(ellipsoid.inv(*plain.transform(*west), *plain.transform(*east))[2])
print("between 97.33 and 97.35:", before, "metres on the map,", after, "after the transformation")
unmoved = {name for name, metres in seen["as it is"].items() if metres == 0}
right = unmoved == {"97.33 E", "Loikaw", "Yangon", "Mandalay", "Sittwe"} and seen["as it is"]["97.35 E"] == 347
right &= seen["as it is"] == seen["only_best"] == seen["area of interest"] and min(seen["no ballpark"].values()) > 250
raise SystemExit(not right or (before, after) != (2097, 1782))
PY
