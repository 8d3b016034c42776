"""Documents, words and closures follow from the facts: each is made anew and compared with what is stored."""

import json
from collections.abc import Callable, Iterable, Iterator

from api.index.builder import CHUNK, COLUMNS, Made, Maker
from api.index.cache import Shelf
from api.index.documents import Shapes
from api.index.facets import Filed
from api.index.filing import FACET_BITS, FILED, POINT, FiledKind
from api.index.invalidation import ACTORS_ABOVE, LOCATIONS_ABOVE, Kind
from api.storage.bulk import Row, Store
from seed.findings import Finding
from seed.refusals import shown

PLAIN: tuple[Kind, ...] = ("dataset", "source", "actor", "location")
CLOSURES = (
    ("actor", "party", "actor_closure", ACTORS_ABOVE.format(which="")),
    ("location", "container", "location_closure", LOCATIONS_ABOVE.format(which="")),
)
# What making something of broken facts raises.
BROKEN = (LookupError, ValueError, TypeError)
AROUND = 30

Placed = frozenset[tuple[str, bool, str | None]]
"""The facets a record stands in: their names, whether the point is there, and the member."""


def findings(store: Store) -> Iterator[Finding]:
    """Everything derived of single records that differs from what their facts say."""
    yield from _closures(store)
    proof = Proof(store)
    for kind in PLAIN:
        yield from proof.plain(kind)
    yield from proof.events()
    yield from _orphans(store)


def _closures(store: Store) -> Iterator[Finding]:
    for member, whole, table, above in CLOSURES:
        held = f"SELECT {member}, {whole} FROM {table}"
        for id_, other in store.each(f"SELECT * FROM ({above}) one EXCEPT {held} ORDER BY 1, 2"):
            yield Finding(member, id_, f"belongs to {other}, which its closure does not hold")
        for id_, other in store.each(f"{held} EXCEPT SELECT * FROM ({above}) one ORDER BY 1, 2"):
            yield Finding(member, id_, f"does not belong to {other}, which its closure holds")


def _orphans(store: Store) -> Iterator[Finding]:
    """What is derived of records that are not there."""
    for kind in COLUMNS:
        for table in ("document", "words")[: 1 + (kind != "dataset")]:
            statement = (
                f"SELECT d.id FROM {kind}_{table} d LEFT JOIN {kind} r ON r.id = d.id WHERE r.id IS NULL ORDER BY 1"
            )
            for (id_,) in store.each(statement):
                yield Finding(kind, id_, f"has left its {table} behind: there is no such {kind}")


class Proof:
    """Makes everything anew and compares."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._maker = Maker(store, Shapes)
        self._names: Shelf[str] = Shelf(
            lambda ids: store.rows("SELECT CAST(id AS text), name FROM facet WHERE CAST(id AS text) {ids}", ids)
        )

    def plain(self, kind: Kind) -> Iterator[Finding]:
        """Records of a kind that is not filed."""
        for ids in self._ids(kind):
            yield from self._made(kind, ids, lambda some: [self._maker.plain(kind, some)])

    def events(self) -> Iterator[Finding]:
        """Events, and the claims about them."""
        for ids in self._ids("event"):
            yield from self._made("event", ids, self._events)
            yield from self._made("event", ids, self._claims, what="claim")

    def _events(self, ids: list[str]) -> Iterable[Made]:
        return (self._maker.events(chunk)[0] for chunk in self._maker.chunks(ids))

    def _claims(self, ids: list[str]) -> Iterable[Made]:
        for chunk in self._maker.chunks(ids):
            _, statements = self._maker.events(chunk)
            yield from self._maker.claims(chunk, statements, set(statements))

    def _ids(self, kind: Kind) -> Iterator[list[str]]:
        after = ""
        while ids := self._store.column(f"SELECT id FROM {kind} WHERE id > ? ORDER BY id LIMIT ?", after, CHUNK):
            yield ids
            after = ids[-1]

    def _made(
        self, kind: Kind, ids: list[str], make: Callable[[list[str]], Iterable[Made]], what: Kind | None = None
    ) -> Iterator[Finding]:
        """Compare what is made of some records; if that fails, of each alone, to name the one it fails for."""
        compared = what or kind
        try:
            found = [finding for made in make(ids) for finding in self._compare(compared, made)]
        except BROKEN as error:
            if len(ids) == 1:
                yield Finding(kind, ids[0], f"its {compared} cannot be derived from the facts: {shown(str(error))}")
                return
            found = [finding for id_ in ids for finding in self._made(kind, [id_], make, what)]
        yield from found

    def _compare(self, kind: Kind, made: Made) -> Iterator[Finding]:
        ids = list(made.documents)
        names = COLUMNS[kind]
        filed = {one.id: one for one in made.filed}
        rows = self._store.rows(f"SELECT {', '.join(names)} FROM {kind}_document WHERE id {{ids}}", ids)
        stored = {row[0]: row for row in rows}
        for id_, document in made.documents.items():
            if id_ not in stored:
                yield Finding(kind, id_, "document: there is none")
            elif id_ in filed:
                yield from self._compare_filed(kind, stored[id_], filed[id_])  # type: ignore[arg-type]
                yield from differences(kind, id_, names[1 + len(FILED) :], stored[id_][1 + len(FILED) :], document)
            else:
                yield from differences(kind, id_, names[1:], stored[id_][1:], document[1:])
        if kind != "dataset":
            words: dict[str, str] = dict(self._store.rows(f"SELECT id, words FROM {kind}_words WHERE id {{ids}}", ids))
            for id_, text in made.words.items():
                yield from differences(kind, id_, ("words",), (words.get(id_),), (text,))

    def _compare_filed(self, kind: FiledKind, row: Row, filed: Filed) -> Iterator[Finding]:
        *plain, members, codes = row[1 : 1 + len(FILED)]
        expected = (*filed.placing, *filed.said, *(filed.point or (None, None)))
        yield from differences(kind, filed.id, FILED, plain, expected)
        listed = json.loads(filed.held.members or "[]")
        facets = dict.fromkeys(filed.facets) | {number: listed[member] for number, member in filed.held.facets}
        called = {self._maker.named(number): member for number, member in facets.items()}
        wanted = frozenset((name, name == "all" or name.startswith("cell:"), called[name]) for name in called)
        held = self._placed(members, codes)
        for name, *_ in sorted(wanted - held, key=repr):
            yield Finding(kind, filed.id, f"facets: its document does not call for {name}, or not rightly")
        for name, *_ in sorted(held - wanted, key=repr):
            yield Finding(kind, filed.id, f"facets: its document calls wrongly for {name}")

    def _placed(self, members: str | None, codes: str) -> Placed:
        try:
            numbers = [int(code) for code in codes.split(",")]
            listed = [None, *json.loads(members or "[]")]
            self._names.trim()
            self._names.need(str(code >> FACET_BITS) for code in numbers)
            placed = {
                (self._names[str(code >> FACET_BITS)], bool(code & POINT), listed[code & (POINT - 1)])
                for code in numbers
            }
            if {0, *(code & (POINT - 1) for code in numbers)} != set(range(len(listed))):
                placed.add(("members of no facet", False, None))
            return frozenset(placed)
        except BROKEN:
            return frozenset({("facets that are none", False, None)})


def differences(
    kind: str, id_: str, names: Iterable[str], stored: Iterable[object], expected: Iterable[object]
) -> Iterator[Finding]:
    """The columns that differ; of long texts, where they begin to."""
    for name, is_, ought in zip(names, stored, expected, strict=False):
        if is_ != ought:
            one, other = excerpts(is_, ought)
            yield Finding(kind, id_, f"{name}: is {one}, but the facts say {other}")


def excerpts(one: object, other: object) -> tuple[str, str]:
    """Two values that differ, cut to where they do."""
    if not isinstance(one, str) or not isinstance(other, str):
        return shown(one), shown(other)
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - AROUND)
    return shown(one[start : at + AROUND]), shown(other[start : at + AROUND])
