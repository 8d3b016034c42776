#!/usr/bin/env bash
# Package: country_converter 1.3.2 with pandas 2.3.3 (PyPI).
# A good guess: its class GWcode (Gleditsch and Ward) holds the number under which datasets that use these numbers, UCDP
#   among them, record events in a state of today.
# What happens: Yemen is 680, which in that list is the south, a state until 1990; 678, under which all events in Yemen are
#   recorded, is not found. Serbia is 340; 345, under which UCDP records events in Serbia and Yugoslavia, is not found. Not
#   found is a word in the result ("not found") and a line in the log, no error.
# Why it matters: joined by this number, everything in Yemen falls out of a table, and it is the whole of one war.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'country_converter==1.3.2' 'pandas==2.3.3'
"$folder/venv/bin/python" - <<'PY'
import logging
from importlib.metadata import version

import country_converter

print("country_converter", version("country_converter"))
logging.disable(logging.CRITICAL)
countries = country_converter.CountryConverter()
numbers = {name: countries.convert(name, to="GWcode") for name in ("Ukraine", "Syria", "Yemen", "Serbia")}
names = {number: countries.convert(number, src="GWcode", to="name_short") for number in (369, 652, 678, 345)}
for key, found in {**numbers, **names}.items():
    print(key, "->", found)
right = numbers == {"Ukraine": 369, "Syria": 652, "Yemen": 680, "Serbia": 340}
raise SystemExit(not right or names != {369: "Ukraine", 652: "Syria", 678: "not found", 345: "not found"})
PY
