#!/usr/bin/env bash
# Package: prefixdate 0.6.1 (PyPI), which reads dates for FollowTheMoney's entities.
# A good guess: of ISO 8601 it keeps as much as it can say, cuts off what it cannot, and refuses what it does not read: the
#   month of an impossible day, for one; a week and a day of the year either as a day, or not at all.
# What happens: 2022-W26-7 and 2022-184, which both are 3 July 2022, are read as the year 2022, while 2022-07-32 is refused and
#   2022-07-00 is July.
# Why it matters: dates are compared as text there, and "2022" comes before every day of it. A claim of July that a source
#   dates by week stands before the war began.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'prefixdate==0.6.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import prefixdate

print("prefixdate", version("prefixdate"))
expected = {"2022-07-03": "2022-07-03", "2022-07-00": "2022-07", "2022-07-32": None, "2022-W26-7": "2022", "2022-184": "2022"}
seen = {text: prefixdate.parse(text).text for text in expected}
for text, found in seen.items():
    print(text, "is", found)
raise SystemExit(seen != expected)
PY
