"""Filters become statements: a filtered list of events or claims is a set of range scans of the facet table.

Each value of the rarest filter (the driver) is scanned once per span class, in the order of the list and limited;
the other filters are looked up by key. The statement's text depends only on the *shape* of the question, so it is
built once per shape and cached.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    desc,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from api import models
from api.query.word_conditions import holding, kept
from api.storage.reader import Row, Statement, body_of

DATED_SPANS = range(6)
UNDATED_SPAN = 6
OPEN_END, OPEN_START = 4, 5
_REACH = {1: 31, 2: 366}
COUNT_LIMIT = 1_001

FACETS = {"events": models.EventFacet.__table__, "claims": models.ClaimFacet.__table__}
DOCUMENTS = {"events": models.EventDocument.__table__, "claims": models.ClaimDocument.__table__}
REVISION = select(func.max(models.Revision.number)).scalar_subquery()


class Group(NamedTuple):
    """A filter: the record is in any of so many facets; `box` tests the row's own point (2: over the antimeridian)."""

    size: int
    box: int = 0
    box_index: int = 0


class Shape(NamedTuple):
    """All that a statement's text depends on; a tuple, for one is made and looked up for every request."""

    table: str
    groups: tuple[Group, ...]
    """The first is the driver."""
    spans: tuple[tuple[int, ...], ...]
    """For each facet of the driver, the span classes to scan."""
    pair: tuple[int, int] | None = None
    """Groups that must be met by two different participants."""
    first: bool = False
    last: bool = False
    certain: bool = False
    as_of: bool = False
    unsaid: bool | None = None
    """Under `as_of`, whether records with only undated claims pass; True alone: those and no others."""
    words: int = 0
    rare: bool = False
    """Whether few records hold the words, so that these are looked up and every filter is looked at for each."""
    by_id: bool = False
    """Whether the list is in the order of ids, not of days."""
    fresh: bool = False
    """The days are those in which claims became known, rather than those in which they may have been said."""
    judged: bool = False
    """Whether what is judged is selected too; under `as_of` it always is."""
    descending: bool = False
    after: bool = False
    limited: bool = True
    lazy: bool = False
    """Whether the database reads no more of the branches than the page needs, and none has to be limited itself."""


def facet_parameter(group: int, value: int) -> str:
    """The parameter that holds a facet's number."""
    return f"g{group}_{value}"


def _facets_of(group: int, size: int) -> list[ColumnElement[int]]:
    return [bindparam(facet_parameter(group, value)) for value in range(size)]


def in_box(row: FromClause, box: int, index: int = 0) -> list[ColumnElement[bool]]:
    """The row's point lies in the box `west<index>`…`north<index>`, borders included; 2: over the antimeridian."""
    if not box:
        return []
    longitude, latitude = row.c.longitude, row.c.latitude
    west, east = longitude >= bindparam(f"west{index}"), longitude <= bindparam(f"east{index}")
    inside = and_(west, east) if box == 1 else or_(west, east)
    return [inside, latitude >= bindparam(f"south{index}"), latitude <= bindparam(f"north{index}")]


def same(row: FromClause, other: FromClause) -> list[ColumnElement[bool]]:
    return [other.c.span == row.c.span, other.c.day == row.c.day, other.c.id == row.c.id]


def _others(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Two different participants: one of the facets has several, or each has another one."""
    return or_(one.c.member.is_(None), other.c.member.is_(None), one.c.member != other.c.member)


def member(shape: Shape, row: FromClause, index: int) -> ColumnElement[bool]:
    """The record of `row` is in the group, met by somebody else than its partner group where it has one."""
    group = shape.groups[index]
    other = FACETS[shape.table].alias()
    condition = [
        other.c.facet.in_(_facets_of(index, group.size)),
        *same(row, other),
        *in_box(other, group.box, group.box_index),
    ]
    partner = partner_of(shape, index)
    if partner == 0 and "facet" in row.c:
        condition.append(_others(row, other))
    elif partner is not None and partner > index:
        third = FACETS[shape.table].alias()
        size = shape.groups[partner].size
        condition.append(kept(third.c.facet.in_(_facets_of(partner, size)), *same(other, third), _others(other, third)))
    return kept(*condition)


def partner_of(shape: Shape, index: int) -> int | None:
    if shape.pair is None or index not in shape.pair:
        return None
    return shape.pair[1] if index == shape.pair[0] else shape.pair[0]


def known(shape: Shape, row: FromClause) -> list[ColumnElement[bool]]:
    if not shape.as_of:
        return []
    by = (row.c.said_certain if shape.certain else row.c.said_possible) <= bindparam("as_of")
    if shape.unsaid is None:
        return [by]
    return [or_(by, row.c.unsaid == 1)]


def within_span(shape: Shape, row: FromClause, span: int) -> list[ColumnElement[bool]] | None:
    """The date condition of one span class; None: nothing of that class can meet it."""
    first: ColumnElement[int] = bindparam("first_day")
    last: ColumnElement[int] = bindparam("last_day")
    if shape.fresh:
        return _fresh(shape, row, span)
    if shape.certain:
        if (span == OPEN_END and shape.last) or (span == OPEN_START and shape.first):
            return None
        conditions = [row.c.day >= first] if shape.first else []
        return [*conditions, row.c.latest <= last] if shape.last else conditions
    conditions = [row.c.day <= last] if shape.last and span != OPEN_START else []
    if (shape.first and span == 0) or (shape.first and span == OPEN_START):
        conditions.append(row.c.day >= first)
    elif shape.first and span != OPEN_END:
        conditions.append(row.c.latest >= first)
        if span in _REACH:
            conditions.append(row.c.day >= first - _REACH[span])
    return conditions


def _fresh(shape: Shape, row: FromClause, span: int) -> list[ColumnElement[bool]] | None:
    """The claim was not known to have been said before the first day, and is by the last."""
    first: ColumnElement[int] = bindparam("first_day")
    last: ColumnElement[int] = bindparam("last_day")
    reach = 0 if not shape.certain or span in {0, OPEN_START} else _REACH.get(span)
    begun = [row.c.day <= last] if reach is None else [row.c.day <= last, row.c.day >= first - reach]
    if shape.certain:
        return [*begun, row.c.said_certain >= first, row.c.said_certain <= last]
    return None if span == OPEN_START else begun  # an open start may lie before any day


def _branch(shape: Shape, index: int, span: int, columns: tuple[str, ...]) -> Select[Any] | None:
    row = FACETS[shape.table].alias()
    within = [] if span == UNDATED_SPAN else within_span(shape, row, span)
    if within is None:
        return None
    # Of several bounds SQLite takes the first: the cursor's, else each page would be walked to from the filter's own.
    begun = behind(shape, row, undated=span == UNDATED_SPAN) if shape.after else []
    conditions = [row.c.facet == bindparam(facet_parameter(0, index)), row.c.span == span, *begun, *within]
    if shape.certain and shape.last and not shape.fresh and span != UNDATED_SPAN:
        conditions.append(row.c.day <= bindparam("last_day"))
    conditions += (
        in_box(row, shape.groups[0].box, shape.groups[0].box_index)
        + known(shape, row)
        + holding(shape.table, row, shape.words)
    )
    for other in range(1, len(shape.groups)):
        partner = partner_of(shape, other)
        if partner is None or partner == 0 or partner > other:
            conditions.append(member(shape, row, other))
    found = select(*(row.c[name] for name in columns)).where(*conditions)
    if not shape.limited or shape.lazy:
        return found
    return found.order_by(*ordered(shape, row, undated=span == UNDATED_SPAN)).limit(bindparam("limit"))


def disjoint(shape: Shape) -> bool:
    """Whether no record is in two branches: a point lies in one cell, and a date is of one span class."""
    return shape.groups[0].size == 1 or shape.groups[0].box > 0


def behind(shape: Shape, row: FromClause, *, undated: bool) -> list[ColumnElement[bool]]:
    day: ColumnElement[int] = bindparam("after_day")
    identifier: ColumnElement[str] = bindparam("after_id")
    if undated:
        return [row.c.id > identifier]
    place = tuple_(row.c.day, row.c.id)
    if shape.descending:
        return [place < tuple_(day, identifier), row.c.day <= day]
    return [place > tuple_(day, identifier), row.c.day >= day]


def ordered(shape: Shape, row: Any, *, undated: bool) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a table or subquery
    if shape.descending and not undated:
        return [row.c.day.desc(), row.c.id.desc()]
    return [row.c.day, row.c.id]


def _keys(shape: Shape, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - a select or a compound
    branches = [
        branch
        for index, spans in enumerate(shape.spans)
        for span in spans
        if (branch := _branch(shape, index, span, columns)) is not None
    ]
    if not branches:
        nothing = FACETS[shape.table].alias()
        return select(*(nothing.c[name] for name in columns)).where(~true())
    if len(branches) == 1:
        return branches[0]
    if shape.lazy:
        return union_all(*branches)
    combine = union_all if disjoint(shape) else union
    return combine(*(select(branch.subquery()) for branch in branches))


@lru_cache(maxsize=4096)
def page_statement(shape: Shape) -> Statement:
    """Rows of (revision, day, id, body), and for events what is judged; `in_order` puts them in the list's order."""
    # SQLite merges disjoint branches as they are read; PostgreSQL plans a branch by its own limit.
    return Statement(page_of(shape._replace(lazy=disjoint(shape))), lambda: page_of(shape))


def page_of(shape: Shape) -> Select[Any]:
    return documents_of(shape, _first_keys(shape).subquery())


def documents_of(shape: Shape, keys: FromClause) -> Select[Any]:
    """What is sent of the records with these keys: no database carries documents through a sort."""
    document = DOCUMENTS[shape.table]
    columns: list[Any] = [REVISION, keys.c.day, keys.c.id, body_of(document)]
    if shape.table == "events" and (shape.as_of or shape.judged):
        columns += [document.c.judged_from, document.c.judged_to, document.c.statements]
    return select(*columns).join_from(keys, document, document.c.number == keys.c.number, isouter=True)


@lru_cache(maxsize=4096)
def keys_statement(shape: Shape) -> Statement:
    """The keys of a page as `page_statement` finds them, without its documents."""
    return Statement(_first_keys(shape._replace(lazy=disjoint(shape))), lambda: _first_keys(shape))


def _first_keys(shape: Shape) -> Any:  # noqa: ANN401 - a select or a compound
    """The keys of a page, the first of all branches'. Documents are fetched for these alone."""
    undated = shape.spans != () and all(set(spans) <= {UNDATED_SPAN} for spans in shape.spans)
    keys = _keys(shape, ("day", "id", "number"))
    if not shape.lazy:
        keys = select(*keys.subquery().c)
    down = shape.descending and not undated
    found = keys.order_by(*((desc("day"), desc("id")) if down else ("day", "id")))
    return found.limit(bindparam("limit")) if shape.limited else found


def in_order(rows: Sequence[Row], *, backwards: bool, by_id: bool = False) -> Sequence[Row]:
    """Rows of a page in the order of the list: sorted here, so that no database carries bodies through a sort."""
    return sorted(rows, key=_ID if by_id else _PLACE, reverse=backwards)


_PLACE, _ID = itemgetter(1, 2), itemgetter(2)


@lru_cache(maxsize=4096)
def count_statement(shape: Shape) -> Statement:
    """One row of (revision, how many match), at most 1,001 where the shape is limited."""
    return Statement(counting(shape, _keys(shape._replace(limited=False, after=False), ("id",)).subquery()))


def counting(shape: Shape, keys: FromClause) -> Select[Any]:
    """How many keys there are, of which there is a column `id`."""
    if shape.limited:
        keys = select(keys.c.id).limit(COUNT_LIMIT).subquery()
    return select(REVISION, func.count()).select_from(keys)
