#!/usr/bin/env bash
# Package: uroman 1.3.1.1 (PyPI), which writes any script in Latin letters.
# A good guess: numerals become digits, as its description says ("三万一" is 31000), and in the name of a place each character
#   is written as it sounds, as with Київ and 北京.
# What happens: one character of a name is a numeral too. Sansha, the prefecture of the disputed islands in the South China Sea,
#   is "3sha", Sanya with its naval base "3ya", Sichuan "4chuan", the Eighth Route Army "8lujun" and the Yijiangshan islands
#   "1jiangshandao". August the First, as the army calls its day, is "8·1" and two hundred people "liang100ming". To say that
#   the text is Chinese (`lcode="zho"`) changes nothing.
# Why it matters: romanised names are there to find one place in sources of several scripts. "3sha" is found by nobody who
#   looks for Sansha, nothing about it is refused, and whoever takes figures from the romanised text finds three of something.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'uroman==1.3.1.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import uroman

print("uroman", version("uroman"))
romanizer = uroman.Uroman()
expected = {
    "北京": "beijing",
    "三万一": "31000",
    "三沙": "3sha",
    "三亚": "3ya",
    "四川": "4chuan",
    "八路军": "8lujun",
    "一江山岛": "1jiangshandao",
    "八一": "8·1",
    "两百名": "liang100ming",
}
found = {text: romanizer.romanize_string(text) for text in expected}
in_chinese = {text: romanizer.romanize_string(text, lcode="zho") for text in expected}
for text, latin in found.items():
    print(text, "->", latin, "; as Chinese ->", in_chinese[text])
raise SystemExit(found != expected or in_chinese != expected)
PY
