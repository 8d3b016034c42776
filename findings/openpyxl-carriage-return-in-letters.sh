#!/usr/bin/env bash
# Packages: openpyxl 3.1.5 reads what XlsxWriter 3.2.9 writes (both PyPI).
# A good guess: characters that XML cannot hold, which a workbook writes as `_xHHHH_` (ECMA-376, ST_Xstring), are read as
#   these characters: a cell whose lines end in CR LF, as programs on Windows leave them, has a carriage return.
# What happens: the seven letters `_x000D_` stay in the text, in shared strings as in inline ones. Of the escape of the
#   escape, `_x005F_x000D_`, shared strings are read right and inline strings are left as they are.
# Why it matters: a quote from such a cell has letters that nobody said, and a search of its words does not find it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'openpyxl==3.1.5' 'xlsxwriter==3.2.9'
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import xlsxwriter
from openpyxl import load_workbook

print("openpyxl", version("openpyxl"), "XlsxWriter", version("xlsxwriter"))
SAID = "They left.\r\nWe stayed."
seen = {}
for kind in ("shared", "inline"):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": kind == "inline"}) as book:
        book.add_worksheet().write_row(0, 0, [SAID, "_x000D_"])
    file.seek(0)
    seen[kind] = [cell.value for cell in load_workbook(file).active[1]]
    print(f"{kind}: {seen[kind]!r}")
kept = "They left._x000D_\nWe stayed."
raise SystemExit(seen != {"shared": [kept, "_x000D_"], "inline": [kept, "_x005F_x000D_"]})
PY
