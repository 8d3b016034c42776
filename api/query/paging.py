"""Paging: sorts, keyset cursors, and the envelope around the documents of a page."""

import base64
import binascii
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import orjson

from api.errors import BadParameters, bad
from api.query.filters import ID_PATTERN, Filters, field_values

CURSOR_VERSION = 3
DATED, UNDATED = 0, 1


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort by a key, then by id; undated records come last, by id, in both directions."""

    key: str
    descending: bool

    @classmethod
    def parse(cls, text: str) -> "Sort":
        """From `date` or `-date`."""
        return cls(text.removeprefix("-"), text.startswith("-"))


class Place(NamedTuple):
    """Where a page begins: after the record with this key and id, in the dated or undated phase."""

    phase: int
    key: int | str
    id: str
    tail: str = ""
    """What distinguishes rows of one record, such as a dispute's aspect."""


def just_before(place: Place, *, descending: bool) -> Place:
    """The place from which a walk begins with the record of `place` itself, because it has rows left.

    Ids contain neither a space nor `~`, so no other id lies between these bounds and the id.
    """
    if not re.fullmatch(ID_PATTERN, place.id):
        return place
    if descending and place.phase == DATED:
        return Place(place.phase, place.key, place.id + " ")
    return Place(place.phase, place.key, f"{place.id[:-1]}{chr(ord(place.id[-1]) - 1)}~")


class Found(NamedTuple):
    """A record on a page: its place in the list and its document."""

    place: Place
    body: str


class TextBatch(NamedTuple):
    """Consecutive records: their number, their documents one per line, and the place of the last."""

    size: int
    lines: bytes
    last: Place


def text_batch(bodies: Sequence[str], last: Place) -> TextBatch:
    """The batch of these documents."""
    return TextBatch(len(bodies), "\n".join([*bodies, ""]).encode(), last)


class Taken(NamedTuple):
    """The documents of a page, and the place of the last if more follow."""

    bodies: list[str]
    last: Place | None


class Walked(ABC):
    """A list that is read in batches."""

    __slots__ = ()

    @abstractmethod
    def walk(self, session: Any, sort: Sort, place: Place | None, batch: int) -> AsyncIterator[list[Found]]:  # noqa: ANN401 - the session imports this module
        """Matching records from a place on, in batches."""

    async def text_batches(self, session: Any, sort: Sort, place: Place | None, batch: int) -> AsyncIterator[TextBatch]:  # noqa: ANN401 - see above
        """Matching documents from a place on, in batches."""
        async for found in self.walk(session, sort, place, batch):
            if found:
                yield text_batch([record.body for record in found], found[-1].place)

    async def take(self, session: Any, sort: Sort, place: Place | None, limit: int) -> Taken:  # noqa: ANN401 - see above
        """A number of documents from a place on."""
        found: list[Found] = []
        async for more in self.walk(session, sort, place, limit + 1):
            found += more
            if len(found) > limit:
                break
        return Taken([record.body for record in found[:limit]], found[limit - 1].place if len(found) > limit else None)


def fingerprint(name: str, sort: str, filters: Filters) -> str:
    """A hash of the list, its sort and its filters in any order; cursors are bound to it."""
    values = {key: _plain(value) for key, value in field_values(filters).items() if key not in PAGE_ONLY}
    text = orjson.dumps([name, sort, values], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=9).hexdigest()


PAGE_ONLY = frozenset({"limit", "cursor", "total", "sort", "fields", "expand"})


def _plain(value: Any) -> Any:  # noqa: ANN401 - any parameter's value
    return sorted(str(item) for item in value) if isinstance(value, list) else str(value)


class RevisionMark(NamedTuple):
    """The state of the data that a page shows."""

    revision: int
    mark: str
    """The beginning of the revision's digest, because another history may have the same number."""


def encode_cursor(place: Place, bound_to: str, stand: RevisionMark) -> str:
    """The cursor for a place, bound to a query and to one state of the data."""
    text = orjson.dumps([CURSOR_VERSION, bound_to, *stand, *place])
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decode_cursor(cursor: str, bound_to: str, key_type: type) -> tuple[Place, RevisionMark]:
    """The place in a cursor, and the state of the data of the previous page.

    Raises BadParameters if it is damaged or belongs to another query.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        version, *parts = orjson.loads(text)
        if version != CURSOR_VERSION:
            raise _refused(cursor, "is of another release of this service; start again without it")
        bound, revision, mark, phase, key, identifier, tail = parts
    except (ValueError, binascii.Error, UnicodeEncodeError, TypeError):
        raise _refused(cursor, "is damaged; copy all of it from links.next") from None
    well_formed = (
        isinstance(bound, str)
        and type(revision) is int
        and isinstance(mark, str)
        and phase in (DATED, UNDATED)
        and type(key) is key_type
        and isinstance(identifier, str)
        and isinstance(tail, str)
        and not (isinstance(key, int) and abs(key) > MAX_DAY)
        and "\0" not in f"{key}{identifier}{tail}"
    )
    if not well_formed:
        raise _refused(cursor, "is damaged; copy all of it from links.next")
    if bound != bound_to:
        raise _refused(cursor, "belongs to another list, sort or set of filters; start again without it")
    return Place(phase, key, identifier, tail), RevisionMark(revision, mark)


MAX_DAY = 3_652_059


def _refused(cursor: str, message: str) -> BadParameters:
    return BadParameters(bad("cursor", cursor, message))


_PLAIN_QUERY = re.compile(r"[A-Za-z0-9_]+=([A-Za-z0-9_.~+-]|%2C|%3A)+(&[A-Za-z0-9_]+=([A-Za-z0-9_.~+-]|%2C|%3A)+)*")
_CURSOR = re.compile(r"(?:^|&)cursor=[^&]*")


def links(path: str, query: bytes, cursor: str | None) -> tuple[str, str | None]:
    """The links to this page and to the next one, which begins at the cursor."""
    text = query.decode("latin-1")
    if text and not _PLAIN_QUERY.fullmatch(text):  # other texts need no normalization
        sent = parse_qsl(text, keep_blank_values=True)
        here = path + query_string(sent)
        return here, None if cursor is None else path + query_string(sent, cursor=cursor)
    here = f"{path}?{text}" if text else path
    if cursor is None:
        return here, None
    rest = _CURSOR.sub("", text).removeprefix("&")
    return here, f"{path}?{rest}&cursor={cursor}" if rest else f"{path}?cursor={cursor}"


def beginning(path: str, query: bytes) -> str:
    """The link to the first page."""
    return path + query_string(parse_qsl(query.decode("latin-1"), keep_blank_values=True), cursor=None)


def query_string(sent: Sequence[tuple[str, str]], **changes: str | None) -> str:
    """A query string as sent, with some parameters replaced or removed."""
    kept = [(name, value) for name, value in sent if name not in changes]
    kept += [(name, value) for name, value in changes.items() if value is not None]
    return f"?{urlencode(kept)}" if kept else ""


def envelope(bodies: Sequence[str], here: str, following: str | None, meta: dict[str, Any]) -> bytes:
    """The page as JSON: the documents as stored, the links, and metadata about the list."""
    rest = orjson.dumps({"links": {"self": here, "next": following}, "meta": meta})
    return b'{"data":[%s],%s' % (",".join(bodies).encode(), rest[1:])
