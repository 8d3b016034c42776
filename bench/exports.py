"""The export of a year against the database handing out the same text, and the memory that it takes the server."""

import sqlite3
import time
from dataclasses import dataclass

import httpx
import psycopg

from api.database import is_sqlite, postgresql_dsn, sqlite_file
from bench.servers import PATIENCE_S, Server

FIRST, LAST = "2018-01-01", "2018-12-31"
# The documents of all that may have happened in a year, in the order of days: what an export sends, and nothing else.
KEYS = """
SELECT f.day, f.id FROM event_facet f WHERE {all} AND f.span = 0 AND f.day BETWEEN {first} AND {last}
UNION ALL SELECT f.day, f.id FROM event_facet f
WHERE {all} AND f.span IN (1, 2, 3) AND f.day <= {last} AND f.latest >= {first}
UNION ALL SELECT f.day, f.id FROM event_facet f WHERE {all} AND f.span = 4 AND f.day <= {last}
UNION ALL SELECT f.day, f.id FROM event_facet f WHERE {all} AND f.span = 5 AND f.day >= {first}"""
COPIED = "SELECT d.body FROM ({keys}) k JOIN event_document d ON d.id = k.id ORDER BY k.day, k.id"
# SQLite would carry the texts through the sort.
READ = """
WITH k AS MATERIALIZED (SELECT * FROM ({keys}) ORDER BY 1, 2)
SELECT d.body FROM k CROSS JOIN event_document d ON d.id = k.id"""
VALUES = {"all": "f.facet = (SELECT id FROM facet WHERE name = 'all')", "first": 736_695, "last": 737_059}


@dataclass(frozen=True)
class Export:
    """Rows per second of both, and megabytes of the server's own memory before, and at most, after."""

    rows: int
    ours: float
    database: float
    before_mb: float
    after_mb: float


def measure(server: Server, url: str) -> Export:
    """Export a year twice, the second time on the clock."""
    _download(server)
    before = server.memory_mb()
    started = time.monotonic()
    rows = _download(server)
    ours = rows / (time.monotonic() - started)
    started = time.monotonic()
    texts = _from_database(url)
    return Export(rows, ours, texts / (time.monotonic() - started), before, server.memory_mb())


def _download(server: Server) -> int:
    query = {"date_from": FIRST, "date_to": LAST}
    with httpx.stream("GET", f"{server.root}/events.ndjson", params=query, timeout=PATIENCE_S * 20) as answer:
        answer.raise_for_status()
        rows = sum(part.count(b"\n") for part in answer.iter_raw())
        if rows != int(answer.headers["counterclaim-count"]):
            raise RuntimeError("The export is not whole.")
    return rows


def _from_database(url: str) -> int:
    """By COPY on PostgreSQL; by reading the same rows on SQLite, which has nothing like it."""
    if is_sqlite(url):
        lite = sqlite3.connect(f"file:{sqlite_file(url)}?mode=ro", uri=True)
        rows = sum(1 for (text,) in lite.execute(READ.format(keys=KEYS.format(**VALUES))) if text.encode() + b"\n")
        lite.close()
        return rows
    with (
        psycopg.connect(postgresql_dsn(url)) as connection,
        connection.cursor().copy(f"COPY ({COPIED.format(keys=KEYS.format(**VALUES))}) TO STDOUT".encode()) as copy,
    ):
        return sum(bytes(part).count(b"\n") for part in copy)
