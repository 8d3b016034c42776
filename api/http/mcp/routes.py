"""`/mcp`: the tools over HTTP, for clients on this machine or at the public address, if the SDK is installed."""

import asyncio
from importlib import import_module
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio
from anyio.lowlevel import checkpoint
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api.http.problems import Problem
from api.settings import Settings

if TYPE_CHECKING:
    from api.http.mcp.server import Sessions

PATH = "/mcp"
METHODS = "POST, OPTIONS"
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Content-Type, Mcp-Method, Mcp-Name, Mcp-Protocol-Version",
    "Access-Control-Max-Age": "86400",
}
BODY_BYTES = 65_536
"""The maximum size of a message, several times the largest arguments of a tool."""
DROPPED_BYTES = 16 * BODY_BYTES
"""How much of a longer message is read, so that the client receives the refusal."""


class Endpoint:
    """The endpoint `/mcp`; the SDK is loaded with the first message, because most servers never receive one."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        """Use this application for requests of tools."""
        self._app, self._seconds = app, settings.header_seconds
        self.installed = find_spec("mcp") is not None
        self._public = urlsplit(settings.public_root or "").hostname
        self._sessions: Sessions | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one message. Raises Problem."""
        request = Request(scope, receive)
        body = await self._body(request)  # read even if refused, or the client would not receive the reason
        self._refuse(request)
        told = False

        async def replayed() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        sessions = await self._ready()
        await sessions.answer(scope, replayed, send)

    def _refuse(self, request: Request) -> None:
        """Raise Problem unless this is a message of an allowed client."""
        if request.method != "POST":
            raise Problem(
                "method-not-allowed",
                "Assistants ask here, by POST, as the Model Context Protocol (streamable HTTP) has it; /llms.txt says "
                "what there is to read.",
                headers={"Allow": METHODS},
            )
        if not self.installed:
            raise Problem(
                "not-implemented",
                "The Model Context Protocol needs its SDK, which is not installed here: the extra mcp, or the package "
                "mcp. Every question can be asked over plain HTTP; /llms.txt says where to begin.",
            )
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        if not self._known(host):
            raise Problem(
                "origin-not-allowed",
                f"The request was sent to the host {host}, which is not known to be this service's: address it by "
                "number or as localhost, or set COUNTERCLAIM_PUBLIC_URL.",
            )
        coding = ", ".join(request.headers.getlist("content-encoding"))
        if coding.strip().lower() not in {"", "identity"}:
            raise Problem(
                "unsupported-coding",
                f"The message has the content coding {coding}: send it without one.",
                headers={"Accept-Encoding": "identity"},
            )
        origin = request.headers.get("origin")
        if origin is not None and not self._own(urlsplit(origin).hostname, host):
            raise Problem("origin-not-allowed", "The request was sent by a page of another site.")

    def _known(self, host: str | None) -> bool:
        """Whether a host name is known to be ours, which prevents DNS rebinding."""
        return host is not None and (host in {"localhost", self._public} or _number(host) is not None)

    def _own(self, origin: str | None, host: str | None) -> bool:
        """Whether an origin is the service's own or this machine's."""
        if origin is None:
            return False
        number = _number(origin)
        return origin in {host, "localhost", self._public} or (number is not None and number.is_loopback)

    async def _body(self, request: Request) -> bytes:
        """Read the message. Raises Problem if it is too long or takes too long to arrive."""
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > DROPPED_BYTES:
                        break
                    if size <= BODY_BYTES:
                        parts.append(part)
        except (TimeoutError, ClientDisconnect):
            raise Problem("request-timeout", "The message did not arrive completely in time.") from None
        if size > BODY_BYTES:
            raise Problem("content-too-large", f"The message is longer than {BODY_BYTES} bytes.")
        return b"".join(parts)

    async def _ready(self) -> "Sessions":
        async with self._loading:
            if self._sessions is None:
                server = await asyncio.to_thread(_loaded)
                self._sessions = server.Sessions(self._app, BODY_BYTES)
                await self._sessions.ready()
        return self._sessions

    async def close(self) -> None:
        """Close everything."""
        if self._sessions is not None:
            await self._sessions.close()
            self._sessions = None


def _loaded() -> ModuleType:
    """The module that uses the SDK, with all that this needs: AnyIO imports what runs on asyncio at its first use."""
    module = import_module("api.http.mcp.server")
    anyio.run(checkpoint)
    return module


def _number(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address of a host, or None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def install(app: Starlette, settings: Settings) -> Endpoint:
    """Serve `/mcp`; close the returned endpoint at the end."""
    endpoint = Endpoint(app, settings)
    app.router.routes.append(Route(PATH, endpoint, include_in_schema=False))
    return endpoint
