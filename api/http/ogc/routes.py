"""OGC API Features, part 1 (Core): events, claims and locations as QGIS, GDAL and ArcGIS read them."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.errors import NotFound, nearest
from api.http import answers, caching
from api.http.answers import Asked, Nothing
from api.http.caching import base
from api.http.ogc import document
from api.http.ogc.collections import COLLECTIONS, Collection, described
from api.http.ogc.features import ogc_feature
from api.http.ogc.filters import ClaimItems, EventItems, LocationItems
from api.query.paging import Sort, decode_cursor, encode_cursor, fingerprint, links
from api.query.session import ReadSession
from api.query.tables import placeless

router = APIRouter(prefix="/ogc", include_in_schema=False)
GEOJSON = "application/geo+json"
CONFORMANCE = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "oas30", "geojson")
]
Json = dict[str, Any]


def root(request: Request) -> str:
    """The address of the OGC API."""
    return f"{base(request)}/ogc"


async def _made(request: Request, value: Json, media_type: str = answers.JSON) -> Response:
    """An answer that says nothing of the data, but is of a revision as all others are."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        return caching.answer(request, orjson.dumps(value), media_type, answers.marks(session), {})

    return await answers.data_of(request).ask(work)


@router.get("")
@router.get("/")
async def get_landing(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """What there is."""
    here = root(request)
    found = {
        "title": "Counterclaim",
        "description": "Events of armed conflict, with who said what about them, and when. Dates and places are as "
        "exact as they are known: read `date_in_words` and `radius_m` before you conclude from a point on a day.",
        "links": [
            {"rel": "self", "type": "application/json", "title": "This", "href": here},
            {"rel": "service-desc", "type": document.MEDIA_TYPE, "title": "Parameters", "href": f"{here}/api"},
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
    return await _made(request, document.document(root(request)), document.MEDIA_TYPE)


@router.get("/collections")
async def list_collections(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The collections."""
    here = root(request)
    link = {"rel": "self", "type": "application/json", "title": "Collections", "href": f"{here}/collections"}
    return await _made(
        request, {"links": [link], "collections": [described(one, here) for one in COLLECTIONS.values()]}
    )


@router.get("/collections/{collection}")
async def get_collection(request: Request, collection: str, _: Annotated[Nothing, Query()]) -> Response:
    """One collection."""
    return await _made(request, described(_named(collection), root(request)))


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
        return ogc_feature(found.id, row[3], links=[here, whole, record]).decode()

    return await answers.item(request, found.kind, found.item, id, edit, GEOJSON)


def _named(collection: str) -> Collection:
    """The collection of this name. Raises NotFound."""
    if collection not in COLLECTIONS:
        raise NotFound(f"There is no collection {collection[:200]}.", nearest(collection, list(COLLECTIONS)))
    return COLLECTIONS[collection]


async def items(request: Request, collection: Collection, query: EventItems | ClaimItems | LocationItems) -> Response:
    """A page of features: those in the box, then those without a point."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        asked = query.asked()
        await asked.check(session)
        parts: list[Asked] = [asked]
        if collection.placed and query.bbox is not None:
            parts.append(placeless(asked))
        matched = sum([await part.count(session) for part in parts])
        bodies, cursor = await _taken(session, collection, query, parts)
        features = [ogc_feature(collection.id, body) for body in bodies]
        shown = _envelope(request, collection, cursor)
        head = orjson.dumps({"numberMatched": matched, "numberReturned": len(features), "links": shown})
        body = b'{"type":"FeatureCollection","features":[%s],%s' % (b",".join(features), head[1:])
        return caching.answer(request, body, GEOJSON, answers.marks(session), {})

    return await answers.data_of(request).ask(work)


async def _taken(
    session: ReadSession, collection: Collection, query: EventItems | ClaimItems | LocationItems, parts: list[Asked]
) -> tuple[list[str], str | None]:
    """The documents of the page, and the cursor of the next; a cursor says in which part it goes on, and where."""
    listing = collection.listing
    sort, bound = Sort.parse(listing.sorts[0]), fingerprint(f"ogc-{listing.name}", listing.sorts[0], query)
    index, place = 0, None
    if query.cursor is not None:
        kind = str if sort.key in listing.text_keys else int
        index = int(query.cursor.startswith("1-"))
        place = decode_cursor(query.cursor[2 * index :], bound, kind) if query.cursor != "1-" else None
    bodies: list[str] = []
    for part in range(min(index, len(parts) - 1), len(parts)):
        if len(bodies) == query.limit:
            return bodies, "1-"
        taken = await parts[part].take(session, sort, place, query.limit - len(bodies))
        bodies += taken.bodies
        if taken.last is not None:
            return bodies, f"{'1-' if part else ''}{encode_cursor(taken.last, bound)}"
        place = None
    return bodies, None


def _envelope(request: Request, collection: Collection, cursor: str | None) -> list[Json]:
    """Where else to go from a page."""
    here, following = links(request.scope["path"], request.scope["query_string"], cursor)
    shown = described(collection, root(request))
    found = [{"rel": "self", "type": GEOJSON, "href": base(request) + here}, {**shown["links"][0], "rel": "collection"}]
    if following is not None:
        found.append({"rel": "next", "type": GEOJSON, "href": base(request) + following})
    return found
