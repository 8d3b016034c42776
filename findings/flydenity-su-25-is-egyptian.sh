#!/usr/bin/env bash
# Package: flydenity 0.1.6 (PyPI), which tells the country of an aircraft from its registration.
# A good guess: a text is of a country if it is a registration as that country writes them; the name of a weapon or a type
#   is none, and the usual registrations of a country are all known.
# What happens: the letters before the hyphen are enough, whatever comes after: Su-25 and Su-57 are from Egypt, F-16 from France,
#   B-52 from China, TB-2 from Turkey, AK-47 from the United States, D-30 from Germany. Of Russia's registrations
#   those that end in 0 are not known: RA-78831 is, RA-78830 is not. Of Sudan's, ST-AQM is known only without its hyphen.
# Why it matters: reports name aircraft by type and by registration in one breath. Who strikes becomes the air force of another
#   country, and every tenth transport of one air force has none. Look up what you know to be a registration, and nothing else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'flydenity==0.1.6'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from flydenity import Parser

print("flydenity", version("flydenity"))
expected = {
    "SU-25": "Egypt",
    "SU-57": "Egypt",
    "F-16": "France",
    "B-52": "China",
    "TB-2": "Turkey",
    "AK-47": "United States",
    "D-30": "Germany",
    "RA-78831": "Russia",
    "RA-78830": None,
    "STAQM": "Sudan",
    "ST-AQM": None,
    "UR-CKC": "Ukraine",
}
parser = Parser()
found = {text: parser.parse(text) for text in expected}
seen = {text: answer and answer["nation"] for text, answer in found.items()}
for text, nation in seen.items():
    print(text, "->", nation)
raise SystemExit(seen != expected)
PY
