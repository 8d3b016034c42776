"""Sources: their filters and routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.http import answers
from api.http.answers import Listing
from api.http.fields import WithFieldsAndExpand
from api.http.routing import item_of, list_routes
from api.models.base import NAME_LENGTH
from api.models.facets import SourceFacets
from api.query.descriptions import changed_in_words, days_in_words, filters_in_words, sentence
from api.query.filters import ChangedSince, Day, Id, Imprecise, Paged, PathId, TextFilter, Versioned
from api.query.session import ReadSession
from api.query.tables import TableQuery, item_statement
from api.schemas.pages import SourcePage
from api.schemas.records import Source

SOURCES = Listing("sources", ("id", "-id", "published", "-published", "title", "-title"), text_keys=("id", "title"))
SourceId = Annotated[PathId, Path(description="The source's id.", examples=["isw-2022-07-02"])]
router = APIRouter(prefix="/sources", tags=["Sources"])
_ITEM = item_statement("source")


class SourceFilters(TextFilter, Imprecise, ChangedSince):
    """Filters of sources."""

    days: ClassVar = ("published_from", "published_to")

    published_from: Annotated[
        Day | None, Field(description="Published on this day or later.", examples=["2022-07-01"])
    ] = None
    published_to: Annotated[
        Day | None, Field(description="Published on this day or earlier.", examples=["2022-07-03"])
    ] = None
    kind: Annotated[
        list[v.SourceKind], SourceFacets.KIND, Field(description="What it is.", examples=[["think_tank_report"]])
    ] = []
    publisher: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]],
        SourceFacets.PUBLISHER,
        Field(description="Published by this publisher (exact name).", examples=[["BBC"]]),
    ] = []
    reliability: Annotated[
        list[v.Reliability],
        SourceFacets.RELIABILITY,
        Field(description="Its grade on the Admiralty scale.", examples=[["F"]]),
    ] = []
    dataset: Annotated[
        list[Id], SourceFacets.DATASET, Field(description="Belongs to this dataset.", examples=[["lysychansk-context"]])
    ] = []

    def asked(self) -> TableQuery:
        """The query."""
        asked = TableQuery("source")
        asked.filter_by_facets(self)
        certain, undated = self.match == v.Match.CERTAIN, self.undated == v.Undated.INCLUDE
        asked.days(self.published_from, self.published_to, certain=certain, undated=undated)
        asked.words(self.folded())
        asked.changed(self.changed_since)
        return asked

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        said = await filters_in_words(session, self)
        parts = [
            days_in_words("were published", self.published_from, self.published_to, self.match, self.undated),
            *said.values(),
            f"hold the words “{self.q}”" if self.q else None,
            changed_in_words(self.changed_since),
        ]
        return sentence("Sources", parts)


class SourceQuery(SourceFilters, Paged, WithFieldsAndExpand):
    """A page of sources."""

    listing: ClassVar = "sources"

    sort: Annotated[
        Literal["id", "-id", "published", "-published", "title", "-title"],
        Field(description="By id, publication or title; `-` descending; undated last.", examples=["-published"]),
    ] = "id"


class SourceItem(Versioned, WithFieldsAndExpand):
    """Parameters of one source."""

    listing: ClassVar = "sources"


list_sources, count_sources, exports = list_routes(
    router, SOURCES, SourceFilters, SourceQuery, SourcePage, words="Sources that match every filter.", example=39
)


@router.get("/{id}", responses=item_of("sources", Source), response_class=Response)
async def get_source(request: Request, id: SourceId, query: Annotated[SourceItem, Query()]) -> Response:  # noqa: A002
    """One source."""
    return await answers.item(request, "source", _ITEM, id, query=query)
