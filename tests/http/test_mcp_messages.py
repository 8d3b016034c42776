"""Assistants over HTTP: which messages are answered, what is refused, and that no argument is a defect."""

import asyncio
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.mcp.routes import BODY_BYTES
from api.http.mcp.server import server_of
from api.http.mcp.tools import TOOLS
from tests.http.test_mcp import called, ids, refused
from tests.support.live import Api, serving
from tests.support.wire import Wire

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a client of our own", "version": "1"},
    },
}
ACCEPT = {"accept": "application/json, text/event-stream"}


def post(api: Api, message: Any = None, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.client.post("/mcp", json=message or INITIALIZE, headers={**ACCEPT, **sent})


def test_plain_messages_without_a_session(sqlite_api: Api) -> None:
    assert post(sqlite_api).json()["result"]["serverInfo"]["name"] == "counterclaim"
    answer = post(sqlite_api, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
    assert [tool["name"] for tool in answer.json()["result"]["tools"]] == list(TOOLS)
    assert "mcp-session-id" not in answer.headers
    arguments = {"name": "search", "arguments": {"what": "events", "filters": {"party": "lpr", "kind": "capture"}}}
    called = post(sqlite_api, {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": arguments})
    (content,) = called.json()["result"]["content"]
    assert ids(orjson.loads(content["text"])) == ["capture-of-lysychansk"]


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"host": "rebound.example"}, "the host rebound.example"),
        ({"host": "rebound.example:8000", "origin": "http://rebound.example:8000"}, "the host rebound.example"),
        ({"origin": "https://elsewhere.example"}, "a page of another site"),
        ({"origin": "null"}, "a page of another site"),
    ],
)
def test_pages_of_other_sites_may_not_ask(sqlite_api: Api, headers: dict[str, str], detail: str) -> None:
    answer = post(sqlite_api, **headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/origin-not-allowed"
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [{"host": "localhost:9"}, {"host": "[::1]:9"}, {"host": "192.0.2.7"}, {"origin": "http://localhost:5173"}],
)
def test_this_machine_may(sqlite_api: Api, headers: dict[str, str]) -> None:
    assert post(sqlite_api, **headers).status_code == 200


async def test_behind_a_prefix_links_lead_back(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, public_url="https://example.org/conflict") as behind:
        event = await called(f"{behind.client.base_url}/conflict/mcp", "event", id="capture-of-lysychansk")
        assert event["link"] == "https://example.org/conflict/events/capture-of-lysychansk"
        assert event["event"]["url"] == "/conflict/events/capture-of-lysychansk"
        assert post(behind, host="example.org", origin="https://example.org").status_code == 200
        assert post(behind, host="elsewhere.example").status_code == 403


@pytest.mark.parametrize(("tool", "argument"), [("source", "id"), ("event", "id"), ("control", "location")])
def test_an_id_of_any_length_is_refused_in_words(sqlite_api: Api, tool: str, argument: str) -> None:
    asked = {"name": tool, "arguments": {argument: "x" * 20_000}}
    result = post(sqlite_api, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}).json()["result"]
    assert result["isError"]
    assert "an id is made of at most 200 letters" in result["content"][0]["text"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_other_methods_are_refused(sqlite_api: Api, method: str) -> None:
    answer = sqlite_api.client.request(method, "/mcp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert sqlite_api.client.options("/mcp").headers["access-control-allow-methods"] == "POST, OPTIONS"


@pytest.mark.parametrize(("coding", "status"), [("gzip", 415), ("identity, br", 415), ("Identity", 200)])
def test_messages_are_not_compressed(sqlite_api: Api, coding: str, status: int) -> None:
    answer = post(sqlite_api, content_encoding=coding)
    assert answer.status_code == status
    if status != 200:
        assert (answer.json()["type"], answer.headers["accept-encoding"]) == (
            "/problems/unsupported-coding",
            "identity",
        )
        assert coding in answer.json()["detail"]


def test_messages_are_short_and_come_in_time(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, header_seconds=0.3) as api:
        for content in (b" " * (BODY_BYTES + 1), iter([b" " * BODY_BYTES, b" "])):
            answer = api.client.post("/mcp", content=content, headers=ACCEPT)
            assert (answer.status_code, answer.json()["type"]) == (413, "/problems/content-too-large")
        with Wire(str(api.client.base_url)) as wire:
            slow = wire.ask("POST /mcp", "Content-Type: application/json", "Content-Length: 9", body=b"{")
        assert slow.status == 408


def test_messages_count_as_requests(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, rate_limit=2) as api:
        assert [post(api).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ([], 400),
        ([INITIALIZE], 400),
        ({"jsonrpc": "2.0", "id": 1, "method": "no/such"}, 200),
        ({"jsonrpc": "2.0", "id": 1, "method": "resources/list"}, 200),
        (
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "event", "arguments": {"id": "\0"}}},
            200,
        ),
    ],
)
def test_invalid_messages_are_errors_of_the_protocol(sqlite_api: Api, message: Any, status: int) -> None:
    answer = sqlite_api.client.post("/mcp", json=message, headers=ACCEPT)
    assert answer.status_code == status
    found = answer.json()
    assert "error" in found or found["result"]["isError"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("search", {"what": "events", "filters": {"q": "ї" * 1_500}}, "filters.q: is longer than 8192 bytes as sent."),
        (
            "search",
            {"what": "events", "filters": {"party": ["lpr"] * 60}},
            "filters.party: has more than 50 parameters.",
        ),
        ("disputes", {"party": ["lpr"] * 60}, "party: has more than 50 parameters."),
        (
            "compare",
            {"event": "capture-of-lysychansk", "parties": ["x" * 6_000, "y" * 6_000, "z" * 6_000]},
            "parties: The path and query are longer than 16384 bytes.",
        ),
        (
            "search",
            {"what": "events", "filters": {"q": "a\u202eb"}},
            "filters.q: The query contains control characters.",
        ),
        (
            "rollup",
            {"what": "events", "by": ["month"], "filters": {"kind": ["loss"] * 55}},
            "filters.kind: has more than",
        ),
    ],
)
async def test_a_question_has_to_fit_into_the_url_that_links_to_it(
    sqlite_api: Api, tool: str, arguments: dict[str, Any], told: str
) -> None:
    """What a link could not say was answered, with a link that answered 414, 422 or 400."""
    said = await refused(f"{sqlite_api.client.base_url}/mcp", tool, **arguments)
    assert said.startswith(told)
    assert said.endswith("A question has to fit into a URL, which is its link.")


async def test_a_question_that_fits_is_answered_and_its_link_too(sqlite_api: Api) -> None:
    filters = {"party": ["lpr"] * 45, "q": "ly" * 90}
    found = await called(f"{sqlite_api.client.base_url}/mcp", "search", what="events", filters=filters)
    assert found["records"] == []
    assert sqlite_api.client.get(found["link"]).status_code == 200


class Loading:
    """An application that data are loaded into: it answers of a new revision each time, a number of times."""

    def __init__(self, loads: int) -> None:
        self.revision, self.last = 0, loads

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        self.revision = min(self.revision + 1, self.last)
        claim = scope["path"].startswith("/claims/")
        headers = [] if claim else [(b"etag", b'"%d.1.x"' % self.revision)]
        await send({"type": "http.response.start", "status": 404 if claim else 200, "headers": headers})
        found = {"data": [], "links": {"next": None}, "meta": {"description": "All"}, "revision": self.revision}
        await send({"type": "http.response.body", "body": orjson.dumps({"detail": "No"} if claim else found)})


async def test_an_answer_is_of_one_revision() -> None:
    answer = await called(server_of(Loading(5), lambda *_: None), "event", id="a")
    assert answer["event"]["revision"] == 5
    assert "too fast" in await refused(server_of(Loading(1_000), lambda *_: None), "event", id="a")


async def test_others_are_answered_between_the_requests_of_a_tool() -> None:
    turns: list[str] = []

    class Noting(Loading):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            turns.append("tool")
            await super().__call__(scope, receive, send)

    async def other() -> None:
        while True:
            turns.append("other")
            await asyncio.sleep(0)

    asking = asyncio.create_task(other())
    await called(server_of(Noting(1), lambda *_: None), "event", id="a")
    asking.cancel()
    asked = [number for number, turn in enumerate(turns) if turn == "tool"]
    assert len(asked) > 1
    assert all("other" in turns[one:following] for one, following in pairwise(asked))


def test_without_the_sdk_it_says_what_is_missing(dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.mcp.routes.find_spec", lambda _: None)
    with serving(dossier_of_sqlite) as api:
        answer = post(api)
        assert (answer.status_code, answer.json()["type"]) == (501, "/problems/not-implemented")
        assert "the extra mcp" in answer.json()["detail"]
        assert "/mcp" not in api.good("/llms.txt").text


_WORDS = st.sampled_from(
    ["count", "lysychansk", "capture-of-lysychansk", "lysychansk-s01a", "2022-07-02", "../x", "", "x" * 300]
)
_TEXT = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")))
"""Without control characters and ends of lines, which no URL may hold."""
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT | _WORDS
_JSON = st.recursive(
    _PLAIN, lambda one: st.lists(one, max_size=3) | st.dictionaries(_TEXT | _WORDS, one, max_size=3), max_leaves=5
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_arguments_are_answered_or_refused_in_words(sqlite_api: Api, data: st.DataObject) -> None:
    """Nothing is a defect, and no answer is of another kind than the tool's."""
    tool = data.draw(st.sampled_from(list(TOOLS.values())))
    names = st.sampled_from([*tool.properties, *tool.required])
    arguments = data.draw(st.dictionaries(names, _JSON | st.sampled_from(["events", "claims"]), max_size=4))
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool.name, "arguments": arguments}}
    result = post(sqlite_api, message).json()["result"]
    (content,) = result["content"]
    if result["isError"]:
        assert content["text"]
    else:
        assert sqlite_api.ask(orjson.loads(content["text"])["link"]).status_code == 200
