"""The history of the record as it is asked for: revisions, what each changed, and records as they stood.

`api.models.history` says how its tables are to be read.
"""

import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, tuple_

from api import models
from api.domain.vocabulary import ChangeOperation
from api.errors import Gone, NotFound, Unavailable
from api.query.lists import require_revision
from api.query.paging import DATED, Found, Place, Sort, Walked
from api.query.session import ReadSession
from api.query.statements import REVISION
from api.storage.reader import Row, SqlStatement, body_of

DOCUMENT_TABLES = {
    "event": models.EventDocument.__table__,
    "claim": models.ClaimDocument.__table__,
    "source": models.SourceDocument.__table__,
    "actor": models.ActorDocument.__table__,
    "location": models.LocationDocument.__table__,
    "dataset": models.DatasetDocument.__table__,
}
Json = dict[str, Any]
_AT_ONCE = 200
"""Documents that a statement fetches: each has its id as a parameter."""

_DIGITS = 10
"""A number that is as long is no revision's, and too large for the database."""

_R, _C, _P = models.Revision.__table__, models.Change.__table__, models.PastVersion.__table__
_LATER = _C.alias()
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
_BEYOND = tuple_(_C.c.revision, _C.c.kind, _C.c.id) > tuple_(_NUMBER, _KIND, _ID)


def _changes(condition: ColumnElement[bool]) -> SqlStatement:
    columns = (_C.c.revision, _C.c.id, _C.c.kind, _C.c.op, _C.c.sha256, _R.c.recorded_at)
    found = select(REVISION, *columns).join_from(_C, _R, _R.c.number == _C.c.revision).where(condition, _BEYOND)
    return SqlStatement(found.order_by(_C.c.revision, _C.c.kind, _C.c.id).limit(bindparam("limit")))


_OF_ONE, _OF_LAST = _C.c.revision == _SINCE, and_(_C.c.revision > _SINCE, _IS_LAST)
_CHANGES = {True: _changes(_OF_ONE), False: _changes(_OF_LAST)}
_COUNTS = {
    one: SqlStatement(select(REVISION, func.count()).select_from(_C).where(condition))
    for one, condition in ((True, _OF_ONE), (False, _OF_LAST))
}
_OF_RECORD = SqlStatement(
    select(REVISION, _C.c.revision, _C.c.op, _C.c.sha256, _R.c.recorded_at, _R.c.action, _R.c.message)
    .join_from(_C, _R, _R.c.number == _C.c.revision)
    .where(_C.c.kind == _KIND, _C.c.id == _ID, _C.c.revision <= _NUMBER)
    .order_by(_C.c.revision.desc())
)
_LAST_OF_RECORD = SqlStatement(
    select(REVISION, _C.c.revision, _C.c.op, _R.c.recorded_at, _R.c.message)
    .join_from(_C, _R, _R.c.number == _C.c.revision)
    .where(_C.c.kind == _KIND, _C.c.id == _ID, _C.c.revision <= _NUMBER)
    .order_by(_C.c.revision.desc())
    .limit(1)
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


def sent_moment(value: datetime | str) -> str:
    """A moment as it is sent: UTC, to the microsecond."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


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
        number, kind, identifier = (0, "", "") if place is None else (int(place.key), place.tail, place.id)
        while True:
            parameters = {"since": self.since, "number": number, "kind": kind, "id": identifier, "limit": batch}
            rows = await session.fetch(_CHANGES[self.one], parameters, slow=True)
            bodies = await _bodies(session, rows) if self.documents else {}
            yield [Found(Place(DATED, row[1], row[2], row[3]), self._change(row, bodies)) for row in rows]
            if len(rows) < batch:
                return
            _, number, identifier, kind, *_ = rows[-1]

    def _change(self, row: Row, bodies: dict[tuple[str, str], str]) -> str:
        _, number, identifier, kind, op, mark, recorded_at = row
        change = {
            "revision": number,
            "recorded_at": sent_moment(recorded_at),
            "op": op,
            "kind": kind,
            "id": identifier,
            "sha256": None if mark is None else bytes(mark).hex(),
            "url": address(kind, identifier),
        }
        text = orjson.dumps(change).decode()
        if not self.documents:
            return text
        return f'{text[:-1]},"document":{bodies.get((kind, identifier), "null")}}}'

    async def count(self, session: ReadSession) -> int:
        """How many there are."""
        return int((await session.fetch(_COUNTS[self.one], {"since": self.since}, slow=True))[0][1])


async def _bodies(session: ReadSession, rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """The documents that these changes put, by kind and id: as they are served, which each last change is."""
    found: dict[tuple[str, str], str] = {}
    for kind in DOCUMENT_TABLES:
        ids = [row[2] for row in rows if row[3] == kind and row[4] == ChangeOperation.PUT]
        found.update({(kind, id_): body for id_, body in (await bodies_of(session, kind, ids)).items()})
    return found


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


async def gone(session: ReadSession, kind: str, identifier: str, number: int | None = None) -> None:
    """Raises Gone if the record was withdrawn, by that revision or by now."""
    parameters = {"kind": kind, "id": identifier, "number": session.revision if number is None else number}
    rows = await session.fetch(_LAST_OF_RECORD, parameters)
    if rows and rows[0][2] == ChangeOperation.DELETE:
        _, withdrawn_in, _, recorded_at, message = rows[0]
        raise Gone(kind, identifier, withdrawn_in, sent_moment(recorded_at), message)


async def as_it_stood(session: ReadSession, kind: str, identifier: str, number: int) -> str:
    """A record's document after that revision. Raises BadParameters, Gone, NotFound."""
    require_revision(session, "revision", number)
    parameters = {"kind": kind, "id": identifier, "number": number}
    await gone(session, kind, identifier, number)
    if not await session.fetch(_LAST_OF_RECORD, parameters):
        if await session.fetch(_LAST_OF_RECORD, {**parameters, "number": session.revision}):
            raise NotFound(f"There was no {kind} {identifier[:200]} as of revision {number}.")
        raise NotFound(f"There is no {kind} {identifier[:200]}.", await session.near(kind, identifier))
    texts = await session.fetch(_PAST, parameters)
    if texts:
        try:
            return zlib.decompress(texts[0][2]).decode()
        except zlib.error:
            raise Unavailable(f"The {kind} {identifier[:200]} is damaged as it stood then.") from None
    return str((await session.fetch(_documents(kind, 1), {"id0": identifier}))[0][3])


async def versions(session: ReadSession, kind: str, identifier: str) -> list[str]:
    """Every revision that changed a record, newest first, with the fields that changed. Raises NotFound."""
    parameters = {"kind": kind, "id": identifier, "number": session.revision}
    rows = await session.fetch(_OF_RECORD, parameters)
    if not rows:
        raise NotFound(f"There is no {kind} {identifier[:200]}.", await session.near(kind, identifier))
    texts = {row[1]: zlib.decompress(row[2]) for row in await session.fetch(_PAST, {**parameters, "number": 0})}
    stood: Json = {}
    told = []
    replaced = sorted(texts)
    for position, (_, number, op, mark, recorded_at, action, message) in enumerate(reversed(rows)):
        document: Json = {}
        if op == ChangeOperation.PUT:
            until = next((later for later in replaced if later > number), None)
            newest = position == len(rows) - 1
            document = orjson.loads(await _served(session, kind, identifier) if newest else texts[until or 0])
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


async def _served(session: ReadSession, kind: str, identifier: str) -> str:
    return str((await session.fetch(_documents(kind, 1), {"id0": identifier}))[0][3])
