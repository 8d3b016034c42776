"""What is remembered while it is in use: rows that are read when they are needed."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")
REMEMBERED = 6_000


class Cache(Generic[T]):
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
