"""A cache of one revision's postings and columns, read on demand and limited in bytes."""

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.errors import Damaged
from api.models.facets import CELL_BITS, ENTRY_COLUMNS, NEVER, UNKNOWN, checksum
from api.query.sql import (
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
Bits = NDArray[np.uint64]
LAST = "\U0010ffff"
OVERHEAD = 200
"""The approximate size of an entry of the cache without its name and its set."""
FEW = 60
"""The number of postings that can be read on the event loop without a noticeable delay."""
SHORT = 4
"""The length of beginnings, with the mark of a spelling, that hundreds of words may have."""
AT_ONCE = 250
"""The maximum number of sets decoded without yielding to other requests."""
WALKED = 5_000
"""The number of ids read at once while others wait for no longer than a few milliseconds."""
CONTAINER = 2**16
"""The numbers of one container of a set."""
WITH_RUNS, BITS_FROM, OFFSETS_FROM = 12_347, 4_096, 4
"""In serialized sets, the cookie of those with runs, and from which sizes on there are bits and offsets.

See https://github.com/RoaringBitmap/RoaringFormatSpec.
"""


class Reads(Protocol):
    """Reads rows of one revision."""

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """All rows, each beginning with the revision."""

    async def checkpoint(self) -> None:
        """Let others have their turn, if there was none for a while."""


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
    computed: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What was computed of all records of a list, by the list and a name."""
    orders: dict[str, Order] = field(default_factory=dict)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while something of all records is read, which takes a while: those who ask meanwhile wait for it."""
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
            parts[name].append(_sound(hash_, members))
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
        found = []
        many = len(prefix.partition(":")[2]) <= SHORT
        rows = await read.fetch(BEGINNING, {"first": prefix, "beyond": prefix + LAST}, slow=many)
        for _, _, _, hash_, members in rows:
            await read.checkpoint()
            found.append(_sound(hash_, members))
        await read.checkpoint()
        return self.keep(key, _union(found))

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
            for _, id_, name, _, hash_, members in await read.fetch(
                statement, {"prefix": prefix, "kind": only}, slow=True
            ):
                await read.checkpoint()
                names[id_] = name
                parts.setdefault(id_, []).append(_sound(hash_, members))
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
            self.size -= _held(name, known)
        self.sets[name] = stored
        self.size += _held(name, stored)
        while self.size > self.limit and len(self.sets) > 1:
            self.size -= _held(*self.sets.popitem(last=False))
        return members

    async def column(self, read: Reads, table: str, name: str) -> Column:
        """A column, by number. Raises Damaged."""
        key = table, name
        if key not in self.columns:
            async with self.reading:
                if key not in self.columns:
                    self.columns[key] = await _column(read, KIND_OF_LIST[table], name)
        return self.columns[key]

    async def days_of(self, read: Reads, table: str) -> Days:
        """The first number of each day."""
        if table not in self.days:
            rows = await read.fetch(DAYS, {"kind": KIND_OF_LIST[table]})
            self.days[table] = Days([row[1] for row in rows] or [0], [row[2] for row in rows] or [0])
        return self.days[table]

    async def order(self, read: Reads, table: str) -> Order:
        """All numbers in the order of ids, and the rank of each."""
        if table not in self.orders:
            async with self.reading:
                if table not in self.orders:
                    self.orders[table] = await _order(read, table)
        return self.orders[table]


async def _column(read: Reads, kind: str, name: str) -> Column:
    cell = np.dtype(ENTRY_COLUMNS[kind][name])
    rows = await read.fetch(COLUMN, {"name": f"{kind}/{name}"}, slow=True)
    size = (rows[-1][1] + 1) << CELL_BITS if rows else 0
    whole = np.full(size, UNKNOWN if cell.kind == "f" else NEVER, cell)
    for _, chunk, hash_, cells in rows:
        await read.checkpoint()
        if checksum(cells) != hash_:
            raise Damaged("record_column")
        whole[chunk << CELL_BITS : (chunk + 1) << CELL_BITS] = np.frombuffer(cells, cell)
    return whole


async def _order(read: Reads, table: str) -> Order:
    parts, after = [np.zeros(0, np.uint32)], ""
    while rows := await read.fetch(BY_ID[table], {"id": after, "limit": WALKED}, slow=True):
        parts.append(np.fromiter((row[1] for row in rows), np.uint32, len(rows)))
        after = rows[-1][2]
        await read.checkpoint()
    numbers = np.concatenate(parts)
    ranks = np.zeros(int(numbers.max()) + 1 if len(numbers) else 0, np.uint32)
    ranks[numbers] = np.arange(len(numbers), dtype=np.uint32)
    return Order(numbers, ranks)


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


def set_of(numbers: NDArray[np.uint32]) -> BitMap:
    """An array as a set."""
    return BitMap(array("I", numbers.tobytes()))


def packed(members: BitMap, chunks: int) -> Bits:
    """A set as bits of this number of containers, copied from its serialized form."""
    data = members.serialize()
    bits = np.zeros((chunks, CONTAINER // 8), np.uint8)
    at, runs, count = 8, b"", int.from_bytes(data[4:8], "little")
    if int.from_bytes(data[:2], "little") == WITH_RUNS:
        count = int.from_bytes(data[2:4], "little") + 1
        at = 4 + (count + 7) // 8
        runs = data[4:at]
    heads = np.frombuffer(data, "<u2", 2 * count, at).reshape(-1, 2).tolist()
    at += 4 * count * (2 if not runs or count >= OFFSETS_FROM else 1)
    for place, (chunk, most) in enumerate(heads):
        if runs and runs[place // 8] >> place % 8 & 1:
            number = int.from_bytes(data[at : at + 2], "little")
            bits[chunk] = _of_runs(np.frombuffer(data, "<u2", 2 * number, at + 2).reshape(-1, 2))
            at += 2 + 4 * number
        elif most >= BITS_FROM:
            bits[chunk] = np.frombuffer(data, np.uint8, CONTAINER // 8, at)
            at += CONTAINER // 8
        else:
            flags = np.zeros(CONTAINER, np.bool_)
            flags[np.frombuffer(data, "<u2", most + 1, at)] = True
            bits[chunk] = np.packbits(flags, bitorder="little")
            at += 2 * most + 2
    return bits.reshape(-1).view("<u8").astype(np.uint64, copy=False)


def _of_runs(runs: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The bits of a container of runs, each given by its first number and how many follow."""
    changes = np.zeros(CONTAINER + 1, np.int8)
    changes[runs[:, 0]] += 1
    changes[runs.sum(axis=1, dtype=np.int64) + 1] -= 1
    return np.packbits(np.cumsum(changes[:-1], dtype=np.int8), bitorder="little")


def range_sizes(sets: Bits, matched: Bits, firsts: NDArray[np.uint32]) -> NDArray[np.int64]:
    """A row for each set with the number of its matched members in each range of numbers, given by the first ones."""
    both = sets & matched
    sizes = np.bitwise_count(both)
    sums = np.cumsum(sizes, axis=1, dtype=np.int32)
    words, rest = firsts >> 6, (firsts & 63).astype(np.uint64)
    within = np.bitwise_count(both[:, words] & ((np.uint64(1) << rest) - np.uint64(1)))
    before = sums[:, words] - sizes[:, words] + within
    found: NDArray[np.int64] = np.diff(before, append=sums[:, -1:]).astype(np.int64)
    return found


def _held(name: str, stored: bytes) -> int:
    """The memory of an entry of the cache; a searched word that no record has is longer than its empty set."""
    return getsizeof(name) + getsizeof(stored) + OVERHEAD


def _sound(hash_: int, members: bytes) -> BitMap:
    if checksum(members) != hash_:
        raise Damaged("posting")
    return BitMap.deserialize(members)


def _union(parts: Sequence[BitMap]) -> BitMap:
    return parts[0] if len(parts) == 1 else BitMap.union(*parts) if parts else BitMap()
