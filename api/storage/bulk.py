"""Bulk reads and writes through the database driver, with one SQL syntax for SQLite and PostgreSQL."""

import gc
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any

import sqlalchemy as sa

# psycopg logs a lost connection in addition to raising an error; one of the two is enough.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

Row = tuple[Any, ...]

# Read as text on both databases: days as YYYY-MM-DD, JSON as it was written.
AS_TEXT = ("date", "json", "jsonb")
AT_ONCE = 50
# Thresholds of the garbage collector: a load makes millions of objects and hardly any reference cycles.
SELDOM = (1_000_000, 50, 50)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Collect reference cycles less often."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        # Move what is alive to the oldest generation: one more full collection would cost 3 % of a load.
        gc.freeze()
        gc.unfreeze()
        gc.set_threshold(*before)


class Store:
    """A connection's raw cursor. Statements use `?` for values and `{ids}` for "is one of" a list of ids.

    `{each}` is a table of the texts in a list, with one column `value`.
    """

    def __init__(self, connection: sa.Connection, *, lenient: bool = False) -> None:
        """Use a connection; `lenient` also reads texts that are not valid UTF-8, as far as possible."""
        self.sqlite = connection.dialect.name == "sqlite"
        self._sqlalchemy = connection
        self._connection: Any = connection.connection
        self._cursor: Any = self._connection.cursor()
        if not self.sqlite:
            from psycopg.types.string import TextLoader  # noqa: PLC0415 - SQLite has no need of it

            for name in AS_TEXT:
                self._cursor.adapters.register_loader(name, TextLoader)
        elif lenient:
            driver: Any = self._connection.driver_connection
            driver.text_factory = lambda text: text.decode(errors="surrogateescape")

    def _worded(self, statement: str) -> str:
        if self.sqlite:
            return statement.replace("{ids}", "IN (SELECT value FROM json_each(?))").replace("{each}", "json_each(?)")
        statement = statement.replace("{ids}", "= ANY(?)").replace("{each}", "unnest(?::text[]) AS t (value)")
        return statement.replace("%", "%%").replace("?", "%s")

    def _bound(self, values: Iterable[Any]) -> list[Any]:
        if self.sqlite:
            return [json.dumps(value) if isinstance(value, list) else value for value in values]
        return list(values)

    def run(self, statement: str, *values: Any) -> int:  # noqa: ANN401 - whatever the driver binds
        """Run a statement and return the number of rows it changed."""
        self._cursor.execute(self._worded(statement), self._bound(values))
        return int(self._cursor.rowcount)

    def temporary(self, table: str, columns: str) -> None:
        """Create an empty temporary table, replacing any of that name."""
        self.run(f"DROP TABLE IF EXISTS {table}")
        whole = " WITHOUT ROWID" if self.sqlite and "PRIMARY KEY" in columns else ""
        self.run(f"CREATE TEMPORARY TABLE {table} ({columns}){whole}")

    def drop_indexes(self, tables: Iterable[sa.Table]) -> list[sa.Index]:
        """Drop the indexes of tables that are about to be filled, and return them to be created afterwards."""
        indexes = [index for table in tables for index in sorted(table.indexes, key=str)]
        for index in indexes:
            index.drop(self._sqlalchemy)
        return indexes

    def make_indexes(self, indexes: Iterable[sa.Index]) -> None:
        """Create dropped indexes again."""
        for index in indexes:
            index.create(self._sqlalchemy)

    def rows(self, statement: str, *values: Any) -> list[Row]:  # noqa: ANN401 - whatever the driver binds
        """All rows of a query; a list among the values is bound to `{ids}`."""
        self._cursor.execute(self._worded(statement), self._bound(values))
        found: list[Row] = self._cursor.fetchall()
        return found

    def each(self, statement: str) -> Iterator[Row]:
        """Stream the rows of a query."""
        cursor = self._connection.cursor() if self.sqlite else self._connection.cursor(name="each")
        with closing(cursor):
            cursor.execute(self._worded(statement))
            yield from cursor

    def column(self, statement: str, *values: Any) -> list[Any]:  # noqa: ANN401 - whatever the driver binds
        """The first column of a query."""
        return [row[0] for row in self.rows(statement, *values)]

    def many(self, statement: str, rows: Sequence[Row]) -> None:
        """Run a statement once for each row of values."""
        if rows:
            self._cursor.executemany(self._worded(statement), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows, by COPY on PostgreSQL."""
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name in columns)
        if self.sqlite:
            self._insert_many(f"INSERT INTO {table} ({names}) VALUES ", rows)
            return
        with self._cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _insert_many(self, head: str, rows: Sequence[Row]) -> None:
        """Insert many rows per statement: in SQLite each statement costs as much as several rows."""
        one = f"({', '.join('?' * len(rows[0]))})"
        whole = len(rows) - len(rows) % AT_ONCE
        statement = head + ", ".join([one] * AT_ONCE)
        for start in range(0, whole, AT_ONCE):
            self._cursor.execute(statement, list(chain.from_iterable(rows[start : start + AT_ONCE])))
        if len(rows) > whole:
            self._cursor.executemany(head + one, rows[whole:])

    def upsert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows, or overwrite those with the same first column."""
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        new = ", ".join(f'"{name}" = excluded."{name}"' for name in columns[1:])
        head = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        self.many(f"{head} ON CONFLICT ({columns[0]}) DO UPDATE SET {new}", rows)

    def delete(self, table: str, column: str, ids: list[str]) -> None:
        """Delete the rows whose column is one of the ids."""
        if ids:
            self.run(f"DELETE FROM {table} WHERE {column} {{ids}}", ids)

    def delete_rows(self, table: str, key: dict[str, str], rows: Sequence[Row]) -> None:
        """Delete rows by a key of several columns; `key` maps each column to its PostgreSQL type."""
        if not rows:
            return
        if self.sqlite:
            self.many(f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in key)}", rows)
            return
        arrays = ", ".join(f"?::{kind}[]" for kind in key.values())
        same = " AND ".join(f"t.{name} = gone.{name}" for name in key)
        statement = f"DELETE FROM {table} t USING unnest({arrays}) AS gone ({', '.join(key)}) WHERE {same}"
        self.run(statement, *(list(values) for values in zip(*rows, strict=True)))
