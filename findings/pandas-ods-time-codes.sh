#!/usr/bin/env bash
# Packages: pandas 3.1.1, reading a sheet that odfpy 1.4.1 wrote, with its engines odf and calamine (python-calamine 0.9.1).
# A good guess: a cell that holds a duration is read by its value, PT0H15M30S in the file, as a cell that holds a date is, and
#   whichever engine reads it; how the cell is shown is for the eye.
# What happens: the engine "odf", which pandas takes for .ods by itself, reads the text that is shown, and takes it for a time
#   of day. Fifteen minutes and thirty seconds, shown as 15:30, are half past three in the afternoon. Shown as 00:15:30 the
#   same value is right. "calamine" gives 00:15:30 for both. Dates are read by their value by both.
# Why it matters: where in a video something is seen is written as minutes and seconds, next to the hour at which it was said
#   to be filmed. The format of a column decides whether a place in a video is one, or an hour of the day, and the hour is
#   plausible.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pandas==3.1.1' 'odfpy==1.4.1' 'python-calamine==0.9.1'
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import pandas
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

for name in ("pandas", "odfpy", "python-calamine"):
    print(name, version(name))
book = OpenDocumentSpreadsheet()
table = Table(name="videos")
for shown in ("15:30", "00:15:30"):
    row = TableRow()
    for text, cell in (
        (shown, TableCell(valuetype="time", timevalue="PT00H15M30S")),
        ("3/7", TableCell(valuetype="date", datevalue="2022-07-03")),
    ):
        cell.addElement(P(text=text))
        row.addElement(cell)
    table.addElement(row)
book.spreadsheet.addElement(table)
book.save("videos.ods")
expected = {None: ["15:30:00", "00:15:30"], "odf": ["15:30:00", "00:15:30"], "calamine": ["00:15:30", "00:15:30"]}
wrong = False
for engine, times in expected.items():
    sheet = pandas.read_excel("videos.ods", header=None, engine=engine)
    seen, days = [str(value) for value in sheet[0]], {str(value.date()) for value in sheet[1]}
    wrong |= seen != times or days != {"2022-07-03"}
    print("engine", engine, "reads 15 minutes 30 seconds, shown as 15:30 and as 00:15:30, as", seen, "and the day as", days)
raise SystemExit(wrong)
PY
