"""Reading from an SQLite file while serving: short reads on the event loop, long ones in threads."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy.dialects import sqlite

from api.errors import Unavailable
from api.settings import Settings
from api.storage.reader import Connection, Parameters, Row, SqlStatement, Trouble

T = TypeVar("T")

SHORT_SECONDS = 0.05
"""The longest a statement may run on the event loop; a longer one is interrupted and restarted in a thread."""
THREADS = 4
_STEPS_BETWEEN_CHECKS = 20_000
_SECONDS_BETWEEN_LOOKS = 0.25
_CACHE_KIB, _SLOW_CACHE_KIB, _EXPORT_CACHE_KIB = 32_768, 8_192, 1_024
"""Caches of the connection on the event loop, of each in a thread, and of each export.

Long statements and exports read most pages of the file only once or a few times in a row.
"""


class _Connection:
    """One connection; `fetch` runs in the caller's thread."""

    dialect = sqlite.dialect(paramstyle="qmark")

    def __init__(self, path: Path, wait_seconds: float = 0.0, cache_kib: int = _CACHE_KIB) -> None:
        """Open the file read-only; it must exist."""
        self._until = 0.0
        self._busy, self._left = threading.Lock(), False
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=wait_seconds,
        )
        # No memory map: if the file were truncated, the process would be killed instead of a read failing.
        for pragma in ("query_only = ON", "mmap_size = 0", f"cache_size = -{cache_kib}"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.set_progress_handler(self._late, _STEPS_BETWEEN_CHECKS)

    def _late(self) -> int:
        return int(time.monotonic() > self._until)

    def fetch(self, statement: SqlStatement, parameters: Parameters, seconds: float) -> Sequence[Row]:
        text, values = statement.compiled(self.dialect, parameters)
        try:
            with self._busy:
                self._until = time.monotonic() + seconds
                return self._fetch(text, values)
        finally:
            if self._left:
                self.close()

    def _fetch(self, text: str, values: Sequence[object]) -> Sequence[Row]:
        try:
            rows: list[Row] = self._connection.execute(text, values).fetchall()
        except sqlite3.OperationalError as error:
            if not str(error).startswith("Could not decode"):
                raise
            rows = self._fetch_undecodable(text, values)
        return rows

    def _fetch_undecodable(self, text: str, values: Sequence[object]) -> list[Row]:
        """The rows, with an empty text for each one that is not valid UTF-8."""
        self._connection.text_factory = _text
        try:
            return self._connection.execute(text, values).fetchall()
        finally:
            self._connection.text_factory = str

    def begin(self) -> None:
        self._connection.execute("BEGIN")

    def close(self) -> None:
        """Close it, or leave that to the thread that is still reading: closing it now would crash the process."""
        self._left, self._until = True, 0.0
        if self._busy.acquire(blocking=False):
            try:
                self._connection.close()
            finally:
                self._busy.release()


def _text(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return ""


class SqliteReader:
    """Short reads by key run on the event loop, because a thread costs more than they do; scans run in threads."""

    backend = "sqlite"

    def __init__(self, path: Path, settings: Settings) -> None:
        """Take the database file; it must exist at the first read."""
        self._path, self._settings = path, settings
        self.url = str(path)
        self._fast: _Connection | None = None
        self._idle: list[_Connection] = []
        self._threads = ThreadPoolExecutor(THREADS, "sqlite")
        self._free = asyncio.Semaphore(THREADS)
        self._exports = 0
        self._file: tuple[int, int] | None = None
        self._look_again = 0.0
        self._trouble = Trouble()
        self.generation = 0

    async def close(self) -> None:
        """Close every connection."""
        self._threads.shutdown(cancel_futures=True)
        self._drop()

    def connections(self) -> dict[str, int]:
        """The number of connections by use."""
        return {"open": len(self._idle) + (self._fast is not None), "exporting": self._exports}

    def hosts(self) -> dict[str, bool]:
        """It is the only one."""
        return {}

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows; raises Unavailable."""
        try:
            self._look()
            if not slow:
                try:
                    if self._fast is None:
                        self._fast = _Connection(self._path)
                    return self._fast.fetch(statement, parameters, SHORT_SECONDS)
                except sqlite3.OperationalError as error:
                    if not _is(error, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY):
                        raise
            return await self.in_thread(lambda: self._fetch_slowly(statement, parameters))
        except (sqlite3.Error, OSError) as error:
            raise self._explained(error) from error

    def _look(self) -> None:
        """Check from time to time whether the file was removed or replaced: open connections still show the old one."""
        now = time.monotonic()
        if now < self._look_again:
            return
        try:
            found = self._path.stat()
        except OSError:
            self._drop()
            raise
        self._look_again = now + _SECONDS_BETWEEN_LOOKS
        if self._file != (found.st_dev, found.st_ino):
            self._drop()
            self._file = found.st_dev, found.st_ino
            self.generation += 1

    def _drop(self) -> None:
        idle, self._idle = self._idle, []
        for connection in (*idle, *((self._fast,) if self._fast else ())):
            connection.close()
        self._fast = None
        self._look_again = 0.0

    def _explained(self, error: Exception) -> Unavailable:
        """Log an error once, and reconnect at the next read."""
        if isinstance(error, sqlite3.OperationalError) and _is(error, sqlite3.SQLITE_INTERRUPT):
            return self._trouble.late(error)
        self._drop()
        return self._trouble.away(error)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run work in a thread as soon as one is free. Raises Unavailable."""
        try:
            async with asyncio.timeout(self._settings.pool_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise self._trouble.busy() from None
        working = asyncio.get_running_loop().run_in_executor(self._threads, work)
        working.add_done_callback(lambda _: self._free.release())
        return await working

    def _fetch_slowly(self, statement: SqlStatement, parameters: Parameters) -> Sequence[Row]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _Connection(self._path, self._settings.lock_seconds, _SLOW_CACHE_KIB)
        file = self._file
        try:
            rows = connection.fetch(statement, parameters, self._settings.statement_seconds)
        except sqlite3.Error:
            connection.close()
            raise
        if file == self._file:
            self._idle.append(connection)
        else:
            connection.close()
        return rows

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A connection for a long read that sees one state of the data throughout. Raises Unavailable."""
        if self._exports >= self._settings.concurrent_exports:
            raise self._trouble.busy()
        self._exports += 1
        try:
            connection = await self._apart()
            try:
                yield _Snapshot(self, connection)
            finally:
                connection.close()
        finally:
            self._exports -= 1

    async def _apart(self) -> _Connection:
        """A separate connection for an export, in a transaction. Raises Unavailable."""
        try:
            self._look()
            wait_seconds = self._settings.lock_seconds
            connection = await self.in_thread(lambda: _Connection(self._path, wait_seconds, _EXPORT_CACHE_KIB))
            try:
                connection.begin()
            except sqlite3.Error:
                connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise self._explained(error) from error
        return connection

    async def read(self, connection: _Connection, statement: SqlStatement, parameters: Parameters) -> Sequence[Row]:
        """All rows as seen by an export's connection. Raises Unavailable."""
        seconds = self._settings.statement_seconds
        try:
            return await self.in_thread(lambda: connection.fetch(statement, parameters, seconds))
        except (sqlite3.Error, OSError) as error:
            raise self._explained(error) from error


class _Snapshot:
    """One state of the data; all its reads run in threads."""

    def __init__(self, reader: SqliteReader, connection: _Connection) -> None:
        self._reader, self._connection = reader, connection

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:  # noqa: ARG002
        return await self._reader.read(self._connection, statement, parameters)


def _is(error: sqlite3.Error, *codes: int) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in codes
