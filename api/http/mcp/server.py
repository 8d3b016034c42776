"""Serves the tools over the Model Context Protocol with its official SDK (the extra `mcp`), on stdio or over HTTP."""

import asyncio
import logging
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from api.errors import Refused
from api.http.answers import asked_within
from api.http.caching import base
from api.http.mcp.tools import INSTRUCTIONS, TOOLS, ArgumentError, Tool, ToolError, named
from api.schemas.records import Json

ATTEMPTS = 5
Refuse = Callable[[bytes, bytes], Refused | None]
"""Why a URL with this path and query, as sent, would be refused; None: it would not."""
Context = ServerRequestContext[dict[str, object]]
logging.getLogger("mcp").setLevel(logging.ERROR)  # clients must not be able to fill the log


class Within:
    """Requests to the service's own paths within the process, so that tools return the same data as the API."""

    def __init__(self, app: ASGIApp, root: str, refuse: Refuse) -> None:
        """Take the application, the root of links, and what refuses a URL."""
        self._app, self._root, self._refused_url = app, root, refuse
        self.revisions: set[bytes] = set()
        """Those of the answers so far."""

    def link(self, path: str, parameters: Json) -> str:
        """The URL of the same request; null parameters are omitted."""
        query = _query(parameters)
        return f"{self._root}{quote(path)}{'?' if query else ''}{query}"

    async def ask(self, path: str, parameters: Json) -> tuple[int, Any]:
        """Send a request and return status and JSON. Raises ArgumentError for one that its link could not send."""
        self._refuse(path, parameters)
        await asyncio.sleep(0)  # else all requests of a tool may hold up everybody in one turn of the event loop
        status, headers, body = await asked_within(self._app, path, _query(parameters), "application/json")
        self.revisions.update(tag.partition(b".")[0] for name, tag in headers if name == b"etag")
        return status, orjson.loads(body)

    def _refuse(self, path: str, parameters: Json) -> None:
        """Hold a question to the limits of a URL; what is too much by itself is to blame, else the longest."""
        counts = {name: len(one) if isinstance(one, list) else one is not None for name, one in parameters.items()}
        as_many = b"&" * (sum(counts.values()) - 1)  # encoding thousands of them would hold up others
        if refused := self._refused_url(quote(path).encode(), as_many):
            raise ArgumentError(max(counts, key=lambda name: counts[name]), refused.detail)
        sizes = {name: len(_query({name: value})) for name, value in parameters.items()}
        for name in sorted(sizes, key=lambda name: -sizes[name]):
            if refused := self._refused(path, {name: parameters[name]}):
                raise ArgumentError(name, refused.detail)
        if refused := self._refused(path, parameters):
            raise ArgumentError(max(sizes, key=lambda name: sizes[name]), refused.detail)

    def _refused(self, path: str, parameters: Json) -> Refused | None:
        return self._refused_url(quote(path).encode(), _query(parameters).encode())


def _query(parameters: Json) -> str:
    return urlencode({name: _text(value) for name, value in parameters.items() if value is not None}, doseq=True)


def _text(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_text(one) for one in value] if isinstance(value, list) else value


async def _told(app: ASGIApp, root: str, refuse: Refuse, tool: Tool, arguments: Json) -> bytes:
    """Run a tool on one revision. Raises ToolError."""
    for _ in range(ATTEMPTS):
        api = Within(app, root, refuse)
        answer = await tool.call(api, arguments)
        if len(api.revisions) <= 1:
            return orjson.dumps(answer)
    raise ToolError("Data is being loaded too fast to answer; ask again.")


def server_of(app: ASGIApp, refuse: Refuse, root: str = "") -> Server[dict[str, object]]:
    """A server whose tools use this application; over HTTP, links begin with the address of the request."""

    async def list_tools(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=tool.schema,
                    annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
                )
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(context: Context, called: types.CallToolRequestParams) -> types.CallToolResult:
        here = base(context.request) if isinstance(context.request, Request) else root
        try:
            text = (await _told(app, here, refuse, named(called.name), called.arguments or {})).decode()
        except ToolError as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    return Server(
        "counterclaim",
        version=version("counterclaim"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve_stdio(app: Starlette, root: str) -> str | int:
    """Serve the parent process until stdin ends. Returns 0, or a message on failure; links begin with the root."""
    if sys.stdin.isatty():
        return "This talks to a program: have an assistant start it (docs/assistants.md)."
    asyncio.run(_serve(app, server_of(app, app.state.refused_url, root)))
    return 0


async def _serve(app: Starlette, server: Server[dict[str, object]]) -> None:
    async with app.router.lifespan_context(app), stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


class Sessions:
    """Handles HTTP requests without keeping sessions between them."""

    def __init__(self, app: Starlette, body_bytes: int) -> None:
        """Start, with a limit on the size of messages."""
        self._manager = StreamableHTTPSessionManager(
            server_of(app, app.state.refused_url), json_response=True, stateless=True, max_request_body_size=body_bytes
        )
        self.answer: ASGIApp = self._manager.handle_request
        self._begun, self._end = asyncio.Event(), asyncio.Event()
        self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self._manager.run():
            self._begun.set()
            await self._end.wait()

    async def ready(self) -> None:
        """Wait until requests can be handled."""
        await self._begun.wait()

    async def close(self) -> None:
        """Close everything."""
        self._end.set()
        await self._running
