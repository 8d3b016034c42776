"""What is asked of the events or of the claims, before the database is looked at."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from api.domain.cells import cells_covering
from api.domain.geo import Box, Circle
from api.domain.vocabulary import Known
from api.models.facets import EventFacets, Facet
from api.query.filters import Filters, facets
from api.storage.reader import Row


@dataclass(frozen=True, slots=True)
class Wanted:
    """One filter: the facets any of which will do, and the box in which the record's point must lie."""

    names: tuple[str, ...]
    box: Box | None = None


def any_of(facet: Facet, values: Iterable[object], roles: Sequence[str] = ()) -> Wanted:
    """The filter for one of some values; of a party, in one of some roles."""
    names = [facet.of(value, role) for value in values for role in roles or (None,)]
    return Wanted(tuple(dict.fromkeys(names)))


@dataclass(frozen=True, slots=True)
class Resting:
    """A condition on events that rests on claims: one that counts as of the day stands in one of these sets."""

    claims: tuple[str, ...]
    throughout: tuple[str, ...] = ()
    """Sets of events all of whose claims do."""


@dataclass(frozen=True, slots=True)
class Named:
    """A record that a parameter names and that must exist."""

    parameter: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is asked, before the database is looked at; days are proleptic ordinals."""

    wanted: tuple[Wanted, ...] = ()
    named: tuple[Named, ...] = ()
    pair: tuple[int, int] | None = None
    """Two of `wanted` that different participants must meet."""
    first: int | None = None
    last: int | None = None
    as_of: int | None = None
    known: Known = Known.CERTAIN
    """Which claims count as of the day, or in the days of a briefing."""
    certain: bool = False
    """Whether a date must lie in the days asked for wholly."""
    undated: bool = False
    words: tuple[str, ...] = ()
    circle: Circle | None = None
    then: tuple[Resting, ...] = ()
    """What of the claims that count as of the day must be so."""
    changed_since: int | None = None
    """A revision after which the document must have changed, or that of a claim about it with `changed_claims`."""
    changed_claims: bool = False
    radius_m: float | None = None
    """The longest radius that a point may have."""
    fresh: bool = False
    """The days are those in which claims became known."""
    statements: bool = False
    """Whether rows bring what is judged."""
    judged: Callable[[Row, bool], bool] | None = None
    """A test of what claims add up to: takes an event's row, and whether undated claims count."""

    @property
    def has_days(self) -> bool:
        """Whether dates are asked about."""
        return self.first is not None or self.last is not None


def ordinal(day: date | None) -> int | None:
    """A day's proleptic ordinal."""
    return None if day is None else day.toordinal()


def marked(filters: Filters) -> tuple[list[Wanted], list[Named]]:
    """What those filters ask for whose values name facets, and the records they name."""
    wanted: list[Wanted] = []
    named: list[Named] = []
    for parameter, facet in facets(type(filters)).items():
        value = getattr(filters, parameter)
        if value is None or value == []:
            continue
        values = value if isinstance(value, list) else [value]
        wanted.append(any_of(facet, values))
        if facet.record is not None:
            named += [Named(parameter, facet.record, one) for one in values]
    return wanted, named


def box_wanted(box: Box) -> Wanted:
    """The filter for a box: the few grid cells that cover it, or every record, and the point within."""
    covering = cells_covering(box.west, box.south, box.east, box.north)
    if covering is None:
        return Wanted((EventFacets.ALL.name,), box)
    return replace(any_of(EventFacets.CELL, covering[1]), box=box)
