#!/usr/bin/env bash
# Packages: mwparserfromhell 0.7.2 and wikitextparser 3.0.0 (PyPI), two parsers of MediaWiki's markup that share no code.
# A good guess: the plain text of an article (`strip_code()`, `plain_text()`) leaves out notes and boxes, and keeps what a
#   reader sees in the sentence, or at least leaves a gap that can be noticed.
# What happens: every template goes with all that stands in it. Distances, figures of dead, names of places without an
#   article and quoted foreign words are templates, so the sentence stays, reads almost well, and has lost its figure or its
#   place. The mark that a reference failed verification is lost the same way.
# Why it matters: articles on battles are where many collections begin. Two parsers that agree are no check of each other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mwparserfromhell==0.7.2' 'wikitextparser==3.0.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import mwparserfromhell
import wikitextparser

for name in ("mwparserfromhell", "wikitextparser"):
    print(name, version(name))
expected = {
    "They stood {{convert|8|km|mi}} west of the town.": "They stood  west of the town.",
    "The attack killed {{circa|300}} of them.": "The attack killed  of them.",
    "They entered {{ill|Examplivka|uk|Example}} and left.": "They entered  and left.",
    "The refinery was taken.{{failed verification|date=July 2022}}": "The refinery was taken.",
    "[[Some Governor|The governor]] said ''nothing''.": "The governor said nothing.",
}
ways = {
    "mwparserfromhell": lambda text: str(mwparserfromhell.parse(text).strip_code()),
    "wikitextparser": lambda text: wikitextparser.parse(text).plain_text(),
}
wrong = False
for text, plain in expected.items():
    print(text)
    for name, way in ways.items():
        found = way(text)
        wrong |= found != plain
        print("   ", name, "->", repr(found))
raise SystemExit(wrong)
PY
