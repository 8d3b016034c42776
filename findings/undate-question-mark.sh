#!/usr/bin/env bash
# Package: undate 0.8.0 (PyPI).
# A good guess: a library for uncertain dates that accepts EDTF's "2022-06?" keeps the question mark, or else refuses it, as
#   it refuses the sets ("[2022-07-02,2022-07-03]") that it does not support.
# What happens: ?, ~ and % are accepted and dropped. "2022-06?" is equal to "2022-06", its text in EDTF is "2022-06", and
#   repr shows no difference. In an interval both ends lose theirs.
# Why it matters: a date that a source doubts is read, compared and written back as one that it is sure of. Reading a file
#   and writing it is enough to settle every doubt in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'undate==0.8.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from undate import Undate

print("undate", version("undate"))


def back(text):
    """The text that EDTF comes back as, or that it is refused."""
    try:
        return Undate.parse(text, "EDTF").format("EDTF")
    except ValueError:
        return "refused"


expected = {
    "2022-06": "2022-06",
    "2022-06?": "2022-06",
    "2022-07~": "2022-07",
    "2022-07-02%": "2022-07-02",
    "2022-06?/2022-07~": "2022-06/2022-07",
    "[2022-07-02,2022-07-03]": "refused",
}
seen = {text: back(text) for text in expected}
for text, found in seen.items():
    print(text, "comes back as", found)
doubted, sure = (Undate.parse(text, "EDTF") for text in ("2022-06?", "2022-06"))
alike = doubted == sure and repr(doubted) == repr(sure)
print("2022-06? and 2022-06 are equal, and so are their reprs:", alike)
raise SystemExit(seen != expected or not alike)
PY
