"""The paths of a list: its page, its count and its exports, of which none is written by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.http import answers, fields
from api.http.answers import Listing
from api.http.exports import FORMS, export
from api.http.fields import Chosen
from api.http.openapi_responses import export_of, json_of, page_of
from api.query.filters import Filters
from api.schemas.records import Count, Sent

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
    forms: Sequence[str] = ("csv", "ndjson"),
) -> tuple[Endpoint, Endpoint, APIRouter]:
    """Add the page of a list and its count to a router; its exports are a router of their own. Answers all three.

    `query` is the filters with paging; `words` describe the page, `counted` the count, of which `example` is one.
    """
    name = listing.name

    async def answer_page(request: Request, asked: Any) -> Response:  # noqa: ANN401 - the query
        return await answers.page(request, listing, asked)

    served = _add(router, "", f"list_{name}", query, answer_page, description=words, responses=page_of(name, page))
    counted = counted or f"How many {name} match the same filters."
    responses = json_of(Count, {"count": example})
    counts = _add(router, "/count", f"count_{name}", filters, answers.count, description=counted, responses=responses)
    return served, counts, export_routes(listing, filters, forms)


def export_routes(listing: Listing, filters: type[Filters], forms: Sequence[str], tag: str | None = None) -> APIRouter:
    """The paths by which a list is exported; the tag groups them in the documentation, by default the list's name."""
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


def _choosing(filters: type[Filters], chosen: type[Chosen], listing: str) -> type[Filters]:
    """The filters, and which fields are wanted, where the list is one of records."""
    return type(filters.__name__, (filters, chosen), {"listing": listing}) if listing in fields.FIELDS else filters


def _exporting(listing: Listing, form: str) -> Answer:
    async def answer(request: Request, asked: Any) -> Response:  # noqa: ANN401 - the filters
        return await export(request, listing, asked, form)

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
