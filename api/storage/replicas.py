"""Reading from one of several PostgreSQL servers: a standby that follows closely, else the primary.

One server is read at a time. A move to another one is another generation, so that no answer is made of two of them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple, TypeVar

import asyncpg
import structlog

from api.errors import Unavailable
from api.settings import Settings
from api.storage.database import Servers, dsn
from api.storage.postgres import LOST, PostgresReader
from api.storage.reader import Connection, Parameters, Row, SqlStatement, Trouble, Unreachable

log = structlog.get_logger()

T = TypeVar("T")
LOOK_SECONDS = 0.5
"""How often each server is asked how far it is."""
PATIENCE_SECONDS = 1.0
"""How long it may take to say so; longer: it is away."""
REMEMBERED = 100
"""How many of its newest revisions a server tells at most."""
_HOW_FAR = f"""
SELECT pg_is_in_recovery(),
CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
ARRAY(SELECT substr(digest, 1, 16) FROM revision ORDER BY number DESC LIMIT {REMEMBERED}),
(SELECT coalesce(max(number), 0) FROM revision)"""


class Seen(NamedTuple):
    """What a server said of itself."""

    standby: bool
    timeline: str
    """Of a primary: grows, as text too, with every promotion on the way to it."""
    digests: Sequence[str]
    """Of its newest revisions, the newest first."""
    revision: int

    def knows(self, other: "Seen") -> bool:
        """Whether the other one's newest revision is one of its own."""
        at = self.revision - other.revision
        return at >= 0 and (at >= len(self.digests) or self.digests[at : at + 1] == other.digests[:1])


def choose(seen: Sequence[Seen | None], reading: str, behind: int) -> int | None:
    """Which server to read, of those that answered: of those not too far behind a standby, the first by the address.

    Of two primaries the one promoted last leads, else the one with more revisions; what follows another is not read.
    """
    answered = [one for one in seen if one]
    if not answered:
        return None
    leader = max(answered, key=lambda one: (not one.standby, one.timeline, one.revision, one.digests))
    of_it = [one and (one is leader or (one.standby and (leader.knows(one) or one.knows(leader)))) for one in seen]
    newest = max(one.revision for one, is_of_it in zip(seen, of_it, strict=True) if one and is_of_it)
    near = [number for number, one in enumerate(seen) if one and of_it[number] and one.revision >= newest - behind]
    standbys = [number for number in near if (one := seen[number]) and one.standby]
    primaries = [number for number in near if number not in standbys]
    match reading:
        case "any":
            found = near
        case "standby" | "read-only":
            found = standbys
        case "primary" | "read-write":
            found = primaries
        case _:
            found = standbys + primaries
    return next(iter(found), None)


class Server:
    """One of the servers: how it is read, and what it last said of itself."""

    def __init__(self, url: str, settings: Settings) -> None:
        """Nothing is known of it yet."""
        self.reader = PostgresReader(url, settings)
        self.seen: Seen | None = None
        """None: it is away."""
        self._connection: Any = None

    async def look(self) -> None:
        """Ask how far it is."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None:
                    self._connection = await asyncpg.connect(self.reader.url)
                self.seen = Seen(*await self._connection.fetchrow(_HOW_FAR))
        except (TimeoutError, asyncpg.PostgresError, *LOST):
            self.leave()

    def leave(self) -> None:
        """Take it to be away."""
        self.seen = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


class ReplicatedReader:
    """Reads the server that is best to read, and another one as soon as that is away or falls behind."""

    backend = "postgresql"

    def __init__(self, named: Servers, settings: Settings) -> None:
        """Take the servers in the order in which they are to be read."""
        self._servers = [Server(dsn(address), settings) for address in named.addresses]
        self._names = [f"{address.host or address.query['host']}:{address.port or ''}" for address in named.addresses]
        self._reading, self._behind = named.reading, settings.revisions_behind
        self._chosen: Server | None = None
        self._moves = 0
        self._begun: asyncio.Task[None] | None = None
        self._looking: list[asyncio.Task[None]] = []
        self._trouble = Trouble()

    @property
    def url(self) -> str:
        """The address of the server that is read now."""
        return (self._chosen or self._servers[0]).reader.url

    @property
    def generation(self) -> int:
        """Grows with every move, and whenever connections to a server were lost."""
        return self._moves + sum(server.reader.generation for server in self._servers)

    def connections(self) -> dict[str, int]:
        """How many connections there are, by what they do."""
        each = [server.reader.connections() for server in self._servers]
        return {use: sum(one[use] for one in each) for use in each[0]}

    async def close(self) -> None:
        """Let go of every connection."""
        for task in (*self._looking, *([self._begun] if self._begun else [])):
            task.cancel()
        for server in self._servers:
            server.leave()
            await server.reader.close()

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows; asked of another server where the one is away. Raises Unavailable."""
        return await self._of_one(lambda reader: reader.fetch(statement, parameters, slow=slow))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A connection for a long read, which sees one state of one server's data throughout. Raises Unavailable."""
        async with AsyncExitStack() as stack:
            yield await self._of_one(lambda reader: stack.enter_async_context(reader.snapshot()))

    async def _of_one(self, work: Callable[[PostgresReader], Awaitable[T]]) -> T:
        """Have it done by the server that is read, or by the next one if that turns out to be away."""
        for _ in self._servers:
            server = await self._current()
            try:
                return await work(server.reader)
            except Unavailable as error:
                if isinstance(error, Unreachable) and server is self._chosen:
                    server.leave()
                    self._settle()
                if server is self._chosen:
                    raise
        raise self._trouble.away(ConnectionError("one server after the other went away"))

    async def _current(self) -> Server:
        """The server that is read. Raises Unavailable."""
        if not self._looking:
            self._begun = self._begun or asyncio.create_task(self._begin())
            await asyncio.shield(self._begun)
        if self._chosen is None:
            raise self._trouble.away(ConnectionError("none of the servers can be read"))
        return self._chosen

    async def _begin(self) -> None:
        """Ask all of them at once, then each for itself, for ever."""
        await asyncio.gather(*(server.look() for server in self._servers))
        self._settle()
        self._looking = [asyncio.create_task(self._keep_looking(server)) for server in self._servers]

    async def _keep_looking(self, server: Server) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await server.look()
            self._settle()

    def _settle(self) -> None:
        """Read what is best to read now; nobody waits any longer for a server that went away."""
        number = choose([server.seen for server in self._servers], self._reading, self._behind)
        chosen = None if number is None else self._servers[number]
        left = self._chosen
        if chosen is left:
            return
        self._chosen = chosen
        self._moves += 1
        log.warning("reading", server=None if number is None else self._names[number], seen=chosen and chosen.seen)
        if left is not None and left.seen is None:
            left.reader.abandon()
