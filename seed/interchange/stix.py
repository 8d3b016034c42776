"""STIX 2.1: actors become identities, events incidents, and claims opinions about these."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import orjson

from api.domain.dates import date_in_words
from api.schemas.records import Json

IDS = UUID("c1d8a1f2-5a0c-5b7e-8c55-3c1b7b5d9f10")
"""The UUID namespace of the ids; it must never change. STIX reserves another one for observables."""
OPINIONS = {
    "asserts": "agree",
    "concedes": "agree",
    "corroborates": "strongly-agree",
    "denies": "strongly-disagree",
    "doubts": "disagree",
    "retracts": "neutral",
    "cannot_confirm": "neutral",
    "silent": "neutral",
    "pledges": "neutral",
}
CLASSES = {"person": "individual", "civilians": "class", "unnamed": "unknown", "side": "group", "armed_group": "group"}
TYPES = {"actor": "identity", "location": "location", "event": "incident", "claim": "opinion", "dataset": "identity"}
LOST_OF_ALL = """
STIX speaks of incidents and opinions about them; it has no claim, no aspect and no date that is not exact.

- A claim is an `opinion` about its incident. Of its stance the opinion keeps agreement alone: that something was
  conceded rather than asserted, and silence rather than "cannot confirm", stand in `labels`, as do its hedge, its
  credibility and whether it is an editor's reading.
- Aspects are labels (`aspect:control`): STIX would take a denial of control for a denial of the incident.
- Dates are in words in descriptions. `created` and `modified` are the moment at which the dataset was recorded.
- What the claims add up to (disputed, conceded, …) is in the labels of the incident, as of the day of the export, by
  aspect: of figures, without what is counted. Dates that other reports give are left out.
- Who belongs to whom (without dates), who took part as what, who passed a claim on, which claim it is about, whom it
  holds responsible, and of which event another is a part, are `related-to` relationships that say so in words.
- Where an event was is in words too, for only some places have a point or a country, which STIX wants. A `precision` is
  how far from its point a place may lie.
- Sources are external references: title and address, without publisher, day, reliability, archived copy or flags.
  Figures, and whose words are quoted, are in words. Characters that a URI may not hold are percent-encoded.
- Datasets are identities: version, licence and attribution are below. Imported rows as they were are left out.
"""
PLACELESS = "Locations without a point or a country, which STIX cannot hold"


class Stix:
    """A bundle; it keeps the URL of each source and the id of each place, because later objects refer to them."""

    file = "bundle.stix.json"
    lost = LOST_OF_ALL

    def __init__(self) -> None:
        """Nothing is lost yet."""
        self.losses: dict[str, list[str]] = {PLACELESS: []}
        self._addresses: dict[str, str] = {}
        self._moments: dict[str, str] = {}
        self._placed: set[str] = set()
        self._separator = b""

    def head(self) -> bytes:
        """The bundle."""
        return b'{"type":"bundle","id":"bundle--%s","objects":[\n' % _uuid("bundle").encode()

    def line(self, found: Json) -> bytes:
        """An object; no property is null or empty."""
        separator, self._separator = self._separator, b",\n"
        return separator + orjson.dumps({name: value for name, value in found.items() if value not in (None, [], "")})

    def tail(self) -> bytes:
        """The end."""
        return b"\n]}\n"

    def objects(self, kind: str, record: Json) -> Iterator[Json]:
        """The objects of a record."""
        makers = {"actor": self._actor, "location": self._location, "event": self._event, "claim": self._claim}
        if kind == "dataset":
            name = record["id"]
            self._moments[name] = record["recorded_at"].removesuffix("Z").partition(".")[0] + ".000Z"
            yield self._object("dataset", name, name, name=record["title"], identity_class="organization")
        elif kind == "source":
            if record["url"]:
                self._addresses[record["id"]] = uri(record["url"])
        elif kind in makers:
            yield from makers[kind](record)

    def _object(self, kind: str, identifier: str, dataset: str, **more: Any) -> Json:  # noqa: ANN401 - any JSON
        moment = self._moments[dataset]
        author = {} if kind == "dataset" else {"created_by_ref": _id("dataset", dataset)}
        head = {"type": TYPES[kind], "spec_version": "2.1", "id": _id(kind, identifier)}
        return {**head, **author, "created": moment, "modified": moment, **more}

    def _link(self, source: str, target: str, dataset: str, words: str, kind: str = "related-to") -> Json:
        name = f"{source}\n{kind}\n{target}\n{words}"
        moment = self._moments[dataset]
        return {
            "type": "relationship",
            "spec_version": "2.1",
            "id": f"relationship--{_uuid(name)}",
            "created_by_ref": _id("dataset", dataset),
            "created": moment,
            "modified": moment,
            "relationship_type": kind,
            "description": words,
            "source_ref": source,
            "target_ref": target,
        }

    def _actor(self, actor: Json) -> Iterator[Json]:
        here, owner = _id("actor", actor["id"]), actor["dataset"]["id"]
        yield self._object(
            "actor",
            actor["id"],
            owner,
            name=actor["name"],
            description=actor["description"],
            identity_class=CLASSES.get(actor["kind"], "organization"),
            labels=[f"kind:{actor['kind']}", *(f"alias:{alias}" for alias in actor["aliases"])],
        )
        for link in actor["affiliations"]:
            yield self._link(here, _id("actor", link["actor"]["id"]), owner, link["kind"].replace("_", " "))

    def _location(self, place: Json) -> Iterator[Json]:
        point = place["point"]
        if point is None and place["country"] is None:
            self.losses[PLACELESS].append(place["id"])
            return
        point = point or {"latitude": None, "longitude": None, "radius_m": None}
        self._placed.add(place["id"])
        yield self._object(
            "location",
            place["id"],
            place["dataset"]["id"],
            name=place["name"],
            latitude=point["latitude"],
            longitude=point["longitude"],
            precision=None if point["radius_m"] is None else float(point["radius_m"]),
            country=place["country"],
            labels=[f"kind:{place['kind']}", *(f"alias:{alias}" for alias in place["aliases"])],
        )

    def _event(self, event: Json) -> Iterator[Json]:
        here, owner, place = _id("event", event["id"]), event["dataset"]["id"], event["location"]
        when = f"When: {date_in_words(event['date']['edtf'])}."
        where = place and f"Where: {place['relation'] or 'at'} {place['name']}."
        told = (event["summary"], when, event["date"]["note"], where)
        statuses = dict.fromkeys(f"status:{one['aspect']}:{one['status']}" for one in event["assessments"])
        yield self._object(
            "event",
            event["id"],
            owner,
            name=event["title"],
            description=" ".join(part for part in told if part),
            labels=[f"kind:{event['kind']}", *statuses],
        )
        if place and place["id"] in self._placed:
            yield self._link(here, _id("location", place["id"]), owner, place["relation"] or "at", "related-to")
        for part in event["participants"]:
            yield self._link(here, _id("actor", part["actor"]["id"]), owner, f"takes part as {part['role']}")
        if event["part_of"]:
            yield self._link(here, _id("event", event["part_of"]["id"]), owner, "part of")

    def _claim(self, claim: Json) -> Iterator[Json]:
        here, owner = _id("claim", claim["id"]), claim["dataset"]["id"]
        quote = f"“{claim['quote']}”" if claim["quote"] else None
        whose = f"The words are those of {claim['quote_by']['name']}." if claim["quote_by"] else None
        said = f"Said: {date_in_words(claim['said']['edtf'])}."
        told = (claim["summary"], quote, whose, figure_in_words(claim["value"]), said)
        labels = [f"{name}:{claim[name]}" for name in ("stance", "aspect", "certainty", "credibility")]
        yield self._object(
            "claim",
            claim["id"],
            owner,
            explanation=" ".join(part for part in told if part),
            authors=[claim["speaker"]["name"] if claim["speaker"] else "nobody named"],
            opinion=OPINIONS[claim["stance"]],
            object_refs=[_id("event", claim["event"]["id"])],
            labels=[*labels, "inferred"] if claim["inferred"] else labels,
            external_references=[self._reference(found) for found in claim["citations"]],
        )
        for words, actor in (("said by", claim["speaker"]), ("by way of", claim["via"])):
            if actor:
                yield self._link(here, _id("actor", actor["id"]), owner, words)
        for actor in claim["names"]:
            yield self._link(here, _id("actor", actor["id"]), owner, "holds responsible")
        if claim["about"]:
            yield self._link(here, _id("claim", claim["about"]), owner, "about the claim")

    def _reference(self, citation: Json) -> Json:
        source = citation["source"]
        found = {"source_name": source["title"], "external_id": source["id"], "description": citation["role"]}
        address = self._addresses.get(source["id"])
        return found if address is None else {**found, "url": address}


_AUTHORITY = re.compile(r"[A-Za-z]+://[^/?#]*")
_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_PLAIN = "!$&'()*+,/:;=?@%"


def uri(address: str) -> str:
    """An address with everything escaped that RFC 3986 does not permit where it stands: STIX requires a URI."""
    authority = _AUTHORITY.match(address)
    start = authority.end() if authority else 0
    path, mark, fragment = address[start:].partition("#")
    parts = (quote(address[:start], _PLAIN + "[]"), quote(path, _PLAIN), mark, quote(fragment, _PLAIN))
    return _NO_ESCAPE.sub("%25", "".join(parts))


def _id(kind: str, identifier: str) -> str:
    return f"{TYPES[kind]}--{_uuid(f'{kind}/{identifier}')}"


def _uuid(name: str) -> str:
    """A UUID that is deterministic, but in the form of a random one, which STIX requires here."""
    return str(UUID(bytes=uuid5(IDS, name).bytes, version=4))


def figure_in_words(value: Json | None) -> str | None:
    """`Figure: best 45 people (killed, of Pro-government forces).`."""
    if value is None:
        return None
    known = ", ".join(f"{name} {value[name]}" for name in ("low", "best", "high") if value[name] is not None)
    of = f", of {value['of']['name']}" if value["of"] else ""
    measure = f" ({value['measure'].replace('_', ' ')}{of})" if value["measure"] else ""
    return f"Figure: {known} {value['unit'] or ''}".rstrip() + f"{measure}."
