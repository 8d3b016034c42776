"""Counts by one or two axes, computed from the sets of numbers that filter lists.

An axis has values, each with the numbers of its records. A period is a range of numbers, because numbers are in date
order.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.domain import vocabulary as v
from api.domain.assessment import assess
from api.errors import BadParameters, bad
from api.models.facets import FACETS, NEVER, ClaimFacets, EventFacets, Facet, Span
from api.query.documents import AsOfDay
from api.query.lists import BATCH, found, resolve
from api.query.matching import Conditions
from api.query.postings import Column, Dates, Unit, compact, in_periods, numbers_of, set_of
from api.query.session import ReadSession
from api.query.statements import KIND_OF_LIST, PAGES

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
MOST_ROWS = 10_000
QUICK = 5_000
"""So many records are counted before anybody has noticed, and need no thread."""
FEW = 100
"""So many values of an axis are found before anybody has noticed."""
UNDATED = 2**40
"""Sorts after every period."""

Numbers = NDArray[np.uint32]
Places = NDArray[np.int64]
Counts = tuple[Places, Places, Places]
"""Cells, each as one number, and for each the certain and possible counts."""


@dataclass(frozen=True, slots=True)
class By:
    """The axes to count by, and the level of parties and the kind of places."""

    axes: tuple[str, ...]
    actors: bool = False
    """Whether parties are participants or speakers themselves instead of the sides they belong to."""
    places: str | None = None
    """Count by places of this kind; None: by the recorded places."""


class Members(NamedTuple):
    """The values of an axis, and in two arrays each record with the place of its value; twice if it has two."""

    values: list[Any]
    numbers: Numbers
    places: Places
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
    timeline = None
    axes = []
    for axis in by.axes:
        if axis in UNITS:
            timeline = await _timeline(session, table, matched, conditions, UNITS[axis])
        else:
            axes.append(await asking.members(axis, matched))

    def counted() -> list[dict[str, Any]]:
        return _rows(by.axes, matched, timeline, axes)

    rows = await asyncio.to_thread(counted) if len(matched) > QUICK else counted()
    return Rollup(rows, len(matched))


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
            return await asyncio.to_thread(_members, sets, matched)
        return _members(sets, matched)

    async def _sets(self, axis: str, matched: BitMap) -> list[tuple[Any, BitMap]]:
        if axis == "status" and self.as_of is not None:
            return await _as_of(self.session, matched, self.as_of)
        if axis in WORDS:
            facet: Facet = getattr(FACETS[KIND_OF_LIST[self.table]], axis.upper())
            names = {facet.of(word): str(word) for word in WORDS[axis]}
            sets = await self.session.index.postings(self.session, names)
            return [(word, sets[name]) for name, word in names.items()]
        kind, facet, only = self._records(axis)
        filed = await self.session.index.of_records(self.session, kind, facet.of(""), only)
        return [({"id": id_, REFERENCES[axis]: name}, members) for id_, name, members in filed]

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


def _members(sets: Sequence[tuple[Any, BitMap]], matched: BitMap) -> Members:
    """The records of a set with each value."""
    values, parts = [], []
    for value, members in sets:
        if here := members & matched:
            values.append(value)
            parts.append(here)
    if rest := matched - BitMap.union(*parts) if parts else matched:
        values.append(None)
        parts.append(rest)
    sizes = [len(part) for part in parts]
    numbers = np.concatenate([np.zeros(0, np.uint32), *map(numbers_of, parts)])
    return Members(values, numbers, np.repeat(np.arange(len(parts)), sizes), sum(sizes) == len(matched))


def _through(of_events: Members, numbers: Numbers, events: Numbers) -> Members:
    """Claims have the values of their events."""
    if of_events.single:
        return Members(of_events.values, numbers, _by_number(of_events, events), single=True)
    order = np.argsort(of_events.numbers, kind="stable")
    claims, joined = _joined(events, of_events.numbers[order])
    return Members(of_events.values, numbers[claims], of_events.places[order][joined], single=False)


def _by_number(members: Members, numbers: Numbers) -> Places:
    """The value of each of these records, which have one each."""
    places = np.zeros(int(numbers.max(initial=0)) + 1, np.int64)
    known = members.numbers < len(places)
    places[members.numbers[known]] = members.places[known]
    return places[numbers]


def _joined(these: Numbers, those: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


@dataclass(frozen=True, slots=True)
class _Timeline:
    """Assigns records to periods."""

    unit: Unit
    dates: Dates
    latest: Column
    first: int
    last: int
    """The limits of open dates: the requested days, or the first and last day that any record in the result begins."""
    asked: tuple[int | None, int | None]

    def counts(self, numbers: Numbers, places: Places) -> tuple[Places, ...]:
        """Periods, places and counts of records at places. Raises _ManyError."""
        base, codes, width = self.dates.periods(self.unit)
        found = codes[numbers]
        cells, sizes = _tallied(places * width + found)
        exact = cells % width > 0
        cells, sizes, rest = cells[exact], sizes[exact], np.flatnonzero(found == 0)
        periods, at = cells % width - 1 + base, cells // width
        numbers, places = numbers[rest], places[rest]
        days, spans = self.dates.days[numbers].astype(np.int64), self.dates.spans[numbers]
        lasting = spans > 0
        begins, ends, sure = self._lasting(numbers[lasting], days[lasting], spans[lasting])
        base = min([int(each.min()) for each in (periods, begins) if len(each)], default=0)
        width = max([int(each.max()) - base + 2 for each in (periods, ends) if len(each)], default=1)
        lines = places[lasting] * width - base  # wider than there are periods, so that no line reaches into the next
        held, certain = _tallied((lines + begins)[sure])
        cells, sure_sizes, possible = _summed(
            [
                (at * width + periods - base, sizes, sizes),
                (held, certain, np.zeros_like(certain)),
                _spread(lines + begins, lines + ends, MOST_ROWS),
            ]
        )
        none, missing = _tallied(places[days == 0])
        return _few(
            np.append(cells % width + base, np.full(len(none), UNDATED)),
            np.append(cells // width, none),
            np.append(sure_sizes, missing),
            np.append(possible, missing),
        )

    def _lasting(self, numbers: Numbers, days: Places, spans: Column) -> tuple[Places, Places, NDArray[np.bool_]]:
        """The first and last period of dates that are not one day, and whether each is certainly within the first."""
        first, last = self.asked
        latest, closed = self.latest[numbers].astype(np.int64), spans != Span.OPEN_END
        latest[~closed] = max(self.last, int(latest[closed].max(initial=0))) if last is None else last
        earliest = np.where(spans == Span.OPEN_START, self.first, days)
        inside = closed & (spans != Span.OPEN_START) & (earliest >= (first or 0)) & (latest <= (last or NEVER))
        begins = in_periods(np.maximum(earliest, first or 0), self.unit)
        ends = in_periods(np.minimum(latest, last or NEVER), self.unit)
        return begins, ends, inside & (begins == ends)

    def words(self, periods: Places) -> list[str | None]:
        """Periods in ISO 8601; None: no date."""
        known, places = np.unique(periods, return_inverse=True)
        dated = np.datetime_as_string(known[known < UNDATED].astype(f"M8[{self.unit}]")).tolist()
        return [*map([*dated, None].__getitem__, places.tolist())]


async def _timeline(session: ReadSession, table: str, matched: BitMap, conditions: Conditions, unit: Unit) -> _Timeline:
    latest = await session.index.column(session, table, "latest")
    dates, known = await session.index.dates(session, table), await session.index.days_of(session, table)
    first, last = conditions.first, conditions.last
    here, there = first or 0, last or 0
    undated = matched.rank(min(known.dated, NEVER) - 1)
    if undated < len(matched):
        here = min(int(dates.days[matched[undated]]), last or NEVER) if first is None else first
        there = max(int(dates.days[matched.max()]), first or 0) if last is None else last
    return _Timeline(unit, dates, latest, here, there, (first, last))


class _ManyError(Exception):
    """There are more rows than can be sent."""


def _tallied(values: Places) -> tuple[Places, Places]:
    """Each value in order, and how often it is there."""
    if not compact(values):
        return np.unique(values, return_counts=True)
    first = values.min()
    sizes = np.bincount(values - first)
    there = np.flatnonzero(sizes)
    return there + first, sizes[there]


def _spread(begins: Places, ends: Places, most: int) -> Counts:
    """Each cell that something reaches over from its begin to its end, and how many do. Raises _ManyError."""
    edges, steps = _tallied(begins)
    left, gone = _tallied(ends + 1)
    edges, places = np.unique(np.concatenate([edges, left]), return_inverse=True)
    steps = np.bincount(places, np.concatenate([steps, -gone])).astype(np.int64)
    held, sizes = np.cumsum(steps)[:-1], np.diff(edges)
    starts, sizes, held = edges[:-1][held > 0], sizes[held > 0], held[held > 0]
    if sizes.sum() > most:
        raise _ManyError
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    held = np.repeat(held, sizes)
    return np.repeat(starts, sizes) + within, np.zeros_like(held), held


def _summed(parts: Sequence[Counts]) -> Counts:
    """Add up counts of the same periods."""
    periods = np.unique(np.concatenate([part[0] for part in parts]))
    certain, possible = np.zeros(len(periods), np.int64), np.zeros(len(periods), np.int64)
    for here, sure, maybe in parts:
        places = np.searchsorted(periods, here)
        certain[places] += sure
        possible[places] += maybe
    return periods, certain, possible


def _rows(
    axes: Sequence[str], matched: BitMap, timeline: _Timeline | None, known: list[Members]
) -> list[dict[str, Any]]:
    """The rows in the order of the first axis, then the second. Raises BadParameters if there are too many."""
    try:
        *cells, certain, possible = _counted(axes, matched, timeline, known)
    except _ManyError:
        message = (
            f"makes more than {MOST_ROWS:,} rows, and at most {MOST_ROWS:,} are sent: ask for longer periods, "
            "another axis, or fewer records"
        )
        raise BadParameters(bad("by", ", ".join(axes), message, near=[])) from None
    order = np.lexsort(cells[::-1])
    shown: list[list[Any]] = []
    others = iter(known)
    for axis, places in zip(axes, cells, strict=True):
        if timeline is not None and axis in UNITS:
            shown.append(timeline.words(places[order]))
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
    axes: Sequence[str], matched: BitMap, timeline: _Timeline | None, known: list[Members]
) -> tuple[Places, ...]:
    """Each axis' places or periods, and the two counts. Raises _ManyError."""
    if timeline is None:
        return _crossed(*known) if len(known) > 1 else _plain(known[0])
    if not known:
        numbers = numbers_of(matched)
        periods, _, *counts = timeline.counts(numbers, np.zeros(len(numbers), np.int64))
        return periods, *counts
    periods, places, *counts = timeline.counts(known[0].numbers, known[0].places)
    return (periods, places, *counts) if axes[0] in UNITS else (places, periods, *counts)


def _plain(members: Members) -> tuple[Places, ...]:
    sizes = np.bincount(members.places, minlength=len(members.values))
    return _few(np.arange(len(sizes)), sizes, sizes)


def _crossed(one: Members, other: Members) -> tuple[Places, ...]:
    """Records that have a value of one axis and one of the other."""
    width = max(len(other.values), 1)
    if one.single:
        pairs = _by_number(one, other.numbers) * width + other.places
    elif other.single:
        pairs = one.places * width + _by_number(other, one.numbers)
    else:
        order = np.argsort(other.numbers, kind="stable")
        here, there = _joined(one.numbers, other.numbers[order])
        pairs = one.places[here] * width + other.places[order][there]
    cells, sizes = _tallied(pairs)
    return _few(cells // width, cells % width, sizes, sizes)


def _few(*cells: Places) -> tuple[Places, ...]:
    if len(cells[0]) > MOST_ROWS:
        raise _ManyError
    return cells
