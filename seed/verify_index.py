"""Checks that postings follow from the entries of records, and numbers from the order of days and ids."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pyroaring import BitMap

from api.index.builder import WITH_FACETS
from api.index.invalidation import Kind
from api.models.facets import CHUNK_BITS, checksum, record_of
from api.storage.bulk import Store
from seed.findings import Finding

BROKEN = (ValueError, TypeError, LookupError)


def findings(store: Store) -> Iterator[Finding]:
    """Every posting that differs from the entries, and every wrong number."""
    names: dict[int, str] = dict(store.rows("SELECT id, name FROM facet"))
    called: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))
    for kind in WITH_FACETS:
        yield from _numbers(store, kind)
        for number, id_, facets in store.each(f"SELECT number, id, facets FROM {kind}_entry ORDER BY number"):
            for facet in readable(facets):
                if facet not in names or record_of(names[facet]) != kind:
                    yield Finding(kind, id_, "facets: its entry has one that does not exist")
                else:
                    called[facet].append(number)
    yield from _postings(store, names, called)
    for name, chunk, hash_, cells in store.each("SELECT name, chunk, hash, cells FROM record_column ORDER BY 1, 2"):
        if checksum(bytes(cells)) != hash_:
            yield Finding("column", name, f"is damaged, in part {chunk}")


def readable(facets: object) -> BitMap:
    """The facets of an entry; none if they cannot be read, which another check reports."""
    try:
        return BitMap.deserialize(bytes(facets))  # type: ignore[call-overload]
    except BROKEN:
        return BitMap()


def _numbers(store: Store, kind: Kind) -> Iterator[Finding]:
    """Records whose number is out of order or differs from that of their document."""
    firsts = store.rows("SELECT day, first FROM day_number WHERE kind = ? ORDER BY day", kind)
    if any(one[1] > other[1] for one, other in pairwise(firsts)):
        yield Finding("day_number", kind, "does not ascend with the days")
    ends = {day: (first, end) for (day, first), (_, end) in pairwise([*firsts, (0, 2**32)])}
    before = (0, "")
    for number, id_, day in store.each(f"SELECT number, id, day FROM {kind}_entry ORDER BY number"):
        first, end = ends.get(day, (0, 0))
        if not first <= number < end or (day, id_) < before:
            yield Finding(kind, id_, "number: is not in the order of days and ids")
        before = day, id_
    statement = (
        f"SELECT d.id FROM {kind}_document d LEFT JOIN {kind}_entry e ON e.number = d.number "
        "WHERE e.id IS NULL OR e.id <> d.id ORDER BY 1"
    )
    for (id_,) in store.each(statement):
        yield Finding(kind, id_, "number: differs between its document and its entry")


def _postings(store: Store, names: dict[int, str], called: "dict[int, array[int]]") -> Iterator[Finding]:
    for facet, chunk, hash_, stored in store.each("SELECT facet, chunk, hash, members FROM posting ORDER BY 1, 2"):
        name = names.get(facet)
        if name is None:
            yield Finding("posting", str(facet), "belongs to no facet")
            continue
        first, end = chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS
        ought = called.get(facet, array("I"))
        wanted = BitMap(array("I", [number for number in ought if first <= number < end]))
        if len(wanted) == len(ought):
            called.pop(facet, None)
        else:
            called[facet] = array("I", [number for number in ought if not first <= number < end])
        if checksum(bytes(stored)) != hash_:
            yield Finding("posting", str(facet), f"{name}: is damaged")
        try:
            members = BitMap.deserialize(bytes(stored))
        except BROKEN:
            members = BitMap()
        yield from _named(store, name, wanted - members, "is missing from the facet {}")
        yield from _named(store, name, members - wanted, "is wrongly in the facet {}")
    for facet, numbers in called.items():
        yield from _named(store, names[facet], BitMap(numbers), "is missing from the facet {}")


def _named(store: Store, name: str, numbers: BitMap, what: str) -> Iterator[Finding]:
    if not numbers:
        return
    kind = record_of(name)
    ids: dict[int, str] = dict(store.rows(f"SELECT number, id FROM {kind}_entry WHERE number {{ids}}", list(numbers)))
    for number in numbers:
        yield Finding(kind, ids.get(number, str(number)), what.format(name))
