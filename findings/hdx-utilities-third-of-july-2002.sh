#!/usr/bin/env bash
# Package: hdx-python-utilities 4.2.5 (PyPI), with which datasets of the Humanitarian Data Exchange are read.
# A good guess: `parse_date_range`, which makes a span of a month or a year, makes one of "2-3 July 2022" and of the ISO 8601
#   interval 2022-07-02/2022-07-03, or refuses them.
# What happens: "2-3 July 2022" is 3 July 2002 at 20:22, for the year is read as a time of day and the day as a year. The
#   interval is its first day at 20:22; of the last day nothing is left. With `fuzzy`, "Q3 2022" is the month of March and
#   "7 to 8 February 2018" a day of 2007. A moment with an offset keeps its digits and becomes one of UTC.
# Why it matters: spans of two days are how operations and nights are dated. What comes is a valid date twenty years early
#   that sorts and counts like any other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'hdx-python-utilities==4.2.5'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from hdx.utilities.dateparse import parse_date_range

print("hdx-python-utilities", version("hdx-python-utilities"))
expected = {
    ("July 2022", False): ("2022-07-01T00:00", "2022-07-31T00:00"),
    ("2-3 July 2022", False): ("2002-07-03T20:22", "2002-07-03T20:22"),
    ("2022-07-02/2022-07-03", False): ("2022-07-02T20:22", "2022-07-02T20:22"),
    ("Q3 2022", True): ("2022-03-01T00:00", "2022-03-31T00:00"),
    ("7 to 8 February 2018", True): ("2007-02-08T20:18", "2007-02-08T20:18"),
    ("2022-07-03T23:30:00+03:00", False): ("2022-07-03T23:30", "2022-07-03T23:30"),
}
wrong = False
for (text, fuzzy), span in expected.items():
    ends = parse_date_range(text, fuzzy={} if fuzzy else None)
    found = tuple(f"{end:%Y-%m-%dT%H:%M}" for end in ends)
    print(text, "(fuzzy)" if fuzzy else "", "->", *found, ends[0].tzinfo)
    wrong |= found != span or any(end.utcoffset() for end in ends)
raise SystemExit(wrong)
PY
