"""The limit: no framework, one statement and stored documents; and bytes from memory, with no database at all.

Run as a program it serves one or the other, `limit` or `ours`, on a port.
"""

import sys
from datetime import date
from logging import WARNING
from typing import Any
from urllib.parse import parse_qsl

import structlog
import uvicorn
from sqlalchemy import bindparam, select
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api import models
from api.main import create_app, guarded, reader_for
from api.query.statements import Group, Shape, page_statement
from api.server.server import Joined, Server
from api.settings import Settings, read_settings
from api.storage.reader import Statement

SPANS = (tuple(range(6)),)
FIRST = Shape("events", (Group(1),), SPANS, first=True, last=True)
NEXT = Shape("events", (Group(1),), SPANS, first=True, last=True, after=True)
FACET = Statement(select(models.Facet.__table__.c.id).where(models.Facet.__table__.c.name == bindparam("name")))
IN_MEMORY = b'{"data":[%s]}' % b",".join(
    [b'{"id":"%04d","text":"%s"}' % (number, b"x" * 1_000) for number in range(50)]
)
HEADERS = [(b"content-type", b"application/json")]


class Limit:
    """`/bytes` answers from memory, everything else a page of events by party and dates."""

    def __init__(self) -> None:
        self._reader = reader_for(read_settings())
        self._facets: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            body = IN_MEMORY if scope["path"] == "/bytes" else await self._page(scope["query_string"].decode())
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": body})
        else:
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})

    async def _page(self, query: str) -> bytes:
        asked = dict(parse_qsl(query))
        values: dict[str, Any] = {
            "g0_0": await self._facet(asked["party"]),
            "first_day": date.fromisoformat(asked["date_from"]).toordinal(),
            "last_day": date.fromisoformat(asked["date_to"]).toordinal(),
            "limit": 50,
        }
        shape = FIRST
        if "after_id" in asked:
            shape = NEXT
            values |= {"after_day": date.fromisoformat(asked["after_day"]).toordinal(), "after_id": asked["after_id"]}
        rows = await self._reader.fetch(page_statement(shape), values)
        last = f'["{date.fromordinal(rows[-1][1])}","{rows[-1][2]}"]' if rows else "null"
        return ('{"data":[' + ",".join([row[3] for row in rows]) + f'],"next":{last}}}').encode()

    async def _facet(self, party: str) -> int:
        if party not in self._facets:
            rows = await self._reader.fetch(FACET, {"name": f"party:{party}"})
            self._facets[party] = rows[0][0]
        return self._facets[party]


class Connection(HttpToolsProtocol):
    """Writes head and body of an answer at once, and does nothing else that uvicorn does not."""

    cycle: RequestResponseCycle

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        super().on_headers_complete()
        self.cycle.transport = Joined(self.transport)


def main() -> None:
    """Arguments: which one, and the port."""
    name, port = sys.argv[1], int(sys.argv[2])
    if name == "ours":
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(WARNING))
        settings = Settings(port=port)
        app = create_app(settings)
        Server(app, guarded(app, settings), settings).run()
    else:
        config = uvicorn.Config(Limit(), port=port, http=Connection, log_level="warning", access_log=False)
        uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
