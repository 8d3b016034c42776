#!/usr/bin/env bash
# Package: duckdb 2.0.1 (PyPI).
# A good guess: a CSV column of "24.02.22" stays text, or is read with the day first, as "24.02.2022" in the same place is.
# What happens: with two digits the year comes first, whatever separates them: "24.02.22" is 22 February 2024, and
#   "31.03.22" is 22 March 2031. All rows agree with that order as long as no year is written that is no day, so nothing
#   warns; the day of every row is the year, 22.
# Why it matters: this is how dates stand in Ukrainian, Russian and German lists. The column is a DATE, sorts and compares,
#   and puts the beginning of the invasion two years late and the battles of its second month into the next decade.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'duckdb==2.0.1'
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from pathlib import Path

import duckdb

print("duckdb", duckdb.__version__)
written = {
    "four digits": ["24.02.2022", "31.03.2022"],
    "points": ["24.02.22", "31.03.22"],
    "strokes": ["24/02/22", "31/03/22"],
    "hyphens": ["24-02-22", "31-03-22"],
}
seen = {}
for name, days in written.items():
    file = Path(sys.argv[1], "events.csv")
    file.write_text("id,day\n" + "".join(f"{number},{day}\n" for number, day in enumerate(days)))
    rows = duckdb.sql(f"SELECT day::VARCHAR, typeof(day) FROM read_csv('{file}') ORDER BY id").fetchall()
    seen[name] = rows
    print(days, "read as", rows)
wrong = [("2024-02-22", "DATE"), ("2031-03-22", "DATE")]
right = [("2022-02-24", "DATE"), ("2022-03-31", "DATE")]
expected = {"four digits": right, "points": wrong, "strokes": wrong, "hyphens": wrong}
raise SystemExit(seen != expected)
PY
