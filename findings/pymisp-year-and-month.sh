#!/usr/bin/env bash
# Package: pymisp 2.5.34.4 (PyPI).
# A good guess: the date of an event, which in MISP is a day, refuses "2022" and "2022-07", or takes the first day of them.
# What happens: what the text leaves out is filled in from the day on which the program runs. "2022-07" set on the 28th is 28
#   July 2022, "2022" set on 28 November is 28 November 2022; on another day it is another day.
# Why it matters: MISP is where many who document attacks keep their events, and sources often give a month alone. The day
#   looks as exact as any other, is nobody's statement, and differs between two runs over the same file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pymisp==2.5.34.4' 'freezegun==1.5.5'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from freezegun import freeze_time
from pymisp import MISPEvent

print("pymisp", version("pymisp"))
expected = {
    ("2022-07-02", "2026-11-28"): "2022-07-02",
    ("2022-07", "2026-11-28"): "2022-07-28",
    ("2022", "2026-11-28"): "2022-11-28",
    ("2022", "2026-03-05"): "2022-03-05",
}
seen = {}
for text, today in expected:
    with freeze_time(today):
        event = MISPEvent()
        event.date = text
        seen[text, today] = event.date.isoformat()
    print(text, "set on", today, "is", seen[text, today])
raise SystemExit(seen != expected)
PY
