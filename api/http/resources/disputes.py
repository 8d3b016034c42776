"""Disputes: questions of events that are in dispute, now or as of a day, with each party's position."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal

import orjson
from fastapi import APIRouter
from pydantic import Field

from api.domain.assessment import assess
from api.domain.positions import latest_positions
from api.domain.statements import Statement
from api.domain.vocabulary import Match, Position, Status, Undated
from api.http.answers import Listing
from api.http.fields import WithFieldsAndExpand
from api.http.routing import list_routes
from api.models.facets import ClaimFacets, EventFacets
from api.query import questions
from api.query.descriptions import changed_in_words, days_in_words, one_of, sentence
from api.query.documents import BODY
from api.query.filters import ChangedSince, Id, OfEvents, Paged
from api.query.lists import in_turns
from api.query.matching import Conditions, FacetFilter, NamedRecord, any_of, facet_filters, ordinal
from api.query.questions import EventQuestion, Judge, Judgement, QuestionsQuery
from api.query.session import ReadSession
from api.query.why_empty import scope_of
from api.schemas.pages import DisputePage


@dataclass(frozen=True, slots=True)
class Disputes(QuestionsQuery):
    """A query of disputes."""

    parties: Sequence[str] = field(default=())

    async def judge(self, session: ReadSession) -> Judge:
        """Keep disputes in which a member of the parties has taken a position."""
        speakers = await questions.members(session, self.parties)

        def disputed(statements: Sequence[Statement]) -> list[Judgement]:
            by_id = {statement.id: statement for statement in statements}
            found = []
            for assessment in assess(statements):
                if assessment.status == Status.DISPUTED and self.asks_for(assessment.question):
                    held = latest_positions(statements, assessment.question)
                    stands = [stand for stand in held if stand.position != Position.NEUTRAL]
                    if questions.voiced(stands, by_id, speakers):
                        found.append(Judgement(assessment.question, stands, assessment))
            return found

        return disputed

    async def show(self, session: ReadSession, found: Sequence[EventQuestion]) -> list[str]:
        """The documents of disputes, with the positions of their parties."""
        when = await questions.said_dates(session, (stand.since for one in found for stand in one.judged.stands))
        bodies = []
        async for question in in_turns(session, found):
            assessment = question.judged.assessment
            assert assessment is not None  # noqa: S101 - `judge` gives one to each
            held = [
                {
                    "party": await questions.actor(session, stand.party),
                    **await questions.position(session, stand, assessment.question, question.by_id, when),
                }
                for stand in question.judged.stands
            ]
            dispute = {
                "event": questions.dated_ref_of(question.row[BODY]),
                **await questions.sent_question(session, assessment.question),
                "positions": held,
                "because": assessment.because,
                "inferred": assessment.inferred,
            }
            bodies.append(orjson.dumps(dispute).decode())
        return bodies


DISPUTES = Listing("disputes", ("date", "-date"))
router = APIRouter(prefix="/disputes", tags=["Disputes"])


def conditions_of(query: OfEvents, *facets: FacetFilter, named: list[NamedRecord]) -> Conditions:
    """The candidate events: those that match the filters and are in each of the facets."""
    filters, records = facet_filters(query)
    return Conditions(
        filters=(*facets, *filters),
        named=(*records, *named),
        first=ordinal(query.date_from),
        last=ordinal(query.date_to),
        as_of=ordinal(query.as_of),
        known=query.known_by,
        certain=query.match == Match.CERTAIN,
        undated=query.undated == Undated.INCLUDE,
        statements=True,
    )


async def events_in_words(filters: OfEvents, session: ReadSession) -> list[str | None]:
    """The filters of events and aspects in words."""
    happened = days_in_words("happened", filters.date_from, filters.date_to, filters.match, filters.undated)
    return [
        f"concern {one_of(filters.aspect)}" if filters.aspect else None,
        f"are about events that {happened}" if happened else None,
        f"are about events in {await session.names('location', filters.location)}" if filters.location else None,
        f"are about events of the dataset {await session.names('dataset', filters.dataset)}"
        if filters.dataset
        else None,
    ]


class DisputeFilters(OfEvents, ChangedSince):
    """Filters of disputes."""

    party: Annotated[
        list[Id],
        Field(
            description="A claim in one of the positions is by this actor or a member of it.",
            examples=[["ukrainian-side"]],
        ),
    ] = []

    def asked(self) -> Disputes:
        """The query."""
        facets = [any_of(EventFacets.STATUS if self.as_of is None else EventFacets.EVER, [Status.DISPUTED])]
        if self.party:
            facets.append(any_of(EventFacets.SPOKEN, self.party))
        named = [NamedRecord("party", "actor", party) for party in self.party]
        scope = scope_of(ClaimFacets.PARTY, self.party) + scope_of(ClaimFacets.LOCATION, self.location)
        conditions = conditions_of(self, *facets, named=named)
        changed = replace(conditions, changed_since=self.changed_since, changed_claims=True)
        return Disputes(changed, self.as_of_day(), frozenset(self.aspect), scope, self.party)

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        who = f"have a position held by {await session.names('actor', self.party)}" if self.party else None
        changed = None if self.changed_since is None else f"rest on what {changed_in_words(self.changed_since)}"
        parts = [who, *await events_in_words(self, session), changed]
        return sentence("Disputes", parts, self.as_of_day())


class DisputeQuery(DisputeFilters, Paged, WithFieldsAndExpand):
    """A page of disputes."""

    listing: ClassVar = "disputes"

    sort: Annotated[
        Literal["date", "-date"],
        Field(
            description="By the date of the event, then its id and the aspect; `-` descending; undated last.",
            examples=["-date"],
        ),
    ] = "date"


_WORDS = """\
Every question of an event that is in dispute, with each party's position and since when it has held it.

Parties dispute a question if some support and others oppose it, or if their figures, or the actors they blame, cannot
all be true. The latest position of each party counts; parties without a position are not shown. As of a day, only
claims made by then count."""
list_disputes, count_disputes, exports = list_routes(
    router, DISPUTES, DisputeFilters, DisputeQuery, DisputePage, words=_WORDS, example=5
)
