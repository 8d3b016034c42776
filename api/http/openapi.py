"""The OpenAPI document, improved for readers and code generators: ordered, explained, with real exchanges."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from api.domain.vocabulary import VOCABULARIES
from api.http.routing import problem
from api.models.base import ID_LENGTH
from api.query.filters import ID_PATTERN
from api.schemas.pages import Problem
from api.schemas.records import Json

DESCRIPTION = """
Events of armed conflict that keep **who said what**. Nothing here is a bare fact: an event carries claims, each with
its speaker, stance, hedge, source and the day it was said. What they add up to (claimed, corroborated, disputed,
denied, conceded) is derived, as of any day, and always comes with the claims it rests on.

**Every path** supports GET, HEAD and OPTIONS, needs no key, sets no cookie and can be read from any web page (CORS).
Each response has an `ETag`: send it back as `If-None-Match` (or its `Last-Modified` as `If-Modified-Since`), and you
get 304 until new data is loaded; sent back as `If-Match` (or `If-Unmodified-Since`), you get 412 from then on.
`X-Request-ID` identifies the request in the service's log.

**Filters** that are not given set no condition. A repeated parameter means *any of*. Unknown parameters and values are
refused with 422 and the nearest correct spelling: a typo never looks like “nothing happened”.

**Dates** may be imprecise: `match=possible` finds what may have happened on the given days, `match=certain` what
certainly did. Undated records are left out and counted in `meta.left_out`, unless `undated=include`. `as_of` shows what
was known on a day: only claims that were certainly made by then count, with `known=possible` also those that may have
been.

**Lists** come in pages; follow `links.next`. With the same filters, `/count` counts and `.csv`, `.ndjson` and
`.geojson` export everything that matches; events also as `.kml` and for TimelineJS (`.timeline.json`), a briefing as
`.atom`. `/events/rollup` and `/claims/rollup` count by month, party and other axes.

**Other programs** read the same data: QGIS and GDAL open [/ogc](ogc) (OGC API Features, described at
[/ogc/api](ogc/api)). Lists and records are available as JSON-LD with `Accept: application/ld+json`, and whole lists as
`.jsonld`; [/ns](ns) explains the terms. On the server, `counterclaim export FOLDER --as stix` and `--as ftm` write it
as STIX 2.1 and FollowTheMoney. Assistants use the Model Context Protocol with `POST /mcp`, if its SDK is
installed, and [/llms.txt](llms.txt) tells programs where to begin. People look at [/explore](explore).
"""
TAGS = {
    "Events": "What is said to have happened: who took part, where, when, and what was claimed about it.",
    "Claims": "What somebody said about one aspect of an event: the speaker's stance, wording, day and source.",
    "Disputes": "Questions that are in dispute: who holds what against whom, and since when.",
    "Positions": "Where each party stands: over time, side by side with others, and on who holds a place.",
    "Briefing": "What became known between two days.",
    "Sources": "What was read, and what that refers to.",
    "Actors": "Who speaks and takes part, and whom they belong to.",
    "Locations": "Places, and the places within them.",
    "Datasets": "What has been loaded, under which licence. No dataset changes another one's records.",
    "History": "What was loaded when and why, what changed, and every past version of a record.",
    "About": "Vocabularies, problem types, and the health of the service.",
}
# The order of these parameters; a list's own parameters come first.
LAST = [
    *("dataset", "q", "match", "undated", "as_of", "known", "bbox", "longitude", "latitude", "radius_km"),
    *("changed_since", "sort", "limit", "cursor", "total", "fields", "expand", "revision"),
]
# Links of responses: for each operation, the operations that take an id from its response, and where that id is.
FIRST, OWN = "$response.body#/data/0/id", "$response.body#/id"
LINKS: dict[str, dict[str, str]] = {
    "list_events": dict.fromkeys(
        ("get_event", "list_event_claims", "list_event_positions", "list_event_revisions"), FIRST
    ),
    "get_event": dict.fromkeys(("list_event_claims", "list_event_positions", "list_event_revisions"), OWN),
    "list_event_claims": {"get_claim": FIRST},
    "list_claims": {
        "get_claim": FIRST,
        "get_event": "$response.body#/data/0/event/id",
        "list_claim_revisions": FIRST,
    },
    "get_claim": {"get_event": "$response.body#/event/id", "get_dataset": "$response.body#/dataset/id"},
    "list_disputes": dict.fromkeys(("get_event", "list_event_positions"), "$response.body#/data/0/event/id"),
    "list_sources": {"get_source": FIRST, "list_source_revisions": FIRST},
    "list_actors": dict.fromkeys(("get_actor", "list_actor_positions", "list_actor_revisions"), FIRST),
    "get_actor": {"list_actor_positions": OWN},
    "list_locations": dict.fromkeys(("get_location", "get_control", "list_location_revisions"), FIRST),
    "get_location": {"get_control": OWN},
    "list_datasets": {"get_dataset": FIRST, "list_dataset_revisions": FIRST},
}
ABOUT: Json = {
    "servers": [{"url": "/", "description": "This service."}],
    "security": [],
}
INFO = {
    "license": {"name": "MIT", "identifier": "MIT"},
    "contact": {"name": "The operator of this service"},
}
Places = tuple[tuple[str, str], ...]
LEFT_OUT = {"Actor": "affiliated"}
REFERENCES: dict[str, tuple[str, tuple[str, ...], Places]] = {
    "SourceReference": (
        "Source",
        ("id", "title"),
        (
            ("Citation", "source"),
            ("When", "source"),
            ("OtherDate", "source"),
            ("Point", "source"),
            ("Source", "parent"),
        ),
    ),
    "ActorReference": (
        "Actor",
        ("id", "name"),
        (
            *(("Claim", field) for field in ("speaker", "via", "quote_by", "names")),
            *(("PartyPosition", field) for field in ("party", "names", "speakers")),
            *(("Affiliation", "actor"), ("Assessment", "of"), ("Dispute", "of"), ("Value", "of")),
        ),
    ),
    "PlaceReference": (
        "Location",
        ("id", "name"),
        (("Location", "within"), ("Location", "same_as"), ("Location", "unites")),
    ),
    "ActorRef": ("Actor", (), ()),
    "EventPlace": ("Location", (), ()),
}
"""For the schema of a reference: the schema of the full record, the fields always present, the lists that use it."""
KEYWORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum"}
EXCHANGES: Json = orjson.loads(Path(__file__).with_name("exchanges.json").read_bytes())
"""A request and its response by operation and status; the body is null if it is not text. Compared by tests."""


def install(app: FastAPI) -> None:
    """Make the application serve the refined document."""
    generate = app.openapi

    def openapi() -> Json:
        return app.openapi_schema or refine(generate())

    app.openapi = openapi  # type: ignore[method-assign]


def refine(document: Json) -> Json:
    """Add and correct what the framework cannot know."""
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    document["paths"] = dict(sorted(document["paths"].items(), key=_in_order))
    for _, operation in operations(document):
        summary, _, more = operation["description"].partition(".")
        operation["summary"] = summary.replace("\n", " ")
        operation["description"] = more.strip()
        for parameter in operation.get("parameters", ()):
            _refine_parameter(parameter, EXCHANGES.get(operation["operationId"], {}))
        operation.get("parameters", []).sort(key=_rank)
        if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
            operation["responses"]["409"] = problem("revision-differs")
        _show(operation)
        operation["description"] = operation["description"].strip() or f"{operation['summary']}."
        _lead(operation)
    schemas = document["components"]["schemas"]
    _, made = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas.update(made["$defs"])
    for vocabulary in VOCABULARIES.values():
        if found := schemas.get(vocabulary.__name__):
            found["description"] += "\n\n" + "\n".join(f"- `{word}`: {word.meaning}" for word in vocabulary)
    expandable(schemas)
    for name, schema in schemas.items():
        _untitle(name, schema)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document |= ABOUT
    document["info"] |= INFO
    shared(document)
    return document


def _untitle(name: str, schema: Json) -> None:
    """Remove titles that only repeat the name of the property."""
    if schema.get("title") == name:
        del schema["title"]
    for part in schema.get("properties", {}).values():
        part.pop("title", None)


def as_kept(value: Json) -> str:
    """JSON as written to files."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every path with its operation."""
    return ((path, operation) for path, found in document["paths"].items() for operation in found.values())


def _in_order(item: tuple[str, Json]) -> tuple[int, bool, bool]:
    """Paths in the order of `TAGS`: a list first, then its records, then its exports."""
    path, operations = item
    first, tags = path.split("/")[1].partition(".")[0].title(), list(TAGS)
    return tags.index(first if first in tags else operations["get"]["tags"][0]), "." in path, path.count("/") > 1


def _rank(parameter: Json) -> tuple[bool, int]:
    name = parameter["name"]
    return parameter["in"] != "path", LAST.index(name) if name in LAST else -1


def _refine_parameter(parameter: Json, exchanges: Json) -> None:
    """Remove null from a parameter's schema, because unset is not a value, and describe its example in words."""
    schema = parameter["schema"]
    for choice in schema.pop("anyOf", ()):
        if choice != {"type": "null"}:
            schema.update(choice)
    for name in ("title", "description"):
        schema.pop(name, None)
    if parameter["name"] == "cursor" and "cursor" in exchanges:
        schema["examples"] = [exchanges["cursor"]]
    if (parameter["in"], parameter["name"]) == ("path", "id"):
        schema.update(pattern=ID_PATTERN, maxLength=ID_LENGTH)
    for name in [name for name in KEYWORDS if name in schema]:
        schema[KEYWORDS[name]] = schema.pop(name)
    if schema.get("type") == "array":
        del schema["default"]
        parameter.update(style="form", explode=True, required="minItems" in schema)
    if not parameter["required"]:  # false is the default of OpenAPI
        del parameter["required"]
    if "examples" in schema:
        shown = schema["examples"][0]
        shown = shown[0] if isinstance(shown, list) else shown
        parameter["description"] += f" Such as `{str(shown).lower() if isinstance(shown, bool) else shown}`."


def _lead(operation: Json) -> None:
    """Add links from responses to other operations."""
    if found := LINKS.get(operation["operationId"]):
        operation["responses"]["200"]["links"] = {
            name: {"operationId": name, "parameters": {"id": place}} for name, place in found.items()
        }


def _show(operation: Json) -> None:
    """Add a real exchange as the example of each response."""
    for status, exchange in EXCHANGES.get(operation["operationId"], {}).items():
        if status == "cursor":
            continue
        (content,) = operation["responses"][status]["content"].values()
        if exchange["body"] is not None:  # None: not text
            content["example"] = exchange["body"]
        if status == "200":
            operation["description"] += f"\n\nFor example: `GET {exchange['path']}`"


LEAST = 80
"""Below this size in bytes a reference saves nothing."""


def expandable(schemas: Json) -> None:
    """Describe the additional, optional fields of references that `expand` replaces by full records."""
    for name, (whole, sure, beside) in REFERENCES.items():
        found = schemas.get(name, {"type": "object", "title": name, "required": list(sure), "properties": {}})
        others = {field: part for field, part in schemas[whole]["properties"].items() if field != LEFT_OUT.get(whole)}
        found["properties"] = {**others, **found["properties"]}
        told = found.get("description", f"A reference to a record of the kind `{whole}`.")
        schemas[name] = found | {"description": f"{told} With `expand`, the full record."}
        for schema, field in beside:
            part = json.dumps(schemas[schema]["properties"][field])
            for plain in ("NamedRef", "TitledRef"):
                part = part.replace(f'schemas/{plain}"', f'schemas/{name}"')
            schemas[schema]["properties"][field] = json.loads(part)
    choices = [{"$ref": "#/components/schemas/EventPlace"}, {"type": "null"}]
    place = {"anyOf": choices, "description": "Only with `expand=location`: where the event happened."}
    about = schemas["TitledRef"] | {"title": "EventReference", "description": "A reference to an event."}
    schemas["EventReference"] = about | {"properties": {**about["properties"], "location": place}}
    schemas["Claim"]["properties"]["event"] = {"$ref": "#/components/schemas/EventReference"}
    schemas["DatedEvent"]["properties"]["location"] = place


def shared(document: Json) -> None:
    """Replace parameters, headers and responses that several operations share by references."""
    components = document["components"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    lists = [operation["parameters"] for operation in operations if "parameters" in operation]
    responses = [operation["responses"] for operation in operations]
    headers = [response["headers"] for each in responses for response in each.values() if "headers" in response]
    _refer(components, "headers", headers, lambda name, _: name.replace("-", ""))
    _refer(components, "responses", responses, lambda name, _: f"Status{name.title()}")
    _refer(components, "parameters", lists, lambda _, part: part["name"])
    contents = [response.get("content", {}) for each in responses for response in each.values()]
    for content in contents:
        for media in content.values():
            if media.get("schema") == {}:
                del media["schema"]


def _refer(components: Json, kind: str, places: list[Any], named: Any) -> None:  # noqa: ANN401 - takes name and part
    """Move repeated parts to `components`, in the order of first use."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for place in places:
        for key, part in place.items() if isinstance(place, dict) else enumerate(place):
            found.setdefault(json.dumps(part, sort_keys=True), []).append((place, key))
    names: set[str] = set()
    for written, uses in found.items():
        if len(uses) < 2 or len(written) < LEAST:  # noqa: PLR2004 - once is no more than once
            continue
        place, key = uses[0]
        name = base = named(str(key), place[key])
        number = 1
        while name in names:
            number += 1
            name = f"{base}{number}"
        names.add(name)
        components.setdefault(kind, {})[name] = place[key]
        for place, key in uses:
            place[key] = {"$ref": f"#/components/{kind}/{name}"}


def resolved(document: Json, part: Any) -> Any:  # noqa: ANN401 - any part of it
    """The part itself, or the target of its reference."""
    while isinstance(part, dict) and "$ref" in part:
        _, *steps = part["$ref"].split("/")
        part = document
        for step in steps:
            part = part[step]
    return part
