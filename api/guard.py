"""What every request passes first: legible paths and queries, single-valued parameters given once, HEAD, headers."""

import re
import uuid
from urllib.parse import unquote_to_bytes

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, respond

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]")
URL_BYTES = 16_384
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"access-control-allow-origin": b"*",
    b"access-control-expose-headers": b"ETag, Link, Counterclaim-Count, X-Request-ID, Retry-After",
    b"cross-origin-resource-policy": b"cross-origin",
}


def illegible(scope: Scope) -> Problem | None:
    """Why a path or query cannot be read, if so: what is decoded loosely would be answered as something else."""
    raw_path, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(raw_path) + len(query) > URL_BYTES:
        return Problem("too-large", f"The path and query are longer than {URL_BYTES} bytes.")
    for name, part in (("path", raw_path), ("query", query.replace(b"+", b" "))):
        try:
            text = unquote_to_bytes(part).decode("utf-8")
        except UnicodeDecodeError:
            return Problem("malformed-request", f"The {name} is not valid UTF-8.")
        if CONTROL.search(text):
            return Problem("malformed-request", f"The {name} holds control characters.")
        if re.search(rb"%(?![0-9A-Fa-f]{2})", part):
            return Problem("malformed-request", f"The {name} holds a % that encodes nothing; write %25.")
    return None


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it can be read, and finish its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        head = scope["method"] == "HEAD"

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = {name.lower() for name, _ in message["headers"]}
                extra = [(name, value) for name, value in HEADERS.items() if name not in sent]
                message["headers"] = [*message["headers"], *extra, (b"x-request-id", request_id.encode())]
            elif head:
                message["body"] = b""
            await send(message)

        problem = illegible(scope)
        if problem is not None:
            await respond(problem)(scope, receive, finish)
            return
        if head:
            scope = {**scope, "method": "GET", "head": True}
        await self._app(scope, receive, finish)
