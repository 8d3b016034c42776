"""The same documents as `api.index.documents`, written without a model for each: loading makes them by the million.

`Shapes` says what a document is; tests and `counterclaim verify` hold every document to it, byte for byte. Pieces that
many documents share are written once.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from orjson import Fragment
from pydantic_core import to_json

from api.domain.assessment import Assessment
from api.index import facts
from api.index.documents import AFTER_JUDGED, BEFORE_JUDGED, Judged, Shapes, cited, counts
from api.index.facts import Chunk, Facts
from api.schemas.records import TitledRef, When, whole

PIECES = 5_000


class Serializer(Shapes):
    """Writes documents from facts that are at hand."""

    def __init__(self, known: Facts) -> None:
        super().__init__(known)
        self._datasets: dict[str, Fragment] = {}
        self._actors: dict[str, tuple[Fragment, Fragment]] = {}
        self._places: dict[tuple[str, str | None], Fragment] = {}
        self._sources: dict[str, tuple[Fragment, Fragment]] = {}

    def trim(self) -> None:
        """Keep memory flat, and nothing that could change."""
        for pieces in (self._actors, self._places, self._sources):
            if len(pieces) > PIECES:
                pieces.clear()

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

    def _speaker(self, id_: str | None) -> Fragment | None:
        return None if id_ is None else self._named(id_)[0]

    def _located(self, location: str, relation: str | None) -> Fragment:
        found = self._places.get((location, relation))
        if found is None:
            place = self._known.locations[location]
            fields = {"id": place.id, "name": place.name, "kind": place.kind, "relation": relation}
            text = orjson.dumps({**fields, **self._known.area(location)._asdict(), "point": self._pointed(place)})
            found = self._places[location, relation] = Fragment(text)
        return found

    def _pointed(self, place: facts.Location) -> dict[str, Any] | None:
        point = self._point(place)
        if point is None:
            return None
        degrees = {name: whole(point[name]) for name in ("longitude", "latitude", "radius_m")}
        return {**point, **degrees, "source": _titled(point["source"])}

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
            "point": self._pointed(location),
            "dataset": self._of_dataset(location.dataset),
            "url": f"/locations/{location.id}",
        }
        return orjson.dumps(fields).decode()

    def source(self, fields: dict[str, Any], published: When) -> str:
        parent, dataset = self._known.source_ref(fields["parent"]), self._of_dataset(fields["dataset"])
        names = ("id", "kind", "title", "publisher", "author", "url", "archive_url", "language")
        return orjson.dumps(
            {
                **{name: fields[name] for name in names},
                "published": Fragment(published.model_dump_json()),
                "parent": _titled(parent),
                "reliability": fields["reliability"],
                "note": fields["note"],
                "supports": fields["supports"],
                "dataset": dataset,
            }
        ).decode()

    def event(
        self, event: facts.Event, chunk: Chunk, assessments: Sequence[Assessment], deaths: dict[str, Any] | None
    ) -> Judged:
        extra, part_of = facts.table(event.extra), event.part_of
        fields = {
            "id": event.id,
            "kind": event.kind,
            "title": event.title,
            "summary": event.summary,
            "date": Fragment(chunk.dates[event.id].text),
            "location": None if event.location is None else self._located(event.location, event.place_relation),
            "participants": [
                {"actor": self._named(part.actor)[1], "role": part.role, "note": part.note}
                for part in chunk.participations.get(event.id, ())
            ],
            "part_of": None if part_of is None else {"id": part_of, "title": chunk.titles[part_of]},
            "claims": counts([claim.stance for claim in chunk.claims.get(event.id, ())]),
            "deaths": deaths,
            "assessments": [one.as_sent(self._speaker) for one in assessments],
            "dataset": self._of_dataset(event.dataset),
            "extra": None if extra is None else Fragment(to_json(extra)),
            "url": f"/events/{event.id}",
        }
        body = orjson.dumps(fields).decode()
        start = body.index(BEFORE_JUDGED)
        return Judged(body, start, body.index(AFTER_JUDGED, start))

    def claim(self, claim: facts.Claim, event: facts.Event, chunk: Chunk) -> str:
        value: dict[str, Any] | None = None
        if claim.unit is not None:
            low, best, high = whole(claim.value_low), whole(claim.value_best), whole(claim.value_high)
            value = {"low": low, "best": best, "high": high, "unit": claim.unit, "measure": claim.measure}
            value["of"] = self._speaker(claim.of)
        fields = {
            "id": claim.id,
            "event": {"id": event.id, "title": event.title},
            "speaker": self._speaker(claim.speaker),
            "via": self._speaker(claim.via),
            "about": claim.about,
            "stance": claim.stance,
            "aspect": claim.aspect,
            "certainty": claim.certainty,
            "credibility": claim.credibility,
            "summary": claim.summary,
            "quote": claim.quote,
            "quote_by": self._speaker(claim.quote_by),
            "value": value,
            "names": [self._named(actor)[0] for actor in chunk.names.get(claim.id, ())],
            "said": Fragment(chunk.said[claim.id].text),
            "inferred": bool(claim.inferred),
            "citations": [self._written(citation) for citation in cited(chunk.citations.get(claim.id, ()))],
            "dataset": self._of_dataset(claim.dataset),
            "url": f"/claims/{claim.id}",
        }
        return orjson.dumps(fields).decode()

    def _written(self, citation: facts.Citation) -> dict[str, Any]:
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


def _titled(reference: TitledRef | None) -> dict[str, str] | None:
    return None if reference is None else {"id": reference.id, "title": reference.title}
