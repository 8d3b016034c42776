"""Computes the facets of events and claims, and their position in date order."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from api.domain.assessment import Assessment, assess
from api.domain.geo import cells_of
from api.domain.parties import NOBODY
from api.domain.positions import Weights
from api.domain.statements import Statement, said_by
from api.domain.text import fold, folded
from api.domain.vocabulary import Aspect, CitationRole, Known, Stance, Status, Undated
from api.index import facts
from api.index.postings import Cells
from api.models.facets import FACETS, ClaimFacets, EventFacets, Facet, Span, declared, several

T = TypeVar("T")
MOST_ALIKE = 6
"""Events with more statements hardly ever share a shape, so their judgement is not cached."""
MOST_DAYS = 50
MOST_JUDGED = 100_000
LASTING = range(Span.MONTH, Span.UNDATED)


class DatePosition(NamedTuple):
    """A record's position in date order: span class, sort day and last day (null: open)."""

    span: int
    day: int
    latest: int | None


class IndexEntry(NamedTuple):
    """A record with the numbers of its facets and its values in columns."""

    id: str
    position: DatePosition
    facets: list[int]
    """May contain duplicates."""
    cells: Cells


def date_position(earliest: date | None, latest: date | None) -> DatePosition:
    """How long a date lasts, and its position in date order."""
    if earliest is None:
        if latest is None:
            return DatePosition(Span.UNDATED, 0, None)
        return DatePosition(Span.OPEN_START, latest.toordinal(), latest.toordinal())
    first = earliest.toordinal()
    if latest is None:
        return DatePosition(Span.OPEN_END, first, None)
    last = latest.toordinal()
    days = last - first + 1
    lasting = Span.MONTH if days <= 31 else Span.YEAR if days <= 366 else Span.LONGER  # noqa: PLR2004 - of days
    span = Span.DAY if days == 1 else lasting
    return DatePosition(span, first, last)


def first_said(statements: Sequence[Statement]) -> tuple[int | None, int | None, bool]:
    """The first days by which any was possibly and certainly said, and whether any is undated."""
    if len(statements) == 1:
        one = statements[0]
        return (one.earliest or 0, one.latest, False) if one.dated else (None, None, True)
    possible = [statement.earliest or 0 for statement in statements if statement.dated]
    certain = [statement.latest for statement in statements if statement.dated and statement.latest is not None]
    unsaid = any(not statement.dated for statement in statements)
    return min(possible, default=None), min(certain, default=None), unsaid


class Judged(NamedTuple):
    """The assessment by all claims, and every status that any question has as of any day.

    The latter covers both readings of imprecise dates, with and without undated claims.
    """

    assessments: Sequence[Assessment]
    ever: frozenset[Status]


def judged(statements: Sequence[Statement], known: facts.Facts) -> Judged:
    """Judge the claims about one event; claims of the same shape are judged once."""
    if len(statements) == 1 or len(statements) > MOST_ALIKE:
        today = assess(statements)
        alone = len(statements) == 1
        return Judged(today, frozenset([one.status for one in today]) if alone else _ever(statements, today))
    ids = sorted([statement.id for statement in statements])
    rows, ever = _shared(known, "shape", shape(statements), lambda _, __: _in_places(statements, ids))
    assessments = [
        Assessment(question, status, voices, tuple([ids[at] for at in places]), inferred)
        for question, status, voices, places, inferred in rows
    ]
    return Judged(assessments, ever)


def _in_places(statements: Sequence[Statement], ids: Sequence[str]) -> tuple[list[tuple[Any, ...]], frozenset[Status]]:
    """The assessments of the statements, with each id replaced by its position."""
    today = assess(statements)
    places = {id_: at for at, id_ in enumerate(ids)}
    rows = [(a.question, a.status, a.voices, [places[id_] for id_ in a.because], a.inferred) for a in today]
    return rows, _ever(statements, today)


def shape(statements: Sequence[Statement]) -> Hashable:
    """Everything about the statements that judgement depends on: names as numbers, days and figures as ranks.

    A figure without a low bound implies zero, so negative figures rank below that.
    """
    numbers = {id_: number for number, id_ in enumerate(sorted([statement.id for statement in statements]))}
    days = {day for statement in statements for day in (statement.earliest, statement.latest) if day is not None}
    order: dict[int | None, int | None] = {day: number for number, day in enumerate(sorted(days), 1)}
    order[None] = None
    who: dict[str | None, int] = {}
    figures = [s.figure for s in statements if s.figure is not None]
    given = sorted({0.0, *[number for figure in figures for number in figure if number is not None]})
    size: dict[float | None, int | None] = {number: rank - given.index(0.0) for rank, number in enumerate(given)}
    size[None] = None
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
                s.figure and (*map(size.__getitem__, s.figure), s.measure, s.of, s.unit),
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
            return frozenset(Status)  # too many states to judge each: make it a candidate for all statuses
        for day in (0, *days):
            for undated in unsaid:
                then = said_by(statements, day, by, undated)
                key = tuple([statement.id for statement in then])
                if key not in judged:
                    judged.add(key)
                    found |= {assessment.status for assessment in assess(then)}
    return frozenset(found)


def of_event(
    event: facts.Event, chunk: facts.Chunk, known: facts.Facts, statements: Sequence[Statement], adding_up: Judged
) -> IndexEntry:
    """The index entry of an event."""
    number = known.names
    parts = chunk.participations.get(event.id, ())
    statuses = frozenset([assessment.status for assessment in adding_up.assessments])
    found = [*_shared(known, "parties", tuple([(part.actor, part.role) for part in parts]), _parties)]
    found += _OF_EVENTS.numbers(event, known)
    found += _shared(known, "statuses", (statuses, adding_up.ever), _statuses)
    _claims(event, chunk, known, found)
    if len(statements) > 1:
        found += _wavering(statements, known)
    _WORDS_OF_EVENTS.texts(found, (event.title, event.summary, *[part.note for part in parts]), known)
    _WORDS_OF_EVENTS.actors(found, [part.actor for part in parts], known)
    point = None
    if event.location is not None:
        _WORDS_OF_EVENTS.place(found, event.location, known)
        cells, point = _shared(known, "point", event.location, _point)
        found += cells
    if point is None:
        found.append(number[EventFacets.WITHOUT_COORDINATES.name])
    possible, certain, undated = first_said(statements)
    if undated:
        found.append(number[EventFacets.UNDATED_CLAIM.name])
    dated = chunk.dates[event.id]
    place = date_position(dated.earliest, dated.latest)
    if place.span in LASTING:
        found.append(number[EventFacets.SPAN.of(place.span)])
    found += _shared(known, "date", (dated.when.precision, dated.when.basis), _date)
    return IndexEntry(event.id, place, found, Cells(place.latest, possible, certain, *(point or ())))


def _shared(known: facts.Facts, what: str, key: Any, make: Callable[[Any, facts.Facts], T]) -> T:  # noqa: ANN401 - hashable
    """The value for a key, from a cache if possible."""
    groups = known.groups[what]
    found: T | None = groups.get(key)
    if found is None:
        found = groups[key] = make(key, known)
    return found


def _numbered(known: facts.Facts, names: Iterable[str]) -> list[int]:
    return [known.names[name] for name in names]


@dataclass(frozen=True)
class _Stored:
    """The facets that are columns of a kind of record."""

    kind: str
    few: Sequence[Facet]
    """Those with few values that many records share."""
    many: Sequence[Facet]
    values: Callable[[object], tuple[str | None, ...]]
    """The names of the columns, in the order of `few` and `many`."""

    @classmethod
    def of(cls, kind: str) -> "_Stored":
        stored = [facet for facet in declared(kind) if facet.column is not None]
        few = [facet for facet in stored if facet.record in {None, "dataset"}]
        many = [facet for facet in stored if facet not in few]
        return cls(kind, few, many, attrgetter(*(str(facet.column) for facet in (*few, *many))))

    def numbers(self, row: object, known: facts.Facts) -> list[int]:
        """The numbers of the facets that a record's columns determine."""
        values = self.values(row)
        found = [*_shared(known, self.kind, values[: len(self.few)], self._few)]
        for facet, value in zip(self.many, values[len(self.few) :], strict=True):
            if value is None:
                continue
            if facet.wide:
                found += _wide(facet, value, known)
            else:
                found.append(known.names.of(facet)[value])
        return found

    def _few(self, values: Sequence[object], known: facts.Facts) -> list[int]:
        named = [facet.of(value) for facet, value in zip(self.few, values, strict=True) if value is not None]
        return _numbered(known, [FACETS[self.kind].ALL.name, *named])


_OF_EVENTS, _OF_CLAIMS = _Stored.of("event"), _Stored.of("claim")


class _Words:
    """The word facets of a kind of record: its own words and the names it refers to, in all spellings."""

    def __init__(self, facet: Facet) -> None:
        self._facet = facet
        self._of_actors, self._of_places = f"{facet.name} of actors", f"{facet.name} of places"

    def texts(self, found: list[int], texts: Iterable[str | None], known: facts.Facts) -> None:
        number = known.names.of(self._facet).__getitem__
        for text in texts:
            if text is not None:
                found += map(number, fold(text))

    def actors(self, found: list[int], actors: Iterable[str | None], known: facts.Facts) -> None:
        for actor in actors:
            if actor is not None:
                found += _shared(known, self._of_actors, actor, self._actor)

    def place(self, found: list[int], location: str, known: facts.Facts) -> None:
        found += _shared(known, self._of_places, location, self._place)

    def _actor(self, id_: str, known: facts.Facts) -> list[int]:
        return self._spelt(known.actors[id_], known)

    def _place(self, id_: str, known: facts.Facts) -> list[int]:
        return self._spelt(known.locations[id_], known)

    def _spelt(self, named: facts.Actor | facts.Location, known: facts.Facts) -> list[int]:
        number = known.names.of(self._facet)
        return [number[word] for word in folded([], [named.name, *facts.names(named.aliases)]).split()]


_WORDS_OF_EVENTS, _WORDS_OF_CLAIMS = _Words(EventFacets.WORD), _Words(ClaimFacets.WORD)


def _wide(facet: Facet, value: str, known: facts.Facts) -> list[int]:
    """The facet numbers of everything that an actor belongs to or a place lies in."""
    return _shared(known, facet.name, value, lambda _, __: _all_of(facet, value, known))


def _all_of(facet: Facet, value: str, known: facts.Facts) -> list[int]:
    all_ = sorted(known.parties.closure(value)) if facet.record == "actor" else known.containers[value]
    return _numbered(known, [facet.of(one) for one in all_])


def _statuses(key: tuple[frozenset[Status], frozenset[Status]], known: facts.Facts) -> list[int]:
    today, ever_since = key
    names = [EventFacets.STATUS.of(status) for status in sorted(today)]
    names += [EventFacets.EVER.of(status) for status in sorted(ever_since)]
    return _numbered(known, [*names, EventFacets.DISPUTED.of(Status.DISPUTED in today)])


def _date(key: tuple[str, str], known: facts.Facts) -> list[int]:
    precision, basis = key
    return _numbered(known, [EventFacets.DATE_PRECISION.of(precision), EventFacets.DATE_BASIS.of(basis)])


def _point(location: str, known: facts.Facts) -> tuple[list[int], tuple[float, float, float | None] | None]:
    place = known.locations[location]
    around = [known.locations[one].country for one in known.containers[location]]
    names = [EventFacets.COUNTRY.of(code) for code in sorted({code for code in around if code is not None})]
    if place.longitude is None or place.latitude is None:
        return _numbered(known, names), None
    names += [EventFacets.CELL.of(cell) for cell in cells_of(place.longitude, place.latitude)]
    return _numbered(known, names), (place.longitude, place.latitude, place.radius_m)


def _claims(event: facts.Event, chunk: facts.Chunk, known: facts.Facts, found: list[int]) -> None:
    """The facets that claims give an event: sources cited, the parties of speakers, and who holds control."""
    number, claims = known.names, chunk.claims.get(event.id, ())
    found += _sources(event, chunk, known)
    for speaker in dict.fromkeys([claim.speaker for claim in claims if claim.speaker is not None]):
        found += _wide(EventFacets.SPOKEN, speaker, known)
    if chunk.names:
        blamed = {actor for claim in claims for actor in chunk.names.get(claim.id, ())}
        parties = {party for actor in blamed for party in known.parties.closure(actor)}
        # Sorted, so that facets always get the same numbers.
        found += [number[EventFacets.NAMES.of(party)] for party in sorted(parties)]
    if event.location is not None and Aspect.CONTROL in [claim.aspect for claim in claims]:
        found.append(number[EventFacets.CONTROL.of(event.location)])


def _sources(event: facts.Event, chunk: facts.Chunk, known: facts.Facts) -> list[int]:
    """The facets of the sources that an event rests on: cited by claims, or basis of a date or of the place's point."""
    claims, cited = chunk.claims.get(event.id, ()), chunk.cited.get(event.id, {})
    dates = [chunk.dates[event.id], *[chunk.said[claim.id] for claim in claims]]
    resting = {*cited, *[dated.source for dated in dates if dated.source is not None]}
    if event.location is not None and (point := known.locations[event.location]).longitude is not None:
        resting.update([point.coordinate_source] if point.coordinate_source is not None else ())
    rests, throughout = known.names.of(EventFacets.SOURCE), known.names.of(EventFacets.THROUGHOUT)
    return [
        *[rests[source] for source in sorted(resting)],
        *[throughout[source] for source in sorted(cited) if cited[source] == len(claims)],
    ]


def _wavering(statements: Sequence[Statement], known: facts.Facts) -> list[int]:
    """The facets of actors whose claims on one aspect do not all point the same way, as after a change of position."""
    weights = Weights(statements).of
    alike = len({(weights[one.id], one.figure, one.names) for one in statements}) == 1
    if alike and all(one.stance != Stance.RETRACTS for one in statements):
        return []
    taken: defaultdict[tuple[str, Aspect | None], set[Hashable]] = defaultdict(set)
    for statement in statements:
        weight, retracts = weights[statement.id], statement.stance == Stance.RETRACTS
        if statement.speaker is not None and (weight is not None or retracts):
            said = weight, statement.figure, statement.names, retracts and statement.id
            for party in known.parties.closure(statement.speaker):
                taken[party, statement.aspect].update((said, None) if retracts else (said,))
    wavering = {party for (party, _), different in taken.items() if len(different) > 1}
    return _numbered(known, [EventFacets.WAVERING.of(party) for party in sorted(wavering)])


def _parties(parts: Sequence[tuple[str, str]], known: facts.Facts) -> list[int]:
    """The facets of participants by role, and of parties with several participants."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for actor, role in parts:
        members[EventFacets.ROLE.of(role)].add(actor)
        members[EventFacets.ACTOR.of(actor)].add(actor)
        members[EventFacets.ACTOR.of(actor, role)].add(actor)
        for party in sorted(known.parties.closure(actor)):
            members[EventFacets.PARTY.of(party)].add(actor)
            members[EventFacets.PARTY.of(party, role)].add(actor)
    shared = [several(name) for name, found in members.items() if len(found) > 1]
    return _numbered(known, [*members, *shared])


def of_claim(
    claim: facts.Claim, event: facts.Event, chunk: facts.Chunk, known: facts.Facts, said: Statement
) -> IndexEntry:
    """The index entry of a claim."""
    number = known.names
    found = _OF_CLAIMS.numbers(claim, known)
    if event.location is not None:
        found += _wide(ClaimFacets.LOCATION, event.location, known)
    if chunk.names:
        blamed = {party for actor in chunk.names.get(claim.id, ()) for party in known.parties.closure(actor)}
        found += [number[ClaimFacets.NAMES.of(party)] for party in sorted(blamed)]
    citations = chunk.citations.get(claim.id, ())
    cited = CitationRole.CITES in [citation.role for citation in citations]
    found.append(number[ClaimFacets.CITED.of(cited)])
    for citation in citations:
        found.append(number.of(ClaimFacets.SOURCE)[citation.source])
        found += [number.of(ClaimFacets.FLAG)[flag] for flag in facts.names(citation.flags)]
    _WORDS_OF_CLAIMS.texts(found, (claim.summary, claim.quote, event.title), known)
    _WORDS_OF_CLAIMS.actors(found, (claim.speaker, claim.via, claim.quote_by), known)
    dated = chunk.said[claim.id]
    place = date_position(dated.earliest, dated.latest)
    if place.span in LASTING:
        found.append(number[ClaimFacets.SPAN.of(place.span)])
    possible, certain, undated = first_said([said])
    if undated:
        found.append(number[ClaimFacets.UNDATED_CLAIM.name])
    return IndexEntry(claim.id, place, found, Cells(place.latest, possible, certain))
