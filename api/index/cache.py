"""What is remembered while it is in use: rows that are read when they are needed, and the numbers of names."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")
REMEMBERED = 6_000
MOST_NAMES = 40_000


class Shelf(Generic[T]):
    """Rows by id, read when they are needed; forgotten between chunks when there are too many."""

    def __init__(self, read: Callable[[list[str]], Iterable[tuple[str, T]]]) -> None:
        self._read = read
        self._known: dict[str, T] = {}

    def need(self, ids: Iterable[str | None]) -> None:
        """Have these at hand."""
        wanted = {id_ for id_ in ids if id_ is not None}
        if missing := sorted(wanted - self._known.keys()):
            self._known.update(self._read(missing))

    def trim(self) -> None:
        """Forget everything if it has become too much."""
        if len(self._known) > REMEMBERED:
            self._known.clear()

    def __getitem__(self, id_: str) -> T:
        return self._known[id_]


class Names(dict[str, int]):
    """Names, numbered as they come, so that each need be told but once; all are forgotten when there are too many."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[str] = []
        self._told = 0

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self.listed)
        self.listed.append(name)
        return number

    def news(self) -> tuple[int, list[str]]:
        """The first number that was not told yet, and the names from there on."""
        first, self._told = self._told, len(self.listed)
        return first, self.listed[first:]

    def trim(self) -> bool:
        """Whether all were forgotten, so that no number means anything any more."""
        if len(self) <= MOST_NAMES:
            return False
        self.clear()
        self.listed, self._told = [], 0
        return True
