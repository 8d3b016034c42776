#!/usr/bin/env bash
# Package: numerizer 0.2.4 (PyPI), which writes the number words of a text as digits.
# A good guess: words that are numbers become digits; "no one" is no number, and "half a million" is 500000.
# What happens: "no one was killed" is "no 1 was killed", and "a second strike" is "1 2nd strike". "Half a million" is
#   "1/2 1000000", whose number is a million for whoever looks for digits. "Nobody" stays.
# Why it matters: texts are prepared so before figures are taken from them. "No one was killed at the bridge" gives one killed,
#   where the source denied that there was any, and half a million displaced are twice as many.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'numerizer==0.2.4'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from numerizer import numerize

print("numerizer", version("numerizer"))
expected = {
    "no one was killed": "no 1 was killed",
    "nobody was killed": "nobody was killed",
    "a second strike": "1 2nd strike",
    "half a million displaced": "1/2 1000000 displaced",
    "twelve or thirteen": "12 or 13",
}
seen = {text: numerize(text) for text in expected}
for text, digits in seen.items():
    print(text, "->", digits)
raise SystemExit(seen != expected)
PY
