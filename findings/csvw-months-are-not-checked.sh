#!/usr/bin/env bash
# Package: csvw 4.1.1 (PyPI), the library for CSV on the Web, which other formats of research data are built on.
# A good guess: a column of the datatype gYearMonth holds months, and a table with "2022-13" or "about July" in it is not
#   valid; a column of the datatype date holds days.
# What happens: gYearMonth, gYear, gMonthDay and gDay take any text, and `is_valid` is true. Of the column of days everything
#   behind the day is let pass: "2022-07-02T23:30:00+03:00" is a valid day, read with its hour and written without it. Only
#   a day that no calendar has is told.
# Why it matters: imprecise dates are the ones that have to be checked, and a file with a schema that says "month" is taken as
#   checked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'csvw==4.1.1'
"$folder/venv/bin/python" - "$folder" <<'PY'
import json
import sys
from importlib.metadata import version
from pathlib import Path

from csvw import CSVW

print("csvw", version("csvw"))
table, schema = Path(sys.argv[1], "events.csv"), Path(sys.argv[1], "events.csv-metadata.json")


def valid(datatype, text):
    """Whether a table of one cell is valid, and what the cell is read as."""
    column = {"name": "when", "titles": "when", "datatype": datatype}
    told = {"@context": "http://www.w3.org/ns/csvw", "url": "events.csv", "tableSchema": {"columns": [column]}}
    schema.write_text(json.dumps(told))
    table.write_text(f"when\n{text}\n")
    read = CSVW(str(schema), validate=True)
    return bool(read.is_valid), str(next(read.tables[0].iterdicts())["when"]) if read.is_valid else None


expected = {
    ("gYearMonth", "2022-07"): (True, "2022-07"),
    ("gYearMonth", "2022-13"): (True, "2022-13"),
    ("gYearMonth", "about July"): (True, "about July"),
    ("gYear", "2022-02-30"): (True, "2022-02-30"),
    ("date", "2022-07-02T23:30:00+03:00"): (True, "2022-07-02 23:30:00+03:00"),
    ("date", "2022-07-32"): (False, None),
    ("date", "2022-07"): (False, None),
}
seen = {asked: valid(*asked) for asked in expected}
for (datatype, text), (good, found) in seen.items():
    print(f"{datatype} {text!r}: {'valid, read as ' + repr(found) if good else 'not valid'}")
raise SystemExit(seen != expected)
PY
