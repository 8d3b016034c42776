"""Makes loads wait for each other: one at a time, and those that wait report for which process."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

import sqlalchemy as sa

from api.storage.bulk import Store
from api.storage.database import DatabaseUnusableError

# The number of the lock, unlikely to be used by another program.
LOCK = 7_226_110_347
POLL_S = 0.1
WAIT_S = 600.0
_HOLDER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint << 32 | l.objid::bigint = ?"""


def unheard(_line: str) -> None:
    """Report nothing."""


class Queue(NamedTuple):
    """How long to wait for other loads, and how to report the wait."""

    wait_s: float = WAIT_S
    tell: Callable[[str], None] = unheard
    doing: str = "load"

    @property
    def own(self) -> str:
        """The name of this process for others that wait; PostgreSQL keeps 63 characters of it."""
        return f"counterclaim {self.doing} (process {os.getpid()}, since {datetime.now(UTC):%H:%M:%S} UTC)"

    def wait(self, take: Callable[[], bool], holder: Callable[[], str]) -> None:
        """Take the lock as soon as it is free. Raises DatabaseUnusableError after the maximum wait."""
        until, told, unnamed = time.monotonic() + self.wait_s, "", ""
        while not take():
            other = holder() or unnamed
            if time.monotonic() >= until:
                raise DatabaseUnusableError(
                    f"Gave up after {self.wait_s:,.0f} seconds of waiting: {other or 'another program'} still has the "
                    "database. Nothing was changed."
                )
            if other not in {told, ""}:
                told = other
                self.tell(f"Waiting for {other}.")
            unnamed = "another program"  # the holder may not have written its name yet
            time.sleep(POLL_S)


@contextmanager
def file_turn(database: Path, queue: Queue) -> Iterator[None]:
    """The lock to change an SQLite file: on a file beside it, released when the process ends."""
    try:
        lock = Path(f"{database.resolve()}.queue").open("a+", encoding="utf-8")  # noqa: SIM115 - it is left below
    except OSError:  # not writable: the database has the better error
        yield
        return
    with lock:
        queue.wait(lambda: _locked(lock), lambda: _read(lock))
        lock.truncate(0)
        lock.write(queue.own)
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def engine_turn(engine: sa.Engine, queue: Queue) -> AbstractContextManager[None]:
    """The lock of an SQLite database; PostgreSQL's is taken within the transaction by `server_turn`."""
    if engine.dialect.name == "sqlite":
        return file_turn(Path(engine.url.database or ""), queue)
    return nullcontext()


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read()


def server_turn(store: Store, queue: Queue) -> None:
    """Take the lock to change a PostgreSQL database, until the transaction ends."""
    store.rows("SELECT set_config('application_name', ?, true)", queue.own)
    queue.wait(
        lambda: bool(store.column("SELECT pg_try_advisory_xact_lock(?)", LOCK)[0]),
        lambda: next(iter(store.column(_HOLDER, LOCK)), ""),
    )
