#!/usr/bin/env bash
# Package: word2number 1.1 (PyPI).
# A good guess: number words that are two numbers ("ten to fifteen dead") are refused, as text without a number is, or the
#   first of them is taken.
# What happens: all number words of the text are put together as if they were one number: ten to fifteen is 25, between five
#   and three hundred is 115, twenty-five to thirty is 130. "One hundred and fifty to two hundred" is 1. "Two dozen" is 2.
# Why it matters: losses are told as ranges, above all where the parties differ. What comes out looks like a figure that
#   somebody gave, and nobody did.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'word2number==1.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from word2number.w2n import word_to_num

print("word2number", version("word2number"))
expected = {
    "three hundred": 300,
    "ten to fifteen": 25,
    "ten or fifteen": 25,
    "twenty-five to thirty": 130,
    "between five and three hundred": 115,
    "one hundred and fifty to two hundred": 1,
    "two dozen": 2,
}
seen = {words: word_to_num(words) for words in expected}
for words, number in seen.items():
    print(words, "is", number)
raise SystemExit(seen != expected)
PY
