#!/usr/bin/env bash
# Package: warcio 1.8.1 (PyPI).
# A good guess: a timestamp of web archives that is cut short (2022, 202207) means its beginning, as Python's and most other
#   readers of incomplete dates take it, and as the same module takes a day without an hour in ISO 8601.
# What happens: it means its last second: 2022 is 31 December 2022, 23:59:59, 20220703 is 23:59:59 on that day. The reader of
#   ISO 8601 in the same module gives 00:00:00 for 2022-07-03.
# Why it matters: "archived by" is how a source proves that words stood there on a day. The same day read through the one or
#   the other function differs by a day all but a second, and a year by a year.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'warcio==1.8.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from warcio.timeutils import iso_date_to_datetime, timestamp_to_datetime

print("warcio", version("warcio"))
expected = {
    "2022": "2022-12-31T23:59:59",
    "202207": "2022-07-31T23:59:59",
    "20220703": "2022-07-03T23:59:59",
    "20220703211500": "2022-07-03T21:15:00",
    "2022-07-03": "2022-07-03T00:00:00",
}
seen = {text: (iso_date_to_datetime if "-" in text else timestamp_to_datetime)(text).isoformat() for text in expected}
for text, moment in seen.items():
    print(text, "is", moment)
raise SystemExit(seen != expected)
PY
