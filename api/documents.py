"""From facts to what is served: brings every derived row up to date when something is loaded."""

from collections.abc import Callable, Iterable

from api.beside import parcels
from api.changes import Changes
from api.filing import SPANS, Filing
from api.making import COLUMNS, Parcel
from api.store import Store
from api.words import Vocabulary

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

Progress = Callable[[int], None]


def rederive(store: Store, changes: Changes, progress: Progress = lambda _: None) -> None:
    """Derive everything anew; facets keep their numbers."""
    for table in DERIVED:
        store.run(f"DELETE FROM {table}")
    if store.sqlite:  # whose index of words is kept by triggers
        for kind in ("event", "claim"):
            store.run(f"INSERT INTO {kind}_search ({kind}_search) VALUES ('delete-all')")
    store.run(f"UPDATE facet SET {', '.join(f'span{span} = 0' for span in SPANS)}")
    changes.everything()
    refresh(store, changes, progress)


def refresh(store: Store, changes: Changes, progress: Progress = lambda _: None) -> None:
    """Bring every derived row up to date with what a load touched; `progress` hears of each chunk of events."""
    changes.spread()
    with parcels(store) as made:
        Deriver(store).run(made, progress)


class Deriver:
    """Writes what is derived of all that a load affects."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._filing = Filing(store)
        self._vocabulary = Vocabulary(store)
        self._empty = not any(store.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in REPLACED)

    def run(self, made: Iterable[Parcel], progress: Progress) -> None:
        """Write all of it; the rows of facets follow from documents in the end."""
        for parcel in made:
            self._replace(parcel)
            if parcel.events:
                progress(parcel.events)
        self._filing.finish()
        self._vocabulary.flush()

    def _replace(self, parcel: Parcel) -> None:
        kind, ids, documents = parcel.kind, parcel.ids, parcel.documents
        if kind == "event" or kind == "claim":  # noqa: PLR1714 - a set would not tell the type
            if not self._empty:
                self._filing.remove(kind, ids)
                self._vocabulary.remove(kind, ids)
            placed = self._filing.place(kind, parcel.sheet)
            documents = [(row[0], *place, *row[1:]) for row, place in zip(documents, placed, strict=True)]
            self._vocabulary.add(kind, parcel.counts)
        tables = (f"{kind}_document", f"{kind}_words")[: 1 + (kind != "dataset")]
        for table in () if self._empty else tables:
            self._store.delete(table, "id", ids)
        self._store.insert(tables[0], COLUMNS[kind], documents)
        if kind != "dataset":
            self._store.insert(f"{kind}_words", ("id", "words"), parcel.words)
