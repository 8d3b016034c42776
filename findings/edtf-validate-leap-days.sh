#!/usr/bin/env bash
# Package: edtf-validate 2.0.0 (PyPI), which says whether a text is a date in EDTF.
# A good guess: a validator that refuses 31 June, a 13th month and an interval that ends before it begins knows how long February
#   is in each year, and takes sets and intervals as the standard writes them.
# What happens: 30 February is refused, but 29 February is valid in any year, 2021 and 1900 as well. An interval from a day to its
#   month or year (level 0 allows ends of any precision) is not valid, while one from a month to its day is. A set of one month,
#   {2022-07}, is not valid, and choices that run backwards, [2022-07-05..2022-07-02], are.
# Why it matters: "from 2 July to some day of July" is how vague claims are written, and it is refused, while a day that never was
#   passes and fails in the next program.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'edtf-validate==2.0.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from edtf_validate.valid_edtf import is_valid

print("edtf-validate", version("edtf-validate"))
expected = {
    "2022-06-31": False,
    "2021-02-30": False,
    "2021-02-29": True,
    "1900-02-29": True,
    "2022-07-02/2022-07-01": False,
    "2022-07~/2022-07-01": True,
    "2022-07~/2022-06": False,
    "2022-07-02/2022-07": False,
    "2022-07-02/2022": False,
    "2022-07/2022-07-02": True,
    "[2022-07-02,2022-07-03]": True,
    "[2022-07-05..2022-07-02]": True,
    "{2022-07}": False,
    "{2022-07,2022-08}": True,
}
seen = {text: bool(is_valid(text)) for text in expected}
for text, found in seen.items():
    print(text, "is valid" if found else "is not valid")
raise SystemExit(seen != expected)
PY
