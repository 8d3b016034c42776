"""FollowTheMoney: actors and events become entities, claims become notes on their event."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import orjson

from api.domain.dates import date_in_words
from api.schemas.records import Json
from seed.interchange.stix import figure_in_words

SCHEMAS = {
    "person": "Person",
    "state": "PublicBody",
    "government": "PublicBody",
    "ministry": "PublicBody",
    "staff": "PublicBody",
    "de_facto_authority": "PublicBody",
    "armed_force": "PublicBody",
    "media": "Organization",
    "organisation": "Organization",
    "armed_group": "Organization",
}
OPEN = "Events with a date that is open at one end or outside the years 1000 to 2999, which has no day in the file"
LOST_OF_ALL = """
FollowTheMoney speaks of what is so, not of what is said to be so.

- A claim is a `Note` on its event, its speaker and whom it holds responsible. Stance, aspect, hedge and credibility are
  `keywords`; day, figure, quote and who passed it on are in its words; which claim it is about is left out.
- `startDate` and `endDate` of an event are the days between which it lies, whether it lasted or took place once in
  there: the date in words stands in `summary`. Texts of EDTF are never given, for FollowTheMoney cuts
  an interval to its first day without a word. Dates that are open at one end have no days at all, nor
  have those outside the years 1000 to 2999, which it drops. Days that other reports give are left out.
- What the claims add up to stands in `keywords` of the event, as of the day of the export, by aspect alone: of
  figures, without what is counted.
- Places are `Address` entities; how far from its point a place may lie is in words, and so is how an event lies to its
  place. What lies within what, and of which event another is a part, is left out.
- Actors of other kinds than persons, organisations and public bodies are `LegalEntity`, sides and civilians too.
- Affiliations are `UnknownLink`s with their kind as the role; their dates are left out. Participations are too.
- Sources are `Document`s, without their reliability, flags and archived copies, and without a day of publication that
  is not exact; references that a source cites are not linked.
- An id with an underscore, or with a dot, hyphen or underscore at its end, is written with hyphens and a hash, because
  FollowTheMoney drops references to it: the `recordId` of an event is its own id.
- Datasets are no entities: version, licence and attribution are below. Imported rows as they were are left out.
"""


class Ftm:
    """Entities, one per line."""

    file = "entities.ftm.json"
    lost = LOST_OF_ALL

    def __init__(self) -> None:
        """Nothing is lost yet."""
        self.losses: dict[str, list[str]] = {OPEN: []}

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def line(self, found: Json) -> bytes:
        """An entity as a line."""
        return orjson.dumps(found) + b"\n"

    def tail(self) -> bytes:
        """Nothing."""
        return b""

    def objects(self, kind: str, record: Json) -> Iterator[Json]:
        """The entities of a record."""
        makers = {
            "actor": self._actor,
            "location": self._location,
            "source": self._source,
            "event": self._event,
            "claim": self._claim,
        }
        if kind in makers:
            yield from makers[kind](record)

    @staticmethod
    def _actor(actor: Json) -> Iterator[Json]:
        yield _entity(
            entity_id("actor", actor["id"]),
            SCHEMAS.get(actor["kind"], "LegalEntity"),
            name=actor["name"],
            alias=actor["aliases"],
            description=actor["description"],
            keywords=f"kind:{actor['kind']}",
        )
        for link in actor["affiliations"]:
            yield _link(entity_id("actor", actor["id"]), entity_id("actor", link["actor"]["id"]), link["kind"])

    @staticmethod
    def _location(place: Json) -> Iterator[Json]:
        point = place["point"] or {}
        radius = f"Within {point['radius_m']} m of its point." if point.get("radius_m") is not None else None
        yield _entity(
            entity_id("location", place["id"]),
            "Address",
            full=place["name"],
            name=[place["name"], *place["aliases"]],
            longitude=point.get("longitude"),
            latitude=point.get("latitude"),
            remarks=radius,
        )

    @staticmethod
    def _source(source: Json) -> Iterator[Json]:
        published = source["published"]
        exact = published["earliest"] == published["latest"]
        yield _entity(
            entity_id("source", source["id"]),
            "Document",
            title=source["title"],
            author=source["author"],
            publisher=source["publisher"],
            sourceUrl=source["url"],
            publishedAt=published["earliest"] if exact else None,
            keywords=f"kind:{source['kind']}",
        )

    def _event(self, event: Json) -> Iterator[Json]:
        when, place = event["date"], event["location"]
        bounded = bool(when["earliest"] and when["latest"]) and when["earliest"] >= "1000" and when["latest"] < "3000"
        if when["edtf"] is not None and not bounded:
            self.losses[OPEN].append(event["id"])
        words = f"When: {date_in_words(when['edtf'])}."
        if place and place["relation"] not in {None, "at"}:
            words = f"Where: {place['relation']} {place['name']}. {words}"
        statuses = dict.fromkeys(f"status:{one['aspect']}:{one['status']}" for one in event["assessments"])
        yield _entity(
            entity_id("event", event["id"]),
            "Event",
            name=event["title"],
            summary=f"{event['summary']} {words}" if event["summary"] else words,
            startDate=when["earliest"] if bounded else None,
            endDate=when["latest"] if bounded else None,
            location=place and place["name"],
            addressEntity=place and entity_id("location", place["id"]),
            involved=list(dict.fromkeys(entity_id("actor", part["actor"]["id"]) for part in event["participants"])),
            recordId=event["id"],
            keywords=[f"kind:{event['kind']}", *statuses],
        )

    @staticmethod
    def _claim(claim: Json) -> Iterator[Json]:
        speaker = claim["speaker"]["name"] if claim["speaker"] else "Somebody unnamed"
        stance = claim["stance"].replace("_", " ")
        said = date_in_words(claim["said"]["edtf"])
        carriers = [found for found in claim["citations"] if found["role"] == "carries"]
        quote = f"“{claim['quote']}”" if claim["quote"] else None
        figure = figure_in_words(claim["value"])
        via = f"By way of {claim['via']['name']}." if claim["via"] else None
        yield _entity(
            entity_id("claim", claim["id"]),
            "Note",
            name=f"{speaker} {stance} ({claim['aspect']})",
            entity=[
                entity_id("event", claim["event"]["id"]),
                *([entity_id("actor", claim["speaker"]["id"])] if claim["speaker"] else []),
                *(entity_id("actor", actor["id"]) for actor in claim["names"]),
            ],
            description=" ".join(part for part in (claim["summary"], quote, figure, via, f"Said: {said}.") if part),
            proof=list(dict.fromkeys(entity_id("source", found["source"]["id"]) for found in carriers)),
            keywords=[f"{name}:{claim[name]}" for name in ("stance", "aspect", "certainty", "credibility")],
        )


_ID = re.compile(r"[0-9A-Za-z.-]*[0-9A-Za-z]")
"""An id to which FollowTheMoney lets another entity refer; it drops a reference to any other."""


def entity_id(kind: str, identifier: str) -> str:
    """The id of an entity, the same for the same record; a hash tells apart those that had to be changed."""
    if _ID.fullmatch(identifier):
        return f"counterclaim-{kind}-{identifier}"
    told = hashlib.blake2b(identifier.encode(), digest_size=6).hexdigest()
    return f"counterclaim-{kind}-{identifier.replace('_', '-')}-{told}"


def _entity(identifier: str, schema: str, **properties: Any) -> Json:  # noqa: ANN401 - texts, or lists of them
    """An entity; every property is a non-empty list of texts."""
    found = {}
    for name, value in properties.items():
        values = value if isinstance(value, list) else [value]
        texts = [str(one) for one in values if one not in (None, "")]
        if texts:
            found[name] = texts
    return {"id": identifier, "schema": schema, "properties": found}


def _link(subject: str, other: str, kind: str) -> Json:
    name = f"{subject}-{kind.replace('_', '-')}-{other.removeprefix('counterclaim-actor-')}"
    return _entity(name, "UnknownLink", subject=subject, object=other, role=kind.replace("_", " "))
