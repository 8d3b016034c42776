"""`counterclaim mcp`: the tools over stdin and stdout, where their SDK is installed."""

import asyncio
import sys

from starlette.applications import Starlette


def run(app: Starlette) -> str | int:
    """Serve until the input ends; what stands in the way, in one line, or 0."""
    try:
        from api.http.mcp.server import serve_stdio  # noqa: PLC0415 - an optional part of the installation
    except ImportError:
        return "The Model Context Protocol needs its SDK: install the extra mcp, or the package mcp."
    if sys.stdin.isatty():
        return "This talks to a program: have an assistant start it (docs/assistants.md)."
    asyncio.run(serve_stdio(app))
    return 0
