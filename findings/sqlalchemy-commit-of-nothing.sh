#!/usr/bin/env bash
# Package: sqlalchemy 2.1.9 (PyPI), with sqlite3 of Python's own library.
# A good guess: Connection.commit() commits what was done on its connection, also through the driver's own cursor, which
#   SQLAlchemy hands out for what it has no words for (COPY, executemany of the driver, virtual tables).
# What happens: it commits only if SQLAlchemy itself ran a statement first. Where all of the work went through the cursor,
#   commit() returns as always, nothing reaches the driver, and closing rolls the rows back. One "select 1", before the
#   rows or even after them, and the same rows are kept.
# Why it matters: this is the quick way to load a large file. A load that is only rows reports its count and leaves
#   nothing; a log line that asks the database for its version, added or removed, decides it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'sqlalchemy==2.1.9'
"$folder/venv/bin/python" - "$folder/events.db" <<'PY'
import sys

import sqlalchemy

print("sqlalchemy", sqlalchemy.__version__)
engine = sqlalchemy.create_engine(f"sqlite:///{sys.argv[1]}")
select = sqlalchemy.text("select 1")
with engine.begin() as connection:
    connection.execute(sqlalchemy.text("create table loaded (how text)"))
expected = {"rows only": False, "select, then rows": True, "rows, then select": True}
for how in expected:
    with engine.connect() as connection:
        if how == "select, then rows":
            connection.execute(select)
        connection.connection.cursor().executemany("insert into loaded values (?)", [(how,)] * 3)
        if how == "rows, then select":
            connection.execute(select)
        connection.commit()
with engine.connect() as connection:
    kept = set(connection.scalars(sqlalchemy.text("select how from loaded")))
seen = {how: how in kept for how in expected}
print("kept after commit():", seen)
raise SystemExit(seen != expected)
PY
