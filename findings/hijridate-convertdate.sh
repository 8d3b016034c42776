#!/usr/bin/env bash
# Packages: hijridate 2.6.0 and convertdate 2.5.1 (PyPI).
# A good guess: a day of the Islamic calendar is a day; two kept libraries agree on it, or differ about the rare month whose
#   new moon was hard to see.
# What happens: of the 5,114 days from 2011 to 2024 they give another date for 3,068, three in five. hijridate follows the
#   calendar that Saudi Arabia prints (Umm al-Qura), convertdate a fixed cycle of thirty years; neither result says which. On
#   108 days they do not even agree about the month.
# Why it matters: sources in Arabic date what happened by this calendar. The one library puts a report on the eve of an
#   event, the other on its day, and "was it said before?" turns on that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'hijridate==2.6.0' 'convertdate==2.5.1'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version

from convertdate import islamic
from hijridate import Gregorian, Hijri

for name in ("hijridate", "convertdate"):
    print(name, version(name))
days = [dt.date(2011, 1, 1) + dt.timedelta(days=number) for number in range(5114)]
pairs = [
    (Gregorian(day.year, day.month, day.day).to_hijri().datetuple(), tuple(islamic.from_gregorian(day.year, day.month, day.day)))
    for day in days
]
differ, other_month = sum(one != two for one, two in pairs), sum(one[:2] != two[:2] for one, two in pairs)
print(f"{days[0]} to {days[-1]}: {differ} of {len(days)} days have another date, {other_month} another month")
one, two = Hijri(1443, 12, 1).to_gregorian().isoformat(), dt.date(*islamic.to_gregorian(1443, 12, 1)).isoformat()
print("1 Dhu al-Hijja 1443 is", one, "and", two)
raise SystemExit((differ, other_month, one, two) != (3068, 108, "2022-06-30", "2022-07-01"))
PY
