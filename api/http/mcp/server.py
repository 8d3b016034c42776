"""The tools over the Model Context Protocol, by its official SDK (the extra `mcp`); it only reads."""

import orjson
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from starlette.applications import Starlette
from starlette.types import ASGIApp

from api.http.mcp.asking import Answer, Parameters, ask
from api.http.mcp.tools import INSTRUCTIONS, TOOLS, ToolError, named


def server_of(app: ASGIApp) -> Server[dict[str, object]]:
    """A server whose tools ask this application."""

    async def asking(path: str, parameters: Parameters) -> Answer:
        return await ask(app, path, parameters)

    async def list_tools(
        _: ServerRequestContext[dict[str, object]], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
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

    async def call_tool(
        _: ServerRequestContext[dict[str, object]], called: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            text = orjson.dumps(await named(called.name).call(asking, called.arguments or {})).decode()
        except ToolError as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    return Server(
        "counterclaim",
        version="0.1.0",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def serve_stdio(app: Starlette) -> None:
    """Serve whoever started this process, until its input ends."""
    server = server_of(app)
    async with app.router.lifespan_context(app), stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
