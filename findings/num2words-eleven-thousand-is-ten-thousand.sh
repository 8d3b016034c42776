#!/usr/bin/env bash
# Package: num2words 0.5.14 (PyPI).
# A good guess: two different numbers are never written with the same words in one language.
# What happens: in Azerbaijani the "one" before "thousand" is left out, which is right for 1000 alone, in every number: 11000 is
#   "on min", ten thousand, 21000 is twenty thousand, 101000 a hundred thousand. In Persian any fraction of zeros and one 5
#   is "half": 0.05 and 0.005 are "نیم" as 0.5 is, and 12.005 is twelve and a half.
# Why it matters: figures in words are what statements, captions and spoken bulletins have, and what a reader trusts more than
#   digits. A thousand displaced people, or nine tenths of a share, are lost with no error, and a test of small numbers is fine.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'num2words==0.5.14'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from num2words import num2words

print("num2words", version("num2words"))
same = {
    "az": [(10000, 11000), (20000, 21000), (100000, 101000)],
    "fa": [(0.5, 0.05), (0.5, 0.005), (12.5, 12.005)],
}
told_apart = {
    "az": [(12000, 10000), (1000, 10000)],
    "fa": [(0.25, 0.025), (0.6, 0.06)],
    "uk": [(10000, 11000), (0.5, 0.05)],
    "tg": [(10000, 11000), (0.5, 0.05)],
}
wrong = False
for pairs, alike in ((same, True), (told_apart, False)):
    for language, numbers in pairs.items():
        for first, second in numbers:
            words = [num2words(number, lang=language) for number in (first, second)]
            print(f"{language}: {first} is {words[0]!r}, {second} is {words[1]!r}")
            wrong |= (words[0] == words[1]) != alike
raise SystemExit(wrong)
PY
