#!/usr/bin/env bash
# Package: mahad 0.3.0 (PyPI, imported as `maha`), which finds numbers and dates in Arabic texts.
# A good guess: a day with its year, as Arabic papers write it and in ISO 8601, is that day, whichever of the two names of the
#   month is used; or it is not found.
# What happens: with the month in words the year is dropped, so "15 March 2011" is 15 March of any year that it is added to; the
#   text counts as read. 2022-07-03 is 7 March, also without its year, while 3/7/2022 is 3 July 2022. "After 3 July" is 3 July.
# Why it matters: the value is made to be added to a day, and for an archive on Syria that is today or the day of the page. All
#   that began in March 2011 happens this year, and days in ISO 8601 change place with months until the 12th.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mahad==0.3.0'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version

from maha.parsers.functions import parse_dimension

print("mahad", version("mahad"))
BASE = datetime(2026, 1, 1)
expected = {
    "3/7/2022": "2022-07-03",
    "2022-07-03": "2026-03-07",
    "15 آذار 2011": "2026-03-15",
    "15 مارس 2011": "2026-03-15",
    "بعد 3 يوليو 2022": "2026-07-03",
}
seen = {}
for text in expected:
    (found,) = parse_dimension(text, time=True)
    seen[text] = (BASE + found.value).date().isoformat()
    print(text, "is", found.value, "from", BASE.date(), "on:", seen[text])
raise SystemExit(seen != expected)
PY
