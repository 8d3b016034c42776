"""From facts to what is served: brings every derived row up to date when something is loaded."""

from collections.abc import Callable, Iterable
from operator import itemgetter

from api.index.builder import COLUMNS, PLAIN, Parcel, parcels
from api.index.filing import FILED, PREFIX, SPANS, FiledKind, Filing
from api.index.history import History
from api.index.invalidation import Changes
from api.index.numbers import Numbers
from api.index.words import Index, Vocabulary
from api.storage.bulk import Store

REPLACED = (
    *(f"{kind}_document" for kind in ("dataset", "source", "actor", "location", "event", "claim")),
    *(f"{kind}_words" for kind in ("source", "actor", "location", "event", "claim")),
)
DERIVED = (
    *REPLACED,
    "word_count",
    "event_facet",
    "claim_facet",
    "actor_closure",
    "location_closure",
)

WORDS = ("number", "id", "span", "day", "latest", "words")

Progress = Callable[[int], None]


def rederive(store: Store, changes: Changes, history: History, progress: Progress = lambda _: None) -> None:
    """Derive everything anew; facets keep their numbers."""
    history.set_aside()
    for table in DERIVED:
        store.run(f"DELETE FROM {table}")
    store.run(f"UPDATE facet SET {', '.join(f'span{span} = 0' for span in SPANS)}")
    changes.everything()
    refresh(store, changes, history, progress)


def refresh(store: Store, changes: Changes, history: History, progress: Progress = lambda _: None) -> None:
    """Bring every derived row up to date with what a load touched; `progress` hears of each chunk of events."""
    changes.spread()
    Deriver(store, history).run(parcels(store), progress)


class Deriver:
    """Writes what is derived of all that a load affects."""

    def __init__(self, store: Store, history: History) -> None:
        self._store, self._history = store, history
        self._filing = Filing(store)
        self._vocabulary = Vocabulary(store)
        self._empty = not any(store.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in REPLACED)
        self._index = Index(store, empty=self._empty)
        self._numbers = {kind: Numbers(store, kind, empty=self._empty) for kind in PREFIX}

    def run(self, made: Iterable[Parcel], progress: Progress) -> None:
        """Write all of it; the rows of facets follow from documents in the end."""
        self._index.remove()
        for parcel in made:
            self._replace(parcel)
            if parcel.events:
                progress(parcel.events)
        self._filing.finish()
        self._vocabulary.flush()
        self._index.add()

    def _replace(self, parcel: Parcel) -> None:
        kind = parcel.kind
        if kind == "event" or kind == "claim":  # noqa: PLR1714 - a set would not tell the type
            self._replace_filed(kind, parcel)
            return
        tables = (f"{kind}_document", f"{kind}_words")[: 1 + (kind != "dataset")]
        hashes = self._hashes(parcel)
        self._delete(tables, parcel.ids)
        documents = [(*row, hashes[row[0]]) for row in parcel.documents]
        self._store.insert(tables[0], (*COLUMNS[kind], "sha256"), documents)
        if kind != "dataset":
            self._store.insert(tables[1], ("id", "words"), parcel.words)

    def _replace_filed(self, kind: FiledKind, parcel: Parcel) -> None:
        """As `_replace`, for records that are filed; they are written in the order of their numbers."""
        old: dict[str, int] = {}
        if not self._empty:
            old = self._filing.remove(kind, parcel.ids)
            self._vocabulary.remove(kind, parcel.ids)
        placed = self._filing.place(parcel.sheet)
        self._vocabulary.add(kind, parcel.counts)
        days = [(row[0], place[_DAY]) for row, place in zip(parcel.documents, placed, strict=True)]
        numbers = self._numbers[kind].give(days, old)
        hashes = self._hashes(parcel)
        self._delete((f"{kind}_document", f"{kind}_words"), parcel.ids)
        rows = sorted(zip(numbers, parcel.documents, placed, parcel.words, strict=True), key=itemgetter(0))
        documents = [(number, row[0], *place, *row[1:], hashes[row[0]]) for number, row, place, _ in rows]
        self._store.insert(f"{kind}_document", ("number", *COLUMNS[kind], "sha256"), documents)
        words = [(number, row[0], *place[: _DAY + 2], words) for number, row, place, (_, words) in rows]
        self._store.insert(f"{kind}_words", WORDS, words)

    def _hashes(self, parcel: Parcel) -> dict[str, bytes]:
        """Of each document, once the history knows of it."""
        names = [name for name in COLUMNS[parcel.kind] if name not in FILED or parcel.kind in PLAIN]
        body = names.index("body")
        bodies = {row[0]: row[body] for row in parcel.documents}
        return self._history.replace(parcel.kind, parcel.ids, bodies, empty=self._empty)

    def _delete(self, tables: Iterable[str], ids: list[str]) -> None:
        for table in () if self._empty else tables:
            self._store.delete(table, "id", ids)


_DAY = FILED.index("day")
