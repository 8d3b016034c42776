"""Who says who holds a place: each party's latest claim about the place or a place that contains it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.domain.positions import HeldPosition, latest_positions, questions_of
from api.domain.statements import Statement, in_order_said, lateness
from api.domain.vocabulary import Aspect, Known, Position, Undated
from api.http import answers
from api.http.resources.locations import LocationId
from api.http.routing import judged_of
from api.models.facets import EventFacets
from api.query import questions
from api.query.descriptions import with_as_of
from api.query.documents import BODY, AsOfDay
from api.query.filters import AsOf
from api.query.lists import BATCH, resolve, walk
from api.query.matching import Conditions, any_of
from api.query.questions import DATE
from api.query.session import ReadSession
from api.query.tables import item_statement
from api.query.why_empty import explanation
from api.schemas.pages import Control
from api.schemas.records import Json
from api.storage.reader import Row

_LOCATION = item_statement("location")
_WEIGHTS = {Position.SUPPORT: 1, Position.NEUTRAL: 0, Position.OPPOSE: -1}


@dataclass(frozen=True, slots=True)
class Word:
    """A party's current position on the control of one place, from one event."""

    place: str
    row: Row
    stand: HeldPosition
    last: Statement
    """The latest claim of the position."""

    @property
    def rank(self) -> tuple[bool, tuple[tuple[int, int], int, str]]:
        """Sort key: positions rank above mere mentions, then the later claim above the earlier."""
        return self.stand.position != Position.NEUTRAL, lateness(self.last, _WEIGHTS[self.stand.position])


async def containers(session: ReadSession, identifier: str) -> tuple[list[Json], int]:
    """References to the place, its equivalents in other datasets and all places that contain it, from inner to outer.

    Also returns how many of the first ones are the place itself.
    """
    found: dict[str, Json] = {}
    waiting, wider, itself = [identifier], list[str](), 0
    while waiting or wider:
        if not waiting:
            itself = itself or len(found)
            waiting.append(wider.pop(0))
        here = waiting.pop(0)
        if here in found:
            continue
        rows = await session.fetch(_LOCATION, {"id": here})
        if not rows:  # the document is missing, but the name is known
            found[here] = {"id": here, "name": await session.name("location", here)}
            continue
        document = orjson.loads(rows[0][BODY])
        found[here] = {"id": here, "name": document["name"]}
        same = [document["same_as"], *document["unites"]]
        waiting = [one["id"] for one in same if one] + waiting
        wider += [document["within"]["id"]] if document["within"] else []
    return list(found.values()), itself or len(found)


async def _rows(session: ReadSession, place: str, as_of: AsOfDay | None) -> AsyncIterator[Row]:
    """The events at this place itself with claims about control."""
    conditions = Conditions(
        filters=(any_of(EventFacets.CONTROL, [place]),),
        as_of=None if as_of is None else as_of.day,
        known=Known.CERTAIN if as_of is None else as_of.known,
        undated=as_of is not None and as_of.undated == Undated.INCLUDE,
        statements=True,
    )
    question = await resolve(session, "events", conditions)
    async for rows in walk(session, question, DATE, None, BATCH):
        for _, row in rows:
            yield row


async def latest_words(session: ReadSession, places: Sequence[Json], as_of: AsOfDay | None) -> list[Word]:
    """Every party's position on the control of each of these places, by event."""
    found: list[Word] = []
    for place in places:
        async for row in _rows(session, place["id"], as_of):
            statements = questions.counting(row, as_of)
            by_id = {statement.id: statement for statement in statements}
            for question in questions_of(statements):
                stands = latest_positions(statements, question) if question.aspect == Aspect.CONTROL else []
                found += [Word(place["id"], row, stand, by_id[stand.claims[-1]]) for stand in stands]
    return found


async def why_empty(session: ReadSession, places: Sequence[Json], as_of: AsOfDay | None) -> str:
    """Explain why there is no claim of control for these places."""
    rows = [row for place in places async for row in _rows(session, place["id"], None)]
    spoken = [statement for row in rows for statement in questions.counting(row, None)]
    ordered = in_order_said(statement for statement in spoken if statement.aspect == Aspect.CONTROL)
    when = await questions.said_dates(session, [statement.id for statement in ordered[:1]])
    first = when[ordered[0].id]["edtf"] or "" if ordered else None
    return explanation(first, as_of, "The claims of control that are recorded are about claims that do not count.")


def latest(found: Iterable[Word]) -> Word | None:
    """The latest of some positions."""
    return max(found, key=lambda word: word.rank, default=None)


NOTHING_SAID: Json = dict.fromkeys(("stance", "since", "location", "event", "claim"))
"""The row of a party that only opposes a claim about a containing place, which says nothing about a part."""


def _standing(word: Word, texts: dict[str, str], when: dict[str, Json], refs: dict[str, Json]) -> Json:
    """The position that counts, as sent."""
    event = orjson.loads(word.row[BODY])
    return {
        "stance": word.stand.position,
        "since": when[word.stand.since],
        "location": refs[word.place],
        "event": {name: event[name] for name in ("id", "title", "kind", "date", "participants")},
        "claim": orjson.Fragment(texts[word.last.id]),
    }


async def shown_words(session: ReadSession, places: Sequence[Json], itself: int, found: Sequence[Word]) -> list[Json]:
    """One row per party, by id, unnamed speakers last; the first `itself` places are the requested one."""
    here = {place["id"] for place in places[:itself]}
    parties = sorted({word.stand.party for word in found}, key=lambda party: (party is None, party or ""))
    chosen = []
    for party in parties:
        own = [word for word in found if word.stand.party == party]
        by_place = [latest(word for word in own if word.place == place["id"]) for place in places]
        chosen.append([word for word in by_place if word is not None])
    ids = {id_ for own in chosen for word in own for id_ in (word.last.id, word.stand.since)}
    texts = await questions.claims(session, ids)
    when = {id_: orjson.loads(text)["said"] for id_, text in texts.items()}
    refs = {place["id"]: place for place in places}
    rows = []
    for party, spoken in zip(parties, chosen, strict=True):
        wider = [word for word in spoken if word.place not in here and word.stand.position == Position.OPPOSE]
        own = [word for word in spoken if word not in wider]
        word = latest(own)
        rows.append(
            {
                "party": await questions.actor(session, party),
                **(NOTHING_SAID if word is None else _standing(word, texts, when, refs)),
                "wider": [one.last.id for one in wider],
                "places": [
                    {
                        "location": refs[one.place],
                        "stance": one.stand.position,
                        "claim": one.last.id,
                        "said": when[one.last.id],
                    }
                    for one in own
                ],
            }
        )
    return rows


router = APIRouter(tags=["Positions"])


class ControlQuery(AsOf):
    """Parameters of control."""


@router.get("/locations/{id}/control", responses=judged_of("control", Control, "location"), response_class=Response)
async def get_control(request: Request, id: LocationId, query: Annotated[ControlQuery, Query()]) -> Response:  # noqa: A002
    """Who says who holds a place: each party's latest claim of control about it or a place that contains it.

    The party's latest claim counts, whichever place it is about; `places` has its latest claim on each. A claim about a
    containing place applies to its parts if it supports control, but not if it opposes: "we do not hold all of it" says
    nothing about a part, and is given in `wider`. A claim without a position counts only if the party has never taken
    one. To support the capture of a place means that the attackers hold it, to oppose it means that they do not; for a
    report of control, the same applies to its participants.
    """

    async def make(session: ReadSession) -> bytes:
        await session.require("location", id)
        as_of = query.as_of_day()
        places, itself = await containers(session, id)
        data = await shown_words(session, places, itself, await latest_words(session, places, as_of))
        noun = f"The latest words on who holds {places[0]['name']}, or what contains it"
        meta: dict[str, Any] = {"description": with_as_of(noun, as_of)}
        if not data:
            meta["why_empty"] = await why_empty(session, places, as_of)
        return answers.unpaged(request, data, meta, location=places[0])

    return await answers.computed(request, make)
