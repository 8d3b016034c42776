"""Briefings: new claims, changed positions and changed assessments between two days, by event.

A claim became known on the first day by which it had possibly or certainly been made. Events are sorted by their first
new claim, so a page is found by walking the claims, and each event appears once, at that claim.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, ClassVar

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.domain import vocabulary as v
from api.domain.assessment import assess_weighed
from api.domain.dates import day_in_words
from api.domain.positions import HeldPosition, Weights, latest_positions_by_question
from api.domain.statements import Statement, said_by
from api.domain.vocabulary import Position, Undated
from api.errors import BadParameters, bad
from api.http import answers
from api.http.answers import Listing
from api.http.caching import base
from api.http.exports import ExportRequest, send
from api.http.feed import ATOM, EventNews, Feed
from api.http.routing import export_of, judged_of
from api.models.facets import ClaimFacets
from api.query import questions
from api.query.documents import BODY, AsOfDay, assessments_of
from api.query.filters import Dated, Day, Id, Paged
from api.query.lists import BATCH, check_named_records, in_turns, left_out, resolve, walk
from api.query.matching import Conditions, facet_filters
from api.query.paging import Found, Place, Sort, Walked, query_string
from api.query.session import ReadSession
from api.query.why_empty import explain_empty
from api.schemas.pages import Briefing
from api.schemas.records import Json
from api.storage.reader import Row


@dataclass(frozen=True, slots=True)
class EventClaims:
    """The claims about one event that counted before the first day, and those that count by the last day."""

    row: Row
    before: Sequence[Statement]
    after: Sequence[Statement]
    new: Sequence[Statement]
    """The new claims that were requested, in the order said."""
    whole: bool
    """Whether all claims count by the last day, so that the event's document says what they add up to."""


@dataclass(frozen=True, slots=True)
class News(Walked):
    """The query of a briefing: which claims, and the days in which they became known."""

    conditions: Conditions
    parties: Sequence[str]
    undated: Undated
    """Whether undated claims count as known all along; if not, they never count."""

    async def check(self, session: ReadSession) -> None:
        """Check that every record named by a parameter exists. Raises BadParameters with the nearest ids."""
        await check_named_records(session, self.conditions.named)

    async def walk(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[Found]]:
        """Every event with news, from a place on, in batches."""
        async for events in self.news(session, sort, place, batch):
            yield [Found(here, _body(news)) async for here, news in in_turns(session, events)]

    async def news(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[tuple[Place, EventNews]]]:
        """Like `walk`, but the news themselves instead of their JSON."""
        async for events, read in self._events(session, sort, place, batch):
            new = [claim.id for _, known in events for claim in known.new]
            texts = read | await questions.claims(session, (claim for claim in new if claim not in read))
            yield [(here, await _news(session, known, texts)) async for here, known in in_turns(session, events)]

    async def _events(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[tuple[list[tuple[Place, EventClaims]], dict[str, str]]]:
        """Every such event, at the place of its first new claim, and the documents of the claims read for them."""
        question = await resolve(session, "claims", self.conditions)
        speakers = await questions.members(session, self.parties)
        met: set[str] = set()
        async for rows in walk(session, question, sort, place, batch):
            waiting: dict[Place, str] = {}
            async for here, row in in_turns(session, rows):
                event = _event(row[BODY])
                if event is not None and event not in met:  # else an earlier claim listed it, maybe on an earlier page
                    met.add(event)
                    waiting[here] = event
            found = await questions.rows_by_id(session, "event", waiting.values())
            there = [(here, found[event]) for here, event in waiting.items() if event in found]
            known = [(here, self._known(row, speakers)) async for here, row in in_turns(session, there)]
            known = await _in_order_listed(session, known)
            first = [(here, one) for here, one in known if one.new and one.new[0].id == here.id]
            yield first, {here.id: row[BODY] for here, row in rows}

    def _known(self, row: Row, speakers: frozenset[str] | None) -> EventClaims:
        conditions = self.conditions
        assert conditions.first is not None and conditions.last is not None  # noqa: S101, PT018 - a briefing has days
        everything = questions.counting(row, None)
        before = said_by(everything, conditions.first - 1, conditions.known, self.undated)
        after = said_by(everything, conditions.last, conditions.known, self.undated)
        old = {statement.id for statement in before}
        new = [s for s in after if s.id not in old and (speakers is None or s.speaker in speakers)]
        return EventClaims(row, before, after, new, len(after) == len(everything))

    async def at_most(self, session: ReadSession) -> int:
        """The number of new claims, for an event with news has at least one."""
        return len((await resolve(session, "claims", self.conditions)).numbers)

    async def count(self, session: ReadSession) -> int:
        """The number of events with news."""
        sort = Sort("said", descending=False)
        return sum([len(events) async for events, _ in self._events(session, sort, None, BATCH)])

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """The number of undated claims, which became known on no day."""
        conditions = replace(self.conditions, newly_known=False, undated=self.undated == Undated.INCLUDE)
        return await left_out(session, "claims", conditions)

    async def why_empty(self, session: ReadSession) -> str:
        """Explain an empty briefing."""
        conditions = self.conditions
        assert conditions.last is not None  # noqa: S101 - a briefing has days
        otherwise = "Nothing new became known in these days; what is recorded was said before or after."
        return await explain_empty(
            session, conditions.filters, AsOfDay(conditions.last, conditions.known, self.undated), otherwise
        )


async def _in_order_listed(
    session: ReadSession, known: Sequence[tuple[Place, EventClaims]]
) -> list[tuple[Place, EventClaims]]:
    """The same with new claims in the order in which they are listed.

    A claim with an open start is listed by its recorded end, although it counts by the day its dataset was recorded.
    """
    open_starts = [claim.id for _, one in known for claim in one.new if claim.earliest is None]
    said = await questions.said_dates(session, open_starts)
    ends = {id_: date.fromisoformat(when["latest"]).toordinal() for id_, when in said.items() if when["latest"]}

    def key(claim: Statement) -> tuple[int, str]:
        return claim.earliest or ends.get(claim.id) or claim.latest or 0, claim.id

    return [(here, replace(one, new=sorted(one.new, key=key))) for here, one in known]


_ABOUT = re.compile(r'\{"id":"[^"\\]+","event":\{"id":"([^"\\]+)",')


def _event(claim: str) -> str | None:
    """The id of the event that a claim is about; None if the claim is damaged."""
    begins = _ABOUT.match(claim)
    event: str | None = begins.group(1) if begins else orjson.loads(claim)["event"]["id"]
    return event


async def _news(session: ReadSession, known: EventClaims, texts: dict[str, str]) -> EventNews:
    """What became known about one event."""
    before, after = Weights(known.before), Weights(known.after)
    return EventNews(
        questions.dated_ref_of(known.row[BODY]),
        {claim.id: texts[claim.id] for claim in known.new},
        await _moves(session, known.new, before, after),
        await _changes(session, known, before, after),
    )


def _body(news: EventNews) -> str:
    """One event of the briefing."""
    return orjson.dumps(news._asdict() | {"claims": [orjson.Fragment(text) for text in news.claims.values()]}).decode()


async def _moves(session: ReadSession, claims: Sequence[Statement], earlier: Weights, later: Weights) -> list[Json]:
    """Positions that new claims changed or took for the first time."""
    new = {claim.id for claim in claims}
    moves = []
    held = latest_positions_by_question(earlier)
    for question, stands in latest_positions_by_question(later).items():
        before = {stand.party: stand for stand in held.get(question, ())}
        for stand in stands:
            was = before.get(stand.party)
            if _moved(was, stand) and not new.isdisjoint(stand.claims):
                moves.append(
                    {
                        **await questions.sent_question(session, question),
                        "party": await questions.actor(session, stand.party),
                        "before": was and was.position,
                        "after": stand.position,
                        **await questions.content(session, stand, question),
                        "by": stand.since,
                    }
                )
    return moves


def _moved(was: HeldPosition | None, stand: HeldPosition) -> bool:
    """Whether a position differs from the previous one; neutral is no position, unless an earlier one was retracted."""
    if stand.position == Position.NEUTRAL:
        return was is not None and was.position != Position.NEUTRAL
    return was is None or (was.position, was.figure, was.names) != (stand.position, stand.figure, stand.names)


async def _changes(session: ReadSession, known: EventClaims, earlier: Weights, later: Weights) -> list[Json]:
    """Assessments whose status changed."""
    before: dict[tuple[str | None, ...], str] = {found.question: found.status for found in assess_weighed(earlier)}
    changes = []
    for found in assessments_of(known.row) if known.whole else await _assessments(session, later):
        of = found["of"]
        until = before.get((found["aspect"], found["measure"], of and of["id"], found["unit"]))
        status = found.pop("status")
        if until != status:
            grounds = {name: found.pop(name) for name in ("voices", "because", "inferred")}
            changes.append({**found, "before": until, "after": status, **grounds})
    return changes


async def _assessments(session: ReadSession, weights: Weights) -> list[Json]:
    """What the claims add up to, as in an event's document."""
    found = assess_weighed(weights)
    refs = {one.question.of: await questions.actor(session, one.question.of) for one in found}
    return [one.as_sent(refs.__getitem__) for one in found]


BRIEFING = Listing("briefing", ("said",))
router = APIRouter(prefix="/briefing", tags=["Briefing"])
exports = APIRouter(tags=["Briefing"])


class BriefingFilters(Dated):
    """Filters of a briefing."""

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
        Field(description="Said by this actor or a member of it.", examples=[["ukrainian-side"]]),
    ] = []
    location: Annotated[
        list[Id],
        ClaimFacets.LOCATION,
        Field(description="The event is at this place or within it.", examples=[["lysychansk"]]),
    ] = []

    known: Annotated[
        v.Known,
        Field(
            description="Whether a claim became known on the day by which it was certainly made, or possibly made.",
            examples=["possible"],
        ),
    ] = v.Known.CERTAIN

    def span(self) -> tuple[date, date]:
        """The first and the last day. Raises BadParameters if neither is given."""
        first, last = self.date_from or self.date_to, self.date_to or self.date_from
        if first is None or last is None:
            raise BadParameters(bad("date_from", None, "is missing: give a day, or date_from and date_to"))
        return first, last

    def asked(self) -> News:
        """The query."""
        filters, named = facet_filters(self)
        first, last = self.span()
        conditions = Conditions(
            filters=tuple(filters),
            named=tuple(named),
            first=first.toordinal(),
            last=last.toordinal(),
            known=self.known,
            newly_known=True,
        )
        return News(conditions, self.party, self.undated)

    async def described(self, session: ReadSession) -> str:
        """The query in words."""
        first, last = self.span()
        days = f"on {day_in_words(first)}" if first == last else f"from {day_in_words(first)} to {day_in_words(last)}"
        where = f" about events in {await session.names('location', self.location)}" if self.location else ""
        who = f" by what {await session.names('actor', self.party)} said" if self.party else ""
        sure = "became" if self.known == v.Known.CERTAIN else "may have become"
        extra = "; undated claims count as known all along" if self.undated == Undated.INCLUDE else ""
        return f"What {sure} known {days}{where}{who}{extra}"


class BriefingQuery(BriefingFilters, Paged):
    """A page of a briefing."""

    sort: ClassVar = "said"


@router.get("", responses=judged_of("briefing", Briefing), response_class=Response)
async def get_briefing(request: Request, query: Annotated[BriefingQuery, Query()]) -> Response:
    """What became known on a day or between two days: new claims, changed positions, changed assessments.

    A claim becomes known on the first day by which it had been made, so it is news once: with `known=certain` (the
    default) on the latest possible day, with `possible` on the earliest. The states before and after are as of the day
    before `date_from` and as of `date_to`. Events are sorted by their first new claim. With `party`, claims and
    positions are those of that party, and assessments those of the events it spoke about.
    """
    return await answers.page(request, BRIEFING, query)


@exports.get("/briefing.atom", responses=export_of(ATOM, "<feed/>", "entries"), response_class=Response)
async def export_briefing_atom(request: Request, query: Annotated[BriefingFilters, Query()]) -> Response:
    """The same as an Atom feed: an entry for each claim that became known and for each status that changed.

    Ids of entries depend only on their content, so a feed reader shows each entry once.
    """
    here = request.url.path + query_string(request.query_params.multi_items())
    form = Feed(base(request), here, query.span(), query.known)
    return await send(ExportRequest(request, BRIEFING, query, ATOM, partial(form.write, query)))
