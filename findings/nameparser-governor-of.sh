#!/usr/bin/env bash
# Package: nameparser 2.6.0 (PyPI).
# A good guess: an office after a comma ("Ivan Example, Governor of Luhansk Oblast") is a title or a suffix, as "Ivan Example,
#   mayor" shows: title "mayor", first name Ivan, last name Example.
# What happens: with an office of several words the comma is read as that of "Last, First": the last name is "Ivan Example",
#   the title "Governor of Luhansk", and the first name is Oblast. Without the last word it comes out right.
# Why it matters: speakers are recorded with their offices, in just this form. Sorted or matched by last name, each office of
#   the same person makes another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'nameparser==2.6.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from nameparser import HumanName

print("nameparser", version("nameparser"))
expected = {
    "Ivan Example, mayor": ("mayor", "Ivan", "Example"),
    "Ivan Example, Governor of Luhansk": ("Governor of Luhansk", "Ivan", "Example"),
    "Ivan Example, Governor of Luhansk Oblast": ("Governor of Luhansk", "Oblast", "Ivan Example"),
    "Ivan Example, head of the regional administration": ("", "head of the regional", "Ivan Example"),
}
seen = {}
for text in expected:
    name = HumanName(text)
    seen[text] = (name.title, name.first, name.last)
    print(text, "-> title, first, last:", seen[text])
raise SystemExit(seen != expected)
PY
