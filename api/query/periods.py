"""Counts records by periods: numbers follow days, so a period is a range of numbers.

Only records whose date reaches over the end of a period, or is open, are looked at one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.models.facets import NEVER
from api.query.matching import Conditions
from api.query.postings import Calendar, Column, Days, Unit, compact, in_periods, numbers_of
from api.query.session import ReadSession

MOST_ROWS = 10_000
DENSE_CELLS = 2**16
"""Cells are counted in an array with one place for each, if these are no more."""
UNDATED = 2**40
"""Sorts after every period."""

RecordNumbers = NDArray[np.uint32]
Places = NDArray[np.int64]
Counts = tuple[Places, Places, Places]
"""Cells, each as one number, and for each the certain and possible counts."""


class ManyError(Exception):
    """There are more rows than can be sent."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Assigns records to periods."""

    calendar: Calendar
    latest: Column
    unsure: BitMap
    """The dated records that are not certainly, and only, in the period in which they begin."""
    asked: tuple[int | None, int | None]
    limits: tuple[int, int]
    """The limits of open dates: the requested days, or the first and last day that any matching record begins."""
    begun: int
    """The first number of the records that begin on the first requested day or later."""

    def counts(self, parts: Sequence[BitMap]) -> tuple[Places, ...]:
        """Periods, places and counts of the records in sets, by the places of the sets. Raises ManyError."""
        places, ranges, sizes = _in_ranges(parts, np.append(np.uint32(0), self.calendar.firsts))
        none = ranges == 0
        undated, missing = places[none], sizes[none]
        places, sizes, periods = places[~none], sizes[~none], self.calendar.periods[ranges[~none] - 1]
        starting = self.unsure & self.calendar.open_start
        known, lines = flat([part & (self.unsure - starting) for part in parts])
        numbers, more = flat([part & starting for part in parts])
        numbers, lines = np.append(known, numbers), np.append(lines, more)
        own, begins, ends, sure = self._falling(numbers, len(known))
        base = min([int(each.min()) for each in (periods, begins) if len(each)], default=0)
        width = max([int(each.max()) - base + 2 for each in (periods, ends) if len(each)], default=1)
        lines = lines * width - base  # wider than there are periods, so that no line reaches into the next
        begins, ends, own = lines + begins, lines + ends, lines + own
        cells, certain, possible = _summed(
            (places * width + periods - base, sizes), own, begins, ends, sure, len(parts) * width
        )
        return few(
            np.append(cells % width + base, np.full(len(undated), UNDATED)),
            np.append(cells // width, undated),
            np.append(certain, missing),
            np.append(possible, missing),
        )

    def _falling(self, numbers: RecordNumbers, starts: int) -> tuple[Places, Places, Places, NDArray[np.bool_]]:
        """The period of each number, the first and last one it may fall in, and whether it is surely in the first.

        Dates from the place `starts` on have an open start.
        """
        calendar, (first, last), (here, there) = self.calendar, self.asked, self.limits
        own = calendar.periods[np.searchsorted(calendar.firsts, numbers, side="right") - 1]
        begins, ended = own.copy(), self.latest[numbers].astype(np.int64)
        closed = ended < NEVER
        ended[~closed] = max(there, int(ended[closed].max(initial=0))) if last is None else there
        inside = closed & (numbers >= self.begun)
        inside[starts:] = False
        begins[starts:] = in_periods(np.array([max(here, first or 0)]), calendar.unit)
        if first is not None:
            begins = np.maximum(begins, in_periods(np.array([first]), calendar.unit))
        if last is not None:
            inside &= ended <= last
            ended = np.minimum(ended, last)
        ends = in_periods(ended, calendar.unit)
        return own, begins, ends, inside & (begins == ends)

    def words(self, periods: Places) -> list[str | None]:
        """Periods in ISO 8601; None: no date."""
        known, places = np.unique(periods, return_inverse=True)
        dated = np.datetime_as_string(known[known < UNDATED].astype(f"M8[{self.calendar.unit}]")).tolist()
        return [*map([*dated, None].__getitem__, places.tolist())]


def _in_ranges(parts: Sequence[BitMap], firsts: RecordNumbers) -> Counts:
    """Each place of a set, range of numbers, and how many members the set has there, if any."""
    few: list[RecordNumbers] = []
    places: list[int] = []
    found: list[Counts] = [(np.zeros(0, np.int64),) * 3]
    for place, part in enumerate(parts):
        numbers = numbers_of(part)
        if len(numbers) <= len(firsts):
            few.append(numbers)
            places.append(place)
            continue
        sizes = np.diff(np.searchsorted(numbers, firsts), append=len(numbers))
        there = np.flatnonzero(sizes)
        found.append((np.full(len(there), place), there, sizes[there]))
    if few:
        ranges = np.searchsorted(firsts, np.concatenate(few), side="right") - 1
        cells, sizes = tallied(np.repeat(places, [*map(len, few)]) * len(firsts) + ranges)
        found.append((cells // len(firsts), cells % len(firsts), sizes))
    places_found, ranges_found, sizes_found = zip(*found, strict=True)
    return np.concatenate(places_found), np.concatenate(ranges_found), np.concatenate(sizes_found)


async def periods_of(session: ReadSession, table: str, matched: BitMap, conditions: Conditions, unit: Unit) -> Periods:
    calendar = await session.index.calendar(session, table, unit)
    latest = await session.index.column(session, table, "latest")
    known = await session.index.days_of(session, table)
    first, last = conditions.first, conditions.last
    unsure = matched & calendar.across
    for day in {day for day in (first, last) if day is not None}:
        unsure |= matched & calendar.lasting_from(day)
    begun = 0 if first is None else known.first(first)
    return Periods(calendar, latest, unsure, (first, last), _limits(matched, conditions, known), begun)


def _limits(matched: BitMap, conditions: Conditions, known: Days) -> tuple[int, int]:
    """The limits of open dates: the requested days, or the first and last day that any matching record begins."""
    first, last = conditions.first, conditions.last
    here, there = first or 0, last or 0
    undated = matched.rank(min(known.dated, NEVER) - 1)
    if undated < len(matched):
        here = min(known.day(matched[undated]), last or NEVER) if first is None else first
        there = max(known.day(matched.max()), first or 0) if last is None else last
    return here, there


def tallied(values: Places) -> tuple[Places, Places]:
    """Each value in order, and how often it is there."""
    if not compact(values):
        return np.unique(values, return_counts=True)
    first = values.min()
    sizes = np.bincount(values - first)
    there = np.flatnonzero(sizes)
    return there + first, sizes[there]


def _summed(  # noqa: PLR0913, PLR0917 - what is counted
    regular: tuple[Places, Places],
    own: Places,
    begins: Places,
    ends: Places,
    sure: NDArray[np.bool_],
    end: int,
) -> Counts:
    """Cells, all before `end`, with counts. Raises ManyError.

    `regular` has cells and sizes; of these, each record in `own` is counted in the cells from its begin to its end
    instead, and as certain only where it is `sure`, in its first.
    """
    cells, sizes = regular
    every = np.concatenate([cells, own, begins, ends + 1])
    if end <= DENSE_CELLS:
        edges, at = np.arange(end + 1), every
    else:
        edges, at = np.unique(every, return_inverse=True)
    of_cells, of_own, of_begins, of_ends = np.split(at, np.cumsum([len(cells), len(own), len(begins)]))

    def tally(places: Places, weights: Places | None = None) -> Places:
        return np.bincount(places, weights, minlength=len(edges)).astype(np.int64)

    settled = tally(of_cells, sizes) - tally(of_own)
    held = np.cumsum(tally(of_begins) - tally(of_ends))  # reach from each edge to before the next
    certain, possible = settled + tally(of_begins[sure]), settled + held
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
