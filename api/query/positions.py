"""Positions over time: what a party has held on one aspect of an event, and by which claims it moved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import orjson

from api.domain.positions import Stand, course, questions_of
from api.domain.statements import Question, Statement
from api.query import references as shown
from api.query.as_of import BODY
from api.query.questions import Judge, Judged, Matter, Matters
from api.query.references import Json
from api.query.session import ReadSession


@dataclass(frozen=True, slots=True)
class Course:
    """What a party has held on an aspect of an event, first to last."""

    event: Json
    question: Question
    party: str | None
    stands: Sequence[Stand]
    by_id: dict[str, Statement]


async def history(session: ReadSession, course: Course, when: dict[str, Json]) -> Json:
    """A party's positions as they are sent; `when` says when the claims that took them were said."""
    stands, by_id = course.stands, course.by_id
    befores = [None, *(earlier.position for earlier, _ in pairwise(stands))]
    return {
        "event": course.event,
        **await shown.question(session, course.question),
        "party": await shown.actor(session, course.party),
        "moved": len(stands) > 1,
        "positions": [
            {
                "stance": stand.position,
                "before": before,
                **await shown.content(session, stand, by_id),
                "since": when[stand.since],
                "by": stand.since,
                "speaker": await shown.actor(session, by_id[stand.since].speaker),
                "speakers": await shown.actors(session, (by_id[claim].speaker for claim in stand.claims)),
                "claims": stand.claims,
            }
            for before, stand in zip(befores, stands, strict=True)
        ],
    }


@dataclass(frozen=True, slots=True)
class ActorPositions(Matters):
    """What is asked of the positions of one actor, and of all that belongs to it, over all events."""

    actor: str = field(default="")
    moved: bool | None = field(default=None)

    async def judge(self, session: ReadSession) -> Judge:
        """Every question on which the actor takes a position or speaks without taking one."""
        speakers = await shown.members(session, [self.actor]) or frozenset()

        def held(statements: Sequence[Statement]) -> list[Judged]:
            found = []
            for question in questions_of(statements):
                stands = course(statements, question, speakers) if self.asks_for(question) else []
                if stands and self.moved in {None, len(stands) > 1}:
                    found.append(Judged(question, stands))
            return found

        return held

    async def show(self, session: ReadSession, matters: Sequence[Matter]) -> list[str]:
        """Each with the claims that moved the actor."""
        when = await shown.said(session, (stand.since for matter in matters for stand in matter.judged.stands))
        bodies = []
        for matter in matters:
            event, judged = shown.dated_ref(orjson.loads(matter.row[BODY])), matter.judged
            held = Course(event, judged.question, self.actor, judged.stands, matter.by_id)
            bodies.append(orjson.dumps(await history(session, held, when)).decode())
        return bodies
