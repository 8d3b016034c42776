#!/usr/bin/env bash
# Package: ctparse 0.3.6 (PyPI).
# A good guess: where the text names day, month and year, the answer has that year; the time of reference fills in only what
#   the text leaves open.
# What happens: "3 July 2022" is read as that day. With the part of the day in words, the same date loses its year: it becomes
#   the next such day after the time of reference, and "2022" is taken for a time of day or for nothing. The answer has no
#   mark of that, and the part of the day stands in it as it should.
# Why it matters: evening and night are what reports of fighting say beside a date; an archive read with today's date as the
#   time of reference puts the evenings of past years into the coming one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ctparse==0.3.6'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version

from ctparse import ctparse

print("ctparse", version("ctparse"))
expected = {
    "3 July 2022": (2022, 7, 3, None),
    "evening of 3 July 2022": (2023, 7, 3, "evening"),
    "morning of 3 July 2022": (2023, 7, 3, "morning"),
}
wrong = False
for text, meaning in expected.items():
    read = ctparse(text, ts=datetime(2022, 7, 10), timeout=0).resolution
    found = (read.year, read.month, read.day, read.POD)
    print(text, "->", found)
    wrong |= found != meaning
raise SystemExit(wrong)
PY
