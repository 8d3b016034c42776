#!/usr/bin/env bash
# Package: dateparser 1.5.0 (PyPI).
# A good guess: where the name of a month means different months in different languages, the rest of the date decides, or
#   nothing is answered: Croatian writes "listopada" for October and puts a point after the day.
# What happens: Croatian is known, and most of its months are found without naming the language ("5. lipnja 1992" is June,
#   "4. kolovoza 1995" August). But "18. listopada 1991" is 18 November: a language that comes earlier in the package's order
#   has the same word for the month after. With languages=["hr"] it is 18 October.
# Why it matters: eleven months of a Croatian chronicle come out right and one is late by a month, so that a check of a few
#   dates passes. Vukovar fell on 18 November 1991; what is dated a month before moves to that day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'dateparser==1.5.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import dateparser

print("dateparser", version("dateparser"))
MONTHS = "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca".split()


def numbers(languages):
    """The number of the month in which each of the year's twelve Croatian names is found."""
    return [dateparser.parse(f"18. {name} 1991", languages=languages).month for name in MONTHS]


seen = {"named": numbers(["hr"]), "not named": numbers(None)}
for language, months in seen.items():
    print("months where Croatian is", language, months)
in_order = list(range(1, 13))
raise SystemExit(seen != {"named": in_order, "not named": [11 if month == 10 else month for month in in_order]})
PY
