"""Multiplies a loaded world inside its database, where loading one of that size would take too long.

A copy's ids differ from the original's in two digits and are as long, so that all texts and offsets still fit. Copies
stand beside their originals in the order of days, as they would had they been loaded.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from api import models
from api.index.numbers import COUNTER_BITS
from api.index.numbers import MOST as DAY
from api.storage.database import is_sqlite, postgresql_dsn, sqlite_file

Run = Callable[[str], Any]

MOST = 100_000
"""Events of the original: their numbers begin with `00`."""
COPIED = (
    *("event", "claim", "participation", "citation"),
    *("event_document", "claim_document", "event_words", "claim_words"),
)


def grow(url: str, copies: int) -> None:
    """Make so many of what is there, up to twenty."""
    with _opened(url) as run:
        for kind in ("event", "claim"):
            _make_room(run, kind)
        for number in range(1, copies):
            _copy(run, f"{number:02}", number)
        spans = ", ".join(f"span{span} = span{span} * {copies}" for span in range(7))
        run(f"UPDATE facet SET {spans} WHERE name NOT LIKE 'claim/event:%'")
        run(f"UPDATE word_count SET records = records * {copies}")


@contextmanager
def _opened(url: str) -> Iterator[Run]:
    """Outside of transactions, with nothing checked and nothing safe against a power cut."""
    if is_sqlite(url):
        lite = sqlite3.connect(sqlite_file(url), isolation_level=None)
        for pragma in ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            lite.execute(f"PRAGMA {pragma}")
        yield lite.execute
        for kind in ("event", "claim"):
            for command in ("rebuild", "optimize"):
                lite.execute(f"INSERT INTO {kind}_search ({kind}_search) VALUES ('{command}')")
        lite.execute("ANALYZE")
        lite.execute("PRAGMA journal_mode = WAL")
        lite.close()
    else:
        with psycopg.connect(postgresql_dsn(url), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            yield lambda statement: connection.execute(statement.encode())
            for name in COPIED[4:]:
                connection.execute(f"CLUSTER {name} USING pk_{name}".encode())
            connection.execute("VACUUM ANALYZE")


def _make_room(run: Run, kind: str) -> None:
    """How many numbers of each day the originals take."""
    run(f"CREATE TEMPORARY TABLE {kind}_room (day BIGINT PRIMARY KEY, room BIGINT)")
    run(f"INSERT INTO {kind}_room SELECT day, max(number & {DAY - 1}) + 1 FROM {kind}_words GROUP BY day")


def _copy(run: Run, digits: str, number: int) -> None:
    shift = number * 10_000_000
    renamed = f"replace({{}}, 'event-00', 'event-{digits}')"
    moved = f"number + {number} * (SELECT room FROM {{kind}}_room r WHERE r.day = number >> {COUNTER_BITS})"
    spans = ", ".join(f"span{span}" for span in range(7))
    run(
        f"INSERT INTO facet SELECT id + {shift}, {renamed.format('name')}, {spans} "
        "FROM facet WHERE name LIKE 'claim/event:event-00%'"
    )
    for kind in ("event", "claim"):
        columns = models.Base.metadata.tables[f"{kind}_facet"].c.keys()
        rest = ", ".join(column for column in columns if column not in {"facet", "id", "number"})
        own = f"SELECT id FROM facet WHERE name LIKE '{kind if kind == 'claim' else '-'}/event:event-00%'"
        run(
            f"INSERT INTO {kind}_facet (facet, id, number, {rest}) "
            f"SELECT CASE WHEN facet IN ({own}) THEN facet + {shift} ELSE facet END, {renamed.format('id')}, "
            f"{moved.format(kind=kind)}, {rest} "
            f"FROM {kind}_facet WHERE id LIKE '%event-00%'"
        )
    for name in COPIED:
        table = models.Base.metadata.tables[name]
        columns = [column.name for column in table.c if column.computed is None]
        given = {"number": moved.format(kind=name.partition("_")[0])}
        values = ", ".join(
            renamed.format(column) if _holds_ids(table.c[column]) else given.get(column, column) for column in columns
        )
        kept = table.c["event" if name == "participation" else "claim" if name == "citation" else "id"].name
        run(f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE {kept} LIKE '%event-00%'")


def _holds_ids(column: sa.Column[object]) -> bool:
    return column.name in {"id", "event", "claim", "about", "body", "statements"}
