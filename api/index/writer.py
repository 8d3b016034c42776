"""Updates every derived row that a load affects."""

from collections.abc import Callable
from operator import itemgetter

from api.index.builder import CHUNK, COLUMNS, WITH_FACETS, Batch, Builder, DerivedRows, batches, sources
from api.index.history import History
from api.index.invalidation import Affected, Changes, Kind
from api.index.numbers import Numbers
from api.index.postings import Cells, Columns, Postings
from api.models.facets import ENTRY_COLUMNS, checksum, row_hash
from api.storage.bulk import Store

KINDS = ("dataset", "source", "actor", "location", "event", "claim")
DERIVED = (
    *(f"{kind}_document" for kind in KINDS),
    *(f"{kind}_words" for kind in ("source", "actor", "location")),
    *(f"{kind}_entry" for kind in WITH_FACETS),
    "facet",
    "posting",
    "record_column",
    "day_number",
    "actor_closure",
    "location_closure",
)
ENTRY = {
    "event": ("number", "id", "day", "facets"),
    "claim": ("number", "id", "day", "facets", "said_possible", "said_certain"),
}

Progress = Callable[[int], None]


def rederive(store: Store, changes: Changes, history: History, progress: Progress = lambda _: None) -> None:
    """Derive everything again."""
    history.set_aside()
    for table in DERIVED:
        store.run(f"DELETE FROM {table}")
    changes.everything()
    refresh(store, changes, history, progress)


def refresh(store: Store, changes: Changes, history: History, progress: Progress = lambda _: None) -> None:
    """Update every derived row that a load affects; `progress` is called after each chunk of events."""
    changes.spread()
    Deriver(store, changes, history).run(progress)


class Deriver:
    """Writes the derived rows of all records that a load affects."""

    def __init__(self, store: Store, changes: Changes, history: History) -> None:
        self._store, self._history = store, history
        self._empty = not any(store.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in DERIVED[: len(KINDS)])
        self._numbers = Numbers(store)
        self._numbers.give()
        changes.line_up()
        self._numbers.keep()
        self._builder = Builder(store)
        self._postings = Postings(store)
        self._columns = {kind: Columns(store, kind, own_columns(kind)) for kind in WITH_FACETS}

    def run(self, progress: Progress) -> None:
        """Remove all affected records from the index, then add them in their new state."""
        if not self._empty:
            self._remove()
        for batch in batches(self._store, self._builder):
            self._replace(batch)
            if batch.events:
                progress(batch.events)
            self._write(last=False)
        self._write(last=True)
        self._point_at_events()
        for batch in sources(self._store, self._builder):
            self._replace(batch)

    def _remove(self) -> None:
        affected = Affected(self._store)
        for kind in WITH_FACETS:
            for ids in affected.chunks(kind, CHUNK):
                statement = f"SELECT id, number, facets FROM {kind}_entry WHERE id {{ids}}"
                rows = self._store.rows(statement, ids)
                for _, number, facets in rows:
                    self._postings.remove(kind, number, bytes(facets))
                self._store.delete(f"{kind}_entry", "id", ids)
                self._make_way(kind, ids, {id_: number for id_, number, _ in rows})
                self._postings.write(last=False)

    def _make_way(self, kind: Kind, ids: list[str], old: dict[str, int]) -> None:
        """Delete documents of deleted records, and free the numbers of those that get a new one."""
        kept = set(self._store.column(f"SELECT id FROM {kind} WHERE id {{ids}}", ids))
        if gone := [id_ for id_ in ids if id_ not in kept]:
            self._history.replace(kind, gone, {}, empty=self._empty)
            self._store.delete(f"{kind}_document", "id", gone)
        moved = [id_ for id_, number in self._numbers.of(kind, sorted(kept)).items() if old.get(id_) != number]
        if moved:
            self._store.run(f"UPDATE {kind}_document SET number = -1 - number WHERE id {{ids}}", moved)

    def _write(self, *, last: bool) -> None:
        self._builder.facets.write(last=last)
        self._postings.write(last=last)
        for columns in self._columns.values():
            columns.write(last=last)

    def _point_at_events(self) -> None:
        """Write the event of each claim about an affected event, because any of the two may have a new number."""
        columns = Columns(self._store, "claim", ("event",))
        for claim, event in self._store.each(
            "SELECT c.number, e.number FROM affected a JOIN event_entry e ON e.id = a.id "
            "JOIN claim f ON f.event = a.id JOIN claim_entry c ON c.id = f.id WHERE a.kind = 'event' ORDER BY c.number"
        ):
            columns.put(claim, (event,))
            columns.write(last=False)
        columns.write(last=True)

    def _replace(self, batch: Batch) -> None:
        kind, made = batch.kind, batch.made
        if kind in WITH_FACETS:
            self._replace_with_facets(batch)
            return
        tables = (f"{kind}_document", f"{kind}_words")[: 1 + (kind != "dataset")]
        hashes = self._hashes(kind, batch.ids, made)
        for table in () if self._empty else tables:
            self._store.delete(table, "id", batch.ids)
        hashed = HASHED_VALUES[kind]
        documents = [(*row, hashes[id_], row_hash(*hashed(row))) for id_, row in made.documents.items()]
        self._store.insert(tables[0], (*COLUMNS[kind], "sha256", "hash"), documents)
        if kind != "dataset":
            words = [(id_, text, row_hash(id_, text)) for id_, text in made.words.items()]
            self._store.insert(tables[1], ("id", "words", "hash"), words)

    def _replace_with_facets(self, batch: Batch) -> None:
        """Like `_replace`, for records with facets, in the order of their numbers."""
        kind, made = batch.kind, batch.made
        numbers = self._numbers.of(kind, batch.ids)
        entries, cells_of = [], self._columns[kind]
        for entry in made.entries:
            number, cells = numbers[entry.id], entry.cells
            facets = self._postings.add(kind, number, entry.facets)
            said = (cells.possible, cells.certain) if kind == "claim" else ()
            row = (entry.id, entry.position.day, facets, *said)
            entries.append((number, *row, entry_hash(*row)))
            cells_of.put(number, cells)
        hashes = self._hashes(kind, batch.ids, made)
        hashed = HASHED_VALUES[kind]
        documents = [(numbers[id_], *row, hashes[id_], row_hash(*hashed(row))) for id_, row in made.documents.items()]
        if not self._empty:
            self._store.delete(f"{kind}_document", "id", batch.ids)
        self._store.insert(f"{kind}_entry", (*ENTRY[kind], "hash"), sorted(entries, key=itemgetter(0)))
        columns = ("number", *COLUMNS[kind], "sha256", "hash")
        self._store.insert(f"{kind}_document", columns, sorted(documents, key=itemgetter(0)))

    def _hashes(self, kind: Kind, ids: list[str], made: DerivedRows) -> dict[str, bytes]:
        """The hash of each document, after adding it to the history."""
        body = COLUMNS[kind].index("body")
        bodies = {id_: row[body] for id_, row in made.documents.items()}
        return self._history.replace(kind, ids, bodies, empty=self._empty)


def own_columns(kind: str) -> list[str]:
    """The columns that hold values of the records themselves."""
    return [name for name in ENTRY_COLUMNS[kind] if name in Cells._fields]


def entry_hash(id_: str, day: int, facets: bytes, *said: int | None) -> int:
    """The hash of an entry's columns except its number."""
    return row_hash(id_, day, checksum(facets), *said)


def hashed_columns(kind: Kind) -> tuple[str, ...]:
    """The columns of documents that `hash` covers."""
    return tuple(name for name in COLUMNS[kind] if name != "body")


HASHED_VALUES = {kind: itemgetter(*map(columns.index, hashed_columns(kind))) for kind, columns in COLUMNS.items()}
"""The same of a row of `COLUMNS`."""
