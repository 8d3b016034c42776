"""The limit: no framework, one statement and stored documents; and bytes from memory, with no database at all.

Run as a program it serves one or the other, `limit` or `ours`, on a port.
"""

import sys
from collections.abc import Sequence
from datetime import date
from logging import WARNING
from operator import itemgetter
from urllib.parse import parse_qsl

import structlog
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.main import create_app, guarded, reader_for
from api.models.facets import NEVER, EventFacets
from api.query.lists import resolve
from api.query.matching import Conditions, any_of
from api.query.postings import between
from api.query.session import Data, ReadSession
from api.query.sql import PAGES, PLACES
from api.server.server import Server
from api.server.transports import Joined, Pace
from api.settings import Settings, read_settings
from api.storage.reader import Row

IN_MEMORY = b'{"data":[%s]}' % b",".join(
    [b'{"id":"%04d","text":"%s"}' % (number, b"x" * 1_000) for number in range(50)]
)
HEADERS = [(b"content-type", b"application/json")]


class Limit:
    """`/bytes` answers from memory, everything else a page of events by party and dates."""

    def __init__(self) -> None:
        self._data = Data(reader_for(read_settings()))

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
        conditions = Conditions(
            filters=(any_of(EventFacets.PARTY, [asked["party"]]),),
            first=date.fromisoformat(asked["date_from"]).toordinal(),
            last=date.fromisoformat(asked["date_to"]).toordinal(),
        )

        async def work(session: ReadSession) -> Sequence[Row]:
            question = await resolve(session, "events", conditions)
            start = question.dated
            if "after_id" in asked:
                start = (await session.fetch(PLACES["events"], {"id": asked["after_id"]}))[0][1] + 1
            numbers = between(question.numbers, start, NEVER)[:50]
            return await session.fetch(PAGES["events", False], {"numbers": list(numbers)})

        rows = sorted(await self._data.ask(work), key=itemgetter(-1))
        last = f'["{date.fromordinal(rows[-1][1])}","{rows[-1][2]}"]' if rows else "null"
        return ('{"data":[' + ",".join([row[3] for row in rows]) + f'],"next":{last}}}').encode()


class Connection(HttpToolsProtocol):
    """Like uvicorn's, but writes head and body of a response at once."""

    cycle: RequestResponseCycle

    def on_headers_complete(self) -> None:
        """Start a response."""
        super().on_headers_complete()
        self.cycle.transport = Joined(self.transport, Pace(1, 30))


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
