"""Writes postings and columns: what stands in each facet, and what is known of each record by its number."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

from api.models.facets import CELL_BITS, CHUNK_BITS, ENTRY_COLUMNS, NEVER, UNKNOWN, Facet, checksum
from api.storage.bulk import Row, Store

AT_ONCE = 2_000
"""How many parts of postings are brought up to date at once."""
MOST = 1_000_000
"""So many memberships are held before they are written down."""
MOST_NAMES = 400_000
FEW_LOOKED_UP = 500
"""Names that are asked for one by one; then all are read."""
EMPTY = BitMap()


class Values(dict[str, int]):
    """The numbers of the sets of one facet, by value."""

    def __init__(self, names: "FacetIds", facet: Facet) -> None:
        super().__init__()
        self._names, self._facet = names, facet

    def __missing__(self, value: str) -> int:
        found = self[value] = self._names[self._facet.of(value)]
        return found


class FacetIds(dict[str, int]):
    """The numbers of facets, by name; new names get the next ones."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._values: dict[str, Values] = {}
        self.new: list[Row] = []
        """Numbers and names that are not written down."""
        self._next: int = store.rows("SELECT coalesce(max(id), 0) + 1 FROM facet")[0][0]
        self._all = self._next == 1
        self._looked_up = 0

    def __missing__(self, name: str) -> int:
        found = None if self._all else self._stored(name)
        if found is None:
            found, self._next = self._next, self._next + 1
            self.new.append((found, name))
        self[name] = found
        return found

    def of(self, facet: Facet) -> Values:
        """Those of one facet, by value: what is asked for by the million needs no name made each time."""
        found = self._values.get(facet.name)
        if found is None:
            found = self._values[facet.name] = Values(self, facet)
        return found

    def _stored(self, name: str) -> int | None:
        self._looked_up += 1
        if self._looked_up == FEW_LOOKED_UP:
            count: int = self._store.rows("SELECT count(*) FROM facet")[0][0]
            if count <= MOST_NAMES:
                self.update(self._store.rows("SELECT name, id FROM facet"))
                self._all = True
                return self.get(name)
        rows = self._store.rows("SELECT id FROM facet WHERE name = ?", name)
        return rows[0][0] if rows else None

    def write(self) -> None:
        """Write new names down."""
        self._store.insert("facet", ("id", "name"), self.new)
        self.new = []
        if len(self) > MOST_NAMES:
            self.clear()
            self._values.clear()
            self._all = False


class Memberships:
    """Pairs of a facet and a record, in flat memory: an object for each facet would take more than its members do."""

    def __init__(self) -> None:
        self._facets, self._records, self._counts = array("I"), array("I"), array("I")

    def __len__(self) -> int:
        return len(self._facets)

    def put(self, number: int, facets: BitMap) -> None:
        """A record and its facets."""
        self._facets.extend(facets.to_array())
        self._records.append(number)
        self._counts.append(len(facets))

    def taken(self) -> Iterator[tuple[int, int, BitMap]]:
        """By facet and chunk, in order, the numbers of its records; nothing is held afterwards."""
        pairs = np.frombuffer(self._facets, np.uint32).astype(np.uint64)
        pairs <<= np.uint64(32)
        pairs |= np.repeat(np.frombuffer(self._records, np.uint32), np.frombuffer(self._counts, np.uint32))
        self._facets, self._records, self._counts = array("I"), array("I"), array("I")
        pairs.sort()
        members = array("I", pairs.astype(np.uint32).tobytes())
        pairs >>= np.uint64(CHUNK_BITS)
        starts = np.flatnonzero(np.concatenate(([len(pairs) > 0], pairs[1:] != pairs[:-1])))
        facets, chunks = np.divmod(pairs[starts], np.uint64(1 << 32 - CHUNK_BITS))
        bounds = [*starts.tolist(), len(members)]
        for place, (facet, chunk) in enumerate(zip(facets.tolist(), chunks.tolist(), strict=True)):
            yield facet, chunk, BitMap(members[bounds[place] : bounds[place + 1]])


class Postings:
    """Collects which records come into facets and leave them, and writes what has changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._come, self._gone = Memberships(), Memberships()
        self._empty = not store.rows("SELECT 1 FROM posting LIMIT 1")

    def remove(self, number: int, facets: bytes) -> None:
        """A record leaves the facets of its entry; before any record comes."""
        self._gone.put(number, BitMap.deserialize(facets))

    def add(self, number: int, facets: Iterable[int]) -> bytes:
        """A record comes into facets; what its entry says of them."""
        own = BitMap(facets)
        self._come.put(number, own)
        return own.serialize()

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return len(self._come) + len(self._gone) > MOST

    def write(self) -> None:
        """Bring the stored postings up to date."""
        parts = self._parts()
        while some := list(islice(parts, AT_ONCE)):
            self._write(some)
        self._empty = False

    def _parts(self) -> Iterator[tuple[int, int, BitMap, BitMap]]:
        """By facet and chunk, who leaves and who comes."""
        gone = {(facet, chunk): members for facet, chunk, members in self._gone.taken()}
        for facet, chunk, come in self._come.taken():
            yield facet, chunk, gone.pop((facet, chunk), EMPTY), come
        for (facet, chunk), members in gone.items():
            yield facet, chunk, members, EMPTY

    def _write(self, parts: list[tuple[int, int, BitMap, BitMap]]) -> None:
        stored: dict[tuple[int, int], bytes] = {}
        if not self._empty:
            statement = "SELECT facet, chunk, members FROM posting WHERE facet {ids}"
            rows = self._store.rows(statement, sorted({facet for facet, *_ in parts}))
            stored = {(facet, chunk): bytes(members) for facet, chunk, members in rows}
        new, changed, emptied = [], [], []
        for facet, chunk, gone, come in parts:
            old = stored.get((facet, chunk))
            members = come if old is None else (BitMap.deserialize(old) - gone) | come
            if not members:
                emptied += [(facet, chunk)] if old is not None else []
                continue
            members.run_optimize()
            text = members.serialize()
            if old is None:
                new.append((facet, chunk, checksum(text), text))
            elif text != old:
                changed.append((checksum(text), text, facet, chunk))
        self._store.insert("posting", ("facet", "chunk", "hash", "members"), new)
        self._store.many("UPDATE posting SET hash = ?, members = ? WHERE facet = ? AND chunk = ?", changed)
        self._store.delete_rows("posting", {"facet": "int", "chunk": "int"}, emptied)
        if emptied:
            empty = sorted({facet for facet, _ in emptied})
            self._store.run("DELETE FROM facet WHERE id {ids} AND id NOT IN (SELECT facet FROM posting)", empty)


class Cells(NamedTuple):
    """What the columns of a kind hold of a record; `None`: nothing is known."""

    latest: int | None
    possible: int | None
    certain: int | None
    longitude: float | None = None
    latitude: float | None = None
    radius_m: float | None = None


class Columns:
    """Collects what columns hold of records, and writes the parts that have changed."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store, self._kind = store, kind
        self._rows: list[tuple[int, Cells]] = []

    def put(self, number: int, cells: Cells) -> None:
        """What is known of a record."""
        self._rows.append((number, cells))

    def write(self) -> None:
        """Bring the stored columns up to date."""
        self._rows.sort(key=lambda row: row[0])
        parts: defaultdict[int, list[tuple[int, Cells]]] = defaultdict(list)
        for row in self._rows:
            parts[row[0] >> CELL_BITS].append(row)
        for chunk, rows in parts.items():
            self._write(chunk, rows)
        self._rows.clear()

    def _write(self, chunk: int, rows: list[tuple[int, Cells]]) -> None:
        names = {f"{self._kind}/{name}": name for name in ENTRY_COLUMNS[self._kind]}
        statement = "SELECT name, cells FROM record_column WHERE chunk = ? AND name {ids}"
        stored = {name: bytes(cells) for name, cells in self._store.rows(statement, chunk, list(names))}
        places = np.array([number - (chunk << CELL_BITS) for number, _ in rows])
        new, changed = [], []
        for name, short in names.items():
            kind = np.dtype(ENTRY_COLUMNS[self._kind][short])
            nothing = UNKNOWN if kind.kind == "f" else NEVER
            old = stored.get(name)
            cells = np.full(1 << CELL_BITS, nothing, kind) if old is None else np.frombuffer(old, kind).copy()
            found = [getattr(cell, short) for _, cell in rows]
            cells[places] = [nothing if value is None else value for value in found]
            text = cells.tobytes()
            if old is None:
                new.append((name, chunk, checksum(text), text))
            elif text != old:
                changed.append((checksum(text), text, name, chunk))
        self._store.insert("record_column", ("name", "chunk", "hash", "cells"), new)
        self._store.many("UPDATE record_column SET hash = ?, cells = ? WHERE name = ? AND chunk = ?", changed)
