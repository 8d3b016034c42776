"""The OGC collections: their description, the list they show, and their parameters as in OGC API Features."""

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import func, select

from api import models
from api.domain.vocabulary import Undated
from api.http.answers import Listing
from api.http.resources import claims, events, locations
from api.http.resources.claims import ClaimFilters
from api.http.resources.events import EventFilters
from api.http.resources.locations import LocationFilters
from api.query import tables
from api.query.filters import MAX_LIMIT, BBox, Filters
from api.query.session import ReadSession
from api.query.sql import REVISION
from api.query.why_empty import ExplainedQuery
from api.storage.reader import SqlStatement

DEFAULT_LIMIT = 100
_SIDES_IN_SPACE = 6
_WHOLE = re.compile(r"0*([0-9]+)")
_FITS = 18
"""The maximum number of digits of a whole number; longer ones are beyond every limit."""
# GDAL writes a day as `2022-07-02T`, and an end that is open as a moment of the year 0000 or 9999.
_HOUR = "([01][0-9]|2[0-3])"
_MOMENT = re.compile(
    "([0-9]{4})-([0-9]{2})-([0-9]{2})"
    rf"([Tt]({_HOUR}:[0-5][0-9](:([0-5][0-9]|60)(\.[0-9]+)?)?)?([Zz]|[+-]{_HOUR}:?[0-5][0-9])?)?"
)
_OPEN = {"", ".."}
_NO_FIRST, _NO_LAST = "0000", "9999"
"""The years that stand for an open start and an open end of an interval."""
FORM = "write a day (2022-07-02), a moment, or two of them with / between; an end may be .."


@dataclass(frozen=True, slots=True)
class Days:
    """The requested days, both inclusive; None is an open end."""

    first: date | None
    last: date | None


def _limit(value: object) -> object:
    if isinstance(value, str):
        if (found := _WHOLE.fullmatch(value)) is None or not value.isascii():
            raise PydanticCustomError("integer", "is not a whole number")
        return int(found[1]) if len(found[1]) <= _FITS else MAX_LIMIT
    return value


def _flat(value: object) -> object:
    """A box without heights, because no record has one."""
    sides = value.split(",") if isinstance(value, str) else []
    if len(sides) != _SIDES_IN_SPACE:
        return value
    try:
        low, high = float(sides[2]), float(sides[5])
    except ValueError:
        low, high = math.nan, math.nan
    if not low <= high:
        raise PydanticCustomError("box", "is not a box; its third and sixth number are heights, the lower one first")
    return ",".join((*sides[:2], *sides[3:5]))


def _days(value: object) -> object:
    if not isinstance(value, str):
        return value
    start, slash, end = value.partition("/")
    first = _day(start, open_year=_NO_FIRST if slash else None)
    last = _day(end, open_year=_NO_LAST) if slash else first
    if first and last and first > last:
        raise PydanticCustomError("order", "ends before it starts")
    return Days(first, last)


def _day(text: str, *, open_year: str | None) -> date | None:
    """The day of an end; None if it is open, as `..` or as the year for open ends (if there is one)."""
    found = _MOMENT.fullmatch(text)
    if open_year is not None and (text in {*_OPEN, open_year} or (found and found[1] == open_year)):
        return None
    if found is None:
        raise PydanticCustomError("datetime", "is not understood as a time: {form}", {"form": FORM})
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise PydanticCustomError("day", "there is no such day in the calendar") from None


Interval = Annotated[Days, BeforeValidator(_days, json_schema_input_type=Annotated[str, Field()])]
AnyBox = Annotated[BBox | None, BeforeValidator(_flat)]
Limit = Annotated[int, BeforeValidator(_limit), Field(ge=1), AfterValidator(lambda limit: min(limit, MAX_LIMIT))]


class Items(BaseModel):
    """Paging and date parameters of a collection."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    limit: Annotated[
        Limit, Field(description="The maximum number of features on a page; values above 1,000 are read as 1,000.")
    ] = DEFAULT_LIMIT
    cursor: Annotated[str | None, Field(max_length=2_000, description="The start of the page, from a link.")] = None
    datetime: Annotated[
        list[Interval],
        Field(
            description="A day, or two with `/` between, an end open as `..`: features that may lie in these days, and "
            "those whose date is not known. Of several, all have to be met."
        ),
    ] = []

    def replaced(self, first: str, last: str) -> Self:
        """The query with its days in the date parameters of the API's lists.

        For `date_earliest >= A AND date_latest <= B`, GDAL sends the parameter twice. Records that may lie in both
        intervals begin by the earlier end and last until the later beginning, even if that is after the end. As of a
        day, what has no date is left out if nothing else is asked for: it may have been said later.
        """
        changed: dict[str, Any] = {}
        if getattr(self, "as_of", None) is not None and "undated" not in self.model_fields_set:
            changed["undated"] = Undated.EXCLUDE
        if self.datetime:
            begins = [days.first for days in self.datetime if days.first is not None]
            ends = [days.last for days in self.datetime if days.last is not None]
            changed |= {first: max(begins, default=None), last: min(ends, default=None)}
        return self.model_copy(update=changed) if changed else self


_BOX_TEXT = "west,south,east,north (or with heights) in WGS 84 degrees: features whose point lies within, and those "
UNDATED = Annotated[
    Undated,
    Field(
        description="Whether features without a date pass a date condition, and claims without one count as of a day. "
        "With `as_of`, the default is `exclude`."
    ),
]


def _once(filters: Any, *others: str) -> None:  # noqa: ANN401 - any collection's filters
    """Check that days are given in only one way. Raises PydanticCustomError."""
    for other in others:
        if filters.datetime and getattr(filters, other) is not None:
            message = "and {other} ask for days: give one of them"
            raise PydanticCustomError("twice", message, {"parameter": "datetime", "other": other})


class EventItems(EventFilters, Items):
    """Parameters of the collection of events."""

    bbox: Annotated[AnyBox, Field(description=_BOX_TEXT + "without one.")] = None
    undated: UNDATED = Undated.INCLUDE

    @model_validator(mode="after")
    def _days_once(self) -> Self:
        _once(self, "date_from", "date_to")
        return self

    def asked(self) -> ExplainedQuery:
        """The query."""
        return EventFilters.asked(self.replaced("date_from", "date_to"))


class ClaimItems(ClaimFilters, Items):
    """Parameters of the collection of claims."""

    bbox: Annotated[AnyBox, Field(description="Taken, and met by every claim: claims have no place of their own.")] = (
        None
    )
    undated: UNDATED = Undated.INCLUDE

    @model_validator(mode="after")
    def _days_once(self) -> Self:
        _once(self, "said_from", "said_to")
        return self

    def asked(self) -> ExplainedQuery:
        """The query."""
        return ClaimFilters.asked(self.replaced("said_from", "said_to"))


class LocationItems(LocationFilters, Items):
    """Parameters of the collection of locations."""

    bbox: Annotated[AnyBox, Field(description=_BOX_TEXT + "without one.")] = None
    datetime: Annotated[
        list[Interval], Field(description="Taken, and met by every location: locations have no date of their own.")
    ] = []

    def asked(self) -> tables.TableQuery:
        """The query."""
        return LocationFilters.asked(self)


SCHEMA = "application/schema+json"
CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
TIME = (
    "With `datetime`, features that may lie in the days asked for are sent, and those without a date: {first} is the "
    "first day on which it may have been, {last} the last. With `as_of`, claims and features without a date are left "
    "out, unless `undated=include` asks for them."
)
PLACE = "With `bbox`, features without a point are sent too."


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection."""

    listing: Listing
    kind: str
    title: str
    description: str
    model: type[Filters]
    item: SqlStatement
    placed: bool
    declared: tuple[str, ...]
    """The parameters that are documented in addition to those of the standard."""

    @property
    def id(self) -> str:
        """Its name in paths."""
        return self.listing.name

    async def extent(self, session: ReadSession) -> list[float] | None:
        """West, south, east and north of all its points; None without any.

        Without an extent, QGIS uses the box of the first ten features as that of the layer.
        """
        if not self.placed:
            return None
        if self.id == "events":
            points = [await session.index.column(session, "events", name) for name in ("longitude", "latitude")]
            known = [column[~np.isnan(column)] for column in points]
            sides = [float(end(column)) for end in (np.min, np.max) for column in known if len(column)]
        else:
            (row,) = await session.fetch(_SIDES, {}, slow=True)
            sides = [float(side) for side in row[1:] if side is not None]
        return sides or None


_PLACES = models.Location.__table__.c
_SIDES = SqlStatement(
    select(REVISION, *(end(_PLACES[name]) for end in (func.min, func.max) for name in ("longitude", "latitude")))
)
COLLECTIONS = {
    one.id: one
    for one in (
        Collection(
            events.EVENTS,
            "event",
            "Events",
            "What is said to have happened, with what the claims about it add up to. "
            + TIME.format(first="`date_earliest`", last="`date_latest`")
            + f" {PLACE}",
            EventItems,
            events.ITEM,
            placed=True,
            declared=(
                *(
                    "kind",
                    "party",
                    "role",
                    "with_party",
                    "source",
                    "q",
                    "disputed",
                    "status",
                    "as_of",
                    "known",
                    "undated",
                ),
                *("location", "dataset", "part_of", "date_precision", "date_basis"),
            ),
        ),
        Collection(
            claims.CLAIMS,
            "claim",
            "Claims",
            "Who said what about an event; without geometry. "
            + TIME.format(first="`said_earliest`", last="`said_latest`"),
            ClaimItems,
            claims.ITEM,
            placed=False,
            declared=(
                *("stance", "aspect", "certainty", "about", "party", "q", "as_of", "known", "undated", "flag"),
                *("event", "speaker", "via", "source", "dataset", "location", "measure"),
            ),
        ),
        Collection(
            locations.LOCATIONS,
            "location",
            "Locations",
            f"Where events took place. {PLACE}",
            LocationItems,
            locations.ITEM,
            placed=True,
            declared=("kind", "within", "dataset", "q"),
        ),
    )
}


def described(collection: Collection, root: str, sides: list[float] | None = None) -> dict[str, Any]:
    """The description of a collection; `root` is the address of the API, `sides` the box of all points."""
    here = f"{root}/collections/{collection.id}"
    # Case does not matter here, but GDAL 3.6 only knows this spelling.
    schema = {"rel": "describedBy", "type": SCHEMA, "title": collection.title, "href": f"{here}/schema"}
    extent = {} if sides is None else {"extent": {"spatial": {"bbox": [sides], "crs": CRS}}}
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        **extent,
        "itemType": "feature",
        "crs": [CRS],
        "links": [
            {"rel": "self", "type": "application/json", "title": collection.title, "href": here},
            {"rel": "items", "type": "application/geo+json", "title": collection.title, "href": f"{here}/items"},
            schema,
        ],
    }
