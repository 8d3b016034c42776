#!/usr/bin/env bash
# Package: dateparser 1.5.0 (PyPI).
# A good guess: the months of Arabic are read as they are called in Syria, Iraq, Lebanon and Jordan (شباط for February) as
#   well as in Egypt (فبراير); and a month that is not known gives None.
# What happens: without a language, and with languages=["ar"], the twelve of Egypt are read and eleven of the Levant's are
#   None. The twelfth, آب, August, is the moment at which the program runs: it is read as the Urdu word for "now", and the
#   day and the year beside it are passed over, with REQUIRE_PARTS set as well. Only locales=["ar-SY"] (or ar-IQ, ar-LB,
#   ar-JO) reads all twelve.
# Why it matters: of reports from Deir ez-Zor or Mosul all but those of August have no date, and those of every August have
#   today's. A check for missing dates finds the first and never the second.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'dateparser==1.5.0'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version

import dateparser

print("dateparser", version("dateparser"))
LEVANT = ["كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"]
EGYPT = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]
SETTINGS = {"RELATIVE_BASE": datetime(2026, 6, 15, 12), "REQUIRE_PARTS": ["day", "month", "year"]}


def read(months, **how):
    """The day that the 7th of each month of 2018 is read as."""
    found = [dateparser.parse(f"7 {month} 2018", settings=SETTINGS, **how) for month in months]
    return [moment and moment.date().isoformat() for moment in found]


seen = {
    "Egypt": read(EGYPT),
    "Levant": read(LEVANT),
    "Levant, ar": read(LEVANT, languages=["ar"]),
    "Levant, ar-SY": read(LEVANT, locales=["ar-SY"]),
}
for case, days in seen.items():
    print(case, days)
every = [f"2018-{month:02}-07" for month in range(1, 13)]
expected = {
    "Egypt": every,
    "Levant": [None] * 7 + ["2026-06-15"] + [None] * 4,
    "Levant, ar": [None] * 12,
    "Levant, ar-SY": every,
}
raise SystemExit(seen != expected)
PY
