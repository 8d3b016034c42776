#!/usr/bin/env bash
# Package: edtf 5.0.2 (PyPI).
# A good guess: text_to_edtf, for dates in English, makes "[2022-07-02,2022-07-03]" of "2 or 3 July 2022"; or one of the two
#   days, as the documentation calls its parser "basic"; or None, which it gives for what it does not understand.
# What happens: the first day is taken for the year: "2 or 3 July 2022" is 2002-07-03, and "24-25 February 2022" is
#   2024-02-25. The year that stands in the text, in four digits, is dropped.
# Why it matters: "the night of 24-25 February" is how reports of war give a day. The result is a whole and valid date,
#   two years after the event or twenty before it, and passes for one that somebody wrote.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'edtf==5.0.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from edtf import text_to_edtf

print("edtf", version("edtf"))
expected = {
    "2 July 2022": "2022-07-02",
    "2 or 3 July 2022": "2002-07-03",
    "2-3 July 2022": "2002-07-03",
    "2 to 3 July 2022": "2002-07-03",
    "24-25 February 2022": "2024-02-25",
    "July 2 or 3, 2022": "2003-07-02",
    "the day is not known": None,
}
seen = {text: text_to_edtf(text) for text in expected}
for text, found in seen.items():
    print(f"text_to_edtf({text!r}) = {found!r}")
raise SystemExit(seen != expected)
PY
