"""Files events and claims under their facets: numbers the facets, counts their members, and writes their rows."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from api.index.cache import MOST_NAMES, Names
from api.index.facets import CLAIM, Filed
from api.models.limits import PAYLOAD, PLACED
from api.storage.bulk import Row, Store

FiledKind = Literal["event", "claim"]

# Claims' facets are numbered among the events', under names of their own.
PREFIX = {"event": "", "claim": CLAIM}
COLUMNS = ("facet", "span", "day", "id", *PAYLOAD)
# What a document holds of where its record is filed.
FILED = ("span", "day", *PLACED, "members", "facets")
SPANS = range(7)
REMEMBERED = 2 * MOST_NAMES
NOWHERE = (None, None)
# How many documents are filed at once: bounds what is sorted.
SLICE = 250_000

# A membership is one whole number: the facet's number, whether the row holds the record's point, and which of the
# document's `members` it holds (0: none). Always in brackets, for SQL's operators on bits have no order of their own.
MEMBER_BITS = 10
POINT = 1 << MEMBER_BITS
FACET_BITS = MEMBER_BITS + 1
_EACH = {
    True: "json_each('[' || d.facets || ']') f",
    False: "unnest(string_to_array(d.facets, ',')::bigint[]) f (value)",
}
_MEMBER = {
    True: f"json_extract(d.members, '$[' || ((f.value & {POINT - 1}) - 1) || ']')",
    False: f"d.members::json ->> ((f.value & {POINT - 1})::int - 1)",
}


def rows_of_documents(kind: FiledKind, *, sqlite: bool) -> str:
    """A query of the facet rows that documents `d` call for; more joins and conditions may follow."""
    columns = (
        f"(f.value >> {FACET_BITS}) AS facet",
        *("d.span", "d.day", "d.id", "d.number", "d.latest", "d.said_possible", "d.said_certain", "d.unsaid"),
        f"CASE WHEN (f.value & {POINT}) > 0 THEN d.longitude END AS longitude",
        f"CASE WHEN (f.value & {POINT}) > 0 THEN d.latitude END AS latitude",
        f"CASE WHEN (f.value & {POINT - 1}) > 0 THEN {_MEMBER[sqlite]} END AS member",
    )
    return f"SELECT {', '.join(columns)} FROM {kind}_document d CROSS JOIN {_EACH[sqlite]}"


@dataclass(slots=True)
class Slot:
    """A facet: its number, and how many more members it has in each span class than were written down."""

    name: str
    number: int
    new: bool
    code: int
    more: list[int] = field(default_factory=lambda: [0 for _ in SPANS])


class Sheet(NamedTuple):
    """Where some records are filed, by numbers of facets' names that its maker gave."""

    first: int
    names: list[str]
    """Those not told before, numbered from `first` on; 0: forget all that were told."""
    members: list[dict[int, int]]
    """By span class, how many of the records stand in each facet."""
    rows: list[tuple[Row, list[int], Sequence[tuple[int, int]]]]
    """Of each record, `FILED` but for its facets; the facets it stands in; and those where a member of its stands."""

    @classmethod
    def of(cls, records: Sequence[Filed], names: Names) -> "Sheet":
        """File records, and tell what names are new."""
        stand: list[list[int]] = [[] for _ in SPANS]
        rows = []
        for _, placing, said, facets, (held, members), point in records:
            own = stand[placing.span]
            own += facets
            own += [number for number, _ in held]
            rows.append(((*placing, *said, *(point or NOWHERE), members), list(facets), held))
        return cls(*names.news(), [dict(Counter(own)) for own in stand], rows)


class Filing:
    """Keeps the facets' dictionary, and the rows of events and claims in it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slots: dict[str, Slot] = {}
        self._told: list[Slot] = []
        self._next: int = store.rows("SELECT coalesce(max(id), 0) + 1 FROM facet")[0][0]

    def remove(self, kind: FiledKind, ids: list[str]) -> dict[str, int]:
        """Take records out of where they stand; the numbers they had."""
        old = self._store.rows(f"SELECT id, span, day, facets, number FROM {kind}_document WHERE id {{ids}}", ids)
        gone = [
            (int(code) >> FACET_BITS, span, day, id_) for id_, span, day, codes, _ in old for code in codes.split(",")
        ]
        names = self._names(sorted({facet for facet, *_ in gone}))
        self._need(set(names.values()))
        for facet, span, *_ in gone:
            self._slots[names[facet]].more[span] -= 1
        key = {"facet": "int", "span": "smallint", "day": "int", "id": "text"}
        self._store.delete_rows(f"{kind}_facet", key, gone)
        return {row[0]: row[-1] for row in old}

    def _names(self, numbers: list[int]) -> dict[int, str]:
        if not numbers:
            return {}
        self.flush()
        return dict(self._store.rows("SELECT id, name FROM facet WHERE id {ids}", numbers))

    def place(self, sheet: Sheet) -> list[Row]:
        """What each document holds of where its record is filed (`FILED`)."""
        if not sheet.first:
            self._told = []
        self._told += self._need(sheet.names)
        told = self._told
        for span, counts in enumerate(sheet.members):
            for number, count in counts.items():
                told[number].more[span] += count
        placed = []
        for row, plain, held in sheet.rows:
            own = [told[number].code for number in plain]
            own += [told[number].code + 1 + member for number, member in held]
            own.sort()
            placed.append((*row, ",".join(map(str, own))))
        return placed

    def _need(self, names: Collection[str]) -> list[Slot]:
        """These facets; new names get the next numbers, in order."""
        if len(self._slots) > REMEMBERED:
            self.flush()
            self._slots = {slot.name: slot for slot in self._told}
        unknown = sorted({name for name in names if name not in self._slots})
        known: dict[str, int] = {}
        if unknown:
            known = dict(self._store.rows("SELECT name, id FROM facet WHERE name {ids}", unknown))
        for name in unknown:
            number = known.get(name)
            if number is None:
                number, self._next = self._next, self._next + 1
            point = POINT if name == "all" or name.startswith("cell:") else 0
            self._slots[name] = Slot(name, number, name not in known, (number << FACET_BITS) + point)
        return [self._slots[name] for name in names]

    def flush(self) -> None:
        """Write down new facets, and how the counts of others have changed."""
        fresh: list[Row] = []
        moved: list[Row] = []
        for name, slot in self._slots.items():
            if slot.new:
                fresh.append((slot.number, name, *slot.more))
            elif any(slot.more):
                moved.append((*slot.more, slot.number))
            else:
                continue
            slot.new, slot.more = False, [0 for _ in SPANS]
        spans = [f"span{span}" for span in SPANS]
        self._store.insert("facet", ("id", "name", *spans), fresh)
        sums = ", ".join(f"{span} = {span} + ?" for span in spans)
        self._store.many(f"UPDATE facet SET {sums} WHERE id = ?", sorted(moved, key=lambda row: row[-1]))

    def finish(self) -> None:
        """Write the rows of all affected records, which their documents call for, and forget facets without members."""
        self.flush()
        for kind in PREFIX:
            self._write(kind)  # type: ignore[arg-type]
        self._store.run(f"DELETE FROM facet WHERE {' + '.join(f'span{span}' for span in SPANS)} = 0")

    def _write(self, kind: FiledKind) -> None:
        after, query = "", rows_of_documents(kind, sqlite=self._store.sqlite)
        query += " JOIN affected a ON a.kind = ? AND a.id = d.id WHERE a.id > ? AND a.id <= ? ORDER BY 1, 2, 3, 4"
        names = ", ".join(COLUMNS)
        end = "SELECT id FROM affected WHERE kind = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?"
        last = self._store.column("SELECT max(id) FROM affected WHERE kind = ?", kind)[0] or ""
        while after < last:
            upto = (self._store.column(end, kind, after, SLICE - 1) or [last])[0]
            self._store.run(f"INSERT INTO {kind}_facet ({names}) {query}", kind, after, upto)
            after = upto
