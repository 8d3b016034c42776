"""Reads beforehand which rows count where several tell one thing, what things were called, and what files cover."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from seed.vanished import Scope

NameAndAliases = tuple[str, list[str]]
"""What a record is called, and its aliases."""
Stored = Callable[[str, list[str]], Mapping[str, NameAndAliases]]
"""How records of a kind are called that were loaded before."""


class Told(NamedTuple):
    """What a row tells that concerns other rows."""

    key: str
    """Rows with one key tell one thing: the one of the better rank counts, and of one rank the later file's."""
    rank: int
    day: date
    country: str | None = None
    """A location that the row's place lies within."""
    spot: tuple[float, float] | None = None
    """Longitude and latitude."""
    names: tuple[tuple[str, str, str], ...] = ()
    """Kind, id and name of records that other files may call otherwise."""


@dataclass
class Survey:
    """What was read beforehand; the keys are kept in a file, and so need no memory."""

    whole_months: bool = True
    """Whether what files cover begins and ends with a month."""
    _names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _called: dict[tuple[str, str], NameAndAliases] = field(default_factory=dict)
    _first: date = date.max
    _last: date = date.min
    _countries: set[str] = field(default_factory=set)
    _box: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        """Open a database that vanishes with its connection."""
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("PRAGMA synchronous = OFF")
        self._kept.execute("BEGIN")
        self._kept.execute("CREATE TABLE best (key TEXT PRIMARY KEY, rank INTEGER, file INTEGER) WITHOUT ROWID")

    def add(self, told: Told, file: int) -> None:
        """A row of a file, by the file's number."""
        self._kept.execute(
            "INSERT INTO best VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, "
            "file = excluded.file WHERE (excluded.rank, excluded.file) > (rank, file)",
            (told.key, told.rank, file),
        )
        for kind, id_, name in told.names:
            called = self._names.setdefault((kind, id_), [])
            if called[-1:] != [name]:
                called.append(name)
        self._first, self._last = min(self._first, told.day), max(self._last, told.day)
        if told.country is not None:
            self._countries.add(told.country)
        if told.spot is not None:
            longitude, latitude = told.spot
            west, south, east, north = self._box or (longitude, latitude, longitude, latitude)
            self._box = (min(west, longitude), min(south, latitude), max(east, longitude), max(north, latitude))

    def counts(self, told: Told, file: int) -> bool:
        """Whether no other row tells the same thing better, or later."""
        best = self._kept.execute("SELECT rank, file FROM best WHERE key = ?", (told.key,)).fetchone()
        return best is None or best == (told.rank, file)

    def settle(self, stored: Stored) -> None:
        """All was read: what everything is called now, its older names as aliases."""
        for kind in {kind for kind, _ in self._names}:
            ids = [id_ for other, id_ in self._names if other == kind]
            before = stored(kind, ids)
            for id_ in ids:
                name, aliases = before.get(id_, ("", []))
                names = self._names[kind, id_]
                older = [one for one in dict.fromkeys([*aliases, name, *names]) if one and one != names[-1]]
                self._called[kind, id_] = (names[-1], older)
        self._names.clear()

    def named(self, kind: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """A record under the name that it has now."""
        called = self._called.get((kind, fields["id"]))
        return fields if called is None else {**fields, "name": called[0], "aliases": called[1]}

    def scope(self) -> Scope | None:
        """What the files cover, outside of which nothing has vanished because it is not in them."""
        first, last = self._first, self._last
        if first > last:
            return None
        if self.whole_months:
            first, last = first.replace(day=1), month_end(last)
        return Scope(first, last, sorted(self._countries), self._box)


def month_end(day: date) -> date:
    """The last day of a day's month."""
    for number in (31, 30, 29):
        with suppress(ValueError):
            return day.replace(day=number)
    return day.replace(day=28)
