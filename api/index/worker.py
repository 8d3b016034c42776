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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, TypeAlias

from api.index import builder as making
from api.index.builder import Parcel
from api.storage.bulk import Row, Store

ENOUGH = 5_000
"""Events and claims that are worth starting a process."""
MOST_WAITING = 4
"""Parcels, or loads of records, that lie ready: bounds memory."""
PATIENCE_S = 10
SELDOM = (1_000_000, 50, 50)
_PROGRAM = "import sys; sys.path[:] = {path!r}; from {module} import work; work({descriptor})"

Line: TypeAlias = "Connection[Any, Any]"


@contextmanager
def parcels(store: Store) -> Iterator[Iterable[Parcel]]:
    """Everything that is to be written because of what a load affects."""
    many = store.rows("SELECT count(*) FROM affected WHERE kind IN ('event', 'claim')")[0][0] >= ENOUGH
    if not many or cores() == 1 or os.name != "posix":
        yield making.parcels(store)
        return
    with helper("api.index.worker") as line:
        other = Making(store, line)
        store.between = other.serve
        try:
            yield other.parcels()
        finally:
            store.between = None


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def helper(module: str) -> Iterator[Line]:
    """Another process, which does what the module calls `work`; it ends when the line to it is closed."""
    ours, theirs = Pipe()
    program = _PROGRAM.format(path=sys.path, module=module, descriptor=theirs.fileno())
    process = subprocess.Popen([sys.executable, "-c", program], pass_fds=[theirs.fileno()])  # noqa: S603 - ourselves
    theirs.close()
    try:
        yield ours
    except (EOFError, ConnectionError) as error:
        from api.storage.database import HelperLostError  # noqa: PLC0415 - it brings SQLAlchemy, which helpers go without

        raise HelperLostError from error
    finally:
        ours.close()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def helped(descriptor: int) -> Iterator[Line]:
    """The line of a helper to whoever started it, who decides on interrupts and when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, ConnectionError), unswept():
        yield Connection(descriptor)


@contextmanager
def unswept() -> Iterator[None]:
    """Look for garbage in circles but seldom: there is hardly any, and a load makes things by the million."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def posted(line: Line) -> Iterator[Callable[[Any], None]]:
    """Sends without waiting for who hears it, as long as little lies ready; in the end, waits until all is sent."""
    waiting: SimpleQueue[Any] = SimpleQueue()
    free = Semaphore(MOST_WAITING)
    lost: list[OSError] = []

    def post() -> None:
        while (said := waiting.get()) is not waiting:
            try:
                if not lost:
                    line.send(said)
            except OSError as error:
                lost.append(error)
            free.release()

    def send(said: object) -> None:
        free.acquire()
        if lost:
            raise lost[0]
        waiting.put(said)

    thread = Thread(target=post, daemon=True)
    thread.start()
    yield send
    waiting.put(waiting)
    thread.join()


class Making:
    """The other process that makes documents, seen from the one that writes them."""

    def __init__(self, store: Store, line: Line) -> None:
        self._store, self._line = store, line
        self._waiting: deque[Parcel] = deque()
        self._done = False

    def parcels(self) -> Iterator[Parcel]:
        """What it makes, in order."""
        while True:
            self.serve()
            if self._waiting:
                yield self._waiting.popleft()
                with suppress(ConnectionError):  # it may be done already
                    self._line.send(None)  # so that it may send another
            elif self._done:
                return
            else:
                self._hear()

    def serve(self) -> None:
        """Hear what it has said, so that it need not wait for us."""
        while not self._done and self._line.poll():
            self._hear()

    def _hear(self) -> None:
        match self._line.recv():
            case Parcel() as parcel:
                self._waiting.append(parcel)
            case statement, values:
                self._line.send(self._store.rows(statement, *values))
            case None:
                self._done = True


class Asking:
    """Reads facts through the process that loads, and sends it what is made of them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._answers: SimpleQueue[list[Row] | None] = SimpleQueue()
        self._free = Semaphore(MOST_WAITING)
        self._lost = False
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Take whatever is said at once: who loads is never kept waiting."""
        with suppress(EOFError, OSError):
            while True:
                said = self._line.recv()
                if said is None:
                    self._free.release()
                else:
                    self._answers.put(said)
        self._lost = True
        self._answers.put(None)
        self._free.release()

    def rows(self, statement: str, *values: Any) -> list[Row]:  # noqa: ANN401 - whatever the driver binds
        """All rows of a query."""
        self._line.send((statement, values))
        found = self._answers.get()
        if found is None:
            raise EOFError
        return found

    def column(self, statement: str, *values: Any) -> list[Any]:  # noqa: ANN401 - whatever the driver binds
        """The first column of a query."""
        return [row[0] for row in self.rows(statement, *values)]

    def send(self, parcel: Parcel) -> None:
        """Hand over a parcel, once few lie ready."""
        self._free.acquire()
        if self._lost:
            raise EOFError
        self._line.send(parcel)


def work(descriptor: int) -> None:
    """What the helper does."""
    with helped(descriptor) as line:
        asking = Asking(line)
        for parcel in making.parcels(asking):
            asking.send(parcel)
        line.send(None)
