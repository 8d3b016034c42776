#!/usr/bin/env bash
# Package: text2num 3.1.0 (PyPI, imported as `text_to_num`).
# A good guess: `alpha2digit` writes numbers as digits, and leaves alone what is no number: "hundreds", "tens of thousands".
# What happens: in English a plural is its number. "Hundreds were wounded" is "100 were wounded", "tens of thousands fled" is
#   "10 of 1000 fled", and Spanish "miles de personas" is "1000 de personas". French ("des milliers") and German
#   ("Tausende") stay as they are.
# Why it matters: "hundreds" is what is said where nobody has counted. As 100 it is a figure, of somebody who never gave one,
#   and the lowest that the word can mean: two reports that agree seem to clash, and one that is vague seems exact.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'text2num==3.1.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from text_to_num import alpha2digit

print("text2num", version("text2num"))
expected = {
    ("en", "one hundred were wounded"): "100 were wounded",
    ("en", "hundreds were wounded"): "100 were wounded",
    ("en", "thousands of people fled"): "1000 of people fled",
    ("en", "tens of thousands fled"): "10 of 1000 fled",
    ("en", "dozens were killed"): "dozens were killed",
    ("es", "miles de personas"): "1000 de personas",
    ("fr", "des milliers de personnes"): "des milliers de personnes",
    ("de", "Tausende Menschen"): "Tausende Menschen",
}
seen = {(language, text): alpha2digit(text, language) for language, text in expected}
for (language, text), found in seen.items():
    print(f"{language} {text!r} becomes {found!r}")
raise SystemExit(seen != expected)
PY
