"""Reading from the database while serving: one small interface with a body for SQLite and one for PostgreSQL.

Statements are SQLAlchemy Core, compiled once per dialect and then handed to the driver as text: compiling them and
handling results through the ORM costs more than the queries themselves.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from sqlalchemy import Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from api.errors import Unavailable

Row = Sequence[Any]
Parameters = Mapping[str, Any]

STATEMENT_SECONDS = 5.0
LOCK_SECONDS = 2.0
POOL_SECONDS = 2.0
POOL_SIZE = 8
SLOW_THREADS = 4
_STEPS_BETWEEN_CHECKS = 20_000


class Statement:
    """A Core statement whose text is compiled once per dialect; parameters are passed by name."""

    def __init__(self, select: Select[*tuple[Any, ...]]) -> None:
        """Keep the statement; it is compiled when first used."""
        self._select = select
        self._compiled: dict[str, tuple[str, tuple[tuple[str, Any], ...]]] = {}

    def compiled(self, dialect: Dialect, parameters: Parameters) -> tuple[str, list[Any]]:
        """The text, and the values it takes in their order."""
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._select.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            constants = compiled.params
            names = tuple((name, constants[name]) for name in compiled.positiontup or ())
            found = self._compiled[dialect.name] = (str(compiled), names)
        text, names = found
        return text, [parameters[name] if constant is None else constant for name, constant in names]


class Connection(Protocol):
    """Runs statements."""

    async def fetch(self, statement: Statement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows; `slow` statements may scan and must not hold up others. Raises Unavailable."""


class Reader(Connection, Protocol):
    """Read access to the database for one server process."""

    backend: str

    async def open(self) -> None:
        """Connect; a database that is away is no error yet."""

    async def close(self) -> None:
        """Let go of every connection."""

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for a long read, which sees one state of the data throughout."""


class _SqliteConnection:
    """One connection; `fetch` runs where it is called."""

    dialect = sqlite.dialect(paramstyle="qmark")

    def __init__(self, path: Path, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0
        with _sqlite_errors():
            self._connection = sqlite3.connect(
                f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, cached_statements=512
            )
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute(f"PRAGMA busy_timeout = {int(LOCK_SECONDS * 1000)}")
            self._connection.execute("PRAGMA cache_size = -65536")
            self._connection.execute("PRAGMA mmap_size = 1073741824")
        self._connection.set_progress_handler(self._late, _STEPS_BETWEEN_CHECKS)

    def _late(self) -> int:
        return int(time.monotonic() > self._until)

    def fetch(self, statement: Statement, parameters: Parameters) -> Sequence[Row]:
        text, values = statement.compiled(self.dialect, parameters)
        self._until = time.monotonic() + self._seconds
        with _sqlite_errors():
            rows: list[Row] = self._connection.execute(text, values).fetchall()
            return rows

    def begin(self) -> None:
        with _sqlite_errors():
            self._connection.execute("BEGIN")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(
            _reason(isinstance(error, sqlite3.OperationalError) and "interrupted" in str(error))
        ) from error


def _reason(late: object) -> str:
    return "The question took too long to answer; narrow it." if late else "The database cannot be read right now."


class SqliteReader:
    """Short keyed reads run on the event loop, for a thread hop costs more than they do; scans run in threads."""

    backend = "sqlite"

    def __init__(self, path: Path) -> None:
        """Take the database file; it must exist when reading starts."""
        self._path = path
        self._fast: _SqliteConnection | None = None
        self._threads = ThreadPoolExecutor(SLOW_THREADS, "sqlite")
        self._idle: list[_SqliteConnection] = []

    async def open(self) -> None:
        self._fast = _SqliteConnection(self._path, STATEMENT_SECONDS)

    async def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        for connection in [*self._idle, *([self._fast] if self._fast else [])]:
            connection.close()
        self._fast = None

    async def fetch(self, statement: Statement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        if slow:
            rows: Sequence[Row] = await self._in_thread(self._fetch_slowly, statement, parameters)
            return rows
        if self._fast is None:
            await self.open()
        assert self._fast is not None  # noqa: S101 - just opened
        return self._fast.fetch(statement, parameters)

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:  # noqa: ANN401 - passes any call on
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _fetch_slowly(self, statement: Statement, parameters: Parameters) -> Sequence[Row]:
        connection = self._idle.pop() if self._idle else _SqliteConnection(self._path, STATEMENT_SECONDS)
        try:
            return connection.fetch(statement, parameters)
        finally:
            self._idle.append(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        connection = await self._in_thread(_SqliteConnection, self._path, STATEMENT_SECONDS)
        try:
            connection.begin()
            yield _SqliteSnapshot(self, connection)
        finally:
            connection.close()


class _SqliteSnapshot:
    def __init__(self, reader: SqliteReader, connection: _SqliteConnection) -> None:
        self._reader = reader
        self._connection = connection

    async def fetch(self, statement: Statement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        if not slow:
            return self._connection.fetch(statement, parameters)
        rows: Sequence[Row] = await self._reader._in_thread(self._connection.fetch, statement, parameters)  # noqa: SLF001
        return rows


class _PostgresConnection:
    """One asyncpg connection, or the pool, as a `Connection`."""

    dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]

    def __init__(self, target: "asyncpg.Pool[Any] | asyncpg.Connection[Any] | Any") -> None:  # noqa: ANN401
        self._target = target

    async def fetch(self, statement: Statement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:  # noqa: ARG002
        text, values = statement.compiled(self.dialect, parameters)
        with _postgres_errors():
            rows: Sequence[Row] = await self._target.fetch(text, *values)
            return rows


@contextmanager
def _postgres_errors() -> Iterator[None]:
    try:
        yield
    except (asyncpg.QueryCanceledError, TimeoutError) as error:
        raise Unavailable(_reason(late=True)) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise Unavailable(_reason(late=False)) from error


class PostgresReader:
    """A small pool: more connections than cores only queue elsewhere."""

    backend = "postgresql"

    def __init__(self, dsn: str) -> None:
        """Take the address as PostgreSQL's own clients write it."""
        self._dsn = dsn
        self._pool: asyncpg.Pool[Any] | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        with _postgres_errors():
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=POOL_SIZE,
                timeout=POOL_SECONDS,
                statement_cache_size=512,
                max_cached_statement_lifetime=0,
                server_settings={
                    "application_name": "counterclaim",
                    "default_transaction_read_only": "on",
                    "statement_timeout": str(int(STATEMENT_SECONDS * 1000)),
                    "lock_timeout": str(int(LOCK_SECONDS * 1000)),
                    "jit": "off",
                },
            )

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _connected(self) -> "asyncpg.Pool[Any]":
        async with self._opening:
            if self._pool is None:
                await self.open()
        assert self._pool is not None  # noqa: S101 - just opened
        return self._pool

    async def fetch(self, statement: Statement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        async with self._acquired() as connection:
            return await connection.fetch(statement, parameters, slow=slow)

    @asynccontextmanager
    async def _acquired(self) -> AsyncIterator[_PostgresConnection]:
        pool = self._pool or await self._connected()
        with _postgres_errors():
            connection = await pool.acquire(timeout=POOL_SECONDS)
        try:
            yield _PostgresConnection(connection)
        finally:
            await pool.release(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        async with self._acquired() as connection:
            with _postgres_errors():
                await connection._target.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")  # noqa: SLF001
            try:
                yield connection
            finally:
                with _postgres_errors():
                    await connection._target.execute("ROLLBACK")  # noqa: SLF001
