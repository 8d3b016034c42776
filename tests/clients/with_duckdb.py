"""DuckDB: CSV and NDJSON through its extension httpfs, which it fetches itself where it can."""

import sys

import duckdb

ROOT = sys.argv[1]
try:
    duckdb.execute("INSTALL httpfs; LOAD httpfs")
except duckdb.Error as error:
    print(f"SKIPPED: the extension httpfs cannot be had ({str(error).splitlines()[0][:80]})")
    sys.exit()
rows = duckdb.execute(f"SELECT count(*), any_value(reliability_meaning) FROM read_csv('{ROOT}/sources.csv')").fetchall()
assert rows[0][1] == "Cannot be judged."
assert duckdb.execute(f"SELECT count(*) FROM read_json('{ROOT}/events.ndjson')").fetchall()[0][0] > 0
print(duckdb.__version__)
