#!/usr/bin/env bash
# Packages: khayyam 3.0.17, jdatetime 6.1.1 and persiantools 6.2.0 (PyPI), three conversions of the calendar of Iran.
# A good guess: the years of today are converted alike by all of them, as they have been printed, and differences lie in the
#   far past or future.
# What happens: for khayyam 1403 has no 366th day. From that day, 20 March 2025, to the end of 1404, 20 March 2026, it is a
#   day ahead: 13 June 2025 is 24 Khordad, with the others 23 Khordad. The nine years before (but for that day) and the year
#   after agree on every day. The package has open reports of it.
# Why it matters: the twelve days of war between Israel and Iran began on 23 Khordad 1404. Read by this package, each Iranian
#   statement of that year is a day earlier than it was made, and comes before what it answers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'khayyam==3.0.17' 'jdatetime==6.1.1' 'persiantools==6.2.0'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version

import jdatetime
import khayyam
from persiantools.jdatetime import JalaliDate

for name in ("khayyam", "jdatetime", "persiantools"):
    print(name, version(name))


def three(day: dt.date) -> list[str]:
    return [str(khayyam.JalaliDate(day)), str(jdatetime.date.fromgregorian(date=day)), str(JalaliDate(day))]


began = three(dt.date(2025, 6, 13))
back = str(khayyam.JalaliDate(1404, 3, 23).todate())
days = [dt.date(2016, 3, 20) + dt.timedelta(days=number) for number in range(4018)]
apart = [day for day in days if len(set(three(day))) > 1]
print("13 June 2025 is", *began, "and 23 Khordad 1404 is to khayyam", back)
print(f"from {days[0]} to {days[-1]} they differ on {len(apart)} days, from {apart[0]} to {apart[-1]}")
expected = ["1404-03-24", "1404-03-23", "1404-03-23"], "2025-06-12", 366, "2025-03-20", "2026-03-20"
raise SystemExit((began, back, len(apart), str(apart[0]), str(apart[-1])) != expected)
PY
