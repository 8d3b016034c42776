"""Records as JSON-LD: schema.org for what they are, PROV for who said it and where, our own terms for the rest.

The earliest and latest days are `xsd:date`. EDTF is a plain text, because libraries that do not know an EDTF datatype
sort it before every day. Decimal numbers are typed texts, so that no reader rounds them.
"""

from collections.abc import Callable, Mapping

import orjson
from fastapi import Request

from api.domain.dates import parse
from api.http.caching import base
from api.schemas.records import Json

MEDIA_TYPE = "application/ld+json"
PREFIXES = {
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
DATES = {"events": ("",), "claims": ("said",), "sources": ("published",), "actors": ("since", "until")}
"""The prefix of the terms of a date, by list."""
WORDS = {
    "events": ("kind", "aspect", "status", "role", "placeRelation"),
    "claims": ("stance", "aspect", "certainty", "role", "flag", "basis"),
    "sources": ("kind",),
    "actors": ("kind",),
    "locations": ("kind", "coordinateMethod"),
}
"""The terms whose values are words of a vocabulary, by list."""
PEOPLE = {"person"}


def context(root: str, kind: str) -> Json:
    """The JSON-LD context of a kind of records; our own terms are explained at `/ns`."""
    found: Json = {**PREFIXES, "cc": f"{root}/ns#"}
    for whose in DATES.get(kind, ()):
        found |= {f"cc:{_named_as(whose, name)}": {"@type": "xsd:date"} for name in ("earliest", "latest")}
        found[f"cc:{_named_as(whose, 'precision')}"] = {"@type": "@id"}
    return found | {f"cc:{name}": {"@type": "@id"} for name in WORDS.get(kind, ())}


class Graph:
    """The records of one service as nodes."""

    def __init__(self, root: str) -> None:
        """`root` is the address of the service; every id begins with it."""
        self._root = root

    def of(self, kind: str, document: Json) -> Json:
        """A record as a node, without null or empty values."""
        node = MAKERS[kind](self, document)
        return _filled({"@id": self.id(kind, document["id"]), **node})

    def id(self, kind: str, identifier: str) -> str:
        """The address of a record."""
        return f"{self._root}/{kind}/{identifier}"

    def ref(self, kind: str, found: Json | None) -> Json | None:
        """Another record, with its name."""
        if found is None:
            return None
        name = found.get("name", found.get("title"))
        return {"@id": self.id(kind, found["id"]), "schema:name": name}


def word(name: str, value: str | None) -> str | None:
    """A word of a vocabulary."""
    return None if value is None else f"cc:{name}-{value}"


def decimal(value: float | None) -> Json | None:
    """A number as a typed text."""
    if value is None:
        return None
    text = str(int(value)) if float(value).is_integer() else format(value, "f").rstrip("0")
    return {"@type": "xsd:decimal", "@value": text}


def when(found: Json, prefix: str = "") -> Json:
    """A date: earliest and latest day, EDTF text, precision and basis."""
    names = {"earliest": "earliest", "latest": "latest", "edtf": "edtf"}
    own = {f"cc:{_named_as(prefix, name)}": found[key] for key, name in names.items()}
    return {**own, f"cc:{_named_as(prefix, 'precision')}": word("precision", found["precision"])}


def _named_as(prefix: str, name: str) -> str:
    return prefix + name[0].upper() + name[1:] if prefix else name


def _filled(node: Json) -> Json:
    return {name: value for name, value in node.items() if value is not None and value not in ([], {})}


def _event(graph: Graph, event: Json) -> Json:
    return {
        "@type": ["schema:Event", "cc:Event"],
        "schema:name": event["title"],
        "schema:description": event["summary"],
        "cc:kind": word("kind", event["kind"]),
        **when(event["date"]),
        "schema:location": graph.ref("locations", event["location"]),
        "cc:placeRelation": event["location"] and word("placeRelation", event["location"]["relation"]),
        "schema:superEvent": graph.ref("events", event["part_of"]),
        "cc:participation": [
            _filled(
                {
                    "cc:actor": graph.ref("actors", part["actor"]),
                    "cc:role": word("role", part["role"]),
                    "cc:note": part["note"],
                }
            )
            for part in event["participants"]
        ],
        "cc:assessment": [_assessment(graph, found) for found in event["assessments"]],
        "schema:isPartOf": graph.ref("datasets", event["dataset"]),
    }


def _assessment(graph: Graph, found: Json) -> Json:
    return _filled(
        {
            "cc:aspect": word("aspect", found["aspect"]),
            "cc:measure": found.get("measure"),
            "cc:of": graph.ref("actors", found.get("of")),
            "cc:unit": found.get("unit"),
            "cc:status": word("status", found["status"]),
            "cc:because": [{"@id": graph.id("claims", claim)} for claim in found["because"]],
            "cc:inferred": found["inferred"],
        }
    )


def _claim(graph: Graph, claim: Json) -> Json:
    carriers = [found for found in claim["citations"] if found["role"] == "carries"]
    return {
        "@type": ["schema:Claim", "prov:Entity"],
        "schema:about": graph.ref("events", claim["event"]),
        "prov:wasAttributedTo": graph.ref("actors", claim["speaker"]),
        "cc:via": graph.ref("actors", claim["via"]),
        "cc:aboutClaim": claim["about"] and {"@id": graph.id("claims", claim["about"])},
        **{f"cc:{name}": word(name, claim[name]) for name in ("stance", "aspect", "certainty")},
        "cc:credibility": claim["credibility"],
        "schema:description": claim["summary"],
        "cc:quote": claim["quote"],
        "cc:quoteBy": graph.ref("actors", claim["quote_by"]),
        "cc:value": claim["value"] and _value(graph, claim["value"]),
        "cc:holdsResponsible": [graph.ref("actors", found) for found in claim.get("names") or ()],
        **when(claim["said"], "said"),
        "cc:inferred": claim["inferred"],
        "prov:wasDerivedFrom": [graph.ref("sources", found["source"]) for found in carriers],
        "cc:citation": [_citation(graph, found) for found in claim["citations"]],
        "schema:isPartOf": graph.ref("datasets", claim["dataset"]),
    }


def _value(graph: Graph, value: Json) -> Json:
    return _filled(
        {
            "@type": "schema:QuantitativeValue",
            "schema:minValue": decimal(value["low"]),
            "schema:value": decimal(value["best"]),
            "schema:maxValue": decimal(value["high"]),
            "schema:unitText": value["unit"],
            "cc:measure": value.get("measure"),
            "cc:of": graph.ref("actors", value.get("of")),
        }
    )


def _citation(graph: Graph, found: Json) -> Json:
    return _filled(
        {
            "cc:source": graph.ref("sources", found["source"]),
            "cc:role": word("role", found["role"]),
            "cc:mark": found["mark"],
            "cc:locator": found["locator"],
            "cc:flag": [word("flag", flag) for flag in found["flags"]],
            "cc:basis": word("basis", found["basis"]),
        }
    )


def _source(graph: Graph, source: Json) -> Json:
    return {
        "@type": ["schema:CreativeWork", "prov:Entity"],
        "schema:name": source["title"],
        "cc:kind": word("kind", source["kind"]),
        "schema:publisher": source["publisher"],
        "schema:author": source["author"],
        "schema:url": _address(source["url"]),
        "schema:archivedAt": _address(source["archive_url"]),
        "schema:inLanguage": source["language"],
        **when(source["published"], "published"),
        "schema:isPartOf": graph.ref("sources", source["parent"]),
        "cc:reliability": source["reliability"],
        "cc:note": source["note"],
        "cc:dataset": graph.ref("datasets", source["dataset"]),
    }


def _address(url: str | None) -> Json | None:
    return None if url is None else {"@type": "xsd:anyURI", "@value": url}


def _actor(graph: Graph, actor: Json) -> Json:
    return {
        "@type": ["schema:Person" if actor["kind"] in PEOPLE else "schema:Organization", "prov:Agent"],
        "schema:name": actor["name"],
        "schema:alternateName": actor["aliases"],
        "schema:description": actor["description"],
        "cc:kind": word("kind", actor["kind"]),
        "cc:affiliation": [
            _filled(
                {
                    "cc:kind": word("kind", link["kind"]),
                    "cc:actor": graph.ref("actors", link["actor"]),
                    **_bound("since", link["since"]),
                    **_bound("until", link["until"]),
                }
            )
            for link in actor["affiliations"]
        ],
        "schema:isPartOf": graph.ref("datasets", actor["dataset"]),
    }


def _bound(prefix: str, edtf: str | None) -> Json:
    """The beginning or end of an affiliation, which is an EDTF text."""
    if edtf is None:
        return {}
    found = parse(edtf)
    days = {name: day and day.isoformat() for name, day in (("earliest", found.earliest), ("latest", found.latest))}
    return when({**days, "edtf": edtf, "precision": found.precision}, prefix)


def _location(graph: Graph, place: Json) -> Json:
    point = place["point"]
    geo = point and {
        "@type": "schema:GeoCoordinates",
        "schema:longitude": decimal(point["longitude"]),
        "schema:latitude": decimal(point["latitude"]),
        "cc:radiusInMetres": decimal(point["radius_m"]),
        "cc:coordinateMethod": word("coordinateMethod", point["method"]),
    }
    return {
        "@type": "schema:Place",
        "schema:name": place["name"],
        "schema:alternateName": place["aliases"],
        "cc:kind": word("kind", place["kind"]),
        "schema:containedInPlace": graph.ref("locations", place["within"]),
        "cc:country": place["country"],
        "schema:identifier": place["gazetteers"],
        "schema:geo": geo and _filled(geo),
        "schema:isPartOf": graph.ref("datasets", place["dataset"]),
    }


def _dataset(_: Graph, dataset: Json) -> Json:
    return {
        "@type": "schema:Dataset",
        "schema:name": dataset["title"],
        "schema:description": dataset["summary"],
        "schema:version": dataset["version"],
        "schema:license": dataset["licence"],
        "schema:creditText": dataset["attribution"],
        "schema:url": _address(dataset["url"]),
        "prov:generatedAtTime": {"@type": "xsd:dateTime", "@value": dataset["recorded_at"]},
    }


MAKERS: dict[str, Callable[[Graph, Json], Json]] = {
    "events": _event,
    "claims": _claim,
    "sources": _source,
    "actors": _actor,
    "locations": _location,
    "datasets": _dataset,
}


class Jsonld:
    """An export of one list as one graph."""

    media_type = MEDIA_TYPE
    parsed = True

    def __init__(self, root: str, kind: str) -> None:
        """Take the service's address and the name of the list."""
        self._root, self._kind, self._separator = root, kind, b""
        self._graph = Graph(root)

    def head(self, _description: str, _left_out: Mapping[str, int]) -> bytes:
        """The context."""
        return b'{"@context":%s,"@graph":[' % orjson.dumps(context(self._root, self._kind))

    def record(self, document: Json) -> bytes:
        """A node."""
        separator, self._separator = self._separator, b",\n"
        return separator + orjson.dumps(self._graph.of(self._kind, document))

    def tail(self) -> bytes:
        """The end."""
        return b"]}\n"


def jsonld_page(request: Request, kind: str, bodies: list[str]) -> bytes:
    """A page of a list; the `Link` header has the next page."""
    form = Jsonld(base(request), kind)
    return b"".join((form.head("", {}), *(form.record(orjson.loads(body)) for body in bodies), form.tail()))


def jsonld_item(request: Request, kind: str, body: str) -> bytes:
    """One record of this kind, such as `event`."""
    root = base(request)
    return orjson.dumps({"@context": context(root, f"{kind}s"), **Graph(root).of(f"{kind}s", orjson.loads(body))})
