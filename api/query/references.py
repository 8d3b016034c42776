"""What judged answers show beside statements: actors, claims and events by id, and who belongs to a party."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import FromClause, Integer, bindparam, literal_column, select

from api import models
from api.domain.positions import Stand
from api.domain.statements import Question, Statement, decode
from api.errors import NotFound
from api.query.as_of import BODY, STATEMENTS, AsOfDay
from api.query.lists import unhurried
from api.query.session import ReadSession
from api.query.statements import REVISION
from api.query.validity import blank, blanked
from api.schemas.records import whole
from api.storage.reader import Row, body_of
from api.storage.reader import Statement as Query

Json = dict[str, Any]
AT_ONCE = (8, 64, 512)
"""How many ids a statement takes: one text for each size, the last id repeated to fill it."""

_TABLES: dict[str, FromClause] = {
    "event": models.EventDocument.__table__,
    "claim": models.ClaimDocument.__table__,
}


@lru_cache
def _rows_statement(kind: str, size: int) -> Query:
    """Rows of (revision, 0, id, body), and for events what is judged; parameters `id0` and on."""
    table = _TABLES[kind]
    columns: list[Any] = [REVISION, literal_column("0", Integer), table.c.id, body_of(table)]
    if kind == "event":
        columns += [table.c.judged_from, table.c.judged_to, table.c.statements]
    return Query(select(*columns).where(table.c.id.in_([bindparam(f"id{index}") for index in range(size)])))


async def rows(session: ReadSession, kind: str, ids: Iterable[str]) -> dict[str, Row]:
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
    found = await rows(session, "claim", wanted)
    return {id_: found[id_][BODY] if id_ in found else blank("claim", id_) for id_ in wanted}


async def said(session: ReadSession, ids: Iterable[str]) -> dict[str, Json]:
    """When these claims were said, by id."""
    texts = await claims(session, ids)
    return {id_: orjson.loads(body)["said"] async for id_, body in unhurried(session, texts.items())}


async def event(session: ReadSession, identifier: str) -> Row:
    """One event's row. Raises NotFound with the nearest ids."""
    found = (await rows(session, "event", [identifier])).get(identifier)
    if found is None and await session.name("event", identifier) is not None:
        session.damaged("event", identifier, "", "it has no document")
        return blanked("event", [session.revision, None, identifier, None, 0, 0, ""])
    if found is None:
        raise NotFound(f"There is no event {identifier[:200]}.", await session.near("event", identifier))
    return found


def counting(row: Row, as_of: AsOfDay | None) -> list[Statement]:
    """The claims of an event's row that count."""
    return decode(row[STATEMENTS]) if as_of is None else as_of.statements(row)


def undated_left_out(everything: Sequence[Statement], counted: Sequence[Statement]) -> dict[str, int]:
    """How many claims as of a day do not count only because they are undated."""
    undated = sum(not statement.dated for statement in everything)
    return {
        "undated": undated - sum(not statement.dated for statement in counted),
        "undated_claims": 0,
        "without_coordinates": 0,
    }


def dated_ref(document: Json) -> Json:
    """An event's document as a reference that says when it happened."""
    return {name: document[name] for name in ("id", "title", "date")}


async def actor(session: ReadSession, identifier: str | None) -> Json | None:
    """A reference to an actor; None: nobody named."""
    if identifier is None:
        return None
    return {"id": identifier, "name": await session.name("actor", identifier)}


async def actors(session: ReadSession, identifiers: Iterable[str | None]) -> list[Json]:
    """References to actors, each once, in the order they come."""
    named = dict.fromkeys(identifier for identifier in identifiers if identifier is not None)
    return [{"id": identifier, "name": await session.name("actor", identifier)} for identifier in named]


async def members(session: ReadSession, parties: Sequence[str]) -> frozenset[str] | None:
    """Whoever belongs to one of the parties; None: no party is asked for."""
    if not parties:
        return None
    return frozenset().union(*[await session.members(party) for party in parties])


def voiced(stands: Iterable[Stand], by_id: dict[str, Statement], speakers: Collection[str] | None) -> bool:
    """Whether a claim in one of the positions is by one of the speakers; None: anybody."""
    if speakers is None:
        return True
    return any(by_id[claim].speaker in speakers for stand in stands for claim in stand.claims)


async def question(session: ReadSession, asked: Question) -> Json:
    """What a judgement is about, as it is sent."""
    of = await actor(session, asked.of)
    return asked.as_sent(lambda _: of)


async def content(session: ReadSession, stand: Stand, by_id: dict[str, Statement]) -> Json:
    """The figure a position stands by, and whom it names, as they are sent."""
    value: Json | None = None
    if stand.figure is not None:
        first = next(by_id[id_] for id_ in stand.claims if by_id[id_].figure is not None)
        low, best, high = (whole(number) for number in stand.figure)
        value = {"low": low, "best": best, "high": high, "unit": first.unit, "measure": first.measure}
        value |= {"of": await actor(session, first.of)}
    return {"value": value, "names": await actors(session, stand.names)}


async def position(session: ReadSession, stand: Stand, by_id: dict[str, Statement], when: dict[str, Json]) -> Json:
    """A position as it is sent, without its party."""
    return {
        "stance": stand.position,
        **await content(session, stand, by_id),
        "since": when[stand.since],
        "speakers": await actors(session, (by_id[claim].speaker for claim in stand.claims)),
        "claims": stand.claims,
    }
