"""Has documents made by a second process, beside the one that writes them: where there are many, and a core for it.

The helper holds no connection. What it reads it asks of the process that loads, whose transaction alone sees the new
facts; that one answers between two statements of its own. If either dies, the other ends and nothing was loaded.
"""

import gc
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from api import making
from api.making import Parcel
from api.store import Row, Store

ENOUGH = 5_000
"""Events and claims that are worth starting a process."""
MOST_WAITING = 2
"""Parcels that lie ready: bounds memory."""
PATIENCE_S = 10
_PROGRAM = "import sys; sys.path[:] = {path!r}; from api.beside import work; work({descriptor})"


class HelperLostError(RuntimeError):
    """The helper ended before it was done; what it has to say about that it wrote to our standard error."""


@contextmanager
def parcels(store: Store) -> Iterator[Iterable[Parcel]]:
    """Everything that is to be written because of what a load affects."""
    many = store.rows("SELECT count(*) FROM affected WHERE kind IN ('event', 'claim')")[0][0] >= ENOUGH
    if not many or cores() == 1 or os.name != "posix":
        yield making.parcels(store)
        return
    helper = Helper(store)
    try:
        yield helper.parcels()
    finally:
        helper.close()


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Helper:
    """The other process, seen from the one that loads."""

    def __init__(self, store: Store) -> None:
        """Start it."""
        self._store = store
        self._waiting: deque[Parcel] = deque()
        self._done = False
        self._line, theirs = Pipe()
        program = _PROGRAM.format(path=sys.path, descriptor=theirs.fileno())
        self._process = subprocess.Popen([sys.executable, "-c", program], pass_fds=[theirs.fileno()])  # noqa: S603 - ourselves
        theirs.close()
        store.between = self._serve

    def parcels(self) -> Iterator[Parcel]:
        """What it makes, in order."""
        while True:
            self._serve()
            if self._waiting:
                yield self._waiting.popleft()
            elif self._done:
                return
            else:
                self._hear()

    def _serve(self) -> None:
        """Hear what it has said, so that it need not wait for us."""
        while not self._done and len(self._waiting) < MOST_WAITING and self._line.poll():
            self._hear()

    def _hear(self) -> None:
        try:
            said = self._line.recv()
            match said:
                case Parcel():
                    self._waiting.append(said)
                case statement, values:
                    self._line.send(self._store.rows(statement, *values))
                case None:
                    self._done = True
        except (EOFError, ConnectionError) as error:
            raise HelperLostError("The process that makes documents ended early; nothing was loaded.") from error

    def close(self) -> None:
        """Have it end, if it has not."""
        self._store.between = None
        self._line.close()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Asking:
    """Reads facts through the process that loads."""

    def __init__(self, line: "Connection[Any, Any]") -> None:
        self._line = line

    def rows(self, statement: str, *values: Any) -> list[Row]:  # noqa: ANN401 - whatever the driver binds
        """All rows of a query."""
        self._line.send((statement, values))
        found: list[Row] = self._line.recv()
        return found

    def column(self, statement: str, *values: Any) -> list[Any]:  # noqa: ANN401 - whatever the driver binds
        """The first column of a query."""
        return [row[0] for row in self.rows(statement, *values)]


def work(descriptor: int) -> None:
    """What the helper does; the process that loads decides on interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    line: Connection[Any, Any] = Connection(descriptor)
    try:
        for parcel in making.parcels(Asking(line)):
            line.send(parcel)
        line.send(None)
    except (EOFError, ConnectionError):
        return  # whoever started us has gone
