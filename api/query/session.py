"""Consistent reads: all statements of a response see the same revision, or the response is computed again."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from time import perf_counter
from typing import TypeVar

import structlog
from sqlalchemy import FromClause, bindparam, func, select

from api import models
from api.domain.vocabulary import ChangeOperation
from api.errors import Damaged, Gone, NotFound, RevisionDiffers, Unavailable, nearest
from api.query.documents import DECODE_ERRORS, ID, DamagedDocuments, placeholder
from api.query.paging import RevisionMark
from api.query.postings import Index
from api.query.sql import REVISION, SEAL
from api.storage.reader import Connection, Parameters, Reader, Row, SqlStatement

log = structlog.get_logger()

T = TypeVar("T")
Damage = dict[str, str]
Found = tuple[str, str | None, str | None, object, str]
"""A finding of the integrity check: table; kind, id and text of a document; fault."""
TURN_SECONDS = 0.002
"""How long the work on a large response may run before it yields to other tasks."""
ATTEMPTS = 20
MOST_KEPT = 5_000
"""The number of documents read last that are verified after an error."""
REMEMBERED = 20_000
LISTED = 20_000
NEIGHBOURS = 10
CACHE_BYTES = 64 * 2**20
MARK = 12
"""The number of hex digits of a digest that distinguish two histories."""

TABLES: dict[str, FromClause] = {
    "dataset": models.Dataset.__table__,
    "source": models.Source.__table__,
    "actor": models.Actor.__table__,
    "location": models.Location.__table__,
    "event": models.Event.__table__,
    "claim": models.Claim.__table__,
}
# For each kind of record that a parameter can name: its table, its key, and the column with its name.
_KEYS: dict[str, tuple[FromClause, str, str]] = {
    "dataset": (TABLES["dataset"], "id", "title"),
    "source": (TABLES["source"], "id", "title"),
    "actor": (TABLES["actor"], "id", "name"),
    "location": (TABLES["location"], "id", "name"),
    "event": (TABLES["event"], "id", "title"),
    "claim": (TABLES["claim"], "id", "id"),
    "publisher": (TABLES["source"], "publisher", "publisher"),
}
_COUNTS = SqlStatement(
    select(REVISION, *(select(func.count()).select_from(table).scalar_subquery() for table in TABLES.values()))
)
_CLOSURE = models.ActorClosure.__table__
_MEMBERS = SqlStatement(select(REVISION, _CLOSURE.c.actor).where(_CLOSURE.c.party == bindparam("party")))
_REVISION_STATEMENT = SqlStatement(
    select(SEAL, models.Revision.number, models.Revision.digest, models.Revision.recorded_at)
    .order_by(models.Revision.number.desc())
    .limit(1)
)
_DIGEST = SqlStatement(select(REVISION, models.Revision.digest).where(models.Revision.number == bindparam("number")))

_C, _R = models.Change.__table__, models.Revision.__table__
_LAST_CHANGE = SqlStatement(
    select(REVISION, _C.c.revision, _C.c.op, _R.c.recorded_at, _R.c.message)
    .join_from(_C, _R, _R.c.number == _C.c.revision)
    .where(_C.c.kind == bindparam("kind"), _C.c.id == bindparam("id"), _C.c.revision <= bindparam("number"))
    .order_by(_C.c.revision.desc())
    .limit(1)
)

_last_checkpoint = 0.0


class RevisionChanged(Exception):  # noqa: N818 - a signal, not an error
    """Data was loaded while a response was being computed."""


@dataclass(slots=True)
class Catalogue:
    """A cache of what responses of one revision have looked up."""

    revision: int
    digest: str
    loaded_at: datetime
    seal: str
    """The revision's digest, because another database may have the same number."""
    generation: int = 0
    """The reader's generation, because another database may have the same number."""
    backend: str = "sqlite"
    index: Index = field(default_factory=lambda: Index(CACHE_BYTES))
    names: OrderedDict[tuple[str, str], str | None] = field(default_factory=OrderedDict)
    members: OrderedDict[str, frozenset[str]] = field(default_factory=OrderedDict)
    records: dict[str, int] | None = None


def _remember(memory: "OrderedDict[object, object]", key: object, value: object) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)


@lru_cache
def _name_statement(kind: str) -> SqlStatement:
    table, key, name = _KEYS[kind]
    return SqlStatement(select(REVISION, table.c[name]).where(table.c[key] == bindparam("id")).limit(1))


@lru_cache
def _ids_statement(kind: str) -> SqlStatement:
    table, key, _ = _KEYS[kind]
    found = select(REVISION, table.c[key]).distinct().where(table.c[key].is_not(None))
    return SqlStatement(found.order_by(table.c[key]).limit(LISTED + 1))


@lru_cache
def _neighbours_statement(kind: str, *, below: bool) -> SqlStatement:
    table, name, _ = _KEYS[kind]
    key = table.c[name]
    found = select(REVISION, key).distinct().limit(NEIGHBOURS)
    if below:
        return SqlStatement(found.where(key <= bindparam("id")).order_by(key.desc()))
    return SqlStatement(found.where(key > bindparam("id")).order_by(key))


class ReadSession:
    """Runs statements that all see the catalogue's revision."""

    def __init__(
        self, connection: Connection, catalogue: Catalogue, damaged_documents: DamagedDocuments, damage: Damage
    ) -> None:
        """Read through a connection, using the catalogue's cache, except from damaged tables."""
        self._connection = connection
        self._damaged_documents = damaged_documents
        self._damage = damage
        self.damaged_ids: set[str] = set()
        """The ids of records with damaged documents; nothing else was read of them."""
        self._read: deque[tuple[SqlStatement, Sequence[Row]]] = deque()
        self._kept = 0
        self.catalogue = catalogue
        self.questions: dict[int, object] = {}
        """A cache for this response."""
        self.confirmed = False
        """Whether the database confirmed that it has this revision."""

    @property
    def index(self) -> Index:
        """The cache of the revision's postings and columns."""
        return self.catalogue.index

    def damaged(self, kind: str, identifier: str, body: str, why: str) -> str:
        """What is shown for a record whose document is damaged."""
        self.damaged_ids.add(identifier)
        self._damaged_documents.report(kind, identifier, body, why)
        return placeholder(kind, identifier)

    async def checkpoint(self) -> None:
        """Yield to other tasks if this one has run for a while."""
        global _last_checkpoint  # noqa: PLW0603 - of the process, as its event loop is
        if perf_counter() - _last_checkpoint > TURN_SECONDS:
            await asyncio.sleep(0)
            _last_checkpoint = perf_counter()

    @property
    def revision(self) -> int:
        """The number of the revision being read."""
        return self.catalogue.revision

    @property
    def stand(self) -> RevisionMark:
        """The state of the data being read."""
        return RevisionMark(self.catalogue.revision, self.catalogue.digest[:MARK])

    async def follow(self, before: RevisionMark, *, grows: bool = False) -> None:
        """Continue from a page of that state; `grows`: loads only append to the list. Raises RevisionDiffers."""
        known = before == self.stand
        if before.revision < self.revision:
            rows = await self.fetch(_DIGEST, {"number": before.revision})
            known = bool(rows) and rows[0][1][:MARK] == before.mark
        if not known or (before.revision != self.revision and not grows):
            await self.confirm()  # the cached revision may be older than the database's
            raise RevisionDiffers(before.revision, self.revision, known=known)

    def none_damaged(self, kind: str, lines: bytes) -> bool:
        """Whether lines of sound documents can be sent unread; if not, each one has to be verified."""
        return self._damaged_documents.none_damaged(kind, lines)

    def found_damage(self) -> bool:
        """After an error: whether a document read last is damaged; it is then replaced when it is read again."""
        read = [
            self._damaged_documents.replace_damaged(statement, rows, check_all=True) is not rows
            for statement, rows in self._read
        ]
        self._read.clear()
        self._kept = 0
        return any(read)

    def _keep(self, statement: SqlStatement, rows: Sequence[Row]) -> None:
        self._read.append((statement, rows))
        self._kept += len(rows)
        while self._kept > MOST_KEPT and len(self._read) > 1:
            self._kept -= len(self._read.popleft()[1])

    async def fetch(
        self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False, check_all: bool = False
    ) -> Sequence[Row]:
        """All rows, each beginning with the revision it saw. Raises RevisionChanged, Unavailable."""
        if self._damage and (spoilt := statement.tables & self._damage.keys()):
            raise Damaged(*spoilt)
        rows = await self._connection.fetch(statement, parameters, slow=slow)
        if not rows:
            await self.confirm()
        elif (rows[0][0] or "") != self.catalogue.seal:
            raise RevisionChanged
        self.confirmed = True
        replaced = self._damaged_documents.replace_damaged(statement, rows, check_all=check_all)
        if replaced is not rows:
            self.damaged_ids |= {row[ID] for row, stored in zip(replaced, rows, strict=True) if row is not stored}
        if statement.document is not None and rows and not check_all:
            valid = rows if replaced is rows else [row for row, was in zip(replaced, rows, strict=True) if row is was]
            self._keep(statement, valid)
        return replaced

    async def confirm(self) -> None:
        """Check that the database still has this revision. Raises RevisionChanged, Unavailable."""
        rows = await self._connection.fetch(_REVISION_STATEMENT, {})
        if (rows[0][0] if rows else "") != self.catalogue.seal:
            raise RevisionChanged
        self.confirmed = True

    async def members(self, party: str) -> frozenset[str]:
        """The actors that belong to a party, including itself."""
        memory = self.catalogue.members
        if party not in memory:
            rows = await self.fetch(_MEMBERS, {"party": party})
            _remember(memory, party, frozenset([row[1] for row in rows]))  # type: ignore[arg-type]
        return memory[party]

    async def name(self, kind: str, identifier: str) -> str | None:
        """A record's name or title; None if there is no such record."""
        memory, key = self.catalogue.names, (kind, identifier)
        if key not in memory:
            rows = await self.fetch(_name_statement(kind), {"id": identifier})
            found = rows[0][1] if rows else None
            if isinstance(found, bytes):  # SQLite does not enforce column types
                found = found.decode(errors="replace")
            _remember(memory, key, found)  # type: ignore[arg-type]
        return memory[key]

    async def names(self, kind: str, identifiers: Sequence[str]) -> str:
        """Records' names as `a or b`; an id of no record is used as it is."""
        found = [await self.name(kind, identifier) or identifier for identifier in identifiers]
        return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"

    async def near(self, kind: str, identifier: str) -> list[str]:
        """The ids most similar to an unknown one: among all if they are few, else among its neighbours."""
        if kind in {"actor", "location", "dataset", "publisher"}:
            rows = await self.fetch(_ids_statement(kind), {}, slow=True)
            if len(rows) <= LISTED:
                return nearest(identifier, [row[1] for row in rows])
        beside: dict[str, None] = {}
        for start in dict.fromkeys((identifier, identifier.lower())):  # upper case sorts before all lower case
            for below in (True, False):
                rows = await self.fetch(_neighbours_statement(kind, below=below), {"id": start})
                beside.update(dict.fromkeys(row[1] for row in rows))
        return nearest(identifier, list(beside))

    async def require(self, kind: str, identifier: str) -> str:
        """The name of a record in a path. Raises NotFound, Gone."""
        name = await self.name(kind, identifier)
        if name is None:
            raise await self.absent(kind, identifier)
        return name

    async def absent(self, kind: str, identifier: str) -> NotFound | Gone:
        """The error for a missing record: it was withdrawn, or never existed."""
        known = await self.withdrawn(kind, identifier)
        return known or NotFound(f"There is no {kind} {identifier[:200]}.", await self.near(kind, identifier))

    async def withdrawn(self, kind: str, identifier: str, number: int | None = None) -> Gone | None:
        """Gone with the details of the withdrawal as of a revision (default: now); None if it was not withdrawn."""
        last = await self.last_change(kind, identifier, number)
        if last is None or last[2] != ChangeOperation.DELETE:
            return None
        return Gone(kind, identifier, last[1], sent_moment(last[3]), last[4])

    async def last_change(self, kind: str, identifier: str, number: int | None = None) -> Row | None:
        """(_, revision, op, moment, message) of the last change of a record as of a revision (default: now)."""
        parameters = {"kind": kind, "id": identifier, "number": self.revision if number is None else number}
        rows = await self.fetch(_LAST_CHANGE, parameters)
        return rows[0] if rows else None


class Data:
    """The database as the server sees it."""

    def __init__(self, reader: Reader, cache_bytes: int = CACHE_BYTES) -> None:
        """Read through a reader. Lookups are cached until data is loaded; `cache_bytes` limits the cached sets."""
        self.reader, self._cache_bytes = reader, cache_bytes
        self._catalogue: Catalogue | None = None
        self._damaged_documents = DamagedDocuments()
        self.damage: Damage = {}
        """Damaged tables and their faults; nothing is read from them."""

    @property
    def damaged(self) -> dict[str, int]:
        """The numbers of tables and documents that the check of hashes found to be damaged."""
        return {"tables": len(self.damage), "documents": self._damaged_documents.altered}

    def found(self, found: Iterable[Found], *, whole: bool) -> None:
        """Record the findings of a check of hashes; `whole`: they replace all previous findings."""
        if whole:
            self._damaged_documents.forget()
            self.damage.clear()
        for table, kind, identifier, body, why in found:
            if kind is not None and identifier is not None:
                self._damaged_documents.add([(kind, identifier, body, why)])
            elif table not in self.damage:
                self.damage[table] = why
                log.error("damaged", table=table, why=why)

    async def catalogue(self, connection: Connection | None = None) -> Catalogue:
        """The cache for the current revision, which is read from the database."""
        rows = await (connection or self.reader).fetch(_REVISION_STATEMENT, {})
        seal, revision, digest, recorded_at = rows[0] if rows else ("", 0, "", datetime(1970, 1, 1, tzinfo=UTC))
        known, generation = self._catalogue, self.reader.generation
        if known is None or (known.seal, known.generation) != (seal, generation):
            loaded_at, index = _moment(recorded_at), Index(self._cache_bytes)
            known = Catalogue(revision, str(digest), loaded_at, seal, generation, self.reader.backend, index)
            self._catalogue = known
        return known

    async def ask(self, work: Callable[[ReadSession], Awaitable[T]]) -> T:
        """Run work that reads, and restart it if data was loaded meanwhile. Raises Unavailable."""
        catalogue = self._catalogue or await self.catalogue()
        for _ in range(ATTEMPTS):
            session = ReadSession(self.reader, catalogue, self._damaged_documents, self.damage)
            try:
                answer = await work(session)
                if not session.confirmed:  # everything came from the cache
                    await session.confirm()
                if catalogue.generation == self.reader.generation:
                    return answer
            except RevisionChanged:
                pass
            except DECODE_ERRORS:
                if not session.found_damage():
                    raise
            finally:  # break a reference cycle, because collecting it would pause all requests
                session.questions.clear()
            catalogue = await self.catalogue()
        raise Unavailable("Data is being loaded too fast to answer.")

    async def records(self) -> dict[str, int]:
        """The number of loaded records by kind; counted once per revision. Raises Unavailable."""

        async def work(session: ReadSession) -> dict[str, int]:
            known = session.catalogue
            if known.records is None:
                rows = await session.fetch(_COUNTS, {}, slow=True)
                known.records = dict(zip(TABLES, rows[0][1:], strict=True))
            return known.records

        return await self.ask(work)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[ReadSession]:
        """A long-lived session that sees one state of the data."""
        async with self.reader.snapshot() as connection:
            session = ReadSession(connection, await self.catalogue(connection), self._damaged_documents, self.damage)
            try:
                yield session
            finally:
                session.questions.clear()


def sent_moment(value: datetime | str) -> str:
    """A moment as sent: UTC, to the microsecond."""
    return _moment(value).astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
