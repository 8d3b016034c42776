"""The application without a server, for tests that look at what happens inside of a request."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from api.main import create_app, guarded
from api.settings import Settings

Ask = Callable[[str], Awaitable[int]]
"""Takes a path with its query and returns the status of the answer."""


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Ask]:
    """Requests to an application that reads this database, as its server would hand them over."""
    settings = Settings(database_url=url)
    app = create_app(settings)
    served = guarded(app, settings)

    async def ask(path: str) -> int:
        statuses: list[int] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        await served(_scope_of(path), _receive, send)
        (status,) = statuses
        return status

    try:
        yield ask
    finally:
        await app.state.data.reader.close()


def _scope_of(path: str) -> dict[str, Any]:
    parts = urlsplit(path)
    scope: dict[str, Any] = {"type": "http", "http_version": "1.1", "method": "GET", "path": parts.path}
    scope |= {"raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "", "scheme": "http"}
    scope |= {"headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    return {**scope, "state": {}}


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
