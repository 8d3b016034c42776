"""Numbers events and claims densely by day, then id, so that a range of days is a range of numbers.

Each day ends with some free numbers. If they do not suffice, the following days are moved until one has room, and
every record with a new number is derived again. Undated records come first.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

from api.index.facts import datings
from api.storage.bulk import Row, Store

KINDS = {"event": "date", "claim": "said"}
AT_ONCE = 10_000
UNDATED_FREE = 1_000
"""Free numbers for undated records: all other records follow them, so moving those would be expensive."""

Records = list[tuple[str, int | None]]
"""Ids in order, each with its current number."""


def free(day: int, size: int) -> int:
    """The number of free numbers in a day that is laid out."""
    return size // 8 + (4 if day else UNDATED_FREE)


def ordinal(day: str) -> int:
    """The ordinal of a day as written in `placed`."""
    return date.fromisoformat(day).toordinal() if day else 0


def written(day: int) -> str:
    """The reverse of `ordinal`."""
    return date.fromordinal(day).isoformat() if day else ""


class Numbers:
    """Numbers every record that a load affects, before anything is derived."""

    def __init__(self, store: Store) -> None:
        self._store = store
        text = "TEXT" if store.sqlite else 'TEXT COLLATE "C"'
        key = f"kind TEXT NOT NULL, day TEXT NOT NULL, id {text} NOT NULL, PRIMARY KEY (kind, day, id)"
        store.temporary("placed", key)
        store.temporary(
            "numbered", "kind TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (kind, id)"
        )

    def give(self) -> None:
        """Number the affected records; records that have to move become affected too."""
        for kind in KINDS:
            self._place(kind)
            if self._store.rows(f"SELECT 1 FROM {kind}_entry LIMIT 1"):
                self._fit(kind)
            else:
                self._lay_out(kind)
        self._store.run("INSERT INTO affected SELECT kind, id FROM numbered WHERE true ON CONFLICT DO NOTHING")

    def keep(self) -> None:
        """Keep the numbers of records that became affected only because another record moved."""
        for kind in KINDS:
            self._store.run(
                f"INSERT INTO numbered SELECT '{kind}', e.id, e.number FROM affected a JOIN {kind}_entry e "
                f"ON e.id = a.id WHERE a.kind = '{kind}' ON CONFLICT DO NOTHING"
            )

    def of(self, kind: str, ids: list[str]) -> dict[str, int]:
        """The numbers of some affected records."""
        return dict(self._store.rows("SELECT id, number FROM numbered WHERE kind = ? AND id {ids}", kind, ids))

    def _place(self, kind: str) -> None:
        """Find the day of each affected record: its own, or that of a dating from another dataset."""
        own = f"coalesce(CAST(coalesce(r.{KINDS[kind]}_earliest, r.{KINDS[kind]}_latest) AS text), '')"
        self._store.run(
            f"INSERT INTO placed SELECT '{kind}', {own}, r.id FROM affected a JOIN {kind} r ON r.id = a.id "
            f"WHERE a.kind = '{kind}' AND NOT EXISTS (SELECT 1 FROM dating d WHERE d.{kind} = r.id)"
        )
        lent = self._store.column(
            f"SELECT DISTINCT d.{kind} FROM dating d JOIN affected a ON a.kind = '{kind}' AND a.id = d.{kind}"
        )
        for start in range(0, len(lent), AT_ONCE):
            found = datings(self._store, kind, lent[start : start + AT_ONCE])
            rows = [(kind, one.earliest or one.latest or "", id_) for id_, (one, *_) in found.items()]
            self._store.insert("placed", ("kind", "day", "id"), rows)
        if not self._store.sqlite:
            self._store.run("ANALYZE placed")

    def _lay_out(self, kind: str) -> None:
        """Number the first records of a kind, day after day."""
        rows: list[Row] = []
        days: list[Row] = [(kind, 0, 0)]
        number, here, size = 0, 0, 0
        for day, id_ in self._store.each(f"SELECT day, id FROM placed WHERE kind = '{kind}' ORDER BY day, id"):
            if (at := ordinal(day)) != here:
                number += free(here, size)
                days.append((kind, at, number))
                here, size = at, 0
            rows.append((kind, id_, number))
            number, size = number + 1, size + 1
            if len(rows) == AT_ONCE:
                self._store.insert("numbered", ("kind", "id", "number"), rows)
                rows = []
        self._store.insert("numbered", ("kind", "id", "number"), rows)
        self._store.run("DELETE FROM day_number WHERE kind = ?", kind)
        self._store.insert("day_number", ("kind", "day", "first"), days)

    def _fit(self, kind: str) -> None:
        """Fit new records in among the existing ones."""
        firsts: dict[int, int] = dict(self._store.rows("SELECT day, first FROM day_number WHERE kind = ?", kind))
        before = dict(firsts)
        new = {day: ids for day, ids in self._new(kind) if ids}
        days = sorted(firsts.keys() | new.keys())
        floor, last = 0, 0
        for position, day in enumerate(days):
            first = firsts.get(day)
            if day not in new and first is not None and first >= floor:
                last = day
                continue
            limit = next((firsts[after] for after in days[position + 1 :] if after in firsts), None)
            records = self._merged(kind, day, first, limit, new.get(day, []))
            if first is None:
                start = self._between(kind, firsts[last], limit, floor, len(records))
            else:
                start = max(first, floor)
            floor = self._renumber(kind, start, records, moved=start != first)
            firsts[day], last = start, day
            if limit is not None and floor > limit:  # move the following days, and leave room for the next load
                floor += free(day, len(records))
        changed = [(kind, day, first) for day, first in firsts.items() if before.get(day) != first]
        known = [(kind, day) for _, day, _ in changed if day in before]
        self._store.delete_rows("day_number", {"kind": "text", "day": "int"}, known)
        self._store.insert("day_number", ("kind", "day", "first"), changed)

    def _new(self, kind: str) -> Iterator[tuple[int, list[str]]]:
        """The affected records that are new to their day, by day; the others keep their numbers."""
        rows = self._store.rows(
            f"SELECT p.day, p.id, e.number, e.day FROM placed p LEFT JOIN {kind}_entry e ON e.id = p.id "
            "WHERE p.kind = ? ORDER BY p.day, p.id",
            kind,
        )
        for day, group in groupby(rows, itemgetter(0)):
            at = ordinal(day)
            records = [(id_, number if was == at else None) for _, id_, number, was in group]
            kept = [(kind, id_, number) for id_, number in records if number is not None]
            self._store.insert("numbered", ("kind", "id", "number"), kept)
            yield at, [id_ for id_, number in records if number is None]

    def _merged(self, kind: str, day: int, first: int | None, limit: int | None, new: list[str]) -> Records:
        """All records of a day in the order of ids: those that stay and the new ones."""
        coming: Records = [(id_, None) for id_ in new]
        if first is None:
            return coming
        statement = (
            f"SELECT id, number FROM {kind}_entry WHERE number >= ? AND number < ? AND day = ? AND ("
            "id NOT IN (SELECT id FROM affected WHERE kind = ?) "
            "OR id IN (SELECT id FROM placed WHERE kind = ? AND day = ?))"
        )
        end = 2**31 if limit is None else limit
        there = self._store.rows(statement, first, end, day, kind, kind, written(day))
        return sorted([*there, *coming], key=itemgetter(0))

    def _between(self, kind: str, first: int, limit: int | None, floor: int, size: int) -> int:
        """The first number of a new day: after the previous day's records and some free numbers."""
        statement = f"SELECT coalesce(max(number) + 1, ?) FROM {kind}_entry WHERE number >= ? AND number < ?"
        used: int = self._store.rows(statement, first, first, 2**31 if limit is None else limit)[0][0]
        used = max(used, floor)
        room = free(1, used - first)
        return used + (room if limit is None else max(0, min(room, (limit - used - size) // 2)))

    def _renumber(self, kind: str, start: int, records: Records, *, moved: bool) -> int:
        """Number a day's records, keeping numbers that are in order. Returns the number after the last."""
        rows = []
        following = start
        for id_, number in records:
            if not moved and number is not None and number >= following:
                following = number + 1
                continue
            rows.append((kind, id_, following))
            following += 1
        if rows:
            self._store.run("DELETE FROM numbered WHERE kind = ? AND id {ids}", kind, [id_ for _, id_, _ in rows])
        self._store.insert("numbered", ("kind", "id", "number"), rows)
        return following
