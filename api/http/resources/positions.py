"""Positions of parties over time, with the claims that changed them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.domain.positions import HeldPosition, joint_position_history, position_history, questions_of
from api.domain.statements import Question, Statement, decode
from api.http import answers
from api.http.answers import Listing
from api.http.resources.actors import ActorId
from api.http.resources.disputes import conditions_of, events_in_words
from api.http.resources.events import EventId
from api.http.routing import judged_of
from api.models.facets import ClaimFacets, EventFacets
from api.query import questions
from api.query.descriptions import one_of, sentence
from api.query.documents import BODY, STATEMENTS
from api.query.filters import AsOf, Flag, Id, OfEvents, Paged
from api.query.lists import check_named_records, in_turns
from api.query.matching import NamedRecord, any_of
from api.query.questions import EventQuestion, Judge, Judgement, QuestionsQuery
from api.query.session import ReadSession
from api.query.why_empty import explain_empty, scope_of
from api.schemas.pages import HistoryPage
from api.schemas.records import Json


@dataclass(frozen=True, slots=True)
class PartyHistory:
    """A party's positions on an aspect of an event, first to last."""

    event: Json
    question: Question
    party: str | None
    stands: Sequence[HeldPosition]
    by_id: dict[str, Statement]


async def history(session: ReadSession, course: PartyHistory, when: dict[str, Json]) -> Json:
    """A party's positions as sent; `when` has the dates of the claims that took them."""
    stands, by_id = course.stands, course.by_id
    befores = [None, *(earlier.position for earlier, _ in pairwise(stands))]
    return {
        "event": course.event,
        **await questions.sent_question(session, course.question),
        "party": await questions.actor(session, course.party),
        "moved": len(stands) > 1,
        "positions": [
            {
                "stance": stand.position,
                "before": before,
                **await questions.content(session, stand, course.question),
                "since": when[stand.since],
                "by": stand.since,
                "speaker": await questions.actor(session, by_id[stand.since].speaker),
                "speakers": await questions.actors(session, (by_id[claim].speaker for claim in stand.claims)),
                "claims": stand.claims,
            }
            for before, stand in zip(befores, stands, strict=True)
        ],
    }


@dataclass(frozen=True, slots=True)
class ActorPositions(QuestionsQuery):
    """A query of the positions of one actor and its members over all events."""

    actor: str = field(default="")
    moved: bool | None = field(default=None)

    async def judge(self, session: ReadSession) -> Judge:
        """Every question that the actor addresses, with or without a position."""
        speakers = await questions.members(session, [self.actor]) or frozenset()

        def held(statements: Sequence[Statement]) -> list[Judgement]:
            found = []
            for question in questions_of(statements):
                stands = joint_position_history(statements, question, speakers) if self.asks_for(question) else []
                if stands and self.moved in {None, len(stands) > 1}:
                    found.append(Judgement(question, stands))
            return found

        return held

    async def show(self, session: ReadSession, found: Sequence[EventQuestion]) -> list[str]:
        """The documents of the positions, with the claims that changed them."""
        when = await questions.said_dates(session, (stand.since for one in found for stand in one.judged.stands))
        bodies = []
        async for question in in_turns(session, found):
            event, judged = questions.dated_ref_of(question.row[BODY]), question.judged
            held = PartyHistory(event, judged.question, self.actor, judged.stands, question.by_id)
            bodies.append(orjson.dumps(await history(session, held, when)).decode())
        return bodies


POSITIONS = Listing("positions", ("date", "-date"))
router = APIRouter(tags=["Positions"])


class EventPositionsQuery(AsOf):
    """Parameters of the positions on an event."""

    party: Annotated[
        list[Id],
        Field(
            description="A claim in one of the party's positions is by this actor or a member of it.",
            examples=[["haidai"]],
        ),
    ] = []
    aspect: Annotated[
        list[v.Aspect], Field(description="The aspect of the event that they are on.", examples=[["control"]])
    ] = []

    async def described(self, session: ReadSession, title: str) -> str:
        """The query in words."""
        parts = [
            f"are upheld by {await session.names('actor', self.party)}" if self.party else None,
            f"concern {one_of(self.aspect)}" if self.aspect else None,
        ]
        noun = f"Positions on “{title}”"
        return sentence(noun, parts, self.as_of_day())


@router.get(
    "/events/{id}/positions", responses=judged_of("event_positions", HistoryPage, "event"), response_class=Response
)
async def list_event_positions(
    request: Request,
    id: EventId,  # noqa: A002
    query: Annotated[EventPositionsQuery, Query()],
) -> Response:
    """Each party's positions on each question of one event, first to last: who changed, when, and by which claim.

    Questions are in the order of assessments, parties by id, unnamed speakers last. A party's last position counts;
    a party that has spoken without taking a position is `neutral`.
    """

    async def make(session: ReadSession) -> bytes:
        row = await questions.event(session, id)
        await check_named_records(session, [NamedRecord("party", "actor", party) for party in query.party])
        document = orjson.loads(row[BODY])
        statements = questions.counting(row, query.as_of_day())
        by_id = {statement.id: statement for statement in statements}
        speakers = await questions.members(session, query.party)
        event = questions.dated_ref(document)
        found = [
            PartyHistory(event, question, party, stands, by_id)
            for question in questions_of(statements)
            if not query.aspect or question.aspect in query.aspect
            for party, stands in position_history(statements, question).items()
            if questions.voiced(stands, by_id, speakers)
        ]
        when = await questions.said_dates(session, (stand.since for course in found for stand in course.stands))
        data = [await history(session, course, when) for course in found]
        meta: dict[str, Any] = {"description": await query.described(session, document["title"])}
        if query.as_of is not None:
            meta["left_out"] = questions.undated_left_out(decode(row[STATEMENTS]), statements)
        if not data:
            otherwise = "Claims are recorded about it, but none match the filters."
            meta["why_empty"] = await explain_empty(
                session, scope_of(ClaimFacets.EVENT, [id]), query.as_of_day(), otherwise
            )
        return answers.unpaged(request, data, meta)

    return await answers.computed(request, make)


class ActorPositionsQuery(OfEvents, Paged):
    """Parameters of the positions of an actor."""

    moved: Annotated[Flag | None, Field(description="Whether its position has ever changed.", examples=[True])] = None
    sort: Annotated[
        Literal["date", "-date"],
        Field(
            description="By the date of the event, then its id and the aspect; `-` descending; undated last.",
            examples=["-date"],
        ),
    ] = "date"


class PositionsOfActor(ActorPositionsQuery):
    """The same for the actor in the path."""

    actor: Id

    def asked(self) -> ActorPositions:
        """The query."""
        facet = EventFacets.WAVERING if self.moved else EventFacets.SPOKEN
        conditions = conditions_of(self, any_of(facet, [self.actor]), named=[])
        scope = scope_of(ClaimFacets.PARTY, [self.actor]) + scope_of(ClaimFacets.LOCATION, self.location)
        as_of, aspects = self.as_of_day(), frozenset(self.aspect)
        return ActorPositions(conditions, as_of, aspects, scope, self.actor, self.moved)

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        moved = {True: "have changed", False: "have never changed", None: None}[self.moved]
        noun = f"Positions of {await session.names('actor', [self.actor])}"
        parts = [moved, *await events_in_words(self, session)]
        return sentence(noun, parts, self.as_of_day())


@router.get(
    "/actors/{id}/positions", responses=judged_of("actor_positions", HistoryPage, "actor"), response_class=Response
)
async def list_actor_positions(
    request: Request,
    id: ActorId,  # noqa: A002
    query: Annotated[ActorPositionsQuery, Query()],
) -> Response:
    """An actor's positions on each aspect of each event, from its own claims and those of its members.

    Claims of others on the same side do not count, so an organ may have changed its position while its side had not, or
    the other way round.
    """
    await answers.require(request, "actor", id)
    return await answers.page(request, POSITIONS, PositionsOfActor(actor=id, **query.model_dump()))
