"""Actors: their filters and routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.http import answers
from api.http.answers import Listing
from api.http.fields import WithFieldsAndExpand
from api.http.routing import item_of, list_routes
from api.models.facets import ActorFacets
from api.query.descriptions import changed_in_words, filters_in_words, sentence
from api.query.filters import ChangedSince, Id, Paged, PathId, TextFilter, Versioned
from api.query.session import ReadSession
from api.query.tables import TableQuery, item_statement
from api.schemas.pages import ActorPage
from api.schemas.records import Actor

ACTORS = Listing("actors", ("id", "-id", "name", "-name"), text_keys=("id", "name"))
ActorId = Annotated[PathId, Path(description="The actor's id.", examples=["haidai"])]
router = APIRouter(prefix="/actors", tags=["Actors"])
_ITEM = item_statement("actor")


class ActorFilters(TextFilter, ChangedSince):
    """Filters of actors."""

    kind: Annotated[
        list[v.ActorKind], ActorFacets.KIND, Field(description="What it is.", examples=[["armed_force"]])
    ] = []
    party: Annotated[
        list[Id], ActorFacets.PARTY, Field(description="This actor or a member of it.", examples=[["ukrainian-side"]])
    ] = []
    dataset: Annotated[
        list[Id], ActorFacets.DATASET, Field(description="Belongs to this dataset.", examples=[["lysychansk"]])
    ] = []

    def asked(self) -> TableQuery:
        """The query."""
        asked = TableQuery("actor")
        asked.filter_by_facets(self)
        asked.words(self.folded())
        asked.changed(self.changed_since)
        return asked

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        said = await filters_in_words(session, self)
        parts = [
            *said.values(),
            f"hold the words “{self.q}”" if self.q else None,
            changed_in_words(self.changed_since),
        ]
        return sentence("Actors", parts)


class ActorQuery(ActorFilters, Paged, WithFieldsAndExpand):
    """A page of actors."""

    listing: ClassVar = "actors"

    sort: Annotated[
        Literal["id", "-id", "name", "-name"], Field(description="By id or name; `-` descending.", examples=["-name"])
    ] = "id"


class ActorItem(Versioned, WithFieldsAndExpand):
    """Parameters of one actor."""

    listing: ClassVar = "actors"


list_actors, count_actors, exports = list_routes(
    router, ACTORS, ActorFilters, ActorQuery, ActorPage, words="Actors that match every filter.", example=29
)


@router.get("/{id}", responses=item_of("actors", Actor), response_class=Response)
async def get_actor(request: Request, id: ActorId, query: Annotated[ActorItem, Query()]) -> Response:  # noqa: A002
    """One actor, with its affiliations and members."""
    return await answers.item(request, "actor", _ITEM, id, query=query)
