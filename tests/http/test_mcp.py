"""Assistants: the tools answer README's questions through the official client, within bounds, and refuse a typo."""

import re
import sys
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from mcp import Client, StdioServerParameters
from mcp.server import Server

from api.http.mcp.server import server_of
from api.http.mcp.tools import MOST, TOOLS
from api.main import create_app
from api.settings import Settings
from tests.support.live import Api

pytestmark = pytest.mark.anyio
Answers = dict[str, Any]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server(dossier_url: str) -> AsyncIterator[Server[Any]]:
    app = create_app(Settings(database_url=dossier_url))
    async with app.router.lifespan_context(app):
        yield server_of(app)


async def called(server: Any, tool: str, **arguments: Any) -> Any:
    async with Client(server) as client:
        answer = await client.call_tool(tool, arguments)
    (content,) = answer.content
    assert not answer.is_error, content
    return orjson.loads(content.text)  # type: ignore[union-attr]


async def refused(server: Any, tool: str, **arguments: Any) -> str:
    async with Client(server) as client:
        answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    text: str = answer.content[0].text  # type: ignore[union-attr]
    return text


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in answer["records"]]


QUESTIONS: list[tuple[str, Answers]] = [
    ("events", {"party": "lpr", "kind": "capture"}),
    ("claims", {"speaker": "haidai", "said_from": "2022-07-01", "said_to": "2022-07-03", "match": "certain"}),
    ("claims", {"flag": ["failed_verification"], "aspect": "occurrence"}),
    ("events", {"date_from": "2022-07-02", "date_to": "2022-07-02"}),
    ("events", {"date_from": "2022-07-02", "date_to": "2022-07-03", "match": "certain"}),
    ("events", {"as_of": "2022-07-02", "disputed": True, "location": "lysychansk", "kind": "capture"}),
    ("events", {"q": "ЛИСИЧАНСЬК", "kind": ["capture", "shelling"]}),
]
"""What README asks of lists."""


@pytest.mark.parametrize(("what", "filters"), QUESTIONS)
async def test_the_questions_of_the_readme(api: Api, server: Server[Any], what: str, filters: Answers) -> None:
    answer = await called(server, "search", what=what, filters=filters)
    page = api.get(answer["link"])
    assert ids(answer) == [row["id"] for row in page["data"]] != []
    assert (answer["said"], answer["total"]) == (page["meta"]["description"], page["meta"]["total"])
    assert answer["left_out"] == page["meta"]["left_out"]


async def test_the_other_questions_of_the_readme(api: Api, server: Server[Any]) -> None:
    claim = (await called(server, "event", id="lysychansk-s07a"))["claim"]
    assert claim["speaker"]["id"] == "miroshnik"
    cited = api.get("/claims/lysychansk-s07a")["citations"]
    assert [(one["source"]["id"], one.get("flags", [])) for one in claim["citations"]] == [
        (one["source"]["id"], one["flags"]) for one in cited
    ]
    assert "ukraine, ukrainian-side" in await refused(server, "search", what="events", filters={"party": "ukrain"})


async def test_judgements_name_the_claims_they_rest_on(api: Api, server: Server[Any]) -> None:
    event = await called(server, "event", id="capture-of-lysychansk", as_of="2022-07-02")
    control = next(one for one in event["event"]["assessments"] if one["aspect"] == "control")
    assert control["status"] == "disputed"
    assert set(control["because"]) <= set(ids(event["claims"]))
    disputes = await called(server, "disputes", as_of="2022-07-02", location=["gelatin-plant"])
    assert disputes["records"]
    assert all(one["because"] for one in disputes["records"])
    sides = ["russian-side", "ukrainian-side"]
    compared = await called(server, "compare", event="capture-of-lysychansk", parties=sides, as_of="2022-07-03")
    news = await called(server, "briefing", date_from="2022-07-03")
    control = await called(server, "control", location="lysychansk", as_of="2022-07-02")
    source = await called(server, "source", id="wikipedia-ref-47")
    assert source["claims"]["total"] == len(source["claims"]["records"]) == 3
    for answer in (event, disputes, compared, news, control, source):
        assert api.good(answer["link"]).status_code == 200
    briefing = api.get(news["link"])["data"]
    assert [row["event"]["id"] for row in news["records"]] == [row["event"]["id"] for row in briefing]


async def test_tools_are_few_and_short(server: Server[Any]) -> None:
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == list(TOOLS)
    assert len(tools) <= 8
    text = orjson.dumps([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools])
    assert len(text) < 5_000  # bytes: every token is one at least
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


async def test_answers_are_short_and_go_on(server: Server[Any]) -> None:
    first = await called(server, "search", what="claims", limit=MOST)
    assert len(first["records"]) == MOST
    second = await called(server, "search", what="claims", limit=MOST, cursor=first["next"])
    assert not set(ids(first)) & set(ids(second))
    assert "limit" in await refused(server, "search", what="claims", limit=21)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {"what": "events", "as_off": "2022-07-02"}, "there is no argument as_off"),
        ("search", {"what": "event"}, "what is one of events"),
        ("search", {"what": "events", "filters": {"kind": "captur"}}, "Did you mean capture?"),
        ("event", {}, "id is missing"),
        ("event", {"id": "capture-of-lisichansk"}, "Did you mean capture-of-lysychansk"),
        ("control", {"location": "lisichansk"}, "Did you mean lysychansk"),
        ("nothing", {}, "there is no tool nothing"),
    ],
)
async def test_a_typo_is_refused(server: Server[Any], tool: str, arguments: Answers, said: str) -> None:
    assert said in await refused(server, tool, **arguments)


async def test_a_program_of_its_own(dossier_of_sqlite: str) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "api.cli", "mcp"], env={"DATABASE_URL": dossier_of_sqlite}
    )
    found = await called(command, "search", what="events", filters={"kind": "capture", "party": "lpr"})
    assert ids(found) == ["capture-of-lysychansk"]


async def test_where_to_begin(api: Api) -> None:
    text = api.good("/llms.txt").text
    assert text.startswith("# Counterclaim\n")
    linked = re.findall(r"\]\(([^)]+)\)", text)
    assert len(linked) == 15
    assert [address for address in linked if api.ask(address).status_code != 200] == []
