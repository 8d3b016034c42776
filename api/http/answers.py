"""Responses of lists: pages, counts and items, made from a query and the stored documents."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable
from urllib.parse import quote

import orjson
from fastapi import Request, Response
from starlette.types import ASGIApp, Message

from api.errors import Unavailable
from api.http import caching, jsonld
from api.http.fields import reshaped
from api.query import history
from api.query.filters import Filters, TextFilter
from api.query.paging import (
    Found,
    Place,
    Sort,
    Taken,
    TextBatch,
    decode_cursor,
    encode_cursor,
    envelope,
    fingerprint,
    links,
    query_string,
)
from api.query.session import Data, ReadSession
from api.query.why_empty import near_words
from api.storage.reader import Row, SqlStatement

JSON = "application/json"
Edit = Callable[[Row], str]
"""Makes the response body from an item's row."""
NOTHING_LEFT_OUT = {"undated": 0, "undated_claims": 0, "without_coordinates": 0}


class ListQuery(Protocol):
    """A query of one of the lists."""

    async def check(self, session: ReadSession) -> None:
        """Check that every record named by a parameter exists."""

    def walk(self, session: ReadSession, sort: Sort, place: Place | None, batch: int) -> AsyncIterator[list[Found]]:
        """Matching records from a place on, in batches."""

    def text_batches(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[TextBatch]:
        """Matching documents from a place on, in batches."""

    async def take(self, session: ReadSession, sort: Sort, place: Place | None, limit: int) -> Taken:
        """A number of documents from a place on."""

    async def count(self, session: ReadSession) -> int:
        """The number of matching records."""

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """The number of records that do not match only for lack of a date or point."""


@runtime_checkable
class ExplainsEmpty(Protocol):
    """A query that can explain an empty result."""

    async def why_empty(self, session: ReadSession) -> str:
        """Explain an empty result."""


@runtime_checkable
class CountedWhileWritten(Protocol):
    """A query whose records cost as much to count as to write, so that exports count them while they write."""

    async def at_most(self, session: ReadSession) -> int:
        """An upper bound of the number of matching records, cheaply."""


class ListFilters(Protocol):
    """Filters that can build their query and describe it in words."""

    def asked(self) -> ListQuery:
        """The query."""

    async def described(self, session: ReadSession) -> str:
        """The query in words."""


async def asked_within(
    app: ASGIApp, path: str, query: str, accept: str
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Send a GET within the process and return status, headers and body; `query` is percent-encoded, `path` is not."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", accept.encode())],
        "client": None,
        "server": None,
        "state": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], sent[0]["headers"], b"".join([part.get("body", b"") for part in sent[1:]])


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its name and its sorts; the first is the default."""

    name: str
    sorts: tuple[str, ...]
    text_keys: tuple[str, ...] = ()
    """The sorts whose key is a text instead of a day."""
    grows: bool = False
    """Whether later loads only append to the list, so that pages of different revisions fit together."""


class Everything(NamedTuple):
    """The documents of all matching records, and the query in words."""

    bodies: list[str]
    description: str


class Nothing(Filters):
    """An endpoint without parameters; any parameter is refused."""


def data_of(request: Request) -> Data:
    """The database of this server."""
    data: Data = request.app.state.data
    return data


async def page(
    request: Request,
    listing: Listing,
    query: Any,  # noqa: ANN401 - filters with paging
    require: Callable[[ReadSession], Awaitable[object]] | None = None,
) -> Response:
    """A page of a list; `require` checks that the record in the path exists."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await not_modified(request, session):
            return unchanged
        if require is not None:
            await require(session)
        asked: ListQuery = query.asked()
        await asked.check(session)
        order: str = getattr(query, "sort", listing.sorts[0])
        sort = Sort.parse(order)
        place = cursor = None
        if query.cursor is not None:
            key_type = str if sort.key in listing.text_keys else int
            place, before = decode_cursor(query.cursor, fingerprint(listing.name, order, query), key_type)
            await session.follow(before, grows=listing.grows)
        bodies, last = await asked.take(session, sort, place, query.limit)
        await session.checkpoint()
        if last is not None:
            cursor = encode_cursor(last, fingerprint(listing.name, order, query), session.stand)
        here, following = links(request.scope["path"], request.scope["query_string"], cursor)
        whole = len(bodies) if place is None and last is None else None
        meta = await page_meta(session, asked, query, first=place is None, whole=whole)
        bodies = await reshaped(request, session, query, bodies)
        link = {} if following is None else {"Link": f'<{following}>; rel="next"'}
        if listing.name in jsonld.MAKERS and caching.takes_jsonld(request):
            graph = jsonld.jsonld_page(request, listing.name, bodies)
            return caching.answer(request, graph, jsonld.MEDIA_TYPE, marks(session), link)
        return caching.answer(request, envelope(bodies, here, following, meta), JSON, marks(session), link)

    return await data_of(request).ask(work)


async def page_meta(
    session: ReadSession,
    asked: ListQuery,
    query: Any,  # noqa: ANN401 - filters with paging
    *,
    first: bool,
    whole: int | None,
) -> dict[str, Any]:
    """The `meta` of a page: the query in words, and on the first page what was left out and why it is empty.

    `whole` is the number of records if this page holds all that match.
    """
    meta: dict[str, Any] = {"description": await query.described(session)}
    if first and (left_out := await asked.left_out(session)):
        meta["left_out"] = left_out
    if getattr(query, "total", False):
        meta["total"] = await asked.count(session) if whole is None else whole
    if session.damaged_ids:
        meta["damaged"] = sorted(session.damaged_ids)
    if whole == 0 and isinstance(query, TextFilter) and (near := await near_words(session, asked, query.folded())):
        meta["did_you_mean"] = near
    if whole == 0 and (why := await why_empty(session, asked, query)) is not None:
        meta["why_empty"] = why
    return meta


async def why_empty(session: ReadSession, asked: ListQuery, query: Any) -> str | None:  # noqa: ANN401 - filters with paging
    """Explain an empty result if possible, for example by a box with latitude first."""
    box = getattr(query, "bbox", None)
    turned = None if box is None else box.turned()
    if turned is not None and (count := await query.model_copy(update={"bbox": turned}).asked().count(session)):
        holds = f"has {count} record{'' if count == 1 else 's'}"
        return f"A box begins with longitude: bbox={turned} {holds}, and bbox={box} none."
    return await asked.why_empty(session) if isinstance(asked, ExplainsEmpty) else None


async def everything(
    request: Request,
    query: Any,  # noqa: ANN401 - paging
    read: Callable[[ReadSession], Awaitable[Everything | None]],
) -> Response | None:
    """The page if it holds everything that matches and leaves nothing out; None if that is not certain."""

    async def work(session: ReadSession) -> Response | None:
        if unchanged := await not_modified(request, session):
            return unchanged
        found = None if caching.takes_jsonld(request) else await read(session)
        if found is None:
            return None
        here, _ = links(request.scope["path"], request.scope["query_string"], None)
        meta: dict[str, Any] = {"description": found.description, "left_out": NOTHING_LEFT_OUT}
        if query.total:
            meta["total"] = len(found.bodies)
        return caching.answer(request, envelope(found.bodies, here, None, meta), JSON, marks(session), {})

    return await data_of(request).ask(work)


async def not_modified(request: Request, session: ReadSession) -> Response | None:
    """304 if the client's copy has the database's current revision."""
    if not caching.by_tag(request):
        return None
    await session.confirm()
    tag = caching.kept(request, marks(session))
    return None if tag is None else caching.unchanged(tag, session.catalogue.loaded_at)


def marks(session: ReadSession) -> caching.Marks:
    """The revision, its digest and when it was loaded."""
    catalogue = session.catalogue
    return caching.Marks(catalogue.revision, catalogue.digest, catalogue.loaded_at)


async def computed(request: Request, make: Callable[[ReadSession], Awaitable[bytes]]) -> Response:
    """A response with its own schema."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await not_modified(request, session):
            return unchanged
        body = await make(session)
        return caching.answer(
            request, _named(body, session.damaged_ids) if session.damaged_ids else body, JSON, marks(session), {}
        )

    return await data_of(request).ask(work)


def _named(body: bytes, damaged: Collection[str]) -> bytes:
    """A response that names the damaged records it could not read."""
    whole = orjson.loads(body)
    if isinstance(whole, dict) and isinstance(whole.get("meta"), dict):
        whole["meta"]["damaged"] = sorted(damaged)
    return orjson.dumps(whole)


def unpaged(request: Request, data: Any, meta: dict[str, Any], **more: Any) -> bytes:  # noqa: ANN401 - any JSON
    """A response without paging, in the envelope of a list."""
    here = request.url.path + query_string(request.query_params.multi_items())
    return orjson.dumps({**more, "data": data, "links": {"self": here, "next": None}, "meta": meta})


async def require(request: Request, kind: str, identifier: str) -> None:
    """Check that the record in the path exists. Raises NotFound with the nearest ids, or Gone."""
    await data_of(request).ask(lambda session: session.require(kind, identifier))


async def count(request: Request, filters: Any) -> Response:  # noqa: ANN401 - any list's filters
    """The number of matching records."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await not_modified(request, session):
            return unchanged
        asked: ListQuery = filters.asked()
        await asked.check(session)
        body = orjson.dumps({"count": await asked.count(session)})
        if session.damaged_ids:
            raise Unavailable(f"{min(session.damaged_ids)} is damaged, so this cannot be counted.")
        return caching.answer(request, body, JSON, marks(session), {})

    return await data_of(request).ask(work)


async def item(  # noqa: PLR0913, PLR0917 - what is asked, and how it is sent
    request: Request,
    kind: str,
    statement: SqlStatement,
    identifier: str,
    edit: Edit | None = None,
    media_type: str = JSON,
    *,
    query: Any = None,  # noqa: ANN401 - whatever the path takes
) -> Response:
    """One record: its stored document, its document as of a revision, or what `edit` makes of its row.

    `query` selects its fields, the references to expand, and the revision.

    Raises NotFound with the nearest ids, Gone if it was withdrawn, and BadParameters for a future revision.
    """
    revision: int | None = getattr(query, "revision", None)

    async def work(session: ReadSession) -> Response:
        if unchanged := await not_modified(request, session):
            return unchanged
        if revision is not None:
            stood = await history.as_it_stood(session, kind, identifier, revision)
            (sent,) = await reshaped(request, session, query, [stood])
            return caching.answer(request, sent.encode(), JSON, marks(session), {})
        rows = await session.fetch(statement, {"id": identifier})
        if not rows and await session.name(kind, identifier) is not None:
            lost = session.damaged(kind, identifier, "", "it has no document")
            return caching.answer(request, lost.encode(), JSON, marks(session), {})
        if not rows:
            raise await session.absent(kind, identifier)
        (body,) = await reshaped(request, session, query, [rows[0][3] if edit is None else edit(rows[0])])
        if media_type == JSON and caching.takes_jsonld(request):
            return caching.answer(
                request, jsonld.jsonld_item(request, kind, body), jsonld.MEDIA_TYPE, marks(session), {}
            )
        return caching.answer(request, body.encode(), media_type, marks(session), {})

    return await data_of(request).ask(work)
