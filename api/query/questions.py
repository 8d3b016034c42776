"""Lists of matters: one question of one event each, judged row by row, so that a page may end within an event."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from api.domain.assessment import Assessment
from api.domain.positions import Stand
from api.domain.statements import Question as AssessedQuestion
from api.domain.statements import Statement
from api.domain.vocabulary import Aspect, Undated
from api.query import references as shown
from api.query.as_of import AsOfDay
from api.query.lists import BATCH, Question, check_named, left_out, require_revision, resolve, unhurried, walk
from api.query.matching import Conditions, Wanted
from api.query.paging import DATED, Found, Place, Sort, Walked, just_before
from api.query.session import ReadSession
from api.query.why_empty import why
from api.storage.reader import Row

_ASPECTS = {aspect.value: aspect for aspect in Aspect}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of one question of an event."""

    question: AssessedQuestion
    stands: Sequence[Stand]
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """One question of one event, in its place in the list."""

    place: Place
    row: Row
    by_id: dict[str, Statement]
    judged: Judged


Judge = Callable[[Sequence[Statement]], list[Judged]]
"""The matters among an event's claims, in the order of questions."""


@dataclass(frozen=True, slots=True)
class Matters(Walked):
    """What is asked of such a list: candidates come from facets, and each is then judged."""

    conditions: Conditions
    as_of: AsOfDay | None
    aspects: frozenset[Aspect]
    """Empty: any."""
    scope: tuple[Wanted, ...] = field(default=())
    """The claims among which there would have to be some."""

    @abstractmethod
    async def judge(self, session: ReadSession) -> Judge:
        """How to judge a candidate, once what it takes has been looked up."""

    @abstractmethod
    async def show(self, session: ReadSession, matters: Sequence[Matter]) -> list[str]:
        """The documents of some matters."""

    async def check(self, session: ReadSession) -> None:
        """Every record that a parameter names exists. Raises BadParameters with the nearest ids."""
        require_revision(session, "changed_since", self.conditions.changed_since)
        await check_named(session, self.conditions.named)

    def asks_for(self, question: AssessedQuestion) -> bool:
        """Whether its aspect is among those asked for."""
        return not self.aspects or question.aspect in self.aspects

    async def walk(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[Found]]:
        """Every matching matter from a place on, a batch at a time."""
        question = await resolve(session, "events", self.conditions)
        waiting: list[Matter] = []
        async for matter in self._matters(session, question, sort, place, batch):
            waiting.append(matter)
            if len(waiting) >= batch:
                yield await self._found(session, waiting)
                waiting = []
        yield await self._found(session, waiting)

    async def _found(self, session: ReadSession, matters: Sequence[Matter]) -> list[Found]:
        bodies = await self.show(session, matters) if matters else []
        return [Found(matter.place, body) for matter, body in zip(matters, bodies, strict=True)]

    async def _matters(
        self, session: ReadSession, question: Question, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[Matter]:
        judge, as_of = await self.judge(session), self.as_of
        if as_of is not None and question.conditions.undated:
            as_of = replace(as_of, undated=Undated.INCLUDE)
        start = None if place is None else just_before(place, descending=sort.descending)
        async for rows in walk(session, question, sort, start, batch):
            async for here, row in unhurried(session, rows):
                statements = shown.counting(row, as_of)
                by_id = {statement.id: statement for statement in statements}
                backwards = sort.descending and here.phase == DATED
                found = judge(statements)
                for judged in reversed(found) if backwards else found:
                    if place is None or here.id != place.id or _comes_after(judged.question, place.tail, backwards):
                        yield Matter(here._replace(tail=_tail(judged.question)), row, by_id, judged)

    async def count(self, session: ReadSession) -> int:
        """How many match."""
        return len(await self._keys(session, await resolve(session, "events", self.conditions)))

    async def _keys(self, session: ReadSession, question: Question) -> set[tuple[int, str]]:
        """Event and aspect of all that match."""
        return {
            (matter.row[-1], matter.place.tail) async for matter in self._matters(session, question, DATE, None, BATCH)
        }

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """How many match but for a missing date."""
        return await left_out(session, "events", self.conditions, self._keys)

    async def why_empty(self, session: ReadSession) -> str:
        """Why there is nothing."""
        return await why(
            session, self.scope, self.as_of, "Claims are recorded, but nothing that they add up to matches."
        )


DATE = Sort("date", descending=False)


def _tail(question: AssessedQuestion) -> str:
    """A question as a cursor keeps it."""
    return "\t".join((question.aspect.value, question.measure or "", question.of or "", question.unit or ""))


def _comes_after(question: AssessedQuestion, last: str, backwards: bool) -> bool:
    """Whether a question of the event at which a page ended is still to come."""
    aspect, *parts = last.split("\t")
    if len(parts) != len(AssessedQuestion._fields) - 1 or aspect not in _ASPECTS:
        return True
    ended = AssessedQuestion(_ASPECTS[aspect], *parts).order
    return question.order < ended if backwards else question.order > ended
