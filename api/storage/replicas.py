"""Reading from one of several PostgreSQL servers: a standby that follows closely, else the primary.

One server is read at a time. Switching to another one increases the generation, so no response mixes two servers.
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
"""Seconds between polls of each server's position."""
PATIENCE_SECONDS = 1.0
"""Seconds a poll may take before the server counts as unreachable."""
REMEMBERED = 100
"""The number of newest revisions that a poll reads."""
_HOW_FAR = f"""
SELECT pg_is_in_recovery(),
CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
(SELECT system_identifier::text FROM pg_control_system()),
ARRAY(SELECT substr(digest, 1, 16) FROM revision ORDER BY number DESC LIMIT {REMEMBERED}),
(SELECT coalesce(max(number), 0) FROM revision)"""


class Seen(NamedTuple):
    """What a poll of a server returned."""

    standby: bool
    timeline: str
    """The timeline of a primary: increases, also as text, with each promotion."""
    system: str
    """The cluster that it is of: the same for a primary and all that were ever copied from it."""
    digests: Sequence[str]
    """Digests of its newest revisions, newest first."""
    revision: int

    def knows(self, other: "Seen") -> bool:
        """Whether this server has the other one's newest revision."""
        at = self.revision - other.revision
        return at >= 0 and (at >= len(self.digests) or self.digests[at : at + 1] == other.digests[:1])


def leading(seen: Sequence[Seen | None], before: Seen | None) -> Seen | None:
    """Whose history counts: of two primaries that of the one promoted last, else that with more revisions.

    `before` led until now. Away, it still leads where what answers is of the same cluster and was promoted no later.
    """
    answered = [one for one in seen if one]
    if not answered:
        return before
    found = max(answered, key=lambda one: (not one.standby, one.timeline, one.revision, one.digests))
    if before is not None and before.system == found.system and found.timeline < before.timeline:
        return before
    return found


def choose(seen: Sequence[Seen | None], reading: str, behind: int, before: Seen | None = None) -> int | None:
    """The index of the server to read: of those not too far behind, the first standby in the address.

    Servers of another history than the one that leads are not read; nor is a primary that was replaced, as long as the
    one that leads answers.
    """
    leader = leading(seen, before)
    if leader is None:
        return None
    away = not any(one is leader for one in seen)
    of_it = [
        one and (one is leader or ((one.standby or away) and leader.knows(one)) or (one.standby and one.knows(leader)))
        for one in seen
    ]
    newest = max((one.revision for one, is_of_it in zip(seen, of_it, strict=True) if one and is_of_it), default=0)
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
    """One of the servers: its reader and the result of the last poll."""

    def __init__(self, url: str, settings: Settings) -> None:
        """Nothing is known about it yet."""
        self.reader = PostgresReader(url, settings)
        self.seen: Seen | None = None
        """None: the server is unreachable."""
        self._connection: Any = None

    async def poll(self) -> None:
        """Poll its position."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None:
                    self._connection = await asyncpg.connect(self.reader.url)
                self.seen = Seen(*await self._connection.fetchrow(_HOW_FAR))
        except (TimeoutError, asyncpg.PostgresError, *LOST):
            self.leave()

    def leave(self) -> None:
        """Mark it as unreachable."""
        self.seen = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


class ReplicatedReader:
    """Reads from the best server, and switches as soon as that is unreachable or falls behind."""

    backend = "postgresql"

    def __init__(self, named: Servers, settings: Settings) -> None:
        """Take the servers in order of preference."""
        self._servers = [Server(dsn(address), settings) for address in named.addresses]
        self._names = [f"{address.host or address.query['host']}:{address.port or ''}" for address in named.addresses]
        self._reading, self._behind = named.reading, settings.revisions_behind
        self._chosen: Server | None = None
        self._leader: Seen | None = None
        self._moves = 0
        self._begun: asyncio.Task[None] | None = None
        self._looking: list[asyncio.Task[None]] = []
        self._trouble = Trouble()

    @property
    def url(self) -> str:
        """The address of the server that is being read."""
        return (self._chosen or self._servers[0]).reader.url

    @property
    def generation(self) -> int:
        """Increases with each switch, and whenever the connections to a server were lost."""
        return self._moves + sum(server.reader.generation for server in self._servers)

    def connections(self) -> dict[str, int]:
        """The number of connections by use."""
        each = [server.reader.connections() for server in self._servers]
        return {use: sum(one[use] for one in each) for use in each[0]}

    def hosts(self) -> dict[str, bool]:
        """Whether each host is the one being read."""
        return {name: server is self._chosen for name, server in zip(self._names, self._servers, strict=True)}

    async def close(self) -> None:
        """Close every connection."""
        for task in (*self._looking, *([self._begun] if self._begun else [])):
            task.cancel()
        for server in self._servers:
            server.leave()
            await server.reader.close()

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows; retries on another server if one is unreachable. Raises Unavailable."""
        return await self._of_one(lambda reader: reader.fetch(statement, parameters, slow=slow))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A connection for a long read that sees one state of one server throughout. Raises Unavailable."""
        async with AsyncExitStack() as stack:
            yield await self._of_one(lambda reader: stack.enter_async_context(reader.snapshot()))

    async def _of_one(self, work: Callable[[PostgresReader], Awaitable[T]]) -> T:
        """Do the work on the current server, or on the next one if that turns out to be away."""
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
        """The server to read from. Raises Unavailable."""
        if not self._looking:
            self._begun = self._begun or asyncio.create_task(self._begin())
            await asyncio.shield(self._begun)
        if self._chosen is None:
            raise self._trouble.away(ConnectionError("none of the servers can be read"))
        return self._chosen

    async def _begin(self) -> None:
        """Poll all servers at once, then start a polling task for each."""
        await asyncio.gather(*(server.poll() for server in self._servers))
        self._settle()
        self._looking = [asyncio.create_task(self._keep_looking(server)) for server in self._servers]

    async def _keep_looking(self, server: Server) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await server.poll()
            self._settle()

    def _settle(self) -> None:
        """Switch to the best server, and end reads that wait for one that went away."""
        seen = [server.seen for server in self._servers]
        self._leader = leading(seen, self._leader)
        number = choose(seen, self._reading, self._behind, self._leader)
        chosen = None if number is None else self._servers[number]
        left = self._chosen
        if chosen is left:
            return
        self._chosen = chosen
        self._moves += 1
        found = chosen and chosen.seen
        log.warning(
            "reading",
            server=None if number is None else self._names[number],
            standby=found and found.standby,
            revision=found and found.revision,
        )
        if left is not None and left.seen is None:
            left.reader.abandon()
