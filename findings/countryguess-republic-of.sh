#!/usr/bin/env bash
# Package: countryguess 0.4.9 (PyPI).
# A good guess: a name that is no country's has none, as "Crimea", "Chechnya", "Biafra" and "Artsakh" have none; so has
#   "Republic of Crimea", or it has the country that it lies in.
# What happens: what no pattern knows is compared letter by letter with the official names, and whoever calls himself "Republic
#   of" is so like some "Republic of" that one is found: that of Crimea is Armenia, that of Chechnya Kenya, that of South
#   Ossetia South Africa, that of Biafra or of Artsakh Iraq, that of Donetsk Indonesia. Names with the words in another order
#   ("Donetsk People's Republic") stay without. The answer says nothing about how it was found.
# Why it matters: those who proclaim republics are parties to wars, and lists of actors have their names. With the official
#   name instead of the short one an event is in a country that had no part in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'countryguess==0.4.9'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from countryguess import guess_country

print("countryguess", version("countryguess"))
expected = {
    "Yemen": ("Yemen", "Yemen"),
    "Sudan": ("Sudan", "Sudan"),
    "Crimea": (None, "Armenia"),
    "Chechnya": (None, "Kenya"),
    "South Ossetia": (None, "South Africa"),
    "Abkhazia": (None, "Albania"),
    "Biafra": (None, "Iraq"),
    "Artsakh": (None, "Iraq"),
    "Donetsk": (None, "Indonesia"),
}


def country(name):
    found = guess_country(name)
    return found and found["name_short"]


seen = {name: (country(name), country(f"Republic of {name}")) for name in expected}
for name, (short, official) in seen.items():
    print(f"{name} -> {short}; Republic of {name} -> {official}")
other = country("Donetsk People's Republic")
print("Donetsk People's Republic ->", other)
raise SystemExit(seen != expected or other is not None)
PY
