#!/usr/bin/env bash
# Package: xlsx2csv 0.8.4 (PyPI), on a workbook that openpyxl 3.1.5 writes.
# A good guess: a moment comes out as the cell shows it, 21:15, or in ISO 8601.
# What happens: 3 July 2022, 21:15 is 21:14 in a cell of format "yyyy-mm-dd hh:mm", as minutes are cut off, not rounded. In a
#   cell of format "d/m/yyyy h:mm", which spreadsheets show with 24 hours, it is 09:14 without a word on morning or evening,
#   and midnight is 12:00. A cell that holds a time without a day comes out right.
# Why it matters: who announced first, and whether a thing was said before or after a strike, is read from such columns. Noon
#   and midnight of a day become the same minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'xlsx2csv==0.8.4' 'openpyxl==3.1.5'
cd "$folder"
venv/bin/python - <<'PY'
import csv
import datetime as dt
import subprocess
from importlib.metadata import version

import openpyxl

print("xlsx2csv", version("xlsx2csv"))
book = openpyxl.Workbook()
sheet = book.active
for hour, minute in ((21, 15), (0, 0), (12, 0)):
    moment = dt.datetime(2022, 7, 3, hour, minute)
    sheet.append([moment, moment, moment.time()])
    for cell, shown in zip(sheet[sheet.max_row], ("yyyy-mm-dd hh:mm", "d/m/yyyy h:mm", "h:mm")):
        cell.number_format = shown
book.save("said.xlsx")
rows = list(csv.reader(subprocess.run(["venv/bin/xlsx2csv", "said.xlsx"], check=True, capture_output=True, text=True).stdout.splitlines()))
for row, moment in zip(rows, ("21:15", "00:00", "12:00")):
    print(moment, "->", row)
expected = [
    ["2022-07-03 21:14", "03/07/2022 09:14", "21:15"],
    ["2022-07-03 00:00", "03/07/2022 12:00", "00:00"],
    ["2022-07-03 12:00", "03/07/2022 12:00", "12:00"],
]
raise SystemExit(rows != expected)
PY
