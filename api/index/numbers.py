"""Numbers events and claims in the order of days, so that what a page shows lies side by side in the database.

A number is the sort day and, below it, a counter within that day; 0 is the day of the undated. It is a record's own for
as long as that day stays the same. Within a day it says nothing but who came first: lists put ids in order themselves.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.storage.database import DatabaseUnusableError

if TYPE_CHECKING:  # it brings a driver along that a server has no use for
    from api.storage.bulk import Store

COUNTER_BITS = 24
MOST = 1 << COUNTER_BITS
REMEMBERED = 40_000


def first_of(day: int) -> int:
    """The smallest number of a day."""
    return day << COUNTER_BITS


class Numbers:
    """Gives numbers to the records of one kind during a load."""

    def __init__(self, store: "Store", kind: str, *, empty: bool) -> None:
        """Nothing is asked of a table that is `empty`."""
        self._store, self._kind, self._empty = store, kind, empty
        self._next: dict[int, int] = {}

    def give(self, placed: Sequence[tuple[str, int]], old: Mapping[str, int]) -> list[int]:
        """Numbers for records with these ids and days, of which some had `old` ones that are still in the table."""
        if len(self._next) > REMEMBERED:
            self._next.clear()
            self._empty = False
        found = []
        for id_, day in placed:
            number = old.get(id_)
            if number is None or number >> COUNTER_BITS != day:
                number = self._next.get(day) or self._first_free(day)
                self._next[day] = number + 1
                if number >> COUNTER_BITS != day:
                    raise DatabaseUnusableError(f"There are more than {MOST:,} {self._kind}s of one day.")
            found.append(number)
        return found

    def _first_free(self, day: int) -> int:
        first = first_of(day)
        if self._empty:
            return first
        statement = f"SELECT max(number) FROM {self._kind}_document WHERE number >= ? AND number < ?"
        last: int | None = self._store.rows(statement, first, first + MOST)[0][0]
        return first if last is None else last + 1
