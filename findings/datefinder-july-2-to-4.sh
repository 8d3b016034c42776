#!/usr/bin/env bash
# Package: datefinder 1.0.0 (PyPI), which finds dates in English texts.
# A good guess: of "July 2-4, 2022" and "from July 2 to July 4, 2022" the year holds for both days, or the span is passed over;
#   a day in words ("the second of July 2022") is read, or not found.
# What happens: the first day of a span is found, in the year of reference (the present one, where none is given): 2 July 2024.
#   Of "July 2-4, 2022" no other date is found, so that 2022 is nowhere. "The second", "the third" and "the twenty-first of July
#   2022" are each 1 July, for only "July 2022" is found in them, and a month without a day is its first day.
# Why it matters: spans are how battles are dated in American texts, and the right year is in the same line. The battle
#   is put into the year in which somebody read of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'datefinder==1.0.0'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version

from datefinder import find_dates

print("datefinder", version("datefinder"))
read_on = dt.datetime(2024, 5, 20)
expected = {
    "July 2, 2022 to July 4, 2022": ["2022-07-02", "2022-07-04"],
    "from July 2 to July 4, 2022": ["2024-07-02", "2022-07-04"],
    "July 2 or July 3, 2022": ["2024-07-02", "2022-07-03"],
    "July 2-4, 2022": ["2024-07-02"],
    "July 2 and 3, 2022": ["2024-07-02"],
    "the 2nd of July 2022": ["2022-07-02"],
    "the second of July 2022": ["2022-07-01"],
    "the third of July 2022": ["2022-07-01"],
    "the twenty-first of July 2022": ["2022-07-01"],
}
seen = {}
for text in expected:
    found = list(find_dates(text, source=True, base_date=read_on))
    seen[text] = [f"{day:%Y-%m-%d}" for day, _ in found]
    print(f"read on 2024-05-20: {text!r} ->", seen[text], "from", [source for _, source in found])
raise SystemExit(seen != expected)
PY
