"""The official client asks README's questions over stdin and stdout and by HTTP, and gets what the API says."""

import asyncio
import json
import os
import sys
from importlib.metadata import version
from typing import Any

import httpx
from mcp import Client, StdioServerParameters

ROOT = sys.argv[1]
# README's questions about the first dossier, in its order, as an assistant asks them, and one for each other tool.
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("search", {"what": "events", "filters": {"party": "lpr", "kind": "capture"}}),
    (
        "search",
        {
            "what": "claims",
            "filters": {"speaker": "haidai", "said_from": "2022-07-01", "said_to": "2022-07-03", "match": "certain"},
        },
    ),
    ("search", {"what": "claims", "filters": {"flag": "failed_verification", "aspect": "occurrence"}}),
    ("event", {"id": "lysychansk-s07a"}),
    ("search", {"what": "events", "filters": {"date_from": "2022-07-02", "date_to": "2022-07-02"}}),
    ("search", {"what": "events", "filters": {"date_from": "2022-07-02", "date_to": "2022-07-03", "match": "certain"}}),
    (
        "search",
        {
            "what": "events",
            "filters": {"as_of": "2022-07-02", "disputed": True, "location": "lysychansk", "kind": "capture"},
        },
    ),
    ("event", {"id": "capture-of-lysychansk"}),
    ("search", {"what": "events", "filters": {"party": "ukrain"}}),
    ("rollup", {"what": "events", "by": ["month"], "filters": {"kind": "capture", "dataset": "lysychansk"}}),
    ("disputes", {"as_of": "2022-07-02"}),
    ("compare", {"event": "capture-of-lysychansk", "parties": ["russian-side", "ukrainian-side"]}),
    ("briefing", {"date_from": "2022-07-03"}),
    ("control", {"location": "lysychansk", "as_of": "2022-07-06"}),
    ("source", {"id": "wikipedia-ref-47"}),
]
MOST = 20


async def answers(server: Any) -> list[tuple[bool, str]]:
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        assert len(tools) == 8
        assert {tool.name for tool in tools} == {tool for tool, _ in QUESTIONS}
        found = [await client.call_tool(tool, arguments) for tool, arguments in QUESTIONS]
    return [(bool(answer.is_error), answer.content[0].text) for answer in found]


def links(value: Any) -> list[str]:
    """Every address that an answer names as its own."""
    return [value["link"], *(one["link"] for one in value.values() if isinstance(one, dict) and "link" in one)]


async def main() -> None:
    by_http = await answers(f"{ROOT}/mcp")
    command = StdioServerParameters(
        command=os.environ["COUNTERCLAIM"],
        args=["mcp"],
        env={**os.environ, "COUNTERCLAIM_PUBLIC_URL": ROOT},
    )
    assert await answers(command) == by_http
    refused = [text for error, text in by_http if error]
    assert len(refused) == 1
    assert "ukraine, ukrainian-side" in refused[0]
    async with httpx.AsyncClient() as plain:
        for (_, asked), (error, text) in zip(QUESTIONS, by_http, strict=True):
            if error:
                continue
            said = json.loads(text)
            assert len(said.get("records", [])) <= MOST
            for link in links(said):
                answer = (await plain.get(link)).json()
                if "data" in answer and "records" in said:
                    ids = [row.get("id") for row in answer["data"]]
                    assert [row.get("id") for row in said["records"]] == ids[: len(said["records"])], asked
    print(f"mcp {version('mcp')}, {len(QUESTIONS)} questions over stdin and stdout and by HTTP")


asyncio.run(main())
