#!/usr/bin/env bash
# Package: duckdb 2.0.1 (PyPI).
# A good guess: DATE 'infinity', the end of what has not ended, comes to Python as something that is no day, or is refused;
#   and within SQL it is after any day, whichever way one asks.
# What happens: fetchall() gives date(9999, 12, 31). Put back, this is a day like any other, isinf() is false, and the two
#   are no longer equal. Within SQL it depends on how one asks: held_until >= a day finds the open end, and so does
#   date_trunc; year(held_until) >= 2022 and date_diff() > 0 drop it, as both are NULL there.
# Why it matters: "who still held the place in 2022?" leaves out exactly those who never lost it; and after one way through
#   Python "still held" is "held until the last day of 9999", which no query for open ends finds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'duckdb==2.0.1'
"$folder/venv/bin/python" - <<'PY'
import datetime

import duckdb

print("duckdb", duckdb.__version__)
for table in ("held", "again"):
    duckdb.execute(f"CREATE TABLE {table} (place VARCHAR, held_until DATE)")
duckdb.execute("INSERT INTO held VALUES ('ended', '2022-07-02'), ('open', 'infinity')")
rows = duckdb.sql("FROM held ORDER BY place").fetchall()
duckdb.executemany("INSERT INTO again VALUES (?, ?)", rows)
print("in Python:", rows)
seen = {"python": rows[1][1]}
for table in ("held", "again"):
    seen[table] = duckdb.sql(f"SELECT held_until::VARCHAR, isinf(held_until) FROM {table} ORDER BY place").fetchall()[1]
for condition in (
    "held_until >= DATE '2022-07-02'",
    "date_trunc('month', held_until) >= DATE '2022-07-01'",
    "year(held_until) >= 2022",
    "date_diff('day', DATE '2022-07-01', held_until) > 0",
):
    found = duckdb.sql(f"SELECT place FROM held WHERE {condition} ORDER BY place").fetchall()
    seen[condition] = [place for (place,) in found]
for name, found in seen.items():
    print(name, "->", found)
expected = {
    "python": datetime.date(9999, 12, 31),
    "held": ("infinity", True),
    "again": ("9999-12-31", False),
    "held_until >= DATE '2022-07-02'": ["ended", "open"],
    "date_trunc('month', held_until) >= DATE '2022-07-01'": ["ended", "open"],
    "year(held_until) >= 2022": ["ended"],
    "date_diff('day', DATE '2022-07-01', held_until) > 0": ["ended"],
}
raise SystemExit(seen != expected)
PY
