"""The first page, and events on a map, on a timeline and as a list, with the filters of `/events`."""

import asyncio
from collections.abc import Iterable
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response
from markupsafe import Markup, escape
from pydantic import Field

from api.domain import vocabulary as v
from api.http import answers, caching, words
from api.http.pages import frame
from api.http.pages.basemap import CREDIT
from api.http.pages.data import Directory, Part, Reading
from api.http.pages.links import changed, citation, day_steps, exports, feed, same_day, same_in_api
from api.http.pages.map import map_of
from api.http.pages.pictures import bars_of, items_of, lanes_of, places_table, sign_links
from api.http.pages.timeline import timeline_of
from api.http.resources.events import EventFilters
from api.query.filters import MAX_LIMIT, Flag
from api.schemas.records import Json

router = APIRouter(include_in_schema=False)
FREED = 20
"""The number of records that are freed at once."""
LISTED = 50
"""The number of events on a page of the list."""
DRAWN = 500
"""With more events, bars by month replace the timeline, and the map shows at most one page of the API."""
PAGE_ONLY = frozenset({"sort", "cursor", "embed"})
CHOICES = 400
"""A form field with more choices is a text field."""
SHOWN = frozenset({"q", "date_from", "date_to", "party", "location", "kind", "status", "dataset"})


class PictureQuery(EventFilters):
    """The filters of the pictures."""

    def events(self) -> dict[str, Any]:
        """The filters as parameters of `/events`."""
        return {name: getattr(self, name) for name in self.model_fields_set - PAGE_ONLY}


class ExploreQuery(PictureQuery):
    """The parameters of the page."""

    sort: Annotated[Literal["date", "-date", "id", "-id"], Field(description="The order of the list.")] = "date"
    cursor: Annotated[str | None, Field(max_length=2_000, description="The cursor of the list.")] = None
    embed: Annotated[Flag, Field(description="Whether other sites may show it in a frame.")] = False


@router.get("/explore")
async def explore(request: Request, query: Annotated[ExploreQuery, Query()]) -> Response:
    """Events that match the filters of `/events`."""

    async def make(reading: Reading) -> frame.Page:
        asked = query.events()
        page = await reading.events(**asked, sort=query.sort, cursor=query.cursor, limit=LISTED, total=True)
        path = same_in_api(request.url.query, "/events")
        known = await reading.known()
        datasets = known.datasets
        whole = datasets[0] if len(datasets) == 1 else None
        title = "All events" if not asked else page.meta["description"].partition(";")[0]
        return frame.Page(
            "explore.html",
            title,
            f"{words.quantity(page.meta['total'], 'event')}: map, timeline and list. {page.meta['description']}.",
            await _shown(request, reading, query, page),
            path,
            [
                *exports(path, ("csv", "ndjson", "geojson", "kml")),
                *feed(query.as_of or known.last_day, request.url.query),
            ],
            citation(title, whole, frame.permanent(request), reading.session.revision, frame.today()),
        )

    return await frame.page_response(request, make, embed=query.embed)


async def _shown(request: Request, reading: Reading, query: ExploreQuery, page: Part) -> dict[str, Any]:
    """The page: form, day slider, pictures and list."""
    asked, here, known = query.events(), frame.here(request), await reading.known()
    total, drawn = page.meta["total"], page.records
    if query.cursor is not None or page.cursor is not None:
        drawn = (await reading.events(**asked, limit=MAX_LIMIT)).records
    bars = await bars_of(reading, asked, here) if total > DRAWN else None
    return {
        "query": query,
        "events": page.records,
        "total": total,
        "description": page.meta["description"],
        "why_empty": page.meta.get("why_empty"),
        "left_out": words.lacking(page.meta.get("left_out")),
        "next": page.cursor and changed(here, cursor=page.cursor),
        "first": changed(here, cursor=None) if query.cursor else None,
        "choices": _choices(known),
        "chosen_of": _chosen,
        "unshown": _unshown(request, asked),
        "day": day_steps(here, query.as_of, await _days_said(reading, asked, drawn, total)),
        "bars": bars,
        "svg_query": same_in_api(request.url.query, "", "sort", "cursor"),
        **await _pictures(reading, query, drawn, total, timed=drawn[:DRAWN] if bars is None else [], here=here),
    }


async def _days_said(reading: Reading, asked: dict[str, Any], drawn: list[Json], total: int) -> tuple[str, str] | None:
    """The days by which the first and last claim about the events had been made; for many events, of all claims."""
    ever = {name: value for name, value in asked.items() if name not in {"as_of", "known"}}
    if not ever or total > DRAWN:
        return (await reading.known()).said
    if ever.keys() != asked.keys():
        if not 0 < await reading.count_events(**ever) <= DRAWN:
            return (await reading.known()).said
        drawn = (await reading.events(**ever, limit=DRAWN)).records
    if not drawn:
        return (await reading.known()).said
    return await reading.days_said(event=[event["id"] for event in drawn])


def _unshown(request: Request, asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Filters in the URL that the form has no field for, kept as hidden fields."""
    return [(name, value) for name, value in request.query_params.multi_items() if name in asked.keys() - SHOWN]


@lru_cache(maxsize=1)
def _choices(known: Directory) -> dict[str, Markup]:
    """The choices of the form's fields, rendered once per revision; empty if there are too many."""
    named = [item for item in known.actors.items() if item[1]["name"]]  # damaged records have no name
    parties = sorted(named, key=lambda item: (item[1]["kind"] != "side", item[1]["name"].casefold(), item[0]))
    places = [place for place in known.locations if place["name"]]
    return {
        "party": _options((identifier, actor["name"]) for identifier, actor in parties[: CHOICES + 1]),
        "location": _options((place["id"], place["name"]) for place in places[: CHOICES + 1]),
        "kind": _options((kind.value, words.plain(kind.value)) for kind in v.EventKind),
        "status": _options((status.value, words.plain(status.value)) for status in v.Status),
        "dataset": _options((dataset["id"], dataset["title"]) for dataset in known.datasets[: CHOICES + 1]),
    }


def _options(values: Iterable[tuple[str, str]]) -> Markup:
    drawn = [f'<option value="{escape(value)}">{escape(told)}</option>' for value, told in values]
    return Markup("".join(drawn) if len(drawn) <= CHOICES else "")  # noqa: S704 - escaped here


def _chosen(options: Markup, value: str | None) -> Markup:
    """The options, one of them selected."""
    named = f'value="{escape(value or "")}"'
    return Markup(str(options).replace(f"{named}>", f"{named} selected>", 1))  # noqa: S704 - as escaped as before


async def _pictures(  # noqa: PLR0913 - what is drawn, of how much, and where it leads
    reading: Reading, query: PictureQuery, events: list[Json], total: int, *, timed: list[Json], here: str
) -> dict[str, Any]:
    """The map and the timeline of some of the matching events, and the texts beside them."""
    known = await reading.known()

    def drawn() -> dict[str, Any]:
        around = [place for place in known.locations if place["kind"] in {"city", "town"}]
        map_ = map_of(events, query.bbox, around)
        names, stands = lanes_of(timed, known)
        found = set(map(words.status_of, events))
        return {
            "map": map_,
            "map_title": f"Map of {_first(events, total)}",
            "map_first": _first(events, total) if total > len(events) else None,
            "sign_links": sign_links(map_, here, same_day(query)),
            "places": places_table(events)[: MAX_LIMIT // 5],
            "line": timeline_of(items_of(timed, stands, same_day(query)), names, query.as_of),
            "line_id": "line",
            "line_title": f"Timeline of {_first(timed, total)} by party",
            "line_first": _first(timed, total) if total > len(timed) else None,
            "statuses": [status for status in words.STATUSES if status in found],
            "drawn": len(events),
            "credit": CREDIT,
            "alone": False,
        }

    return await asyncio.to_thread(drawn)


def _first(events: list[Json], total: int) -> str:
    """`27 events`, or `the first 500 of 2,500 events`."""
    told = words.quantity(total, "event")
    return told if len(events) == total else f"the first {words.grouped(len(events))} of {told}"


@router.get("/explore/map.svg")
async def map_svg(request: Request, query: Annotated[PictureQuery, Query()]) -> Response:
    """The map as an SVG file."""
    return await _picture(request, query, "map.svg")


@router.get("/explore/timeline.svg")
async def timeline_svg(request: Request, query: Annotated[PictureQuery, Query()]) -> Response:
    """The timeline as an SVG file."""
    return await _picture(request, query, "timeline.svg")


async def _picture(request: Request, query: PictureQuery, template: str) -> Response:
    async def make(reading: Reading) -> str:
        page: Part = await reading.events(**query.events(), limit=MAX_LIMIT, total=True)
        here, drawn = same_in_api(request.url.query, "/explore"), page.records
        values = await _pictures(reading, query, drawn, page.meta["total"], timed=drawn[:DRAWN], here=here)

        def text() -> str:
            made = frame.templates.get_template(template).render({**values, "alone": True})
            values.clear()
            while drawn:  # freed here too, and a few at a time, because all others wait meanwhile
                del drawn[-FREED:]
            return made

        return await asyncio.to_thread(text)

    return await frame.picture(request, make)


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
    """The first page: HTML for people, JSON with links for programs."""
    if not caching.takes_html(request):
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

    return await frame.page_response(request, make, negotiated=True)


@router.get("/explore/static/{name}")
async def get_static(request: Request, name: str, _: Annotated[answers.Nothing, Query()]) -> Response:
    """A style sheet, script or image."""
    path = frame.HERE / "static" / name
    if name not in _static_names():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return caching.fixed(request, path.read_bytes(), TYPES[path.suffix])


@cache
def _static_names() -> frozenset[str]:
    return frozenset(path.name for path in (frame.HERE / "static").iterdir())
