#!/usr/bin/env bash
# Package: parsedatetime 2.6 (PyPI), also what `recurrent` and other readers of English dates stand on.
# A good guess: "a day earlier" is the day before the time of reference.
# What happens: it is the day after: "earlier" is not known, and what remains, "a day", counts forward. So do "two days
#   earlier", "a week earlier" and "24 hours earlier". "Two days before" and "two days ago" count back. "Since 25 June", read
#   on 10 July, begins in June of the next year. The status says each time that a date was found.
# Why it matters: "a day earlier" is how agencies put what was said against what was said before. The denial lands two days
#   from where it belongs, after the claim that it went before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'parsedatetime==2.6'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version

import parsedatetime

print("parsedatetime", version("parsedatetime"))
calendar = parsedatetime.Calendar()
expected = {
    "two days ago": ("2022-07-08", 1),
    "two days before": ("2022-07-08", 1),
    "two days earlier": ("2022-07-12", 1),
    "a day earlier": ("2022-07-11", 1),
    "a week earlier": ("2022-07-17", 1),
    "24 hours earlier": ("2022-07-11", 2),
    "since 25 June": ("2023-06-25", 1),
}
wrong = False
for text, meaning in expected.items():
    moment, status = calendar.parseDT(text, datetime(2022, 7, 10, 12))
    print(text, "->", moment.date(), status)
    wrong |= (moment.date().isoformat(), status) != meaning
raise SystemExit(wrong)
PY
