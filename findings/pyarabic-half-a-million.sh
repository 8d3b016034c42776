#!/usr/bin/env bash
# Package: PyArabic 0.6.15 (PyPI).
# A good guess: `text2number` reads a number in words; what it does not know it leaves out or refuses.
# What happens: "half a million" is a million, because the half is not a word it knows. A sentence with two figures gives
#   their sum: "three were killed and five wounded" is 8. `extract_number_phrases` finds the two apart.
# Why it matters: figures of displaced people are given in halves of millions, and those of an attack in pairs; each comes out
#   as a number of the right size that nobody has said.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'PyArabic==0.6.15'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from pyarabic import number

print("PyArabic", version("PyArabic"))
expected = {
    "ثلاثة آلاف": (3000, 1),
    "مئتان وخمسون": (250, 1),
    "نصف مليون": (1000000, 1),
    "قتل ثلاثة وأصيب خمسة": (8, 2),
}
wrong = False
for text, meaning in expected.items():
    found = (number.text2number(text), len(number.extract_number_phrases(text)))
    print(text, "->", found[0], "in phrases:", found[1])
    wrong |= found != meaning
raise SystemExit(wrong)
PY
