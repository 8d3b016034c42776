"""Lists of questions (event, aspect) that are judged one by one, and the parts of their documents.

A page of such a list may end in the middle of an event.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import FromClause, Integer, bindparam, literal_column, select

from api import models
from api.domain.assessment import Assessment
from api.domain.positions import HeldPosition
from api.domain.statements import Question, Statement, decode
from api.domain.vocabulary import Aspect, Undated
from api.query.documents import BODY, STATEMENTS, AsOfDay, placeholder, placeholder_row
from api.query.lists import BATCH, Selection, check_named_records, in_turns, left_out, require_revision, resolve, walk
from api.query.matching import Conditions, FacetFilter
from api.query.paging import DATED, Found, Place, Sort, Walked, just_before
from api.query.session import ReadSession
from api.query.sql import REVISION
from api.query.why_empty import explain_empty
from api.schemas.records import Json, whole
from api.storage.reader import Row, body_of
from api.storage.reader import SqlStatement as Query

AT_ONCE = (8, 64, 512)
"""The numbers of ids a statement takes: one SQL text per size, padded by repeating the last id."""

_TABLES: dict[str, FromClause] = {
    "event": models.EventDocument.__table__,
    "claim": models.ClaimDocument.__table__,
}


@lru_cache
def _rows_statement(kind: str, size: int) -> Query:
    """Rows of (revision, 0, id, body), for events with the columns for judgement; parameters `id0` and on."""
    table = _TABLES[kind]
    columns: list[Any] = [REVISION, literal_column("0", Integer), table.c.id, body_of(table)]
    if kind == "event":
        columns += [table.c.judged_from, table.c.judged_to, table.c.statements]
    return Query(select(*columns).where(table.c.id.in_([bindparam(f"id{index}") for index in range(size)])))


async def rows_by_id(session: ReadSession, kind: str, ids: Iterable[str]) -> dict[str, Row]:
    """The rows of these events or claims, by id."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Row] = {}
    for start in range(0, len(wanted), AT_ONCE[-1]):
        part = wanted[start : start + AT_ONCE[-1]]
        size = next(size for size in AT_ONCE if len(part) <= size)
        many = size == AT_ONCE[-1]
        part += part[-1:] * (size - len(part))
        values = {f"id{index}": id_ for index, id_ in enumerate(part)}
        found.update({row[2]: row for row in await session.fetch(_rows_statement(kind, size), values, slow=many)})
    return found


async def claims(session: ReadSession, ids: Iterable[str]) -> dict[str, str]:
    """The documents of these claims, by id."""
    wanted = set(ids)
    found = await rows_by_id(session, "claim", wanted)
    return {id_: found[id_][BODY] if id_ in found else placeholder("claim", id_) for id_ in wanted}


async def said_dates(session: ReadSession, ids: Iterable[str]) -> dict[str, Json]:
    """The dates of these claims, by id."""
    texts = await claims(session, ids)
    return {id_: orjson.loads(body)["said"] async for id_, body in in_turns(session, texts.items())}


async def event(session: ReadSession, identifier: str) -> Row:
    """One event's row. Raises NotFound with the nearest ids, or Gone."""
    found = (await rows_by_id(session, "event", [identifier])).get(identifier)
    if found is None and await session.name("event", identifier) is not None:
        session.damaged("event", identifier, "", "it has no document")
        return placeholder_row("event", [session.revision, None, identifier, None, 0, 0, ""])
    if found is None:
        raise await session.absent("event", identifier)
    return found


def counting(row: Row, as_of: AsOfDay | None) -> list[Statement]:
    """The claims of an event's row that count."""
    return decode(row[STATEMENTS]) if as_of is None else as_of.statements(row)


def undated_left_out(everything: Sequence[Statement], counted: Sequence[Statement]) -> dict[str, int]:
    """The number of claims that do not count as of a day only because they are undated."""
    undated = sum(not statement.dated for statement in everything)
    return {
        "undated": undated - sum(not statement.dated for statement in counted),
        "undated_claims": 0,
        "without_coordinates": 0,
    }


def dated_ref(document: Json) -> Json:
    """A reference to an event that includes its date, from its document."""
    return {name: document[name] for name in ("id", "title", "date")}


def dated_ref_of(body: str) -> Json:
    """The same from its document's text, of which only the beginning is parsed."""
    return dated_ref(orjson.loads(body[: body.index(',"location":')] + "}"))


async def actor(session: ReadSession, identifier: str | None) -> Json | None:
    """A reference to an actor; None if nobody is named."""
    if identifier is None:
        return None
    return {"id": identifier, "name": await session.name("actor", identifier)}


async def actors(session: ReadSession, identifiers: Iterable[str | None]) -> list[Json]:
    """References to actors without duplicates, in the given order."""
    named = dict.fromkeys(identifier for identifier in identifiers if identifier is not None)
    return [{"id": identifier, "name": await session.name("actor", identifier)} for identifier in named]


async def members(session: ReadSession, parties: Sequence[str]) -> frozenset[str] | None:
    """The actors that belong to any of the parties; None without a party filter."""
    if not parties:
        return None
    return frozenset().union(*[await session.members(party) for party in parties])


def voiced(stands: Iterable[HeldPosition], by_id: dict[str, Statement], speakers: Collection[str] | None) -> bool:
    """Whether a claim in any of the positions is by one of the speakers (None: anybody)."""
    if speakers is None:
        return True
    return any(by_id[claim].speaker in speakers for stand in stands for claim in stand.claims)


async def sent_question(session: ReadSession, asked: Question) -> Json:
    """The subject of a judgement, as sent."""
    of = await actor(session, asked.of)
    return asked.as_sent(lambda _: of)


async def content(session: ReadSession, stand: HeldPosition, asked: Question) -> Json:
    """The figure of a position on a question, and the actors it names, as sent."""
    value: Json | None = None
    if stand.figure is not None:
        low, best, high = (whole(number) for number in stand.figure)
        value = {"low": low, "best": best, "high": high, "unit": asked.unit, "measure": asked.measure}
        value |= {"of": await actor(session, asked.of)}
    return {"value": value, "names": await actors(session, stand.names)}


async def position(
    session: ReadSession, stand: HeldPosition, asked: Question, by_id: dict[str, Statement], when: dict[str, Json]
) -> Json:
    """A position on a question as sent, without its party."""
    return {
        "stance": stand.position,
        **await content(session, stand, asked),
        "since": when[stand.since],
        "speakers": await actors(session, (by_id[claim].speaker for claim in stand.claims)),
        "claims": stand.claims,
    }


_ASPECTS = {aspect.value: aspect for aspect in Aspect}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of judging one question of an event."""

    question: Question
    stands: Sequence[HeldPosition]
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class EventQuestion:
    """One question of one event, with its place in the list."""

    place: Place
    row: Row
    by_id: dict[str, Statement]
    judged: Judgement


Judge = Callable[[Sequence[Statement]], list[Judgement]]
"""The judged questions among an event's claims, in the order of questions."""


@dataclass(frozen=True, slots=True)
class QuestionsQuery(Walked):
    """A query of such a list: candidates come from facets, and each one is then judged."""

    conditions: Conditions
    as_of: AsOfDay | None
    aspects: frozenset[Aspect]
    """The requested aspects; empty: any."""
    scope: tuple[FacetFilter, ...] = field(default=())
    """The claims that an event needs at least one of."""

    @abstractmethod
    async def judge(self, session: ReadSession) -> Judge:
        """The function that judges a candidate, after looking up what it needs."""

    @abstractmethod
    async def show(self, session: ReadSession, questions: Sequence[EventQuestion]) -> list[str]:
        """The documents of some questions."""

    async def check(self, session: ReadSession) -> None:
        """Check that every record named by a parameter exists. Raises BadParameters with the nearest ids."""
        require_revision(session, "changed_since", self.conditions.changed_since)
        await check_named_records(session, self.conditions.named)

    def asks_for(self, question: Question) -> bool:
        """Whether its aspect is among the requested ones."""
        return not self.aspects or question.aspect in self.aspects

    async def walk(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[Found]]:
        """Every matching question from a place on, in batches."""
        selection = await resolve(session, "events", self.conditions)
        waiting: list[EventQuestion] = []
        async for one in self._questions(session, selection, sort, place, batch):
            waiting.append(one)
            if len(waiting) >= batch:
                yield await self._found(session, waiting)
                waiting = []
        yield await self._found(session, waiting)

    async def _found(self, session: ReadSession, questions: Sequence[EventQuestion]) -> list[Found]:
        bodies = await self.show(session, questions) if questions else []
        await session.checkpoint()
        found = [Found(one.place, body) for one, body in zip(questions, bodies, strict=True)]
        await session.checkpoint()
        return found

    async def _questions(
        self, session: ReadSession, selection: Selection, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[EventQuestion]:
        judge, as_of = await self.judge(session), self.as_of
        if as_of is not None and selection.conditions.undated:
            as_of = replace(as_of, undated=Undated.INCLUDE)
        start = None if place is None else just_before(place, descending=sort.descending)
        async for rows in walk(session, selection, sort, start, batch):
            async for here, row in in_turns(session, rows):
                statements = counting(row, as_of)
                by_id = {statement.id: statement for statement in statements}
                backwards = sort.descending and here.phase == DATED
                found = judge(statements)
                for judged in reversed(found) if backwards else found:
                    if place is None or here.id != place.id or _comes_after(judged.question, place.tail, backwards):
                        yield EventQuestion(here._replace(tail=_tail(judged.question)), row, by_id, judged)

    async def count(self, session: ReadSession) -> int:
        """The number of matching questions."""
        return len(await self._keys(session, await resolve(session, "events", self.conditions)))

    async def _keys(self, session: ReadSession, selection: Selection) -> set[tuple[int, str]]:
        """The event and aspect of each match."""
        return {(one.row[-1], one.place.tail) async for one in self._questions(session, selection, DATE, None, BATCH)}

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """The number of questions that do not match only for lack of a date."""
        return await left_out(session, "events", self.conditions, self._keys)

    async def why_empty(self, session: ReadSession) -> str:
        """Explain an empty result."""
        return await explain_empty(
            session, self.scope, self.as_of, "Claims are recorded, but nothing that they add up to matches."
        )


DATE = Sort("date", descending=False)


def _tail(question: Question) -> str:
    """A question as stored in a cursor."""
    return "\t".join((question.aspect.value, question.measure or "", question.of or "", question.unit or ""))


def _comes_after(question: Question, last: str, backwards: bool) -> bool:
    """Whether a question comes after the one where a page ended, within the same event."""
    aspect, *parts = last.split("\t")
    if len(parts) != len(Question._fields) - 1 or aspect not in _ASPECTS:
        return True
    ended = Question(_ASPECTS[aspect], *parts).order
    return question.order < ended if backwards else question.order > ended
