"""The history of the record as it is asked for: revisions, what each changed, and records as they stood.

`api.models.history` says how its tables are to be read.
"""

import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from pyroaring import BitMap
from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, select, tuple_

from api import models
from api.domain.vocabulary import ChangeOperation
from api.errors import NotFound, Unavailable
from api.models.facets import FACETS
from api.query.lists import require_revision
from api.query.paging import DATED, Found, Place, Sort, Stretch, Walked, stretch
from api.query.postings import LAST, numbers_of
from api.query.session import ReadSession, sent_moment
from api.query.statements import HASHED, KIND_OF_LIST, PLACES, REVISION
from api.schemas.records import Json
from api.storage.reader import Row, SqlStatement, body_of

DOCUMENT_TABLES = {
    "event": models.EventDocument.__table__,
    "claim": models.ClaimDocument.__table__,
    "source": models.SourceDocument.__table__,
    "actor": models.ActorDocument.__table__,
    "location": models.LocationDocument.__table__,
    "dataset": models.DatasetDocument.__table__,
}
_AT_ONCE = 200
"""Documents that a statement fetches: each has its id as a parameter."""

_ALIKE = itemgetter(1, 3, 4, 6)
_PUT = ChangeOperation.PUT
_DIGITS = 10
"""A number that is as long is no revision's, and too large for the database."""

_R, _C, _P = models.Revision.__table__, models.Change.__table__, models.PastVersion.__table__
_LATER = _C.alias()
LARGE = 1_000
"""A revision that put so many documents is told in the order in which they lie, so that each is read once."""
_LIST_OF = {kind: table for table, kind in KIND_OF_LIST.items()}
_REVISION_COLUMNS = [_R.c[name] for name in models.Revision.__table__.columns.keys() if name != "seal"]  # noqa: SIM118 - a collection of columns, not a dict
_NUMBER: ColumnElement[int] = bindparam("number")
_SINCE: ColumnElement[int] = bindparam("since")
_ID: ColumnElement[str] = bindparam("id")
_KIND: ColumnElement[str] = bindparam("kind")


def _revisions(*, down: bool, after: bool) -> SqlStatement:
    found = select(REVISION, *_REVISION_COLUMNS)
    if after:
        found = found.where(_R.c.number < _NUMBER if down else _R.c.number > _NUMBER)
    return SqlStatement(found.order_by(_R.c.number.desc() if down else _R.c.number).limit(bindparam("limit")))


_REVISIONS = {(down, after): _revisions(down=down, after=after) for down in (False, True) for after in (False, True)}
_REVISION = SqlStatement(select(REVISION, *_REVISION_COLUMNS).where(_R.c.number == _NUMBER))
_LOADS = SqlStatement(select(REVISION, func.count()).select_from(_R))
# A document may have changed in several revisions; whoever has its last change needs no other.
_IS_LAST = ~exists().where(_LATER.c.kind == _C.c.kind, _LATER.c.id == _C.c.id, _LATER.c.revision > _C.c.revision)
_OF_KIND = and_(_C.c.revision == _NUMBER, _C.c.kind == _KIND, _C.c.id > _ID, _IS_LAST)
_WHICH = {
    "last": and_(
        tuple_(_C.c.revision, _C.c.kind, _C.c.id) > tuple_(_NUMBER, _KIND, _ID),
        _C.c.revision < bindparam("until"),
        _IS_LAST,
    ),
    "in one": and_(_C.c.revision == _SINCE, tuple_(_C.c.kind, _C.c.id) > tuple_(_KIND, _ID)),
    "of kind": _OF_KIND,
    "deleted": and_(_OF_KIND, _C.c.op == ChangeOperation.DELETE),
}
_SERVED = case(
    *(
        (_C.c.kind == kind, select(body_of(t)).where(t.c.id == _C.c.id).scalar_subquery())
        for kind, t in DOCUMENT_TABLES.items()
    )
)


def _changes(which: str, *, documents: bool) -> SqlStatement:
    columns = (_C.c.revision, _C.c.id, _C.c.kind, _C.c.op, _C.c.sha256, _R.c.recorded_at)
    found = select(REVISION, *columns, *((_SERVED,) if documents else ())).join_from(
        _C, _R, _R.c.number == _C.c.revision
    )
    found = found.where(_WHICH[which]).order_by(_C.c.revision, _C.c.kind, _C.c.id)
    return SqlStatement(found.limit(bindparam("limit")))


_CHANGES = {(which, documents): _changes(which, documents=documents) for which in _WHICH for documents in (False, True)}
_LARGE_ONES = SqlStatement(
    select(REVISION, _R.c.number, _R.c.recorded_at, _R.c.removed)
    .where(_R.c.number > _SINCE, _R.c.added + _R.c.changed >= bindparam("large"))
    .order_by(_R.c.number)
)
_CHANGED = select(_C.c.kind, _C.c.id).distinct().where(_C.c.revision > _SINCE).subquery()
_COUNTS = {
    True: SqlStatement(select(REVISION, func.count()).select_from(_C).where(_C.c.revision == _SINCE)),
    False: SqlStatement(select(REVISION, func.count()).select_from(_CHANGED)),
}
_OF_RECORD = SqlStatement(
    select(REVISION, _C.c.revision, _C.c.op, _C.c.sha256, _R.c.recorded_at, _R.c.action, _R.c.message)
    .join_from(_C, _R, _R.c.number == _C.c.revision)
    .where(_C.c.kind == _KIND, _C.c.id == _ID, _C.c.revision <= _NUMBER)
    .order_by(_C.c.revision.desc())
)
_PAST = SqlStatement(
    select(REVISION, _P.c.replaced_in, _P.c.body)
    .where(_P.c.kind == _KIND, _P.c.id == _ID, _P.c.replaced_in > _NUMBER)
    .order_by(_P.c.replaced_in)
)


@lru_cache
def _documents(kind: str, size: int) -> SqlStatement:
    table = DOCUMENT_TABLES[kind]
    ids: list[ColumnElement[str]] = [bindparam(f"id{number}") for number in range(size)]
    return SqlStatement(select(REVISION, table.c.id, table.c.id, body_of(table)).where(table.c.id.in_(ids)))


def address(kind: str, identifier: str) -> str:
    """The path of a record."""
    return f"/{kind}s/{identifier}"


class HistoryList(Walked):
    """A list that no filter of records concerns: nothing is left out of it, and nothing is named."""

    __slots__ = ()

    async def check(self, session: ReadSession) -> None:
        """Every record that a parameter names exists: none is named."""

    async def left_out(self, session: ReadSession) -> dict[str, int]:  # noqa: ARG002 - the protocol's
        """Nothing lacks what was asked about."""
        return {}


class Revisions(HistoryList):
    """Every revision."""

    __slots__ = ()

    async def walk(
        self,
        session: ReadSession,
        sort: Sort,
        place: Place | None,
        batch: int,
    ) -> AsyncIterator[list[Found]]:
        """From a place on, a batch at a time."""
        while True:
            parameters = {"number": 0 if place is None else place.key, "limit": batch}
            rows = await session.fetch(_REVISIONS[sort.descending, place is not None], parameters)
            yield [Found(Place(DATED, row[1], ""), orjson.dumps(revision(row)).decode()) for row in rows]
            if len(rows) < batch:
                return
            place = Place(DATED, rows[-1][1], "")

    async def count(self, session: ReadSession) -> int:
        """How many there are."""
        return int((await session.fetch(_LOADS, {}))[0][1])


def revision(row: Row) -> Json:
    """A revision as it is sent."""
    number, recorded_at, action, datasets, *rest = row[1:]
    names = ("message", "added", "changed", "removed", "digest", "previous")
    listed = orjson.loads(datasets) if isinstance(datasets, str | bytes) else datasets
    said = {"number": number, "recorded_at": sent_moment(recorded_at), "action": action, "datasets": listed}
    return {**said, **dict(zip(names, rest, strict=True)), "url": f"/revisions/{number}"}


async def one_revision(session: ReadSession, number: str) -> Json:
    """The revision of that number, as a path has it. Raises NotFound."""
    known = number.isascii() and number.isdecimal() and 0 < int(number[:_DIGITS]) <= session.revision
    rows = await session.fetch(_REVISION, {"number": int(number)}) if known and len(number) < _DIGITS else []
    if not rows:
        raise NotFound(
            f"There is no revision {number[:40]}; the newest is {session.revision}.", [str(session.revision)]
        )
    return revision(rows[0])


@dataclass(frozen=True, slots=True)
class LastChanges(HistoryList):
    """The last change of each document since a revision, or (`one`) all that this very revision changed."""

    since: int
    one: bool = False
    documents: bool = False

    async def check(self, session: ReadSession) -> None:
        """The revision exists. Raises BadParameters."""
        require_revision(session, "since", self.since)

    async def walk(
        self,
        session: ReadSession,
        sort: Sort,  # noqa: ARG002 - there is one order
        place: Place | None,
        batch: int,
    ) -> AsyncIterator[list[Found]]:
        """From a place on, a batch at a time."""
        async for rows in self._rows(session, self._start(place), batch):
            told = zip(rows, await self._told(session, rows), strict=True)
            yield [Found(Place(DATED, row[1], row[2], row[3]), text) for row, text in told]

    async def stretches(
        self,
        session: ReadSession,
        sort: Sort,  # noqa: ARG002 - there is one order
        place: Place | None,
        batch: int,
    ) -> AsyncIterator[Stretch]:
        """The same, of which nothing is made but what is sent; documents of one revision as they lie, not by id."""
        start = self._start(place)
        large = (
            await session.fetch(_LARGE_ONES, {"since": self.since, "large": LARGE})
            if self.documents and not self.one
            else ()
        )
        for _, number, *known in large:
            if (number, LAST) <= (start.key, start.tail):
                continue
            async for rows in self._rows(session, start, batch, until=number):
                yield stretch(await self._told(session, rows), Place(DATED, *rows[-1][1:4]))
            for kind in sorted(DOCUMENT_TABLES):
                after = start.id if (number, kind) == (start.key, start.tail) else ""
                if (number, kind) >= (start.key, start.tail):
                    async for found in self._of_kind(session, Place(DATED, number, after, kind), known, batch):
                        yield found
            start = Place(DATED, number, "", LAST)
        async for rows in self._rows(session, start, batch):
            yield stretch(await self._told(session, rows), Place(DATED, *rows[-1][1:4]))

    def _start(self, place: Place | None) -> Place:
        return place or Place(DATED, self.since, "", "" if self.one else LAST)

    async def _of_kind(
        self, session: ReadSession, start: Place, known: Sequence[Any], batch: int
    ) -> AsyncIterator[Stretch]:
        """What a revision did to documents of a kind, from a place on; of what has numbers, first what it deleted."""
        (_, number, after, kind), (recorded_at, removed) = start, known
        table = _LIST_OF.get(kind)
        placed = await session.fetch(PLACES[table], {"id": after}) if table and after else ()
        if not placed and (table is None or removed):
            which = "deleted" if table else "of kind"
            async for rows in self._rows(session, start, batch, which=which):
                yield stretch(await self._told(session, rows), Place(DATED, *rows[-1][1:4]))
        if table is None:
            return
        begins, between = _begins(int(number), recorded_at, _PUT, kind), f'","url":"/{kind}s/'
        numbers = numbers_of(await _last_changed(session, table, int(number)))
        numbers = numbers[numbers > (placed[0][1] if placed else -1)]
        for first in range(0, len(numbers), batch):
            part = numbers[first : first + batch].tolist()
            rows = sorted(await session.fetch(HASHED[table], {"numbers": part}, slow=True), key=itemgetter(-1))
            told = [
                f'{begins}"{id_}","sha256":"{(mark or b"").hex()}{between}{id_}","document":{body}}}'
                for _, _, id_, body, mark, _ in rows
            ]
            yield stretch(told, Place(DATED, number, rows[-1][2], kind))

    async def _rows(
        self, session: ReadSession, start: Place, batch: int, *, until: int = 2**31 - 1, which: str = "last"
    ) -> AsyncIterator[Sequence[Row]]:
        """Rows of (_, revision, id, kind, op, SHA-256, moment, perhaps document); never none of them."""
        _, number, identifier, kind = start
        statement = _CHANGES["in one" if self.one else which, self.documents]
        while True:
            parameters = {"since": self.since, "until": until, "number": number, "kind": kind, "id": identifier}
            rows = await session.fetch(statement, {**parameters, "limit": batch}, slow=True)
            if rows:
                yield rows
            if len(rows) < batch:
                return
            _, number, identifier, kind, *_ = rows[-1]

    async def _told(self, session: ReadSession, rows: Sequence[Row]) -> list[str]:
        """Each change as it is sent."""
        if self.documents:
            rows = await _sound(session, rows)
        told: list[str] = []
        for (number, kind, op, recorded_at), same in groupby(rows, _ALIKE):
            begins = _begins(number, recorded_at, op, kind)
            for row in same:
                id_ = orjson.dumps(row[2]).decode()
                hashed = f'"{row[5].hex()}"' if row[5] else "null"
                document = f',"document":{row[7] or "null"}}}' if self.documents else "}"
                told.append(f'{begins}{id_},"sha256":{hashed},"url":"/{kind}s/{id_[1:]}{document}')
        return told

    async def count(self, session: ReadSession) -> int:
        """How many there are."""
        return int((await session.fetch(_COUNTS[self.one], {"since": self.since}, slow=True))[0][1])


def _begins(number: int, recorded_at: datetime | str, op: str, kind: str) -> str:
    """A change as it is sent, up to its id."""
    alike = {"revision": number, "recorded_at": sent_moment(recorded_at), "op": op, "kind": kind, "id": ""}
    return orjson.dumps(alike)[:-3].decode()


async def _last_changed(session: ReadSession, table: str, number: int) -> BitMap:
    """Records that this revision was the last to change."""
    index = session.index
    later = await index.changed(session, table, number, claims=False)
    if number > 1:
        return await index.changed(session, table, number - 1, claims=False) - later
    every = FACETS[KIND_OF_LIST[table]].ALL.name
    return (await index.postings(session, [every]))[every] - later


async def _sound(session: ReadSession, rows: Sequence[Row]) -> Sequence[Row]:
    """The same changes, where a document may be damaged with what is served in its place."""
    doubtful = {kind for kind in DOCUMENT_TABLES if not session.whole(kind, b"")}
    suspects = [at for at, row in enumerate(rows) if row[3] in doubtful or bool(row[7]) != (row[4] == _PUT)]
    if not suspects:
        return rows
    again: dict[tuple[str, str], str] = {}
    for kind in {rows[at][3] for at in suspects}:
        ids = [rows[at][2] for at in suspects if rows[at][3] == kind and rows[at][4] == _PUT]
        again.update({(kind, id_): body for id_, body in (await bodies_of(session, kind, ids)).items()})
    mended = list(rows)
    for at in suspects:
        mended[at] = (*rows[at][:7], again.get((rows[at][3], rows[at][2])))
    return mended


async def bodies_of(session: ReadSession, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """The documents that are served of some records of a kind, by id."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = list(ids[start : start + _AT_ONCE])
        size = 1 if len(part) == 1 else _AT_ONCE
        part += part[-1:] * (size - len(part))
        values = {f"id{number}": id_ for number, id_ in enumerate(part)}
        found.update({row[2]: row[3] for row in await session.fetch(_documents(kind, size), values, slow=size > 1)})
    return found


async def as_it_stood(session: ReadSession, kind: str, identifier: str, number: int) -> str:
    """A record's document after that revision. Raises BadParameters, Gone, NotFound."""
    require_revision(session, "revision", number)
    if withdrawn := await session.withdrawn(kind, identifier, number):
        raise withdrawn
    if await session.last_change(kind, identifier, number) is None:
        if await session.last_change(kind, identifier) is not None:
            raise NotFound(f"There was no {kind} {identifier[:200]} as of revision {number}.")
        raise await session.absent(kind, identifier)
    texts = await session.fetch(_PAST, {"kind": kind, "id": identifier, "number": number})
    if texts:
        try:
            return zlib.decompress(texts[0][2]).decode()
        except zlib.error:
            raise Unavailable(f"The {kind} {identifier[:200]} is damaged as it stood then.") from None
    return (await bodies_of(session, kind, [identifier]))[identifier]


async def versions(session: ReadSession, kind: str, identifier: str) -> list[str]:
    """Every revision that changed a record, newest first, with the fields that changed. Raises NotFound."""
    parameters = {"kind": kind, "id": identifier, "number": session.revision}
    rows = await session.fetch(_OF_RECORD, parameters)
    if not rows:
        raise await session.absent(kind, identifier)
    texts = {row[1]: zlib.decompress(row[2]) for row in await session.fetch(_PAST, {**parameters, "number": 0})}
    stood: Json = {}
    told = []
    replaced = sorted(texts)
    for position, (_, number, op, mark, recorded_at, action, message) in enumerate(reversed(rows)):
        document: Json = {}
        if op == _PUT:
            until = next((later for later in replaced if later > number), None)
            newest = position == len(rows) - 1
            document = orjson.loads(
                (await bodies_of(session, kind, [identifier]))[identifier] if newest else texts[until or 0]
            )
        version = {
            "revision": number,
            "recorded_at": sent_moment(recorded_at),
            "action": action,
            "message": message,
            "op": op,
            "fields": sorted(name for name in {*stood, *document} if stood.get(name) != document.get(name)),
            "sha256": None if mark is None else bytes(mark).hex(),
            "url": f"{address(kind, identifier)}?revision={number}",
        }
        stood = document
        told.append(orjson.dumps(version).decode())
    return told[::-1]
