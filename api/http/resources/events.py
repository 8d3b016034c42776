"""Events: their filters and routes."""

from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from sqlalchemy import bindparam, select

from api import models
from api.domain import vocabulary as v
from api.http import answers
from api.http.answers import JSON, Listing
from api.http.caching import base
from api.http.event_formats import KML, Kml, Timeline
from api.http.exports import send_export
from api.http.fields import WithFieldsAndExpand
from api.http.resources.claims import ANY_CLAIM, CLAIMS, ClaimsOfEvent, claims_of
from api.http.routing import MISSING, export_of, item_of, list_routes, page_of
from api.models.facets import ClaimFacets, EventFacets
from api.query.descriptions import (
    box_in_words,
    changed_in_words,
    circle_in_words,
    days_in_words,
    filter_in_words,
    filters_in_words,
    one_of,
    sentence,
)
from api.query.documents import status_test
from api.query.filters import (
    MAX_RADIUS_M,
    AsOfImprecise,
    AsOfQuery,
    ChangedSince,
    CountryCode,
    Day,
    Degrees,
    Flag,
    Id,
    Paged,
    PathId,
    PlaceFilter,
    TextFilter,
)
from api.query.matching import (
    ClaimCondition,
    Conditions,
    FacetFilter,
    NamedRecord,
    any_of,
    box_filter,
    facet_filters,
    ordinal,
)
from api.query.session import ReadSession
from api.query.sql import REVISION
from api.query.why_empty import ExplainedQuery
from api.schemas.pages import ClaimPage, EventPage
from api.schemas.records import Event
from api.storage.reader import SqlStatement, body_of

EVENTS = Listing("events", ("date", "-date", "id", "-id"))
EventId = Annotated[PathId, Path(description="The event's id.", examples=["capture-of-lysychansk"])]
router = APIRouter(prefix="/events", tags=["Events"])

_DOCUMENT = models.EventDocument.__table__
ITEM = SqlStatement(
    select(
        REVISION,
        _DOCUMENT.c.number,
        _DOCUMENT.c.id,
        body_of(_DOCUMENT),
        _DOCUMENT.c.judged_from,
        _DOCUMENT.c.judged_to,
        _DOCUMENT.c.statements,
    ).where(_DOCUMENT.c.id == bindparam("id"))
)


class EventFilters(TextFilter, PlaceFilter, AsOfImprecise, ChangedSince):
    """Filters of events."""

    days: ClassVar = ("date_from", "date_to")

    date_from: Annotated[Day | None, Field(description="Happened on this day or later.", examples=["2022-07-01"])] = (
        None
    )
    date_to: Annotated[Day | None, Field(description="Happened on this day or earlier.", examples=["2022-07-03"])] = (
        None
    )
    party: Annotated[
        list[Id],
        Field(description="This actor or a member of it takes part.", examples=[["russian-side"]]),
    ] = []
    role: Annotated[
        list[v.Role],
        Field(
            description="The role in which `party` takes part, or anyone if `party` is not given.",
            examples=[["attacker"]],
        ),
    ] = []
    with_party: Annotated[
        list[Id],
        Field(description="Another participant belongs to this party.", examples=[["ukrainian-side"]]),
    ] = []
    kind: Annotated[
        list[v.EventKind], EventFacets.KIND, Field(description="What happened.", examples=[["capture"]])
    ] = []
    location: Annotated[
        list[Id],
        EventFacets.LOCATION,
        Field(description="At this place or within it.", examples=[["lysychansk"]]),
    ] = []
    country: Annotated[
        list[CountryCode],
        EventFacets.COUNTRY,
        Field(
            description="At a place in this country (ISO 3166-1 alpha-2), if the country is recorded.",
            examples=[["UA"]],
        ),
    ] = []
    source: Annotated[
        list[Id],
        EventFacets.SOURCE,
        Field(
            description="Rests on this source: a claim about it cites the source (as carrier or reference), or its "
            "date, a claim's date or its place's point comes from it. With `as_of`: a claim made by then cites it.",
            examples=[["bbc-2022-07-03"]],
        ),
    ] = []
    dataset: Annotated[
        list[Id], EventFacets.DATASET, Field(description="Belongs to this dataset.", examples=[["lysychansk"]])
    ] = []
    names: Annotated[
        list[Id],
        EventFacets.NAMES,
        Field(
            description="A claim about it (with `as_of`, one made by then) holds this actor or a member of it "
            "responsible; `party` is who takes part.",
            examples=[["western-governments"]],
        ),
    ] = []
    part_of: Annotated[
        list[Id],
        EventFacets.PART_OF,
        Field(description="Is part of this event.", examples=[["battle-of-lysychansk"]]),
    ] = []
    date_precision: Annotated[
        list[v.DatePrecision],
        EventFacets.DATE_PRECISION,
        Field(description="How narrow its date is; `unknown`: it has none.", examples=[["day"]]),
    ] = []
    date_basis: Annotated[
        list[v.DateBasis],
        EventFacets.DATE_BASIS,
        Field(description="What its date rests on.", examples=[["stated"]]),
    ] = []
    radius_max_m: Annotated[
        Degrees | None,
        Field(
            ge=0,
            le=MAX_RADIUS_M,
            description="The point has at most this radius of uncertainty in metres; an unknown radius does not match. "
            "Events without a point are counted in `meta.left_out.without_coordinates`.",
            examples=[5000],
        ),
    ] = None
    disputed: Annotated[
        Flag | None,
        Field(description="Whether any of its aspects is in dispute, now or as of `as_of`.", examples=[True]),
    ] = None
    status: Annotated[
        list[v.Status],
        Field(description="Any of its aspects has this status, now or as of `as_of`.", examples=[["conceded"]]),
    ] = []

    def _judged(self) -> list[FacetFilter]:
        """The sets of events with the requested statuses; as of a day, of those that ever had them."""
        filters = []
        if self.status:
            filters.append(any_of(EventFacets.STATUS if self.as_of is None else EventFacets.EVER, self.status))
        if self.disputed is not None and self.as_of is None:
            filters.append(any_of(EventFacets.DISPUTED, [self.disputed]))
        elif self.disputed:
            filters.append(any_of(EventFacets.EVER, [v.Status.DISPUTED]))
        return filters

    def _claim_conditions(self) -> tuple[ClaimCondition, ...]:
        """Conditions on the claims that count as of a day."""
        cited = ClaimCondition(
            tuple(ClaimFacets.SOURCE.of(source) for source in self.source),
            tuple(EventFacets.THROUGHOUT.of(source) for source in self.source),
        )
        blamed = ClaimCondition(tuple(ClaimFacets.NAMES.of(actor) for actor in self.names))
        return tuple(resting for resting in (cited, blamed) if resting.claims)

    def asked(self) -> ExplainedQuery:
        """The query."""
        filters, named = facet_filters(self)
        pair = None
        if self.party or self.role:
            pair = (len(filters), len(filters) + 1) if self.with_party else None
            in_roles = any_of(EventFacets.PARTY, self.party, self.role)
            filters.append(in_roles if self.party else any_of(EventFacets.ROLE, self.role))
        if self.with_party:
            filters.append(any_of(EventFacets.PARTY, self.with_party))
        named += [NamedRecord(name, "actor", one) for name in ("party", "with_party") for one in getattr(self, name)]
        circle = self.circle()
        filters += [box_filter(box) for box in (self.bbox, None if circle is None else circle.box()) if box is not None]
        as_of, judged = self.as_of_day(), None
        filters += self._judged()
        if as_of is not None and (self.status or self.disputed is not None):
            judged = status_test(as_of, self.status, disputed=self.disputed)
        conditions = Conditions(
            filters=tuple(filters),
            named=tuple(named),
            pair=pair,
            first=ordinal(self.date_from),
            last=ordinal(self.date_to),
            as_of=ordinal(self.as_of),
            known=self.known_by,
            certain=self.match == v.Match.CERTAIN,
            undated=self.undated == v.Undated.INCLUDE,
            words=self.folded(),
            changed_since=self.changed_since,
            circle=circle,
            radius_m=self.radius_max_m,
            judged=judged,
            claim_conditions=self._claim_conditions(),
        )
        return ExplainedQuery("events", conditions, as_of)

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        said = await filters_in_words(session, self)
        who = await filter_in_words(session, EventFacets.PARTY, self.party)
        if who is not None and self.role:
            who += f" as {one_of(self.role)}"
        parts = [
            days_in_words("happened", self.date_from, self.date_to, self.match, self.undated),
            who or await filter_in_words(session, EventFacets.ROLE, self.role),
            f"also involve another actor of {await session.names('actor', self.with_party)}"
            if self.with_party
            else None,
            said.pop("kind"),
            said.pop("location"),
            said.pop("country"),
            box_in_words(self.bbox) if self.bbox else None,
            circle_in_words(self.circle()),
            f"have a point uncertain by {self.radius_max_m:g} m at most" if self.radius_max_m is not None else None,
            *said.values(),
            f"hold the words “{self.q}”" if self.q else None,
            changed_in_words(self.changed_since),
            await filter_in_words(session, EventFacets.DISPUTED, self.disputed),
            await filter_in_words(session, EventFacets.STATUS, self.status),
        ]
        return sentence("Events", parts, self.as_of_day())


class EventItem(AsOfQuery, WithFieldsAndExpand):
    """Parameters of one event."""

    listing: ClassVar = "events"


class EventQuery(EventFilters, Paged, WithFieldsAndExpand):
    """A page of events."""

    listing: ClassVar = "events"

    sort: Annotated[
        Literal["date", "-date", "id", "-id"],
        Field(description="By date or id; `-` descending; undated last.", examples=["-date"]),
    ] = "date"


list_events, count_events, exports = list_routes(
    router,
    EVENTS,
    EventFilters,
    EventQuery,
    EventPage,
    words="Events that match every filter, earliest first by default.",
    example=27,
    forms=("csv", "ndjson", "parquet", "geojson"),
)


@router.get("/{id}", responses=item_of("events", Event), response_class=Response)
async def get_event(request: Request, id: EventId, query: Annotated[EventItem, Query()]) -> Response:  # noqa: A002
    """One event with the assessments that its claims add up to, now or as of a day.

    As of a day before any claim was made, the event has no claims and no assessments.
    """
    as_of = query.as_of_day()
    return await answers.item(request, "event", ITEM, id, None if as_of is None else as_of.body, query=query)


@router.get("/{id}/claims", responses={**page_of("claims", ClaimPage), **MISSING}, response_class=Response)
async def list_event_claims(request: Request, id: EventId, query: Annotated[ClaimsOfEvent, Query()]) -> Response:  # noqa: A002
    """The claims about one event, in the order they were said; undated ones last."""
    if query.is_plain:
        answer = await answers.everything(request, query, lambda session: claims_of(session, id, query))
        if answer is not None:
            return answer
    asked = ANY_CLAIM.model_copy(update={**vars(query), "event": [id]})
    return await answers.page(request, CLAIMS, asked, lambda session: session.require("event", id))


@exports.get("/events.kml", responses=export_of(KML, "<kml/>"), response_class=Response)
async def export_events_kml(request: Request, query: Annotated[EventFilters, Query()]) -> Response:
    """Every matching event as a KML placemark, for Google Earth and GIS.

    Time spans consist of whole days; what KML cannot express about a date is given in words.
    """
    return await send_export(request, EVENTS, query, Kml(base(request)))


@exports.get("/events.timeline.json", responses=export_of(JSON, "{}"), response_class=Response)
async def export_events_timeline(request: Request, query: Annotated[EventFilters, Query()]) -> Response:
    """Every matching event as a slide for TimelineJS 3; undated events are listed on the title slide."""
    return await send_export(request, EVENTS, query, Timeline(base(request)))
