#!/usr/bin/env bash
# Package: mahad 0.3.0 (PyPI, imported as `maha`), which finds numbers and dates in Arabic texts.
# A good guess: numbers from eleven to ninety-nine before "thousand" are read as those of three to ten are; and the hyphen between
#   two figures is no minus sign.
# What happens: from eleven on the counted noun has another ending in Arabic (ألفا), and that one is not known: eleven thousand
#   (أحد عشر ألفا) is 11, while three thousand (ثلاثة آلاف) is 3000 and twenty thousand without the ending (عشرين ألف) 20000. Two
#   and a half million (مليونين ونصف) is 2000000, but half a million 500000. "14-64" is 14 and -64.
# Why it matters: that ending is the written norm of the agencies and the press. The greatest figures, of displaced people or
#   detainees, become a thousandth, beside others that are right. Search for ألفا by yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mahad==0.3.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from maha.parsers.functions import parse_dimension

print("mahad", version("mahad"))
expected = {
    "ثلاثة آلاف": [3000],
    "عشرين ألف": [20000],
    "أحد عشر ألفا": [11],
    "عشرون ألفا": [20],
    "نصف مليون": [500000],
    "مليونين ونصف": [2000000],
    "14-64": [14, -64],
}
seen = {text: [found.value for found in parse_dimension(text, numeral=True)] for text in expected}
for text, numbers in seen.items():
    print(text, "is", numbers)
raise SystemExit(seen != expected)
PY
