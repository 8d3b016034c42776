"""The history of the record as it is asked for: revisions, records as they stood, releases and how two of them differ.

`api.models.history` explains how to read its tables.
"""

import re
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, Select, Text, bindparam, func, select

from api import models
from api.domain.vocabulary import ChangeOperation
from api.errors import NotFound, Unavailable, nearest
from api.query.lists import require_revision
from api.query.paging import DATED, Found, Place, Sort, Walked
from api.query.session import ReadSession, sent_moment
from api.query.sql import REVISION, each_text
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
"""The number of documents per statement; each id is a parameter."""

_PUT = ChangeOperation.PUT
_R, _C, _P = models.Revision.__table__, models.Change.__table__, models.PastVersion.__table__
_REVISION_COLUMNS = [_R.c[name] for name in models.Revision.__table__.columns.keys() if name != "seal"]  # noqa: SIM118 - a collection of columns, not a dict
_NUMBER: ColumnElement[int] = bindparam("number")
_ID: ColumnElement[str] = bindparam("id")
_KIND: ColumnElement[str] = bindparam("kind", type_=Text)


def _revisions(*, down: bool, after: bool) -> SqlStatement:
    found = select(REVISION, *_REVISION_COLUMNS)
    if after:
        found = found.where(_R.c.number < _NUMBER if down else _R.c.number > _NUMBER)
    return SqlStatement(found.order_by(_R.c.number.desc() if down else _R.c.number).limit(bindparam("limit")))


_REVISIONS = {(down, after): _revisions(down=down, after=after) for down in (False, True) for after in (False, True)}
_REVISION = SqlStatement(select(REVISION, *_REVISION_COLUMNS).where(_R.c.number == _NUMBER))
_LOADS = SqlStatement(select(REVISION, func.count()).select_from(_R))
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
    """A list without record filters: nothing is left out, and parameters name no records."""

    __slots__ = ()

    async def check(self, session: ReadSession) -> None:
        """No parameter names a record, so there is nothing to check."""

    async def left_out(self, session: ReadSession) -> dict[str, int]:  # noqa: ARG002 - the protocol's
        """Nothing is left out."""
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
        """Rows from a place on, in batches."""
        while True:
            parameters = {"number": 0 if place is None else place.key, "limit": batch}
            rows = await session.fetch(_REVISIONS[sort.descending, place is not None], parameters)
            yield [Found(Place(DATED, row[1], ""), orjson.dumps(revision(row)).decode()) for row in rows]
            if len(rows) < batch:
                return
            place = Place(DATED, rows[-1][1], "")

    async def count(self, session: ReadSession) -> int:
        """The number of rows."""
        return int((await session.fetch(_LOADS, {}))[0][1])


def revision(row: Row) -> Json:
    """A revision as it is sent."""
    number, recorded_at, action, datasets, *rest = row[1:]
    names = ("message", "added", "changed", "removed", "digest", "previous")
    listed = orjson.loads(datasets) if isinstance(datasets, str | bytes) else datasets
    said = {"number": number, "recorded_at": sent_moment(recorded_at), "action": action, "datasets": listed}
    return {**said, **dict(zip(names, rest, strict=True)), "url": f"/revisions/{number}"}


async def one_revision(session: ReadSession, number: str) -> Json:
    """The revision with the number in a path. Raises NotFound."""
    known = re.fullmatch(r"[1-9][0-9]{0,8}", number) and int(number) <= session.revision
    rows = await session.fetch(_REVISION, {"number": int(number)}) if known else []
    if not rows:
        raise NotFound(
            f"There is no revision {number[:40]}; the newest is {session.revision}.", [str(session.revision)]
        )
    return revision(rows[0])


async def bodies_of(session: ReadSession, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """The current documents of some records of a kind, by id."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = list(ids[start : start + _AT_ONCE])
        size = 1 if len(part) == 1 else _AT_ONCE
        part += part[-1:] * (size - len(part))
        values = {f"id{number}": id_ for number, id_ in enumerate(part)}
        found.update({row[2]: row[3] for row in await session.fetch(_documents(kind, size), values, slow=size > 1)})
    return found


async def as_it_stood(session: ReadSession, kind: str, identifier: str, number: int) -> str:
    """A record's document as of a revision. Raises BadParameters, Gone, NotFound."""
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


COMPARED = 200
"""Records whose two versions are compared together."""
_L, _F = models.Release.__table__, models.ReleasePart.__table__
_COLUMNS = [
    _L.c[name]
    for name in ("name", "revision", "digest", "recorded_at", "message", "size", "sha256", "counts", "datasets")
]
_RELEASES = SqlStatement(select(REVISION, *_COLUMNS).order_by(_L.c.recorded_at.desc(), _L.c.revision.desc(), _L.c.name))
_RELEASE = SqlStatement(select(REVISION, *_COLUMNS).where(_L.c.name == bindparam("name")))
_PART = SqlStatement(select(REVISION, _F.c.body).where(_F.c.name == bindparam("name"), _F.c.number == _NUMBER))
_TOUCHED = SqlStatement(
    select(REVISION, _C.c.id)
    .where(
        _C.c.kind == _KIND,
        _C.c.revision > bindparam("first"),
        _C.c.revision <= bindparam("last"),
        _C.c.id > bindparam("after"),
    )
    .distinct()
    .order_by(_C.c.id)
    .limit(bindparam("limit"))
)


def _states(each: FromClause) -> Select[Any]:
    """For each id, the last operation on it up to a revision, and its text of that time if it was replaced later."""
    id_ = each.c.value
    last = select(_C.c.op).where(_C.c.kind == _KIND, _C.c.id == id_, _C.c.revision <= _NUMBER)
    text = select(_P.c.body).where(_P.c.kind == _KIND, _P.c.id == id_, _P.c.replaced_in > _NUMBER)
    return select(
        REVISION,
        id_,
        last.order_by(_C.c.revision.desc()).limit(1).scalar_subquery(),
        text.order_by(_P.c.replaced_in).limit(1).scalar_subquery(),
    ).select_from(each)


_STATES = SqlStatement(_states(each_text("ids")[0]), lambda: _states(each_text("ids")[1]))


def release(row: Row) -> Json:
    """A release as it is kept."""
    name, revision, digest, recorded_at, message, size, sha256, counts, datasets = row[1:]
    return {
        "name": name,
        "revision": revision,
        "digest": digest,
        "recorded_at": sent_moment(recorded_at),
        "message": message,
        "bytes": size,
        "sha256": sha256,
        "counts": orjson.loads(counts),
        "datasets": orjson.loads(datasets),
    }


async def all_releases(session: ReadSession) -> list[Json]:
    """Every release, the newest first."""
    return [release(row) for row in await session.fetch(_RELEASES, {})]


async def one_release(session: ReadSession, name: str) -> Json:
    """The release of that name. Raises NotFound with the nearest names."""
    rows = await session.fetch(_RELEASE, {"name": name})
    if not rows:
        names = [one["name"] for one in await all_releases(session)]
        raise NotFound(f"There is no release {name[:200]}.", nearest(name, names))
    return release(rows[0])


async def file_of(session: ReadSession, name: str) -> AsyncIterator[bytes]:
    """The bytes of a release's file, a part at a time."""
    number = 0
    while rows := await session.fetch(_PART, {"name": name, "number": number}, slow=True):
        yield bytes(rows[0][1])
        number += 1


@dataclass(frozen=True, slots=True)
class Differences(HistoryList):
    """The differences between the records after two revisions, sorted by kind and id; one row for each field."""

    before: int
    after: int

    async def walk(
        self,
        session: ReadSession,
        sort: Sort,  # noqa: ARG002 - there is one order
        place: Place | None,
        batch: int,
    ) -> AsyncIterator[list[Found]]:
        """From a place on, some at a time."""
        first = "" if place is None else str(place.key)
        waiting: list[Found] = []
        for kind in sorted(DOCUMENT_TABLES):
            if kind < first:
                continue
            resumed = place is not None and kind == first
            after = place.id[:-1] if resumed and place is not None else ""  # the record itself again, and few before it
            async for found in self._of_kind(session, kind, after, batch):
                waiting += [one for one in found if place is None or _behind(one.place, place)]
                while len(waiting) >= batch:
                    yield waiting[:batch]
                    waiting = waiting[batch:]
        yield waiting

    async def _of_kind(self, session: ReadSession, kind: str, after: str, batch: int) -> AsyncIterator[list[Found]]:
        first, last = sorted((self.before, self.after))
        size = min(COMPARED, batch)
        while True:
            asked = {"kind": kind, "first": first, "last": last, "after": after, "limit": size}
            ids = [row[1] for row in await session.fetch(_TOUCHED, asked, slow=True)]
            if ids:
                before, now = (
                    await _stood(session, kind, ids, self.before),
                    await _stood(session, kind, ids, self.after),
                )
                yield [found for id_ in ids for found in _differences(kind, id_, before.get(id_), now.get(id_))]
                after = ids[-1]
            if len(ids) < size:
                return

    async def count(self, session: ReadSession) -> int:
        """How many there are."""
        total = 0
        async for found in self.walk(session, Sort("kind", descending=False), None, COMPARED):
            total += len(found)
        return total


def _behind(one: Place, place: Place) -> bool:
    return (one.key, one.id, one.tail) > (place.key, place.id, place.tail)


async def _stood(session: ReadSession, kind: str, ids: Sequence[str], number: int) -> dict[str, Json]:
    """The documents that there were after a revision, by id."""
    rows = await session.fetch(_STATES, {"ids": list(ids), "kind": kind, "number": number}, slow=True)
    put = {row[1]: row[3] for row in rows if row[2] == ChangeOperation.PUT}
    served = await bodies_of(session, kind, [id_ for id_, text in put.items() if text is None])
    return {id_: orjson.loads(served[id_] if text is None else zlib.decompress(text)) for id_, text in put.items()}


def _differences(kind: str, id_: str, before: Json | None, after: Json | None) -> Iterator[Found]:
    if before is None and after is None:
        return
    op = "added" if before is None else "removed" if after is None else "changed"
    fields: list[tuple[str | None, Any, Any]] = [(None, None, None)]
    if before is not None and after is not None:
        fields = list(_fields("", before, after))
    for field, was, is_ in fields:
        row = {
            "kind": kind,
            "id": id_,
            "op": op,
            "field": field,
            "before": was,
            "after": is_,
            "url": address(kind, id_),
        }
        yield Found(Place(DATED, kind, id_, field or ""), orjson.dumps(row).decode())


def _fields(prefix: str, before: Json, after: Json) -> Iterator[tuple[str, Any, Any]]:
    """Every field that differs, in the order of their names: within objects, by a path such as `value.best`."""
    for name in sorted({*before, *after}):
        was, is_ = before.get(name), after.get(name)
        if was == is_:
            continue
        if isinstance(was, dict) and isinstance(is_, dict) and "id" not in was:
            yield from _fields(f"{prefix}{name}.", was, is_)
        else:
            yield f"{prefix}{name}", was, is_
