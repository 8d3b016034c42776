#!/usr/bin/env bash
# Package: frictionless 5.21.0 (PyPI), the reader of Data Packages.
# A good guess: in an integer field with `bareNumber` false, which lets signs of currency or per cent stand around a number, a
#   cell with something else in it is a fault.
# What happens: everything before the first and after the last digit goes, whatever it is: "~500" and "5 killed" are 500 and 5,
#   "T-72" is -72. "20-30" is a fault, for its hyphen stands between digits. With the field as it is by default, all of them
#   are faults.
# Why it matters: the option is what one reaches for when figures come as "about 500" or "5 killed". It takes off the hedge
#   without a word, and makes of a column that has slipped, with types of tanks in it, negative figures that are valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'frictionless==5.21.0'
"$folder/venv/bin/python" - <<'PY'
from frictionless import Schema, __version__

print("frictionless", __version__)
strict = Schema.from_descriptor({"fields": [{"name": "killed", "type": "integer"}]}).fields[0]
loose = Schema.from_descriptor({"fields": [{"name": "killed", "type": "integer", "bareNumber": False}]}).fields[0]
expected = {"500": (500, 500), "~500": (None, 500), "5 killed": (None, 5), "T-72": (None, -72), "20-30": (None, None)}
wrong = False
for text, meaning in expected.items():
    found = (strict.read_cell(text)[0], loose.read_cell(text)[0])
    print(text, "-> by default:", found[0], "with bareNumber false:", found[1])
    wrong |= found != meaning
raise SystemExit(wrong)
PY
