"""Statements that find records by their words, or in the order of ids, and look each of the other filters up.

Numbers are in the order of days: the newest records that hold some words are the last that an index has, or the last
that reading meets. Within a day they are in no order, so the last day that is met is read to its end.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from api.index.numbers import MOST, first_of
from api.query.statements import (
    FACETS,
    REVISION,
    UNDATED_SPAN,
    Shape,
    behind,
    counting,
    documents_of,
    known,
    member,
    ordered,
    partner_of,
    same,
    within_span,
)
from api.query.word_conditions import WORDS, Held, kept, likes, sqlite_index
from api.storage.reader import Statement

_FIRST_DATED: ColumnElement[int] = literal_column(str(first_of(1)), BigInteger)
_COUNTERS: ColumnElement[int] = literal_column(str(MOST - 1), BigInteger)


def places(day: int) -> dict[str, int]:
    """What bounds a walk by a cursor's day."""
    return {"day_begins": first_of(day), "day_ends": first_of(day + 1)}


@lru_cache(maxsize=4096)
def looked_up_statement(shape: Shape) -> Statement:
    """As `page_statement`."""
    return Statement(_page(shape, sqlite=True), lambda: _page(shape, sqlite=False))


@lru_cache(maxsize=4096)
def count_found_statement(shape: Shape) -> Statement:
    """As `count_statement`."""
    return Statement(_count(shape, sqlite=True), lambda: _count(shape, sqlite=False))


def _page(shape: Shape, *, sqlite: bool) -> Select[Any]:
    return documents_of(shape, _keys(shape, sqlite=sqlite).subquery())


def _count(shape: Shape, *, sqlite: bool) -> Select[Any]:
    row = WORDS[shape.table].alias()
    conditions = [*_conditions(shape, row), *_dated(shape, row.c.number)]
    if sqlite and shape.rare and not conditions:
        index = sqlite_index(shape.table)
        held = Held(index.c[_asked(index)])
        return counting(shape, select(index.c.rowid.label("id")).select_from(index).where(held).subquery())
    found, _ = _matching(shape, row, [row.c.id], conditions, sqlite=sqlite)
    return counting(shape, found.subquery())


def _asked(index: FromClause) -> str:
    return next(name for name in index.c.keys() if name != "rowid")  # noqa: SIM118 - columns, not a dict


def _keys(shape: Shape, *, sqlite: bool) -> Any:  # noqa: ANN401 - a select or a compound
    """Day, id and number of a page's records."""
    row = WORDS[shape.table].alias()
    undated = all(set(spans) <= {UNDATED_SPAN} for spans in shape.spans)
    columns = [row.c.day, row.c.id, row.c.number]
    found, number = _matching(shape, row, columns, _conditions(shape, row), sqlite=sqlite)
    if shape.by_id or undated or (shape.rare and not sqlite):
        return _sorted(shape, row, found.where(*_dated(shape, number)), undated=undated)
    return _walked(shape, row, number, found)


def _sorted(shape: Shape, row: FromClause, found: Select[Any], *, undated: bool) -> Select[Any]:
    """All that match are put in order; or the order is that of ids, which has an index."""
    if shape.by_id:
        down = shape.descending
        if shape.after:
            found = found.where(row.c.id < bindparam("after_id") if down else row.c.id > bindparam("after_id"))
        return found.order_by(row.c.id.desc() if down else row.c.id).limit(bindparam("limit"))
    if shape.after:
        found = found.where(*behind(shape, row, undated=undated))
    return found.order_by(*ordered(shape, row, undated=undated)).limit(bindparam("limit"))


def _walked(shape: Shape, row: FromClause, number: ColumnElement[int], found: Select[Any]) -> Any:  # noqa: ANN401 - a compound
    """The first that match in the order of numbers, and all of the last one's day."""
    down = shape.descending
    if shape.after:
        found = found.where(*behind(shape, row, undated=False))
    # One bound at each end, for SQLite takes but one of several.
    bounds = [number >= bindparam("day_begins") if shape.after and not down else number >= _FIRST_DATED]
    if shape.after and down:
        bounds.append(number < bindparam("day_ends"))
    ahead = found.where(*bounds).order_by(number.desc() if down else number).limit(bindparam("limit"))
    first = ahead.cte("first").prefix_with("MATERIALIZED")
    last: ColumnElement[int] = (func.min if down else func.max)(first.c.number, type_=BigInteger)
    begins = last - last.bitwise_and(_COUNTERS)
    if down:
        rest = found.where(number < _one(last), number >= _one(begins))
    else:
        rest = found.where(number > _one(last), number < _one(begins + _FIRST_DATED))
    both = union_all(select(*first.c), rest).subquery()
    return select(*both.c).order_by(*ordered(shape, both, undated=False)).limit(bindparam("limit"))


def _one(value: ColumnElement[int]) -> Any:  # noqa: ANN401 - a scalar subquery
    return select(value).scalar_subquery()


def _matching(
    shape: Shape, row: FromClause, columns: list[Any], conditions: Sequence[ColumnElement[bool]], *, sqlite: bool
) -> tuple[Select[Any], ColumnElement[int]]:
    """Rows of words that match, and the column of numbers by whose order they are met."""
    if not shape.rare:
        return select(*columns).where(*conditions, *likes(row, shape.words)), row.c.number
    if not sqlite:
        return select(*columns).where(Held(row.c.words), *conditions), row.c.number
    index = sqlite_index(shape.table)
    joined = select(*columns).join_from(index, row, row.c.number == index.c.rowid)
    return joined.where(Held(index.c[_asked(index)]), *conditions), index.c.rowid


def _dated(shape: Shape, number: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Whether the undated pass, or they alone."""
    spans = {span for spans in shape.spans for span in spans}
    if UNDATED_SPAN not in spans:
        return [number >= _FIRST_DATED]
    return [number < _FIRST_DATED] if len(spans) == 1 else []


def _conditions(shape: Shape, row: FromClause) -> list[ColumnElement[bool]]:
    """Every filter but the words."""
    conditions: list[ColumnElement[bool]] = []
    spans = sorted({span for spans in shape.spans for span in spans})
    if shape.first or shape.last:
        within = {span: within_span(shape, row, span) if span != UNDATED_SPAN else [] for span in spans}
        meeting = [and_(row.c.span == span, *rest) for span, rest in within.items() if rest is not None]
        conditions.append(or_(false(), *meeting))
    for index in range(len(shape.groups)):
        partner = partner_of(shape, index)
        if partner is None or partner > index:
            conditions.append(member(shape, row, index))
    if shape.as_of:
        said = FACETS[shape.table].alias()
        conditions.append(kept(said.c.facet == bindparam("facet_all"), *same(row, said), *known(shape, said)))
    return conditions


@lru_cache
def crowd_statement(table: str) -> Statement:
    """The sums of what days' counters have come to, squared and as they are, found by leaping from day to day."""
    row = WORDS[table].alias()
    last = select(func.max(row.c.number).label("number")).cte("last", recursive=True)
    begins = last.c.number - last.c.number.bitwise_and(_COUNTERS)
    before = select(func.max(row.c.number)).where(row.c.number < begins).scalar_subquery()
    last = last.union_all(select(before).where(last.c.number >= _FIRST_DATED))
    counter = last.c.number.bitwise_and(_COUNTERS) + 1
    dated = last.c.number >= _FIRST_DATED
    return Statement(select(REVISION, func.sum(counter * counter), func.sum(counter)).select_from(last).where(dated))
