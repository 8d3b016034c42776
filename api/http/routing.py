"""Declares routes: all routes of a list by one function, and OpenAPI descriptions of common responses."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.http import answers, fields
from api.http.answers import Listing
from api.http.exports import FORMS, send_export
from api.http.fields import WithFields
from api.http.problems import PROBLEM_TYPES
from api.query.filters import Filters
from api.schemas.records import Count, Sent

EXAMPLES_FILE = Path(__file__).with_name("examples.json")
EXAMPLES: dict[str, Any] = orjson.loads(EXAMPLES_FILE.read_bytes())
"""Real records of the dossier, shown in the docs; a test compares them with what is served."""

PROBLEM = "application/problem+json"
Responses = dict[int | str, dict[str, Any]]

_HEADERS = {
    "ETag": ("Revision of the data, path, query and content coding; send it back as `If-None-Match`.", "string"),
    "Last-Modified": ("When data was last loaded; send it back as `If-Modified-Since`.", "string"),
}
_FEATURE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "const": "Feature"},
        "id": {"type": "string"},
        "geometry": {"type": ["object", "null"], "description": "A point; null if the record has none."},
        "properties": {"type": "object", "description": "The columns of the CSV."},
    },
}
_FEATURES = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "const": "FeatureCollection"},
        "features": {"type": "array", "items": _FEATURE},
    },
}


def _headers(**more: tuple[str, str]) -> dict[str, Any]:
    return {
        name.replace("_", "-"): {"description": text, "schema": {"type": kind}}
        for name, (text, kind) in {**_HEADERS, **more}.items()
    }


def problem(slug: str, example: dict[str, Any] | None = None) -> dict[str, Any]:
    """A documented problem, with an example of it."""
    kind = PROBLEM_TYPES[slug]
    shown = {
        "type": f"/problems/{slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.title,
        "errors": [],
        "did_you_mean": [],
    }
    return {
        "description": kind.title,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": shown | (example or {})}},
    }


ANYWHERE = {
    "malformed-request": "The query contains control characters.",
    "request-timeout": "The request did not arrive in time.",
    "precondition-failed": 'The entity tag of this answer is "1.1.3f", which If-Match does not name.',
    "too-large": "The path and query are longer than 16384 bytes.",
    "too-many-requests": "At most 1200 requests per minute are answered.",
    "headers-too-large": "There are more header fields than this service accepts, or they are too long.",
    "internal-error": "The request could not be answered.",
    "not-implemented": "The request has a transfer coding other than chunked.",
    "unavailable": "The database cannot be read right now.",
    "version-not-supported": "The request's version is neither HTTP/1.1 nor HTTP/1.0.",
}
"""Problems that any request may get, each with an example of its detail."""


def any_problem() -> dict[str, Any]:
    """The documented response for all other problems, with an example of each."""
    told = [f"- {PROBLEM_TYPES[slug].status}, `{slug}`: {PROBLEM_TYPES[slug].title}." for slug in ANYWHERE]
    shown = {
        slug: {"value": problem(slug, {"detail": detail})["content"][PROBLEM]["example"]}
        for slug, detail in ANYWHERE.items()
    }
    return {
        "description": "\n".join(["What may go wrong with any request.", "", *told]),
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}},
    }


COMMON: Responses = {422: problem("invalid-parameter"), "default": any_problem()}
MISSING: Responses = {404: problem("not-found"), 410: problem("gone")}
"""Responses of paths that name a record."""
NOT_MODIFIED: Responses = {304: {"description": "The client's copy is still valid.", "headers": _headers()}}


def json_of(model: type[Sent], example: Any, *, link: bool = False) -> Responses:  # noqa: ANN401 - any JSON
    """A JSON response, its problems and 304."""
    more = {"Link": ("The next page, if there is one (RFC 8288).", "string")} if link else {}
    content = {"application/json": {"example": example}}
    answer = {"description": "The answer.", "model": model, "headers": _headers(**more), "content": content}
    return {200: answer, **NOT_MODIFIED, **COMMON}


def page_of(name: str, model: type[Sent]) -> Responses:
    """A page of a list."""
    example = {
        "data": [EXAMPLES.get(name)],
        "links": {"self": f"/{name}?limit=1", "next": None},
        "meta": {
            "description": f"All {name}",
            "left_out": {"undated": 0, "undated_claims": 0, "without_coordinates": 0},
        },
    }
    return json_of(model, example, link=True)


def item_of(name: str, model: type[Sent]) -> Responses:
    """One record."""
    return {**json_of(model, EXAMPLES.get(name)), **MISSING}


def judged_of(name: str, model: type[Sent], kind: str | None = None) -> Responses:
    """A response that is judged; `kind` is the record in the path, which may not exist."""
    missing: Responses = {} if kind is None else MISSING
    return {**json_of(model, EXAMPLES.get(name), link=True), **missing}


def export_of(media_type: str, text: str, counted: str = "records") -> Responses:
    """A stream of everything that matches; `counted` are its parts."""
    number = (f"The number of {counted}.", "integer")
    licence = ('The licences, as `rel="license"`.', "string")
    headers = _headers(Counterclaim_Count=number, Link=licence)
    headers |= _headers(Accept_Ranges=("`bytes`: any range can be requested by `Range`.", "string"))
    content: dict[str, Any] = {"example": text} if text else {}  # only JSON has a schema
    if media_type.endswith(("/json", "+json")):
        content["schema"] = _FEATURES if media_type == "application/geo+json" else {"type": "object"}
    answer = {
        "description": "Everything that matches.",
        "headers": headers,
        "content": {media_type.partition(";")[0]: content},
    }
    place = _headers(Content_Range=("The range of these bytes and the total length.", "string"))
    part = {"description": "The bytes requested by `Range`.", "headers": headers | place}
    missing = problem("range-not-satisfiable", {"detail": "Byte 9999 is not there: the whole has 2000 bytes."})
    return {200: answer, 206: part, 416: missing, **NOT_MODIFIED, **COMMON}


Answer = Callable[[Request, Any], Awaitable[Response]]
Endpoint = Callable[..., Awaitable[Response]]


def list_routes(  # noqa: PLR0913 - what is served, and how the documentation says it
    router: APIRouter,
    listing: Listing,
    filters: type[Filters],
    query: type[BaseModel],
    page: type[Sent],
    *,
    words: str,
    example: int,
    counted: str | None = None,
    forms: Sequence[str] = ("csv", "ndjson", "parquet"),
) -> tuple[Endpoint, Endpoint, APIRouter]:
    """Add a list's page and count to a router, and its exports to a separate router. Returns all three.

    `query` is the filters with paging; `words` describe the page, and `counted` the count with its `example`.
    """
    name = listing.name

    async def answer_page(request: Request, asked: Any) -> Response:  # noqa: ANN401 - the query
        return await answers.page(request, listing, asked)

    served = _add(router, "", f"list_{name}", query, answer_page, description=words, responses=page_of(name, page))
    counted = counted or f"The number of {name} that match the same filters."
    responses = json_of(Count, {"count": example})
    counts = _add(router, "/count", f"count_{name}", filters, answers.count, description=counted, responses=responses)
    return served, counts, export_routes(listing, filters, forms)


def export_routes(listing: Listing, filters: type[Filters], forms: Sequence[str], tag: str | None = None) -> APIRouter:
    """The export paths of a list; the tag groups them in the documentation and defaults to the list's name."""
    router = APIRouter(tags=[tag or listing.name.capitalize()])
    for form in forms:
        media_type, _, words, example, chosen = FORMS[form]
        _add(
            router,
            f"/{listing.name}.{form}",
            f"export_{listing.name}_{form.replace('.', '_')}",
            _choosing(filters, chosen, listing.name),
            _exporting(listing, form),
            description=f"Every matching {listing.name.removesuffix('s')} {words}.",
            responses=export_of(media_type, example),
        )
    return router


def _choosing(filters: type[Filters], chosen: type[WithFields], listing: str) -> type[Filters]:
    """The filters, with the selection of fields if it is a list of records."""
    return type(filters.__name__, (filters, chosen), {"listing": listing}) if listing in fields.FIELDS else filters


def _exporting(listing: Listing, form: str) -> Answer:
    async def answer(request: Request, asked: Any) -> Response:  # noqa: ANN401 - the filters
        return await send_export(request, listing, asked, form)

    return answer


def _add(
    router: APIRouter,
    path: str,
    name: str,
    parameters: type[BaseModel],
    answer: Answer,
    **words: Any,  # noqa: ANN401 - as FastAPI takes them
) -> Endpoint:
    async def endpoint(request: Request, query: Any) -> Response:  # noqa: ANN401 - annotated below
        return await answer(request, query)

    endpoint.__annotations__["query"] = Annotated[parameters, Query()]
    router.add_api_route(path, endpoint, methods=["GET"], name=name, response_class=Response, **words)
    return endpoint
