"""Rows of the tables of facts as documents need them (days as YYYY-MM-DD), and a cache of such rows."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
REMEMBERED = 6_000


class DateFields(NamedTuple):
    """A date in a record's row, with days as YYYY-MM-DD."""

    edtf: str | None
    earliest: str | None
    latest: str | None
    precision: str
    basis: str
    note: str | None


class Actor(NamedTuple):
    id: str
    kind: str
    name: str
    aliases: str
    description: str | None
    dataset: str


class Affiliation(NamedTuple):
    kind: str
    other: str
    since: str | None
    until: str | None


class Location(NamedTuple):
    id: str
    kind: str
    name: str
    aliases: str
    within: str | None
    country: str | None
    gazetteers: str
    same_as: str | None
    longitude: float | None
    latitude: float | None
    radius_m: float | None
    coordinate_method: str | None
    coordinate_source: str | None
    phrase: str | None
    dataset: str


class Event(NamedTuple):
    id: str
    kind: str
    title: str
    summary: str | None
    edtf: str | None
    earliest: str | None
    latest: str | None
    precision: str
    basis: str
    note: str | None
    location: str | None
    place_relation: str | None
    part_of: str | None
    extra: str | None
    dataset: str


class Participation(NamedTuple):
    event: str
    actor: str
    role: str
    note: str | None


class Claim(NamedTuple):
    id: str
    event: str
    speaker: str | None
    via: str | None
    about: str | None
    stance: str
    aspect: str
    certainty: str
    credibility: int
    summary: str | None
    quote: str | None
    quote_by: str | None
    value_low: float | None
    value_best: float | None
    value_high: float | None
    unit: str | None
    measure: str | None
    of: str | None
    edtf: str | None
    earliest: str | None
    latest: str | None
    precision: str
    basis: str
    note: str | None
    inferred: bool
    dataset: str


class Citation(NamedTuple):
    claim: str
    source: str
    role: str
    mark: str | None
    locator: str | None
    flags: str
    basis: str


class Dating(NamedTuple):
    target: str
    edtf: str
    earliest: str | None
    latest: str | None
    precision: str
    basis: str
    note: str | None
    source: str
    dataset: str
    preferred: bool


class Cache(Generic[T]):
    """Rows by id, read on demand; emptied between chunks if it has grown too large."""

    def __init__(self, read: Callable[[list[str]], Iterable[tuple[str, T]]]) -> None:
        self._read = read
        self._known: dict[str, T] = {}

    def need(self, ids: Iterable[str | None]) -> None:
        """Load these rows unless they are cached."""
        wanted = {id_ for id_ in ids if id_ is not None}
        if missing := sorted(wanted - self._known.keys()):
            self._known.update(self._read(missing))

    def trim(self) -> None:
        """Empty the cache if it has grown too large."""
        if len(self._known) > REMEMBERED:
            self._known.clear()

    def __getitem__(self, id_: str) -> T:
        return self._known[id_]
