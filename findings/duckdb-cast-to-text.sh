#!/usr/bin/env bash
# Package: duckdb 2.0.1 (PyPI).
# A good guess: in SELECT day::VARCHAR FROM 'events.csv', day is the DATE that DESCRIBE says, and its text is that of the
#   date, "2022-07-02", whatever else the query asks for.
# What happens: in a query without conditions that asks for the column in no other way, the cast is left to the reader of the
#   file, and the text is that of the file: "07/02/2022". With a WHERE, a GROUP BY, or the column itself beside the cast, the
#   same expression gives "2022-07-02". So it is with numbers ("1e5" or "100000.0") and truth values ("T" or "true"). A view
#   of the file is like the file; a table made of it is not.
# Why it matters: a key made of day and place does not join with the same key made in another query of the same view, and
#   an export changes its form when a filter is added to it. SELECT DISTINCT and GROUP BY list different days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'duckdb==2.0.1'
"$folder/venv/bin/python" - "$folder/events.csv" <<'PY'
import sys

import duckdb

print("duckdb", duckdb.__version__)
with open(sys.argv[1], "w") as stream:
    stream.write("id,day,shells,sure\n1,07/02/2022,1e5,T\n2,07/13/2022,2.50,F\n")
duckdb.sql(f"CREATE VIEW events AS FROM '{sys.argv[1]}'")
duckdb.sql("CREATE TABLE kept AS FROM events")
print([row[:2] for row in duckdb.sql("DESCRIBE events").fetchall()])
expected = {
    "SELECT day::VARCHAR FROM events": ["07/02/2022", "07/13/2022"],
    "SELECT day::VARCHAR FROM events WHERE day > DATE '2022-01-01'": ["2022-07-02", "2022-07-13"],
    "SELECT day::VARCHAR, day FROM events": ["2022-07-02", "2022-07-13"],
    "SELECT DISTINCT day::VARCHAR FROM events": ["07/02/2022", "07/13/2022"],
    "SELECT day::VARCHAR FROM events GROUP BY day::VARCHAR": ["2022-07-02", "2022-07-13"],
    "SELECT day::VARCHAR FROM kept": ["2022-07-02", "2022-07-13"],
    "SELECT shells::VARCHAR FROM events": ["1e5", "2.50"],
    "SELECT shells::VARCHAR, shells FROM events": ["100000.0", "2.5"],
    "SELECT sure::VARCHAR FROM events": ["T", "F"],
    "SELECT sure::VARCHAR, sure FROM events": ["true", "false"],
}
seen = {query: [row[0] for row in duckdb.sql(query).fetchall()] for query in expected}
seen = {query: sorted(found) if "day" in query else found for query, found in seen.items()}
for query, found in seen.items():
    print(query, "->", found)
joined = duckdb.sql(
    "SELECT count(*) FROM (SELECT day::VARCHAR AS key FROM events) AS a"
    " JOIN (SELECT day::VARCHAR AS key FROM events WHERE day > DATE '2022-01-01') AS b USING (key)"
).fetchall()[0][0]
print("rows that join with themselves by that text:", joined, "of 2")
raise SystemExit(seen != expected or joined != 0)
PY
