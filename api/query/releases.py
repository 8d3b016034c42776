"""Releases: frozen states of the record, their files, and what differs between two of them, field by field."""

import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, Select, Text, bindparam, select

from api import models
from api.domain.vocabulary import ChangeOperation
from api.errors import NotFound, nearest
from api.query.history import DOCUMENT_TABLES, HistoryList, address, bodies_of
from api.query.paging import DATED, Found, Place, Sort
from api.query.session import ReadSession, sent_moment
from api.query.statements import REVISION, each_text
from api.schemas.records import Json
from api.storage.reader import Row, SqlStatement

AT_ONCE = 200
"""Records whose two versions are compared together."""
_L, _P = models.Release.__table__, models.ReleasePart.__table__
_C, _V = models.Change.__table__, models.PastVersion.__table__
_COLUMNS = [
    _L.c[name]
    for name in ("name", "revision", "digest", "recorded_at", "message", "size", "sha256", "counts", "datasets")
]
_KIND: ColumnElement[str] = bindparam("kind", type_=Text)
_NUMBER: ColumnElement[int] = bindparam("number")
_RELEASES = SqlStatement(select(REVISION, *_COLUMNS).order_by(_L.c.recorded_at.desc(), _L.c.revision.desc(), _L.c.name))
_RELEASE = SqlStatement(select(REVISION, *_COLUMNS).where(_L.c.name == bindparam("name")))
_PART = SqlStatement(select(REVISION, _P.c.body).where(_P.c.name == bindparam("name"), _P.c.number == _NUMBER))
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
    """Of each id, what was last done to it by a revision, and the text that then stood if it stands no more."""
    id_ = each.c.value
    last = select(_C.c.op).where(_C.c.kind == _KIND, _C.c.id == id_, _C.c.revision <= _NUMBER)
    text = select(_V.c.body).where(_V.c.kind == _KIND, _V.c.id == id_, _V.c.replaced_in > _NUMBER)
    return select(
        REVISION,
        id_,
        last.order_by(_C.c.revision.desc()).limit(1).scalar_subquery(),
        text.order_by(_V.c.replaced_in).limit(1).scalar_subquery(),
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
    """What differs between the records as two revisions left them, by kind and id, a row a field."""

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
        size = min(AT_ONCE, batch)
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
        async for found in self.walk(session, Sort("kind", descending=False), None, AT_ONCE):
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
