"""Facts in the shapes of the contract: the JSON document of each record, and the words it is found by."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from api.domain.assessment import Assessment
from api.domain.statements import Culprit, Figure, Statement
from api.domain.text import folded
from api.domain.vocabulary import ActorKind, Aspect, Stance
from api.index import facts
from api.index.facts import Chunk, Facts
from api.models.base import WORD_LENGTH
from api.schemas import records as schemas

_STANCES = {stance.value: stance for stance in Stance}
_ASPECTS = {aspect.value: aspect for aspect in Aspect}
# What begins and what follows the part of an event's document that depends on claims. Quotes inside strings are
# escaped, and free-form JSON comes after: the first match is the field.
BEFORE_JUDGED = '"claims":{"total":'
AFTER_JUDGED = ',"dataset":{"id":"'


class Judged(NamedTuple):
    """An event's JSON, and the offsets between which its counts of claims and its assessments stand."""

    body: str
    judged_from: int
    judged_to: int


class Shapes:
    """Makes documents from facts that are at hand."""

    def __init__(self, known: Facts) -> None:
        self._known = known

    def trim(self) -> None:
        """Keep memory flat."""

    def dataset(self, fields: dict[str, Any]) -> str:
        recorded_at = facts.moment(fields["recorded_at"])
        return schemas.Dataset.model_validate(
            {**fields, "recorded_at": recorded_at, "releases": json.loads(fields["releases"])}
        ).model_dump_json()

    def source(self, fields: dict[str, Any], published: schemas.When) -> str:
        """The fields hold `supports`, which are counted."""
        parent, dataset = self._known.source_ref(fields["parent"]), self._known.datasets[fields["dataset"]]
        shape = schemas.Source.model_validate({**fields, "published": published, "parent": parent, "dataset": dataset})
        return shape.model_dump_json()

    def actor(self, actor: facts.Actor, up: Sequence[facts.Affiliation], down: Sequence[facts.Affiliation]) -> str:
        fields = {
            **actor._asdict(),
            "aliases": facts.names(actor.aliases),
            "affiliations": [self._affiliation(affiliation) for affiliation in up],
            "affiliated": [self._affiliation(affiliation) for affiliation in down],
            "dataset": self._known.datasets[actor.dataset],
            "url": f"/actors/{actor.id}",
        }
        return schemas.Actor.model_validate(fields).model_dump_json()

    def _affiliation(self, affiliation: facts.Affiliation) -> dict[str, Any]:
        return {
            "kind": affiliation.kind,
            "actor": self._actor(affiliation.other),
            "since": affiliation.since,
            "until": affiliation.until,
        }

    def _actor(self, id_: str | None) -> schemas.NamedRef | None:
        return None if id_ is None else schemas.NamedRef(id=id_, name=self._known.actors[id_].name)

    def location(self, location: facts.Location, unites: Sequence[str] = ()) -> str:
        within, same = location.within, location.same_as
        fields = {
            "id": location.id,
            "kind": location.kind,
            "name": location.name,
            "aliases": facts.names(location.aliases),
            "within": None if within is None else {"id": within, "name": self._known.locations[within].name},
            **self._known.area(location.id)._asdict(),
            "gazetteers": facts.names(location.gazetteers),
            "same_as": None if same is None else {"id": same, "name": self._known.locations[same].name},
            "unites": [{"id": other, "name": self._known.locations[other].name} for other in unites],
            "point": self._point(location),
            "dataset": self._known.datasets[location.dataset],
            "url": f"/locations/{location.id}",
        }
        return schemas.Location.model_validate(fields).model_dump_json()

    def _point(self, location: facts.Location) -> dict[str, Any] | None:
        if location.longitude is None:
            return None
        return {
            "longitude": location.longitude,
            "latitude": location.latitude,
            "radius_m": location.radius_m,
            "method": location.coordinate_method,
            "source": self._known.source_ref(location.coordinate_source),
            "phrase": location.phrase,
        }

    def event(
        self, event: facts.Event, chunk: Chunk, assessments: Sequence[Assessment], deaths: dict[str, Any] | None
    ) -> Judged:
        claims = chunk.claims.get(event.id, ())
        fields = {
            "id": event.id,
            "kind": event.kind,
            "title": event.title,
            "summary": event.summary,
            "date": chunk.dates[event.id].when,
            "location": self._place(event),
            "participants": [self._participant(part) for part in chunk.participations.get(event.id, ())],
            "part_of": None if event.part_of is None else {"id": event.part_of, "title": chunk.titles[event.part_of]},
            "claims": counts(claim.stance for claim in claims),
            "deaths": deaths,
            "assessments": [assessment.as_sent(self._actor) for assessment in assessments],
            "dataset": self._known.datasets[event.dataset],
            "extra": facts.table(event.extra),
            "url": f"/events/{event.id}",
        }
        body = schemas.Event.model_validate(fields).model_dump_json()
        start = body.index(BEFORE_JUDGED)
        return Judged(body, start, body.index(AFTER_JUDGED, start))

    def _place(self, event: facts.Event) -> dict[str, Any] | None:
        if event.location is None:
            return None
        place = self._known.locations[event.location]
        return {
            "id": place.id,
            "name": place.name,
            "kind": place.kind,
            "relation": event.place_relation,
            **self._known.area(place.id)._asdict(),
            "point": self._point(place),
        }

    def _participant(self, part: facts.Participation) -> dict[str, Any]:
        actor = self._known.actors[part.actor]
        return {
            "actor": {"id": actor.id, "name": actor.name, "kind": actor.kind},
            "role": part.role,
            "note": part.note,
        }

    def claim(self, claim: facts.Claim, event: facts.Event, chunk: Chunk) -> str:
        fields = {
            "id": claim.id,
            "event": {"id": event.id, "title": event.title},
            "speaker": self._actor(claim.speaker),
            "via": self._actor(claim.via),
            "about": claim.about,
            "stance": claim.stance,
            "aspect": claim.aspect,
            "certainty": claim.certainty,
            "credibility": claim.credibility,
            "summary": claim.summary,
            "quote": claim.quote,
            "quote_by": self._actor(claim.quote_by),
            "value": self._value(claim),
            "names": [self._actor(actor) for actor in chunk.names.get(claim.id, ())],
            "said": chunk.said[claim.id].when,
            "inferred": claim.inferred,
            "citations": [self._citation(citation) for citation in cited(chunk.citations.get(claim.id, ()))],
            "dataset": self._known.datasets[claim.dataset],
            "url": f"/claims/{claim.id}",
        }
        return schemas.Claim.model_validate(fields).model_dump_json()

    def _value(self, claim: facts.Claim) -> dict[str, Any] | None:
        if claim.unit is None:
            return None
        return {
            "low": claim.value_low,
            "best": claim.value_best,
            "high": claim.value_high,
            "unit": claim.unit,
            "measure": claim.measure,
            "of": self._actor(claim.of),
        }

    def _citation(self, citation: facts.Citation) -> dict[str, Any]:
        source = self._known.sources[citation.source]
        return {
            "source": {"id": source.id, "title": source.title},
            "published": source.published,
            "role": citation.role,
            "mark": citation.mark,
            "locator": citation.locator,
            "flags": facts.names(citation.flags),
            "basis": citation.basis,
        }

    def statement(self, claim: facts.Claim, chunk: Chunk) -> Statement:
        """The claim as judgement sees it."""
        party, voice, instrument, sided = self._known.standings.of(claim.speaker, claim.via)
        earliest, latest, dated, ends_open = chunk.said[claim.id].said
        return Statement(
            claim.id,
            party,
            voice,
            instrument,
            _STANCES[claim.stance],
            _ASPECTS[claim.aspect],
            earliest,
            latest,
            dated,
            claim.about,
            bool(claim.inferred),
            claim.speaker,
            sided,
            ends_open,
            None if claim.unit is None else Figure(claim.value_low, claim.value_best, claim.value_high),
            claim.measure,
            claim.of,
            claim.unit,
            tuple([self._culprit(actor) for actor in chunk.names.get(claim.id, ())]),
            None if claim.of is None else self._known.actors[claim.of].name,
            claim.speaker is not None and self._known.actors[claim.speaker].kind == ActorKind.AGGREGATOR,
        )

    def _culprit(self, actor: str) -> Culprit:
        standings = self._known.standings
        return Culprit(actor, tuple(sorted(standings.closure(actor))), tuple(sorted(standings.sides(actor))))

    def actor_words(self, actor: facts.Actor) -> str:
        return folded([actor.description], [actor.name, *facts.names(actor.aliases)])

    def location_words(self, location: facts.Location) -> str:
        return folded([], [location.name, *facts.names(location.aliases)])


def counts(stances: Iterable[str]) -> dict[str, Any]:
    """How many claims there are, and of which stances, in the vocabulary's order."""
    found = list(stances)
    return {"total": len(found), "by_stance": {stance: found.count(stance) for stance in _STANCES if stance in found}}


def cited(citations: Sequence[facts.Citation]) -> Sequence[facts.Citation]:
    """In the order sent: by role, mark (as a number where it is one; none first), source."""
    return citations if len(citations) < 2 else sorted(citations, key=_by_mark)  # noqa: PLR2004 - nothing to order


def _by_mark(citation: facts.Citation) -> tuple[str, int, str, str]:
    mark = citation.mark
    number = -1 if mark is None else int(mark) if mark.isascii() and mark.isdigit() else 10**WORD_LENGTH
    return citation.role, number, mark or "", citation.source
