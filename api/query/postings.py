"""A cache of one revision's postings and columns, read on demand and limited in bytes."""

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.models.facets import CELL_BITS, ENTRY_COLUMNS, FACETS, NEVER, UNKNOWN, Span, checksum
from api.query.statements import (
    BEGINNING,
    BY_ID,
    CHANGED,
    COLUMN,
    DAYS,
    KIND_OF_LIST,
    NAMED_POSTINGS,
    POSTINGS,
)
from api.storage.reader import Parameters, Row, SqlStatement

Column = NDArray[Any]
Unit = Literal["Y", "M", "D"]
LAST = "\U0010ffff"
OVERHEAD = 200
"""The approximate size of an entry of the cache without its bytes."""
FEW = 60
"""The number of postings that can be read on the event loop without a noticeable delay."""
AT_ONCE = 250
"""The maximum number of sets decoded without yielding to other requests."""
DENSE = 16
"""The maximum number of cells of an array for each number counted in it."""
_EPOCH = date(1970, 1, 1).toordinal()
_NEAR = date(1900, 1, 1).toordinal(), date(2100, 1, 1).toordinal()


class Reads(Protocol):
    """Reads rows of one revision."""

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows, each beginning with the revision."""

    async def checkpoint(self) -> None:
        """Let others have their turn, if there was none for a while."""


class SpoiltError(ValueError):
    """A posting or column was altered."""


@dataclass(frozen=True, slots=True)
class Days:
    """The first number of each day; undated records come first, as day 0."""

    days: Sequence[int]
    firsts: Sequence[int]

    @property
    def dated(self) -> int:
        """The first number of dated records."""
        return self.firsts[1] if len(self.firsts) > 1 else NEVER

    def first(self, day: int) -> int:
        """The smallest number of that day or a later one."""
        at = bisect_left(self.days, day)
        return self.firsts[at] if at < len(self.firsts) else NEVER

    def day(self, number: int) -> int:
        """The sort day of a record."""
        return self.days[bisect_right(self.firsts, number) - 1]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods in which dated records begin: numbers follow days, so each period is a range of numbers."""

    unit: Unit
    days: NDArray[np.int64]
    day_firsts: NDArray[np.uint32]
    """Each day, 0 for undated records, and its first number."""
    periods: NDArray[np.int64]
    firsts: NDArray[np.uint32]
    """Each period since 1970, and its first number."""
    lasting: BitMap
    """Records whose date is not one day."""
    across: BitMap
    """Those of them whose date is not within one period."""
    open_end: BitMap
    open_start: BitMap

    def days_of(self, numbers: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The sort day of each of these ascending numbers."""
        return self.days[ranges_of(numbers, self.day_firsts)]

    def lasting_from(self, day: int) -> BitMap:
        """The records that begin in the period of a day and whose date is not one day."""
        at = int(np.searchsorted(self.periods, period := in_periods(np.array([day]), self.unit)[0]))
        if at == len(self.periods) or self.periods[at] != period:
            return BitMap()
        end = int(self.firsts[at + 1]) if at + 1 < len(self.firsts) else NEVER
        return between(self.lasting, int(self.firsts[at]), end)


@dataclass(frozen=True, slots=True)
class Order:
    """All numbers in the order of ids, and the rank of each."""

    numbers: NDArray[np.uint32]
    ranks: NDArray[np.uint32]


@dataclass(slots=True)
class Index:
    """What has been read of one revision so far."""

    limit: int
    sets: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    size: int = 0
    columns: dict[tuple[str, str], Column] = field(default_factory=dict)
    days: dict[str, Days] = field(default_factory=dict)
    calendars: dict[tuple[str, Unit], Calendar] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    records: dict[tuple[str, str, str | None], list[tuple[str, str]]] = field(default_factory=dict)

    async def postings(self, read: Reads, names: Iterable[str]) -> dict[str, BitMap]:
        """The members of facets by name; empty for facets without records."""
        found: dict[str, BitMap] = {}
        missing = []
        for name in dict.fromkeys(names):
            known = self.sets.get(name)
            if known is None:
                missing.append(name)
            else:
                self.sets.move_to_end(name)
                found[name] = BitMap.deserialize(known)
        return found | await self.read_ahead(read, missing)

    async def read_ahead(self, read: Reads, names: Iterable[str]) -> dict[str, BitMap]:
        """Read the postings of facets that are not cached, with one statement, and return their members by name."""
        missing = [name for name in dict.fromkeys(names) if name not in self.sets]
        if not missing:
            return {}
        parts: dict[str, list[BitMap]] = {name: [] for name in missing}
        rows = await read.fetch(POSTINGS, {"names": missing}, slow=len(missing) > FEW)
        for _, name, _, hash_, members in rows:
            await read.checkpoint()
            parts[name].append(_sound(name, hash_, members))
        found = {}
        for name, some in parts.items():
            await read.checkpoint()
            found[name] = self.keep(name, _union(some))
        return found

    async def beginning(self, read: Reads, prefix: str) -> BitMap:
        """The members of all facets whose names have this prefix."""
        key = f"{prefix}…"
        known = self.sets.get(key)
        if known is not None:
            self.sets.move_to_end(key)
            return BitMap.deserialize(known)
        rows = await read.fetch(BEGINNING, {"first": prefix, "beyond": prefix + LAST})
        return self.keep(key, _union([_sound(name, hash_, members) for _, name, _, hash_, members in rows]))

    async def of_records(self, read: Reads, kind: str, prefix: str, only: str | None) -> list[tuple[str, str, BitMap]]:
        """The records of a kind whose ids follow a prefix in names of facets: id, name and members, sorted by id.

        `only`: restrict to records with this `kind`, such as sides among actors.
        """
        key = kind, prefix, only
        found: list[tuple[str, str, BitMap]] = []
        if key not in self.records:
            names: dict[str, str] = {}
            parts: dict[str, list[BitMap]] = {}
            statement = NAMED_POSTINGS[kind, only is not None]
            for _, id_, name, facet, hash_, members in await read.fetch(
                statement, {"prefix": prefix, "kind": only}, slow=True
            ):
                await read.checkpoint()
                names[id_] = name
                parts.setdefault(id_, []).append(_sound(facet, hash_, members))
            self.records[key] = list(names.items())
            for id_, some in parts.items():
                await read.checkpoint()
                found.append((id_, names[id_], self.keep(prefix + id_, _union(some))))
            return found
        known = self.records[key]
        for start in range(0, len(known), AT_ONCE):
            await read.checkpoint()
            named = known[start : start + AT_ONCE]
            sets = await self.postings(read, [prefix + id_ for id_, _ in named])
            found += [(id_, name, sets[prefix + id_]) for id_, name in named]
        return found

    async def events_of(self, read: Reads, claims: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The numbers of the events of claims, given the claims' numbers."""
        found: NDArray[np.uint32] = (await self.column(read, "claims", "event"))[claims]
        return found

    async def changed(self, read: Reads, table: str, since: int, *, claims: bool) -> BitMap:
        """The records that changed after a revision, or the events whose claims did."""
        key = f"{table} changed since {since}, {claims}"
        if (known := self.sets.get(key)) is not None:
            self.sets.move_to_end(key)
            return BitMap.deserialize(known)
        rows = await read.fetch(CHANGED[table, claims], {"since": since}, slow=True)
        return self.keep(key, BitMap([row[1] for row in rows]))

    def keep(self, name: str, members: BitMap) -> BitMap:
        """Cache a set, and evict the least recently used ones if the cache is too large."""
        stored = members.serialize()
        if (known := self.sets.pop(name, None)) is not None:
            self.size -= len(known) + OVERHEAD
        self.sets[name] = stored
        self.size += len(stored) + OVERHEAD
        while self.size > self.limit and len(self.sets) > 1:
            _, old = self.sets.popitem(last=False)
            self.size -= len(old) + OVERHEAD
        return members

    async def column(self, read: Reads, table: str, name: str) -> Column:
        """A column, by number."""
        key = table, name
        if key not in self.columns:
            kind = np.dtype(ENTRY_COLUMNS[KIND_OF_LIST[table]][name])
            rows = await read.fetch(COLUMN, {"name": f"{KIND_OF_LIST[table]}/{name}"})
            size = (rows[-1][1] + 1) << CELL_BITS if rows else 0
            whole = np.full(size, UNKNOWN if kind.kind == "f" else NEVER, kind)
            for _, chunk, hash_, cells in rows:
                if checksum(cells) != hash_:
                    raise SpoiltError(f"the column {name} of {table} is damaged")
                whole[chunk << CELL_BITS : (chunk + 1) << CELL_BITS] = np.frombuffer(cells, kind)
            self.columns[key] = whole
        return self.columns[key]

    async def days_of(self, read: Reads, table: str) -> Days:
        """The first number of each day."""
        if table not in self.days:
            rows = await read.fetch(DAYS, {"kind": KIND_OF_LIST[table]})
            self.days[table] = Days([row[1] for row in rows] or [0], [row[2] for row in rows] or [0])
        return self.days[table]

    async def calendar(self, read: Reads, table: str, unit: Unit) -> Calendar:
        """The periods in which records begin."""
        key = table, unit
        if key not in self.calendars:
            names = {FACETS[KIND_OF_LIST[table]].SPAN.of(span): span for span in range(Span.MONTH, Span.UNDATED)}
            spans = {names[name]: members for name, members in (await self.postings(read, names)).items()}
            days, latest = await self.days_of(read, table), await self.column(read, table, "latest")
            self.calendars[key] = await asyncio.to_thread(calendar_of, unit, days, spans, latest)  # of all records
        return self.calendars[key]

    async def order(self, read: Reads, table: str) -> Order:
        """All numbers in the order of ids, and the rank of each."""
        if table not in self.orders:
            rows = await read.fetch(BY_ID[table], {}, slow=True)
            numbers = np.fromiter((row[1] for row in rows), np.uint32, len(rows))
            ranks = np.zeros(int(numbers.max()) + 1 if len(numbers) else 0, np.uint32)
            ranks[numbers] = np.arange(len(numbers), dtype=np.uint32)
            self.orders[table] = Order(numbers, ranks)
        return self.orders[table]


def numbers_of(members: BitMap) -> NDArray[np.uint32]:
    """A set as an array, ascending."""
    return np.frombuffer(members.to_array(), np.uint32)


def between(members: BitMap, first: int, end: int) -> BitMap:
    """The members of a set from `first` to before `end`. A slice of a set would copy its members one by one."""
    end = min(end, members.max() + 1) if members else 0
    return members & BitMap(range(first, end)) if first < end else BitMap()


def ranges_of(numbers: NDArray[np.uint32], firsts: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The range of each of these ascending numbers; ranges are given by their first numbers, from the smallest on."""
    sizes = np.diff(np.searchsorted(numbers, firsts), append=len(numbers))
    return np.repeat(np.arange(len(firsts)), sizes)


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
    return len(values) > 0 and bool(values.max() - values.min() < DENSE * (len(values) + AT_ONCE))


def set_of(numbers: NDArray[np.uint32]) -> BitMap:
    """An array as a set."""
    return BitMap(array("I", numbers.tobytes()))


def calendar_of(unit: Unit, days: Days, spans: dict[int, BitMap], latest: Column) -> Calendar:
    """The calendar of records, by their days, the sets of dates that are not one day, and last days."""
    day_firsts, known = np.array(days.firsts, np.uint32), np.array(days.days, np.int64)
    dated = known > 0
    periods, at = np.unique(in_periods(known[dated], unit), return_index=True)
    lasting = BitMap.union(*spans.values())
    numbers = numbers_of(lasting)
    ended = latest[numbers]
    within = ended < NEVER
    begun = known[ranges_of(numbers, day_firsts)]
    within[within] = in_periods(begun[within], unit) == in_periods(ended[within].astype(np.int64), unit)
    across = set_of(numbers[~within]) | spans[Span.OPEN_START]
    return Calendar(
        unit,
        known,
        day_firsts,
        periods,
        day_firsts[dated][at],
        lasting,
        across,
        spans[Span.OPEN_END],
        spans[Span.OPEN_START],
    )


def _sound(name: str, hash_: int, members: bytes) -> BitMap:
    if checksum(members) != hash_:
        raise SpoiltError(f"the posting of {name} is damaged")
    return BitMap.deserialize(members)


def _union(parts: Sequence[BitMap]) -> BitMap:
    return parts[0] if len(parts) == 1 else BitMap.union(*parts) if parts else BitMap()
