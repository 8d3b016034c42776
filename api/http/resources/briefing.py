"""What became known between two days."""

from datetime import date
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.domain.dates import day_in_words
from api.domain.vocabulary import Known, Undated
from api.errors import BadParameters, bad
from api.http import answers, atom
from api.http.answers import Listing
from api.http.caching import base
from api.http.exports import export
from api.http.openapi_responses import export_of, judged_of
from api.models.facets import ClaimFacets
from api.query.briefing import News
from api.query.filters import Dated, Day, Id, Paged
from api.query.matching import Conditions, marked
from api.query.paging import query_string
from api.query.session import ReadSession
from api.schemas.reports import Briefing

BRIEFING = Listing("briefing", ("said",))
router = APIRouter(prefix="/briefing", tags=["Briefing"])
exports = APIRouter(tags=["Briefing"])


class BriefingFilters(Dated):
    """Which days a caller wants to be briefed about, and on what."""

    days: ClassVar = ("date_from", "date_to")

    date_from: Annotated[
        Day | None,
        Field(description="The first day; without it, `date_to` is the only one.", examples=["2022-07-02"]),
    ] = None
    date_to: Annotated[
        Day | None,
        Field(description="The last day; without it, `date_from` is the only one.", examples=["2022-07-03"]),
    ] = None
    party: Annotated[
        list[Id],
        ClaimFacets.PARTY,
        Field(description="What this actor, or anything that belongs to it, said.", examples=[["ukrainian-side"]]),
    ] = []
    location: Annotated[
        list[Id],
        ClaimFacets.LOCATION,
        Field(description="The event is at this place or within it.", examples=[["lysychansk"]]),
    ] = []

    known: Annotated[
        Known,
        Field(
            description="A claim became known on the day by which it was certainly said, or by which it may have been.",
            examples=["possible"],
        ),
    ] = Known.CERTAIN

    def span(self) -> tuple[date, date]:
        """The first and the last day. Raises BadParameters if neither is given."""
        first, last = self.date_from or self.date_to, self.date_to or self.date_from
        if first is None or last is None:
            raise BadParameters(bad("date_from", None, "is missing: give a day, or date_from and date_to"))
        return first, last

    def asked(self) -> News:
        """The question."""
        wanted, named = marked(self)
        first, last = self.span()
        conditions = Conditions(
            wanted=tuple(wanted),
            named=tuple(named),
            first=first.toordinal(),
            last=last.toordinal(),
            known=self.known,
            fresh=True,
        )
        return News(conditions, self.party, self.undated)

    async def described(self, session: ReadSession) -> str:
        """The question in words."""
        first, last = self.span()
        days = f"on {day_in_words(first)}" if first == last else f"from {day_in_words(first)} to {day_in_words(last)}"
        where = f" about events in {await session.names('location', self.location)}" if self.location else ""
        who = f" by what {await session.names('actor', self.party)} said" if self.party else ""
        sure = "became" if self.known == Known.CERTAIN else "may have become"
        extra = "; undated claims count as known all along" if self.undated == Undated.INCLUDE else ""
        return f"What {sure} known {days}{where}{who}{extra}"


class BriefingQuery(BriefingFilters, Paged):
    """A page of a briefing."""

    sort: ClassVar = "said"


@router.get("", responses=judged_of("briefing", Briefing), response_class=Response)
async def get_briefing(request: Request, query: Annotated[BriefingQuery, Query()]) -> Response:
    """What became known between two days, or on one: new claims, positions that moved, assessments that changed.

    A claim becomes known on the first day by which it had been said, so that it is news once: with `known=certain`
    (the default) the latest day on which it may have been said, with `possible` the earliest. Before and after are as
    of the day before `date_from` and as of `date_to`. Events come in the order of their first new claim. With `party`,
    the claims and positions are that party's, and the assessments are of the events it spoke of.
    """
    return await answers.page(request, BRIEFING, query)


@exports.get("/briefing.atom", responses=export_of(atom.MEDIA_TYPE, "<feed/>"), response_class=Response)
async def export_briefing_atom(request: Request, query: Annotated[BriefingFilters, Query()]) -> Response:
    """The same as an Atom feed: an entry for each claim that became known, and for each status that it changed.

    Ids of entries depend on what became known alone, so that a feed reader shows each once.
    """
    here = request.url.path + query_string(request.query_params.multi_items())
    form = atom.Atom(base(request), here, query.span(), query.known)
    return await export(request, BRIEFING, query, form)
