"""Writes postings and columns: the record numbers in each facet, and values by record number."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from pyroaring import BitMap

from api.models.facets import (
    CELL_BITS,
    CHUNK_BITS,
    ENTRY_COLUMNS,
    NEVER,
    UNKNOWN,
    ClaimFacets,
    Facet,
    checksum,
)
from api.storage.bulk import Row, Store

AT_ONCE = 20_000
"""The number of memberships turned into postings at once."""
MOST, SORTED, SAMPLED = 3_000_000, 250_000, 50
"""The memberships held before any are written, the number sorted at once, and the sampling rate to split them."""
MOST_NAMES = 300_000
MOST_NEW, MOST_ROWS = 10_000, 8_000
"""The names, and rows of columns, that are buffered before they are written."""
FEW_LOOKED_UP = 500
"""The number of names looked up one by one before all are read, at least."""
SHARE_LOOKED_UP = 30
"""On SQLite, where a lookup costs as much as reading thirty names, all are read once one in this many was looked up."""
PASSING = {ClaimFacets.EVENT.name, ClaimFacets.ABOUT.name}
"""Facets with a set for each event's claims; these are built together, so their names need not be cached."""
_FIRST, _SECOND = (f"{name}:" for name in sorted(PASSING))
_KEPT = (
    f"name < '{_FIRST}'",
    f"name >= '{_FIRST[:-1]};' AND name < '{_SECOND}'",
    f"name >= '{_SECOND[:-1]};'",
)
"""Conditions for all other names; `;` follows `:`. They are few among millions, so they are found by an index."""
EMPTY = BitMap()
LAST = (1 << CHUNK_BITS) - 1
Segment = tuple[str, int]
"""A kind of record and one of its chunks (number >> 16)."""


class Values(dict[str, int]):
    """The numbers of the sets of one facet, by value."""

    def __init__(self, facet: Facet, number: Callable[[str], int]) -> None:
        super().__init__()
        self._facet, self._number = facet, number

    def __missing__(self, value: str) -> int:
        found = self[value] = self._number(self._facet.of(value))
        return found


class FacetIds(dict[str, int]):
    """The numbers of facets, by name; new names get the next ones."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._values: dict[str, Values] = {}
        self.new: list[Row] = []
        """Numbers and names that are not written yet."""
        self._next: int = store.rows("SELECT coalesce(max(id), 0) + 1 FROM facet")[0][0]
        self._first = self._all = self._next == 1
        self._looked_up, self._kept = 0, 0

    def __missing__(self, name: str) -> int:
        facet, _, value = name.partition(":")
        if facet in self._values:
            return self._values[facet][value]
        found = self[name] = self._number(name)
        return found

    def of(self, facet: Facet) -> Values:
        """The numbers of one facet by value, which saves building a name for each of millions of lookups."""
        found = self._values.get(facet.name)
        if found is None:
            found = self._values[facet.name] = Values(facet, partial(self._number, passing=facet.name in PASSING))
        return found

    def forget(self) -> None:
        """Forget the names that belong to the claims of previous events."""
        for name in PASSING & self._values.keys():
            self._values[name].clear()

    def _number(self, name: str, *, passing: bool = False) -> int:
        """The number of a name that is not cached."""
        if not self._all and not passing:
            self._look_up()
        if (held := self.get(name)) is not None:
            return held
        new = self._first if passing else self._all
        rows = [] if new else self._store.rows("SELECT id FROM facet WHERE name = ?", name)
        if rows:
            return int(rows[0][0])
        self.new.append((self._next, name))
        self._next += 1
        return self._next - 1

    def _look_up(self) -> None:
        """After many lookups, read all names that may be needed again, if they fit in memory."""
        self._looked_up += 1
        if self._looked_up == FEW_LOOKED_UP:
            self._kept = sum(self._store.column(f"SELECT count(*) FROM facet WHERE {some}")[0] for some in _KEPT)
        few = max(FEW_LOOKED_UP, self._kept // SHARE_LOOKED_UP if self._store.sqlite else 0)
        if self._looked_up == few and self._kept <= MOST_NAMES:
            for some in _KEPT:
                self.update(self._store.rows(f"SELECT name, id FROM facet WHERE {some}"))
            self._all = True

    def write(self, *, last: bool) -> None:
        """Write new names if there are many or if these are the last."""
        held = len(self) + sum(map(len, self._values.values()))
        if len(self.new) < MOST_NEW and held < MOST_NAMES and not last:
            return
        self._store.insert("facet", ("id", "name"), sorted(self.new, key=itemgetter(1)))
        self.new = []
        if held >= MOST_NAMES:
            self.clear()
            self._values.clear()
            self._all = False


class Memberships:
    """Pairs of facet and record of one chunk in arrays; a set per facet would take many times the memory."""

    def __init__(self) -> None:
        self._facets, self._records, self._counts = array("I"), array("H"), array("I")

    def __len__(self) -> int:
        return len(self._facets)

    def put(self, place: int, facets: BitMap) -> None:
        """Add a record, by its offset in the chunk, with its facets."""
        self._facets.extend(facets.to_array())
        self._records.append(place)
        self._counts.append(len(facets))

    def taken(self, chunk: int) -> Iterator[list[tuple[int, BitMap]]]:
        """Empty this: yield the record numbers of each facet in order, some facets at a time."""
        facets = np.frombuffer(self._facets, np.uint32)
        places = np.repeat(np.frombuffer(self._records, np.uint16), np.frombuffer(self._counts, np.uint32))
        self._facets, self._records, self._counts = array("I"), array("H"), array("I")
        # Sorted in parts, because sorting takes three times the memory of a pair.
        shares = np.linspace(0, 1, 2 + len(facets) // SORTED)[1:-1]
        edges = np.quantile(facets[::SAMPLED], shares, method="lower").tolist() if len(shares) else []
        for low, high in pairwise([0, *edges, 1 << 32]):
            here = (facets >= low) & (facets < high)
            pairs = facets[here].astype(np.uint64)
            pairs <<= np.uint64(CHUNK_BITS)
            pairs |= places[here]
            pairs.sort()
            yield from self._sets(pairs, chunk << CHUNK_BITS)

    def _sets(self, pairs: np.ndarray[Any, np.dtype[np.uint64]], first: int) -> Iterator[list[tuple[int, BitMap]]]:
        start = 0
        while start < len(pairs):
            edge = pairs[min(start + AT_ONCE, len(pairs)) - 1] >> np.uint64(CHUNK_BITS)
            end = int(np.searchsorted(pairs, edge + np.uint64(1) << np.uint64(CHUNK_BITS)))
            some = pairs[start:end]
            facets = some >> np.uint64(CHUNK_BITS)
            members = array("I", (some.astype(np.uint16) + np.uint32(first)).tobytes())
            starts = np.flatnonzero(np.concatenate(([True], facets[1:] != facets[:-1])))
            bounds = pairwise([*starts.tolist(), len(members)])
            yield [(facet, BitMap(members[a:b])) for facet, (a, b) in zip(facets[starts].tolist(), bounds, strict=True)]
            start = end


class Postings:
    """Collects additions to and removals from facets, and writes changed postings one chunk at a time.

    Records arrive in date order, so almost in the order of their numbers, and hardly any chunk is written twice.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._come: defaultdict[Segment, Memberships] = defaultdict(Memberships)
        self._gone: defaultdict[Segment, Memberships] = defaultdict(Memberships)
        self._latest: dict[str, Segment] = {}
        self._emptied: list[int] = []
        self._stored: set[Segment] | None = None if store.rows("SELECT 1 FROM posting LIMIT 1") else set()
        """Chunks that have postings; None: unknown."""

    def remove(self, kind: str, number: int, facets: bytes) -> None:
        """Remove a record from the facets of its entry; all removals come before any addition."""
        self._gone[kind, number >> CHUNK_BITS].put(number & LAST, BitMap.deserialize(facets))

    def add(self, kind: str, number: int, facets: Iterable[int]) -> bytes:
        """Add a record to facets, and return the bitmap for its entry."""
        own = BitMap(facets)
        self._latest[kind] = chunk = kind, number >> CHUNK_BITS
        self._come[chunk].put(number & LAST, own)
        return own.serialize()

    def write(self, *, last: bool) -> None:
        """Write postings: all at the end, and before that the largest completed chunk if much is buffered."""
        sizes = {chunk: len(self._come[chunk]) + len(self._gone[chunk]) for chunk in {*self._come, *self._gone}}
        waiting = sum(sizes.values())
        if waiting < MOST and not last:
            return
        latest = set(self._latest.values())
        for chunk in sorted(sizes, key=lambda one: (one in latest, -sizes[one], one)):
            if last or waiting > MOST // 2:
                self._write(chunk)
                waiting -= sizes[chunk]
        if last and self._emptied:
            unused = "NOT EXISTS (SELECT 1 FROM posting p WHERE p.facet = facet.id)"
            self._store.run(f"DELETE FROM facet WHERE id {{ids}} AND {unused}", sorted(set(self._emptied)))
            self._emptied = []

    def _write(self, chunk: Segment) -> None:
        """Write one chunk: additions and removals of some facets, then the remaining removals."""
        number, known = chunk[1], self._stored is None or chunk in self._stored
        gone = dict(chain.from_iterable(self._gone.pop(chunk, Memberships()).taken(number)))
        for come in self._come.pop(chunk, Memberships()).taken(number):
            parts = [(facet, gone.pop(facet, EMPTY), members) for facet, members in come]
            self._merge(number, parts, known=known)
        rest = iter(gone.items())
        while some := list(islice(rest, AT_ONCE)):
            self._merge(number, [(facet, members, EMPTY) for facet, members in some], known=known)
        if self._stored is not None:
            self._stored.add(chunk)

    def _merge(self, chunk: int, parts: list[tuple[int, BitMap, BitMap]], *, known: bool) -> None:
        stored: dict[int, bytes] = {}
        if known:
            statement = "SELECT facet, members FROM posting WHERE facet {ids} AND chunk = ?"
            rows = self._store.rows(statement, [facet for facet, *_ in parts], chunk)
            stored = {facet: bytes(members) for facet, members in rows}
        new, changed, emptied = [], [], []
        for facet, gone, come in parts:
            old = stored.get(facet)
            members = come if old is None else (BitMap.deserialize(old) - gone) | come
            if not members:
                emptied += [facet] if old is not None else []
                continue
            members.run_optimize()
            text = members.serialize()
            if old is None:
                new.append((facet, chunk, checksum(text), text))
            elif text != old:
                changed.append((checksum(text), text, facet, chunk))
        self._store.insert("posting", ("facet", "chunk", "hash", "members"), new)
        self._store.many("UPDATE posting SET hash = ?, members = ? WHERE facet = ? AND chunk = ?", changed)
        if emptied:
            self._store.run("DELETE FROM posting WHERE facet {ids} AND chunk = ?", emptied, chunk)
            self._emptied += emptied


class Cells(NamedTuple):
    """A record's values in the columns of its kind; None: unknown."""

    latest: int | None
    possible: int | None
    certain: int | None
    longitude: float | None = None
    latitude: float | None = None
    radius_m: float | None = None


class Columns:
    """Collects the values of records in columns, and writes the parts that changed."""

    def __init__(self, store: Store, kind: str, names: Sequence[str]) -> None:
        self._store, self._kind, self._names = store, kind, names
        self._rows: list[tuple[int, Sequence[float | None]]] = []

    def put(self, number: int, cells: Sequence[float | None]) -> None:
        """Set the values of a record, in the order of the names."""
        self._rows.append((number, cells))

    def write(self, *, last: bool) -> None:
        """Write columns if much is buffered or if these are the last."""
        if len(self._rows) < MOST_ROWS and not last:
            return
        self._rows.sort(key=lambda row: row[0])
        parts: defaultdict[int, list[tuple[int, Sequence[float | None]]]] = defaultdict(list)
        for row in self._rows:
            parts[row[0] >> CELL_BITS].append(row)
        for chunk, rows in parts.items():
            self._write(chunk, rows)
        self._rows.clear()

    def _write(self, chunk: int, rows: list[tuple[int, Sequence[float | None]]]) -> None:
        names = {f"{self._kind}/{name}": position for position, name in enumerate(self._names)}
        statement = "SELECT name, cells FROM record_column WHERE chunk = ? AND name {ids}"
        stored = {name: bytes(cells) for name, cells in self._store.rows(statement, chunk, list(names))}
        places = np.array([number - (chunk << CELL_BITS) for number, _ in rows])
        new, changed = [], []
        for name, position in names.items():
            kind = np.dtype(ENTRY_COLUMNS[self._kind][self._names[position]])
            nothing = UNKNOWN if kind.kind == "f" else NEVER
            old = stored.get(name)
            cells = np.full(1 << CELL_BITS, nothing, kind) if old is None else np.frombuffer(old, kind).copy()
            found = [values[position] for _, values in rows]
            cells[places] = [nothing if value is None else value for value in found]
            text = cells.tobytes()
            if old is None:
                new.append((name, chunk, checksum(text), text))
            elif text != old:
                changed.append((checksum(text), text, name, chunk))
        self._store.insert("record_column", ("name", "chunk", "hash", "cells"), new)
        self._store.many("UPDATE record_column SET hash = ?, cells = ? WHERE name = ? AND chunk = ?", changed)
