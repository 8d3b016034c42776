"""In which filtered lists an event or a claim stands, and where in them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from api import facts
from api.assessment import Assessment, Statement, assess, said_by, weigh
from api.grid import cells_of
from api.vocabulary import Aspect, Match, Status, Undated

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
    names: dict[str, str | None]
    """Each facet's name, and the one participant who belongs to it."""
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


def ever(statements: Sequence[Statement], today: Iterable[Assessment]) -> set[Status]:
    """Every status any aspect has as of any day, in either reading of dates, with and without the undated."""
    found = {assessment.status for assessment in today}
    if len(statements) == 1:
        return found
    judged = {tuple(statement.id for statement in statements)}
    for match in Match:
        said = {s.earliest or 0 if match == Match.POSSIBLE else s.latest for s in statements if s.dated}
        days = {day for day in said if day is not None}
        if len(days) > MOST_DAYS or len(days) * len(statements) > MOST_JUDGED:
            return set(Status)  # too many states to judge each: a candidate for all
        for day in (0, *days):
            for undated in Undated:
                known = said_by(statements, day, match, undated)
                key = tuple(statement.id for statement in known)
                if key not in judged:
                    judged.add(key)
                    found |= {assessment.status for assessment in assess(known)}
    return found


def of_event(
    event: facts.Event,
    chunk: facts.Chunk,
    known: facts.Facts,
    statements: Sequence[Statement],
    assessments: Sequence[Assessment],
) -> Filed:
    """Where an event stands."""
    names: dict[str, str | None] = dict.fromkeys(("all", f"kind:{event.kind}", f"dataset:{event.dataset}"))
    names.update(_parties(chunk.participations.get(event.id, ()), known))
    more = _claims(event, chunk, known) + _wavering(statements, known)
    more += [f"status:{status}" for status in {assessment.status for assessment in assessments}]
    more += [f"ever:{status}" for status in ever(statements, assessments)]
    disputed = any(assessment.status == Status.DISPUTED for assessment in assessments)
    more.append("disputed:yes" if disputed else "disputed:no")
    if event.part_of is not None:
        more.append(f"part_of:{event.part_of}")
    point = None
    if event.location is not None:
        more += [f"location:{container}" for container in known.containers[event.location]]
        place = known.locations[event.location]
        if place.longitude is not None and place.latitude is not None:
            point = (place.longitude, place.latitude)
            more += cells_of(*point)
    if point is None:
        more.append("unplaced")
    said = first_said(statements)
    if statements and said[0] is None:
        more.append("unsaid")
    names.update(dict.fromkeys(more))
    dated = chunk.dates[event.id]
    return Filed(event.id, placing(dated.earliest, dated.latest), said, names, point)


def _claims(event: facts.Event, chunk: facts.Chunk, known: facts.Facts) -> list[str]:
    """Facets of what is said about an event: the sources cited, for whom speakers speak, and of whose control."""
    claims = chunk.claims.get(event.id, ())
    speakers = {claim.speaker for claim in claims if claim.speaker is not None}
    spoken = set().union(*(known.standings.closure(speaker) for speaker in speakers))
    found = [f"source:{source}" for source in chunk.cited.get(event.id, ())] + [f"spoken:{party}" for party in spoken]
    if event.location is not None and any(claim.aspect == Aspect.CONTROL for claim in claims):
        found.append(f"control:{event.location}")
    return found


def _wavering(statements: Sequence[Statement], known: facts.Facts) -> list[str]:
    """Facets of those whose words on one aspect do not all point the same way: who moved is among them."""
    if len(statements) == 1:
        return []
    weights = weigh(statements)
    taken: defaultdict[tuple[str, Aspect | None], set[int]] = defaultdict(set)
    for statement in statements:
        weight = weights[statement.id]
        if weight is not None and statement.speaker is not None:
            for party in known.standings.closure(statement.speaker):
                taken[party, statement.aspect].add(weight)
    return [f"wavering:{party}" for (party, _), different in taken.items() if len(different) > 1]


def _parties(participations: Iterable[facts.Participation], known: facts.Facts) -> dict[str, str | None]:
    """Facets of who takes part and in which role, each with the participant who belongs there if it is only one."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for part in participations:
        members[f"role:{part.role}"].add(part.actor)
        for party in known.standings.closure(part.actor):
            members[f"party:{party}"].add(part.actor)
            members[f"party:{party}/{part.role}"].add(part.actor)
    return {name: next(iter(found)) if len(found) == 1 else None for name, found in members.items()}


def of_claim(claim: facts.Claim, event: facts.Event, chunk: facts.Chunk, known: facts.Facts, said: Statement) -> Filed:
    """Where a claim stands."""
    names = [
        "all",
        f"dataset:{claim.dataset}",
        f"event:{claim.event}",
        f"stance:{claim.stance}",
        f"aspect:{claim.aspect}",
        f"certainty:{claim.certainty}",
        "inferred:yes" if claim.inferred else "inferred:no",
    ]
    if claim.speaker is not None:
        names.append(f"speaker:{claim.speaker}")
        names += [f"party:{party}" for party in known.standings.closure(claim.speaker)]
    names += [f"{name}:{value}" for name, value in (("via", claim.via), ("about", claim.about)) if value is not None]
    if event.location is not None:
        names += [f"location:{container}" for container in known.containers[event.location]]
    for citation in chunk.citations.get(claim.id, ()):
        names.append(f"source:{citation.source}")
        names += [f"flag:{flag}" for flag in facts.names(citation.flags)]
    dated = chunk.said[claim.id]
    return Filed(claim.id, placing(dated.earliest, dated.latest), first_said([said]), dict.fromkeys(names), None)
