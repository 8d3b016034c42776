"""Sources: their filters and routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.domain.text import fold
from api.http import answers
from api.http.answers import Listing
from api.http.exports import routes
from api.http.openapi_responses import item_of, json_of, page_of
from api.models.limits import NAME_LENGTH
from api.query.conditions import Named
from api.query.descriptions import days_in_words, one_of, sentence
from api.query.filters import Day, Id, Imprecise, Paged, PathId, Versioned, Worded
from api.query.session import Look
from api.query.tables import Asked, item_statement
from api.schemas.pages import SourcePage
from api.schemas.records import Count, Source

SOURCES = Listing("sources", ("id", "-id", "published", "-published", "title", "-title"), text_keys=("id", "title"))
SourceId = Annotated[PathId, Path(description="The source's id.", examples=["isw-2022-07-02"])]
router = APIRouter(prefix="/sources", tags=["Sources"])
_ITEM = item_statement("source")


class SourceFilters(Worded, Imprecise):
    """Which sources a caller wants."""

    days: ClassVar = ("published_from", "published_to")

    published_from: Annotated[
        Day | None, Field(description="Published on this day or later.", examples=["2022-07-01"])
    ] = None
    published_to: Annotated[
        Day | None, Field(description="Published on this day or earlier.", examples=["2022-07-03"])
    ] = None
    kind: Annotated[list[v.SourceKind], Field(description="What it is.", examples=[["think_tank_report"]])] = []
    publisher: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]],
        Field(description="Published by exactly this publisher.", examples=[["BBC"]]),
    ] = []
    reliability: Annotated[
        list[v.Reliability], Field(description="Its grade on the Admiralty scale.", examples=[["F"]])
    ] = []
    dataset: Annotated[list[Id], Field(description="Belongs to this dataset.", examples=[["lysychansk-context"]])] = []

    def asked(self) -> Asked:
        """The question."""
        asked = Asked("source")
        asked.any_of("kind", self.kind)
        asked.any_of("publisher", self.publisher)
        asked.any_of("reliability", self.reliability)
        asked.any_of("dataset", self.dataset)
        asked.named = [Named("dataset", "dataset", dataset) for dataset in self.dataset]
        asked.named += [Named("publisher", "publisher", publisher) for publisher in self.publisher]
        certain, undated = self.match == v.Match.CERTAIN, self.undated == v.Undated.INCLUDE
        asked.days(self.published_from, self.published_to, certain=certain, undated=undated)
        asked.words(fold(self.q or ""))
        return asked

    async def described(self, look: Look) -> str:
        """The question in words."""
        parts = [
            days_in_words("were published", self.published_from, self.published_to, self.match, self.undated),
            f"are of kind {one_of(self.kind)}" if self.kind else None,
            f"are published by {one_of(self.publisher)}" if self.publisher else None,
            f"are of reliability {one_of(self.reliability)}" if self.reliability else None,
            f"belong to the dataset {await look.names('dataset', self.dataset)}" if self.dataset else None,
            f"hold the words “{self.q}”" if self.q else None,
        ]
        return sentence("Sources", parts)


class SourceQuery(SourceFilters, Paged):
    """A page of sources."""

    sort: Annotated[
        Literal["id", "-id", "published", "-published", "title", "-title"],
        Field(description="By id, publication or title; `-` descending; undated last.", examples=["-published"]),
    ] = "id"


@router.get("", responses=page_of("sources", SourcePage), response_class=Response)
async def list_sources(request: Request, query: Annotated[SourceQuery, Query()]) -> Response:
    """Sources that match every filter."""
    return await answers.page(request, SOURCES, query)


@router.get("/count", responses=json_of(Count, {"count": 39}), response_class=Response)
async def count_sources(request: Request, query: Annotated[SourceFilters, Query()]) -> Response:
    """How many sources match the same filters."""
    return await answers.count(request, query)


@router.get("/{id}", responses=item_of("sources", Source), response_class=Response)
async def get_source(request: Request, id: SourceId, query: Annotated[Versioned, Query()]) -> Response:  # noqa: A002
    """One source."""
    return await answers.item(request, "source", _ITEM, id, revision=query.revision)


exports = routes(SOURCES, SourceFilters)
