#!/usr/bin/env bash
# Package: OWSLib 0.35.0 with lxml 6.1.3 and python-dateutil 4.0.0 (PyPI), the client for the services of OGC; its reader of
#   observations (O&M 2.0, GML 3.2).
# A good guess: the time of an observation is read whether GML gives it as an instant or as a period; a month or a year, which
#   GML allows there, begins on its first day or is None; and a mark that a position is "before" or "after" what is written is
#   kept, or makes None.
# What happens: an instant is None, always; a period is read. Its month is filled in with the day, and its year with the day and
#   the month, on which the program runs: 2022-07 is 29 July 2022 on any 29th. "Before 2 July 2022" and "after 2 July 2022" are
#   2 July 2022. Only a position that is "unknown" is None.
# Why it matters: observations of stations and satellites come in this form. What was seen at one moment has no time,
#   and what was seen "in July" has another day each day it is read, though nobody gave it one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'OWSLib==0.35.0' 'lxml==6.1.3' 'python-dateutil==4.0.0'
"$folder/venv/bin/python" - <<'PY'
import calendar
import datetime as dt
from importlib.metadata import version

from lxml import etree
from owslib.swe.observation.om import OM_Observation

print("OWSLib", version("OWSLib"), "python-dateutil", version("python-dateutil"))
NAMES = 'xmlns:om="http://www.opengis.net/om/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"'


def observed(time: str) -> OM_Observation:
    text = f"<om:OM_Observation {NAMES}><om:phenomenonTime>{time}</om:phenomenonTime></om:OM_Observation>"
    return OM_Observation(etree.fromstring(text))


def begin(position: str, mark: str = "") -> dt.datetime | None:
    attribute = f' indeterminatePosition="{mark}"' if mark else ""
    times = f"<gml:beginPosition{attribute}>{position}</gml:beginPosition><gml:endPosition>2023-01-01</gml:endPosition>"
    return observed(f'<gml:TimePeriod gml:id="t">{times}</gml:TimePeriod>').phenomenonTime.start


def day_in_2022(month: int) -> dt.datetime:
    """The day of this month on which the program runs, in a month of 2022, or its last day if it is shorter."""
    day = min(dt.date.today().day, calendar.monthrange(2022, month)[1])
    return dt.datetime(2022, month, day)


instant = "<gml:timePosition>2022-07-02T21:15:00Z</gml:timePosition>"
seen = {
    "the instant 2022-07-02T21:15:00Z": observed(f'<gml:TimeInstant gml:id="t">{instant}</gml:TimeInstant>').phenomenonTime,
    "a period from 2022-07-02T21:15:00Z": begin("2022-07-02T21:15:00Z"),
    "a period from 2022-07": begin("2022-07"),
    "a period from 2022": begin("2022"),
    "a period from before 2022-07-02": begin("2022-07-02", "before"),
    "a period from after 2022-07-02": begin("2022-07-02", "after"),
    "a period from unknown": begin("", "unknown"),
}
expected = [
    None,
    dt.datetime(2022, 7, 2, 21, 15, tzinfo=dt.UTC),
    day_in_2022(7),
    day_in_2022(dt.date.today().month),
    dt.datetime(2022, 7, 2),
    dt.datetime(2022, 7, 2),
    None,
]
for time, answer in seen.items():
    print(time, "->", answer)
raise SystemExit(list(seen.values()) != expected)
PY
