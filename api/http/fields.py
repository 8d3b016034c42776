"""The parameters `fields` and `expand`: which fields of records are sent, and which references in full.

Referenced sources, actors and places are read with one statement per kind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from json import JSONDecoder
from typing import Annotated, Any, ClassVar, Self

import orjson
from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import FromClause, Select, select

from api import models
from api.errors import BadParameters, bad
from api.http import caching
from api.http.formats import CSV_HEADERS, SPREAD
from api.query.filters import Filters
from api.query.lists import in_turns
from api.query.session import ReadSession
from api.query.sql import REVISION, each_text
from api.schemas import records
from api.schemas.records import Json
from api.storage.reader import SqlStatement, body_of

Path = tuple[str, ...]
QUICK = 60
"""The number of documents that can be read on the event loop without a noticeable delay."""
KINDS = {"sources": "source", "actors": "actor", "location": "location"}
PLACE_OF_EVENT: Path = ("event", "location")
"""A field that is not in the record itself; the place of the record's event is added there."""


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
"""The paths of the references that are expanded, by list and by value of `expand`."""
LEFT_OUT = {"actor": "affiliated"}
"""Left out of expanded actors, because thousands may belong to one; the actor itself lists them."""
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


def _whole_statement(kind: str) -> SqlStatement:
    sqlite, postgresql = each_text("ids")
    return SqlStatement(_whole(kind, sqlite), lambda: _whole(kind, postgresql))


def _places(each: FromClause) -> Select[Any]:
    found = select(REVISION, _EVENT.c.id, _PLACE.c.id, body_of(_PLACE), _EVENT.c.place_relation)
    return found.join_from(each, _EVENT, _EVENT.c.id == each.c.value).join(_PLACE, _PLACE.c.id == _EVENT.c.location)


WHOLE = {kind: _whole_statement(kind) for kind in _DOCUMENTS}
"""Rows of (revision, id, id, body) of the records with `ids`."""
PLACES = SqlStatement(_places(each_text("ids")[0]), lambda: _places(each_text("ids")[1]))
"""Rows of (revision, event, location, body, relation) of those events with `ids` that have a place."""


def tops(listing: str, words: Sequence[str]) -> set[str]:
    """The top-level fields that contain expanded references."""
    return {path[0] for word in words for path in REFERENCES[listing][word]}


async def expand(session: ReadSession, listing: str, records: Sequence[Json], words: Sequence[str]) -> None:
    """Expand references in records; `records` contain only the fields that hold references."""
    for word in dict.fromkeys(words):
        paths = REFERENCES[listing][word]
        if paths == (PLACE_OF_EVENT,):
            await _put_places(session, [record["event"] for record in records if record["event"] is not None])
            continue
        found = []
        async for record in in_turns(session, records):
            found += [place for path in paths for place in _references(record, path)]
        whole = await _bodies(session, KINDS[word], {holder[key]["id"] for holder, key in found})
        for holder, key in found:
            holder[key] = {**holder[key], **whole.get(holder[key]["id"], {})}


def _references(holder: Any, path: Path) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """The positions of references: the container of each and its name or index there."""
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


async def _bodies(session: ReadSession, kind: str, ids: set[str]) -> dict[str, Json]:
    """Full records by id."""
    if not ids:
        return {}
    rows = await session.fetch(WHOLE[kind], {"ids": sorted(ids)}, slow=len(ids) > QUICK)
    found: dict[str, Json] = {row[2]: orjson.loads(row[3]) async for row in in_turns(session, rows)}
    for record in found.values():
        record.pop(LEFT_OUT.get(kind, ""), None)
    return found


async def _put_places(session: ReadSession, events: Sequence[Json]) -> None:
    """Add the place of each event, null if it has none."""
    ids = sorted({event["id"] for event in events})
    rows = await session.fetch(PLACES, {"ids": ids}, slow=len(ids) > QUICK) if ids else []
    found = {row[1]: {**orjson.loads(row[3]), "relation": row[4]} async for row in in_turns(session, rows)}
    for event in events:
        event["location"] = found.get(event["id"])


# ruff: noqa: RUF012 - Pydantic copies defaults


MAX_EXPANDED = 200
"""The maximum number of records on a page with `expand`."""
_RECORDS: dict[str, type[BaseModel]] = {
    "events": records.Event,
    "claims": records.Claim,
    "sources": records.Source,
    "actors": records.Actor,
    "locations": records.Location,
    "datasets": records.Dataset,
    "disputes": records.Dispute,
}
FIELDS = {name: tuple(record.model_fields) for name, record in _RECORDS.items()}
"""The top-level fields of records, by list."""
_read: Callable[[str, int], tuple[Any, int]] = JSONDecoder().raw_decode
"""Parses a JSON value at an offset and returns it with its end."""


def _split(value: object) -> object:
    """Split names that are repeated, joined by commas, or both."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(dict.fromkeys(name.strip() for one in value for name in one.split(",")))
    return value


def _known(parameter: str, names: Sequence[str], allowed: Sequence[str]) -> None:
    for name in names:
        if name not in allowed:
            context = {"parameter": parameter, "value": name, "allowed": list(allowed)}
            raise PydanticCustomError("name", "is not an allowed name", context)


class WithFields(Filters):
    """A response limited to some fields."""

    listing: ClassVar[str] = ""
    """The list whose records are sent."""
    choices: ClassVar[Sequence[str]] = ()
    """The allowed names."""

    fields: Annotated[
        list[str],
        BeforeValidator(_split),
        Field(
            description="Only these top-level fields of each record, in this order, repeated or joined by commas. By "
            "default all of them; the schema describes a full record.",
        ),
    ] = []

    @classmethod
    def __pydantic_init_subclass__(cls, **more: object) -> None:
        """Add the allowed names to the schema."""
        super().__pydantic_init_subclass__(**more)
        if cls.listing:
            cls.choices = FIELDS[cls.listing]
            cls._offer("fields", cls.choices)

    @classmethod
    def _offer(cls, parameter: str, names: Sequence[str]) -> None:
        example = [name for name in ("id", "event", "title", "name", "summary", "aspect") if name in names][:2]
        shown = [example if parameter == "fields" else list(names[:1])]
        schema: dict[str, Any] = {"items": {"type": "string", "enum": list(names)}, "examples": shown}
        cls.model_fields[parameter].json_schema_extra = schema

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        _known("fields", self.fields, self.choices)
        return self


class WithColumns(WithFields):
    """A table limited to some columns."""

    fields: Annotated[
        list[str],
        BeforeValidator(_split),
        Field(
            description="Only these columns, in this order: names of columns or of fields of the record, repeated or "
            "joined by commas. A field with several columns stands for all of them.",
        ),
    ] = []

    @classmethod
    def __pydantic_init_subclass__(cls, **more: object) -> None:
        """Add the allowed names to the schema."""
        super().__pydantic_init_subclass__(**more)
        if cls.listing:
            cls.choices = (*CSV_HEADERS[cls.listing], *SPREAD.get(cls.listing, ()))
            cls._offer("fields", cls.choices)


class WithFieldsAndExpand(WithFields):
    """A response in which some references are expanded."""

    expand: Annotated[
        list[str],
        BeforeValidator(_split),
        Field(
            description="Replace references by full records: `sources` with URL, publisher and archive; `actors` "
            "(without their members); `location`, which for claims and disputes is that of the event. Repeated or "
            f"joined by commas; a page is then limited to {MAX_EXPANDED} records.",
        ),
    ] = []

    @classmethod
    def __pydantic_init_subclass__(cls, **more: object) -> None:
        """Add the allowed kinds to the schema."""
        super().__pydantic_init_subclass__(**more)
        if cls.listing:
            cls._offer("expand", list(REFERENCES[cls.listing]))

    @model_validator(mode="after")
    def _known_kinds(self) -> Self:
        _known("expand", self.expand, list(REFERENCES.get(self.listing, ())))
        for word in self.expand:
            filled = tops(self.listing, [word])
            if self.fields and filled.isdisjoint(self.fields):
                message = "expands only what `fields` leaves out: {fields}"
                where = {"parameter": "expand", "value": word, "fields": ", ".join(sorted(filled))}
                raise PydanticCustomError("expand", message, where)
        if self.expand and getattr(self, "limit", 0) > MAX_EXPANDED:
            context: dict[str, Any] = {"parameter": "limit", "most": MAX_EXPANDED}
            raise PydanticCustomError("limit", "must be at most {most} with expand", context)
        if self.expand and getattr(self, "revision", None) is not None:
            message = "shows current records, and revision a past state: leave one out"
            raise PydanticCustomError("expand", message, {"parameter": "expand", "value": ", ".join(self.expand)})
        return self


def columns(listing: str, names: Sequence[str]) -> Sequence[str]:
    """The columns that these names stand for; no names mean all columns."""
    spread = SPREAD.get(listing, {})
    found = [column for name in names for column in spread.get(name, (name,))]
    return list(dict.fromkeys(found)) or CSV_HEADERS[listing]


def parts(body: str) -> dict[str, str]:
    """The fields of a document as unparsed JSON texts. Raises ValueError or LookupError if it is damaged."""
    found: dict[str, str] = {}
    at = 1
    while body[at] != "}":
        name, end = _read(body, at)
        _, at = _read(body, end + 1)
        found[name] = body[end + 1 : at]
        at += body[at] == ","
    return found


def only_fields(body: str, names: Sequence[str]) -> str:
    """A document with only these fields, and whether it is damaged."""
    return _joined(parts(body), names)


def _joined(found: dict[str, str], names: Sequence[str]) -> str:
    wanted = dict.fromkeys((*names, "damaged") if "damaged" in found else names)
    return "{" + ",".join([f'"{name}":{found.get(name, "null")}' for name in wanted]) + "}"


def reshapes(query: Any) -> bool:  # noqa: ANN401 - any model of a query
    """Whether a query asks for anything else than the stored documents."""
    return bool(getattr(query, "fields", None) or getattr(query, "expand", None))


async def reshaped(request: Request, session: ReadSession, query: Any, bodies: list[str]) -> list[str]:  # noqa: ANN401 - as above
    """The documents with the requested fields and expansions. Raises BadParameters for JSON-LD."""
    if not reshapes(query):
        return bodies
    words = getattr(query, "expand", [])
    if caching.takes_jsonld(request):
        parameter = "fields" if query.fields else "expand"
        raise BadParameters(bad(parameter, None, "is of JSON: leave it out, or do not accept application/ld+json"))
    if not words:
        return [only_fields(body, query.fields) async for body in in_turns(session, bodies)]
    written = [parts(body) async for body in in_turns(session, bodies)]
    needed = sorted(tops(query.listing, words))
    held = [{name: orjson.loads(one[name]) for name in needed} async for one in in_turns(session, written)]
    await expand(session, query.listing, held, words)
    async for one, changed in in_turns(session, zip(written, held, strict=True)):
        one.update({name: orjson.dumps(value).decode() for name, value in changed.items()})
    return [_joined(one, query.fields or list(one)) async for one in in_turns(session, written)]
