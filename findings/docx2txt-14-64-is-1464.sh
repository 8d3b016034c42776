#!/usr/bin/env bash
# Packages: docx2txt 0.9, docx2python 3.7.1, python-docx 1.2.0 and mammoth 1.13.0 (PyPI), which read the text of a Word document.
# A good guess: a hyphen between two digits is read as a hyphen, whatever key the author used, or at least as a space.
# What happens: the hyphen that does not break a line (Ctrl+Shift+Hyphen, an element of its own in the file) is dropped without a
#   trace by docx2txt and docx2python. A range of 14 to 64 dead is 1464 dead, and "2022-07-03" is 20220703. python-docx and
#   mammoth give "14-64", the latter with U+2011, the sign of Unicode for it.
# Why it matters: this hyphen is used for just what should not be torn apart at the end of a line: ranges, dates, numbers of
#   brigades. The figure that is read looks like any other, and is many times too large.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'docx2txt==0.9' 'docx2python==3.7.1' 'python-docx==1.2.0' 'mammoth==1.13.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import docx
import docx2txt
import mammoth
from docx.oxml import OxmlElement
from docx2python import docx2python

names = ("docx2txt", "docx2python", "python-docx", "mammoth")
print(*(f"{name} {version(name)}" for name in names))
document = docx.Document()
for parts in (["Between 14", "64 dead"], ["On 2022", "07", "03"]):
    paragraph = document.add_paragraph()
    for number, part in enumerate(parts):
        run = paragraph.add_run()
        if number:
            run._r.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(part)
document.save("report.docx")
with open("report.docx", "rb") as file:
    by_mammoth = mammoth.extract_raw_text(file).value
with docx2python("report.docx") as read:
    by_docx2python = read.text
texts = (
    docx2txt.process("report.docx"),
    by_docx2python,
    "\n".join(paragraph.text for paragraph in docx.Document("report.docx").paragraphs),
    by_mammoth,
)
seen = {name: [line for line in text.splitlines() if line.strip()] for name, text in zip(names, texts, strict=True)}
for name, lines in seen.items():
    print(name, "reads", lines)
run_together, whole = ["Between 1464 dead", "On 20220703"], ["Between 14-64 dead", "On 2022-07-03"]
expected = {
    "docx2txt": run_together,
    "docx2python": run_together,
    "python-docx": whole,
    "mammoth": [line.replace("-", "\u2011") for line in whole],
}
raise SystemExit(seen != expected)
PY
