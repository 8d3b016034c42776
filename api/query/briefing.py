"""What became known in some days: new claims, positions that moved and assessments that changed, event by event.

A claim became known on the first day by which it had been said: possibly, or certainly. Events come in the order of
their first new claim, so that a page is found by walking the claims, and each event is met once: at that claim.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import orjson

from api.domain.assessment import assess
from api.domain.positions import Stand, positions, questions_of
from api.domain.statements import Statement, in_order_said, said_by
from api.domain.vocabulary import Position, Undated
from api.query import references as shown
from api.query.as_of import BODY, AsOfDay
from api.query.lists import BATCH, check_named, left_out, resolve, unhurried, walk
from api.query.matching import Conditions
from api.query.paging import Found, Place, Sort, Walked
from api.query.references import Json
from api.query.session import ReadSession
from api.query.why_empty import why
from api.storage.reader import Row


@dataclass(frozen=True, slots=True)
class Known:
    """The claims about one event that counted before the first day and those that count by the last."""

    row: Row
    before: Sequence[Statement]
    after: Sequence[Statement]
    new: Sequence[Statement]
    """Those that are new and asked for, in the order said."""


@dataclass(frozen=True, slots=True)
class News(Walked):
    """What is asked of a briefing: which claims, and the days in which they became known."""

    conditions: Conditions
    parties: Sequence[str]
    undated: Undated
    """Whether undated claims count: they were known all along, or never."""

    async def check(self, session: ReadSession) -> None:
        """Every record that a parameter names exists. Raises BadParameters with the nearest ids."""
        await check_named(session, self.conditions.named)

    async def walk(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[Found]]:
        """Every event of which something became known, from a place on, a batch at a time."""
        async for events in self._events(session, sort, place, batch):
            texts = await shown.claims(session, (claim.id for _, known in events for claim in known.new))
            yield [Found(here, await _body(session, known, texts)) async for here, known in unhurried(session, events)]

    async def _events(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[tuple[Place, Known]]]:
        """Every such event, in the place of its first new claim."""
        question = await resolve(session, "claims", self.conditions)
        speakers = await shown.members(session, self.parties)
        met: set[str] = set()
        async for rows in walk(session, question, sort, place, batch):
            waiting: dict[Place, str] = {}
            async for here, row in unhurried(session, rows):
                event = orjson.loads(row[BODY])["event"]["id"]
                if event is not None and event not in met:  # else it was met at an earlier claim, perhaps pages ago
                    met.add(event)
                    waiting[here] = event
            found = await shown.rows(session, "event", waiting.values())
            there = [(here, found[event]) for here, event in waiting.items() if event in found]
            known = [(here, self._known(row, speakers)) async for here, row in unhurried(session, there)]
            yield [(here, one) for here, one in known if one.new and one.new[0].id == here.id]

    def _known(self, row: Row, speakers: frozenset[str] | None) -> Known:
        conditions = self.conditions
        assert conditions.first is not None and conditions.last is not None  # noqa: S101, PT018 - a briefing has days
        everything = shown.counting(row, None)
        before = said_by(everything, conditions.first - 1, conditions.known, self.undated)
        after = said_by(everything, conditions.last, conditions.known, self.undated)
        old = {statement.id for statement in before}
        new = [s for s in after if s.id not in old and (speakers is None or s.speaker in speakers)]
        return Known(row, before, after, in_order_said(new))

    async def count(self, session: ReadSession) -> int:
        """Of how many events something became known."""
        sort = Sort("said", descending=False)
        return sum([len(events) async for events in self._events(session, sort, None, BATCH)])

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """How many claims have no date and so became known on no day."""
        conditions = replace(self.conditions, fresh=False, undated=self.undated == Undated.INCLUDE)
        return await left_out(session, "claims", conditions)

    async def why_empty(self, session: ReadSession) -> str:
        """Why nothing became known."""
        conditions = self.conditions
        assert conditions.last is not None  # noqa: S101 - a briefing has days
        otherwise = "Nothing new became known in these days; what is recorded was said before or after."
        return await why(
            session, conditions.wanted, AsOfDay(conditions.last, conditions.known, self.undated), otherwise
        )


async def _body(session: ReadSession, known: Known, texts: dict[str, str]) -> str:
    """One event of the briefing."""
    news = {
        "event": shown.dated_ref(orjson.loads(known.row[BODY])),
        "claims": [orjson.Fragment(texts[claim.id]) for claim in known.new],
        "positions": await _moves(session, known),
        "assessments": await _changes(session, known),
    }
    return orjson.dumps(news).decode()


async def _moves(session: ReadSession, known: Known) -> list[Json]:
    """Positions that the new claims took: moved, or taken for the first time."""
    new = {claim.id for claim in known.new}
    moves = []
    by_id = {statement.id: statement for statement in known.after}
    for question in questions_of(known.after):
        before = {stand.party: stand for stand in positions(known.before, question)}
        for stand in positions(known.after, question):
            was = before.get(stand.party)
            if _moved(was, stand) and not new.isdisjoint(stand.claims):
                moves.append(
                    {
                        **await shown.question(session, question),
                        "party": await shown.actor(session, stand.party),
                        "before": was and was.position,
                        "after": stand.position,
                        **await shown.content(session, stand, by_id),
                        "by": stand.since,
                    }
                )
    return moves


def _moved(was: Stand | None, stand: Stand) -> bool:
    """Whether a position is another than before; what is neutral is none, unless one was taken back."""
    if stand.position == Position.NEUTRAL:
        return was is not None and was.position != Position.NEUTRAL
    return was is None or (was.position, was.figure, was.names) != (stand.position, stand.figure, stand.names)


async def _changes(session: ReadSession, known: Known) -> list[Json]:
    """Assessments whose status is new."""
    before = {found.question: found.status for found in assess(known.before)}
    return [
        {
            **await shown.question(session, found.question),
            "before": before.get(found.question),
            "after": found.status,
            "voices": found.voices,
            "because": found.because,
            "inferred": found.inferred,
        }
        for found in assess(known.after)
        if before.get(found.question) != found.status
    ]
