#!/usr/bin/env bash
# Packages: country_converter 1.3.2 (PyPI), i18n-iso-countries 7.14.0, world-countries 5.1.0 and countries-list 3.4.1 (npm).
# A good guess: Kosovo, which ISO 3166 gives no code, is XK in every list (they agree on that), and so its code of three letters
#   is one too, or is left empty.
# What happens: it is XKX with the number 412 in country_converter and XKX in countries-list, XKK with 983 in
#   i18n-iso-countries, and UNK in world-countries, which gives no number. Where others are asked for, they are not known: XKX is
#   no country in i18n-iso-countries, and XKK and UNK are none in country_converter. Each is in the field for
#   ISO codes.
# Why it matters: tables are joined on three letters or on numbers more often than on two. Every row of Kosovo is dropped by an
#   inner join of two sources, and no others: for each other country i18n-iso-countries and world-countries have the same code.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'country_converter==1.3.2' 'pandas==2.3.3'
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'i18n-iso-countries@7.14.0' 'world-countries@5.1.0' 'countries-list@3.4.1'
cat >run.cjs <<'JS'
const iso = require("i18n-iso-countries");
const { getCountryData } = require("countries-list");
const world = require("world-countries").find((country) => country.cca2 === "XK");
const seen = {
  "i18n-iso-countries": [iso.alpha2ToAlpha3("XK"), iso.alpha2ToNumeric("XK")],
  "world-countries": [world.cca3, world.ccn3],
  "countries-list": [getCountryData("XK").iso3, ""],
  "XKX, XKK and UNK are valid in i18n-iso-countries": ["XKX", "XKK", "UNK"].map((code) => iso.isValid(code)),
};
for (const other of require("world-countries")) {
  if (other.cca2 !== "XK" && iso.alpha2ToAlpha3(other.cca2) !== other.cca3) seen[other.cca2] = [other.cca3];
}
process.stdout.write(JSON.stringify(seen));
JS
"$folder/venv/bin/python" - <<'PY'
import json
import logging
import subprocess
from importlib.metadata import version
from pathlib import Path

import country_converter

print("country_converter", version("country_converter"))
for name in ("i18n-iso-countries", "world-countries", "countries-list"):
    print(name, json.loads(Path(f"node_modules/{name}/package.json").read_text())["version"])
logging.disable(logging.CRITICAL)
countries = country_converter.CountryConverter()
seen = json.loads(subprocess.run(["node", "run.cjs"], check=True, capture_output=True, text=True).stdout)
seen["country_converter"] = [countries.convert("Kosovo", to=to) for to in ("ISO3", "ISOnumeric")]
names = countries.convert(["XKX", "XKK", "UNK"], to="name_short")
seen["XKX, XKK and UNK in country_converter"] = names
for name, codes in seen.items():
    print(name, codes)
expected = {
    "i18n-iso-countries": ["XKK", "983"],
    "world-countries": ["UNK", ""],
    "countries-list": ["XKX", ""],
    "XKX, XKK and UNK are valid in i18n-iso-countries": [False, True, False],
    "country_converter": ["XKX", 412],
    "XKX, XKK and UNK in country_converter": ["Kosovo", "not found", "not found"],
}
raise SystemExit(seen != expected)
PY
