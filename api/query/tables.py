"""Lists of sources, actors, locations and datasets, filtered by SQL conditions on their tables."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, exists, func, or_, select, tuple_

from api import models
from api.domain.geo import Box, Circle
from api.domain.text import WAYS, alternatives
from api.models.facets import EventFacets, Span
from api.query import lists
from api.query.filters import Filters, facets
from api.query.lists import check_named_records, require_revision
from api.query.matching import FacetFilter, NamedRecord
from api.query.paging import DATED, UNDATED, Found, Place, Sort, Walked
from api.query.session import TABLES, ReadSession
from api.query.sql import REVISION, in_box
from api.storage.reader import SqlStatement, body_of

SHAPES = 128
"""The number of compiled statements kept, more than the combinations of filters in use."""
DOCUMENTS: dict[str, FromClause] = {
    "source": models.SourceDocument.__table__,
    "actor": models.ActorDocument.__table__,
    "location": models.LocationDocument.__table__,
    "dataset": models.DatasetDocument.__table__,
}
WORDS: dict[str, FromClause] = {
    "source": models.SourceWords.__table__,
    "actor": models.ActorWords.__table__,
    "location": models.LocationWords.__table__,
}
CLOSURES = {
    "party": (models.ActorClosure.__table__, "actor", "party"),
    "within": (models.LocationClosure.__table__, "location", "container"),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: its kind, its column and its number of values; the values are passed as parameters."""

    kind: str
    column: str
    size: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything that the text of a statement depends on."""

    table: str
    clauses: tuple[Clause, ...]
    key: str = "id"
    phase: int = DATED
    descending: bool = False
    after: bool = False


def _any_of(fact: FromClause, _: FromClause, clause: Clause) -> ColumnElement[bool]:
    return fact.c[clause.column].in_(_values(clause))


def _values(clause: Clause) -> list[ColumnElement[Any]]:
    return [bindparam(f"{clause.column}{index}") for index in range(clause.size)]


def _closure(fact: FromClause, _: FromClause, clause: Clause) -> ColumnElement[bool]:
    table, member, whole = CLOSURES["within" if clause.column == "country" else clause.column]
    if clause.column == "country":  # may be inherited from a containing place
        container = models.Location.__table__.alias()
        there = table.join(container, container.c.id == table.c[whole])
        return exists().select_from(there).where(table.c[member] == fact.c.id, container.c.country.in_(_values(clause)))
    return exists().where(table.c[member] == fact.c.id, table.c[whole].in_(_values(clause)))


def _box(fact: FromClause, _: FromClause, clause: Clause) -> ColumnElement[bool]:
    return and_(*in_box(fact, clause.size, int(clause.column)))


def _without_coordinates(fact: FromClause, _: FromClause, __: Clause) -> ColumnElement[bool]:
    return fact.c.longitude.is_(None)


def _words(fact: FromClause, _: FromClause, clause: Clause) -> ColumnElement[bool]:
    table = WORDS[clause.column]
    tests = [
        or_(*[table.c.words.like(bindparam(f"word{index}_{way}")) for way in range(WAYS)])
        for index in range(clause.size)
    ]
    return exists().where(table.c.id == fact.c.id, *tests)


def _days(_: FromClause, document: FromClause, clause: Clause) -> ColumnElement[bool]:
    """`column` names the given ends: `first`, `last`, `both`; size 1: possible, 2: certain, + 2: or undated."""
    row, undated = document.c, document.c.span == Span.UNDATED
    conditions: list[ColumnElement[bool]] = [~undated]
    certain = clause.size in {2, 4}
    first: ColumnElement[int] = bindparam("first_day")
    last: ColumnElement[int] = bindparam("last_day")
    if clause.column != "last":
        began = and_(row.span != Span.OPEN_START, row.day >= first)
        conditions.append(began if certain else or_(row.latest.is_(None), row.latest >= first))
    if clause.column != "first":
        conditions.append(row.latest <= last if certain else or_(row.span == Span.OPEN_START, row.day <= last))
    return or_(undated, and_(*conditions)) if clause.size > 2 else and_(*conditions)  # noqa: PLR2004 - see above


def _changed(fact: FromClause, _: FromClause, clause: Clause) -> ColumnElement[bool]:
    change = models.Change.__table__
    since: ColumnElement[int] = bindparam("changed_since")
    return exists().where(change.c.kind == clause.column, change.c.id == fact.c.id, change.c.revision > since)


def _undated(_: FromClause, document: FromClause, __: Clause) -> ColumnElement[bool]:
    return document.c.span == Span.UNDATED


CLAUSES: Mapping[str, Callable[[FromClause, FromClause, Clause], ColumnElement[bool]]] = {
    "any_of": _any_of,
    "closure": _closure,
    "box": _box,
    "without_coordinates": _without_coordinates,
    "words": _words,
    "days": _days,
    "undated": _undated,
    "changed": _changed,
}


@lru_cache(maxsize=SHAPES)
def page_statement(shape: Shape) -> SqlStatement:
    """Rows of (revision, key, id, body), in the order of the list."""
    fact, document = TABLES[shape.table], DOCUMENTS[shape.table]
    by_day = shape.key == "published"
    key = document.c.day if by_day else fact.c[shape.key]
    undated = by_day and shape.phase == UNDATED
    down = shape.descending and not undated
    found = select(REVISION, key, fact.c.id, body_of(document))
    found = found.join_from(fact, document, document.c.id == fact.c.id, isouter=not by_day)
    found = found.where(*_conditions(shape, fact, document))
    if by_day:
        found = found.where(document.c.span == Span.UNDATED if undated else document.c.span != Span.UNDATED)
    if shape.after:
        here, there = tuple_(key, fact.c.id), tuple_(bindparam("after_key"), bindparam("after_id"))
        found = found.where(here < there if down else here > there)
    order = (key.desc(), fact.c.id.desc()) if down else (key, fact.c.id)
    return SqlStatement(found.order_by(*order).limit(bindparam("limit")))


@lru_cache(maxsize=SHAPES)
def count_statement(shape: Shape) -> SqlStatement:
    """One row of (revision, number of matches)."""
    fact, document = TABLES[shape.table], DOCUMENTS[shape.table]
    joined = fact.join(document, document.c.id == fact.c.id, isouter=True)
    found: Select[Any] = select(fact.c.id).select_from(joined)
    found = found.where(*_conditions(shape, fact, document))
    return SqlStatement(select(REVISION, func.count()).select_from(found.subquery()))


def item_statement(table: str) -> SqlStatement:
    """One row of (revision, id, id, body)."""
    document = DOCUMENTS[table]
    found = select(REVISION, document.c.id, document.c.id, body_of(document))
    return SqlStatement(found.where(document.c.id == bindparam("id")))


def _conditions(shape: Shape, fact: FromClause, document: FromClause) -> list[ColumnElement[bool]]:
    return [CLAUSES[clause.kind](fact, document, clause) for clause in shape.clauses]


@dataclass(slots=True)
class TableQuery(Walked):
    """A query of such a list: clauses, their values, and the conditions that SQL does not test."""

    table: str
    clauses: list[Clause] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    circle: Circle | None = None
    slow: bool = False
    named: list[NamedRecord] = field(default_factory=list)

    async def check(self, session: ReadSession) -> None:
        """Check that every record named by a parameter exists. Raises BadParameters with the nearest ids."""
        require_revision(session, "changed_since", self.values.get("changed_since"))
        await check_named_records(session, self.named)

    def any_of(self, column: str, values: Sequence[str]) -> None:
        """The column has one of the values; no values are no condition."""
        self._add("any_of", column, values)

    def belongs(self, closure: str, values: Sequence[str]) -> None:
        """The record belongs to, or lies within, one of the values."""
        self._add("closure", closure, values)

    def _add(self, kind: str, column: str, values: Sequence[str]) -> None:
        if values:
            self.clauses.append(Clause(kind, column, len(values)))
            self.values.update({f"{column}{index}": str(value) for index, value in enumerate(values)})

    def filter_by_facets(self, filters: Filters) -> None:
        """Add the facet filters that are set, and the records they name."""
        for parameter, facet in facets(type(filters)).items():
            value = getattr(filters, parameter)
            values = value if isinstance(value, list) else [] if value is None else [value]
            if facet.wide:
                self.belongs(facet.name, values)
            else:
                self.any_of(facet.column or facet.name, values)
            if facet.record is not None:
                self.named += [NamedRecord(parameter, facet.record, value) for value in values]

    def words(self, words: Sequence[str]) -> None:
        """Every word is the beginning of one of the record's words."""
        if words:
            self.clauses.append(Clause("words", self.table, len(words)))
            for index, word in enumerate(words):
                ways = alternatives(word)
                ways += ways[:1] * (WAYS - len(ways))
                self.values.update({f"word{index}_{way}": f"% {begun}%" for way, begun in enumerate(ways)})
            self.slow = True

    def days(self, first: date | None, last: date | None, *, certain: bool, undated: bool) -> None:
        """The record's date matches the days."""
        if first is not None or last is not None:
            ends = "both" if first and last else "first" if first else "last"
            self.clauses.append(Clause("days", ends, 1 + certain + 2 * undated))
            self.values["first_day"] = first and first.toordinal()
            self.values["last_day"] = last and last.toordinal()

    def changed(self, since: int | None) -> None:
        """The document changed after a revision."""
        if since is not None:
            self.clauses.append(Clause("changed", self.table))
            self.values["changed_since"] = since

    def place(self, box: Box | None, circle: Circle | None) -> None:
        """The record's point lies in the box, and in the circle."""
        for area in (box, None if circle is None else circle.box()):
            if area is not None:
                self._box(area)
        self.circle = circle

    def _box(self, box: Box) -> None:
        index = sum(clause.kind == "box" for clause in self.clauses)
        self.clauses.append(Clause("box", str(index), 1 + (box.west > box.east)))
        sides = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
        self.values.update({f"{side}{index}": value for side, value in sides.items()})

    async def walk(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[Found]]:
        """Every matching record from a place on, in batches."""
        for phase in (DATED, UNDATED) if sort.key == "published" else (DATED,):
            if place is not None and place.phase > phase:
                continue
            after = place if place is not None and place.phase == phase else None
            while True:
                shape = Shape(self.table, tuple(self.clauses), sort.key, phase, sort.descending, after is not None)
                values = {**self.values, "limit": batch}
                if after is not None:
                    values.update(after_key=after.key, after_id=after.id)
                scans = self.slow or bool(self.clauses)  # where few records match, all are read
                rows = await session.fetch(page_statement(shape), values, slow=scans)
                await session.checkpoint()
                found = [Found(Place(phase, row[1], row[2]), row[3]) for row in rows if self._holds(row[3])]
                await session.checkpoint()
                yield found
                if len(rows) < batch:
                    break
                after = Place(phase, rows[-1][1], rows[-1][2])

    def _holds(self, body: str) -> bool:
        if self.circle is None:
            return True
        point = orjson.loads(body)["point"]
        return bool(point) and self.circle.holds(point["longitude"], point["latitude"])

    async def count(self, session: ReadSession) -> int:
        """The number of matching records."""
        return await self._count(session, self.clauses, self.circle)

    async def _count(self, session: ReadSession, clauses: Sequence[Clause], circle: Circle | None) -> int:
        if circle is None:
            statement = count_statement(Shape(self.table, tuple(clauses)))
            rows = await session.fetch(statement, self.values, slow=True)
            return int(rows[0][1])
        sifted = TableQuery(self.table, list(clauses), self.values, circle, slow=True)
        return sum([len(found) async for found in sifted.walk(session, Sort("id", descending=False), None, 500)])

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """The number of records that do not match only for lack of a date or point."""
        found = {"undated": 0, "undated_claims": 0, "without_coordinates": 0}
        kinds = {clause.kind: clause.size for clause in self.clauses}
        if kinds.get("days", 3) <= 2:  # noqa: PLR2004 - undated records do not pass, see _days
            clauses = [clause for clause in self.clauses if clause.kind != "days"]
            clauses.append(Clause("undated", ""))
            found["undated"] = await self._count(session, clauses, self.circle)
        if "box" in kinds:
            clauses = [clause for clause in self.clauses if clause.kind != "box"]
            clauses.append(Clause("without_coordinates", ""))
            found["without_coordinates"] = await self._count(session, clauses, None)
        return found


def placeless(asked: lists.PostingsQuery | TableQuery) -> lists.PostingsQuery | TableQuery:
    """The same query without its box, for the records without a point."""
    if isinstance(asked, TableQuery):
        others = [clause for clause in asked.clauses if clause.kind != "box"]
        return replace(asked, clauses=[*others, Clause("without_coordinates", "")])
    pointless = FacetFilter((EventFacets.WITHOUT_COORDINATES.name,))
    filters = (*(one for one in asked.conditions.filters if one.box is None), pointless)
    return replace(asked, conditions=replace(asked.conditions, filters=filters))
