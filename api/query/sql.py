"""The SQL statements that read events and claims: a small fixed set, because filters are resolved to numbers first."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    LargeBinary,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api import models
from api.storage.reader import SqlStatement, body_of

SEAL = func.substr(models.Revision.seal, 1, 16)
"""Identifies a revision, also among databases with the same number of revisions."""
REVISION = select(SEAL).order_by(models.Revision.number.desc()).limit(1).scalar_subquery()
KIND_OF_LIST = {"events": "event", "claims": "claim"}
ENTRIES: dict[str, FromClause] = {"events": models.EventEntry.__table__, "claims": models.ClaimEntry.__table__}
DOCUMENTS: dict[str, FromClause] = {
    "events": models.EventDocument.__table__,
    "claims": models.ClaimDocument.__table__,
}


def each_number(name: str) -> tuple[FromClause, FromClause]:
    """A list of numbers as a table with one column `value`, for SQLite and for PostgreSQL."""
    sqlite = func.json_each(bindparam(name)).table_valued("value")
    return sqlite, func.unnest(cast(bindparam(name), ARRAY(BigInteger))).table_valued("value").render_derived()


def each_text(name: str) -> tuple[FromClause, FromClause]:
    """A list of texts as a table with one column `value`, for SQLite and for PostgreSQL."""
    sqlite = func.json_each(bindparam(name)).table_valued("value")
    return sqlite, func.unnest(cast(bindparam(name), ARRAY(Text))).table_valued("value").render_derived()


def in_box(row: FromClause, box: int, index: int = 0) -> list[ColumnElement[bool]]:
    """The row's point lies in the box `west<index>`…`north<index>`, borders included; index 2 is the part past 180°."""
    if not box:
        return []
    longitude, latitude = row.c.longitude, row.c.latitude
    west, east = longitude >= bindparam(f"west{index}"), longitude <= bindparam(f"east{index}")
    inside = and_(west, east) if box == 1 else or_(west, east)
    return [inside, latitude >= bindparam(f"south{index}"), latitude <= bindparam(f"north{index}")]


def _page(table: str, each: FromClause, *, judged: bool) -> Select[Any]:
    entry, document = ENTRIES[table], DOCUMENTS[table]
    columns: list[Any] = [REVISION, entry.c.day, entry.c.id, body_of(document)]
    if judged:
        columns += [document.c.judged_from, document.c.judged_to, document.c.statements]
    columns.append(entry.c.number)
    joined = select(*columns).join_from(each, entry, entry.c.number == each.c.value)
    return joined.join(document, document.c.number == entry.c.number, isouter=True)


def _page_statement(table: str, *, judged: bool = False) -> SqlStatement:
    sqlite, postgresql = each_number("numbers")
    return SqlStatement(_page(table, sqlite, judged=judged), lambda: _page(table, postgresql, judged=judged))


def _lines(table: str, each: FromClause, *, sqlite: bool) -> Select[Any]:
    page = _page(table, each, judged=False).subquery()
    lines: ColumnElement[Any]
    if sqlite:  # keeps the order of the numbers in a join
        lines = cast(func.group_concat(page.c.body, "\n").concat("\n"), LargeBinary)
    else:
        joined = func.string_agg(page.c.body, aggregate_order_by(literal("\n", Text), page.c.number))
        lines = func.convert_to(joined.concat("\n"), "UTF8")
    last = func.max(page.c.day)
    return select(REVISION, func.count(), func.count(page.c.body), last, lines).select_from(page)


def _lines_statement(table: str) -> SqlStatement:
    sqlite, postgresql = each_number("numbers")
    return SqlStatement(_lines(table, sqlite, sqlite=True), lambda: _lines(table, postgresql, sqlite=False))


PAGES = {(table, judged): _page_statement(table, judged=judged) for table, judged in (
    ("events", False), ("events", True), ("claims", False)
)}  # fmt: skip
"""Rows of (revision, day, id, body, …what is judged, number) of the records with `numbers`, in any order."""
LINES = {table: _lines_statement(table) for table in KIND_OF_LIST}
"""One row of (revision, count, count of sound ones, last day, lines) of the records with ascending `numbers`.

The lines are the sound documents as bytes, each ending in a line feed.
"""


def _place(table: str) -> SqlStatement:
    entry = ENTRIES[table]
    return SqlStatement(select(REVISION, entry.c.number, entry.c.day).where(entry.c.id == bindparam("id")))


def _behind(table: str) -> SqlStatement:
    entry = ENTRIES[table]
    found = select(REVISION, func.min(entry.c.number)).where(
        entry.c.number >= bindparam("first"), entry.c.number < bindparam("end"), entry.c.id > bindparam("id")
    )
    return SqlStatement(found)


PLACES = {table: _place(table) for table in KIND_OF_LIST}
"""One row of (revision, number, day) of the record with an `id`, if it exists."""
BEHIND = {table: _behind(table) for table in KIND_OF_LIST}
"""One row of (revision, number) of the first record after an `id` among numbers from `first` to before `end`."""


def _by_id(table: str) -> SqlStatement:
    entry = ENTRIES[table]
    found = select(REVISION, entry.c.number, entry.c.id).where(entry.c.id > bindparam("id"))
    return SqlStatement(found.order_by(entry.c.id).limit(bindparam("limit")))


def _after_id(table: str, *, descending: bool) -> SqlStatement:
    entry = ENTRIES[table]
    found = select(REVISION, entry.c.number)
    found = found.where(entry.c.id < bindparam("id") if descending else entry.c.id > bindparam("id"))
    return SqlStatement(found.order_by(entry.c.id.desc() if descending else entry.c.id).limit(1))


BY_ID = {table: _by_id(table) for table in KIND_OF_LIST}
"""Rows of (revision, number, id) of `limit` records after an `id`, sorted by id."""
AFTER_ID = {
    (table, descending): _after_id(table, descending=descending)
    for table in KIND_OF_LIST
    for descending in (False, True)
}
"""One row of (revision, number) of the next record after an `id` by id, if there is one."""

_FACET, _POSTING = models.FacetName.__table__, models.Posting.__table__
_MEMBERS = (REVISION, _FACET.c.name, _POSTING.c.chunk, _POSTING.c.hash, _POSTING.c.members)


def _postings(each: FromClause) -> Select[Any]:
    named = select(*_MEMBERS).join_from(each, _FACET, _FACET.c.name == each.c.value)
    return named.join(_POSTING, _POSTING.c.facet == _FACET.c.id)


POSTINGS = SqlStatement(_postings(each_text("names")[0]), lambda: _postings(each_text("names")[1]))
"""Rows of (revision, name, chunk, hash, members) of the facets with `names`."""
BEGINNING = SqlStatement(
    select(*_MEMBERS)
    .join_from(_FACET, _POSTING, _POSTING.c.facet == _FACET.c.id)
    .where(_FACET.c.name >= bindparam("first"), _FACET.c.name < bindparam("beyond"))
)
"""Rows of (revision, name, chunk, hash, members) of the facets with names from `first` to before `beyond`."""
_COLUMN = models.RecordColumn.__table__
COLUMN = SqlStatement(
    select(REVISION, _COLUMN.c.chunk, _COLUMN.c.hash, _COLUMN.c.cells)
    .where(_COLUMN.c.name == bindparam("name"))
    .order_by(_COLUMN.c.chunk)
)
"""Rows of (revision, chunk, hash, cells) of a column, in order."""
_DAY = models.DayNumber.__table__
DAYS = SqlStatement(
    select(REVISION, _DAY.c.day, _DAY.c.first).where(_DAY.c.kind == bindparam("kind")).order_by(_DAY.c.day)
)
"""Rows of (revision, day, first number), in order."""


_RECORDS: dict[str, tuple[FromClause, str]] = {
    "actor": (models.Actor.__table__, "name"),
    "location": (models.Location.__table__, "name"),
    "dataset": (models.Dataset.__table__, "title"),
}


def _filed(kind: str, *, one_kind: bool) -> SqlStatement:
    record, name = _RECORDS[kind]
    prefix: ColumnElement[str] = bindparam("prefix", type_=Text)
    columns = (REVISION, record.c.id, record.c[name], _FACET.c.name, _POSTING.c.hash, _POSTING.c.members)
    found = select(*columns).join_from(record, _FACET, _FACET.c.name == prefix.concat(record.c.id))
    found = found.join(_POSTING, _POSTING.c.facet == _FACET.c.id)
    if one_kind:
        found = found.where(record.c.kind == bindparam("kind"))
    if one_kind and kind == "location":  # records at a place also belong to its equivalent in another dataset
        found = found.where(record.c.same_as.is_(None))
    return SqlStatement(found.order_by(record.c.id, _POSTING.c.chunk))


NAMED_POSTINGS = {(kind, one_kind): _filed(kind, one_kind=one_kind) for kind in _RECORDS for one_kind in (False, True)
         if kind != "dataset" or not one_kind}  # fmt: skip
"""Rows of (revision, id, name, facet, hash, members) of the records whose ids follow a `prefix` in names of facets."""
_CLAIM, _CHANGE = models.Claim.__table__, models.Change.__table__


def _changed(table: str, *, claims: bool = False) -> SqlStatement:
    entry = ENTRIES[table]
    kind, same = KIND_OF_LIST[table], _CHANGE.c.id == entry.c.id
    found = select(REVISION, entry.c.number).select_from(_CHANGE)
    if claims:
        kind, same = "claim", _CLAIM.c.event == entry.c.id
        found = found.join(_CLAIM, _CLAIM.c.id == _CHANGE.c.id)
    found = found.join(entry, same).where(_CHANGE.c.kind == kind, _CHANGE.c.revision > bindparam("since"))
    return SqlStatement(found.distinct())


CHANGED = {(table, False): _changed(table) for table in KIND_OF_LIST} | {
    ("events", True): _changed("events", claims=True)
}
"""Rows of (revision, number) of the records that changed after `since`, or of the events whose claims did."""
