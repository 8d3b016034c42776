"""Records as CSV, NDJSON and GeoJSON; columns and features are derived from the record's JSON document."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from api.domain.vocabulary import Aspect, Credibility, Reliability, Stance, Status
from api.http.caching import PUBLIC
from api.query.documents import EMPTY_DOCUMENTS
from api.schemas.records import Json

_CREDIBILITY = {word.value: word.meaning for word in Credibility}
NUMBERS = frozenset({"longitude", "latitude", "radius_m"}) | {
    f"{figure}_{part}" for figure in ("value", "deaths") for part in ("low", "best", "high")
}
"""Columns whose whole numbers have a decimal point too: readers guess a column's type from its first rows."""
_WHOLE = ("claims_", "supports_")
_CONTEST = (Status.DISPUTED, Status.DENIED, Status.CONCEDED, Status.CORROBORATED, Status.CLAIMED, Status.UNADDRESSED)
"""The most contested first; of several questions on one aspect, the most contested one represents it."""
AREA = ("country", "admin1", "admin2")
MARK = "'"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", MARK)
_MARKED = frozenset({*DANGEROUS, "/"})
"""The first bytes of texts that are changed in a cell."""
_QUOTED, _NEEDS = re.compile('["\r\n]'), re.compile('[,"\r\n]')
BECAUSE = re.compile(rb'"because":\[[^]]+\]')
DAMAGED = b',"damaged":true}'
"""The end of the object that replaces a damaged record."""
_AT = re.compile(rb'"longitude":([^,]+),"latitude":([^,]+),')
REMEMBERED = 4_096
"""The maximum number of texts of a field that are cached with their cells."""
_PASSING = frozenset({"id", "title", "summary", "quote", "url", "archive_url", "citations"})
"""Fields whose values hardly ever repeat, so that they are not cached."""
Part = Callable[[Any], dict[str, Any]]
"""Makes the columns of one field of a record."""
POINT = ("longitude", "latitude", "radius_m", "method")
_WHEN = ("edtf", "earliest", "latest", "precision", "basis")
_FIGURE = ("low", "best", "high")
_of_point = itemgetter(*POINT)


def _ref(name: str) -> Part:
    def ref(value: Json | None) -> dict[str, Any]:
        if value is None:
            return {f"{name}_id": None, name: None}
        return {f"{name}_id": value["id"], name: value["name"] if "name" in value else value.get("title")}

    return ref


def _when(name: str) -> Part:
    names = (name, *(f"{name}_{part}" for part in _WHEN[1:]))
    of_when = itemgetter(*_WHEN)
    return lambda value: dict(zip(names, of_when(value), strict=True))


def _point(point: Json | None) -> dict[str, Any]:
    return dict(zip(POINT, _of_point(point) if point else (None,) * len(POINT), strict=True))


def _place(place: Json | None) -> dict[str, Any]:
    place = place or dict.fromkeys(("id", "name", "kind", "relation", *AREA, "point"))
    return {
        "location_id": place["id"],
        "location": place["name"],
        "location_kind": place["kind"],
        "place_relation": place["relation"],
        "country": place["country"],
        "admin1": place["admin1"],
        "admin2": place["admin2"],
        **_point(place["point"]),
    }


def _participants(participants: list[Json]) -> dict[str, Any]:
    return {
        "participants": [part["actor"]["id"] for part in participants],
        "participant_roles": [part["role"] for part in participants],
    }


def _statuses(assessments: list[Json]) -> dict[str, Any]:
    statuses: dict[str, Any] = dict.fromkeys(f"status_{aspect}" for aspect in Aspect)
    for found in sorted(assessments, key=lambda found: -_CONTEST.index(found["status"])):
        statuses[f"status_{found['aspect']}"] = found["status"]
    return statuses


def _counts(claims: Json) -> dict[str, Any]:
    by_stance = {f"claims_{stance.value}": claims["by_stance"].get(stance, 0) for stance in Stance}
    return {"claims": claims["total"], **by_stance}


def _value(value: Json | None) -> dict[str, Any]:
    figures = {f"value_{part}": value and value[part] for part in _FIGURE}
    plain = {name: value and value[name] for name in ("unit", "measure")}
    return {**figures, **plain, **_ref("of")(value and value["of"])}


def _citations(citations: list[Json]) -> dict[str, Any]:
    return {
        "sources": [citation["source"]["id"] for citation in citations],
        "flags": list(dict.fromkeys(flag for citation in citations for flag in citation["flags"])),
    }


def _explained(name: str, meaning: Callable[[Any], str]) -> Part:
    """A function that makes two columns: a word and its meaning."""
    return lambda value: {name: value, f"{name}_meaning": value and meaning(value)}


def _links(name: str) -> Part:
    return lambda links: {name: [f"{link['kind']}:{link['actor']['id']}" for link in links]}


def _releases(releases: list[Json]) -> dict[str, Any]:
    parts = {"files": "file", "versions": "version", "sha256": "sha256"}
    return {name: [one[part] or "" for one in releases] for name, part in parts.items()}


def _positions(positions: list[Json]) -> dict[str, Any]:
    def parties(stance: str) -> list[str]:
        held = [position["party"] for position in positions if position["stance"] == stance]
        return ["" if party is None else party["id"] for party in held]

    return {"supporting_parties": parties("support"), "opposing_parties": parties("oppose")}


def _any_json(name: str) -> Part:
    """A text unchanged, everything else as JSON."""
    plain = (str, type(None))
    return lambda value: {name: value if isinstance(value, plain) else orjson.dumps(value).decode()}


CLAIM: dict[str, Part | None] = {
    "id": None,
    **{name: _ref(name) for name in ("event", "speaker", "via")},
    **dict.fromkeys(("about", "stance", "aspect", "certainty")),
    "credibility": _explained("credibility", lambda grade: _CREDIBILITY[str(grade)]),
    **dict.fromkeys(("summary", "quote")),
    "quote_by": _ref("quote_by"),
    "value": _value,
    "names": lambda actors: {"names": [actor["id"] for actor in actors]},
    "said": _when("said"),
    "inferred": None,
    "citations": _citations,
    "dataset": _ref("dataset"),
    "url": None,
}
PARTS: dict[str, dict[str, Part | None]] = {
    "events": {
        **dict.fromkeys(("id", "kind", "title", "summary")),
        "date": _when("date"),
        "location": _place,
        "participants": _participants,
        "part_of": _ref("part_of"),
        "claims": _counts,
        "assessments": _statuses,
        "deaths": lambda deaths: {f"deaths_{part}": deaths and deaths[part] for part in (*_FIGURE, "claim")},
        "dataset": _ref("dataset"),
        "url": None,
    },
    "claims": CLAIM,
    "sources": {
        **dict.fromkeys(("id", "kind", "title", "publisher", "author", "url", "archive_url", "language")),
        "published": _when("published"),
        "parent": _ref("parent"),
        "reliability": _explained("reliability", lambda grade: Reliability[grade].meaning),
        "note": None,
        "supports": lambda supports: {f"supports_{what}": number for what, number in supports.items()},
        "dataset": _ref("dataset"),
    },
    "actors": {
        **dict.fromkeys(("id", "kind", "name", "aliases", "description")),
        **{name: _links(name) for name in ("affiliations", "affiliated")},
        "dataset": _ref("dataset"),
        "url": None,
    },
    "locations": {
        **dict.fromkeys(("id", "kind", "name", "aliases")),
        "within": _ref("within"),
        **dict.fromkeys((*AREA, "gazetteers")),
        "point": _point,
        "dataset": _ref("dataset"),
        "url": None,
    },
    "datasets": {**dict.fromkeys(EMPTY_DOCUMENTS["dataset"]), "releases": _releases},
    "disputes": {
        "event": lambda event: {**_ref("event")(event), **_when("date")(event["date"])},
        "aspect": None,
        "positions": _positions,
        **dict.fromkeys(("because", "inferred")),
    },
    "differences": {
        **dict.fromkeys(("kind", "id", "op", "field")),
        **{name: _any_json(name) for name in ("before", "after")},
        "url": None,
    },
}
"""The columns of each list by field; null: the field is itself a column."""


def flattened(listing: str, record: Json) -> dict[str, Any]:
    """A flat record."""
    found: dict[str, Any] = {}
    for field, part in PARTS[listing].items():
        if part is None:
            found[field] = record[field]
        else:
            found.update(part(record[field]))
    return found


def neutral(text: str) -> str:
    """Put an apostrophe before text that begins with one, or that a spreadsheet would run as a formula."""
    return MARK + text if text.startswith(DANGEROUS) else text


def _cell(name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value as text."""
    if value is None:
        return ""
    if isinstance(value, str | list):
        text = value if isinstance(value, str) else "|".join(value)
        return PUBLIC.get().prefix + text if name == "url" and text.startswith("/") else neutral(text)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value}.0" if name in NUMBERS and isinstance(value, int) else str(value)


def csv_line(row: dict[str, Any]) -> str:
    """A row of CSV (RFC 4180), fast for the usual values, which need no function call and no quotes."""
    cells = [
        value if value.__class__ is str and value[:1] not in _MARKED else "" if value is None else _cell(name, value)
        for name, value in row.items()
    ]
    line = ",".join(cells)
    if line.count(",") < len(cells) and _QUOTED.search(line) is None:
        return line
    return ",".join(['"{}"'.format(cell.replace('"', '""')) if _NEEDS.search(cell) else cell for cell in cells])


def csv_lines(rows: Iterable[dict[str, Any]], header: Sequence[str], *, first: bool) -> bytes:
    """Rows as CSV in UTF-8, preceded by the header if it is the `first` part. Null is an empty cell."""
    lines = [",".join(header)] if first else []
    lines += [csv_line({name: row[name] for name in header}) or '""' for row in rows]
    return "".join([f"{line}\r\n" for line in lines]).encode()


class Flat(ABC):
    """Writes records with some columns, from the text of each field, without parsing the whole document.

    References, dates and places repeat, so their cells are cached.
    """

    def __init__(self, listing: str, header: Sequence[str], between: bytes = b",") -> None:
        """Take the columns in their order, and the separator."""
        self._between = between
        kind, parts = listing.removesuffix("s"), PARTS[listing]
        self._fields = tuple(EMPTY_DOCUMENTS.get(kind, parts))
        self._marks = None if listing == "differences" else [b',"%b":' % name.encode() for name in self._fields[1:]]
        at = {field: number for number, field in enumerate(self._fields)}
        field_of = {column: field for field in parts for column in _names(listing, field)}
        self._made = [(at[field], self._maker(field, tuple(names), parts[field]))
                      for field, names in groupby(header, key=field_of.__getitem__)]  # fmt: skip

    def _maker(self, field: str, names: tuple[str, ...], part: Part | None) -> Callable[[bytes], bytes]:
        """A function that makes the columns of a field from its text."""

        def parsed(text: bytes) -> bytes:
            value = orjson.loads(text)
            found = {field: value} if part is None else part(value)
            return self._columns(found if tuple(found) == names else {name: found[name] for name in names})

        make = self._as_is(field) if part is None else parsed
        if field in _PASSING:
            return make
        kept = lru_cache(REMEMBERED)(make)
        if field != "assessments":
            return kept
        return lambda text: kept(BECAUSE.sub(b'"because":[]', text))  # these are in no column, and always differ

    @abstractmethod
    def _as_is(self, name: str) -> Callable[[bytes], bytes]:
        """A function that makes the column of a field that is itself one."""

    @abstractmethod
    def _columns(self, found: dict[str, Any]) -> bytes:
        """Columns."""

    @abstractmethod
    def _joined(self, texts: list[bytes], columns: bytes) -> bytes:
        """The record, from the texts of its fields and its columns."""

    def record(self, document: bytes) -> bytes:
        """A record. Raises an error of `DECODE_ERRORS` if its document is damaged."""
        texts = self._cut(document)
        return self._joined(texts, self._between.join([make(texts[at]) for at, make in self._made]))

    def _cut(self, document: bytes) -> list[bytes]:
        """The texts of the fields, which are in order; only the last but one may contain the name of the next."""
        if self._marks is None:
            found = orjson.loads(document)
            return [orjson.dumps(found[name]) for name in self._fields]
        *marks, last = self._marks
        texts, at = [], len(self._fields[0]) + len(b'{"":')
        for mark in marks:
            end = document.index(mark, at)
            texts.append(document[at:end])
            at = end + len(mark)
        end = document.rindex(last, at)
        texts.append(document[at:end])
        texts.append(document[end + len(last) : -len(DAMAGED) if document.endswith(DAMAGED) else -1])
        return texts


_QUOTE, _LIST = b'"['
_SPECIAL = frozenset(map(ord, (*_MARKED, '"')))
"""The first byte of a text, or the end of an empty one, which decides whether `_cell` changes it."""


class Csv(Flat):
    """Writes rows of CSV."""

    def _as_is(self, name: str) -> Callable[[bytes], bytes]:
        def column(text: bytes) -> bytes:
            if text[0] == _QUOTE and text[1] not in _SPECIAL and b"\\" not in text:
                return text if b"," in text else text[1:-1]
            return csv_line({name: orjson.loads(text)}).encode()

        return column

    def _columns(self, found: dict[str, Any]) -> bytes:
        return csv_line(found).encode()

    def _joined(self, _texts: list[bytes], columns: bytes) -> bytes:
        return (columns or b'""') + b"\r\n"


class GeoJson(Flat):
    """Writes GeoJSON features (RFC 7946); a record without a point has a null geometry."""

    def __init__(self, listing: str, header: Sequence[str]) -> None:
        """Take the columns, in their order."""
        super().__init__(listing, header)
        self._place = next((at for at, name in enumerate(self._fields) if name in {"location", "point"}), None)

    def _as_is(self, name: str) -> Callable[[bytes], bytes]:
        begins = b'"%b":' % name.encode()
        return lambda text: self._columns({name: orjson.loads(text)}) if text[0] == _LIST else begins + text

    def _columns(self, found: dict[str, Any]) -> bytes:
        for name, value in found.items():
            if isinstance(value, list):
                found[name] = "|".join(value)
        return orjson.dumps(found)[1:-1]

    def _joined(self, texts: list[bytes], columns: bytes) -> bytes:
        point = None if self._place is None else _AT.search(texts[self._place])
        geometry = b"null" if point is None else b'{"type":"Point","coordinates":[%b,%b]}' % point.groups()
        return b'{"type":"Feature","id":%b,"geometry":%b,"properties":{%b}}' % (texts[0], geometry, columns)


def types(listing: str) -> dict[str, str]:
    """The type of each column of a list, as in JSON Schema, or `date` or `date-time`."""
    columns = flattened(listing, EMPTY_DOCUMENTS[listing.removesuffix("s")])
    return {name: _type(name, value) for name, value in columns.items()}


def _type(name: str, value: object) -> str:
    if isinstance(value, list):
        return "array"
    if name in NUMBERS:
        return "number"
    if name.endswith(("_earliest", "_latest")):
        return "date"
    if name in {"claims", "credibility"} or name.startswith(_WHOLE):
        return "integer"
    return {"inferred": "boolean", "recorded_at": "date-time"}.get(name, "string")


def _names(listing: str, field: str) -> tuple[str, ...]:
    """The columns of a field."""
    part = PARTS[listing][field]
    return (field,) if part is None else tuple(part(EMPTY_DOCUMENTS.get(listing.removesuffix("s"), {}).get(field)))


CSV_HEADERS = {name: tuple(one for field in parts for one in _names(name, field)) for name, parts in PARTS.items()}
SPREAD = {
    listing: {field: found for field in parts if field not in (found := _names(listing, field))}
    for listing, parts in PARTS.items()
}
"""Fields of a record that have several columns with other names."""
