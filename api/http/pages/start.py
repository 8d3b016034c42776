"""The first page, for people and for programs, and the files that pages are made of."""

from functools import cache
from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response

from api.http import answers, caching
from api.http.pages import frame
from api.http.pages.data import Reading
from api.http.pages.links import feed

router = APIRouter(include_in_schema=False)
NEWEST = 8
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
LANDING = orjson.dumps(
    {
        "title": "Counterclaim",
        "description": "Events of armed conflict, with who said what about them, and when.",
        "links": [
            {"rel": "service-desc", "href": "/openapi.json", "type": "application/json"},
            {"rel": "service-doc", "href": "/docs", "type": "text/html"},
            {"rel": "alternate", "href": "/explore", "type": "text/html"},
            *(
                {"rel": "data", "href": f"/{name}", "type": "application/json"}
                for name in ("events", "claims", "disputes", "sources", "actors", "locations", "datasets")
            ),
            {"rel": "data", "href": "/vocabulary", "type": "application/json"},
            {"rel": "status", "href": "/health", "type": "application/json"},
        ],
    }
)


@router.get("/")
async def get_first_page(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """What this is: a page for people, links for programs."""
    if not frame.wants_html(request):
        return frame.varying(caching.fixed(request, LANDING, answers.JSON))

    async def make(reading: Reading) -> frame.Page:
        known = await reading.known()
        disputes = await reading.disputes(sort="-date", limit=NEWEST, total=True)
        values = {
            "events": await reading.count_events(),
            "disputes": disputes.meta["total"],
            "newest": disputes.records,
            "datasets": known.datasets,
        }
        summary = "Events of armed conflict, with who said what about them, and when."
        return frame.Page("start.html", "Who said what, and when", summary, values, alternates=feed(known.last_day))

    return await frame.answer(request, make, negotiated=True)


@router.get("/explore/static/{name}")
async def get_static(request: Request, name: str, _: Annotated[answers.Nothing, Query()]) -> Response:
    """A style sheet, a script or a picture of our own."""
    path = frame.HERE / "static" / name
    if name not in _static_names():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return caching.fixed(request, path.read_bytes(), TYPES[path.suffix])


@cache
def _static_names() -> frozenset[str]:
    return frozenset(path.name for path in (frame.HERE / "static").iterdir())
