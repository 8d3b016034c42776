#!/usr/bin/env bash
# Packages: timezonefinder 8.0.0 and 9.0.0 (PyPI), tzdata 2025.2.
# A good guess: the zone of a point is the zone whose clocks the place had, so that a day of the past can be worked out with
#   it; and a new release of the package moves borders at most.
# What happens: 8.0.0 ships the zones that are told apart by the clocks of today alone. Syria keeps +03:00 the whole year
#   since October 2022, so Khasham is in "Europe/Moscow"; Sarajevo is in "Europe/Paris" and Juba in "Africa/Johannesburg".
#   The zone is valid, and every date before the clocks became alike is worked out with another country's. 9.0.0 answers
#   "Asia/Damascus", from the same call.
# Why it matters: the fighting at Khasham was in the night from 7 to 8 February 2018, when clocks there showed +02:00. What
#   happened at 23:30 of the 7th happened on the 8th by 8.0.0. Days are local to the place of the event: a count by day of a
#   war of the past changes with the release of a package, with no error in either.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from timezonefinder import TimezoneFinder

PLACES = {"Khasham": (40.3, 35.3), "Sarajevo": (18.41, 43.85), "Juba": (31.58, 4.85)}
EXPECTED = {
    "8.0.0": ["Europe/Moscow 2018-02-08", "Europe/Paris 2018-02-07", "Africa/Johannesburg 2018-02-07"],
    "9.0.0": ["Asia/Damascus 2018-02-07", "Europe/Sarajevo 2018-02-07", "Africa/Juba 2018-02-08"],
}
print("timezonefinder", version("timezonefinder"))
finder = TimezoneFinder()
half_past_eleven = datetime(2018, 2, 7, 21, 30, tzinfo=UTC)
seen = []
for place, (longitude, latitude) in PLACES.items():
    zone = finder.timezone_at(lng=longitude, lat=latitude)
    seen.append(f"{zone} {half_past_eleven.astimezone(ZoneInfo(zone)):%Y-%m-%d}")
    print("21:30 UTC of 7 February 2018 in", place, "is on", seen[-1])
sys.exit(seen != EXPECTED[version("timezonefinder")])
PY
for release in 8.0.0 9.0.0; do
  python3 -m venv "$folder/$release"
  "$folder/$release/bin/pip" install --quiet "timezonefinder==$release" 'tzdata==2025.2'
  "$folder/$release/bin/python" "$folder/ask.py"
done
