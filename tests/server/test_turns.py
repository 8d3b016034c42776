"""An answer that is made of many records lets others have their turn: counted by a clock of the test's own."""

import asyncio
import os
import platform
import subprocess
import sys
import threading
import weakref
import zlib
from itertools import count, pairwise
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

import pytest

from api.http import caching, exports, fields
from api.http.ogc import routes
from api.http.resources import positions
from api.query import lists, postings, session
from api.query.documents import DamagedDocuments
from api.query.lists import in_turns
from api.query.session import TURN_SECONDS, ReadSession
from api.server.server import GARBAGE, MUCH_GARBAGE, Garbage
from api.settings import PROJECT
from api.storage.reader import SqlStatement
from tests.support.live import Api


def reading() -> ReadSession:
    """One that reads nothing."""
    unread: Any = None
    return ReadSession(unread, unread, unread, {})


@pytest.mark.parametrize(("each_s", "turns"), [(TURN_SECONDS / 4, 2), (TURN_SECONDS * 2, 10), (0, 0)])
def test_others_have_their_turn(monkeypatch: pytest.MonkeyPatch, each_s: float, turns: int) -> None:
    """Of ten records, each of which takes so long, others come in between after every two milliseconds."""
    now, had, here = 1_000.0, 0, threading.get_ident()
    monkeypatch.setattr(session, "perf_counter", lambda: now)
    monkeypatch.setattr(session, "_last_checkpoint", now)

    async def main() -> None:
        nonlocal now, had
        before = asyncio.sleep

        async def counted(seconds: float) -> None:
            nonlocal had
            had += threading.get_ident() == here  # servers of other tests sleep in threads of their own
            await before(seconds)

        monkeypatch.setattr("api.query.session.asyncio.sleep", counted)
        now += each_s  # what came before them
        async for _ in in_turns(reading(), range(10)):
            now += each_s

    asyncio.run(main())
    assert had == turns


@pytest.mark.parametrize(
    ("path", "module", "made"),
    [
        ("/claims.csv?said_from=1900-01-07", exports, "_record"),
        ("/claims.ndjson?said_from=1900-01-07&fields=id,quote", exports, "only_fields"),
        ("/events.geojson?date_from=1900-01-07", exports, "_record"),
        ("/claims?limit=1000&fields=id,quote", fields, "only_fields"),
        ("/claims?limit=200&expand=sources", fields, "_joined"),
        ("/ogc/collections/claims/items?limit=1000", routes, "ogc_feature"),
        ("/actors/ukrainian-side/positions?limit=1000", positions, "PartyHistory"),
        ("/claims?q=c&limit=1", postings, "_sound"),
    ],
)
def test_others_have_their_turn_between_records(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str, module: ModuleType, made: str
) -> None:
    """Where each record takes long, by the test's own clock, an answer makes no two of them in one turn."""
    happened: list[str] = []
    monkeypatch.setattr(session, "perf_counter", count(0, TURN_SECONDS * 2).__next__)
    monkeypatch.setattr(session, "_last_checkpoint", 0.0)
    before, make = asyncio.sleep, getattr(module, made)

    async def sleep(seconds: float) -> None:
        happened.append("turn")
        await before(seconds)

    def one(*given: Any, **named: Any) -> Any:
        happened.append("made")
        return make(*given, **named)

    monkeypatch.setattr("api.query.session.asyncio.sleep", sleep)
    monkeypatch.setattr(module, made, one)
    api.good(path)
    assert happened.count("made") > 10
    assert all(following == "turn" for one, following in pairwise(happened) if one == "made")


def test_others_have_their_turn_between_steps(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows of a page are read in one turn of the event loop, and their places are made in another."""
    happened: list[str] = []
    monkeypatch.setattr(session, "perf_counter", count(1, TURN_SECONDS * 2).__next__)
    monkeypatch.setattr(session, "_last_checkpoint", 0.0)
    before, replaced, place = asyncio.sleep, DamagedDocuments.replace_damaged, resolve_name("api.query.lists.Place")

    async def sleep(seconds: float) -> None:
        happened.append("turn")
        await before(seconds)

    def noted(name: str, run: Any) -> Any:
        def noting(*given: Any, **named: Any) -> Any:
            if happened[-1:] != [name]:
                happened.append(name)
            return run(*given, **named)

        return noting

    monkeypatch.setattr("api.query.session.asyncio.sleep", sleep)
    monkeypatch.setattr(DamagedDocuments, "replace_damaged", noted("read", replaced))
    monkeypatch.setattr(lists, "Place", noted("placed", place))
    api.good("/disputes?limit=1000")
    assert happened.index("placed") > happened.index("read")
    assert not [pair for pair in pairwise(happened) if pair[1] != "turn" and pair[0] != "turn" and pair[0] != pair[1]]


HEAPS = """
import ctypes, threading
from api.server.server import share_heap
if {shared}:
    share_heap()
one = threading.Thread(target=lambda: bytes(1_000))
one.start()
one.join()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")
@pytest.mark.parametrize("shared", [True, False])
def test_threads_share_one_heap(*, shared: bool) -> None:
    written = subprocess.run([sys.executable, "-c", HEAPS.format(shared=shared)], check=True, capture_output=True)
    assert (written.stdout.count(b"<heap nr=") == 1) is shared


def test_older_garbage_is_collected_while_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """New objects are looked at in small numbers, for that holds up everybody; what outlives it, when it is quiet."""
    looks: list[int] = []
    monkeypatch.setattr("api.server.server.gc.collect", looks.append)
    garbage = Garbage()
    for since, busy in ((0, False), (1, True), (MUCH_GARBAGE, True), (1, False), (MUCH_GARBAGE + 1, True)):
        garbage.collect(since, busy=busy)
    assert (looks, GARBAGE[0] <= 1_000, min(GARBAGE[1:]) > MUCH_GARBAGE) == ([1, 1], True, True)


@pytest.mark.parametrize(
    ("path", "computes"),
    [
        ("/events/rollup?by=month&date_from=1900-01-08", "api.query.rollups._rows"),
        ("/claims/rollup?by=speaker&said_from=1900-01-08", "api.query.rollups._members"),
        ("/claims/rollup.csv?by=speaker&said_from=1900-01-08", "api.http.resources.rollups._csv_text"),
        ("/explore/map.svg?date_from=1900-01-08", "api.http.pages.explore.map_of"),
        ("/explore?date_from=1900-01-08", "api.http.pages.frame.render"),
        ("/metrics", "api.http.monitoring.generate_latest"),
        ("/events.parquet?date_from=1900-01-08", "api.http.parquet.ParquetFile.add"),
        ("/events.parquet?date_from=1900-01-09", "api.http.parquet.ParquetFile.close"),
    ],
)
def test_long_work_is_done_in_a_thread(api: Api, monkeypatch: pytest.MonkeyPatch, path: str, computes: str) -> None:
    """What is drawn or counted in one piece is so in a thread of its own, not where requests are answered."""
    here: set[str] = set()
    module, _, name = computes.rpartition(".")
    before = getattr(resolve_name(module), name)

    def noted(*given: Any, **named: Any) -> Any:
        here.add(threading.current_thread().name)
        return before(*given, **named)

    monkeypatch.setattr(computes, noted)
    for quick in ("api.query.rollups.QUICK", "api.http.resources.rollups.QUICK"):
        monkeypatch.setattr(quick, 0)
    assert api.ask(path).status_code == 200
    assert here
    assert not [name for name in here if name.startswith("server of")]


@pytest.mark.parametrize(
    ("path", "scans"),
    [("/locations?within=luhansk-oblast", True), ("/sources?published_from=2100-01-01", True), ("/locations", False)],
)
def test_many_rows_are_read_in_a_thread(
    sqlite_api: Api, monkeypatch: pytest.MonkeyPatch, path: str, *, scans: bool
) -> None:
    """Where few records match, or none, all have to be looked at."""
    here: set[str] = set()
    before = resolve_name("api.storage.sqlite._Connection.fetch")

    def noted(connection: Any, statement: SqlStatement, *given: Any) -> Any:
        if statement.document in {"location", "source"}:
            here.add(threading.current_thread().name.partition("_")[0])
        return before(connection, statement, *given)

    monkeypatch.setattr("api.storage.sqlite._Connection.fetch", noted)
    sqlite_api.good(path)
    assert [name == "sqlite" for name in here] == [scans]


def test_long_answers_are_compressed_aside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "ASIDE_FROM", 50_000)
    with api.client.stream("GET", "/claims?limit=1000", headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
    plain = api.ask("/claims?limit=1000", {"Accept-Encoding": "identity"})
    assert zlib.decompress(sent, wbits=31) == plain.content
    assert len(plain.content) > caching.ASIDE_FROM
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["etag"] == plain.headers["etag"].removesuffix('"') + '.gzip"'
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["map", "timeline"])
def test_data_of_a_picture_is_freed_in_another_thread(api: Api, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """To free thousands of values takes long, too."""
    freed: list[str] = []
    before = resolve_name("api.http.pages.explore.sign_links")

    class Links(list[str]):
        """Links that can be watched."""

    def links(*given: Any) -> Links:
        made = Links(before(*given))
        weakref.finalize(made, lambda: freed.append(threading.current_thread().name))
        return made

    monkeypatch.setattr("api.http.pages.explore.sign_links", links)
    assert api.ask(f"/explore/{name}.svg?date_from=1900-01-11").status_code == 200
    assert len(freed) == 1
    assert not freed[0].startswith("server of")


FIRST = """
import asyncio, sys
from api.http.answers import asked_within
from api.main import create_app
from api.server.middleware import warm
from tests.support.exchanges import REQUESTS

async def main():
    app = create_app()
    await warm(app)
    for path in [path for paths in REQUESTS.values() for path in paths] + sys.argv[1:]:
        before = set(sys.modules)
        path, _, query = path.partition("?")
        await asked_within(app, path, query, "*/*")
        if new := sorted(set(sys.modules) - before):
            print(path, new[0])
    await app.state.data.reader.close()

asyncio.run(main())
"""


def test_no_request_waits_for_an_import(dossier_url: str) -> None:
    """All modules are there once the service answers, except those of Parquet, which a thread imports."""
    more = ("/claims/rollup.csv?by=year&by=location", "/events/rollup?by=location", "/explore", "/explore/map.svg")
    told = subprocess.run(
        [sys.executable, "-c", FIRST, *more],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env={**os.environ, "DATABASE_URL": dossier_url},
        check=True,
    ).stdout
    assert [line for line in told.splitlines() if ".parquet " not in line] == []


TOOL = """
import asyncio, json, sys, threading
from api.main import create_app
from api.server.middleware import warm

here, imported = threading.current_thread(), []
called = {"name": "search", "arguments": {"what": "events", "filters": {"q": "bridge"}}}
message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
headers = {"host": "localhost", "content-type": "application/json", "accept": "application/json, text/event-stream"}
scope = {
    "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/mcp", "raw_path": b"/mcp",
    "query_string": b"", "root_path": "", "state": {},
    "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
}

def heard(event, told):
    if event == "import" and threading.current_thread() is here:
        imported.append(told[0])

async def receive():
    return {"type": "http.request", "body": json.dumps(message).encode(), "more_body": False}

async def send(part):
    if "status" in part:
        print(part["status"])

async def main():
    app = create_app()
    await warm(app)
    sys.addaudithook(heard)
    await app(scope, receive, send)
    print(*imported)
    await app.state.assistants.close()
    await app.state.data.reader.close()

asyncio.run(main())
"""


def test_a_thread_imports_what_tools_need(dossier_url: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", TOOL],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env={**os.environ, "DATABASE_URL": dossier_url},
        check=True,
    )
    assert told.stdout.split() == ["200"]
