#!/usr/bin/env bash
# Package: mcp 2.3.0 (PyPI), the official SDK of the Model Context Protocol.
# A good guess: a tool that takes typed arguments refuses one that it does not have, as it refuses one of a wrong type.
# What happens: it is dropped in silence. `as_off="2022-07-02"` for `as_of` calls the tool without a day, and the answer,
#   which is that of today, is no error. The tool's schema does not say that other arguments are not allowed either, so
#   that no client can find out beforehand.
# Why it matters: a model misspells an argument now and then. "What was known on 2 July?" is then answered with what is
#   known now, and neither the model nor its user can see it.
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
def known(place: str, as_of: str = "today") -> str:
    """What was known of a place as of a day."""
    return f"{place} as of {as_of}"


async def main() -> int:
    async with Client(server) as client:
        (tool,) = (await client.list_tools()).tools
        seen = {"closed": tool.input_schema.get("additionalProperties")}
        for name, arguments in {
            "right": {"place": "lysychansk", "as_of": "2022-07-02"},
            "misspelt": {"place": "lysychansk", "as_off": "2022-07-02"},
            "wrong type": {"place": 7},
        }.items():
            answer = await client.call_tool("known", arguments)
            seen[name] = (answer.is_error, answer.content[0].text.partition("\n")[0])
    print("mcp", version("mcp"))
    for name, found in seen.items():
        print(name, found)
    return not (
        seen["closed"] is None
        and seen["right"] == (False, "lysychansk as of 2022-07-02")
        and seen["misspelt"] == (False, "lysychansk as of today")
        and seen["wrong type"][0]
    )


raise SystemExit(asyncio.run(main()))
PY
