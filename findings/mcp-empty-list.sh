#!/usr/bin/env bash
# Package: mcp 2.3.0 (PyPI), the official SDK of the Model Context Protocol.
# A good guess: a tool that returns a list answers with that list, [] where it is empty; or else with one text of it.
# What happens: the model gets one text for each element, and for an empty list no content at all, the same as for a tool
#   that returns nothing. A dictionary that is empty is the text {}. Where the return type is annotated, a second form
#   beside it holds the list, but what models are shown is the content.
# Why it matters: "no claim was found" and "the tool had nothing to say" are one and the same empty answer, and a model
#   fills the gap from memory: exactly there where a source should say that there is none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mcp==2.3.0'
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import asyncio
from importlib.metadata import version

from mcp import Client
from mcp.server.mcpserver import MCPServer

server = MCPServer("probe")


@server.tool()
def two() -> list[str]:
    """Two claims."""
    return ["s01a", "s01b"]


@server.tool()
def none() -> list[str]:
    """No claims."""
    return []


@server.tool()
def nothing() -> None:
    """No answer."""


@server.tool()
def empty() -> dict:
    """An empty object."""
    return {}


async def main() -> int:
    seen = {}
    async with Client(server) as client:
        for name in ("two", "none", "nothing", "empty"):
            answer = await client.call_tool(name, {})
            seen[name] = ([part.text for part in answer.content], answer.is_error)
    print("mcp", version("mcp"))
    for name, found in seen.items():
        print(name, found)
    expected = {"two": ["s01a", "s01b"], "none": [], "nothing": [], "empty": ["{}"]}
    return seen != {name: (texts, False) for name, texts in expected.items()}


raise SystemExit(asyncio.run(main()))
PY
