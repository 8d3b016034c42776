"""Reading from the database while serving: one small interface, implemented for SQLite and for PostgreSQL.

Statements are SQLAlchemy Core, compiled once per dialect and passed to the driver as text, because compiling them and
handling results in the ORM costs more than the queries themselves.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import Any, Protocol

import orjson
import structlog
from sqlalchemy import Column, ColumnElement, Dialect, FromClause, Select, Table, case
from sqlalchemy.sql import visitors

from api.errors import Unavailable

log = structlog.get_logger()

Row = Sequence[Any]
Parameters = Mapping[str, Any]

BODY = 3
_SHARED = frozenset({"revision", "facet", "posting", "record_column", "day_number"})
_LOG_SECONDS = 1.0


class SqlStatement:
    """A Core statement whose text is compiled once per dialect; parameters are passed by name."""

    def __init__(
        self, select: Select[*tuple[Any, ...]], for_postgresql: Callable[[], Select[*tuple[Any, ...]]] | None = None
    ) -> None:
        """Keep the statement, and its PostgreSQL variant if it has one; both are compiled on first use."""
        self._select = select
        self._for_postgresql = for_postgresql
        self._compiled: dict[str, tuple[str, tuple[tuple[str, Any], ...]]] = {}

    def compiled(self, dialect: Dialect, parameters: Parameters) -> tuple[str, list[Any]]:
        """The SQL text and its values in order."""
        found = self._compiled.get(dialect.name)
        if found is None:
            other = self._for_postgresql if dialect.name == "postgresql" else None
            select = self._select if other is None else other()
            compiled = select.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            constants = compiled.params
            names = tuple((name, constants[name]) for name in compiled.positiontup or ())
            found = self._compiled[dialect.name] = (str(compiled), names)
        text, names = found
        values = [parameters[name] if constant is None else constant for name, constant in names]
        if dialect.name == "sqlite":  # which has no arrays
            values = [orjson.dumps(value).decode() if isinstance(value, list) else value for value in values]
        return text, values

    @cached_property
    def tables(self) -> frozenset[str]:
        """The names of the tables it reads."""
        return frozenset(element.name for element in visitors.iterate(self._select) if isinstance(element, Table))

    @cached_property
    def kind(self) -> str:
        """The kind of record whose tables it reads; a lock on these does not block statements on other kinds."""
        return "+".join(sorted({name.partition("_")[0] for name in self.tables - _SHARED})) or "shared"

    @cached_property
    def document(self) -> str | None:
        """The kind of record whose documents its rows contain, after revision, key and id; None: no documents."""
        columns = list(self._select.selected_columns)
        if len(columns) <= BODY or getattr(columns[BODY], "name", None) != "body":
            return None
        base = next(iter(columns[BODY].base_columns))  # past aliases and subqueries
        (table,) = {part.table for part in visitors.iterate(base) if isinstance(part, Column)}
        return str(table.name).removesuffix("_document")


def body_of(document: FromClause) -> ColumnElement[str | None]:
    """The body of a document, or null if the database knows that it is not sound."""
    return case((document.c.sound, document.c.body)).label("body")


class Connection(Protocol):
    """Runs statements."""

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows; `slow` statements may scan and must not block others. Raises Unavailable."""


class Reader(Connection, Protocol):
    """Read access to the database for one server process."""

    backend: str

    @property
    def url(self) -> str:
        """The address of the database that is being read."""

    @property
    def generation(self) -> int:
        """Increases whenever later reads may come from a different database."""

    async def close(self) -> None:
        """Close every connection."""

    def hosts(self) -> dict[str, bool]:
        """Whether each of several PostgreSQL hosts is the one being read; empty for one database."""

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for a long read that sees one state of the data throughout. Raises Unavailable."""

    def connections(self) -> dict[str, int]:
        """The number of connections by use."""


class Unreachable(Unavailable):
    """The server cannot be reached; another one might be."""


class Trouble:
    """Logs why the database cannot be read, but not once per failed request."""

    def __init__(self) -> None:
        """Nothing was logged yet."""
        self._silent_until = 0.0

    def late(self, error: Exception) -> Unavailable:
        """A statement took too long."""
        return self._said(error, "The query took too long; narrow it.")

    def busy(self) -> Unavailable:
        """Every connection is in use."""
        return Unavailable("The service is answering as many queries as it can.")

    def away(self, error: Exception) -> Unavailable:
        """The database cannot be read."""
        return self._said(error, "The database cannot be read right now.")

    def unreachable(self, error: Exception) -> Unreachable:
        """The database cannot be reached."""
        return Unreachable(self.away(error).detail)

    def _said(self, error: Exception, detail: str) -> Unavailable:
        now = time.monotonic()
        if now > self._silent_until:
            self._silent_until = now + _LOG_SECONDS
            log.warning("database", error=f"{type(error).__name__}: {error}")
        return Unavailable(detail)
