"""Reading from PostgreSQL while serving: a small pool that survives the loss of every connection in it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from api.settings import Settings
from api.storage.reader import Connection, Parameters, Row, SqlStatement, Trouble, Unreachable

PAGES, EXPORTS = "pages", "exports"
SPARE = 2
"""Connections that statements on one kind of record leave free, because its tables may be locked."""
PLANNING = {
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
"""Statements are written so that one plan by keys suits all values; planning costs more than running them."""
GRACE_SECONDS = 1.0
"""Seconds for the server to cancel a statement before the connection is dropped."""
ATTEMPTS_PER_SECOND = 4

_TARGET = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]
# Errors after which a connection is useless; the next connect shows whether the server is back.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleSessionTimeoutError,
    OSError,
)


class Lost(Exception):  # noqa: N818 - a signal, not an error
    """The connection was lost; the statement may be retried."""


async def _keep(_: object) -> None:
    """Skip the reset of a connection: reads leave no state in it."""


class PostgresReader:
    """A small pool, because more connections than cores only queue in the server. Exports have their own."""

    backend = "postgresql"

    def __init__(self, url: str, settings: Settings) -> None:
        """Take the address of one server in the syntax of PostgreSQL's clients."""
        self.url, self._settings = url, settings
        self._pools: dict[str, asyncpg.Pool[Any]] = {}
        self._opening = asyncio.Lock()
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._away_until = self._full_until = 0.0
        self._returned = asyncio.Event()
        self._endings: set[asyncio.Future[None]] = set()
        self._trouble = Trouble()
        self.generation = 0

    async def close(self) -> None:
        """Close every connection."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            with suppress(TimeoutError, *LOST):
                async with asyncio.timeout(GRACE_SECONDS):
                    await pool.close()

    def abandon(self) -> None:
        """Terminate every connection without notifying the server, which may not respond."""
        self._away_until = time.monotonic() + 1 / ATTEMPTS_PER_SECOND
        self.generation += 1
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.terminate()

    def connections(self) -> dict[str, int]:
        """The number of connections by use."""
        pools = list(self._pools.values())
        idle = sum(pool.get_idle_size() for pool in pools)
        return {"open": sum(pool.get_size() for pool in pools), "idle": idle}

    def hosts(self) -> dict[str, bool]:
        """It is the only one."""
        return {}

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:  # noqa: ARG002
        """All rows; retries if only the connection was lost. Raises Unavailable."""
        lane = self._lanes.get(statement.kind)
        if lane is None:
            lane = self._lanes[statement.kind] = asyncio.Semaphore(max(1, self._settings.pool_size - SPARE))
        await self._enter(lane)
        try:
            return await self._fetch(statement, parameters)
        except Lost:
            return await self._fetch_again(statement, parameters)
        finally:
            lane.release()

    async def _enter(self, lane: asyncio.Semaphore) -> None:
        """Wait for a connection that statements on one kind of record may use."""
        if not lane.locked():
            await lane.acquire()
            return
        try:
            async with asyncio.timeout(self._settings.pool_seconds):
                await lane.acquire()
        except TimeoutError:
            raise self._trouble.busy() from None

    async def _fetch(self, statement: SqlStatement, parameters: Parameters) -> Sequence[Row]:
        pool, connection = await self._acquire(PAGES)
        known = self.generation
        try:
            return await self._run(connection, statement, parameters)
        except Lost:
            if self.generation == known + 1:  # the first to notice: the idle connections are lost too
                await pool.expire_connections()
            raise
        finally:
            await self._release(pool, connection)

    async def _fetch_again(self, statement: SqlStatement, parameters: Parameters) -> Sequence[Row]:
        try:
            return await self._fetch(statement, parameters)
        except Lost as error:
            raise self._away(error) from error

    async def _run(self, connection: Any, statement: SqlStatement, parameters: Parameters) -> Sequence[Row]:  # noqa: ANN401 - a pool's proxy
        text, values = statement.compiled(_TARGET, parameters)
        try:
            rows: Sequence[Row] = await connection.fetch(text, *values)
        except asyncpg.QueryCanceledError as error:
            raise self._trouble.late(error) from error
        except TimeoutError as error:  # the server did not end the statement in time, so that it hangs
            raise self._trouble.away(error) from error
        except asyncpg.SerializationError as error:  # a standby replayed a vacuum of the primary
            raise Lost(str(error)) from error
        except LOST as error:
            _give_up(connection)
            self.generation += 1
            raise Lost(f"{type(error).__name__}: {error}") from error
        except asyncpg.PostgresError as error:
            raise self._trouble.away(error) from error
        return rows

    async def _acquire(self, name: str) -> "tuple[asyncpg.Pool[Any], Any]":
        """A connection of a pool. Raises Unavailable."""
        if time.monotonic() < self._away_until:
            raise self._trouble.unreachable(ConnectionError("the server could not be reached a moment ago"))
        pool = self._pools.get(name) or await self._pool(name)
        try:
            async with asyncio.timeout(self._settings.pool_seconds):
                return pool, await self._acquire_of(pool)
        except TimeoutError as error:
            raise (self._trouble.busy() if pool.get_size() else self._away(error)) from None
        except (*LOST, asyncpg.PostgresError) as error:
            raise self._away(error) from error

    async def _acquire_of(self, pool: "asyncpg.Pool[Any]") -> Any:  # noqa: ANN401 - a pool's proxy
        """An idle or a new connection, or if the server refuses a new one, the next that is returned."""
        while True:
            if pool.get_size() and not pool.get_idle_size() and time.monotonic() < self._full_until:
                await self._returned.wait()
                continue
            try:
                return await pool.acquire()
            except (*LOST, asyncpg.PostgresError):
                if not pool.get_size():
                    raise
                if pool.get_idle_size() == pool.get_size():  # one was returned meanwhile, if it is not lost as well
                    return await pool.acquire()
                self._full_until = time.monotonic() + 1 / ATTEMPTS_PER_SECOND
                await self._returned.wait()

    def _away(self, error: Exception) -> Unreachable:
        """Report the server as away, and fail fast for a moment: an immediate retry would only wait."""
        self._away_until = time.monotonic() + 1 / ATTEMPTS_PER_SECOND
        return self._trouble.unreachable(error)

    async def _pool(self, name: str) -> "asyncpg.Pool[Any]":
        settings = self._settings
        async with self._opening:
            if name not in self._pools:
                self._pools[name] = await asyncpg.create_pool(
                    self.url,
                    min_size=0,
                    max_size=settings.concurrent_exports if name == EXPORTS else settings.pool_size,
                    timeout=settings.pool_seconds,
                    command_timeout=settings.statement_seconds + GRACE_SECONDS,
                    statement_cache_size=512,
                    max_cached_statement_lifetime=0,
                    max_cacheable_statement_size=0,  # no limit: statements for boxes are long and the slowest to plan
                    reset=_keep,
                    server_settings={
                        "application_name": "counterclaim",
                        "default_transaction_read_only": "on",
                        "statement_timeout": str(round(settings.statement_seconds * 1_000)),
                        "lock_timeout": str(round(settings.lock_seconds * 1_000)),
                        **PLANNING,
                    },
                )
            return self._pools[name]

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A connection for a long read that sees one state of the data throughout. Raises Unavailable."""
        pool, connection = await self._begun()
        try:
            yield _Snapshot(self, connection)
        finally:  # in a separate task, because this one is cancelled if the client disconnects
            ending = asyncio.ensure_future(self._end(pool, connection))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
            await asyncio.shield(ending)

    async def _begun(self) -> "tuple[asyncpg.Pool[Any], Any]":
        """A connection in a transaction; replaced if it was lost while idle."""
        for _ in range(self._settings.concurrent_exports + 1):
            pool, connection = await self._acquire(EXPORTS)
            try:
                await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            except LOST:
                _give_up(connection)
                await self._release(pool, connection)
            except (TimeoutError, asyncpg.PostgresError) as error:
                await self._release(pool, connection)
                raise self._trouble.away(error) from error
            else:
                return pool, connection
        raise self._away(ConnectionError("every connection was lost"))

    async def _end(self, pool: "asyncpg.Pool[Any]", connection: Any) -> None:  # noqa: ANN401 - a pool's proxy
        """Return a snapshot's connection to the pool once a cancelled statement has ended, or drop it."""
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await connection.execute("ROLLBACK")
        except (TimeoutError, asyncpg.PostgresError, *LOST):
            _give_up(connection)
        await self._release(pool, connection)

    async def _release(self, pool: "asyncpg.Pool[Any]", connection: Any) -> None:  # noqa: ANN401 - a pool's proxy
        """Return a connection to the pool, or drop it, and tell those who wait for one."""
        with suppress(TimeoutError, asyncpg.PostgresError, *LOST):
            await pool.release(connection, timeout=GRACE_SECONDS)
        self._returned.set()
        self._returned = asyncio.Event()

    async def read(self, connection: Any, statement: SqlStatement, parameters: Parameters) -> Sequence[Row]:  # noqa: ANN401 - a pool's proxy
        """All rows as seen by an export's connection, which cannot be replaced. Raises Unavailable."""
        try:
            return await self._run(connection, statement, parameters)
        except Lost as error:
            raise self._trouble.away(error) from error


def _give_up(connection: Any) -> None:  # noqa: ANN401 - a pool's proxy
    """Terminate a connection without notifying the server, unless that was done already."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


class _Snapshot:
    """One state of the data."""

    def __init__(self, reader: PostgresReader, connection: Any) -> None:  # noqa: ANN401 - a pool's proxy
        self._reader, self._connection = reader, connection

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:  # noqa: ARG002
        return await self._reader.read(self._connection, statement, parameters)
