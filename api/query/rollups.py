"""Counts by one or two axes, computed from the sets of numbers that filter lists.

An axis has values, each with the numbers of its records. A period is a range of numbers, because numbers are in date
order.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.domain import vocabulary as v
from api.domain.assessment import assess
from api.errors import BadParameters, bad
from api.models.facets import FACETS, NEVER, ClaimFacets, EventFacets, Facet, Span
from api.query.documents import AsOfDay
from api.query.lists import BATCH, found, resolve
from api.query.matching import UNLIKE_A_DAY, Conditions
from api.query.postings import Column, Days, numbers_of, set_of
from api.query.session import ReadSession
from api.query.statements import KIND_OF_LIST, PAGES

Unit = Literal["Y", "M", "D"]
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
QUICK = 500
"""So many records are counted before anybody has noticed, and need no thread."""
UNDATED = 2**40
"""Sorts after every period."""
_EPOCH = date(1970, 1, 1).toordinal()

Numbers = NDArray[np.uint32]
Counts = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Periods, or positions of axis values, and for each the certain and possible counts."""


@dataclass(frozen=True, slots=True)
class By:
    """The axes to count by, and the level of parties and the kind of places."""

    axes: tuple[str, ...]
    actors: bool = False
    """Whether parties are participants or speakers themselves instead of the sides they belong to."""
    places: str | None = None
    """Count by places of this kind; None: by the recorded places."""


class Members(NamedTuple):
    """The values of an axis, and for each the numbers of the records that have it."""

    values: list[Any]
    sets: list[BitMap]

    def flat(self) -> tuple[Numbers, NDArray[np.int64]]:
        """Each number of each value, and that value's place among the values; by value, then by number."""
        numbers = np.concatenate([np.zeros(0, np.uint32), *map(numbers_of, self.sets)])
        return numbers, np.repeat(np.arange(len(self.sets)), [len(part) for part in self.sets])


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
        return await asyncio.to_thread(_members, await self._sets(axis, matched), matched)

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
    return Members(values, parts)


def _through(of_events: Members, numbers: Numbers, events: Numbers) -> Members:
    """Claims have the values of their events."""
    known, places = of_events.flat()
    order = np.argsort(known, kind="stable")
    claims, joined = _joined(events, known[order])
    values = places[order][joined]
    return Members(of_events.values, [set_of(numbers[claims[values == at]]) for at in range(len(of_events.values))])


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


@dataclass(frozen=True)
class _Timeline:
    """Assigns records to periods."""

    unit: Unit
    days: Days
    spans: NDArray[np.int8]
    """The span class of each number's date; 0 for a single day or none."""
    latest: Column
    first: int
    last: int
    """The limits of open dates: the requested days, or the first and last day of any record in the result."""
    asked: tuple[int | None, int | None]
    inexact: BitMap
    """Whose date is not one day."""

    def counts(self, members: BitMap, most: int) -> Counts:
        """Each period in which some of these may fall, in order. Raises _ManyError beyond so many."""
        lasting = numbers_of(members & self.inexact)
        edges, periods = self._edges
        sizes = np.diff(np.searchsorted(numbers_of(members), edges)) - np.diff(np.searchsorted(lasting, edges))
        parts = [(periods[sizes > 0], sizes[sizes > 0], sizes[sizes > 0])]
        if len(lasting):
            parts += self._lasting(lasting, self.spans[lasting], most)
        if undated := members.rank(min(self.days.dated, NEVER) - 1):
            parts.append((np.array([UNDATED]), np.array([undated]), np.array([undated])))
        return _summed(parts)

    @cached_property
    def _begins(self) -> tuple[Numbers, NDArray[np.int64]]:
        """The first number of each day, and the day."""
        return np.asarray(self.days.firsts, np.uint32), np.asarray(self.days.days, np.int64)

    @cached_property
    def _edges(self) -> tuple[Numbers, NDArray[np.int64]]:
        """The first number of each period of which there are days, and one beyond them all; and the periods."""
        firsts, days = self._begins
        periods = self.periods(days[1:])
        begins = np.flatnonzero(np.diff(periods, prepend=-NEVER))
        return np.append(firsts[1:][begins], np.uint32(NEVER)), periods[begins]

    def _lasting(self, numbers: Numbers, spans: NDArray[np.int8], most: int) -> list[Counts]:
        day, latest = self.day(numbers), self.latest[numbers].astype(np.int64)
        earliest = np.where(spans == Span.OPEN_START, self.first, day)
        latest = np.where(spans == Span.OPEN_END, self.last, latest)
        first, last = self.asked
        inside = (spans != Span.OPEN_START) & (spans != Span.OPEN_END)
        inside &= (earliest >= (first or 0)) & (latest <= (last or NEVER))
        begins = self.periods(np.maximum(earliest, first or 0))
        ends = self.periods(np.minimum(latest, last or NEVER))
        sure, sizes = _tallied(begins[inside & (begins == ends)])
        spread, held = _spread(begins, ends, most)
        return [(sure, sizes, np.zeros_like(sizes)), (spread, np.zeros_like(held), held)]

    def day(self, numbers: Numbers) -> NDArray[np.int64]:
        """The days that numbers are of, which ascend."""
        firsts, days = self._begins
        return np.repeat(days, np.diff(np.searchsorted(numbers, firsts), append=len(numbers)))

    def periods(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Days as numbers of their periods; of many, each day's is found once."""
        first = days.min() if (near := _close(days)) else 0
        moments: NDArray[Any] = ((np.arange(first, days.max() + 1) if near else days) - _EPOCH).astype("M8[D]")
        periods: NDArray[np.int64] = moments.astype(f"M8[{self.unit}]").astype(np.int64)
        return periods[days - first] if near else periods

    def word(self, period: int) -> str | None:
        """A period in ISO 8601; None: no date."""
        return None if period == UNDATED else str(np.datetime64(period, self.unit))


async def _timeline(session: ReadSession, table: str, matched: BitMap, conditions: Conditions, unit: Unit) -> _Timeline:
    days = await session.index.days_of(session, table)
    latest = await session.index.column(session, table, "latest")
    names = {span: FACETS[KIND_OF_LIST[table]].SPAN.of(span) for span in UNLIKE_A_DAY}
    sets = await session.index.postings(session, names.values())
    spans = np.zeros((matched.max() if matched else 0) + 1, np.int8)
    bounded, inexact = [0], BitMap()
    for span, name in names.items():
        inexact |= sets[name] & matched
        members = numbers_of(sets[name] & matched)
        spans[members] = span
        if len(members) and span != Span.OPEN_END:
            bounded.append(int(latest[members].max()))
    first, last = conditions.first, conditions.last
    known = _Timeline(unit, days, spans, latest, 0, 0, (first, last), inexact)
    dated = matched[matched.rank(days.dated - 1) :] if days.dated < NEVER else BitMap()
    if not dated:
        return known
    ends = known.day(np.array([dated.min(), dated.max()], np.uint32))
    here = min(int(ends[0]), last or NEVER) if first is None else first
    there = max(*bounded, int(ends[1]), first or 0) if last is None else last
    return _Timeline(unit, days, spans, latest, here, there, (first, last), inexact)


class _ManyError(Exception):
    """There are more rows than can be sent."""


def _close(values: NDArray[np.int64]) -> bool:
    """Whether there are fewer numbers between the first and the last than values."""
    return len(values) > 0 and values.max() - values.min() < len(values)


def _tallied(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each value in order, and how often it is there."""
    if not _close(values):
        return np.unique(values, return_counts=True)
    sizes = np.bincount(values - values.min())
    there = np.flatnonzero(sizes)
    return there + values.min(), sizes[there]


def _spread(begins: NDArray[np.int64], ends: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], ...]:
    """Each period that something reaches over from its begin to its end, and how many do."""
    edges, steps = _tallied(begins)
    left, gone = _tallied(ends + 1)
    edges, places = np.unique(np.concatenate([edges, left]), return_inverse=True)
    steps = np.bincount(places, np.concatenate([steps, -gone])).astype(np.int64)
    held, sizes = np.cumsum(steps)[:-1], np.diff(edges)
    starts, sizes, held = edges[:-1][held > 0], sizes[held > 0], held[held > 0]
    if sizes.sum() > most:
        raise _ManyError
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(starts, sizes) + within, np.repeat(held, sizes)


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
        if timeline is None:
            cells = _crossed(known) if len(known) > 1 else _plain(known[0])
        else:
            cells = _over_time(matched, timeline, known)
    except _ManyError:
        message = (
            f"makes more than {MOST_ROWS:,} rows, and at most {MOST_ROWS:,} are sent: ask for longer periods, "
            "another axis, or fewer records"
        )
        raise BadParameters(bad("by", ", ".join(axes), message, near=[])) from None
    words: list[Callable[[int], Any]] = [] if timeline is None else [cache(timeline.word)]
    words += [members.values.__getitem__ for members in known]
    order = list(range(len(axes)))
    if timeline is not None and axes[0] not in UNITS:  # periods were counted first
        order.reverse()
    keys, (certain, possible) = cells[:-2], cells[-2:]
    rows = []
    for row in np.lexsort([keys[place] for place in reversed(order)]).tolist():
        shown = {axis: words[place](int(keys[place][row])) for axis, place in zip(axes, order, strict=True)}
        rows.append({**shown, "certain": int(certain[row]), "possible": int(possible[row])})
    return rows


def _plain(members: Members) -> tuple[NDArray[np.int64], ...]:
    sizes = np.array([len(part) for part in members.sets], np.int64)
    return _few(np.arange(len(sizes)), sizes, sizes)


def _crossed(known: Sequence[Members]) -> tuple[NDArray[np.int64], ...]:
    """Records that have a value of one axis and one of the other."""
    (ones, of_one), (others, of_other) = known[0].flat(), known[1].flat()
    order = np.argsort(others, kind="stable")
    here, there = _joined(ones, others[order])
    width = len(known[1].values)
    pairs, sizes = np.unique(of_one[here] * width + of_other[order][there], return_counts=True)
    return _few(pairs // max(width, 1), pairs % max(width, 1), sizes, sizes)


def _over_time(matched: BitMap, timeline: _Timeline, known: Sequence[Members]) -> tuple[NDArray[np.int64], ...]:
    """Records by period, or by period and by value of another axis."""
    if not known:
        return _few(*timeline.counts(matched, MOST_ROWS))
    members = known[0]
    parts: list[tuple[NDArray[np.int64], ...]] = []
    left = MOST_ROWS
    for place, part in enumerate(members.sets):
        periods, certain, possible = timeline.counts(part, left)
        left -= len(periods)
        if left < 0:
            raise _ManyError
        parts.append((periods, np.full(len(periods), place), certain, possible))
    return tuple(np.concatenate([part[column] for part in parts]) for column in range(4)) if parts else (_NOTHING,) * 4


_NOTHING: NDArray[np.int64] = np.zeros(0, np.int64)


def _few(*cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    if len(cells[0]) > MOST_ROWS:
        raise _ManyError
    return cells
