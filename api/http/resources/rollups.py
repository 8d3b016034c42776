"""Counts of events and claims for charts, by one or two axes, with the filters of their lists."""

import asyncio
import io
from collections.abc import Sequence
from typing import Annotated, Any, Literal, LiteralString, Self, get_args

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from api.domain import vocabulary as v
from api.http import answers, caching, downloads
from api.http.exports import LICENCE
from api.http.formats import csv_line
from api.http.resources.claims import ClaimFilters
from api.http.resources.events import EventFilters
from api.http.routing import export_of, json_of
from api.query.lists import PostingsQuery
from api.query.rollups import REFERENCES, UNITS, By, Rollup, roll_up
from api.query.session import ReadSession
from api.schemas.pages import RollupAnswer

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
MOST_AXES = 2
QUICK = 1_000
"""The number of rows that are written as CSV without a noticeable delay."""
EventAxis = Literal["year", "month", "day", "kind", "party", "location", "status", "dataset", "role"]
ClaimAxis = Literal[EventAxis, "stance", "aspect", "certainty", "speaker"]
router = APIRouter()
_LENGTH: dict[str, Any] = {"minItems": 1, "maxItems": MOST_AXES, "uniqueItems": True}
_WORDS = (
    "One or two axes, in the order of rows, with at most one of `year`, `month` and `day`. A record with an imprecise "
    "date is certain only in a period that contains the whole date, and possible in each period it may fall in. "
    "Undated records have their own row, and so have records without a value of an axis; a record with several values, "
    "such as two parties, counts in each."
)


class Counted(BaseModel):
    """The axes of a count."""

    by: Sequence[str] = ()
    party_level: Annotated[
        Literal["side", "actor"] | None,
        Field(
            description="With `by=party`: the sides of participants or speakers (the default), or the participants or "
            "speakers themselves.",
            examples=["actor"],
        ),
    ] = None
    location_level: Annotated[
        v.LocationKind | None,
        Field(
            description="With `by=location`: the containing place of this kind; by default the recorded place.",
            examples=["city"],
        ),
    ] = None

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        allowed = get_args(get_args(type(self).model_fields["by"].annotation)[0])
        if len(set(self.by)) < len(self.by):
            raise _refused("by", "names an axis twice")
        if not 1 <= len(self.by) <= MOST_AXES:
            raise _refused("by", "takes one axis, or two: by=month&by=kind", allowed)
        if len(UNITS.keys() & self.by) > 1:
            raise _refused("by", "takes one of year, month and day, and another axis with it", allowed)
        for parameter, axis in (("party_level", "party"), ("location_level", "location")):
            if getattr(self, parameter) is not None and axis not in self.by:
                raise _refused(parameter, f"says how to count by {axis}: it goes with by={axis} alone")
        return self

    def axes(self) -> By:
        """The axes."""
        places = None if self.location_level is None else str(self.location_level)
        return By(tuple(self.by), self.party_level == "actor", places)


def _refused(parameter: str, message: LiteralString, allowed: Sequence[str] | None = None) -> PydanticCustomError:
    return PydanticCustomError("rollup", message, {"parameter": parameter, "allowed": allowed})


class EventRollup(EventFilters, Counted):
    """Filters and axes of counts of events."""

    by: Annotated[
        list[EventAxis],
        # Only documented here; `Counted` checks it with a better message.
        Field(description=_WORDS, examples=[["month", "kind"]], json_schema_extra=_LENGTH),
    ] = []


class ClaimRollup(ClaimFilters, Counted):
    """Filters and axes of counts of claims."""

    by: Annotated[
        list[ClaimAxis],
        Field(
            description=f"{_WORDS} `kind`, `location`, `status` and `role` are those of a claim's event, and `party` "
            "is the speaker's.",
            examples=[["speaker", "stance"]],
            json_schema_extra=_LENGTH,
        ),
    ] = []


async def _rolled(session: ReadSession, table: str, query: Any, asked: PostingsQuery) -> Rollup:  # noqa: ANN401 - filters of events or claims
    await asked.check(session)
    return await roll_up(session, table, asked.conditions, asked.as_of, query.axes())


async def _json(request: Request, table: str, query: Any) -> Response:  # noqa: ANN401 - as above
    async def make(session: ReadSession) -> bytes:
        asked = query.asked()  # once, because what it finds is kept for what was left out
        found = await _rolled(session, table, query, asked)
        words = f"By {' and '.join(query.by)}: {await query.described(session)}"
        left_out = await asked.left_out(session)
        meta = {"description": words, "left_out": left_out, "total": found.total}
        return answers.unpaged(request, found.rows, meta)

    return await answers.computed(request, make)


async def _csv(request: Request, table: str, query: Any) -> Response:  # noqa: ANN401 - as above
    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        tag, loaded_at = caching.etag(request, answers.marks(session), gzip=False), session.catalogue.loaded_at
        found = await _rolled(session, table, query, query.asked())
        if caching.copy_will_do(request, tag, loaded_at):
            return caching.unchanged(tag, loaded_at)
        few = len(found.rows) <= QUICK
        text = _csv_text(query.by, found.rows) if few else await asyncio.to_thread(_csv_text, query.by, found.rows)
        headers = caching.headers(tag, loaded_at) | LICENCE
        headers |= {"Counterclaim-Count": str(len(found.rows)), "Content-Type": MEDIA_TYPE}
        return downloads.ranged(request, downloads.Body(io.BytesIO(text), len(text)), headers)

    return await answers.data_of(request).ask(work)


def _csv_text(axes: Sequence[str], rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows as CSV; values repeat, so the cells of each are made once."""
    header: list[str] = []
    columns: list[list[str]] = []
    for axis in axes:
        header += [f"{axis}_id", axis] if axis in REFERENCES else [axis]
        values = [row[axis] for row in rows]
        cells = {at: csv_line(_cells(axis, value)) for at, value in {id(value): value for value in values}.items()}
        columns.append([cells[id(value)] for value in values])
    lines = [",".join([*header, "certain", "possible"])]
    lines += [
        f"{','.join(before)},{row['certain']},{row['possible']}" for row, *before in zip(rows, *columns, strict=True)
    ]
    return "".join([f"{line}\r\n" for line in lines]).encode()


def _cells(axis: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - a word, a reference or null
    """The columns of a value."""
    if axis not in REFERENCES:
        return {axis: value}
    value = value or {}
    return {f"{axis}_id": value.get("id"), axis: value.get(REFERENCES[axis])}


def _example(row: dict[str, Any], path: str, words: str) -> dict[int | str, Any]:
    meta = {"description": words, "left_out": answers.NOTHING_LEFT_OUT, "total": 27}
    return json_of(RollupAnswer, {"data": [row], "links": {"self": path, "next": None}, "meta": meta})


_EVENTS = _example(
    {"month": "2022-07", "kind": "capture", "certain": 3, "possible": 5},
    "/events/rollup?by=month&by=kind",
    "By month and kind: All events",
)
_CLAIMS = _example(
    {"speaker": {"id": "haidai", "name": "Serhiy Haidai"}, "stance": "asserts", "certain": 7, "possible": 7},
    "/claims/rollup?by=speaker&by=stance",
    "By speaker and stance: All claims",
)


@router.get("/events/rollup", tags=["Events"], responses=_EVENTS, response_class=Response)
async def count_events_by(request: Request, query: Annotated[EventRollup, Query()]) -> Response:
    """The number of matching events by one or two axes: at most 10,000 rows, without rows of zero.

    An open end extends to the requested day or, without one, to the last day of any matching event.
    """
    return await _json(request, "events", query)


@router.get("/events/rollup.csv", tags=["Events"], responses=export_of(MEDIA_TYPE, "month,kind,certain,possible\r\n"),
            response_class=Response)  # fmt: skip
async def export_event_counts(request: Request, query: Annotated[EventRollup, Query()]) -> Response:
    """The same counts of events as CSV, which spreadsheets and Datawrapper load by URL."""
    return await _csv(request, "events", query)


@router.get("/claims/rollup", tags=["Claims"], responses=_CLAIMS, response_class=Response)
async def count_claims_by(request: Request, query: Annotated[ClaimRollup, Query()]) -> Response:
    """The number of matching claims by one or two axes: at most 10,000 rows, without rows of zero.

    An open end extends to the requested day or, without one, to the last day of any matching claim.
    """
    return await _json(request, "claims", query)


@router.get("/claims/rollup.csv", tags=["Claims"], responses=export_of(MEDIA_TYPE, "stance,certain,possible\r\n"),
            response_class=Response)  # fmt: skip
async def export_claim_counts(request: Request, query: Annotated[ClaimRollup, Query()]) -> Response:
    """The same counts of claims as CSV, which spreadsheets and Datawrapper load by URL."""
    return await _csv(request, "claims", query)
