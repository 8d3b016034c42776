#!/usr/bin/env bash
# Package: ics 0.7.3 (PyPI), iCalendar for people.
# A good guess: a time without a zone (`DTSTART:20220702T220000`, RFC 5545 calls it floating) is that of the place, and stays
#   so when the calendar is read and written.
# What happens: it is written with a Z, as UTC. A time in Europe/Kyiv is written as UTC too, which is the same moment; so the
#   two, which were one and the same hour at the place, are three hours apart in the file. Whole days stay whole days.
# Why it matters: times of attacks are told in the time of the place. An evening's shelling of 22:00 is, for whoever opens the
#   new file in Kyiv, at 1:00 on the next day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ics==0.7.3'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from ics import Calendar

print("ics", version("ics"))


def written(start):
    """How the start of an event is written again."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a probe//", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20220703T000000Z")
    text = "\r\n".join((*lines, start, "SUMMARY:Shelling", "END:VEVENT", "END:VCALENDAR", ""))
    return next(line for line in Calendar(text).serialize().splitlines() if line.startswith("DTSTART"))


expected = {
    "DTSTART:20220702T220000": "DTSTART:20220702T220000Z",
    "DTSTART;TZID=Europe/Kyiv:20220702T220000": "DTSTART:20220702T190000Z",
    "DTSTART;VALUE=DATE:20220702": "DTSTART;VALUE=DATE:20220702",
}
seen = {start: written(start) for start in expected}
for start, found in seen.items():
    print(f"{start} is written as {found}")
raise SystemExit(seen != expected)
PY
