"""OGC API Features, part 1 (Core): events, claims and locations as QGIS, GDAL and ArcGIS read them.

All features have the same properties, numbers keep their type, and only two properties are dates. Clients learn from
the OpenAPI 3.0 document which parameters filter a collection.
"""

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic.fields import FieldInfo

from api.domain.dates import date_in_words
from api.errors import BadParameters, NotFound, bad, nearest
from api.http import answers, caching, formats
from api.http.answers import ListQuery, Nothing
from api.http.caching import base
from api.http.ogc.collections import (
    COLLECTIONS,
    SCHEMA,
    ClaimItems,
    Collection,
    EventItems,
    LocationItems,
    described,
)
from api.query.documents import EMPTY_DOCUMENTS
from api.query.filters import ID_PATTERN, MAX_LIMIT
from api.query.lists import in_turns
from api.query.paging import RevisionMark, Sort, decode_cursor, encode_cursor, fingerprint, links
from api.query.session import ReadSession
from api.query.tables import placeless
from api.schemas.records import Json

DATES = frozenset({"date", "said"})
"""Columns that are dates, as EDTF."""


def properties(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns of the CSV, renamed so that no property has the name of a parameter with another meaning.

    Clients that filter by a property send the parameter with its name and trust the result. They also treat every text
    that looks like a day as a date, and a condition on any date as `datetime`. So only the earliest and latest days are
    dates, and the rest of the date is in words.
    """
    found: dict[str, Any] = {}
    for name, value in columns.items():
        if name in DATES:
            found[f"{name}_in_words"] = date_in_words(value)
            found[f"{name}_edtf"] = value and f"EDTF {value}"
        elif f"{name}_id" in columns:
            found[f"{name}_name"] = value
        elif name in formats.NUMBERS and value is not None:
            # Where the first features have only whole numbers, GDAL makes a field of these, and cuts what comes later.
            found[name] = float(value)
        else:
            found[name] = value
    return found


class Features(formats.GeoJson):
    """Writes features with these properties."""

    def _columns(self, found: dict[str, Any]) -> bytes:
        return super()._columns(properties(found))


@lru_cache(maxsize=len(COLLECTIONS))
def _writer(collection: str) -> Features:
    return Features(collection, formats.CSV_HEADERS[collection])


def ogc_feature(collection: str, body: str, here: str, links: list[Json] | None = None) -> bytes:
    """A stored document as a feature; `here` is the service's address, because maps cannot resolve relative links."""
    made = _writer(collection).record(body.encode())
    placed = made.replace(b'"url":"/', b'"url":"%b/' % orjson.dumps(here)[1:-1])  # no text holds this: it is escaped
    return placed if links is None else b'%b,"links":%b}' % (placed[:-1], orjson.dumps(links))


@lru_cache(maxsize=len(COLLECTIONS))
def schema(name: str) -> Json:
    """The JSON Schema of a feature; without it, GDAL derives a layer's fields from the first 20 features.

    The id is left out, because GDAL would make a second field of it. Null is only mentioned in the description, because
    GDAL makes a text field of a property with two types.
    """
    collection = COLLECTIONS[name]
    types = formats.types(name)
    told = {
        key: types.get(key, "string")
        for key in list(properties(formats.flattened(name, EMPTY_DOCUMENTS[collection.kind])))[1:]
    }
    fields = {key: _FORMATTED.get(kind, {"type": kind}) for key, kind in told.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": collection.title,
        "description": f"{collection.description} Whatever is not known is null.",
        "type": "object",
        "properties": {"properties": {"type": "object", "properties": fields}},
    }


_FORMATTED: dict[str, Json] = {"array": {"type": "string"}, "date": {"type": "string", "format": "date"}}
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_SECOND = re.compile(r"([0-9]{1,9})\.([0-9a-f]{12})\.([0-9a-f]{18})")
"""Where the second part of a collection begins, with the data that the first showed and the question."""
_PROBLEM = {"description": "A problem (RFC 9457).", "content": {"application/problem+json": {"schema": {}}}}
_STANDARD: Json = {
    "limit": {
        "description": f"The maximum number of features on a page; values above {MAX_LIMIT} are read as {MAX_LIMIT}.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 100},
    },
    "bbox": {
        "description": "west,south,east,north in WGS 84 degrees. Features without a point are sent too.",
        "schema": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
    },
    "datetime": {
        "description": "A day, or two with / between, an end open as ... Features without a date are sent too.",
        "schema": {"type": "string"},
    },
}


@lru_cache(maxsize=16)
def document(root: str) -> Json:
    """The OpenAPI document of the API at this address."""
    paths: Json = {
        "/": _operation("landing", "What there is.", "application/json"),
        "/conformance": _operation("conformance", "Which requirements are met.", "application/json"),
        "/collections": _operation("collections", "The collections.", "application/json"),
    }
    for collection in COLLECTIONS.values():
        here, name = f"/collections/{collection.id}", collection.id
        paths[here] = _operation(f"{name}.collection", collection.description, "application/json")
        paths[f"{here}/schema"] = _operation(f"{name}.schema", "What a feature holds, as JSON Schema.", SCHEMA)
        paths[f"{here}/items"] = _operation(
            f"{name}.items", collection.description, "application/geo+json", _parameters(collection)
        )
        one = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}
        paths[f"{here}/items/{{featureId}}"] = _operation(
            f"{name}.item", f"One of {collection.title.lower()}.", "application/geo+json", [one]
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": "Counterclaim: OGC API Features", "version": "0.1.0"},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"parameters": {"limit": _standard("limit")}},  # where QGIS looks for the maximum page size
    }


def _operation(name: str, description: str, media_type: str, parameters: list[Json] | None = None) -> Json:
    good = {"description": "The answer.", "content": {media_type: {"schema": {"type": "object"}}}}
    return {
        "get": {
            "operationId": name,
            "summary": description.partition(". ")[0],
            "description": description,
            "parameters": parameters or [],
            "responses": {"200": good, "400": _PROBLEM, "404": _PROBLEM, "503": _PROBLEM},
        }
    }


def _parameters(collection: Collection) -> list[Json]:
    schema = collection.model.model_json_schema()
    fields = collection.model.model_fields
    declared = [_parameter(name, fields[name], schema) for name in collection.declared]
    return [*map(_standard, _STANDARD), *declared]


def _standard(name: str) -> Json:
    return {"name": name, "in": "query", "required": False, "style": "form", "explode": False, **_STANDARD[name]}


def _parameter(name: str, field: FieldInfo, schema: Json) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": field.description,
        "schema": _schema(schema["properties"][name], schema.get("$defs", {})),
    }


def _schema(found: Json, definitions: Json) -> Json:
    """A parameter's schema as OpenAPI 3.0 has it, of one value: a repeated parameter asks for any of them."""
    if "anyOf" in found:
        found = found["anyOf"][0]
    if found.get("type") == "array":
        found = found["items"]
    if "$ref" in found:
        found = definitions[found["$ref"].rpartition("/")[2]]
    return {key: found[key] for key in ("type", "enum", "pattern", "format", "maxLength") if key in found}


router = APIRouter(prefix="/ogc", include_in_schema=False)
GEOJSON = "application/geo+json"
CONFORMANCE = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "oas30", "geojson")
]


def root(request: Request) -> str:
    """The address of the OGC API."""
    return f"{base(request)}/ogc"


async def _made(
    request: Request, told: Json | Callable[[ReadSession], Awaitable[Json]], media_type: str = answers.JSON
) -> Response:
    """A metadata response, tagged with the revision like all others."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        value = told if isinstance(told, dict) else await told(session)
        return caching.answer(request, orjson.dumps(value), media_type, answers.marks(session), {})

    return await answers.data_of(request).ask(work)


@router.get("")
@router.get("/")
async def get_landing(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The landing page: links to the API description, the conformance classes and the collections."""
    here = root(request)
    found = {
        "title": "Counterclaim",
        "description": "Events of armed conflict, with who said what about them, and when. Dates and places are as "
        "exact as they are known: read `date_in_words` and `radius_m` before you conclude from a point on a day.",
        "links": [
            {"rel": "self", "type": "application/json", "title": "This", "href": here},
            {"rel": "service-desc", "type": OPENAPI, "title": "Parameters", "href": f"{here}/api"},
            {"rel": "service-doc", "type": "text/html", "title": "Documentation", "href": f"{base(request)}/docs"},
            {"rel": "conformance", "type": "application/json", "title": "Conformance", "href": f"{here}/conformance"},
            {"rel": "data", "type": "application/json", "title": "Collections", "href": f"{here}/collections"},
        ],
    }
    return await _made(request, found)


@router.get("/conformance")
async def get_conformance(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Which requirements are met."""
    return await _made(request, {"conformsTo": CONFORMANCE})


@router.get("/api")
async def get_api(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The OpenAPI document."""
    return await _made(request, document(root(request)), OPENAPI)


@router.get("/collections")
async def list_collections(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The collections."""
    here = root(request)
    link = {"rel": "self", "type": "application/json", "title": "Collections", "href": f"{here}/collections"}

    async def told(session: ReadSession) -> Json:
        found = [described(one, here, await one.extent(session)) for one in COLLECTIONS.values()]
        return {"links": [link], "collections": found}

    return await _made(request, told)


@router.get("/collections/{collection}")
async def get_collection(request: Request, collection: str, _: Annotated[Nothing, Query()]) -> Response:
    """One collection."""
    found, here = _named(collection), root(request)

    async def told(session: ReadSession) -> Json:
        return described(found, here, await found.extent(session))

    return await _made(request, told)


@router.get("/collections/{collection}/schema")
async def get_schema(request: Request, collection: str, _: Annotated[Nothing, Query()]) -> Response:
    """What a feature of a collection holds."""
    return await _made(request, schema(_named(collection).id), SCHEMA)


@router.get("/collections/events/items")
async def list_events(request: Request, query: Annotated[EventItems, Query()]) -> Response:
    """Events as features."""
    return await items(request, COLLECTIONS["events"], query)


@router.get("/collections/claims/items")
async def list_claims(request: Request, query: Annotated[ClaimItems, Query()]) -> Response:
    """Claims as features without geometry."""
    return await items(request, COLLECTIONS["claims"], query)


@router.get("/collections/locations/items")
async def list_locations(request: Request, query: Annotated[LocationItems, Query()]) -> Response:
    """Locations as features."""
    return await items(request, COLLECTIONS["locations"], query)


@router.get("/collections/{collection}/items/{id}")
async def get_item(request: Request, collection: str, id: str, _: Annotated[Nothing, Query()]) -> Response:  # noqa: A002
    """One feature."""
    found = _named(collection)
    shown = described(found, root(request))
    here = {"rel": "self", "type": GEOJSON, "href": f"{base(request)}{request.scope['path']}"}
    whole = {**shown["links"][0], "rel": "collection"}
    record = {"rel": "alternate", "type": answers.JSON, "href": f"{base(request)}/{found.id}/{id}"}

    def edit(row: Any) -> str:  # noqa: ANN401 - a row of either database
        return ogc_feature(found.id, row[3], base(request), [here, whole, record]).decode()

    return await answers.item(request, found.kind, found.item, id, edit, GEOJSON)


def _named(collection: str) -> Collection:
    """The collection with this name. Raises NotFound."""
    if collection not in COLLECTIONS:
        raise NotFound(f"There is no collection {collection[:200]}.", nearest(collection, list(COLLECTIONS)))
    return COLLECTIONS[collection]


async def items(request: Request, collection: Collection, query: EventItems | ClaimItems | LocationItems) -> Response:
    """A page of features: first those in the box, then those without a point."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        asked = query.asked()
        await asked.check(session)
        parts: list[ListQuery] = [asked]
        if collection.placed and query.bbox is not None:
            parts.append(placeless(asked))
        matched = sum([await part.count(session) for part in parts])
        bodies, cursor = await _taken(session, collection, query, parts)
        here = base(request)
        features = [ogc_feature(collection.id, body, here) async for body in in_turns(session, bodies)]
        shown = _envelope(request, collection, cursor)
        head = orjson.dumps({"numberMatched": matched, "numberReturned": len(features), "links": shown})
        body = b'{"type":"FeatureCollection","features":[%s],%s' % (b",".join(features), head[1:])
        return caching.answer(request, body, GEOJSON, answers.marks(session), {})

    return await answers.data_of(request).ask(work)


async def _taken(
    session: ReadSession, collection: Collection, query: EventItems | ClaimItems | LocationItems, parts: list[ListQuery]
) -> tuple[list[str], str | None]:
    """The documents of the page and the cursor of the next, which includes the part and the place."""
    listing = collection.listing
    sort = Sort.parse(listing.sorts[0])
    bound_to = fingerprint(f"ogc-{listing.name}", listing.sorts[0], query)
    index, place = 0, None
    if query.cursor is not None:
        kind = str if sort.key in listing.text_keys else int
        index = int(query.cursor.startswith("1-"))
        rest = query.cursor[2 * index :]
        if index and (found := _SECOND.fullmatch(rest)):
            if found[3] != bound_to:
                wrong = "belongs to another set of filters; start again without it"
                raise BadParameters(bad("cursor", query.cursor, wrong))
            before = RevisionMark(int(found[1]), found[2])
        else:
            place, before = decode_cursor(rest, bound_to, kind)
        await session.follow(before)
    bodies: list[str] = []
    for part in range(min(index, len(parts) - 1), len(parts)):
        if len(bodies) == query.limit:
            return bodies, "1-{}.{}.{}".format(*session.stand, bound_to)
        taken = await parts[part].take(session, sort, place, query.limit - len(bodies))
        bodies += taken.bodies
        if taken.last is not None:
            return bodies, f"{'1-' if part else ''}{encode_cursor(taken.last, bound_to, session.stand)}"
        place = None
    return bodies, None


def _envelope(request: Request, collection: Collection, cursor: str | None) -> list[Json]:
    """The links of a page."""
    here, following = links(request.scope["path"], request.scope["query_string"], cursor)
    shown = described(collection, root(request))
    found = [{"rel": "self", "type": GEOJSON, "href": base(request) + here}, {**shown["links"][0], "rel": "collection"}]
    if following is not None:
        found.append({"rel": "next", "type": GEOJSON, "href": base(request) + following})
    return found
