"""One client takes no more than its share: of exports under way, and of the time that it may take to read them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager

import httpx
import pytest

from api.errors import Unavailable
from api.http import exports
from api.http.downloads import Slots
from api.query.session import Data, ReadSession
from api.server.request_limits import counted_as
from api.server.transports import Pace
from tests.support.live import serving

FIRST, SECOND, THIRD, NEIGHBOUR = "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"
PATIENCE_S = 30


def test_a_client_holds_at_most_half_of_the_slots() -> None:
    slots = Slots(4)
    with ExitStack() as held:
        held.enter_context(slots.taken("a"))
        held.enter_context(slots.taken("a"))
        with pytest.raises(Unavailable, match=r"^The service makes at most 2 exports at once for one client\.$"):
            held.enter_context(slots.taken("a"))
        held.enter_context(slots.taken("b"))
        held.enter_context(slots.taken("c"))
        with pytest.raises(Unavailable, match=r"^The service is making as many exports as it can\.$"):
            held.enter_context(slots.taken("b"))
    with slots.taken("a"), slots.taken("a"), slots.taken("b"), slots.taken("b"):
        pass


def test_a_single_slot_is_for_any_client() -> None:
    slots = Slots(1)
    with slots.taken("a"), pytest.raises(Unavailable, match="as many exports as it can"), slots.taken("b"):
        pass
    with slots.taken("b"):
        pass


def test_a_network_of_ipv6_is_one_client() -> None:
    assert counted_as(THIRD) == counted_as(NEIGHBOUR) == "2001:db8::/64"
    assert counted_as("2001:db8:0:1::1") != counted_as(THIRD)
    assert counted_as("::ffff:192.0.2.1") == FIRST


class Held:
    """Exports that have begun go on only when they are told to."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()

    def wait_for(self, count: int) -> None:
        """Return once so many more have begun."""
        for _ in range(count):
            assert self.begun.acquire(timeout=PATIENCE_S)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    made, snapshot = Held(), Data.snapshot

    @asynccontextmanager
    async def waiting(self: Data) -> AsyncIterator[ReadSession]:
        made.begun.release()
        await asyncio.to_thread(made.go_on.wait, PATIENCE_S)
        async with snapshot(self) as session:
            yield session

    monkeypatch.setattr(Data, "snapshot", waiting)
    monkeypatch.setattr(exports, "SMALL", 5)
    yield made
    made.go_on.set()


def test_a_client_with_many_exports_leaves_room_for_others(dossier_url: str, held: Held) -> None:
    """Four at once: the first client gets two, the second one, and an IPv6 network the last."""

    def ask(path: str, client: str) -> httpx.Response:
        return api.client.get(path, headers={"X-Forwarded-For": client}, timeout=PATIENCE_S * 2)

    with (
        serving(dossier_url, concurrent_exports=4, trusted_proxies="127.0.0.0/8") as api,
        ThreadPoolExecutor(8) as threads,
    ):
        under_way: list[Future[httpx.Response]] = []
        for path, client in (
            ("/events.csv", FIRST),
            ("/events.ndjson", FIRST),
            ("/claims.csv", SECOND),
            ("/claims.ndjson", THIRD),
        ):
            if path == "/claims.csv":
                refused = ask("/sources.csv", FIRST)
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
                assert refused.json()["detail"] == "The service makes at most 2 exports at once for one client."
            under_way.append(threads.submit(ask, path, client))
            held.wait_for(1)
        assert ask("/sources.csv", NEIGHBOUR).json()["detail"] == "The service is making as many exports as it can."
        assert ask("/datasets.csv", FIRST).headers["counterclaim-count"] == "2"  # small, and so beside them
        assert not any(one.done() for one in under_way)
        held.go_on.set()
        assert [one.result().status_code for one in under_way] == [200] * 4
        assert ask("/sources.csv", FIRST).status_code == 200


def test_waiting_for_the_same_export_takes_no_slot(dossier_url: str, held: Held) -> None:
    with serving(dossier_url, concurrent_exports=1) as api, ThreadPoolExecutor(8) as threads:
        first = threads.submit(api.ask, "/events.csv")
        held.wait_for(1)
        second = threads.submit(api.ask, "/events.csv")
        held.go_on.set()
        assert first.result().content == second.result().content
    assert held.begun.acquire(blocking=False) is False


@pytest.mark.parametrize(("rate", "cut"), [(0, True), (99, True), (100, False), (5_000, False)])
def test_a_client_has_to_take_in_so_much(rate: int, cut: bool) -> None:
    """Looked at twice a second, by a clock of the test's own: at least 100 bytes a second, over 30 seconds."""
    pace = Pace(100, 30)
    pace.written = 1_000_000
    looks = [pace.is_too_slow(half / 2, 1_000_000 - rate * half // 2) for half in range(62)]
    assert looks == [False] * 61 + [cut]


def test_a_client_that_caught_up_starts_over() -> None:
    pace = Pace(100, 30)
    pace.written = 3_000
    assert [pace.is_too_slow(now, waiting) for now, waiting in ((0, 3_000), (29, 2_990), (30, 0))] == [False] * 3
    pace.written += 3_000
    assert [pace.is_too_slow(now, 3_000) for now in (31, 60, 61, 61.5)] == [False, False, False, True]


def test_a_slow_client_is_measured_over_each_interval() -> None:
    """Quick at first and slow from then on is slow; answers that follow each other count together."""
    pace = Pace(100, 30)
    pace.written = 10_000
    assert not pace.is_too_slow(0, 10_000)
    pace.written += 50_000
    assert not pace.is_too_slow(31, 10_000)
    assert pace.is_too_slow(62, 9_000)
