"""`/mcp`: the tools by HTTP, for clients on this machine or at the public address, where their SDK is installed."""

import asyncio
from importlib import import_module
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
"""The longest message that a client may send: a tool's arguments, several times over."""
DROPPED_BYTES = 16 * BODY_BYTES
"""How much of a longer one is taken in, so that its client hears that it is too long."""


class Endpoint:
    """What answers at `/mcp`; the SDK is loaded with the first message, for most servers never see one."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        """Answer by this application."""
        self._app, self._seconds = app, settings.header_seconds
        self.installed = find_spec("mcp") is not None
        self._public = urlsplit(settings.public_root or "").hostname
        self._sessions: Sessions | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message, or say why not. Raises Problem."""
        request = Request(scope, receive)
        body = await self._body(request)  # taken even where it is refused, or the client would not hear why
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
        """Raise Problem for what is no message of a client that may ask here."""
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
        origin = request.headers.get("origin")
        if origin is not None and not self._own(urlsplit(origin).hostname, host):
            raise Problem("origin-not-allowed", "The request was sent by a page of another site.")

    def _known(self, host: str | None) -> bool:
        """Whether a name cannot have been lent to this address by a stranger, whose page a browser would let ask."""
        return host is not None and (host in {"localhost", self._public} or _number(host) is not None)

    def _own(self, origin: str | None, host: str | None) -> bool:
        """Whether a page of this origin is ours, or of this machine."""
        if origin is None:
            return False
        number = _number(origin)
        return origin in {host, "localhost", self._public} or (number is not None and number.is_loopback)

    async def _body(self, request: Request) -> bytes:
        """The message. Raises Problem where it is too long, or takes too long to come."""
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
            raise Problem("request-timeout", "The message did not arrive whole in time.") from None
        if size > BODY_BYTES:
            raise Problem("content-too-large", f"The message is longer than {BODY_BYTES} bytes.")
        return b"".join(parts)

    async def _ready(self) -> "Sessions":
        async with self._loading:
            if self._sessions is None:
                server = await asyncio.to_thread(import_module, "api.http.mcp.server")
                self._sessions = server.Sessions(self._app, BODY_BYTES)
                await self._sessions.ready()
        return self._sessions

    async def close(self) -> None:
        """Let go of everything."""
        if self._sessions is not None:
            await self._sessions.close()
            self._sessions = None


def _number(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, if it is none by name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def install(app: Starlette, settings: Settings) -> Endpoint:
    """Answer at `/mcp`; close what is returned at the end."""
    endpoint = Endpoint(app, settings)
    app.router.routes.append(Route(PATH, endpoint, include_in_schema=False))
    return endpoint
