"""Claims: their filters and routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from sqlalchemy import bindparam, select

from api import models
from api.domain import vocabulary as v
from api.errors import NotFound
from api.http import answers
from api.http.answers import Listing
from api.http.fields import WithFieldsAndExpand, reshapes
from api.http.routing import item_of, list_routes
from api.models.facets import ClaimFacets
from api.query.descriptions import changed_in_words, days_in_words, filters_in_words, sentence
from api.query.documents import AsOfDay
from api.query.filters import AsOf, AsOfImprecise, AsOfQuery, ChangedSince, Day, Flag, Id, Paged, PathId, TextFilter
from api.query.matching import Conditions, facet_filters, ordinal
from api.query.session import ReadSession
from api.query.sql import REVISION
from api.query.why_empty import ExplainedQuery
from api.schemas.pages import ClaimPage
from api.schemas.records import Claim
from api.storage.reader import Row, SqlStatement, body_of

CLAIMS = Listing("claims", ("said", "-said", "id", "-id"))
ClaimId = Annotated[PathId, Path(description="The claim's id.", examples=["lysychansk-s12a"])]
Sort = Annotated[
    Literal["said", "-said", "id", "-id"],
    Field(description="By the day it was said, or id; `-` descending; undated last.", examples=["-said"]),
]
router = APIRouter(prefix="/claims", tags=["Claims"])

_DOCUMENT = models.ClaimDocument.__table__
_ENTRY, _CLAIM, _EVENT = models.ClaimEntry.__table__, models.Claim.__table__, models.Event.__table__
ITEM = SqlStatement(
    select(
        REVISION,
        _ENTRY.c.day,
        _ENTRY.c.id,
        body_of(_DOCUMENT),
        _ENTRY.c.said_possible,
        _ENTRY.c.said_certain,
    )
    .join_from(_ENTRY, _DOCUMENT, _DOCUMENT.c.number == _ENTRY.c.number)
    .where(_ENTRY.c.id == bindparam("id"))
)
_OF_EVENT = SqlStatement(
    select(REVISION, _ENTRY.c.day, _ENTRY.c.id, body_of(_DOCUMENT), _EVENT.c.title, _ENTRY.c.number)
    .join_from(_EVENT, _CLAIM, _CLAIM.c.event == _EVENT.c.id)
    .join(_ENTRY, _ENTRY.c.id == _CLAIM.c.id)
    .join(_DOCUMENT, _DOCUMENT.c.number == _ENTRY.c.number, isouter=True)
    .where(_EVENT.c.id == bindparam("id"))
    .limit(bindparam("limit"))
)


class ClaimItem(AsOfQuery, WithFieldsAndExpand):
    """Parameters of one claim."""

    listing: ClassVar = "claims"


class ClaimFilters(TextFilter, AsOfImprecise, ChangedSince):
    """Filters of claims."""

    days: ClassVar = ("said_from", "said_to")

    said_from: Annotated[Day | None, Field(description="Said on this day or later.", examples=["2022-07-01"])] = None
    said_to: Annotated[Day | None, Field(description="Said on this day or earlier.", examples=["2022-07-03"])] = None
    event: Annotated[
        list[Id],
        ClaimFacets.EVENT,
        Field(description="About this event.", examples=[["capture-of-lysychansk"]]),
    ] = []
    speaker: Annotated[
        list[Id], ClaimFacets.SPEAKER, Field(description="Said by this actor itself.", examples=[["haidai"]])
    ] = []
    via: Annotated[
        list[Id], ClaimFacets.VIA, Field(description="Passed on by this actor itself.", examples=[["isw"]])
    ] = []
    party: Annotated[
        list[Id],
        ClaimFacets.PARTY,
        Field(description="Said by this actor or a member of it.", examples=[["russian-side"]]),
    ] = []
    about: Annotated[
        list[Id],
        ClaimFacets.ABOUT,
        Field(description="About this claim.", examples=[["lysychansk-s07a"]]),
    ] = []
    stance: Annotated[
        list[v.Stance],
        ClaimFacets.STANCE,
        Field(description="What the speaker does with the aspect.", examples=[["concedes", "denies"]]),
    ] = []
    aspect: Annotated[
        list[v.Aspect],
        ClaimFacets.ASPECT,
        Field(description="The aspect of the event that it is about.", examples=[["control"]]),
    ] = []
    certainty: Annotated[
        list[v.Certainty], ClaimFacets.CERTAINTY, Field(description="The wording's hedge.", examples=[["likely"]])
    ] = []
    names: Annotated[
        list[Id],
        ClaimFacets.NAMES,
        Field(
            description="Holds this actor or a member of it responsible.",
            examples=[["western-governments"]],
        ),
    ] = []
    measure: Annotated[
        list[v.Measure], ClaimFacets.MEASURE, Field(description="Gives a figure of this.", examples=[["killed"]])
    ] = []
    of: Annotated[
        list[Id],
        ClaimFacets.OF,
        Field(description="Gives a figure for this actor's own people or things.", examples=[["russian-side"]]),
    ] = []
    inferred: Annotated[
        Flag | None,
        ClaimFacets.INFERRED,
        Field(description="Whether it is an editor's reading of what was said.", examples=[True]),
    ] = None
    location: Annotated[
        list[Id],
        ClaimFacets.LOCATION,
        Field(description="Its event is at this place or within it.", examples=[["lysychansk"]]),
    ] = []
    source: Annotated[
        list[Id],
        ClaimFacets.SOURCE,
        Field(description="Cites this source, as carrier or reference.", examples=[["wikipedia-ref-47"]]),
    ] = []
    cited: Annotated[
        Flag | None,
        ClaimFacets.CITED,
        Field(
            description="Whether its source names a source itself, as a citation with the role `cites`.",
            examples=[True],
        ),
    ] = None
    flag: Annotated[
        list[v.CitationFlag],
        ClaimFacets.FLAG,
        Field(description="One of its citations has this flag.", examples=[["failed_verification"]]),
    ] = []
    dataset: Annotated[
        list[Id],
        ClaimFacets.DATASET,
        Field(description="Belongs to this dataset.", examples=[["lysychansk-context"]]),
    ] = []

    def asked(self) -> ExplainedQuery:
        """The query."""
        filters, named = facet_filters(self)
        conditions = Conditions(
            filters=tuple(filters),
            named=tuple(named),
            first=ordinal(self.said_from),
            last=ordinal(self.said_to),
            as_of=ordinal(self.as_of),
            known=self.known_by,
            certain=self.match == v.Match.CERTAIN,
            undated=self.undated == v.Undated.INCLUDE,
            words=self.folded(),
            changed_since=self.changed_since,
        )
        return ExplainedQuery("claims", conditions, self.as_of_day())

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        said = await filters_in_words(session, self)
        parts = [
            said.pop("event"),
            days_in_words("were said", self.said_from, self.said_to, self.match, self.undated),
            said.pop("speaker"),
            said.pop("party"),
            *said.values(),
            f"hold the words “{self.q}”" if self.q else None,
            changed_in_words(self.changed_since),
        ]
        return sentence("Claims", parts, self.as_of_day())


class ClaimQuery(ClaimFilters, Paged, WithFieldsAndExpand):
    """A page of claims."""

    listing: ClassVar = "claims"

    sort: Sort = "said"


ANY_CLAIM = ClaimQuery()


class ClaimsOfEvent(AsOf, ChangedSince, Paged, WithFieldsAndExpand):
    """A page of the claims about one event."""

    listing: ClassVar = "claims"

    sort: Sort = "said"

    @property
    def is_plain(self) -> bool:
        """Whether the query asks for all stored claims in the order said."""
        narrowed = self.cursor is not None or self.as_of is not None or self.changed_since is not None
        return not narrowed and self.sort == "said" and not reshapes(self)


async def claims_of(session: ReadSession, event: str, query: ClaimsOfEvent) -> answers.Everything | None:
    """All claims about an event in one statement; None: no such event, no claims, or more than one page."""
    rows = await session.fetch(_OF_EVENT, {"id": event, "limit": query.limit + 1})
    if not rows or len(rows) > query.limit:
        return None
    rows = sorted(rows, key=lambda row: (not row[1], row[5]))  # undated ones last
    return answers.Everything(
        [row[3] for row in rows], sentence("Claims", [ClaimFacets.EVENT.words.format(rows[0][4])])
    )


list_claims, count_claims, exports = list_routes(
    router,
    CLAIMS,
    ClaimFilters,
    ClaimQuery,
    ClaimPage,
    words="Claims that match every filter, in the order they were said; undated ones last.",
    example=45,
)


@router.get("/{id}", responses=item_of("claims", Claim), response_class=Response)
async def get_claim(request: Request, id: ClaimId, query: Annotated[ClaimItem, Query()]) -> Response:  # noqa: A002
    """One claim; 404 as of a day by which it had not been made."""
    as_of = query.as_of_day()
    return await answers.item(request, "claim", ITEM, id, None if as_of is None else _said_by(as_of), query=query)


def _said_by(as_of: AsOfDay) -> answers.Edit:
    def body(row: Row) -> str:
        possible, certain = row[4], row[5]
        said = possible if as_of.known == v.Known.POSSIBLE else certain
        passes = as_of.undated == v.Undated.INCLUDE if said is None else said <= as_of.day
        if not passes:
            raise NotFound(f"{row[2]} is not known to have been said by that day.")
        document: str = row[3]
        return document

    return body
