#!/usr/bin/env bash
# Package: gpxpy 1.6.2 (PyPI), which reads and writes the tracks of GPS receivers (GPX).
# A good guess: `clone()` of a track is the same track; the package's own documentation tells readers to work on a clone, so
#   that smoothing and thinning out do not touch the original.
# What happens: a time with an offset of one to nine hours west of Greenwich loses these hours in the copy: 18:00 at -05:00
#   is 18:00 at UTC, five hours too early, and is written so. Half hours stay: -03:30 becomes -00:30, and -09:30 becomes
#   -10:30. What is written with Z, to the east, or with -10:00 and beyond comes through whole, and so does every track that
#   is not copied. `copy.deepcopy` of a point does the same.
# Why it matters: all of the Americas lie there. A track or a photographer's waypoints are compared with the hour of a report
#   from Colombia or Haiti; thinned out first, as advised, they show who was there five hours before the event.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'gpxpy==1.6.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import gpxpy
from gpxpy.gpx import GPX

print("gpxpy", version("gpxpy"))


def moment(file: GPX) -> str:
    return file.waypoints[0].time.isoformat()


expected = {
    "2022-07-02T18:00:00-05:00": "2022-07-02T18:00:00+00:00",
    "2022-07-02T18:00:00-09:00": "2022-07-02T18:00:00+00:00",
    "2022-07-02T18:00:00-03:30": "2022-07-02T18:00:00-00:30",
    "2022-07-02T18:00:00-09:30": "2022-07-02T18:00:00-10:30",
    "2022-07-02T18:00:00-10:00": "2022-07-02T18:00:00-10:00",
    "2022-07-02T18:00:00+03:00": "2022-07-02T18:00:00+03:00",
    "2022-07-02T18:00:00+04:30": "2022-07-02T18:00:00+04:30",
    "2022-07-02T18:00:00Z": "2022-07-02T18:00:00+00:00",
}
wrong = False
for written, copied in expected.items():
    text = f'<gpx version="1.1" creator="x"><wpt lat="4.6" lon="-74.1"><time>{written}</time></wpt></gpx>'
    file = gpxpy.parse(text)
    read, seen = moment(file), moment(file.clone())
    stored = file.clone().to_xml().split("<time>")[1].split("</time>")[0]
    print(written, "is read as", read, "and is", seen, "in the copy, which is written as", stored)
    wrong |= read != written.replace("Z", "+00:00") or seen != copied or stored != copied.replace("+00:00", "Z")
raise SystemExit(wrong)
PY
