#!/usr/bin/env bash
# Package: markitdown 0.1.9 (PyPI) with pandas 3.0.0 and openpyxl 3.1.5, which turns a workbook into a table of Markdown.
# A good guess: a cell of the sheet is a cell of the table, with the figure that the sheet shows; a vertical bar in a cell is
#   escaped, as the same package does for a CSV file.
# What happens: the bar is not escaped. The row of "Army | Police" gets a column more than the others, so that its 12 dead stand
#   under "Wounded" and "Police" under "Killed". And one empty cell in a column of numbers makes decimals of the whole column: 3
#   becomes 3.0, and a moment in milliseconds, 1656883800123, is rounded to 1.656884e+12, so that two moments ten minutes apart
#   are the same.
# Why it matters: this is a common way to hand a table of events to a language model, or to keep it as text. Actors
#   with a bar between them and empty cells are common there, and the figures that come out look like any others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'markitdown[xlsx]==0.1.9' 'pandas==3.0.0' 'openpyxl==3.1.5'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
import csv
from importlib.metadata import version

import openpyxl
from markitdown import MarkItDown

print(*(f"{name} {version(name)}" for name in ("markitdown", "pandas", "openpyxl")))
rows = [
    ["Actor", "Killed", "Wounded", "Posted"],
    ["Army | Police", 12, 3, 1656883800123],
    ["Militia", 5, None, None],
    ["Police", 7, 1, 1656884400123],
]
workbook = openpyxl.Workbook()
for row in rows:
    workbook.active.append(row)
workbook.save("events.xlsx")
with open("events.csv", "w", newline="") as file:
    csv.writer(file).writerows(rows)
seen = {}
for name in ("events.csv", "events.xlsx"):
    seen[name] = [line for line in MarkItDown().convert(name).text_content.splitlines() if line.startswith("|")]
    print(name, *seen[name], sep="\n  ")
head = ["| Actor | Killed | Wounded | Posted |", "| --- | --- | --- | --- |"]
expected = {
    "events.csv": [
        *head,
        "| Army \\| Police | 12 | 3 | 1656883800123 |",
        "| Militia | 5 |  |  |",
        "| Police | 7 | 1 | 1656884400123 |",
    ],
    "events.xlsx": [
        *head,
        "| Army | Police | 12 | 3.0 | 1.656884e+12 |",
        "| Militia | 5 | NaN | NaN |",
        "| Police | 7 | 1.0 | 1.656884e+12 |",
    ],
}
raise SystemExit(seen != expected)
PY
