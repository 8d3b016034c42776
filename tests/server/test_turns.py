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
from api.server import transports
from api.server.server import GARBAGE, MUCH_GARBAGE, Connection, Garbage
from api.server.transports import PARSE_SECONDS, PIECE_BYTES, Inbox
from api.settings import PROJECT
from tests.support.live import Api
from tests.support.wire import Wire


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


def test_what_arrives_is_parsed_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the test's own clock each piece takes longer than a turn may, until there is no time to lose."""
    now, parsed, allowed = 0.0, b"", True

    def parse(piece: bytes) -> None:
        nonlocal now, parsed
        now, parsed = now + PARSE_SECONDS * 2, parsed + piece

    monkeypatch.setattr(transports, "perf_counter", lambda: now)
    sent = bytes(range(256)) * 20
    inbox = Inbox(parse, lambda: allowed)
    inbox.add(sent[:10])
    assert (inbox.parse(), inbox.empty(), parsed) == (True, True, sent[:10])
    inbox.add(sent[10:4_000])
    assert (inbox.parse(), inbox.empty(), len(parsed)) == (False, False, 10 + PIECE_BYTES)
    inbox.add(sent[4_000:])
    allowed = False
    assert (inbox.parse(), inbox.empty(), len(parsed)) == (True, False, 10 + PIECE_BYTES)
    allowed = True
    turns = sum(1 for _ in iter(inbox.parse, True))
    assert (turns, inbox.empty(), parsed) == (len(sent[10:]) // PIECE_BYTES - 1, True, sent)


def test_few_requests_wait_for_the_answer_to_the_one_before(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thousands in one packet; all are answered, in their order, and so is what comes after a body among them."""
    waiting = 0
    before = Connection.on_headers_complete

    def noted(connection: Connection) -> None:
        nonlocal waiting
        before(connection)
        waiting = max(waiting, len(connection.pipeline))

    monkeypatch.setattr(Connection, "on_headers_complete", noted)
    many, body = 1_000, b"x" * PIECE_BYTES * 3
    heads = [b"GET /no/%d HTTP/1.1\r\nHost:x\r\n" % number for number in range(many)]
    heads[1] += b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    sent = b"".join(head + (b"" if number == 1 else b"\r\n") for number, head in enumerate(heads))
    with Wire(str(api.client.base_url)) as wire:
        sending = threading.Thread(target=wire.send, args=(sent,))
        sending.start()
        for number in range(many):
            answer = wire.answer()
            assert (answer.status, f"/no/{number}." in answer.body.decode()) == (404, True)
        sending.join()
    assert 0 < waiting <= PIECE_BYTES // 20
