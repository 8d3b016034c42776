"""Checks stored data against its hashes in the background, within a share of one processor's time."""

import contextlib
import os
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from api.index.integrity import Damage, damage
from api.query.session import Data
from api.settings import Settings
from api.storage.bulk import Store
from api.storage.database import DatabaseUnusableError, explained, viewer

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""Seconds between checks for newly loaded data."""
LEAST_URGENT = 19
PIECE_SECONDS = 0.0002
"""The time after which the check sleeps at the latest, after the row that it was checking."""
Newest = tuple[int, str]
"""The number of the newest revision, and its seal, because another database may have the same number."""


class Interrupted(Exception):  # noqa: N818 - a signal, not an error
    """The check has to end or to restart."""


class Closed(Exception):  # noqa: N818 - a signal, not an error
    """The service has stopped."""


class IntegrityCheck:
    """Checks everything at startup, after each load, and at an interval; reports findings to `Data`."""

    def __init__(self, data: Data, settings: Settings) -> None:
        """Nothing was checked yet."""
        self._data = data
        self._share, self._every = settings.check_share, settings.check_seconds
        self._stop = threading.Event()
        self.passes = 0
        """The number of complete passes, as far as data could be read."""
        self._thread: threading.Thread | None = None

    def start(self, loop: AbstractEventLoop) -> None:
        """Start in a thread; findings are reported on the event loop."""
        if self._share:
            self._thread = threading.Thread(target=self._run, args=(loop,), name="integrity", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the current statement."""
        self._stop.set()

    def _run(self, loop: AbstractEventLoop) -> None:
        with contextlib.suppress(OSError, AttributeError):  # only Linux has niceness per thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LEAST_URGENT)
        with contextlib.suppress(Interrupted, Closed):
            while not self._stop.is_set():
                revision = self._pass(loop)
                self._tell(loop, self._passed)
                self._rest(revision)

    @staticmethod
    def _tell(loop: AbstractEventLoop, what: Callable[[], object]) -> None:
        """Run it on the event loop. Raises Closed."""
        try:
            loop.call_soon_threadsafe(what)
        except RuntimeError:
            raise Closed from None

    def _passed(self) -> None:
        """All findings of a pass have been reported."""
        self.passes += 1

    def _rest(self, revision: Newest | None) -> None:
        """Wait for the interval, a new revision, or a switch to another server."""
        until, read = time.monotonic() + self._every, self._url
        while time.monotonic() < until and not self._stop.wait(LOOK_SECONDS):
            if self._url != read or self._revision() != revision:
                return

    @property
    def _url(self) -> str:
        return self._data.reader.url

    def _revision(self) -> Newest | None:
        try:
            with explained(self._url), _opened(self._url) as store:
                return _newest(store)
        except DatabaseUnusableError:
            return None

    def _pass(self, loop: AbstractEventLoop) -> Newest | None:
        """Check everything once; returns the revision that was checked, or None if the database was away."""

        def tell(found: list[Damage], *, whole: bool) -> None:
            self._tell(loop, partial(self._data.found, found, whole=whole))

        try:
            with explained(self._url), _opened(self._url) as store:
                revision = _newest(store)
                found: list[Damage] = []
                for one in damage(store, Budget(self._share, self._stop)):
                    if _newest(store) != revision:
                        break
                    found.append(one)
                    tell([one], whole=False)
                if _newest(store) != revision:  # data was loaded meanwhile
                    return None
                tell(found, whole=True)
                log.info("checked", revision=revision[0], damaged=len(found))
                return revision
        except DatabaseUnusableError as error:
            log.warning("unchecked", why=str(error))
            return None


class Budget:
    """Sleeps after each piece of work, so that only a share of the time is used.

    The pieces are short, because a request that is answered meanwhile gets only half of the interpreter's time.
    """

    def __init__(self, share: float, stop: threading.Event) -> None:
        """Start the clock."""
        self._rest, self._stop = 1 / share - 1, stop
        self._since = time.perf_counter()

    def __call__(self) -> None:
        """Sleep, unless very little time was used. Raises Interrupted if the check has to end."""
        used = time.perf_counter() - self._since
        if used < PIECE_SECONDS:
            return
        if self._stop.wait(min(used * self._rest, threading.TIMEOUT_MAX)):
            raise Interrupted
        self._since = time.perf_counter()


@contextmanager
def _opened(url: str) -> Iterator[Store]:
    """A connection in autocommit mode, so that a long check holds no snapshot or lock."""
    made = viewer(url)
    try:
        with made.connect() as connection:
            yield Store(connection.execution_options(isolation_level="AUTOCOMMIT"), lenient=True)
    finally:
        made.dispose()


def _newest(store: Store) -> Newest:
    found = store.rows("SELECT number, seal FROM revision ORDER BY number DESC LIMIT 1")
    return (found[0][0], found[0][1]) if found else (0, "")
