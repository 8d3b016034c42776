#!/usr/bin/env bash
# Package: timefhuman 0.1.5 (PyPI).
# A good guess: "on 3 July 2022" is the day that "3 July 2022" is.
# What happens: with any word before it, a day written before its month is dropped, and the first of the month comes: "on
#   3 July 2022" is 1 July. "On 3 July" finds nothing. "2 to 3 July 2022" is from two to three o'clock in the night of
#   1 July. Written with the month first, all of them are right.
# Why it matters: day before month is how most of the world writes, and a test with bare dates passes. In running text, every
#   date of a month falls on its first day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'timefhuman==0.1.5'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version

from timefhuman import tfhConfig, timefhuman

print("timefhuman", version("timefhuman"))
expected = {
    "3 July 2022": "[datetime.datetime(2022, 7, 3, 0, 0)]",
    "on July 3, 2022": "[datetime.datetime(2022, 7, 3, 0, 0)]",
    "on 3 July 2022": "[datetime.datetime(2022, 7, 1, 0, 0)]",
    "until 3 July 2022": "[datetime.datetime(2022, 7, 1, 0, 0)]",
    "on 3 July": "[]",
    "2 to 3 July 2022": "[(datetime.datetime(2022, 7, 1, 2, 0), datetime.datetime(2022, 7, 1, 3, 0))]",
}
wrong = False
for text, meaning in expected.items():
    found = repr(timefhuman(text, tfhConfig(now=datetime(2022, 7, 10, 12))))
    print(text, "->", found)
    wrong |= found != meaning
raise SystemExit(wrong)
PY
