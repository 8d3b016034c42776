"""Counts by one or two axes, computed from the sets of numbers that filter lists.

An axis has values, each with the set of its records, or periods (`periods`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.domain import vocabulary as v
from api.domain.assessment import assess
from api.errors import BadParameters, bad
from api.models.facets import FACETS, ClaimFacets, EventFacets, Facet
from api.query.documents import AsOfDay
from api.query.lists import BATCH, found, in_turns, resolve
from api.query.matching import Conditions
from api.query.periods import (
    MOST_ROWS,
    ManyError,
    Packed,
    Parts,
    Periods,
    Places,
    RecordNumbers,
    Unit,
    few,
    flat,
    packed_of,
    periods_of,
    tallied,
)
from api.query.postings import numbers_of, set_of
from api.query.session import ReadSession
from api.query.sql import KIND_OF_LIST, PAGES

UNITS: dict[str, Unit] = {"year": "Y", "month": "M", "day": "D"}
WORDS: dict[str, type[v.Word]] = {
    "kind": v.EventKind,
    "status": v.Status,
    "role": v.Role,
    "stance": v.Stance,
    "aspect": v.Aspect,
    "certainty": v.Certainty,
}
OF_THE_EVENT = frozenset({"kind", "location", "status", "role"})
"""Axes of claims that take the value of the claim's event."""
REFERENCES = {"party": "name", "location": "name", "dataset": "title", "speaker": "name"}
"""Axes whose values are records, and the columns with their names."""
ALONE = frozenset({"kind", "dataset", "stance", "aspect", "certainty", "speaker"})
"""Axes of which no record has two values."""
QUICK, QUICK_DATES, QUICK_ROWS = 500_000, 20_000, 2_000
"""The numbers of records, of dates read among them, and of possible rows that cause no noticeable delay."""
FEW = 100
"""The number of values of an axis that are found without a noticeable delay."""
SPARSE = 16
"""Sets with more numbers for each member are not counted as bits."""
FEW_PAIRS = 4_096
"""The maximum number of pairs of values that are counted one by one."""


@dataclass(frozen=True, slots=True)
class By:
    """The axes to count by, and the level of parties and the kind of places."""

    axes: tuple[str, ...]
    actors: bool = False
    """Whether parties are participants or speakers themselves instead of the sides they belong to."""
    places: str | None = None
    """Count by places of this kind; None: by the recorded places."""


class Members(NamedTuple):
    """The values of an axis, and the records with each."""

    values: list[Any]
    parts: list[BitMap]
    single: bool
    """Whether each record has one value."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Rows of counts, and the number of records counted."""

    rows: list[dict[str, Any]]
    total: int


async def roll_up(session: ReadSession, table: str, conditions: Conditions, as_of: AsOfDay | None, by: By) -> Rollup:
    """Count matching records. Raises BadParameters if there are too many rows."""
    matched = await found(session, await resolve(session, table, conditions))
    asking = _Asking(session, table, by, as_of)
    times = None
    axes: list[Members | Packed] = []
    for axis in by.axes:
        if axis in UNITS:
            times = await periods_of(session, table, matched, conditions, UNITS[axis])
        elif asking.packs(axis, matched):
            axes.append(await packed_of(session, table, axis, asking.words(axis), matched))
        else:
            axes.append(await asking.members(axis, matched))

    def counted() -> list[dict[str, Any]]:
        return _rows(by.axes, matched, times, axes)

    rows = await asyncio.to_thread(counted) if takes_long(matched, times, axes) else counted()
    return Rollup(rows, len(matched))


def takes_long(matched: BitMap, times: Periods | None, axes: Sequence[Members | Packed]) -> bool:
    """Whether counting would hold up other requests."""
    values = [len(members.values) for members in axes]
    dates, periods = (0, 1) if times is None else (len(times.across), len(times.calendar.periods))
    quick = len(matched) <= QUICK and dates <= QUICK_DATES and max(values, default=0) <= FEW
    return not quick or prod(values) * periods > QUICK_ROWS


@dataclass(frozen=True, slots=True)
class _Asking:
    """Finds the values of an axis."""

    session: ReadSession
    table: str
    by: By
    as_of: AsOfDay | None

    async def members(self, axis: str, matched: BitMap) -> Members:
        """The values of an axis in a set of records; records without one have null."""
        if self.table == "claims" and axis in OF_THE_EVENT:
            of_events = _Asking(self.session, "events", self.by, self.as_of)
            numbers = numbers_of(matched)
            events = await self.session.index.events_of(self.session, numbers)
            named = await of_events.members(axis, set_of(np.unique(events)))
            return await asyncio.to_thread(_through, named, numbers, events)
        sets = await self._sets(axis, matched)
        if len(sets) > FEW or len(matched) > QUICK:
            return await asyncio.to_thread(_members, sets, matched, alone=axis in ALONE)
        return _members(sets, matched, alone=axis in ALONE)

    async def _sets(self, axis: str, matched: BitMap) -> list[tuple[Any, BitMap]]:
        if axis == "status" and self.as_of is not None:
            return await _as_of(self.session, matched, self.as_of)
        if axis in WORDS:
            names = self.words(axis)
            sets = await self.session.index.postings(self.session, names)
            return [(word, sets[name]) for name, word in names.items()]
        kind, facet, only = self._records(axis)
        filed = await self.session.index.of_records(self.session, kind, facet.of(""), only)
        return [
            ({"id": id_, REFERENCES[axis]: name}, members) async for id_, name, members in in_turns(self.session, filed)
        ]

    def words(self, axis: str) -> dict[str, str]:
        """The words of an axis by the names of their facets."""
        facet: Facet = getattr(FACETS[KIND_OF_LIST[self.table]], axis.upper())
        return {facet.of(word): str(word) for word in WORDS[axis]}

    def packs(self, axis: str, matched: BitMap) -> bool:
        """Whether records by an axis and by periods are counted as bits: of many, the words of which each has one."""
        alone = axis in ALONE and axis in WORDS and not (self.table == "claims" and axis in OF_THE_EVENT)
        if not alone or not matched or UNITS.keys().isdisjoint(self.by.axes):
            return False
        return len(matched) * SPARSE > matched.max()

    def _records(self, axis: str) -> tuple[str, Facet, str | None]:
        """The kind of record that the values are, their facet, and the only `kind` of these that counts."""
        of_claims = self.table == "claims"
        if axis == "location":
            place = EventFacets.AT if self.by.places is None else EventFacets.LOCATION
            return "location", place, self.by.places
        if axis == "dataset":
            return "dataset", ClaimFacets.DATASET if of_claims else EventFacets.DATASET, None
        if axis == "party" and not self.by.actors:
            return "actor", ClaimFacets.PARTY if of_claims else EventFacets.PARTY, str(v.ActorKind.SIDE)
        return "actor", ClaimFacets.SPEAKER if of_claims else EventFacets.ACTOR, None


def _members(sets: Sequence[tuple[Any, BitMap]], matched: BitMap, *, alone: bool) -> Members:
    """The records of a set with each value; `alone`: no record has two."""
    values, parts = [], []
    for value, members in sets:
        if here := members & matched:
            values.append(value)
            parts.append(here)
    size = sum(map(len, parts))
    if alone and size == len(matched):
        return Members(values, parts, single=True)
    if rest := matched - BitMap.union(*parts) if parts else matched:
        values.append(None)
        parts.append(rest)
    return Members(values, parts, size + len(rest) == len(matched))


def _through(of_events: Members, numbers: RecordNumbers, events: RecordNumbers) -> Members:
    """Claims have the values of their events."""
    members, places = flat(of_events.parts)
    if of_events.single:
        places = _by_number(members, places, events)
    else:
        order = np.argsort(members, kind="stable")
        claims, joined = _joined(events, members[order])
        numbers, places = numbers[claims], places[order][joined]
    order = np.argsort(places.astype(np.uint16 if len(of_events.values) < 2**16 else np.uint32), kind="stable")
    edges = np.cumsum(np.bincount(places, minlength=len(of_events.values)))[:-1]
    parts = [set_of(part) for part in np.split(numbers[order], edges)] if of_events.values else []
    return Members(of_events.values, parts, of_events.single)


def _by_number(members: RecordNumbers, values: Places, numbers: RecordNumbers) -> Places:
    """The values of these records, of the members, which have one each."""
    places = np.zeros(int(numbers.max(initial=0)) + 1, np.int64)
    known = members < len(places)
    places[members[known]] = values[known]
    return places[numbers]


def _joined(these: RecordNumbers, those: RecordNumbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The positions of equal numbers in both arrays; the second is sorted."""
    start, end = np.searchsorted(those, these, "left"), np.searchsorted(those, these, "right")
    sizes = end - start
    here = np.repeat(np.arange(len(these)), sizes)
    there = np.arange(int(sizes.sum())) + np.repeat(start - (np.cumsum(sizes) - sizes), sizes)
    return here, there


async def _as_of(session: ReadSession, events: BitMap, as_of: AsOfDay) -> list[tuple[Any, BitMap]]:
    """Events by statuses of their aspects as of a day."""
    sets = {str(status): BitMap() for status in v.Status}
    for start in range(0, len(events), BATCH):
        rows = await session.fetch(PAGES["events", True], {"numbers": list(events[start : start + BATCH])}, slow=True)
        for row in rows:
            for assessment in assess(as_of.statements(row)):
                sets[assessment.status].add(row[-1])
    return list(sets.items())


def _rows(
    axes: Sequence[str], matched: BitMap, times: Periods | None, known: Sequence[Members | Packed]
) -> list[dict[str, Any]]:
    """The rows in the order of the first axis, then the second. Raises BadParameters if there are too many."""
    try:
        *cells, certain, possible = _counted(axes, matched, times, known)
    except ManyError:
        message = (
            f"makes more than {MOST_ROWS:,} rows, and at most {MOST_ROWS:,} are sent: ask for longer periods, "
            "another axis, or fewer records"
        )
        raise BadParameters(bad("by", ", ".join(axes), message, near=[])) from None
    order = np.lexsort(cells[::-1])
    shown: list[list[Any]] = []
    others = iter(known)
    for axis, places in zip(axes, cells, strict=True):
        if times is not None and axis in UNITS:
            shown.append(times.words(places[order]))
        else:
            shown.append([*map(next(others).values.__getitem__, places[order].tolist())])
    counts = certain[order].tolist(), possible[order].tolist()
    if len(axes) == 1:
        (one,) = axes
        return [{one: x, "certain": sure, "possible": may} for x, sure, may in zip(*shown, *counts, strict=True)]
    one, two = axes
    every = zip(*shown, *counts, strict=True)
    return [{one: x, two: y, "certain": sure, "possible": may} for x, y, sure, may in every]


def _counted(
    axes: Sequence[str], matched: BitMap, times: Periods | None, known: Sequence[Members | Packed]
) -> tuple[Places, ...]:
    """Each axis' places or periods, and the two counts. Raises ManyError."""
    if times is None:
        members = [one for one in known if isinstance(one, Members)]
        return _crossed(*members) if len(members) > 1 else _plain(members[0])
    if not known:
        periods, _, *counts = times.counts(Parts([matched]))
        return periods, *counts
    periods, places, *counts = times.counts(known[0] if isinstance(known[0], Packed) else Parts(known[0].parts))
    return (periods, places, *counts) if axes[0] in UNITS else (places, periods, *counts)


def _plain(members: Members) -> tuple[Places, ...]:
    sizes = np.array([*map(len, members.parts)], np.int64)
    return few(np.arange(len(sizes)), sizes, sizes)


def _crossed(one: Members, other: Members) -> tuple[Places, ...]:
    """Records that have a value of one axis and one of the other."""
    width = max(len(other.values), 1)
    if len(one.values) * width <= FEW_PAIRS:
        every = [part.intersection_cardinality(those) for part in one.parts for those in other.parts]
        cells = np.flatnonzero(every)
        sizes = np.array(every, np.int64)[cells]
        return few(cells // width, cells % width, sizes, sizes)
    (numbers, places), (others, values) = flat(one.parts), flat(other.parts)
    if one.single:
        pairs = _by_number(numbers, places, others) * width + values
    elif other.single:
        pairs = places * width + _by_number(others, values, numbers)
    else:
        order = np.argsort(others, kind="stable")
        here, there = _joined(numbers, others[order])
        pairs = places[here] * width + values[order][there]
    cells, sizes = tallied(pairs)
    return few(cells // width, cells % width, sizes, sizes)
