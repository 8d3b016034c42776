#!/usr/bin/env bash
# Package: edtf 5.0.2 (PyPI).
# A good guess: text_to_edtf, which reads "before June 2022" and "after June 2022" rightly, reads "not later than" as
#   "before" and "not before" as "after", or else does not understand them and gives None.
# What happens: the "not" is not seen and the other word is: "not later than 3 July 2022" is 2022-07-03/ (that day and on),
#   and "not before June 2022" is /2022-06 (up to that month). Each is the opposite of what the text says.
# Why it matters: "no later than" is what a careful source writes when it knows a bound and no day. An event that had
#   happened by 3 July is then searched for, and counted, only after it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'edtf==5.0.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from edtf import parse_edtf, struct_time_to_date, text_to_edtf

print("edtf", version("edtf"))
expected = {
    "before June 2022": "/2022-06",
    "after June 2022": "2022-06/",
    "not before June 2022": "/2022-06",
    "no earlier than June 2022": "/2022-06",
    "not after June 2022": "2022-06/",
    "not later than 3 July 2022": "2022-07-03/",
}
seen = {text: text_to_edtf(text) for text in expected}
for text, found in seen.items():
    print(f"text_to_edtf({text!r}) = {found!r}")
first = struct_time_to_date(parse_edtf(seen["not later than 3 July 2022"]).lower_strict())
print("the first day that 'not later than 3 July 2022' allows is", first)
raise SystemExit(seen != expected or first.isoformat() != "2022-07-03")
PY
