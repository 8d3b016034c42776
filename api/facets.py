"""In which filtered lists an event or a claim stands, and where in them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from api import facts
from api.assessment import Assessment, Statement, assess, said_by, weigh
from api.grid import cells_of
from api.standings import NOBODY
from api.vocabulary import Aspect, Match, Status, Undated

T = TypeVar("T")
_STATUS = {status: f"status:{status}" for status in Status}
_EVER = {status: f"ever:{status}" for status in Status}
MOST_ALIKE = 6
"""Of more statements, hardly ever do two events have the same shape."""
MOST_DAYS = 50
MOST_JUDGED = 100_000


class Placing(NamedTuple):
    """A record's place in the order of days: span class, sort day and last day (null: open)."""

    span: int
    day: int
    latest: int | None


class Filed(NamedTuple):
    """A record, the facets it stands in, and what its rows there say of it."""

    id: str
    placing: Placing
    said: tuple[int | None, int | None, int]
    names: Collection[str]
    """Facets' names, but for those in `held`."""
    held: Mapping[str, str]
    """Facets' names, and the one participant who belongs to each."""
    point: tuple[float, float] | None


def placing(earliest: date | None, latest: date | None) -> Placing:
    """Which span class a date is of (DESIGN: 0 one day, 1 to 31 days, 2 to 366, 3 longer, 4 and 5 open, 6 undated)."""
    if earliest is None:
        return Placing(6, 0, None) if latest is None else Placing(5, latest.toordinal(), latest.toordinal())
    first = earliest.toordinal()
    if latest is None:
        return Placing(4, first, None)
    last = latest.toordinal()
    days = last - first + 1
    span = 0 if days == 1 else 1 if days <= 31 else 2 if days <= 366 else 3  # noqa: PLR2004 - a month, a year
    return Placing(span, first, last)


def first_said(statements: Sequence[Statement]) -> tuple[int | None, int | None, int]:
    """The first days by which one was possibly and certainly said, and whether any is undated."""
    possible = [statement.earliest or 0 for statement in statements if statement.dated]
    certain = [statement.latest for statement in statements if statement.dated and statement.latest is not None]
    unsaid = any(not statement.dated for statement in statements)
    return min(possible, default=None), min(certain, default=None), int(unsaid)


def ever(statements: Sequence[Statement], today: Iterable[Assessment], known: facts.Facts) -> frozenset[Status]:
    """Every status any aspect has as of any day, in either reading of dates, with and without the undated."""
    if len(statements) == 1:
        return frozenset([assessment.status for assessment in today])
    if len(statements) > MOST_ALIKE:
        return _ever(statements, today)
    key = shape(statements)
    found: frozenset[Status] | None = known.groups.get(key)
    if found is None:
        found = known.groups[key] = _ever(statements, today)
    return found


def shape(statements: Sequence[Statement]) -> Hashable:
    """All of statements that their statuses depend on, whoever they are by: names as numbers, days as their order."""
    numbers = {id_: number for number, id_ in enumerate(sorted([statement.id for statement in statements]))}
    days = {day for statement in statements for day in (statement.earliest, statement.latest) if day is not None}
    order: dict[int | None, int | None] = {day: number for number, day in enumerate(sorted(days), 1)}
    order[None] = None
    who: dict[str | None, int] = {}
    return tuple(
        [
            (
                numbers[s.id],
                who.setdefault(s.party or NOBODY, len(who)),
                None if s.voice is None else who.setdefault(s.voice, len(who)),
                s.instrument + 2 * s.dated + 4 * s.inferred + 8 * s.sided + 16 * s.ends_open,
                s.stance,
                s.aspect,
                order[s.earliest],
                order[s.latest],
                None if s.about is None else numbers.get(s.about, -1),
            )
            for s in statements
        ]
    )


def _ever(statements: Sequence[Statement], today: Iterable[Assessment]) -> frozenset[Status]:
    found = {assessment.status for assessment in today}
    judged = {tuple(statement.id for statement in statements)}
    for match in Match:
        said = {s.earliest or 0 if match == Match.POSSIBLE else s.latest for s in statements if s.dated}
        days = {day for day in said if day is not None}
        if len(days) > MOST_DAYS or len(days) * len(statements) > MOST_JUDGED:
            return frozenset(Status)  # too many states to judge each: a candidate for all
        for day in (0, *days):
            for undated in Undated:
                known = said_by(statements, day, match, undated)
                key = tuple(statement.id for statement in known)
                if key not in judged:
                    judged.add(key)
                    found |= {assessment.status for assessment in assess(known)}
    return frozenset(found)


def of_event(
    event: facts.Event,
    chunk: facts.Chunk,
    known: facts.Facts,
    statements: Sequence[Statement],
    assessments: Sequence[Assessment],
) -> Filed:
    """Where an event stands."""
    parts = tuple([(part.actor, part.role) for part in chunk.participations.get(event.id, ())])
    parties, held = _shared(known, ("parties", parts), _parties)
    statuses = {assessment.status for assessment in assessments}
    names = ["all", f"kind:{event.kind}", f"dataset:{event.dataset}", *parties]
    names += _claims(event, chunk, known) + _wavering(statements, known)
    names += [_STATUS[status] for status in statuses]
    names += [_EVER[status] for status in ever(statements, assessments, known)]
    names.append("disputed:yes" if Status.DISPUTED in statuses else "disputed:no")
    if event.part_of is not None:
        names.append(f"part_of:{event.part_of}")
    point = None
    if event.location is not None:
        names += _within(event.location, known)
        cells, point = _shared(known, ("cells", event.location), _cells)
        names += cells
    if point is None:
        names.append("unplaced")
    said = first_said(statements)
    if statements and said[0] is None:
        names.append("unsaid")
    dated = chunk.dates[event.id]
    return Filed(event.id, placing(dated.earliest, dated.latest), said, dict.fromkeys(names), held, point)


def _shared(known: facts.Facts, key: tuple[str, Any], make: Callable[[Any, facts.Facts], T]) -> T:
    """What is made of the key, which may be remembered."""
    found: T | None = known.groups.get(key)
    if found is None:
        found = known.groups[key] = make(key[1], known)
    return found


def _within(location: str, known: facts.Facts) -> list[str]:
    return _shared(known, ("location", location), _containers)


def _containers(location: str, known: facts.Facts) -> list[str]:
    return [f"location:{container}" for container in known.containers[location]]


def _cells(location: str, known: facts.Facts) -> tuple[list[str], tuple[float, float] | None]:
    place = known.locations[location]
    if place.longitude is None or place.latitude is None:
        return [], None
    return cells_of(place.longitude, place.latitude), (place.longitude, place.latitude)


def _claims(event: facts.Event, chunk: facts.Chunk, known: facts.Facts) -> list[str]:
    """Facets of what is said about an event: the sources cited, for whom speakers speak, and of whose control."""
    claims = chunk.claims.get(event.id, ())
    found = [f"source:{source}" for source in chunk.cited.get(event.id, ())]
    for speaker in {claim.speaker for claim in claims if claim.speaker is not None}:
        found += _shared(known, ("spoken", speaker), _spoken)
    if event.location is not None and any(claim.aspect == Aspect.CONTROL for claim in claims):
        found.append(f"control:{event.location}")
    return found


def _spoken(speaker: str, known: facts.Facts) -> list[str]:
    return [f"spoken:{party}" for party in known.standings.closure(speaker)]


def _wavering(statements: Sequence[Statement], known: facts.Facts) -> list[str]:
    """Facets of those whose words on one aspect do not all point the same way: who moved is among them."""
    if len(statements) == 1:
        return []
    weights = weigh(statements)
    if len(set(weights.values())) == 1:
        return []
    taken: defaultdict[tuple[str, Aspect | None], set[int]] = defaultdict(set)
    for statement in statements:
        weight = weights[statement.id]
        if weight is not None and statement.speaker is not None:
            for party in known.standings.closure(statement.speaker):
                taken[party, statement.aspect].add(weight)
    return [f"wavering:{party}" for (party, _), different in taken.items() if len(different) > 1]


def _parties(parts: Sequence[tuple[str, str]], known: facts.Facts) -> tuple[list[str], dict[str, str]]:
    """Facets of who takes part and in which role: those of several, and of one participant alone with that one."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for actor, role in parts:
        members[f"role:{role}"].add(actor)
        for party in known.standings.closure(actor):
            members[f"party:{party}"].add(actor)
            members[f"party:{party}/{role}"].add(actor)
    several = [name for name, found in members.items() if len(found) > 1]
    return several, {name: next(iter(found)) for name, found in members.items() if len(found) == 1}


def of_claim(claim: facts.Claim, event: facts.Event, chunk: facts.Chunk, known: facts.Facts, said: Statement) -> Filed:
    """Where a claim stands."""
    key = claim.dataset, claim.stance, claim.aspect, claim.certainty, bool(claim.inferred)
    names = [f"event:{claim.event}", *_shared(known, ("claim", key), _words)]
    if claim.speaker is not None:
        names += _shared(known, ("speaker", claim.speaker), _speaking)
    if claim.via is not None:
        names.append(f"via:{claim.via}")
    if claim.about is not None:
        names.append(f"about:{claim.about}")
    if event.location is not None:
        names += _within(event.location, known)
    for citation in chunk.citations.get(claim.id, ()):
        names.append(f"source:{citation.source}")
        names += [f"flag:{flag}" for flag in facts.names(citation.flags)]
    dated = chunk.said[claim.id]
    return Filed(claim.id, placing(dated.earliest, dated.latest), first_said([said]), dict.fromkeys(names), {}, None)


def _words(key: tuple[str, str, str, str, bool], _: facts.Facts) -> list[str]:
    dataset, stance, aspect, certainty, inferred = key
    return [
        "all",
        f"dataset:{dataset}",
        f"stance:{stance}",
        f"aspect:{aspect}",
        f"certainty:{certainty}",
        "inferred:yes" if inferred else "inferred:no",
    ]


def _speaking(speaker: str, known: facts.Facts) -> list[str]:
    return [f"speaker:{speaker}", *[f"party:{party}" for party in known.standings.closure(speaker)]]
