"""Disputes: the questions of events that are in dispute, today or as of a day, and where each party stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from api.domain.assessment import assess
from api.domain.positions import positions
from api.domain.statements import Statement
from api.domain.vocabulary import Position, Status
from api.query import references as shown
from api.query.as_of import BODY
from api.query.lists import unhurried
from api.query.questions import Judge, Judged, Matter, Matters
from api.query.session import ReadSession


@dataclass(frozen=True, slots=True)
class Disputes(Matters):
    """What is asked of the disputes."""

    parties: Sequence[str] = field(default=())

    async def judge(self, session: ReadSession) -> Judge:
        """Disputes in which somebody of the parties has taken a position."""
        speakers = await shown.members(session, self.parties)

        def disputed(statements: Sequence[Statement]) -> list[Judged]:
            by_id = {statement.id: statement for statement in statements}
            found = []
            for assessment in assess(statements):
                if assessment.status == Status.DISPUTED and self.asks_for(assessment.question):
                    held = positions(statements, assessment.question)
                    stands = [stand for stand in held if stand.position != Position.NEUTRAL]
                    if shown.voiced(stands, by_id, speakers):
                        found.append(Judged(assessment.question, stands, assessment))
            return found

        return disputed

    async def show(self, session: ReadSession, matters: Sequence[Matter]) -> list[str]:
        """Each dispute with the positions of its parties."""
        when = await shown.said(session, (stand.since for matter in matters for stand in matter.judged.stands))
        bodies = []
        async for matter in unhurried(session, matters):
            assessment = matter.judged.assessment
            assert assessment is not None  # noqa: S101 - `judge` gives one to each
            held = [
                {
                    "party": await shown.actor(session, stand.party),
                    **await shown.position(session, stand, matter.by_id, when),
                }
                for stand in matter.judged.stands
            ]
            dispute = {
                "event": shown.dated_ref(orjson.loads(matter.row[BODY])),
                **await shown.question(session, assessment.question),
                "positions": held,
                "because": assessment.because,
                "inferred": assessment.inferred,
            }
            bodies.append(orjson.dumps(dispute).decode())
        return bodies
