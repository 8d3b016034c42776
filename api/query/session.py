"""One consistent look at the data: every statement of an answer saw the same revision, or the answer is made anew."""

import asyncio
from collections import OrderedDict
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
from api.errors import Gone, NotFound, RevisionDiffers, Unavailable, nearest
from api.query.paging import RevisionMark
from api.query.postings import Index
from api.query.statements import REVISION, SEAL
from api.query.validity import ID, TROUBLE, Soundness, blank
from api.storage.reader import Connection, Parameters, Reader, Row, SqlStatement

log = structlog.get_logger()

T = TypeVar("T")
Damage = dict[str, str]
Found = tuple[str, str | None, str | None, object, str]
"""What a check found: table; of a document, its kind, id and text; and what is wrong."""
DAMAGED = "these tables are damaged. Whoever runs the service can say what `counterclaim verify` finds."
DAMAGED_SECONDS = 60
TURN_SECONDS = 0.002
"""For how long an answer that is made of many records is worked at before others are looked after."""
ATTEMPTS = 20
REMEMBERED = 20_000
LISTED = 20_000
NEIGHBOURS = 10
CACHE_BYTES = 64 * 2**20
MARK = 12
"""Hex digits of a digest that tell two histories apart."""

TABLES: dict[str, FromClause] = {
    "dataset": models.Dataset.__table__,
    "source": models.Source.__table__,
    "actor": models.Actor.__table__,
    "location": models.Location.__table__,
    "event": models.Event.__table__,
    "claim": models.Claim.__table__,
}
# For each kind of thing that a parameter can name: its table, the column that names it and the one that says it.
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
    """Data was loaded while an answer was being made."""


@dataclass(slots=True)
class Catalogue:
    """What one revision's answers have looked up so far."""

    revision: int
    digest: str
    loaded_at: datetime
    seal: str
    """Of the revision: another database may have come to the same number."""
    generation: int = 0
    """Which of the reader's databases it was: another one may have loads of the same number."""
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
    """Statements that all see the catalogue's revision."""

    def __init__(self, connection: Connection, catalogue: Catalogue, soundness: Soundness, damage: Damage) -> None:
        """Look through a connection, knowing what the catalogue knows, and past the tables that are damaged."""
        self._connection = connection
        self._soundness = soundness
        self._damage = damage
        self.blanked: set[str] = set()
        """The ids of records whose documents are damaged, so that nothing but these was read of them."""
        self.careful = False
        """Whether every document is looked at before anything relies on it."""
        self.catalogue = catalogue
        self.questions: dict[int, object] = {}
        """What was looked up for this answer, by what it was for."""
        self.confirmed = False
        """Whether the database has told that it has this revision."""

    @property
    def index(self) -> Index:
        """What is known of the revision's postings and columns."""
        return self.catalogue.index

    def damaged(self, kind: str, identifier: str, body: str, why: str) -> str:
        """What is shown of a record whose document turned out to be damaged."""
        self.blanked.add(identifier)
        self._soundness.name(kind, identifier, body, why)
        return blank(kind, identifier)

    async def checkpoint(self) -> None:
        """Let others have their turn, if this answer has been made without a pause for a while."""
        global _last_checkpoint  # noqa: PLW0603 - of the process, as its event loop is
        if perf_counter() - _last_checkpoint > TURN_SECONDS:
            await asyncio.sleep(0)
            _last_checkpoint = perf_counter()

    @property
    def revision(self) -> int:
        """The number of the load that is seen."""
        return self.catalogue.revision

    @property
    def stand(self) -> RevisionMark:
        """Which data are seen."""
        return RevisionMark(self.catalogue.revision, self.catalogue.digest[:MARK])

    async def follow(self, before: RevisionMark, *, grows: bool = False) -> None:
        """Go on from a page of those data; `grows`: loads only add to what is walked. Raises RevisionDiffers."""
        known = before == self.stand
        if before.revision < self.revision:
            rows = await self.fetch(_DIGEST, {"number": before.revision})
            known = bool(rows) and rows[0][1][:MARK] == before.mark
        if not known or (before.revision != self.revision and not grows):
            await self.confirm()  # this session may know less than the database
            raise RevisionDiffers(before.revision, self.revision, known=known)

    def whole(self, kind: str, lines: bytes) -> bool:
        """Whether lines of sound documents may be sent as they are; else each has to be looked at."""
        return not self.careful and self._soundness.whole(kind, lines)

    async def fetch(
        self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False, carefully: bool = False
    ) -> Sequence[Row]:
        """All rows, each led by the revision it saw. Raises RevisionChanged, Unavailable."""
        if self._damage and (spoilt := sorted(statement.tables & self._damage.keys())):
            raise Unavailable(f"{', '.join(spoilt)}: {DAMAGED}", retry_after=DAMAGED_SECONDS)
        rows = await self._connection.fetch(statement, parameters, slow=slow)
        if not rows:
            await self.confirm()
        elif (rows[0][0] or "") != self.catalogue.seal:
            raise RevisionChanged
        self.confirmed = True
        mended = self._soundness.mended(statement, rows, carefully=carefully or self.careful)
        if mended is not rows:
            self.blanked |= {row[ID] for row, stored in zip(mended, rows, strict=True) if row is not stored}
        return mended

    async def confirm(self) -> None:
        """The database still has this revision. Raises RevisionChanged, Unavailable."""
        rows = await self._connection.fetch(_REVISION_STATEMENT, {})
        if (rows[0][0] if rows else "") != self.catalogue.seal:
            raise RevisionChanged
        self.confirmed = True

    async def members(self, party: str) -> frozenset[str]:
        """Whoever belongs to a party, itself included."""
        memory = self.catalogue.members
        if party not in memory:
            rows = await self.fetch(_MEMBERS, {"party": party})
            _remember(memory, party, frozenset([row[1] for row in rows]))  # type: ignore[arg-type]
        return memory[party]

    async def name(self, kind: str, identifier: str) -> str | None:
        """A record's name or title; None: there is no such record."""
        memory, key = self.catalogue.names, (kind, identifier)
        if key not in memory:
            rows = await self.fetch(_name_statement(kind), {"id": identifier})
            found = rows[0][1] if rows else None
            if isinstance(found, bytes):  # SQLite keeps what it is given
                found = found.decode(errors="replace")
            _remember(memory, key, found)  # type: ignore[arg-type]
        return memory[key]

    async def names(self, kind: str, identifiers: Sequence[str]) -> str:
        """Records' names, as `a or b`; an id stands for itself where there is no such record."""
        found = [await self.name(kind, identifier) or identifier for identifier in identifiers]
        return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"

    async def near(self, kind: str, identifier: str) -> list[str]:
        """The ids most like one that names no record: of all where they are few, else of those beside it."""
        if kind in {"actor", "location", "dataset", "publisher"}:
            rows = await self.fetch(_ids_statement(kind), {}, slow=True)
            if len(rows) <= LISTED:
                return nearest(identifier, [row[1] for row in rows])
        beside: dict[str, None] = {}
        for start in dict.fromkeys((identifier, identifier.lower())):  # capitals stand before all small letters
            for below in (True, False):
                rows = await self.fetch(_neighbours_statement(kind, below=below), {"id": start})
                beside.update(dict.fromkeys(row[1] for row in rows))
        return nearest(identifier, list(beside))

    async def require(self, kind: str, identifier: str) -> str:
        """The name of a record that a path names. Raises NotFound, Gone."""
        name = await self.name(kind, identifier)
        if name is None:
            raise await self.absent(kind, identifier)
        return name

    async def absent(self, kind: str, identifier: str) -> NotFound | Gone:
        """Why there is no such record: it was withdrawn, or never there."""
        known = await self.withdrawn(kind, identifier)
        return known or NotFound(f"There is no {kind} {identifier[:200]}.", await self.near(kind, identifier))

    async def withdrawn(self, kind: str, identifier: str, number: int | None = None) -> Gone | None:
        """What the revision says that withdrew a record; None: as of that revision, or of now, none has."""
        last = await self.last_change(kind, identifier, number)
        if last is None or last[2] != ChangeOperation.DELETE:
            return None
        return Gone(kind, identifier, last[1], sent_moment(last[3]), last[4])

    async def last_change(self, kind: str, identifier: str, number: int | None = None) -> Row | None:
        """(_, revision, op, moment, message) of what was last done to a record, by that revision or by now."""
        parameters = {"kind": kind, "id": identifier, "number": self.revision if number is None else number}
        rows = await self.fetch(_LAST_CHANGE, parameters)
        return rows[0] if rows else None


class Data:
    """The database as the server sees it."""

    def __init__(self, reader: Reader, cache_bytes: int = CACHE_BYTES) -> None:
        """Read through a reader; what was looked up is kept until data is loaded, sets within so many bytes."""
        self.reader, self._cache_bytes = reader, cache_bytes
        self._catalogue: Catalogue | None = None
        self._soundness = Soundness()
        self.damage: Damage = {}
        """The tables that are not as they were written, and what is wrong; nothing is answered from them."""

    @property
    def damaged(self) -> dict[str, int]:
        """How many tables and documents a check of hashes found to be damaged."""
        return {"tables": len(self.damage), "documents": self._soundness.altered}

    def found(self, found: Iterable[Found], *, whole: bool) -> None:
        """Take what a check of hashes found; `whole`: that is all there is, and nothing found before holds any more."""
        if whole:
            self._soundness.forget()
            self.damage.clear()
        for table, kind, identifier, body, why in found:
            if kind is not None and identifier is not None:
                self._soundness.alter([(kind, identifier, body, why)])
            elif table not in self.damage:
                self.damage[table] = why
                log.error("damaged", table=table, why=why)

    async def catalogue(self, connection: Connection | None = None) -> Catalogue:
        """What is known of the current revision, asked of the database."""
        rows = await (connection or self.reader).fetch(_REVISION_STATEMENT, {})
        seal, revision, digest, recorded_at = rows[0] if rows else ("", 0, "", datetime(1970, 1, 1, tzinfo=UTC))
        known, generation = self._catalogue, self.reader.generation
        if known is None or (known.seal, known.generation) != (seal, generation):
            loaded_at, index = _moment(recorded_at), Index(self._cache_bytes)
            known = Catalogue(revision, str(digest), loaded_at, seal, generation, self.reader.backend, index)
            self._catalogue = known
        return known

    async def ask(self, work: Callable[[ReadSession], Awaitable[T]]) -> T:
        """Do work that reads; again from the start if data was loaded meanwhile. Raises Unavailable."""
        catalogue = self._catalogue or await self.catalogue()
        careful = False
        for _ in range(ATTEMPTS):
            session = ReadSession(self.reader, catalogue, self._soundness, self.damage)
            session.careful = careful
            try:
                answer = await work(session)
                if not session.confirmed:  # all that it says was remembered
                    await session.confirm()
                if catalogue.generation == self.reader.generation:
                    return answer
            except RevisionChanged:
                pass
            except TROUBLE:  # perhaps a damaged document; if not, it is the same again
                if careful:
                    raise
                careful = True
            finally:  # what was looked up knows the session: a circle, which only a pause of everybody would end
                session.questions.clear()
            catalogue = await self.catalogue()
        raise Unavailable("Data is being loaded too fast to answer.")

    async def records(self) -> dict[str, int]:
        """How many records of each kind are loaded; counted once per revision. Raises Unavailable."""

        async def work(session: ReadSession) -> dict[str, int]:
            known = session.catalogue
            if known.records is None:
                rows = await session.fetch(_COUNTS, {}, slow=True)
                known.records = dict(zip(TABLES, rows[0][1:], strict=True))
            return known.records

        return await self.ask(work)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[ReadSession]:
        """A look that lasts: one state of the data, however long it is read."""
        async with self.reader.snapshot() as connection:
            session = ReadSession(connection, await self.catalogue(connection), self._soundness, self.damage)
            try:
                yield session
            finally:
                session.questions.clear()


def sent_moment(value: datetime | str) -> str:
    """A moment as it is sent: UTC, to the microsecond."""
    return _moment(value).astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
