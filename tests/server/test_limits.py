"""Each limit, set so low that it is reached: over it comes 4xx, or 503 with Retry-After, and never a hang."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.errors import Unavailable
from api.http.monitoring import Metrics
from api.main import reader_for
from api.server.middleware import Middleware
from api.server.request_limits import Allowance, Proxies
from api.server.server import OTHER_FILES
from api.settings import EXPOSED_RATE_LIMIT, Settings
from api.storage.database import engine
from api.storage.reader import Reader, SqlStatement
from tests.support.live import PATIENCE_S, Api, serving
from tests.support.wire import Wire

BUNDLE = "GET /static-offline-docs/swagger-ui-bundle.js"


@contextmanager
def connected(url: str, **settings: Any) -> Iterator[Wire]:
    with serving(url, **settings) as api, Wire(str(api.client.base_url)) as wire:
        yield wire


@pytest.mark.parametrize(
    ("settings", "request_line", "headers", "status"),
    [
        ({"url_bytes": 1_024}, "GET /events/count?q=" + "a " * 600, [], 400),
        ({"url_bytes": 1_024}, "GET /events/count?q=" + "a" * 1_024, [], 414),
        ({"url_bytes": 1_024, "header_bytes": 1_024}, "GET /events/count?q=" + "a" * 1_000_000, [], 414),
        ({"parameter_bytes": 256}, "GET /events/count?q=" + "a" * 260, [], 422),
        ({"parameters": 2}, "GET /events/count?party=russia&party=ukraine&party=lpr", [], 422),
        ({"parameters": 3}, "GET /events/count?party=russia&party=ukraine&party=lpr", [], 200),
        ({"header_bytes": 1_024}, "GET /events/count", ["A: " + "b" * 1_024], 431),
        ({"header_bytes": 1_024}, "GET /events/count", ["A: " + "b" * 900], 200),
        ({"headers": 10}, "GET /events/count", ["A: b"] * 10, 431),  # with Host, the eleventh
        ({"headers": 10}, "GET /events/count", ["A: b"] * 9, 200),
    ],
)
def test_sizes(
    dossier_of_sqlite: str, settings: dict[str, Any], request_line: str, headers: list[str], status: int
) -> None:
    with connected(dossier_of_sqlite, **settings) as wire:
        assert wire.ask(request_line, *headers).status == status


def test_a_body_means_nothing(dossier_of_sqlite: str) -> None:
    with connected(dossier_of_sqlite) as wire:
        assert wire.ask("GET /events/count", "Content-Length: 3", body=b"abc").status == 200
        assert wire.ask("POST /events", "Content-Length: 3", body=b"abc").status == 405
        assert wire.ask("POST /events", "Content-Length: 100000000", body=b"abc").status == 405
        assert wire.ended()


def test_the_longest_idle_connection_is_closed_first(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, connections=16) as api, ExitStack() as opened:
        root = str(api.client.base_url)
        wires = [opened.enter_context(Wire(root)) for _ in range(16)]
        time.sleep(0.3)
        wires[0].send(b"GET /events/co")  # not quite silent, but it never asks either
        assert wires[1].ask("GET /events/count").status == 200
        time.sleep(0.3)
        late = opened.enter_context(Wire(root))
        assert late.ask("GET /events/count").status == 200
        assert wires[2].ended()
        assert wires[15].ask("GET /events/count").status == 200


def test_where_files_run_out_silent_connections_make_room(
    dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not new ones, which the system would reset."""
    most = OTHER_FILES + 20
    monkeypatch.setattr("api.server.server.resource.getrlimit", lambda _: (most, most))
    monkeypatch.setattr("api.server.server.resource.setrlimit", lambda *_: None)
    with serving(dossier_of_sqlite) as api, ExitStack() as opened:
        root = str(api.client.base_url)
        wires = [opened.enter_context(Wire(root)) for _ in range(20)]
        late = opened.enter_context(Wire(root))
        assert late.ask("GET /events/count").status == 200
        assert wires[0].ended()


def test_a_request_has_to_arrive_in_time(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, header_seconds=0.3) as api:
        root = str(api.client.base_url)
        with Wire(root) as silent, Wire(root) as slow:
            slow.send(b"GET /events/count HTTP/1.1\r\nA: b")
            assert slow.answer().status == 408
            assert slow.ended()
            assert silent.ended()


def test_a_connection_is_kept_open_and_closed(dossier_of_sqlite: str) -> None:
    with connected(dossier_of_sqlite, idle_seconds=1, header_seconds=0.3) as wire:
        assert wire.ask("GET /events/count").status == 200
        time.sleep(0.6)
        assert wire.ask("GET /events/count").status == 200
        assert wire.ended()


def until(holds: Callable[[], bool]) -> None:
    """Return once something holds."""
    for _ in range(PATIENCE_S * 100):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("It does not come to pass.")


def test_a_client_that_reads_nothing_is_disconnected(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, send_seconds=0.5) as api, Wire(str(api.client.base_url)) as wire:
        wire.send((f"{BUNDLE} HTTP/1.1\r\nHost: x\r\n\r\n" * 20).encode())
        assert api.app is not None
        open_ = api.app.state.server.server_state.connections
        until(lambda: bool(open_))
        until(lambda: not open_)
        with pytest.raises(EOFError):
            deque(wire.answer() for _ in range(20))


def test_each_client_has_its_share(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, rate_limit=3) as api:
        answers = [api.ask("/events/count") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        left = [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers]
        assert left == [f'"client";r={rest}' for rest in (2, 1, 0, 0, 0)]
        assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"client";q=3;w=60'}
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert answers[3].json()["type"] == "/problems/too-many-requests"
        for unlimited in ("/health", "/health/live", "/health/ready", "/metrics"):
            assert api.ask(unlimited).status_code == 200


@pytest.mark.parametrize("path", ["/a%00", "/events?q=100%", "/nothing", "/events?zz=1", "/events/count?q=a#b"])
def test_refused_requests_count_for_the_rate_limit(dossier_of_sqlite: str, path: str) -> None:
    with connected(dossier_of_sqlite, rate_limit=2) as wire:
        answers = [wire.ask(f"GET {path}") for _ in range(3)]
    assert [answer.headers["ratelimit"].partition(";t=")[0][-1] for answer in answers] == ["1", "0", "0"]
    assert [answer.status == 429 for answer in answers] == [False, False, True]


def test_shares_are_for_strangers(sqlite_api: Api) -> None:
    assert "ratelimit" not in sqlite_api.ask("/events/count").headers
    assert Settings().requests_per_minute == 0
    for exposed in ("0.0.0.0", "::", "192.0.2.1", "counterclaim.example"):  # noqa: S104 - nothing is served there
        assert Settings(host=exposed).requests_per_minute == EXPOSED_RATE_LIMIT
    assert Settings(host="0.0.0.0", rate_limit=0).requests_per_minute == 0  # noqa: S104 - as above
    assert Settings(host="localhost").requests_per_minute == Settings(host="::1").requests_per_minute == 0


def test_a_limit_starts_over_and_an_ipv6_network_shares_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    allowance = Allowance(1)
    assert [allowance.take(client)[0] for client in ("10.0.0.1", "10.0.0.2", "10.0.0.1")] == [0, 0, 60]
    assert [allowance.take(client)[0] for client in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")] == [0, 60, 0]
    assert [allowance.take(client)[0] for client in ("::ffff:10.0.0.1", "fe80::1%eth0", "no:address")] == [60, 0, 0]
    now += 60
    assert allowance.take("10.0.0.1")[0] == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", ["10.1.1.1"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["192.0.2.7, 10.0.0.2"], "192.0.2.7"),
        ("10.0.0.1", ["192.0.2.7", "192.0.2.8, 10.0.0.2"], "192.0.2.8"),
        ("10.0.0.1", ["10.9.9.9, 10.0.0.2"], "10.9.9.9"),
        ("10.0.0.1", ["1.2.3.4, 192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["192.0.2.7:4711"], "192.0.2.7"),
        ("10.0.0.1", ["192.0.2.7, 10.0.0.2:4711"], "192.0.2.7"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"),
        ("10.0.0.1", ["192.0.2.7, ::ffff:10.0.0.2"], "192.0.2.7"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7, 10.0.0.2:port"], "10.0.0.1"),
        ("10.0.0.1", [",, ,"], "10.0.0.1"),
        ("::1", ["2001:db8::1"], "2001:db8::1"),
        ("::ffff:10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: list[str], client: str) -> None:
    proxies = Proxies(Settings(trusted_proxies="10.0.0.0/8, ::1").trusted_proxies)
    fields = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    found, request_id = proxies.identify({"client": (peer, 1), "headers": [*fields, (b"x-request-id", b"of-theirs")]})
    assert found == client
    assert (request_id == "of-theirs") == (peer != "192.0.2.1")


@pytest.mark.parametrize("sent", [[b"\x00"], [b"a" * 65], [b""], [b"a", b"b"], [b"a b"]])
def test_an_odd_request_id_is_replaced(sent: list[bytes]) -> None:
    proxies = Proxies(Settings(trusted_proxies="::1").trusted_proxies)
    _, request_id = proxies.identify({"client": ("::1", 1), "headers": [(b"x-request-id", one) for one in sent]})
    assert len(request_id) == 32


def test_only_so_many_requests_at_once() -> None:
    async def main() -> list[httpx.Response]:
        go_on = asyncio.Event()

        async def slow(_: Request) -> Response:
            await go_on.wait()
            return PlainTextResponse("at last")

        served = Starlette(routes=[Route("/slow", slow), Route("/health", slow)])
        app = Middleware(served, Settings(concurrent_requests=2), Metrics(access_log=False))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            waiting = [asyncio.create_task(client.get("/slow")) for _ in range(2)]
            await asyncio.sleep(0.05)
            refused = await client.get("/slow")
            waiting.append(asyncio.create_task(client.get("/health")))
            await asyncio.sleep(0.05)
            go_on.set()
            return [refused, *[await task for task in waiting], await client.get("/slow")]

    refused, *answered = asyncio.run(main())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert [answer.status_code for answer in answered] == [200, 200, 200, 200]


@asynccontextmanager
async def reading(url: str, **settings: Any) -> AsyncIterator[Reader]:
    reader = reader_for(Settings(database_url=url, **settings))
    try:
        yield reader
    finally:
        await reader.close()


def endless() -> SqlStatement:
    """A statement that takes minutes."""
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < 1_000_000_000))
    return SqlStatement(sa.select(sa.func.count()).select_from(numbers))


@pytest.mark.parametrize("slow", [False, True])
def test_a_statement_is_broken_off(empty_url: str, slow: bool) -> None:
    async def main() -> None:
        async with reading(empty_url, statement_seconds=0.3) as reader:
            with pytest.raises(Unavailable, match="took too long"):
                await reader.fetch(endless(), {}, slow=slow)
            assert await reader.fetch(SqlStatement(sa.select(sa.literal(1))), {})

    asyncio.run(main())


def test_a_long_statement_delays_no_other(empty_url: str) -> None:
    async def main() -> None:
        async with reading(empty_url, statement_seconds=5) as reader:
            long = asyncio.create_task(reader.fetch(endless(), {}))
            await asyncio.sleep(0.3)
            assert await reader.fetch(SqlStatement(sa.select(sa.literal(1))), {})
            assert not long.done()
            with pytest.raises(Unavailable):
                await long

    asyncio.run(main())


def test_waiting_for_a_connection_is_bounded(empty_url: str) -> None:
    async def main() -> None:
        async with reading(empty_url, statement_seconds=5, pool_size=2, pool_seconds=0.3) as reader:
            long = [asyncio.create_task(reader.fetch(endless(), {}, slow=True)) for _ in range(4)]
            await asyncio.sleep(0.2)
            with pytest.raises(Unavailable, match="as many queries as it can"):
                await reader.fetch(endless(), {}, slow=True)
            assert not long[0].done()
            await asyncio.gather(*long, return_exceptions=True)

    asyncio.run(main())


def test_only_so_many_exports_at_once(dossier_url: str) -> None:
    async def main() -> None:
        async with reading(dossier_url, concurrent_exports=1, pool_seconds=0.3) as reader:
            async with reader.snapshot():
                with pytest.raises(Unavailable, match="as many queries as it can"):
                    async with reader.snapshot():
                        pass
            async with reader.snapshot() as connection:
                assert await connection.fetch(SqlStatement(sa.select(sa.literal(1))), {})

    asyncio.run(main())


@pytest.mark.parametrize(
    ("table", "path"), [("event_document", "/events"), ("claim_entry", "/claims"), ("source", "/sources")]
)
def test_one_locked_table_does_not_take_the_others_down(dossier_of_postgresql: str, table: str, path: str) -> None:
    made = engine(dossier_of_postgresql)
    with (
        serving(dossier_of_postgresql, lock_seconds=5, pool_seconds=5, statement_seconds=30) as api,
        made.begin() as connection,
    ):
        assert api.get("/events/count", kind="capture")
        connection.execute(sa.text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        asyncio.run(_asked_at_once(str(api.client.base_url), path))
    made.dispose()


async def _asked_at_once(root: str, path: str) -> None:
    others = {"/events", "/claims", "/sources", "/actors", "/locations", "/datasets"} - {path}
    async with httpx.AsyncClient(base_url=root, timeout=60) as client:
        locked = [asyncio.create_task(client.get(path, params={"limit": number})) for number in range(1, 31)]
        await asyncio.sleep(0.1)
        for other in (*sorted(others), "/health"):
            assert (await client.get(other)).status_code == 200, other
        assert not any(answer.done() for answer in locked)
        for answer in await asyncio.gather(*locked):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
