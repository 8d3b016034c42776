"""Documents of an export as one text, joined by the database; one by one where they are not as they should be."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, LargeBinary, Select, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.query.paging import Place, Stretch, stretch
from api.query.plan import Way
from api.query.session import Look
from api.query.statements import REVISION, Shape, disjoint, in_order, page_of, page_statement
from api.storage.reader import Parameters, Statement

BEGINS = b'{"id":"'


@lru_cache(maxsize=4096)
def joined_statement(shape: Shape) -> Statement:
    """One row of (revision, how many, of these sound, last day, lines) of an ascending page, joined by the database.

    The lines are the documents that are sound, each with an end of line, as the bytes that are sent.
    """
    lazily = page_of(shape._replace(lazy=disjoint(shape))).subquery()
    # SQLite joins in the order of what it joins, as the keys come; PostgreSQL is told the order, and sees it is theirs.
    lines = cast(func.group_concat(lazily.c.body, "\n").concat("\n"), LargeBinary)
    return Statement(_counted(lazily, lines), lambda: _joined_in_order(page_of(shape).subquery()))


def _counted(page: FromClause, lines: ColumnElement[Any]) -> Select[Any]:
    return select(REVISION, func.count(), func.count(page.c.body), func.max(page.c.day), lines).select_from(page)


def _joined_in_order(page: FromClause) -> Select[Any]:
    bodies = func.string_agg(page.c.body, aggregate_order_by(literal("\n", Text), page.c.day, page.c.id))
    return _counted(page, func.convert_to(bodies.concat("\n"), "UTF8"))


class Question(Protocol):
    """What is asked of a list in the order of days."""

    def shape(self, spans: Sequence[int], way: Way, *, after: bool = False) -> Shape:
        """What the statement's text depends on, for the span classes of one phase."""

    def parameters(self, place: Place | None = None, limit: int = ...) -> Parameters:
        """Every parameter that a statement of this question may name."""


async def joined(
    look: Look, question: Question, phases: Iterable[tuple[int, Sequence[int]]], place: Place | None, batch: int
) -> AsyncIterator[Stretch]:
    """The documents of the phases of a list from a place on."""
    for phase, spans in phases:
        if place is not None and place.phase > phase:
            continue
        after = place if place is not None and place.phase == phase else None
        while any((shape := question.shape(spans, Way.FACETS, after=after is not None)).spans):
            found = await _stretch(look, shape, question.parameters(after, batch), phase)
            if found is not None:
                yield found
            if found is None or found.size < batch:
                break
            after = found.last


async def _stretch(look: Look, shape: Shape, values: Parameters, phase: int) -> Stretch | None:
    """As many documents as a page has; one by one where they are not as they should be."""
    _, size, sound, day, lines = (await look.fetch(joined_statement(shape), values, slow=True))[0]
    if not size:
        return None
    if sound == size and look.whole(shape.table.removesuffix("s"), lines):
        return Stretch(size, lines, Place(phase, day, _last_id(lines)))
    rows = in_order(await look.fetch(page_statement(shape), values, slow=True, carefully=True), backwards=False)
    return stretch([row[3] for row in rows], Place(phase, rows[-1][1], rows[-1][2]))


def _last_id(lines: bytes) -> str:
    """The id that the last line begins with, as every sound document does."""
    start = lines.rfind(b"\n", 0, -1) + 1 + len(BEGINS)
    return lines[start : lines.index(b'"', start)].decode()
