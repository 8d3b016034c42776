"""What the service withstands for long: slow clients, very many requests, exports of everything."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit

import pytest

from tests.support import soak
from tests.support.crowd import RIGHT, Crowd, answers, bodies
from tests.support.faults import service
from tests.support.wire import Wire

SLOW, SLOW_S = 1_000, 20
MOST_DRIFT_MB, MOST_FOR_EXPORTS_MB = 10, 60
LEAVERS, LEAVINGS = 3, 120

pytestmark = pytest.mark.long


class Dribblers:
    """Clients that send a byte of a request each second; who is turned away comes again."""

    def __init__(self, root: str, size: int) -> None:
        where = urlsplit(root)
        self._address = (str(where.hostname), int(where.port or 80))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._sockets = [self._connected() for _ in range(size)]
        self.turned_away = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._address, timeout=10)
        made.setblocking(False)
        made.send(b"GET /events HTTP/1.1\r\nA: ")
        return made

    def _run(self) -> None:
        tenth = 0
        while not self._stop.wait(0.1):
            tenth = (tenth + 1) % 10
            for number in range(tenth, len(self._sockets), 10):
                if not _takes_a_byte(self._sockets[number]):
                    self._sockets[number].close()
                    self._sockets[number] = self._connected()
                    self.turned_away += 1


def _takes_a_byte(one: socket.socket) -> bool:
    """Whether the connection is still open; the answer that may have come is left where it is."""
    try:
        one.send(b"a")
        one.recv(1)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@pytest.fixture(autouse=True)
def _many_files() -> Iterator[None]:
    """Each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4_096)) if hard > 0 else 4_096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_slow_clients_do_not_delay_others(dossier_url: str) -> None:
    """They are turned away when their time is over, and everybody else is answered rightly meanwhile."""
    with service(dossier_url) as served:
        right = bodies(served.root)
        with Crowd(served.root) as crowd, Dribblers(served.root, SLOW) as slow:
            time.sleep(SLOW_S)
        assert crowd.judge({1: right}).keys() == {RIGHT}
        assert slow.turned_away > 0


def test_memory_stays(dossier_url: str) -> None:
    with service(dossier_url) as served:
        found = soak.mixed(served, 10_000)
        assert found.more_mb < MOST_DRIFT_MB, found


def test_an_export_is_never_held_whole(blank_url: str) -> None:
    soak.fill(blank_url, 50_000, 20)
    with service(blank_url) as served:
        found = soak.exporting(served)
        assert found.more_mb < MOST_FOR_EXPORTS_MB, found
        leavers = [threading.Thread(target=leave, args=(served.root, number)) for number in range(LEAVERS)]
        for leaver in leavers:
            leaver.start()
        for leaver in leavers:
            leaver.join()
        assert served.process is not None
        assert served.process.poll() is None
        answers(served.root, ("/events?limit=2", "/events.ndjson?date_to=2014-02-01"))


def leave(root: str, first: int) -> None:
    """Ask for everything, and be gone after some of it, time and again."""
    for number in range(first, LEAVINGS, LEAVERS):
        with Wire(root) as wire:
            for at, _ in enumerate(wire.stream("GET /events.ndjson")):
                if at >= number % 20:
                    break
