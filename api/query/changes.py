"""The feed of changes: the last change of each document since a revision, or all that one revision changed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from pyroaring import BitMap
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    tuple_,
)

from api import models
from api.domain.vocabulary import ChangeOperation
from api.models.facets import FACETS
from api.query.documents import MISSING_OR_DAMAGED
from api.query.history import DOCUMENT_TABLES, HistoryList, bodies_of
from api.query.lists import in_turns, require_revision
from api.query.paging import DATED, Found, Place, Sort, TextBatch, text_batch
from api.query.postings import LAST, numbers_of
from api.query.session import ReadSession, sent_moment
from api.query.sql import KIND_OF_LIST, PAGES, PLACES, REVISION, each_number, each_text
from api.storage.reader import Row, SqlStatement, body_of

LARGE = 1_000
"""Revisions with more documents are sent in the order of storage, so that each is read once."""
_ALIKE = itemgetter(1, 3, 4, 6)
_PUT = ChangeOperation.PUT
_R, _C = models.Revision.__table__, models.Change.__table__
_LATER = _C.alias()
_LIST_OF = {kind: table for table, kind in KIND_OF_LIST.items()}
_NUMBER: ColumnElement[int] = bindparam("number")
_SINCE: ColumnElement[int] = bindparam("since")
_ID: ColumnElement[str] = bindparam("id")
_KIND: ColumnElement[str] = bindparam("kind")
# A document may have changed in several revisions; only its last change is needed.
_IS_LAST = ~exists().where(_LATER.c.kind == _C.c.kind, _LATER.c.id == _C.c.id, _LATER.c.revision > _C.c.revision)
_AFTER = and_(_C.c.revision == _NUMBER, _C.c.kind == _KIND, _C.c.id > _ID)
_OF_KIND = and_(_AFTER, _IS_LAST)
_WHICH = {
    "last": and_(
        tuple_(_C.c.revision, _C.c.kind, _C.c.id) > tuple_(_NUMBER, _KIND, _ID),
        _C.c.revision < bindparam("until"),
        _IS_LAST,
    ),
    "in one": and_(_C.c.revision == _SINCE, tuple_(_C.c.kind, _C.c.id) > tuple_(_KIND, _ID)),
    "put": and_(_OF_KIND, _C.c.op == _PUT),
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


def _numbered(table: str, each: FromClause) -> Select[Any]:
    document = DOCUMENT_TABLES[KIND_OF_LIST[table]]
    columns = (each.c.value, document.c.id, body_of(document).label("sent"), document.c.sha256)
    return select(REVISION, *columns).join_from(each, document, document.c.number == each.c.value, isouter=True)


def _named(kind: str, *, last: bool) -> SqlStatement:
    document = DOCUMENT_TABLES[kind]
    columns = (_C.c.id, _C.c.id, body_of(document).label("sent"), _C.c.sha256)
    found = select(REVISION, *columns).join_from(_C, document, document.c.id == _C.c.id, isouter=True)
    found = found.where(_AFTER if last else _OF_KIND, _C.c.op == _PUT)
    return SqlStatement(found.order_by(_C.c.id).limit(bindparam("limit")))


def _marks(each: FromClause) -> Select[Any]:
    found = select(REVISION, _C.c.id, _C.c.sha256).join_from(each, _C, _C.c.id == each.c.value)
    return found.where(_C.c.revision == _NUMBER, _C.c.kind == _KIND)


_NUMBERS, _IDS = each_number("numbers"), each_text("ids")
_PUT_NUMBERED = {
    table: SqlStatement(_numbered(table, _NUMBERS[0]), partial(_numbered, table, _NUMBERS[1])) for table in KIND_OF_LIST
}
"""Rows of (revision, number, id, document if it is sound, SHA-256) of records with `numbers`, in any order."""
_PUT_NAMED = {
    (kind, last): _named(kind, last=last) for kind in DOCUMENT_TABLES.keys() - _LIST_OF for last in (False, True)
}
"""The same, with the id again for a number, of what one revision put, from an id on; `last`: no other came after it."""
_MARKS = SqlStatement(_marks(_IDS[0]), partial(_marks, _IDS[1]))
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
            await session.checkpoint()
            yield [Found(Place(DATED, row[1], row[2], row[3]), text) for row, text in told]

    async def text_batches(
        self,
        session: ReadSession,
        sort: Sort,  # noqa: ARG002 - there is one order
        place: Place | None,
        batch: int,
    ) -> AsyncIterator[TextBatch]:
        """The same for exports, as texts; documents of one large revision in the order of storage, not by id."""
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
                yield text_batch(await self._told(session, rows), Place(DATED, *rows[-1][1:4]))
            for kind in sorted(DOCUMENT_TABLES):
                after = start.id if (number, kind) == (start.key, start.tail) else ""
                if (number, kind) >= (start.key, start.tail):
                    async for found in self._of_kind(session, Place(DATED, number, after, kind), known, batch):
                        yield found
            start = Place(DATED, number, "", LAST)
        async for rows in self._rows(session, start, batch):
            yield text_batch(await self._told(session, rows), Place(DATED, *rows[-1][1:4]))

    def _start(self, place: Place | None) -> Place:
        return place or Place(DATED, self.since, "", "" if self.one else LAST)

    async def _of_kind(
        self, session: ReadSession, start: Place, known: Sequence[Any], batch: int
    ) -> AsyncIterator[TextBatch]:
        """What a revision did to documents of a kind, from a place on: first what it deleted, then what it put."""
        (_, number, after, kind), (recorded_at, removed) = start, known
        begins, between = _begins(int(number), recorded_at, _PUT, kind), f'","url":"/{kind}s/'
        placed = bool(after) and bool(await bodies_of(session, kind, [after]))
        if removed and not placed:
            async for rows in self._rows(session, start, batch, which="deleted"):
                yield text_batch(await self._told(session, rows), Place(DATED, *rows[-1][1:4]))
        put = _numbered_rows if kind in _LIST_OF else _named_rows
        async for rows in put(session, start if placed else start._replace(id=""), batch):
            told = [
                f'{begins}"{id_}","sha256":"{mark.hex()}{between}{id_}","document":{body}}}'
                for _, _, id_, body, mark in rows
            ]
            yield text_batch(told, Place(DATED, number, rows[-1][2], kind))

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
            async for row in in_turns(session, same):
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


async def _numbered_rows(session: ReadSession, start: Place, batch: int) -> AsyncIterator[Sequence[Row]]:
    """Rows of (_, number, id, document, SHA-256) of the events or claims that a revision put, from a place on."""
    _, number, after, kind = start
    table = _LIST_OF[kind]
    numbers = numbers_of(await _last_changed(session, table, int(number)))
    if after:
        numbers = numbers[numbers > (await session.fetch(PLACES[table], {"id": after}))[0][1]]
    for first in range(0, len(numbers), batch):
        part = {"numbers": numbers[first : first + batch].tolist()}
        rows = sorted(await session.fetch(_PUT_NUMBERED[table], part, slow=True), key=itemgetter(1))
        if not _whole(session, kind, rows):  # each is looked at, and the log has the hash also of one that is missing
            pages = await session.fetch(PAGES[table, False], part, slow=True, check_all=True)
            asked = {"number": number, "kind": kind, "ids": [row[2] for row in pages]}
            marks = {row[1]: row[2] for row in await session.fetch(_MARKS, asked, slow=True)}
            rows = [(row[0], row[-1], *row[2:4], marks[row[2]]) for row in sorted(pages, key=itemgetter(-1))]
        yield rows


async def _named_rows(session: ReadSession, start: Place, batch: int) -> AsyncIterator[Sequence[Row]]:
    """The same of records of another kind, with the id for a number."""
    _, number, after, kind = start
    statement = _PUT_NAMED[kind, number == session.revision]
    while True:
        asked = {"number": number, "kind": kind, "id": after, "limit": batch}
        rows = await session.fetch(statement, asked, slow=True)
        if not rows:
            return
        after = rows[-1][2]
        if not _whole(session, kind, rows):
            logged = await _sound(session, await session.fetch(_CHANGES["put", True], asked, slow=True))
            rows = [(row[0], row[2], row[2], row[7], row[5]) for row in logged]
        yield rows
        if len(rows) < batch:
            return


def _whole(session: ReadSession, kind: str, rows: Sequence[Row]) -> bool:
    """Whether all documents of rows may be sent as they are."""
    return session.none_damaged(kind, b"") and None not in [row[3] for row in rows]


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
    doubtful = {kind for kind in DOCUMENT_TABLES if not session.none_damaged(kind, b"")}
    suspects = [at for at, row in enumerate(rows) if row[3] in doubtful or bool(row[7]) != (row[4] == _PUT)]
    if not suspects:
        return rows
    again: dict[tuple[str, str], str] = {}
    for kind in {rows[at][3] for at in suspects}:
        ids = [rows[at][2] for at in suspects if rows[at][3] == kind and rows[at][4] == _PUT]
        again.update({(kind, id_): body for id_, body in (await bodies_of(session, kind, ids)).items()})
    replaced = list(rows)
    for at in suspects:
        _, _, id_, kind, op, *_ = rows[at]
        body = (again.get((kind, id_)) or session.damaged(kind, id_, "", MISSING_OR_DAMAGED)) if op == _PUT else None
        replaced[at] = (*rows[at][:7], body)
    return replaced
