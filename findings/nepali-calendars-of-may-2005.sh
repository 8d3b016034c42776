#!/usr/bin/env bash
# Packages: nepali-datetime 1.0.8.5, bikram 2.1.4, npdatetime 0.2.11, nepali 1.2.0, pyBSDate 0.3.2, nepali-calendar-utils 3.1.0
#   (PyPI), six conversions between Bikram Sambat, the calendar of Nepal, and the Gregorian one.
# A good guess: they agree about days that are long past. Months of this calendar have 29 to 32 days by tables that were
#   printed years ago, and all six count 2062 and its neighbours among the years they know.
# What happens: from 14 May to 14 June 2005 they stand three against three, a day apart, for one half has a first month of 31
#   days in 2062 and the other of 30. Before and after, back to 1996, all six agree, so a test of a few dates passes.
# Why it matters: the war in Nepal was reported in this calendar and lasted until 2006. Which day an event of that month was
#   depends on the library; only a record that keeps the date as it was written can be mended.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'nepali-datetime==1.0.8.5' 'bikram==2.1.4' 'npdatetime==0.2.11' 'nepali==1.2.0' \
  'pyBSDate==0.3.2' 'nepali-calendar-utils==3.1.0'
"$folder/venv/bin/python" - <<'PY'
from datetime import date, timedelta

import bikram
import nepali_datetime
import npdatetime
import pyBSDate
from nepali.datetime import nepalidate
from nepali_calendar_utils import NepaliDateConverter


def parts(day):
    return day.year, day.month, day.day


def detailed(day):
    found = NepaliDateConverter.convert_english_to_nepali(*parts(day))
    return found.year, found.month, found.day_of_month


ways = {
    "nepali-datetime": lambda day: parts(nepali_datetime.date.from_datetime_date(day)),
    "bikram": lambda day: parts(bikram.samwat.from_ad(day)),
    "npdatetime": lambda day: parts(npdatetime.NepaliDate.from_gregorian(*parts(day))),
    "nepali": lambda day: parts(nepalidate.from_date(day)),
    "pyBSDate": lambda day: tuple(pyBSDate.convert_AD_to_BS(*parts(day))),
    "nepali-calendar-utils": detailed,
}
days = [date(1996, 2, 13) + timedelta(number) for number in range((date(2006, 11, 21) - date(1996, 2, 13)).days + 1)]
quarrels = [day for day in days if len({way(day) for way in ways.values()}) > 1]
print(len(days), "days from", days[0], "to", days[-1], "of which not agreed:", len(quarrels), quarrels[0], "to", quarrels[-1])
for name, way in ways.items():
    print("2005-06-01", name, "->", way(date(2005, 6, 1)))
earlier = [name for name, way in ways.items() if way(date(2005, 6, 1)) == (2062, 2, 18)]
later = [name for name, way in ways.items() if way(date(2005, 6, 1)) == (2062, 2, 19)]
right = (quarrels[0], quarrels[-1], len(quarrels)) == (date(2005, 5, 14), date(2005, 6, 14), 32)
raise SystemExit(not right or earlier != list(ways)[:3] or later != list(ways)[3:])
PY
