#!/usr/bin/env bash
# Package: quantulum3 0.10.0 (PyPI), with inflect 7.6.0 and num2words 0.5.14.
# A good guess: a reader of quantities finds "500" in "500 T-72 tanks", and leaves the name of the tank alone.
# What happens: the letter of a weapon's name is a unit and its number an exponent, and the sign before it counts: tanks come
#   per tesla to the 72nd power, aircraft in siemens per atomic mass unit to the 25th, howitzers in metres to the 777th. For
#   rocket launchers the first letter is a prefix too, and two of them are two thousand million. Nothing is raised.
# Why it matters: sentences about losses of equipment are where figures are read by machine, and a filter that keeps bare
#   numbers drops just these, while one that keeps the value counts 2,000,000,000 launchers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'quantulum3==0.10.0' 'inflect==7.6.0' 'num2words==0.5.14'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from quantulum3 import parser

print("quantulum3", version("quantulum3"))
expected = {
    "500 men were lost.": [(500.0, "dimensionless")],
    "500 T-72 tanks were lost.": [(500.0, "per tesla to the 72")],
    "3 Su-25 jets were lost.": [(3.0, "siemens per atomic mass unit to the 25")],
    "Two M777 howitzers were lost.": [(2.0, "metre to the 777")],
    "2 BM-21 launchers were lost.": [(2000000000.0, "per metre to the 21")],
}
wrong = False
for text, quantities in expected.items():
    found = [(each.value, each.unit.name) for each in parser.parse(text)]
    print(text, "->", found)
    wrong |= found != quantities
raise SystemExit(wrong)
PY
