#!/usr/bin/env bash
# Package: polars 2.1.0 with fastexcel 0.21.0 (PyPI), on a workbook that xlsxwriter 3.3.1 writes.
# A good guess: `read_excel`, which guesses the type of a column from its first 100 rows, fails on a later cell that does not
#   fit, as `read_csv` of the same table does with the cell, the column and advice; or reads the column as text.
# What happens: the cell becomes null, without a word: "14-64" in a column of numbers, "about July 2022" and the text
#   "2022-07-03" in a column of days. A row that has no other cells is taken for an empty one and dropped. In the first 100 rows
#   the same cells make the column text. `infer_schema_length=None` reads everything.
# Why it matters: exact figures and days come first where a sheet is sorted or was filled over years, and what is not exact
#   comes later. It is just the ranges and the doubtful days that are gone, and a table of 103 rows does not say that it had 104.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'polars==2.1.0' 'fastexcel==0.21.0' 'xlsxwriter==3.3.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from datetime import date
from importlib.metadata import version

import polars as pl
import xlsxwriter

print("polars", version("polars"), "fastexcel", version("fastexcel"))
later = [
    ("B", "14-64", "about July 2022"),
    ("C", 7, "2022-07-03"),
    (None, "about 50", "unknown"),
    ("D", 9, date(2022, 7, 4)),
]


def write(rows):
    """The rows below the names of three columns, days as days, in events.xlsx."""
    with xlsxwriter.Workbook("events.xlsx") as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate([("source", "killed", "on"), *rows]):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell, day if isinstance(cell, date) else None)


exact = [("A", 5, date(2022, 7, 2))]
write(exact * 99 + later)
before = pl.read_excel("events.xlsx")
print("99 exact rows, then", later, "->", before.height, "rows;", before.tail(4).rows())
write(exact * 100 + later)
after = pl.read_excel("events.xlsx")
print("100 exact rows, then the same ->", after.height, "rows;", after.tail(3).rows())
whole = pl.read_excel("events.xlsx", infer_schema_length=None)
print("the same, types from all rows ->", whole.height, "rows;", whole["killed"].tail(4).to_list())
whole.write_csv("events.csv")
try:
    refused = str(pl.read_csv("events.csv").height)
except pl.exceptions.ComputeError as error:
    refused = str(error).splitlines()[0]
print("the same as CSV ->", refused)
kept = ["14-64", "7", "about 50", "9"]
right = before["killed"].tail(4).to_list() == kept and whole["killed"].tail(4).to_list() == kept
lost = [("B", None, None), ("C", 7, None), ("D", 9, date(2022, 7, 4))]
right &= after.height == 103 and after.tail(3).rows() == lost and whole.height == 104
raise SystemExit(not right or "could not parse `14-64`" not in refused)
PY
