#!/usr/bin/env bash
# Package: edtf 5.0.2 (PyPI).
# A good guess: lower_fuzzy and upper_fuzzy of an approximate month are a month before and after it, as the documentation
#   says with an example ("1979-08~" may be from July to September 1979).
# What happens: a year is added to the month. "1979-08~", the example itself, is from July 1978 to September 1980; and
#   "2022-06-15~", about one day, is from 14 May 2021 to 16 July 2023, more than two years wide. Only "2022~" is as
#   documented, a year more on either side.
# Why it matters: these two are the columns that the package's Django field fills for filters. "About 15 June 2022" is then
#   found in a search for May 2021, before the invasion that it is a part of, and in every month until July 2023.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'edtf==5.0.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from edtf import parse_edtf, struct_time_to_date

print("edtf", version("edtf"))
expected = {
    "1979-08": "1979-08-01 1979-08-31",
    "1979-08~": "1978-07-01 1980-09-30",
    "2022-06-15~": "2021-05-14 2023-07-16",
    "2022~": "2021-01-01 2023-12-31",
}
seen = {}
for text in expected:
    date = parse_edtf(text)
    seen[text] = f"{struct_time_to_date(date.lower_fuzzy())} {struct_time_to_date(date.upper_fuzzy())}"
    print(text, "may be from and to", seen[text])
raise SystemExit(seen != expected)
PY
