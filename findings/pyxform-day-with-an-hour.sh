#!/usr/bin/env bash
# Package: pyxform 4.5.0 with openpyxl 3.1.5 (PyPI), which makes forms for ODK, KoboToolbox and Enketo of a sheet.
# A good guess: the default of a question is what stands in the cell: a day in a question of type date, words in one of type
#   text.
# What happens: a day that the sheet holds as a day, as spreadsheets make it of what is typed, becomes "2022-07-02 00:00:00",
#   which is no xsd:date; written as text it stays "2022-07-02". An expression may stand in the column too, and words with a
#   " - ", " + " or " * " between them are one: "Luhansk - Donetsk" is to be computed, as the difference of two questions that
#   do not exist, while "Luhansk-Donetsk", "T-72", "tank / lorry" and the longer dash stay words. No warning comes for either.
# Why it matters: observers in the field confirm what a form offers. The day of an event and the sector of a front are typed
#   once as defaults, and whether the form has them depends on a cell's format or on a blank.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyxform==4.5.0' 'openpyxl==3.1.5'
cd "$folder"
venv/bin/python - <<'PY'
import datetime as dt
import xml.etree.ElementTree as ET
from importlib.metadata import version

import openpyxl
from pyxform.xls2xform import convert

for name in ("pyxform", "openpyxl"):
    print(name, version(name))
expected = [
    ("date", dt.date(2022, 7, 2), ("2022-07-02 00:00:00", None)),
    ("date", "2022-07-02", ("2022-07-02", None)),
    ("text", "Luhansk - Donetsk", (None, "Luhansk - Donetsk")),
    ("text", "Il-76 + An-26", (None, "Il-76 + An-26")),
    ("text", "Luhansk-Donetsk", ("Luhansk-Donetsk", None)),
    ("text", "Luhansk \u2013 Donetsk", ("Luhansk \u2013 Donetsk", None)),
    ("text", "tank / lorry", ("tank / lorry", None)),
    ("text", "T-72", ("T-72", None)),
]
book = openpyxl.Workbook()
book.active.title = "survey"
book.active.append(["type", "name", "label", "default"])
for number, (kind, default, _) in enumerate(expected):
    book.active.append([kind, f"q{number}", "Question", default])
book.save("form.xlsx")
form = convert("form.xlsx")
tree = ET.fromstring(form.xform)
namespace = "{http://www.w3.org/2002/xforms}"
computed = {action.get("ref", "").rsplit("/", 1)[-1]: action.get("value") for action in tree.iter(f"{namespace}setvalue")}
wrong = bool(form.warnings)
for number, (kind, default, answer) in enumerate(expected):
    element = next(element for element in tree.iter() if element.tag.endswith("}" + f"q{number}"))
    seen = element.text, computed.get(f"q{number}")
    wrong |= seen != answer
    print(kind, repr(default), "-> the value", repr(seen[0]), "and the expression", repr(seen[1]))
raise SystemExit(wrong)
PY
