#!/usr/bin/env bash
# Package: number-parser 0.3.2 (PyPI), of the makers of dateparser.
# A good guess: `parse` writes the numbers of a text in digits: "20 thousand" is 20000, and "half a million" is 500000 or stays
#   as it is; "no one" is nobody.
# What happens: only words count, each run of them by itself. Beside digits a multiplier is a number of its own: "20 thousand"
#   is "20 1000". "Half a million" is "half a 1000000", "two and a half thousand" is "2 and a half 1000", and "no one was
#   killed" is "no 1 was killed". `parse_number` of the same texts is None.
# Why it matters: "20 thousand fled" is how agencies write. Whoever takes the numbers out of such a text gets 20 or 1000, and
#   of half a million the double.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'number-parser==0.3.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from number_parser import parse, parse_number

print("number-parser", version("number-parser"))
expected = {
    "twenty thousand fled": "20000 fled",
    "20 thousand fled": "20 1000 fled",
    "half a million fled": "half a 1000000 fled",
    "two and a half thousand fled": "2 and a half 1000 fled",
    "no one was killed": "no 1 was killed",
}
seen = {text: parse(text, language="en") for text in expected}
for text, found in seen.items():
    print(f"{text!r} becomes {found!r}")
numbers = {text: parse_number(text, language="en") for text in ("twenty thousand", "20 thousand", "half a million")}
print("parse_number:", numbers)
raise SystemExit(seen != expected or list(numbers.values()) != [20000, None, None])
PY
