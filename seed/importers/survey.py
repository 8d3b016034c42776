"""A first pass over rows: which of several rows on the same thing counts, all names of things, and what files cover."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from seed.vanished import Scope

NameAndAliases = tuple[str, list[str]]
"""A record's name and aliases."""
Stored = Callable[[str, list[str]], Mapping[str, NameAndAliases]]
"""Returns the names of records of a kind that were loaded before."""


class Told(NamedTuple):
    """What a row says about other rows."""

    key: str
    """Rows with the same key describe the same thing: the best rank counts, and among equals the later file."""
    rank: int
    day: date
    country: str | None = None
    """A location that contains the row's place."""
    spot: tuple[float, float] | None = None
    """Longitude and latitude."""
    names: tuple[tuple[str, str, str], ...] = ()
    """Kind, id and name of records that may have other names in other files."""


@dataclass
class Survey:
    """The result of the first pass; keys are kept in a temporary file to save memory."""

    whole_months: bool = True
    """Whether files always cover whole months."""
    _names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _called: dict[tuple[str, str], NameAndAliases] = field(default_factory=dict)
    _first: date = date.max
    _last: date = date.min
    _countries: set[str] = field(default_factory=set)
    _box: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        """Open a temporary database."""
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("PRAGMA synchronous = OFF")
        self._kept.execute("BEGIN")
        self._kept.execute("CREATE TABLE best (key TEXT PRIMARY KEY, rank INTEGER, file INTEGER) WITHOUT ROWID")

    def add(self, told: Told, file: int) -> None:
        """Add a row of the file with this number."""
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
        """Whether no better or later row that was added describes the same thing."""
        best = self._kept.execute("SELECT rank, file FROM best WHERE key = ?", (told.key,)).fetchone()
        return best is None or best <= (told.rank, file)

    def settle(self, stored: Stored) -> None:
        """After the first pass, determine current names, with older ones as aliases."""
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
        """A record with its current name."""
        called = self._called.get((kind, fields["id"]))
        return fields if called is None else {**fields, "name": called[0], "aliases": called[1]}

    def scope(self) -> Scope | None:
        """What the files cover; records outside of it are not missing."""
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
