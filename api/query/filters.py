"""Parameter types, and the filters that lists share. Each filter is one field, declared once."""

import re
from datetime import date
from functools import cache
from math import isfinite
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.domain import vocabulary as v
from api.domain.dates import days_meant
from api.domain.geo import Box, Circle, countries, near
from api.domain.text import fold, query_words
from api.models.base import ID_LENGTH
from api.models.facets import EventFacets, Facet
from api.query.documents import AsOfDay

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Q_LENGTH = 200
MAX_LIMIT = 1_000
MAX_RADIUS_KM = 20_040.0
MAX_RADIUS_M = 20_040_000.0
BOX = r"^[+-]?[0-9.]+(,[+-]?[0-9.]+){3}$"
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")


def _day(value: object) -> object:
    if isinstance(value, str):
        if not DAY.fullmatch(value):
            told = "is not a day; write YYYY-MM-DD, such as 2022-07-02"
            raise PydanticCustomError("day", told, {"near": [day for day in days_meant(value) if DAY.fullmatch(day)]})
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("day", "there is no such day in the calendar") from None
    return value


def _country(value: object) -> object:
    if isinstance(value, str) and value not in countries():
        told = "is not a country code of ISO 3166-1 alpha-2, such as UA"
        raise PydanticCustomError("country", told, {"allowed": list(countries()), "near": near(value)})
    return value


def _boolean(value: object) -> object:
    if isinstance(value, str):
        if value not in {"true", "false"}:
            raise PydanticCustomError("boolean", "is neither true nor false", {"allowed": ["true", "false"]})
        return value == "true"
    return value


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text) or not isfinite(float(text)):
        raise PydanticCustomError("number", "is not a decimal number")
    return float(text)


def _decimal(value: object) -> object:
    return _number(value) if isinstance(value, str) else value


def _integer(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,6}", value):
        raise PydanticCustomError("integer", "is not a whole number of one to six digits")
    return value


def _box(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = value.split(",")
    if len(parts) != 4:  # noqa: PLR2004 - the four sides of a box
        raise PydanticCustomError("bbox", "is not a box; write west,south,east,north in WGS 84 degrees")
    west, south, east, north = (_number(part) for part in parts)
    if abs(west) > 180 or abs(east) > 180:  # noqa: PLR2004 - degrees of longitude
        raise PydanticCustomError("bbox", "west and east are longitudes from -180 to 180")
    if abs(south) > 90 or abs(north) > 90:  # noqa: PLR2004 - degrees of latitude
        raise PydanticCustomError("bbox", "south and north are latitudes from -90 to 90")
    if south > north:
        raise PydanticCustomError("bbox", "south lies north of north; write west,south,east,north")
    return Box(west, south, east, north)


def _words(value: object) -> object:
    if isinstance(value, str) and len(value) <= Q_LENGTH and not fold(value):
        raise PydanticCustomError("words", "has no letter or digit to search for")
    return value


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH)]
# In a path, a malformed id gets the same 404 as an unknown one.
PathId = str
Day = Annotated[date, BeforeValidator(_day)]
Flag = Annotated[bool, BeforeValidator(_boolean)]
RevisionNumber = Annotated[int, BeforeValidator(_integer), Field(ge=0)]
Degrees = Annotated[float, BeforeValidator(_decimal)]
BBox = Annotated[
    Box,
    BeforeValidator(_box, json_schema_input_type=Annotated[str, Field(pattern=BOX)]),
]
CountryCode = Annotated[
    str, BeforeValidator(_country, json_schema_input_type=Annotated[str, Field(pattern="^[A-Z]{2}$")])
]
Text = Annotated[str, StringConstraints(max_length=Q_LENGTH), BeforeValidator(_words)]


class Filters(BaseModel):
    """The filters of a list; an unset one is no condition."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=False)
    days: ClassVar[tuple[str, str] | None] = None


@cache
def facets(kind: type[Filters]) -> dict[str, Facet]:
    """The fields of a filter model that are marked with facets."""
    marks = {
        name: [mark for mark in field.metadata if isinstance(mark, Facet)] for name, field in kind.model_fields.items()
    }
    return {name: found[0] for name, found in marks.items() if found}


class ChangedSince(Filters):
    """A list that can be filtered by when its records changed."""

    changed_since: Annotated[
        RevisionNumber | None,
        Field(
            description="The document changed after this revision, in a load of the record itself or because of "
            "another record; 0: all. Withdrawn records are in no list; see `/changes`.",
            examples=[0],
        ),
    ] = None


class TextFilter(Filters):
    """A list with full-text search."""

    q: Annotated[
        Text | None,
        Field(
            description="Every word must occur, each as the beginning of a word, in titles, summaries, names or "
            "aliases; letter case, diacritics and apostrophes do not matter, in any script. Names are also found as "
            "others romanise them (Bachmut, Lisitchansk), in one word where the name has two (Beersheba), and in "
            "Cyrillic where they are recorded in Latin script. Arabic and Hebrew script leave out short vowels, so a "
            "Latin word finds any reading of a short name, but a word with one consonant only letter by letter (Akko, "
            "not Acre).",
            examples=["refinery"],
        ),
    ] = None

    def folded(self) -> tuple[str, ...]:
        """The search words, folded like those of records."""
        return query_words(self.q) if self.q else ()


class Dated(Filters):
    """A list with a date filter: whether undated records match."""

    undated: Annotated[
        v.Undated,
        Field(
            description="Whether records without a date match a date filter; if not, `meta.left_out` counts them.",
            examples=["include"],
        ),
    ] = v.Undated.EXCLUDE

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.days is not None:
            first, last = (getattr(self, name) for name in self.days)
            if first is not None and last is not None and first > last:
                raise PydanticCustomError(
                    "order", "is after {other}", {"parameter": self.days[0], "other": self.days[1]}
                )
        return self


class Imprecise(Dated):
    """A list with a date filter: how imprecise and missing dates match it."""

    match: Annotated[
        v.Match,
        Field(
            description="Whether an imprecise date has to lie within the days for certain, or only possibly.",
            examples=["certain"],
        ),
    ] = v.Match.POSSIBLE


class AsOf(Dated):
    """A query that can be answered as of a day."""

    as_of: Annotated[
        Day | None,
        Field(
            description="Only claims made by this day count, in lists, counts and assessments alike; `known` and "
            "`undated` control claims with an imprecise date or none.",
            examples=["2022-07-02"],
        ),
    ] = None
    known: Annotated[
        v.Known | None,
        Field(
            description="Requires `as_of`, refused without it: whether only claims count that were certainly made by "
            "that day (`certain`, the default) or also those that may have been (`possible`).",
            examples=["possible"],
        ),
    ] = None

    @model_validator(mode="after")
    def _known_by_a_day(self) -> Self:
        if self.known is not None and self.as_of is None:
            message = "says which claims were known by a day: add the day as as_of, or leave it out"
            raise PydanticCustomError("known", message, {"parameter": "known"})
        return self

    @property
    def known_by(self) -> v.Known:
        """How claims match the day; by default only those that were certainly made by it count."""
        return self.known or v.Known.CERTAIN

    def as_of_day(self) -> AsOfDay | None:
        """The day by which claims must have been made."""
        return None if self.as_of is None else AsOfDay(self.as_of.toordinal(), self.known_by, self.undated)


class AsOfImprecise(Imprecise, AsOf):
    """A list with a date filter that can be answered as of a day."""


class OfEvents(AsOfImprecise):
    """Filters of lists of judgements: which events, and which of their aspects."""

    days: ClassVar = ("date_from", "date_to")

    aspect: Annotated[
        list[v.Aspect], Field(description="The aspect of the event that it is about.", examples=[["control"]])
    ] = []
    date_from: Annotated[
        Day | None, Field(description="The event happened on this day or later.", examples=["2022-07-01"])
    ] = None
    date_to: Annotated[
        Day | None, Field(description="The event happened on this day or earlier.", examples=["2022-07-03"])
    ] = None
    location: Annotated[
        list[Id],
        EventFacets.LOCATION,
        Field(description="The event is at this place or within it.", examples=[["lysychansk"]]),
    ] = []
    dataset: Annotated[
        list[Id],
        EventFacets.DATASET,
        Field(description="The event belongs to this dataset.", examples=[["lysychansk"]]),
    ] = []


class PlaceFilter(Filters):
    """A list of records that may have a point."""

    bbox: Annotated[
        BBox | None,
        Field(
            description="west,south,east,north in WGS 84 degrees, borders included; west > east crosses the "
            "antimeridian. Records without a point of their own are counted in `meta.left_out.without_coordinates`.",
            examples=["38.0,48.6,38.8,49.1"],
        ),
    ] = None
    longitude: Annotated[
        Degrees | None, Field(ge=-180, le=180, description="Of a circle's centre, WGS 84 degrees.", examples=[38.44])
    ] = None
    latitude: Annotated[
        Degrees | None, Field(ge=-90, le=90, description="Of a circle's centre, WGS 84 degrees.", examples=[48.9])
    ] = None
    radius_km: Annotated[
        Degrees | None,
        Field(gt=0, le=MAX_RADIUS_KM, description="A circle's radius in kilometres on the ground.", examples=[15]),
    ] = None

    @model_validator(mode="after")
    def _whole_circle(self) -> Self:
        parts = {"longitude": self.longitude, "latitude": self.latitude, "radius_km": self.radius_km}
        missing = [name for name, value in parts.items() if value is None]
        if missing and len(missing) < len(parts):
            message = "is missing: longitude, latitude and radius_km are given together or not at all"
            raise PydanticCustomError("circle", message, {"parameter": missing[0]})
        return self

    def circle(self) -> Circle | None:
        """The circle, if one is given."""
        if self.longitude is None or self.latitude is None or self.radius_km is None:
            return None
        return Circle(self.longitude, self.latitude, self.radius_km)


class Paged(BaseModel):
    """Paging parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    limit: Annotated[
        int,
        BeforeValidator(_integer),
        Field(ge=1, le=MAX_LIMIT, description="The maximum number of records on a page.", examples=[10]),
    ] = 50
    cursor: Annotated[
        str | None,
        Field(
            max_length=2_000,
            json_schema_extra={"pattern": "^[A-Za-z0-9_-]+$"},
            description="Where the page begins: the cursor in `links.next` of the previous page. It is valid for that "
            "list, sort, set of filters and revision; after a load the response is 409 with a link to start again.",
        ),
    ] = None
    total: Annotated[
        Flag, Field(description="Add `meta.total`, the number of all matching records.", examples=[True])
    ] = False


class Versioned(Filters):
    """A record that can be requested as of a revision."""

    revision: Annotated[
        RevisionNumber | None,
        Field(description="The record as it stood after this revision; by default the newest.", examples=[1]),
    ] = None


class AsOfQuery(AsOf, Versioned):
    """The day or the revision as of which a record is requested."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.revision is not None and self.as_of is not None:
            message = "asks for a past state of the record, and as_of for the current one: leave one out"
            raise PydanticCustomError("revision", message, {"parameter": "revision"})
        return self


def field_values(filters: Filters) -> dict[str, Any]:
    """The filters that are set, by name; only None and an empty list count as unset."""
    values = {name: getattr(filters, name) for name in type(filters).model_fields}
    return {name: value for name, value in values.items() if value is not None and value != []}
