#!/usr/bin/env bash
# Package: openpyxl 3.1.5 (PyPI).
# A good guess: characters that XML cannot hold, which a workbook writes as `_xHHHH_` (ECMA-376, ST_Xstring), are read as
#   these characters: a cell whose lines end in CR LF, as programs on Windows leave them, has a carriage return.
# What happens: the seven letters `_x000D_` stay in the text, in shared strings as in inline ones. Of the escape of the
#   escape, `_x005F_x000D_`, shared strings are read right and inline strings are left as they are.
# Why it matters: a quote from such a cell has letters that nobody said, and a search of its words does not find it.
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


def workbook(cells: str, shared: str = "") -> io.BytesIO:
    """A workbook of one row, as another program writes it."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="claims" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/worksheet" Target="sheet.xml"/>'
        f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/sheet.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    file.seek(0)
    return file


print("openpyxl", version("openpyxl"))

shared = "<si><t>They left._x000D_We stayed.</t></si><si><t>_x005F_x000D_</t></si>"
cells = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>They left._x000D_We stayed.</t></is></c>'
cells += '<c r="C1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>_x005F_x000D_</t></is></c>'
expected = ["They left._x000D_We stayed."] * 2 + ["_x000D_", "_x005F_x000D_"]
seen = [cell.value for cell in load_workbook(workbook(cells, shared))["claims"][1]]
for name, value in zip(("shared", "inline", "escaped and shared", "escaped and inline"), seen, strict=True):
    print(f"{name}: {value!r}")
raise SystemExit(seen != expected)
PY
