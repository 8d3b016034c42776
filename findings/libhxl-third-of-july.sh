#!/usr/bin/env bash
# Package: libhxl 5.2.2 (PyPI), the library behind the tools of the Humanitarian Exchange Language, beside six 1.17.0, which it
#   imports and does not ask for.
# A good guess: dates in ISO 8601 are read as such with or without a time of day, since "2022-07-03" is; where day and month
#   could be either, it is only in forms like 03/07/2022.
# What happens: with a time of day, day and month change places where they can: 2022-07-03T21:15:00Z is 7 March, while the
#   13th of July stays what it is. 20220703 is read as a number of seconds, 23 August 1970. "2-3 July 2022" is 3 July 2002.
#   Rows are filtered by these readings, without a word.
# Why it matters: `#date` with a time of day is what services export. A filter "since 1 July" loses the first six days of the
#   month, puts the 8th to the 12th into August to December, and keeps the rest, which looks like a quiet beginning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'libhxl==5.2.2' 'six==1.17.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import hxl

print("libhxl", version("libhxl"))
expected = {
    "2022-07-03": "2022-07-03",
    "2022-07-03T21:15:00Z": "2022-03-07",
    "2022-07-13T21:15:00Z": "2022-07-13",
    "2018-02-07T22:00:00+03:00": "2018-07-02",
    "20220703": "1970-08-23",
    "2-3 July 2022": "2002-07-03",
}
seen = {text: hxl.datatypes.normalise_date(text) for text in expected}
for text, day in seen.items():
    print(text, "is", day)
rows = [["#event", "#date"]] + [[name, f"2022-07-{name}T21:15:00Z"] for name in ("03", "12", "13", "30")]
kept = [row.values[0] for row in hxl.data(rows).with_rows("#date >= 2022-07-01")]
print("of 3, 12, 13 and 30 July, on or after 1 July:", kept)
raise SystemExit(seen != expected or kept != ["12", "13", "30"])
PY
