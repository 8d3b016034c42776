"""Events on a map, on a timeline and as a list, under the filters of `/events`, as of a day."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.http.pages import cite, frame, words
from api.http.pages.data import Json, Known, Part, Reading
from api.http.pages.days import day_steps
from api.http.pages.links import changed, exports, same_in_api
from api.http.resources.events import EventFilters
from api.query.filters import MAX_LIMIT, Flag

router = APIRouter(include_in_schema=False)
LISTED = 50
"""So many events stand on a page of the list."""
CHOICES = 400
"""A field with more choices than this is one to type in."""


class ExploreQuery(EventFilters):
    """Which events are looked at, and how."""

    sort: Annotated[Literal["date", "-date", "id", "-id"], Field(description="The order of the list.")] = "date"
    cursor: Annotated[str | None, Field(max_length=2_000, description="Where the list begins.")] = None
    embed: Annotated[Flag, Field(description="Whether others may show it in a frame.")] = False

    def events(self) -> dict[str, Any]:
        """The filters alone, as `/events` takes them."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"sort", "cursor", "embed"}}


@router.get("/explore")
async def explore(request: Request, query: Annotated[ExploreQuery, Query()]) -> Response:
    """Events that match the filters of `/events`."""

    async def make(reading: Reading) -> frame.Page:
        known = await reading.known()
        asked = query.events()
        page = await reading.events(**asked, sort=query.sort, cursor=query.cursor, limit=LISTED, total=True)
        path = same_in_api(request.url.query, "/events")
        here = frame.here(request)
        values = {
            "query": query,
            "events": page.records,
            "total": page.meta["total"],
            "description": page.meta["description"],
            "why_empty": page.meta.get("why_empty"),
            "left_out": _left_out(page),
            "next": page.cursor and changed(here, cursor=page.cursor),
            "first": changed(here, cursor=None) if query.cursor else None,
            "choices": choices(known),
            "unshown": _unshown(request, asked),
            "day": day_steps(here, query.as_of, known.said),
        }
        whole = known.datasets[0] if len(known.datasets) == 1 else None
        title = "All events" if not asked else page.meta["description"].partition(";")[0]
        return frame.Page(
            "explore.html",
            title,
            f"{words.count(page.meta['total'], 'event')}: map, timeline and list. {page.meta['description']}.",
            values,
            path,
            exports(path, ("csv", "ndjson", "geojson", "kml")),
            cite.citation(title, whole, frame.permanent(request), reading.look.revision, frame.today()),
        )

    return await frame.answer(request, make, embed=query.embed)


_SHOWN = frozenset({"q", "date_from", "date_to", "party", "location", "kind", "status", "dataset"})


def _unshown(request: Request, asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Filters that stand in the address and not in the form, which must not lose them."""
    return [(name, value) for name, value in request.query_params.multi_items() if name in asked.keys() - _SHOWN]


def _left_out(page: Part) -> list[str]:
    """What the filters leave out for want of a date or a point."""
    told = {
        "undated": "without a date",
        "undated_claims": "whose claims are all undated",
        "unsaid": "whose claims are all undated",
        "without_coordinates": "without a point",
        "unplaced": "without a point",
    }
    found = page.meta.get("left_out") or {}
    return [
        f"{words.count(size, 'event')} {told.get(name, words.plain(name))}"
        if size <= MAX_LIMIT
        else f"more than {words.number(MAX_LIMIT)} events {told.get(name, words.plain(name))}"
        for name, size in found.items()
        if size
    ]


def choices(known: Known) -> dict[str, list[tuple[str, str]]]:
    """What the fields of the form offer; nothing where there is too much to choose from."""
    parties = sorted(
        known.actors.items(), key=lambda item: (item[1]["kind"] != "side", item[1]["name"].casefold(), item[0])
    )
    places: list[Json] = known.locations
    return {
        "party": [(identifier, actor["name"]) for identifier, actor in parties] if len(parties) <= CHOICES else [],
        "location": [(place["id"], place["name"]) for place in places] if len(places) <= CHOICES else [],
        "kind": [(kind.value, words.plain(kind.value)) for kind in v.EventKind],
        "status": [(status.value, words.STATUSES[status.value]) for status in v.Status],
        "dataset": [(dataset["id"], dataset["title"]) for dataset in known.datasets],
    }
