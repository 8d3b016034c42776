"""Multiplies the facts of a loaded world inside its database, and derives everything else again.

A copy's ids differ from the original's in two digits and have the same length. Copies have the days of their
originals, as if they had been loaded.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from api import models
from api.storage.database import dsn, engine, is_sqlite, servers, sqlite_file
from seed.load import rebuild

Run = Callable[[str], Any]

MOST = 100_000
"""The pattern of the original events, whose numbers begin with `00`."""
COPIED = ("event", "claim", "participation", "citation")


def grow(url: str, copies: int) -> None:
    """Multiply the events by up to twenty."""
    if copies == 1:
        return
    with _opened(url) as run:
        for number in range(1, copies):
            _copy(run, f"{number:02}")
    made = engine(url)
    rebuild(made)
    made.dispose()


@contextmanager
def _opened(url: str) -> Iterator[Run]:
    """Outside of transactions, without checks and without safety against a power cut."""
    if is_sqlite(url):
        lite = sqlite3.connect(sqlite_file(url), isolation_level=None)
        for pragma in ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            lite.execute(f"PRAGMA {pragma}")
        yield lite.execute
        lite.execute("ANALYZE")
        lite.execute("PRAGMA journal_mode = WAL")
        lite.close()
    else:
        with psycopg.connect(dsn(servers(url).addresses[0]), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            yield lambda statement: connection.execute(statement.encode())
            connection.execute("VACUUM ANALYZE")


def _copy(run: Run, digits: str) -> None:
    renamed = f"replace({{}}, 'event-00', 'event-{digits}')"
    for name in COPIED:
        table = models.Base.metadata.tables[name]
        columns = [column.name for column in table.c if column.computed is None]
        values = ", ".join(renamed.format(column) if _holds_ids(table.c[column]) else column for column in columns)
        kept = table.c["event" if name == "participation" else "claim" if name == "citation" else "id"].name
        run(f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE {kept} LIKE '%event-00%'")


def _holds_ids(column: sa.Column[object]) -> bool:
    return column.name in {"id", "event", "claim", "about"}
