#!/usr/bin/env bash
# Packages: ummalqura 2.0.1 and hijridate 2.6.0 (PyPI), both for Umm al-Qura, the calendar that Saudi Arabia prints.
# A good guess: this calendar is a table that has been printed, so two libraries of it agree on every day of the last decades;
#   days apart are for libraries that compute the moon by a rule.
# What happens: from 1960 to 2030 they agree on all days but sixty, which are two whole months: from 26 June to 25 July 2006
#   ummalqura is a day ahead, and in December 2024, from the 2nd to the 31st, a day behind. Neither a handful of days nor a
#   comparison of years shows it.
# Why it matters: the war of 2006 in Lebanon began on 12 July, the 16th of the month in one and the 17th in the other; Damascus
#   fell on 8 December 2024, the 7th in one and the 6th in the other. What a source dates to the 7th comes out as 9 December.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ummalqura==2.0.1' 'hijridate==2.6.0'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version

from hijridate import Gregorian, Hijri
from ummalqura.hijri_date import HijriDate

for name in ("ummalqura", "hijridate"):
    print(name, version(name))


def two(day: dt.date) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The year, month and day that each library gives for a day."""
    one = HijriDate(day.year, day.month, day.day, gr=True)
    return (one.year, one.month, one.day), Gregorian(day.year, day.month, day.day).to_hijri().datetuple()


first, last = dt.date(1960, 1, 1), dt.date(2030, 12, 31)
days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
apart = [day for day in days if len(set(two(day))) > 1]
spans = [str(day) for day in apart if {day - dt.timedelta(1), day + dt.timedelta(1)} - set(apart)]
print(f"from {first} to {last} they differ on {len(apart)} days, which begin and end on", *spans)
lebanon, damascus = two(dt.date(2006, 7, 12)), two(dt.date(2024, 12, 8))
print("12 July 2006 is", *lebanon, "and 8 December 2024 is", *damascus)
back = HijriDate(1446, 6, 7)
seventh = dt.date(back.year_gr, back.month_gr, back.day_gr).isoformat(), Hijri(1446, 6, 7).to_gregorian().isoformat()
print("7 Jumada al-Akhira 1446 is", *seventh)
seen = len(apart), spans, lebanon, damascus, seventh
expected = (
    60,
    ["2006-06-26", "2006-07-25", "2024-12-02", "2024-12-31"],
    ((1427, 6, 17), (1427, 6, 16)),
    ((1446, 6, 6), (1446, 6, 7)),
    ("2024-12-09", "2024-12-08"),
)
raise SystemExit(seen != expected)
PY
