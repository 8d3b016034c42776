#!/usr/bin/env bash
# Package: apsw 3.54.1.0 (PyPI), which brings SQLite 3.54.1.
# A good guess: ANALYZE tells the planner how selective an index is, so an index of a column that is nearly always NULL is used all
#   the more; and a partial index WHERE column IS NOT NULL is the same index with less on disk.
# What happens: the statistics count the NULLs as one more value: 20,000 rows with 20 values are "953 rows a value", though each
#   value is in one row and no NULL is ever looked up. After ANALYZE, `IN (SELECT …)` reads the whole table instead of the
#   index, which it used before. The partial index has statistics of its rows alone, and stays in use for `IN`.
# Why it matters: which claim replaces which, or who retracted one, is such a column: few rows have it. The advice to run ANALYZE
#   turns the question "what was replaced?" from some look-ups into a reading of every claim.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'apsw==3.54.1.0'
"$folder/venv/bin/python" - <<'PY'
import apsw

print("apsw", apsw.apsw_version(), "SQLite", apsw.sqlite_lib_version())
ROWS, EVERY = 20000, 1000
QUERY = "SELECT says FROM claim WHERE replaces IN (SELECT id FROM wanted)"


def plan(where: str, analyze: bool) -> tuple[str, str]:
    """The first step of the plan, and the statistics of the index."""
    database = apsw.Connection(":memory:")
    database.execute("CREATE TABLE claim(id INTEGER PRIMARY KEY, says TEXT, replaces INTEGER)")
    database.execute("CREATE TABLE wanted(id INTEGER PRIMARY KEY)")
    rows = ((key, "x" * 50, None if key % EVERY else key // 2) for key in range(1, ROWS + 1))
    with database:
        database.executemany("INSERT INTO claim VALUES (?, ?, ?)", rows)
        database.executemany("INSERT INTO wanted VALUES (?)", ((key,) for key in range(100, 150)))
    database.execute(f"CREATE INDEX replaced ON claim(replaces) {where}")
    known = ""
    if analyze:
        database.execute("ANALYZE")
        known = next(iter(database.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'replaced'")))[0]
    return next(iter(database.execute(f"EXPLAIN QUERY PLAN {QUERY}")))[3], known


search = "SEARCH claim USING INDEX replaced (replaces=?)"
expected = {
    ("", False): (search, ""),
    ("", True): ("SCAN claim", "20000 953"),
    ("WHERE replaces IS NOT NULL", False): (search, ""),
    ("WHERE replaces IS NOT NULL", True): (search, "20 1"),
}
seen = {asked: plan(*asked) for asked in expected}
for (where, analyze), (step, known) in seen.items():
    print(where or "whole index", "after ANALYZE:" if analyze else "before:", step, known)
raise SystemExit(seen != expected)
PY
