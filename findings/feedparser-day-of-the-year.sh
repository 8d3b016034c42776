#!/usr/bin/env bash
# Package: feedparser 6.0.14 (PyPI).
# A good guess: of the date formats that its documentation lists, ISO 8601 ordinal dates ("2003-335") among them, all are
#   read as the day they name: 2022-183 is 2 July 2022.
# What happens: 2022-183 is read as 1 June of the year after, and 2022-123 as another month too; only some days come out
#   right. No error is set (`bozo` is false) and the text is kept beside the wrong moment.
# Why it matters: who sorts reports by `updated_parsed`, as readers do, puts a report of the fall of a city eleven months
#   after it; "what was known on that day" then leaves it out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'feedparser==6.0.14'
"$folder/venv/bin/python" - <<'PY'
from datetime import date, timedelta

import feedparser

print("feedparser", feedparser.__version__)
FEED = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><id>f</id>'
    "<entry><id>e</id><title>e</title><updated>{}</updated></entry></feed>"
)
seen, wrong = {}, 0
for number in range(1, 366):
    text = f"2022-{number:03}"
    feed = feedparser.parse(FEED.format(text))
    read = date(*feed.entries[0].updated_parsed[:3])
    meant = date(2022, 1, 1) + timedelta(days=number - 1)
    wrong += read != meant
    seen[text] = (read.isoformat(), bool(feed.bozo))
    if text in {"2022-335", "2022-183"}:
        print(f"{text} is {meant}; read as {read}; bozo: {bool(feed.bozo)}")
print(f"{wrong} of 365 days of 2022 are read as another day")
raise SystemExit(seen["2022-183"] != ("2023-06-01", False) or not wrong)
PY
