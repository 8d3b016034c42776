#!/usr/bin/env bash
# Package: openpyxl 3.1.5 (PyPI).
# A good guess: with `data_only=True`, a formula that gives an empty text is an empty text, and None means that no program
#   has computed the formula yet.
# What happens: both are None. Only the type of the cell tells them apart: "str" for the computed one, "n" for the other.
# Why it matters: `=IF(source="","",source)` is how spreadsheets fill a column. A check that refuses None as never computed
#   refuses half of a sound sheet; one that takes None for empty drops every value of a sheet that a script has written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'openpyxl==3.1.5'
"$folder/venv/bin/python" - <<'PY'
import io
import zipfile
from importlib.metadata import version

from openpyxl import load_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(cells: str) -> io.BytesIO:
    """A workbook of one row, as another program writes it."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="claims" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/worksheet" Target="sheet.xml"/></Relationships>',
        "xl/sheet.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    file.seek(0)
    return file


print("openpyxl", version("openpyxl"))

cells = '<c r="A1" t="str"><f>IF(TRUE,"","")</f><v></v></c><c r="B1"><f>1+1</f></c>'
seen = [(cell.value, cell.data_type) for cell in load_workbook(workbook(cells), data_only=True)["claims"][1]]
for name, value in zip(("computed, an empty text", "never computed"), seen, strict=True):
    print(f"{name}: value and type {value!r}")
raise SystemExit(seen != [(None, "str"), (None, "n")])
PY
