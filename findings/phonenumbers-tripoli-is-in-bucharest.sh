#!/usr/bin/env bash
# Package: phonenumbers 9.0.43 (PyPI), the Python form of libphonenumber and of its tables; tzdata 2025.2.
# A good guess: the time zone of a telephone number with one zone only is the zone of its country, or one with the same clocks.
# What happens: Libya and Palestine are both ("Europe/Bucharest",). Libya has no summer time, so its clocks differ from those of
#   Bucharest for seven months of each year; in Palestine summer time began on 29 April in 2023, in Romania on 26 March. Western
#   Sahara is in ("Atlantic/Canary",), an hour behind in winter, and South Sudan in ("Africa/Nairobi",), whose clocks it left in
#   2021. Lebanon, Syria and Sudan have their own zones.
# Why it matters: who gives hours to messages of a channel by the sender's number dates what was said at half past ten on a
#   summer evening in Tripoli to half past eleven, and what was said at half past eleven to the next day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'phonenumbers==9.0.43' 'tzdata==2025.2'
PYTHONTZPATH='' "$folder/venv/bin/python" - <<'PY'
from datetime import UTC, datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from phonenumbers import PhoneNumberType, example_number_for_type
from phonenumbers.timezone import time_zones_for_number

print("phonenumbers", version("phonenumbers"))
own = {
    "LY": ("Africa/Tripoli", datetime(2022, 7, 3, 21, 30, tzinfo=UTC)),
    "PS": ("Asia/Gaza", datetime(2023, 4, 15, 21, 30, tzinfo=UTC)),
    "EH": ("Africa/El_Aaiun", datetime(2023, 1, 15, 23, 30, tzinfo=UTC)),
    "SS": ("Africa/Juba", datetime(2023, 5, 20, 21, 30, tzinfo=UTC)),
    "LB": ("Asia/Beirut", datetime(2022, 7, 3, 21, 30, tzinfo=UTC)),
    "SY": ("Asia/Damascus", datetime(2022, 7, 3, 21, 30, tzinfo=UTC)),
    "SD": ("Africa/Khartoum", datetime(2022, 7, 3, 21, 30, tzinfo=UTC)),
}
seen = {}
for region, (zone, moment) in own.items():
    (found,) = time_zones_for_number(example_number_for_type(region, PhoneNumberType.MOBILE))
    days = [f"{moment.astimezone(ZoneInfo(name)):%d %H:%M}" for name in (zone, found)]
    seen[region] = (found, *days)
    print(f"{region}: {moment:%Y-%m-%d %H:%M} UTC is {days[0]} there, and {days[1]} in {found}")
expected = {
    "LY": ("Europe/Bucharest", "03 23:30", "04 00:30"),
    "PS": ("Europe/Bucharest", "15 23:30", "16 00:30"),
    "EH": ("Atlantic/Canary", "16 00:30", "15 23:30"),
    "SS": ("Africa/Nairobi", "20 23:30", "21 00:30"),
    "LB": ("Asia/Beirut", "04 00:30", "04 00:30"),
    "SY": ("Asia/Damascus", "04 00:30", "04 00:30"),
    "SD": ("Africa/Khartoum", "03 23:30", "03 23:30"),
}
raise SystemExit(seen != expected)
PY
