"""Records sent whole where others only refer to them: sources, actors and places, by one statement for each kind."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import FromClause, Select, select

from api import models
from api.query.session import ReadSession
from api.query.statements import REVISION, each_text
from api.storage.reader import Statement, body_of

Json = dict[str, Any]
Path = tuple[str, ...]
QUICK = 60
"""So many documents are read before anybody has noticed, and need no thread."""
KINDS = {"sources": "source", "actors": "actor", "location": "location"}
PLACE_OF_EVENT: Path = ("event", "location")
"""Not in the record itself: the place of the event that it is about is put there."""


def _of_date(*path: str) -> tuple[Path, ...]:
    return (*path, "source"), (*path, "others", "source")


REFERENCES: Mapping[str, Mapping[str, tuple[Path, ...]]] = {
    "events": {
        "sources": (*_of_date("date"), ("location", "point", "source")),
        "actors": (("participants", "actor"), ("assessments", "of")),
        "location": (("location",),),
    },
    "claims": {
        "sources": (("citations", "source"), *_of_date("said")),
        "actors": (("speaker",), ("via",), ("quote_by",), ("value", "of"), ("names",)),
        "location": (PLACE_OF_EVENT,),
    },
    "sources": {"sources": (("parent",), *_of_date("published"))},
    "actors": {"actors": (("affiliations", "actor"),)},
    "locations": {
        "sources": (("point", "source"),),
        "location": (("within",), ("same_as",), ("unites",)),
    },
    "disputes": {
        "sources": _of_date("event", "date"),
        "actors": (
            ("of",),
            *(("positions", name) for name in ("party", "speakers", "names")),
            ("positions", "value", "of"),
        ),
        "location": (PLACE_OF_EVENT,),
    },
}
"""By list and by what is asked for: where in a record the references stand that are made whole."""
LEFT_OUT = {"actor": "affiliated"}
"""What belongs to an actor may be thousands: it stands at the actor itself."""
_DOCUMENTS: dict[str, FromClause] = {
    "source": models.SourceDocument.__table__,
    "actor": models.ActorDocument.__table__,
    "location": models.LocationDocument.__table__,
}
_EVENT, _PLACE = models.Event.__table__, models.LocationDocument.__table__


def _whole(kind: str, each: FromClause) -> Select[Any]:
    document = _DOCUMENTS[kind]
    found = select(REVISION, document.c.id, document.c.id, body_of(document))
    return found.join_from(each, document, document.c.id == each.c.value)


def _whole_statement(kind: str) -> Statement:
    sqlite, postgresql = each_text("ids")
    return Statement(_whole(kind, sqlite), lambda: _whole(kind, postgresql))


def _places(each: FromClause) -> Select[Any]:
    found = select(REVISION, _EVENT.c.id, _PLACE.c.id, body_of(_PLACE), _EVENT.c.place_relation)
    return found.join_from(each, _EVENT, _EVENT.c.id == each.c.value).join(_PLACE, _PLACE.c.id == _EVENT.c.location)


WHOLE = {kind: _whole_statement(kind) for kind in _DOCUMENTS}
"""Rows of (revision, id, id, body) of the records with `ids`."""
PLACES = Statement(_places(each_text("ids")[0]), lambda: _places(each_text("ids")[1]))
"""Rows of (revision, event, location, body, relation) of the events with `ids` that have a place."""


def tops(listing: str, words: Sequence[str]) -> set[str]:
    """The top-level fields in which something is made whole."""
    return {path[0] for word in words for path in REFERENCES[listing][word]}


async def expand(session: ReadSession, listing: str, records: Sequence[Json], words: Sequence[str]) -> None:
    """Make references whole in records, of which the fields that hold them are given."""
    for word in dict.fromkeys(words):
        paths = REFERENCES[listing][word]
        if paths == (PLACE_OF_EVENT,):
            await _put_places(session, [record["event"] for record in records if record["event"] is not None])
            continue
        found = [place for record in records for path in paths for place in _references(record, path)]
        whole = await _read(session, KINDS[word], {holder[key]["id"] for holder, key in found})
        for holder, key in found:
            holder[key] = {**holder[key], **whole.get(holder[key]["id"], {})}


def _references(holder: Any, path: Path) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Where references stand, as what holds each and by which name or index."""
    name, rest = path[0], path[1:]
    value = holder.get(name)
    steps: list[tuple[Any, Any]] = (
        [(value, index) for index in range(len(value))] if isinstance(value, list) else [(holder, name)]
    )
    for inner, key in steps if value is not None else ():
        if not rest:
            yield inner, key
        elif inner[key] is not None:
            yield from _references(inner[key], rest)


async def _read(session: ReadSession, kind: str, ids: set[str]) -> dict[str, Json]:
    """Whole records by id."""
    if not ids:
        return {}
    rows = await session.fetch(WHOLE[kind], {"ids": sorted(ids)}, slow=len(ids) > QUICK)
    found: dict[str, Json] = {row[2]: orjson.loads(row[3]) for row in rows}
    for record in found.values():
        record.pop(LEFT_OUT.get(kind, ""), None)
    return found


async def _put_places(session: ReadSession, events: Sequence[Json]) -> None:
    """Give events their place, null where they have none."""
    ids = sorted({event["id"] for event in events})
    rows = await session.fetch(PLACES, {"ids": ids}, slow=len(ids) > QUICK) if ids else []
    found = {row[1]: {**orjson.loads(row[3]), "relation": row[4]} for row in rows}
    for event in events:
        event["location"] = found.get(event["id"])
