"""Datasets: their routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.http import answers
from api.http.answers import Listing
from api.http.fields import WithFields
from api.http.routing import item_of, list_routes
from api.query.descriptions import changed_in_words, sentence
from api.query.filters import ChangedSince, Paged, PathId, Versioned
from api.query.session import ReadSession
from api.query.tables import TableQuery, item_statement
from api.schemas.pages import DatasetPage
from api.schemas.records import Dataset

DATASETS = Listing("datasets", ("id", "-id"), text_keys=("id",))
DatasetId = Annotated[PathId, Path(description="The dataset's id.", examples=["lysychansk"])]
router = APIRouter(prefix="/datasets", tags=["Datasets"])
_ITEM = item_statement("dataset")


class DatasetFilters(ChangedSince):
    """Filters of datasets."""

    def asked(self) -> TableQuery:
        """The query."""
        asked = TableQuery("dataset")
        asked.changed(self.changed_since)
        return asked

    async def described(self, _: ReadSession) -> str:
        """The query in words."""
        return sentence("Datasets", [changed_in_words(self.changed_since)])


class DatasetQuery(DatasetFilters, Paged, WithFields):
    """A page of datasets."""

    listing: ClassVar = "datasets"

    sort: Annotated[Literal["id", "-id"], Field(description="By id; `-` descending.", examples=["-id"])] = "id"


class DatasetItem(Versioned, WithFields):
    """Parameters of one dataset."""

    listing: ClassVar = "datasets"


list_datasets, count_datasets, exports = list_routes(
    router,
    DATASETS,
    DatasetFilters,
    DatasetQuery,
    DatasetPage,
    words="What has been loaded, with licence and attribution.",
    example=2,
    counted="The number of loaded datasets.",
)


@router.get("/{id}", responses=item_of("datasets", Dataset), response_class=Response)
async def get_dataset(request: Request, id: DatasetId, query: Annotated[DatasetItem, Query()]) -> Response:  # noqa: A002
    """One dataset."""
    return await answers.item(request, "dataset", _ITEM, id, query=query)
