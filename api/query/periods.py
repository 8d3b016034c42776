"""Counts records by periods: numbers follow days, so a period is a range of numbers.

Only dates that reach over the end of a period, or are open, are looked at one by one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.models.facets import FACETS, NEVER, Span
from api.query.matching import Conditions, filtered
from api.query.postings import (
    CONTAINER,
    Bits,
    Column,
    Days,
    between,
    numbers_of,
    packed,
    range_sizes,
    ranges_of,
    set_of,
)
from api.query.session import ReadSession
from api.query.sql import KIND_OF_LIST

MOST_ROWS = 10_000
DENSE = 16
"""The maximum number of cells of an array for each number counted in it."""
FEW = 250
"""The numbers for which an array always may have cells."""
DENSE_CELLS = 2**16
"""Cells are counted in an array with one place for each, if these are no more."""
UNDATED = 2**40
"""Sorts after every period."""

OPEN = 2**24
"""The place of an open end among periods: after every period, and its negative before."""
_EPOCH = date(1970, 1, 1).toordinal()
_NEAR = date(1900, 1, 1).toordinal(), date(2100, 1, 1).toordinal()

Unit = Literal["Y", "M", "D"]
RecordNumbers = NDArray[np.uint32]
Places = NDArray[np.int64]
Counts = tuple[Places, Places, Places]
"""Cells, each as one number, and for each the certain and possible counts."""


class ManyError(Exception):
    """There are more rows than can be sent."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods in which dated records begin: numbers follow days, so each period is a range of numbers."""

    unit: Unit
    periods: NDArray[np.int64]
    firsts: NDArray[np.uint32]
    """Each period since 1970, and its first number."""
    lasting: BitMap
    """Records whose date is not one day."""
    across: BitMap
    """Those of them whose date is not within one period."""
    reach_of: Column
    """By number of a record in `across`, the column of `reaches` with the periods of its date."""
    reaches: NDArray[np.int64]
    """The period of the sort day, and the first and last of the date (`-OPEN` and `OPEN`: it has no such end)."""

    def lasting_from(self, day: int) -> BitMap:
        """The records that begin in the period of a day and whose date is not one day."""
        at = int(np.searchsorted(self.periods, period := in_periods(np.array([day]), self.unit)[0]))
        if at == len(self.periods) or self.periods[at] != period:
            return BitMap()
        end = int(self.firsts[at + 1]) if at + 1 < len(self.firsts) else NEVER
        return between(self.lasting, int(self.firsts[at]), end)


class Lines(Protocol):
    """The values of an axis, each with its records."""

    def __len__(self) -> int:
        """The number of values."""

    def in_ranges(self, firsts: RecordNumbers) -> Counts:
        """Each place of a value, range of numbers, and how many of its records are there, if any."""

    def flat(self, members: BitMap) -> tuple[RecordNumbers, Places]:
        """Records among those with a value, and the place of the value of each."""


class Parts(tuple[BitMap, ...]):
    """The records with each value as a set."""

    __slots__ = ()

    def in_ranges(self, firsts: RecordNumbers) -> Counts:
        """The counts of each set, from its numbers in order."""
        few: list[RecordNumbers] = []
        few_places: list[int] = []
        places: list[int] = []
        edges: list[Places] = []
        for place, part in enumerate(self):
            numbers = numbers_of(part)
            if len(numbers) <= len(firsts):
                few.append(numbers)
                few_places.append(place)
            else:
                places.append(place)
                edges.append(np.append(np.searchsorted(numbers, firsts), len(numbers)))
        found: list[Counts] = [(np.zeros(0, np.int64),) * 3]
        if edges:
            sizes: Places = np.diff(np.stack(edges)).astype(np.int64)
            at, there = np.nonzero(sizes)
            found.append((np.array(places)[at], there, sizes[at, there]))
        if few:
            ranges = np.searchsorted(firsts, np.concatenate(few), side="right") - 1
            cells, sizes = tallied(np.repeat(few_places, [*map(len, few)]) * len(firsts) + ranges)
            found.append((cells // len(firsts), cells % len(firsts), sizes))
        places_found, ranges_found, sizes_found = zip(*found, strict=True)
        return np.concatenate(places_found), np.concatenate(ranges_found), np.concatenate(sizes_found)

    def flat(self, members: BitMap) -> tuple[RecordNumbers, Places]:
        """The records of one set after another."""
        return flat([part & members for part in self] if members else [])


@dataclass(frozen=True, slots=True)
class Values:
    """The values of an axis of which no record has two, for all records of a list."""

    words: list[str | None]
    """Ends with null."""
    bits: Bits
    """A row for each value, with a bit for each number."""
    places: NDArray[np.uint8]
    """The place of each number's value."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The records of a set with each value, as bits."""

    known: Values
    matched: Bits

    @property
    def values(self) -> list[str | None]:
        """The values; ends with null."""
        return self.known.words

    def __len__(self) -> int:
        """The number of values."""
        return len(self.known.words)

    def in_ranges(self, firsts: RecordNumbers) -> Counts:
        """The counts of all values at once."""
        sizes = range_sizes(self.known.bits, self.matched, firsts)
        places, ranges = np.nonzero(sizes)
        return places, ranges, sizes[places, ranges]

    def flat(self, members: BitMap) -> tuple[RecordNumbers, Places]:
        """Each record with the place of its value."""
        numbers = numbers_of(members)
        return numbers, self.known.places.take(numbers).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Periods:
    """Assigns records to periods."""

    calendar: Calendar
    across: BitMap
    """The dated records that may lie in several periods."""
    cut: BitMap
    """Those of the others that do not certainly lie within the requested days."""
    limits: tuple[int, int]
    """The limits of open dates: the requested days, or the first and last day that any matching record begins."""
    ends: bool
    """Whether the last of them was requested, so that it is the limit of all dates."""

    def counts(self, lines: Lines) -> tuple[Places, ...]:
        """Periods, places of values and counts. Raises ManyError."""
        places, ranges, sizes = lines.in_ranges(np.append(np.uint32(0), self.calendar.firsts))
        none = ranges == 0
        undated, missing = places[none], sizes[none]
        places, sizes, periods = places[~none], sizes[~none], self.calendar.periods[ranges[~none] - 1]
        at, (own, begins, ends), alike = self._reaching(lines)
        cut, cuts = lines.flat(self.cut)
        base = min([int(each.min()) for each in (periods, begins) if len(each)], default=0)
        width = max([int(each.max()) - base + 2 for each in (periods, ends) if len(each)], default=1)
        at = at * width - base  # wider than there are periods, so that no value's cells reach into the next one's
        cells, certain, possible = _summed(
            (places * width + periods - base, sizes),
            (at + own, at + begins, at + ends, alike),
            cuts * width + self._period_of(cut) - base,
            len(lines) * width,
        )
        return few(
            np.append(cells % width + base, np.full(len(undated), UNDATED)),
            np.append(cells // width, undated),
            np.append(certain, missing),
            np.append(possible, missing),
        )

    def _reaching(self, lines: Lines) -> tuple[Places, Places, Places]:
        """The dates across periods: places of values, own, first and last period of each, and how many are alike."""
        numbers, places = lines.flat(self.across)
        width = max(1, self.calendar.reaches.shape[1])
        cells, alike = tallied(places * width + self.calendar.reach_of.take(numbers), len(lines) * width)
        places, reaches = np.divmod(cells, width)
        own, begins, ends = self.calendar.reaches[:, reaches]
        first, last = in_periods(np.array(self.limits), self.calendar.unit)
        if not self.ends:
            last = max(last, ends[ends < OPEN].max(initial=last))
        return places, np.stack([own, np.maximum(begins, first), np.minimum(ends, last)]), alike

    def _period_of(self, numbers: RecordNumbers) -> Places:
        """The periods in which records begin."""
        return self.calendar.periods[np.searchsorted(self.calendar.firsts, numbers, side="right") - 1]

    def words(self, periods: Places) -> list[str | None]:
        """Periods in ISO 8601; None: no date."""
        every = periods.tolist()
        known = {period: _word(period, self.calendar.unit) for period in set(every)}
        return [*map(known.__getitem__, every)]


@lru_cache(maxsize=MOST_ROWS)
def _word(period: int, unit: Unit) -> str | None:
    return None if period == UNDATED else str(np.datetime64(period, unit))


async def periods_of(session: ReadSession, table: str, matched: BitMap, conditions: Conditions, unit: Unit) -> Periods:
    calendar = await _calendar(session, table, unit)
    latest = await session.index.column(session, table, "latest")
    known = await session.index.days_of(session, table)
    first, last = conditions.first, conditions.last
    cut = BitMap()
    if first is not None:
        cut |= between(matched & calendar.lasting_from(first), 0, known.first(first))
    if last is not None:
        cut |= filtered(matched & calendar.lasting_from(last), lambda numbers: latest[numbers] > last)
    across = matched & calendar.across
    return Periods(calendar, across, cut - across, _limits(matched, conditions, known), ends=last is not None)


async def _calendar(session: ReadSession, table: str, unit: Unit) -> Calendar:
    """The periods in which records begin."""
    computed = session.index.computed
    if (table, unit) not in computed:
        names = {FACETS[KIND_OF_LIST[table]].SPAN.of(span): span for span in range(Span.MONTH, Span.UNDATED)}
        spans = {names[name]: members for name, members in (await session.index.postings(session, names)).items()}
        days, latest = await session.index.days_of(session, table), await session.index.column(session, table, "latest")
        computed[table, unit] = await asyncio.to_thread(calendar_of, unit, days, spans, latest)  # of all records
    calendar: Calendar = computed[table, unit]
    return calendar


async def packed_of(session: ReadSession, table: str, axis: str, names: dict[str, str], matched: BitMap) -> Packed:
    """The records of a set with each word of an axis, of which no record has two; `names`: words by facet name."""
    computed = session.index.computed
    if (table, axis) not in computed:
        sets = await session.index.postings(session, names)
        size = len(await session.index.column(session, table, "latest"))
        computed[table, axis] = await asyncio.to_thread(values_of, names, sets, size)  # of all records
    values: Values = computed[table, axis]
    return Packed(values, packed(matched, len(values.places) // CONTAINER))


def values_of(names: dict[str, str], sets: dict[str, BitMap], size: int) -> Values:
    """The values of an axis that occur, by the names of their facets, for numbers up to a size."""
    names = {name: word for name, word in names.items() if sets[name]}
    chunks = -(-max(size, *(sets[name].max() + 1 for name in names), 1) // CONTAINER)
    places = np.full(chunks * CONTAINER, len(names), np.uint8)
    bits = np.zeros((len(names) + 1, chunks * CONTAINER // 64), np.uint64)
    for place, name in enumerate(names):
        places[numbers_of(sets[name])] = place
        bits[place] = packed(sets[name], chunks)
    bits[-1] = ~np.bitwise_or.reduce(bits, axis=0)
    return Values([*names.values(), None], bits, places)


def _limits(matched: BitMap, conditions: Conditions, known: Days) -> tuple[int, int]:
    """The limits of open dates: the requested days, or the first and last day that any matching record begins."""
    first, last = conditions.first, conditions.last
    here, there = first or 0, last or 0
    undated = matched.rank(min(known.dated, NEVER) - 1)
    if undated < len(matched):
        here = min(known.day(matched[undated]), last or NEVER) if first is None else first
        there = max(known.day(matched.max()), first or 0) if last is None else last
    return here, there


def tallied(values: Places, end: int | None = None) -> tuple[Places, Places]:
    """Each value in order, and how often it is there; `end`: all are between zero and before this."""
    if end is None or end > DENSE * (len(values) + FEW):
        if not compact(values):
            return np.unique(values, return_counts=True)
        first = int(values.min())
    else:
        first = 0
    sizes = np.bincount(values - first if first else values)
    there = np.flatnonzero(sizes)
    return there + first, sizes[there]


def _summed(regular: tuple[Places, Places], reaching: tuple[Places, ...], cut: Places, end: int) -> Counts:
    """Cells, all before `end`, with counts. Raises ManyError.

    `regular` has cells and sizes. Of these, `reaching` says how many from a cell are instead counted in the cells from
    one to another, as possible; those in `cut` are not certain where they are.
    """
    (cells, sizes), (own, begins, ends, alike) = regular, reaching
    edges, at = np.arange(end + 1), [cells, own, begins, ends + 1, cut]
    if end > DENSE_CELLS:
        edges, places = np.unique(np.concatenate(at), return_inverse=True)
        at = np.split(places, np.cumsum([*map(len, at)])[:-1])

    def tally(places: Places, weights: Places | None = None) -> Places:
        return np.bincount(places, weights, minlength=len(edges)).astype(np.int64)

    settled = tally(at[0], sizes) - tally(at[1], alike)
    held = np.cumsum(tally(at[2], alike) - tally(at[3], alike))  # reach from each edge to before the next
    certain, possible = settled - tally(at[4]), settled + held
    gaps = np.append(np.diff(edges) - 1, 0) * (held > 0)
    if gaps.sum() > MOST_ROWS:
        raise ManyError
    there = possible > 0
    parts = [(edges[there], certain[there], possible[there])]
    if gaps.any():
        within = np.arange(int(gaps.sum())) - np.repeat(np.cumsum(gaps) - gaps, gaps)
        parts.append((np.repeat(edges, gaps) + 1 + within, np.zeros_like(within), np.repeat(held, gaps)))
    cells, certain, possible = map(np.concatenate, zip(*parts, strict=True))
    return cells, certain, possible


def flat(parts: Sequence[BitMap]) -> tuple[RecordNumbers, Places]:
    """The numbers in some sets, one set after the other, and the place of the set of each."""
    numbers = np.concatenate([np.zeros(0, np.uint32), *map(numbers_of, parts)])
    return numbers, np.repeat(np.arange(len(parts)), [*map(len, parts)])


def few(*cells: Places) -> tuple[Places, ...]:
    if len(cells[0]) > MOST_ROWS:
        raise ManyError
    return cells


@cache
def _near_periods(unit: Unit) -> NDArray[np.int64]:
    """The period of each day from 1900 to 2099."""
    periods: NDArray[np.int64] = (np.arange(*_NEAR) - _EPOCH).astype("M8[D]").astype(f"M8[{unit}]").astype(np.int64)
    return periods


def in_periods(days: NDArray[np.int64], unit: Unit) -> NDArray[np.int64]:
    """Days as numbers of their periods since 1970."""
    if len(days) and days.min() >= _NEAR[0] and days.max() < _NEAR[1]:
        return _near_periods(unit)[days - _NEAR[0]]
    periods: NDArray[np.int64] = (days - _EPOCH).astype("M8[D]").astype(f"M8[{unit}]").astype(np.int64)
    return periods


def compact(values: NDArray[np.int64]) -> bool:
    """Whether so few numbers lie between the first and the last that an array may have one cell for each."""
    return len(values) > 0 and bool(values.max() - values.min() < DENSE * (len(values) + FEW))


def calendar_of(unit: Unit, days: Days, spans: dict[int, BitMap], latest: Column) -> Calendar:
    """The calendar of records, by their days, the sets of dates that are not one day, and last days."""
    day_firsts, known = np.array(days.firsts, np.uint32), np.array(days.days, np.int64)
    dated = known > 0
    periods, at = np.unique(in_periods(known[dated], unit), return_index=True)
    lasting = BitMap.union(*spans.values())
    numbers = numbers_of(lasting)
    own, ended = in_periods(known[ranges_of(numbers, day_firsts)], unit), latest[numbers]
    ends = np.full_like(own, OPEN)
    ends[ended < NEVER] = in_periods(ended[ended < NEVER].astype(np.int64), unit)
    begins = np.where(np.isin(numbers, numbers_of(spans[Span.OPEN_START])), -OPEN, own)
    across = (begins < own) | (own < ends)
    each = np.stack([own, begins, ends])[:, across]
    as_numbers = (2 * each[0] + (each[1] == -OPEN)) * 2 * OPEN + each[2]
    _, columns, places = np.unique(as_numbers, return_index=True, return_inverse=True)
    reach_of = np.zeros(len(latest), np.min_scalar_type(len(columns)))
    reach_of[numbers[across]] = places
    return Calendar(unit, periods, day_firsts[dated][at], lasting, set_of(numbers[across]), reach_of, each[:, columns])
