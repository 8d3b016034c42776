#!/usr/bin/env bash
# Package: striprtf 0.0.35 (PyPI), on Rich Text Format as Word writes it while changes are recorded.
# A good guess: the text of the document is that with its changes, without what was deleted or hidden; a raised number stays apart
#   from the one before it, as footnotes do, which the package drops with their marks.
# What happens: what is marked \deleted stays, without a mark and without a space. 12, corrected to 21, is "1221", and a hidden
#   figure is read too. A note's number that was typed and raised by hand makes "211" of 21. A real footnote is dropped.
# Why it matters: a corrected figure is where two versions of a report differ, and the correction is what one wants to keep. The
#   one that is read was never written by anybody, and is many times too large.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'striprtf==0.0.35'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from striprtf.striprtf import rtf_to_text

print("striprtf", version("striprtf"))
expected = {
    r"Killed: {\deleted 12}{\revised 21} people": "Killed: 1221 people",
    r"Killed: \deleted 12\deleted0 \revised 21\revised0  people": "Killed: 1221 people",
    r"Killed: {\v 12}21 people": "Killed: 1221 people",
    r"Killed: 21{\super 1} people": "Killed: 211 people",
    r"Killed: 21{\super\chftn {\footnote\pard\plain {\super\chftn } 7 more later}} people": "Killed: 21 people",
}
seen = {text: rtf_to_text(r"{\rtf1\ansi\deff0 " + text + r"\par}").strip() for text in expected}
for text, found in seen.items():
    print(text, "->", found)
raise SystemExit(seen != expected)
PY
