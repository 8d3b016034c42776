"""Builds the JSON document of each record from facts, and the search words of sources, actors and locations.

`api.schemas` defines the documents, and tests compare each one byte for byte: building a Pydantic model for each would
take most of the time of a load. Fragments that many documents share are serialized once.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from orjson import Fragment
from pydantic_core import to_json

from api.domain.assessment import Assessment
from api.domain.statements import Culprit, Figure, Statement
from api.domain.text import folded
from api.domain.vocabulary import ActorKind, Aspect, Stance
from api.index import facts
from api.index.facts import Chunk, Facts
from api.models.base import WORD_LENGTH
from api.schemas.records import Dataset, TitledRef, When, whole

_STANCES = {stance.value: stance for stance in Stance}
_ASPECTS = {aspect.value: aspect for aspect in Aspect}
# The delimiters of the part of an event's document that depends on claims. Quotes inside strings are escaped and
# free-form JSON comes later, so the first match is the field.
BEFORE_JUDGED = '"claims":{"total":'
AFTER_JUDGED = ',"dataset":{"id":"'
PIECES = 5_000


class JudgedDocument(NamedTuple):
    """An event's JSON, and the offsets of the part with its counts of claims and assessments."""

    body: str
    judged: tuple[int, int]


class Documents:
    """Serializes documents from loaded facts."""

    def __init__(self, known: Facts) -> None:
        self._known = known
        self._datasets: dict[str, Fragment] = {}
        self._actors: dict[str, tuple[Fragment, Fragment]] = {}
        self._places: dict[tuple[str, str | None], Fragment] = {}
        self._sources: dict[str, tuple[Fragment, Fragment]] = {}

    def trim(self) -> None:
        """Empty the caches, to keep memory flat and drop what could change."""
        for pieces in (self._actors, self._places, self._sources):
            if len(pieces) > PIECES:
                pieces.clear()

    def dataset(self, fields: dict[str, Any]) -> str:
        recorded_at = facts.moment(fields["recorded_at"])
        releases = json.loads(fields["releases"])
        return Dataset.model_validate({**fields, "recorded_at": recorded_at, "releases": releases}).model_dump_json()

    def source(self, fields: dict[str, Any], published: When) -> str:
        """The document of a source; `fields` includes the counts in `supports`."""
        names = ("id", "kind", "title", "publisher", "author", "url", "archive_url", "language")
        return _text(
            {
                **{name: fields[name] for name in names},
                "published": Fragment(published.model_dump_json()),
                "parent": _titled(self._known.source_ref(fields["parent"])),
                "reliability": fields["reliability"],
                "note": fields["note"],
                "supports": fields["supports"],
                "dataset": self._of_dataset(fields["dataset"]),
            }
        )

    def actor(self, actor: facts.Actor, up: Sequence[facts.Affiliation], down: Sequence[facts.Affiliation]) -> str:
        return _text(
            {
                "id": actor.id,
                "kind": actor.kind,
                "name": actor.name,
                "aliases": facts.names(actor.aliases),
                "description": actor.description,
                "affiliations": [self._affiliation(affiliation) for affiliation in up],
                "affiliated": [self._affiliation(affiliation) for affiliation in down],
                "dataset": self._of_dataset(actor.dataset),
                "url": f"/actors/{actor.id}",
            }
        )

    def _affiliation(self, affiliation: facts.Affiliation) -> dict[str, Any]:
        return {
            "kind": affiliation.kind,
            "actor": self._actor(affiliation.other),
            "since": affiliation.since,
            "until": affiliation.until,
        }

    def location(self, location: facts.Location, unites: Sequence[str] = ()) -> str:
        return _text(
            {
                "id": location.id,
                "kind": location.kind,
                "name": location.name,
                "aliases": facts.names(location.aliases),
                "within": self._location(location.within),
                **self._known.area(location.id)._asdict(),
                "gazetteers": facts.names(location.gazetteers),
                "same_as": self._location(location.same_as),
                "unites": [self._location(other) for other in unites],
                "point": self._point(location),
                "dataset": self._of_dataset(location.dataset),
                "url": f"/locations/{location.id}",
            }
        )

    def _location(self, id_: str | None) -> dict[str, str] | None:
        return None if id_ is None else {"id": id_, "name": self._known.locations[id_].name}

    def _point(self, location: facts.Location) -> dict[str, Any] | None:
        if location.longitude is None:
            return None
        return {
            "longitude": whole(location.longitude),
            "latitude": whole(location.latitude),
            "radius_m": whole(location.radius_m),
            "method": location.coordinate_method,
            "source": _titled(self._known.source_ref(location.coordinate_source)),
            "phrase": location.phrase,
        }

    def event(
        self, event: facts.Event, chunk: Chunk, assessments: Sequence[Assessment], deaths: dict[str, Any] | None
    ) -> JudgedDocument:
        extra, part_of = facts.table(event.extra), event.part_of
        body = _text(
            {
                "id": event.id,
                "kind": event.kind,
                "title": event.title,
                "summary": event.summary,
                "date": Fragment(chunk.dates[event.id].text),
                "location": None if event.location is None else self._place(event.location, event.place_relation),
                "participants": [
                    {"actor": self._named(part.actor)[1], "role": part.role, "note": part.note}
                    for part in chunk.participations.get(event.id, ())
                ],
                "part_of": None if part_of is None else {"id": part_of, "title": chunk.titles[part_of]},
                "claims": counts([claim.stance for claim in chunk.claims.get(event.id, ())]),
                "deaths": deaths,
                "assessments": [one.as_sent(self._actor) for one in assessments],
                "dataset": self._of_dataset(event.dataset),
                "extra": None if extra is None else Fragment(to_json(extra)),
                "url": f"/events/{event.id}",
            }
        )
        start = body.index(BEFORE_JUDGED)
        return JudgedDocument(body, (start, body.index(AFTER_JUDGED, start)))

    def claim(self, claim: facts.Claim, event: facts.Event, chunk: Chunk) -> str:
        return _text(
            {
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
                "value": None if claim.unit is None else self._value(claim),
                "names": [self._actor(actor) for actor in chunk.names.get(claim.id, ())],
                "said": Fragment(chunk.said[claim.id].text),
                "inferred": bool(claim.inferred),
                "citations": [self._citation(citation) for citation in cited(chunk.citations.get(claim.id, ()))],
                "dataset": self._of_dataset(claim.dataset),
                "url": f"/claims/{claim.id}",
            }
        )

    def _value(self, claim: facts.Claim) -> dict[str, Any]:
        return {
            "low": whole(claim.value_low),
            "best": whole(claim.value_best),
            "high": whole(claim.value_high),
            "unit": claim.unit,
            "measure": claim.measure,
            "of": self._actor(claim.of),
        }

    def _citation(self, citation: facts.Citation) -> dict[str, Any]:
        found = self._sources.get(citation.source)
        if found is None:
            source = self._known.sources[citation.source]
            title = Fragment(orjson.dumps({"id": source.id, "title": source.title}))
            found = self._sources[citation.source] = title, Fragment(source.published.model_dump_json())
        return {
            "source": found[0],
            "published": found[1],
            "role": citation.role,
            "mark": citation.mark,
            "locator": citation.locator,
            "flags": facts.names(citation.flags),
            "basis": citation.basis,
        }

    def _of_dataset(self, id_: str) -> Fragment:
        found = self._datasets.get(id_)
        if found is None:
            found = self._datasets[id_] = Fragment(self._known.datasets[id_].model_dump_json())
        return found

    def _named(self, id_: str) -> tuple[Fragment, Fragment]:
        """A reference to an actor, without and with its kind."""
        found = self._actors.get(id_)
        if found is None:
            actor = self._known.actors[id_]
            plain = {"id": actor.id, "name": actor.name}
            kinds = Fragment(orjson.dumps(plain)), Fragment(orjson.dumps({**plain, "kind": actor.kind}))
            found = self._actors[id_] = kinds
        return found

    def _actor(self, id_: str | None) -> Fragment | None:
        return None if id_ is None else self._named(id_)[0]

    def _place(self, location: str, relation: str | None) -> Fragment:
        found = self._places.get((location, relation))
        if found is None:
            place = self._known.locations[location]
            fields = {"id": place.id, "name": place.name, "kind": place.kind, "relation": relation}
            fields |= self._known.area(location)._asdict()
            found = self._places[location, relation] = Fragment(orjson.dumps({**fields, "point": self._point(place)}))
        return found

    def statement(self, claim: facts.Claim, chunk: Chunk) -> Statement:
        """The part of a claim that judgement needs."""
        party, voice, instrument, sided = self._known.parties.of(claim.speaker, claim.via)
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
        parties = self._known.parties
        return Culprit(actor, tuple(sorted(parties.closure(actor))), tuple(sorted(parties.sides(actor))))


def actor_words(actor: facts.Actor) -> str:
    return folded([actor.description], [actor.name, *facts.names(actor.aliases)])


def location_words(location: facts.Location) -> str:
    return folded([], [location.name, *facts.names(location.aliases)])


def counts(stances: Sequence[str]) -> dict[str, Any]:
    """The number of claims in total and by stance, in the order of the vocabulary."""
    by_stance = {stance: stances.count(stance) for stance in _STANCES if stance in stances}
    return {"total": len(stances), "by_stance": by_stance}


def cited(citations: Sequence[facts.Citation]) -> Sequence[facts.Citation]:
    """Citations in the order sent: by role, mark (numerically if it is a number; none first), source."""
    return citations if len(citations) < 2 else sorted(citations, key=_by_mark)  # noqa: PLR2004 - nothing to order


def _by_mark(citation: facts.Citation) -> tuple[str, int, str, str]:
    mark = citation.mark
    number = -1 if mark is None else int(mark) if mark.isascii() and mark.isdigit() else 10**WORD_LENGTH
    return citation.role, number, mark or "", citation.source


def _titled(reference: TitledRef | None) -> dict[str, str] | None:
    return None if reference is None else {"id": reference.id, "title": reference.title}


def _text(fields: dict[str, Any]) -> str:
    return orjson.dumps(fields).decode()
