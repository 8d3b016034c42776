"""Assistants: the tools answer README's questions through the official client, within bounds, and refuse a typo."""

import re
import sys
from typing import Any

import orjson
import pytest
from mcp import Client, StdioServerParameters

from api.http.mcp.tools import MOST, TOOLS, short
from tests.support import databases
from tests.support.live import Api, serving

pytestmark = pytest.mark.anyio
Answers = dict[str, Any]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server(api: Api) -> str:
    """Where assistants ask by HTTP."""
    return f"{api.client.base_url}/mcp"


async def called(server: Any, tool: str, **arguments: Any) -> Any:
    async with Client(server) as client:
        return await asked(client, tool, arguments)


async def asked(client: Client, tool: str, arguments: Answers) -> Any:
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
async def test_the_questions_of_the_readme(api: Api, server: str, what: str, filters: Answers) -> None:
    answer = await called(server, "search", what=what, filters=filters)
    page = api.get(answer["link"])
    assert ids(answer) == [row["id"] for row in page["data"]] != []
    assert (answer["said"], answer["total"]) == (page["meta"]["description"], page["meta"]["total"])
    assert answer["left_out"] == page["meta"]["left_out"]


async def test_the_other_questions_of_the_readme(api: Api, server: str) -> None:
    claim = (await called(server, "event", id="lysychansk-s07a"))["claim"]
    assert claim["speaker"]["id"] == "miroshnik"
    cited = api.get("/claims/lysychansk-s07a")["citations"]
    assert [(one["source"]["id"], one.get("flags", [])) for one in claim["citations"]] == [
        (one["source"]["id"], one["flags"]) for one in cited
    ]
    assert "ukraine, ukrainian-side" in await refused(server, "search", what="events", filters={"party": "ukrain"})


async def test_changed_figures_are_found(shipped_api: Api) -> None:
    """README's question on the dead of Khasham."""
    answer = await called(f"{shipped_api.client.base_url}/mcp", "event", id="khasham-deaths")
    observatory = [row for row in answer["moved"] if row["party"]["id"] == "sohr" and row["aspect"] == "casualties"]
    assert [
        (row["measure"], row["of"]["id"], [(one["value"]["best"], one["by"]) for one in row["positions"]])
        for row in observatory
    ] == [("killed", "pro-government-forces", [(20, "khasham-k23"), (45, "khasham-k24")])]
    assert {"khasham-k23", "khasham-k24"} <= set(ids(answer["claims"]))
    told = {
        claim["id"]: claim["value"]["best"] for claim in answer["claims"]["records"] if "best" in claim.get("value", {})
    }
    assert (told["khasham-k23"], told["khasham-k24"]) == (20, 45)
    whole = shipped_api.get("/events/khasham-deaths/positions")["data"]
    assert len(answer["moved"]) == len([row for row in whole if row["moved"]])
    before = await called(f"{shipped_api.client.base_url}/mcp", "event", id="khasham-deaths", as_of="2018-02-08")
    assert [row for row in before["moved"] if row["party"]["id"] == "sohr"] == []


ASKED: list[tuple[str, Answers]] = [
    *(("search", {"what": what, "filters": filters}) for what, filters in QUESTIONS),
    *(("search", {"what": what, "limit": MOST}) for what in ("events", "claims", "sources", "actors", "locations")),
    ("event", {"id": "capture-of-lysychansk"}),
    ("event", {"id": "khasham-deaths", "as_of": "2018-02-14", "known": "possible"}),
    ("event", {"id": "lysychansk-s07a"}),
    ("disputes", {"limit": MOST}),
    ("compare", {"event": "capture-of-lysychansk", "parties": ["russian-side", "ukrainian-side"]}),
    ("briefing", {"date_from": "2022-07-03", "date_to": "2022-07-03"}),
    ("control", {"location": "lysychansk"}),
    ("rollup", {"what": "claims", "by": ["stance", "month"], "limit": MOST}),
    ("source", {"id": "isw-2022-07-02"}),
]


async def test_both_databases_answer_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    said: dict[str, list[str]] = {}
    for backend in ("sqlite", "postgresql"):
        with (
            databases.copy(backend, tmp_path_factory.mktemp(backend), databases.shipped(backend)) as url,
            serving(url) as served,
        ):
            async with Client(f"{served.client.base_url}/mcp") as client:
                answers = [await client.call_tool(tool, arguments) for tool, arguments in ASKED]
            root = str(served.client.base_url).rstrip("/")
            texts = [content.text for answer in answers for content in answer.content]  # type: ignore[union-attr]
            said[backend] = [text.replace(root, "") for text in texts]
    assert len(said["sqlite"]) == len(ASKED)
    assert not [text for text in said["sqlite"] if '"records":[]' in text]
    assert said["sqlite"] == said["postgresql"]


async def test_judgements_name_the_claims_they_rest_on(api: Api, server: str) -> None:
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


async def test_counts_come_in_stretches(api: Api, server: str) -> None:
    asked = {"kind": "capture", "dataset": "lysychansk"}
    months = await called(server, "rollup", what="events", by=["month"], filters=asked)
    page = api.get(months["link"])
    assert (
        months["records"]
        == page["data"]
        == [
            {"month": "2022-06", "certain": 0, "possible": 3},
            {"month": "2022-07", "certain": 1, "possible": 5},
        ]
    )
    assert (months["said"], months["total"], months["next"]) == (page["meta"]["description"], 5, None)
    whole = api.get("/claims/rollup?by=speaker&by=stance")["data"]
    found: list[Any] = []
    cursor = "0"
    while cursor:
        arguments = {"what": "claims", "by": ["speaker", "stance"], "limit": MOST, "cursor": cursor}
        part = await called(server, "rollup", **arguments)
        assert len(part["records"]) <= MOST
        found += part["records"]
        cursor = part["next"]
    assert found == whole
    assert len(whole) > MOST


def test_other_datings_are_kept() -> None:
    date = {"edtf": "2022-07-02", "precision": "day", "basis": "external", "note": None}
    others = [{"edtf": "2022-07-03", "source": {"id": "paper", "title": "Paper"}, "note": None}]
    assert short({"date": {**date, "others": others}}) == {
        "date": {
            "edtf": "2022-07-02",
            "words": "2 July 2022",
            "others": [{"edtf": "2022-07-03", "source": {"id": "paper", "title": "Paper"}}],
        }
    }
    assert short({"date": {**date, "others": []}}) == {"date": {"edtf": "2022-07-02", "words": "2 July 2022"}}


async def test_tools_are_few_and_short(server: str) -> None:
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == list(TOOLS)
    assert len(tools) == 8
    text = orjson.dumps([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools])
    assert len(text) < 5_000  # bytes: every token is one at least
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


async def test_answers_are_short_and_go_on(server: str) -> None:
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
        (
            "search",
            {"what": "events", "filters": {"kind": "captur"}},
            "is not a word of this vocabulary. Did you mean capture?",
        ),
        ("event", {}, "id is missing"),
        ("event", {"id": "capture-of-lisichansk"}, "Did you mean capture-of-lysychansk"),
        ("control", {"location": "lisichansk"}, "Did you mean lysychansk"),
        ("rollup", {"what": "events", "by": ["mood"]}, "Allowed: year, month"),
        ("rollup", {"what": "sources", "by": ["year"]}, "what is one of events, claims"),
        ("rollup", {"what": "claims", "by": ["year"], "cursor": "x"}, "cursor is from an answer before"),
        ("nothing", {}, "there is no tool nothing"),
        ("event", {"id": "count"}, "no record is called 'count'"),
        ("event", {"id": "lysychansk-s01a/revisions"}, "no record is called"),
        ("event", {"id": 5}, "id is a text"),
        ("source", {"id": "count"}, "no record is called 'count'"),
        ("source", {"id": None}, "id is missing"),
        ("search", {"what": "events", "filters": {"limit": 1000}}, "filters cannot hold limit"),
        ("search", {"what": "events", "filters": {"party": {"lpr": True}}}, "cannot hold party as it is"),
        ("search", {"what": "events", "limit": True}, "limit is a whole number from 1 to 20"),
        ("rollup", {"what": "claims", "by": {"year": 1}}, "by is a list of texts"),
        ("rollup", {"what": "claims", "by": ["year"], "cursor": "9" * 5000}, "cursor is from an answer before"),
        ("disputes", {"as_of": {"2022-07-02": 1}}, "as_of is a text"),
    ],
)
async def test_a_typo_is_refused(server: str, tool: str, arguments: Answers, said: str) -> None:
    assert said in await refused(server, tool, **arguments)


async def test_a_program_of_its_own_answers_as_http_does(dossier_of_sqlite: str, sqlite_api: Api) -> None:
    root = str(sqlite_api.client.base_url)
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "api.cli", "mcp"],
        env={"DATABASE_URL": dossier_of_sqlite, "COUNTERCLAIM_PUBLIC_URL": root},
    )
    async with Client(command) as program, Client(f"{root}/mcp") as http:
        for what, filters in QUESTIONS:
            arguments = {"what": what, "filters": filters}
            assert await asked(program, "search", arguments) == await asked(http, "search", arguments)
        arguments = {"id": "lysychansk-s07a"}
        assert await asked(program, "event", arguments) == await asked(http, "event", arguments)
        assert await program.list_tools() == await http.list_tools()


async def test_instructions_say_where_to_begin(api: Api) -> None:
    text = api.good("/llms.txt").text
    assert text.startswith("# Counterclaim\n")
    linked = re.findall(r"\]\(([^)]+)\)", text)
    assert len(linked) == 15
    assert [address for address in linked if api.ask(address).status_code != 200] == []
