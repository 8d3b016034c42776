"""Checks that documents, words, entries and closures follow from the facts, by building each again and comparing."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from pyroaring import BitMap

from api.index.builder import CHUNK, COLUMNS, WITH_FACETS, Builder, DerivedRows
from api.index.facets import IndexEntry
from api.index.invalidation import ACTORS_ABOVE, LOCATIONS_ABOVE, Kind
from api.index.writer import own_columns
from api.models.facets import CELL_BITS, NEVER
from api.models.facets import ENTRY_COLUMNS as KINDS
from api.storage.bulk import Store
from seed.field_types import shown
from seed.findings import Finding
from seed.verify_index import readable

PLAIN: tuple[Kind, ...] = ("dataset", "source", "actor", "location")
CLOSURES = (
    ("actor", "party", "actor_closure", ACTORS_ABOVE.format(which="")),
    ("location", "container", "location_closure", LOCATIONS_ABOVE.format(which="")),
)
# Exceptions raised by building something from broken facts.
BROKEN = (LookupError, ValueError, TypeError)
AROUND = 30


def findings(store: Store) -> Iterator[Finding]:
    """Every derived row of a record that differs from its facts."""
    yield from _closures(store)
    proof = Proof(store)
    for kind in PLAIN:
        yield from proof.plain(kind)
    yield from proof.events()
    yield from _events(store)
    yield from _orphans(store)


def _closures(store: Store) -> Iterator[Finding]:
    for member, whole, table, above in CLOSURES:
        held = f"SELECT {member}, {whole} FROM {table}"
        for id_, other in store.each(f"SELECT * FROM ({above}) one EXCEPT {held} ORDER BY 1, 2"):
            yield Finding(member, id_, f"belongs to {other}, which is missing from its closure")
        for id_, other in store.each(f"{held} EXCEPT SELECT * FROM ({above}) one ORDER BY 1, 2"):
            yield Finding(member, id_, f"does not belong to {other}, which is in its closure")


def _events(store: Store) -> Iterator[Finding]:
    """Claims whose column has another number than that of their event."""
    held = _column(store, "claim", "event")
    statement = (
        "SELECT f.id, c.number, e.number FROM claim f JOIN claim_entry c ON c.id = f.id "
        "JOIN event_entry e ON e.id = f.event ORDER BY f.id"
    )
    for id_, claim, event in store.each(statement):
        yield from differences("claim", id_, ("claim/event",), (held.get(claim),), (event,))


def _orphans(store: Store) -> Iterator[Finding]:
    """Derived rows of records that do not exist."""
    for kind in COLUMNS:
        for table in ("document", "entry" if kind in WITH_FACETS else "words")[: 1 + (kind != "dataset")]:
            statement = (
                f"SELECT d.id FROM {kind}_{table} d LEFT JOIN {kind} r ON r.id = d.id WHERE r.id IS NULL ORDER BY 1"
            )
            for (id_,) in store.each(statement):
                yield Finding(kind, id_, f"its {table} is left over: there is no such {kind}")


class Proof:
    """Builds derived rows again and compares them with the stored ones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._builder = Builder(store)
        self._names: dict[int, str] = dict(store.rows("SELECT id, name FROM facet"))
        self._columns = {(kind, name): _column(store, kind, name) for kind in WITH_FACETS for name in own_columns(kind)}

    def plain(self, kind: Kind) -> Iterator[Finding]:
        """Records of a kind without facets."""
        for ids in self._ids(kind):
            yield from self._made(kind, ids, lambda some: [self._builder.plain(kind, some)])

    def events(self) -> Iterator[Finding]:
        """Events and the claims about them."""
        for ids in self._ids("event"):
            yield from self._made("event", ids, self._events)
            yield from self._made("event", ids, self._claims, what="claim")

    def _events(self, ids: list[str]) -> Iterable[DerivedRows]:
        return (self._builder.events(chunk)[0] for chunk in self._builder.chunks(ids))

    def _claims(self, ids: list[str]) -> Iterable[DerivedRows]:
        for chunk in self._builder.chunks(ids):
            _, statements = self._builder.events(chunk)
            yield from self._builder.claims(chunk, statements, set(statements))

    def _ids(self, kind: Kind) -> Iterator[list[str]]:
        after = ""
        while ids := self._store.column(f"SELECT id FROM {kind} WHERE id > ? ORDER BY id LIMIT ?", after, CHUNK):
            yield ids
            after = ids[-1]

    def _made(
        self, kind: Kind, ids: list[str], make: Callable[[list[str]], Iterable[DerivedRows]], what: Kind | None = None
    ) -> Iterator[Finding]:
        """Compare the rows built from some records; if that fails, from each alone, to find the damaged one."""
        compared = what or kind
        try:
            found = [finding for made in make(ids) for finding in self._compare(compared, made)]
        except BROKEN as error:
            if len(ids) == 1:
                yield Finding(kind, ids[0], f"its {compared} cannot be derived from the facts: {shown(str(error))}")
                return
            found = [finding for id_ in ids for finding in self._made(kind, [id_], make, what)]
        yield from found

    def _compare(self, kind: Kind, made: DerivedRows) -> Iterator[Finding]:
        ids = list(made.documents)
        names = COLUMNS[kind]
        rows = self._store.rows(f"SELECT {', '.join(names)} FROM {kind}_document WHERE id {{ids}}", ids)
        stored = {row[0]: row for row in rows}
        for id_, document in made.documents.items():
            if id_ not in stored:
                yield Finding(kind, id_, "document: is missing")
            else:
                yield from differences(kind, id_, names[1:], stored[id_][1:], document[1:])
        if kind in WITH_FACETS:
            yield from self._compare_entries(kind, made.entries)
        elif kind != "dataset":
            words: dict[str, str] = dict(self._store.rows(f"SELECT id, words FROM {kind}_words WHERE id {{ids}}", ids))
            for id_, text in made.words.items():
                yield from differences(kind, id_, ("words",), (words.get(id_),), (text,))

    def _compare_entries(self, kind: Kind, made: Sequence[IndexEntry]) -> Iterator[Finding]:
        said = ", said_possible, said_certain" if kind == "claim" else ""
        statement = f"SELECT id, number, facets, day{said} FROM {kind}_entry WHERE id {{ids}}"
        stored = {row[0]: row[1:] for row in self._store.rows(statement, [entry.id for entry in made])}
        new: dict[int, str] = dict(self._builder.facets.new)
        for entry in made:
            if entry.id not in stored:
                yield Finding(kind, entry.id, "entry: is missing")
                continue
            number, facets, *row = stored[entry.id]
            cells = entry.cells
            ought = (entry.position.day, *((cells.possible, cells.certain) if said else ()))
            yield from differences(kind, entry.id, ("day", "said_possible", "said_certain"), row, ought)
            held, wanted = readable(facets), BitMap(entry.facets)
            for facet in wanted - held:
                name = new.get(facet) or self._names[facet]
                yield Finding(kind, entry.id, f"facets: its entry lacks {name}")
            for facet in held - wanted:
                name = self._names.get(facet, "a facet that does not exist")
                yield Finding(kind, entry.id, f"facets: its entry wrongly has {name}")
            for name in own_columns(kind):
                is_ = self._columns[kind, name].get(number)
                yield from differences(kind, entry.id, (f"{kind}/{name}",), (is_,), (getattr(cells, name),))


def _column(store: Store, kind: str, name: str) -> dict[int, float]:
    """The known values of a column by record number."""
    found: dict[int, float] = {}
    statement = "SELECT chunk, cells FROM record_column WHERE name = ?"
    for chunk, cells in store.rows(statement, f"{kind}/{name}"):
        try:
            values = np.frombuffer(bytes(cells), KINDS[kind][name]).tolist()
        except ValueError:
            continue
        known = ((at, value) for at, value in enumerate(values) if value != NEVER and not math.isnan(value))
        found.update(((chunk << CELL_BITS) + at, value) for at, value in known)
    return found


def differences(
    kind: str, id_: str, names: Iterable[str], stored: Iterable[object], expected: Iterable[object]
) -> Iterator[Finding]:
    """The columns that differ; of long texts, an excerpt where the difference begins."""
    for name, is_, ought in zip(names, stored, expected, strict=False):
        if is_ != ought:
            one, other = excerpts(is_, ought)
            yield Finding(kind, id_, f"{name}: is {one}, but the facts say {other}")


def excerpts(one: object, other: object) -> tuple[str, str]:
    """Two different values, cut to where the difference begins."""
    if not isinstance(one, str) or not isinstance(other, str):
        return shown(one), shown(other)
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - AROUND)
    return shown(one[start : at + AROUND]), shown(other[start : at + AROUND])
