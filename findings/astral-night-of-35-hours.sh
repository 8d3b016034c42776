#!/usr/bin/env bash
# Package: astral 3.2 (PyPI).
# A good guess: `night(place, day)` without a time zone gives the night that follows that day at the place, in UTC: from dusk
#   to the next dawn.
# What happens: the day is one of UTC. Near Greenwich that is the same. In the Philippines the dawn after dusk falls on the
#   same day of UTC, so the one taken is a day later, and the night lasts 35 hours; at Honolulu dusk is taken a day early, and
#   it lasts almost 36. With the place's own time zone both nights last less than 12. `sun()` gives, for the same reason, a
#   sunset before the sunrise of "the same day".
# Why it matters: pictures are checked against dusk and dawn. A timestamp in broad daylight lies within such a night.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'astral==3.2' 'tzdata==2025.2'
"$folder/venv/bin/python" - <<'PY'
from datetime import date
from importlib.metadata import version
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import night, sun

print("astral", version("astral"))
places = {
    "Deir ez-Zor": (Observer(35.33, 40.14), "Asia/Damascus", 12, 12),
    "Marawi": (Observer(8.0, 124.3), "Asia/Manila", 35, 11),
    "Honolulu": (Observer(21.3, -157.8), "Pacific/Honolulu", 35, 11),
}
wrong = False
for name, (observer, zone, in_utc, in_zone) in places.items():
    found = []
    for timezone in (ZoneInfo("UTC"), ZoneInfo(zone)):
        dusk, dawn = night(observer, date(2018, 2, 7), tzinfo=timezone)
        found.append(int((dawn - dusk).total_seconds() // 3600))
        print(name, timezone.key, dusk.isoformat(timespec="minutes"), "to", dawn.isoformat(timespec="minutes"))
    wrong |= found != [in_utc, in_zone]
day = sun(Observer(21.3, -157.8), date(2018, 2, 7))
print("Honolulu", {name: moment.isoformat(timespec="minutes") for name, moment in day.items()})
raise SystemExit(wrong or not day["sunset"] < day["sunrise"])
PY
