"""Locations: their filters and routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.http import answers
from api.http.answers import Listing
from api.http.fields import WithFieldsAndExpand
from api.http.routing import item_of, list_routes
from api.models.facets import LocationFacets
from api.query.descriptions import box_in_words, changed_in_words, circle_in_words, filters_in_words, sentence
from api.query.filters import ChangedSince, CountryCode, Id, Paged, PathId, PlaceFilter, TextFilter, Versioned
from api.query.session import ReadSession
from api.query.tables import TableQuery, item_statement
from api.schemas.pages import LocationPage
from api.schemas.records import Location

LOCATIONS = Listing("locations", ("id", "-id", "name", "-name"), text_keys=("id", "name"))
LocationId = Annotated[PathId, Path(description="The location's id.", examples=["lysychansk"])]
router = APIRouter(prefix="/locations", tags=["Locations"])
ITEM = item_statement("location")


class LocationFilters(TextFilter, PlaceFilter, ChangedSince):
    """Filters of locations."""

    kind: Annotated[
        list[v.LocationKind], LocationFacets.KIND, Field(description="What it is.", examples=[["town"]])
    ] = []
    within: Annotated[
        list[Id],
        LocationFacets.WITHIN,
        Field(description="This place or a place within it.", examples=[["luhansk-oblast"]]),
    ] = []
    country: Annotated[
        list[CountryCode],
        LocationFacets.COUNTRY,
        Field(description="In this country (ISO 3166-1 alpha-2), if the country is recorded.", examples=[["UA"]]),
    ] = []
    dataset: Annotated[
        list[Id], LocationFacets.DATASET, Field(description="Belongs to this dataset.", examples=[["lysychansk"]])
    ] = []

    def asked(self) -> TableQuery:
        """The query."""
        asked = TableQuery("location")
        asked.filter_by_facets(self)
        asked.place(self.bbox, self.circle())
        asked.words(self.folded())
        asked.changed(self.changed_since)
        return asked

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        said = await filters_in_words(session, self)
        parts = [
            said.pop("kind"),
            said.pop("within"),
            box_in_words(self.bbox) if self.bbox else None,
            circle_in_words(self.circle()),
            *said.values(),
            f"hold the words “{self.q}”" if self.q else None,
            changed_in_words(self.changed_since),
        ]
        return sentence("Locations", parts)


class LocationQuery(LocationFilters, Paged, WithFieldsAndExpand):
    """A page of locations."""

    listing: ClassVar = "locations"

    sort: Annotated[
        Literal["id", "-id", "name", "-name"], Field(description="By id or name; `-` descending.", examples=["-name"])
    ] = "id"


class LocationItem(Versioned, WithFieldsAndExpand):
    """Parameters of one location."""

    listing: ClassVar = "locations"


list_locations, count_locations, exports = list_routes(
    router,
    LOCATIONS,
    LocationFilters,
    LocationQuery,
    LocationPage,
    words="Locations that match every filter.",
    example=13,
    forms=("csv", "ndjson", "parquet", "geojson"),
)


@router.get("/{id}", responses=item_of("locations", Location), response_class=Response)
async def get_location(request: Request, id: LocationId, query: Annotated[LocationItem, Query()]) -> Response:  # noqa: A002
    """One location."""
    return await answers.item(request, "location", ITEM, id, query=query)
