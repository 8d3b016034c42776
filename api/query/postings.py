"""A cache of one revision's postings and columns, read on demand and limited in bytes."""

import asyncio
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.models.facets import CELL_BITS, CHUNK_BITS, ENTRY_COLUMNS, FACETS, NEVER, UNKNOWN, Span, checksum
from api.query.statements import (
    BEGINNING,
    BY_ID,
    CHANGED,
    COLUMN,
    DAYS,
    EVENTS_OF,
    KIND_OF_LIST,
    NAMED_POSTINGS,
    POSTINGS,
)
from api.storage.reader import Parameters, Row, SqlStatement

Column = NDArray[Any]
Unit = Literal["Y", "M", "D"]
LAST = "\U0010ffff"
OVERHEAD = 200
"""About what an entry of the cache costs beside its bytes."""
AT_ONCE = 250
"""So many sets are made in one turn."""
DENSE = 16
"""An array may have so many cells for each number that is counted in it."""
FEW_PERIODS = 2**16 - 1
_EPOCH = date(1970, 1, 1).toordinal()


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


@dataclass(frozen=True, slots=True)
class Dates:
    """By number: the day, 0 if undated; and the span class of a date that is not one day, else 0."""

    days: Column
    spans: Column
    codes: dict[Unit, tuple[int, Column, int]] = field(default_factory=dict)

    def periods(self, unit: Unit) -> tuple[int, Column, int]:
        """The first period; by number the period of a date of one day, where the first is 1, else 0; their number."""
        if unit not in self.codes:
            single = (self.days > 0) & (self.spans == 0)
            found = in_periods(self.days[single].astype(np.int64), unit)
            first, last = int(found.min(initial=NEVER)), int(found.max(initial=-NEVER))
            codes = np.zeros(len(self.days), np.uint16 if last - first < FEW_PERIODS else np.int32)
            codes[single] = found - first + 1
            self.codes[unit] = first, codes, max(last - first + 2, 1)
        return self.codes[unit]


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
    dated: dict[str, "Dates"] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    records: dict[tuple[str, str, str | None], list[tuple[str, str]]] = field(default_factory=dict)
    events: dict[int, NDArray[np.uint32]] = field(default_factory=dict)

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
        if missing:
            parts: dict[str, list[BitMap]] = {name: [] for name in missing}
            for _, name, _, hash_, members in await read.fetch(POSTINGS, {"names": missing}):
                parts[name].append(_sound(name, hash_, members))
            for name, some in parts.items():
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
        """The numbers of the events of claims, given the claims' numbers in ascending order."""
        found = np.zeros(len(claims), np.uint32)
        chunks, starts = np.unique(claims >> CHUNK_BITS, return_index=True)
        for chunk, start, end in zip(chunks.tolist(), starts, np.append(starts, len(claims))[1:], strict=True):
            if chunk not in self.events:
                first = chunk << CHUNK_BITS
                rows = await read.fetch(EVENTS_OF, {"first": first, "end": first + (1 << CHUNK_BITS)}, slow=True)
                self.events[chunk] = await asyncio.to_thread(_events_of, rows, first)  # tens of thousands
            found[start:end] = self.events[chunk][claims[start:end] - (chunk << CHUNK_BITS)]
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

    async def dates(self, read: Reads, table: str) -> "Dates":
        """The date of each number, as far as periods are counted by it."""
        if table not in self.dated:
            known, end = await self.days_of(read, table), len(await self.column(read, table, "latest"))
            firsts = np.array([0, *known.firsts, max(end, known.firsts[-1])])
            days = np.repeat(np.array([0, *known.days], np.int32), np.diff(firsts))
            spans = np.zeros(len(days), np.int8)
            names = {FACETS[KIND_OF_LIST[table]].SPAN.of(span): span for span in range(Span.MONTH, Span.UNDATED)}
            for name, members in (await self.postings(read, names)).items():
                spans[numbers_of(members)] = names[name]
            self.dated[table] = Dates(days, spans)
        return self.dated[table]

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


def in_periods(days: NDArray[np.int64], unit: Unit) -> NDArray[np.int64]:
    """Days as numbers of their periods since 1970; of many, each day's is found once."""
    first = days.min() if (close := compact(days)) else 0
    moments: NDArray[Any] = ((np.arange(first, days.max() + 1) if close else days) - _EPOCH).astype("M8[D]")
    periods: NDArray[np.int64] = moments.astype(f"M8[{unit}]").astype(np.int64)
    return periods[days - first] if close else periods


def compact(values: NDArray[np.int64]) -> bool:
    """Whether so few numbers lie between the first and the last that an array may have one cell for each."""
    return len(values) > 0 and bool(values.max() - values.min() < DENSE * (len(values) + AT_ONCE))


def set_of(numbers: NDArray[np.uint32]) -> BitMap:
    """An array as a set."""
    return BitMap(array("I", numbers.tobytes()))


def _events_of(rows: Sequence[Row], first: int) -> NDArray[np.uint32]:
    """The numbers of the events of a chunk of claims, by the claims' numbers from the first on."""
    found = np.zeros(1 << CHUNK_BITS, np.uint32)
    found[[row[1] - first for row in rows]] = [row[2] for row in rows]
    return found


def _sound(name: str, hash_: int, members: bytes) -> BitMap:
    if checksum(members) != hash_:
        raise SpoiltError(f"the posting of {name} is damaged")
    return BitMap.deserialize(members)


def _union(parts: Sequence[BitMap]) -> BitMap:
    return parts[0] if len(parts) == 1 else BitMap.union(*parts) if parts else BitMap()
