#!/usr/bin/env bash
# Package: jellyfish 1.3.0 (PyPI), which compares names by letters and by sound.
# A good guess: codes by sound that were made for English refuse a name in another script, or give it back as it is.
# What happens: each does something else. `metaphone` of any Cyrillic or Arabic name is empty, so all of them sound alike;
#   `soundex` is the first letter and three zeros, so Kharkiv, Kherson and Khmelnytskyi are one, and so are Halab (Aleppo), Homs
#   and Hama; only `nysiis` gives the name back. `match_rating_comparison` compares spellings and finds that Deir ez-Zor in Syria
#   is Deir al-Balah in Gaza.
# Why it matters: codes by sound are what duplicates are looked for by. A list of places with Ukrainian names beside English ones is
#   put into blocks that are right for the English ones, and all others are in one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'jellyfish==1.3.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import jellyfish

print("jellyfish", version("jellyfish"))
expected = {
    "Kharkiv": ("KHRKF", "K621"),
    "Kherson": ("KHRSN", "K625"),
    "Харків": ("", "Х000"),
    "Херсон": ("", "Х000"),
    "Хмельницький": ("", "Х000"),
    "حلب": ("", "ح000"),
    "حمص": ("", "ح000"),
    "حماة": ("", "ح000"),
}
seen = {name: (jellyfish.metaphone(name), jellyfish.soundex(name)) for name in expected}
for name, (metaphone, soundex) in seen.items():
    print(f"{name}: metaphone {metaphone!r}, soundex {soundex!r}, nysiis {jellyfish.nysiis(name)!r}")
whole = jellyfish.nysiis("Харків") == "ХАРКІВ" and jellyfish.nysiis("حلب") == "حلب"
pair = "دير الزور", "دير البلح"
alike = jellyfish.match_rating_comparison(*pair)
print(*pair, "are alike by match_rating_comparison:", alike)
raise SystemExit(seen != expected or not whole or alike is not True)
PY
