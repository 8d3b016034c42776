"""Who says who holds a place."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.http import answers
from api.http.openapi_responses import judged_of
from api.http.resources.locations import LocationId
from api.query.control import containers, latest_words, shown_words, why_empty
from api.query.descriptions import as_known
from api.query.filters import AsOf
from api.query.session import ReadSession
from api.schemas.reports import Control

router = APIRouter(tags=["Positions"])


class ControlQuery(AsOf):
    """As of which day."""


@router.get("/locations/{id}/control", responses=judged_of("control", Control, "location"), response_class=Response)
async def get_control(request: Request, id: LocationId, query: Annotated[ControlQuery, Query()]) -> Response:  # noqa: A002
    """Who says who holds a place: of each party the latest claim of control about it or about what contains it.

    Of each party the later word counts, whichever place it is about; `places` has its latest word on each. A word on
    the whole holds for its parts where it supports, never where it opposes: "we do not hold all of it" says nothing of
    a part, and stands in `wider`. What takes no position counts only where the party has never taken one. To support
    the capture of a place is to say that its attackers hold it, to oppose that, that they do not; of a report of
    control, that its participants do.
    """

    async def make(session: ReadSession) -> bytes:
        await session.require("location", id)
        as_of = query.as_of_day()
        places = await containers(session, id)
        data = await shown_words(session, places, await latest_words(session, places, as_of))
        noun = f"The latest words on who holds {places[0]['name']}, or what contains it"
        meta: dict[str, Any] = {"description": as_known(noun, as_of)}
        if not data:
            meta["why_empty"] = await why_empty(session, places, as_of)
        return answers.enclosed(request, data, meta, location=places[0])

    return await answers.made(request, make)
