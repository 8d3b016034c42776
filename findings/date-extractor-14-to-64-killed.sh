#!/usr/bin/env bash
# Package: date-extractor 5.1.5 (PyPI), which finds dates in texts of many languages, Arabic among them.
# A good guess: of "July 2-4, 2022" and "14-64 killed on 3 July 2022" one finds days of July, or passes over what is a span or
#   a range of people.
# What happens: "July 2-4, 2022" is 4 February 2022, as "2-4" is a month and a day there, and the name of the month before it
#   is not needed. "14-64 killed" is 4 January 1964, and "killed 10-12" is 2 January 2010.
# Why it matters: spans of days and ranges of victims are how reports on fighting are written. What comes out is a day like
#   any other, in another month or in another century.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'date-extractor==5.1.5' 'pytz==2026.6'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from date_extractor import extract_dates

print("date-extractor", version("date-extractor"))
expected = {
    "3 July 2022": ["2022-07-03"],
    "July 2-4, 2022": ["2022-02-04"],
    "14-64 killed on 3 July 2022": ["1964-01-04", "2022-07-03"],
    "killed 10-12 on 3 July 2022": ["2010-01-02", "2022-07-03"],
}
seen = {text: [day.date().isoformat() for day in extract_dates(text)] for text in expected}
for text, days in seen.items():
    print(text, "->", days)
raise SystemExit(seen != expected)
PY
