"""Asking the service's own paths from within the process, so that a tool answers just what the API does."""

from typing import Any
from urllib.parse import quote, urlencode

import orjson
from starlette.types import ASGIApp, Message

Parameters = dict[str, Any]
Answer = tuple[int, Any]


def address(path: str, parameters: Parameters) -> str:
    """The path and query of a request; what is null is not asked."""
    asked = {name: _text(value) for name, value in parameters.items() if value is not None}
    return f"{quote(path)}?{urlencode(asked, doseq=True)}" if asked else quote(path)


def _text(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_text(one) for one in value] if isinstance(value, list) else value


async def ask(app: ASGIApp, path: str, parameters: Parameters) -> Answer:
    """Status and JSON of an answer."""
    target = address(path, parameters)
    _, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json")],
        "client": None,
        "server": None,
        "state": {},
    }
    status, parts = 0, []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, orjson.loads(b"".join(parts))
