"""In which filtered lists an event or a claim stands, and where in them."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from api.domain.assessment import Assessment, assess
from api.domain.cells import cells_of
from api.domain.parties import NOBODY
from api.domain.positions import Weights
from api.domain.statements import Statement, said_by
from api.domain.vocabulary import Aspect, Known, Stance, Status, Undated
from api.index import facts
from api.index.postings import Cells
from api.models.facets import CLAIM

T = TypeVar("T")
_STATUS = {status: f"status:{status}" for status in Status}
_EVER = {status: f"ever:{status}" for status in Status}
MOST_ALIKE = 6
"""Of more statements, hardly ever do two events have the same shape."""
MOST_DAYS = 50
MOST_JUDGED = 100_000
LASTING = range(1, 6)
"""Kinds of dates that are not one day, nor unknown."""


class Placing(NamedTuple):
    """A record's place in the order of days: span class, sort day and last day (null: open)."""

    span: int
    day: int
    latest: int | None


class Filed(NamedTuple):
    """A record, the facets it stands in, by their numbers, and what columns hold of it."""

    id: str
    placing: Placing
    facets: set[int]
    cells: Cells


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


def first_said(statements: Sequence[Statement]) -> tuple[int | None, int | None, bool]:
    """The first days by which one was possibly and certainly said, and whether any is undated."""
    if len(statements) == 1:
        one = statements[0]
        return (one.earliest or 0, one.latest, False) if one.dated else (None, None, True)
    possible = [statement.earliest or 0 for statement in statements if statement.dated]
    certain = [statement.latest for statement in statements if statement.dated and statement.latest is not None]
    unsaid = any(not statement.dated for statement in statements)
    return min(possible, default=None), min(certain, default=None), unsaid


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
                s.figure and (s.figure, s.measure, s.of, s.unit),
                s.names,
            )
            for s in statements
        ]
    )


def _ever(statements: Sequence[Statement], today: Iterable[Assessment]) -> frozenset[Status]:
    found = {assessment.status for assessment in today}
    judged = {tuple([statement.id for statement in statements])}
    unsaid = tuple(Undated) if not all(s.dated for s in statements) else (Undated.EXCLUDE,)
    for by in Known:
        said = {s.earliest or 0 if by == Known.POSSIBLE else s.latest for s in statements if s.dated}
        days = {day for day in said if day is not None}
        if len(days) > MOST_DAYS or len(days) * len(statements) > MOST_JUDGED:
            return frozenset(Status)  # too many states to judge each: a candidate for all
        for day in (0, *days):
            for undated in unsaid:
                then = said_by(statements, day, by, undated)
                key = tuple([statement.id for statement in then])
                if key not in judged:
                    judged.add(key)
                    found |= {assessment.status for assessment in assess(then)}
    return frozenset(found)


def of_event(
    event: facts.Event,
    chunk: facts.Chunk,
    known: facts.Facts,
    statements: Sequence[Statement],
    assessments: Sequence[Assessment],
) -> Filed:
    """Where an event stands."""
    number = known.names
    parts = tuple([(part.actor, part.role) for part in chunk.participations.get(event.id, ())])
    statuses = frozenset([assessment.status for assessment in assessments])
    ever_since = ever(statements, assessments, known)
    found = {*_shared(known, ("parties", parts), _parties)}
    found.update(_shared(known, ("event", (event.kind, event.dataset)), _kind))
    found.update(_shared(known, ("statuses", (statuses, ever_since)), _statuses))
    _claims(event, chunk, known, found)
    _wavering(statements, known, found)
    if event.part_of is not None:
        found.add(number[f"part_of:{event.part_of}"])
    point = None
    if event.location is not None:
        places, point = _shared(known, ("place", event.location), _place)
        found.update(places)
    if point is None:
        found.add(number["without_coordinates"])
    possible, certain, undated = first_said(statements)
    if undated:
        found.add(number["undated_claim"])
    dated = chunk.dates[event.id]
    place = placing(dated.earliest, dated.latest)
    if place.span in LASTING:
        found.add(number[f"span:{place.span}"])
    return Filed(event.id, place, found, Cells(place.latest, possible, certain, *(point or (None, None))))


def _shared(known: facts.Facts, key: tuple[str, Any], make: Callable[[Any, facts.Facts], T]) -> T:
    """What is made of the key, which may be remembered."""
    found: T | None = known.groups.get(key)
    if found is None:
        found = known.groups[key] = make(key[1], known)
    return found


def _numbered(known: facts.Facts, names: Iterable[str]) -> list[int]:
    return [known.names[name] for name in names]


def _kind(key: tuple[str, str], known: facts.Facts) -> list[int]:
    return _numbered(known, ("all", f"kind:{key[0]}", f"dataset:{key[1]}"))


def _statuses(key: tuple[frozenset[Status], frozenset[Status]], known: facts.Facts) -> list[int]:
    today, ever_since = key
    names = [_STATUS[status] for status in sorted(today)] + [_EVER[status] for status in sorted(ever_since)]
    return _numbered(known, [*names, "disputed:yes" if Status.DISPUTED in today else "disputed:no"])


def _place(location: str, known: facts.Facts) -> tuple[list[int], tuple[float, float] | None]:
    names = [f"location:{container}" for container in known.containers[location]]
    place = known.locations[location]
    if place.longitude is None or place.latitude is None:
        return _numbered(known, names), None
    names += cells_of(place.longitude, place.latitude)
    return _numbered(known, names), (place.longitude, place.latitude)


def _claims(event: facts.Event, chunk: facts.Chunk, known: facts.Facts, found: set[int]) -> None:
    """Facets of what is said about an event: the sources cited, for whom speakers speak, and of whose control."""
    number, claims = known.names, chunk.claims.get(event.id, ())
    found.update([number[f"source:{source}"] for source in sorted(chunk.cited.get(event.id, ()))])
    for speaker in dict.fromkeys(claim.speaker for claim in claims if claim.speaker is not None):
        found.update(_shared(known, ("spoken", speaker), _spoken))
    blamed = {actor for claim in claims for actor in chunk.names.get(claim.id, ())}
    parties = {party for actor in blamed for party in known.standings.closure(actor)}
    found.update([number[f"names:{party}"] for party in sorted(parties)])  # in one order, so that facets get one number
    if event.location is not None and any(claim.aspect == Aspect.CONTROL for claim in claims):
        found.add(number[f"control:{event.location}"])


def _spoken(speaker: str, known: facts.Facts) -> list[int]:
    return _numbered(known, [f"spoken:{party}" for party in sorted(known.standings.closure(speaker))])


def _wavering(statements: Sequence[Statement], known: facts.Facts, found: set[int]) -> None:
    """Facets of those whose words on one aspect do not all point the same way: who moved is among them."""
    if len(statements) == 1:
        return
    weights = Weights(statements).of
    taken: defaultdict[tuple[str, Aspect | None], set[Hashable]] = defaultdict(set)
    for statement in statements:
        weight = weights[statement.id]
        if statement.speaker is not None and (weight is not None or statement.stance == Stance.RETRACTS):
            said = weight, statement.figure, statement.names, statement.stance == Stance.RETRACTS and statement.id
            for party in sorted(known.standings.closure(statement.speaker)):
                taken[party, statement.aspect].add(said)
                if statement.stance == Stance.RETRACTS:
                    taken[party, statement.aspect].add(None)
    wavering = [f"wavering:{party}" for (party, _), different in taken.items() if len(different) > 1]
    found.update(_numbered(known, wavering))


def _parties(parts: Sequence[tuple[str, str]], known: facts.Facts) -> list[int]:
    """Facets of who takes part and in which role, and where several do of one party."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for actor, role in parts:
        members[f"role:{role}"].add(actor)
        members[f"actor:{actor}"].add(actor)
        members[f"actor:{actor}/{role}"].add(actor)
        for party in sorted(known.standings.closure(actor)):
            members[f"party:{party}"].add(actor)
            members[f"party:{party}/{role}"].add(actor)
    several = [f"several/{name}" for name, found in members.items() if len(found) > 1]
    return _numbered(known, [*members, *several])


def of_claim(claim: facts.Claim, event: facts.Event, chunk: facts.Chunk, known: facts.Facts, said: Statement) -> Filed:
    """Where a claim stands."""
    number = known.names
    key = claim.dataset, claim.stance, claim.aspect, claim.certainty, bool(claim.inferred)
    found = {number[f"{CLAIM}event:{claim.event}"], *_shared(known, ("claim", key), _words)}
    if claim.speaker is not None:
        found.update(_shared(known, ("speaker", claim.speaker), _speaking))
    if claim.via is not None:
        found.add(number[f"{CLAIM}via:{claim.via}"])
    if claim.about is not None:
        found.add(number[f"{CLAIM}about:{claim.about}"])
    if event.location is not None:
        found.update(_shared(known, ("containers", event.location), _containers))
    found.update(_figures(claim, chunk, known))
    for citation in chunk.citations.get(claim.id, ()):
        found.add(number[f"{CLAIM}source:{citation.source}"])
        found.update([number[f"{CLAIM}flag:{flag}"] for flag in facts.names(citation.flags)])
    dated = chunk.said[claim.id]
    place = placing(dated.earliest, dated.latest)
    if place.span in LASTING:
        found.add(number[f"{CLAIM}span:{place.span}"])
    possible, certain, undated = first_said([said])
    if undated:
        found.add(number[f"{CLAIM}undated_claim"])
    return Filed(claim.id, place, found, Cells(place.latest, possible, certain))


def hold(filed: Filed, words: str, known: facts.Facts, prefix: str = "") -> Filed:
    """The record, in the facets of its words too."""
    filed.facets.update([known.names[f"{prefix}word:{word}"] for word in words.split()])
    return filed


def _figures(claim: facts.Claim, chunk: facts.Chunk, known: facts.Facts) -> list[int]:
    """Facets of what a claim counts, whose it is, and whom it holds responsible."""
    blamed = {party for actor in chunk.names.get(claim.id, ()) for party in known.standings.closure(actor)}
    names = [f"names:{party}" for party in sorted(blamed)]
    names += [f"measure:{claim.measure}"] if claim.measure is not None else []
    names += [f"of:{claim.of}"] if claim.of is not None else []
    return _numbered(known, [CLAIM + name for name in names])


def _containers(location: str, known: facts.Facts) -> list[int]:
    return _numbered(known, [f"{CLAIM}location:{container}" for container in known.containers[location]])


def _words(key: tuple[str, str, str, str, bool], known: facts.Facts) -> list[int]:
    dataset, stance, aspect, certainty, inferred = key
    names = (
        "all",
        f"dataset:{dataset}",
        f"stance:{stance}",
        f"aspect:{aspect}",
        f"certainty:{certainty}",
        "inferred:yes" if inferred else "inferred:no",
    )
    return _numbered(known, [CLAIM + name for name in names])


def _speaking(speaker: str, known: facts.Facts) -> list[int]:
    names = [f"speaker:{speaker}", *[f"party:{party}" for party in sorted(known.standings.closure(speaker))]]
    return _numbered(known, [CLAIM + name for name in names])
