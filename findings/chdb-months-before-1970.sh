#!/usr/bin/env bash
# Package: chdb 4.4.0 with chdb-core 26.9.0 (PyPI): ClickHouse within a Python process.
# A good guess: where a column of days is read from a file and shown right, its months are right; a day that a type cannot
#   hold is an error, or null.
# What happens: 28 June 1914 is read and shown right and sorts before 1945, but every month before 1970 is January 1970
#   (`toStartOfMonth`), and so is every day that is made from text (`toDate('1914-06-28')`). Made from the column that was
#   read, the same day is 1 December 2093 (`toDate(day)`).
# Why it matters: events by month is the first chart anybody draws, and long series of wars begin long before 1970. All of
#   them stand in one bar, or in the future, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'chdb==4.4.0' 'chdb-core==26.9.0'
cd "$folder"
printf 'id,day\n1,1914-06-28\n2,1943-07-12\n3,2022-07-03\n' >events.csv
venv/bin/python - 2>/dev/null <<'PY'
from importlib.metadata import version

import chdb

print("chdb", version("chdb"), "chdb-core", version("chdb-core"))
expected = {
    "SELECT toYear(day) FROM file('events.csv')": ["1914", "1943", "2022"],
    "SELECT count() FROM file('events.csv') WHERE day < '1945-01-01'": ["2"],
    "SELECT toStartOfMonth(day) FROM file('events.csv')": ["1970-01-01", "1970-01-01", "2022-07-01"],
    "SELECT toDate(day) FROM file('events.csv')": ["2093-12-01", "2122-12-16", "2022-07-03"],
    "SELECT toDate('1914-06-28')": ["1970-01-01"],
}
wrong = False
for question, answer in expected.items():
    found = [line.strip('"') for line in str(chdb.query(question, "CSV")).split()]
    wrong |= found != answer
    print(question, "->", found)
raise SystemExit(wrong)
PY
