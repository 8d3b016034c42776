#!/usr/bin/env bash
# Package: Pint 0.25.3 (PyPI).
# A good guess: Quantity("12 000 t") is 12000 tonnes, as "12,000 t" and "12_000 t" are, or an error, as a range ("14-64 km") is.
# What happens: a space between two numbers is a multiplication, and thousands are then counted with what follows them.
#   "12 000 t" is 12 times 0, no tonnes at all; "2 500 t" is 1000 t and "1 200 km" 200 km. The spaces that typography uses for
#   thousands, U+00A0 and U+202F, do the same, and so does the Swiss apostrophe.
# Why it matters: a space is how French, Ukrainian, Russian and the International System write thousands. Every round number of
#   thousands of tonnes of grain or of square kilometres becomes zero, and the others a plausible number that is too small.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'Pint==0.25.3'
"$folder/venv/bin/python" - <<'PY'
import pint

print("Pint", pint.__version__)
units = pint.UnitRegistry()


def read(text):
    """The number and its unit, or that the text is refused."""
    try:
        return f"{units.Quantity(text):~}"
    except pint.DimensionalityError:
        return "refused"


expected = {
    "12000 t": "12000 t",
    "12,000 t": "12000 t",
    "12_000 t": "12000 t",
    "14-64 km": "refused",
    "12 000 t": "0 t",
    "12\u00a0000 t": "0 t",
    "12\u202f000 t": "0 t",
    "12'000 t": "0 t",
    "2 500 t": "1000 t",
    "1 200 km": "200 km",
}
seen = {text: read(text) for text in expected}
for text, found in seen.items():
    print(ascii(text), "is", found)
raise SystemExit(seen != expected)
PY
