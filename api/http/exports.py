"""Exports of everything that matches, in each form; written completely, then sent whole or in ranges.

A form is a media type and a function that writes it. To add one, add it to `FORMS` and to its list's `routes`.
"""

import asyncio
import html
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol, TypeVar

import orjson
from fastapi import Request, Response

from api.errors import Unavailable
from api.http import caching, downloads, fields, formats, parquet
from api.http.answers import CountedWhileWritten, ListFilters, Listing, ListQuery, data_of, marks, not_modified
from api.http.caching import base, placed_parts
from api.http.downloads import Export, ExportCache
from api.http.fields import WithColumns, WithFields, only_fields
from api.query.documents import DECODE_ERRORS
from api.query.lists import BEGINS, in_turns
from api.query.paging import Found, Place, Sort, TextBatch
from api.query.session import Data, ReadSession

T = TypeVar("T")


async def ahead(parts: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same parts, each one prefetched while the previous one is being processed."""
    coming = asyncio.ensure_future(anext(parts, None))
    try:
        while (part := await coming) is not None:
            coming = asyncio.ensure_future(anext(parts, None))
            await asyncio.sleep(0)  # start the prefetch now, not when the loop is next idle
            yield part
    finally:  # if the client disconnected, awaiting is no longer possible
        coming.add_done_callback(lambda done: done.cancelled() or done.exception())
        coming.cancel()


_SPECIAL = re.compile("[&<>\"'\ufffe\uffff]")
_NO_XML = {0xFFFE: "\N{REPLACEMENT CHARACTER}", 0xFFFF: "\N{REPLACEMENT CHARACTER}"}


class Framed(Protocol):
    """A format with a head and a tail; one object per response, so it may collect what the tail needs."""

    @property
    def media_type(self) -> str:
        """The media type."""

    @property
    def parsed(self) -> bool:
        """Whether a record is made of the parsed document; if not, of its text."""

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The beginning, with the query in words and the number of records left out."""

    def record(self, document: Any) -> bytes:  # noqa: ANN401 - as `parsed` says
        """The next record."""

    def tail(self) -> bytes:
        """The end."""


def escaped(text: str | None) -> str:
    """Text escaped for XML and HTML, also for attributes."""
    if text is None or _SPECIAL.search(text) is None:  # the most common case
        return text or ""
    return html.escape(text).translate(_NO_XML)


def left_out_in_words(left_out: Mapping[str, int]) -> str:
    """`Left out: 5 undated.`, or an empty text if nothing was."""
    found = [f"{number} {name.replace('_', ' ')}" for name, number in left_out.items() if number > 0]
    fewer = [f"With undated claims {-number} fewer." for number in left_out.values() if number < 0]
    return " ".join([*([f"Left out: {', '.join(found)}."] if found else []), *fewer])


EXPORT_BATCH = 250
SMALL = 1_000
"""An export that would fit on a page is made like a page and needs no export slot."""
LICENCE = {"Link": '</datasets>; rel="license"'}


class ShortError(Exception):
    """An export found a different number of records than it announced, so its body is not valid."""


@dataclass(slots=True)
class Total:
    """The number of records in an export; None until it is written if counting them costs as much as writing them."""

    records: int | None
    most: int
    """An upper bound of it."""

    def check(self, written: int) -> None:
        """Check that as many were written as were counted before, if they were. Raises ShortError."""
        if self.records is None:
            self.records = written
        elif self.records != written:
            raise ShortError(f"{written} of {self.records} records were found")


Write = Callable[[Listing, ReadSession, ListQuery, Total], AsyncGenerator[bytes, None]]
"""Writes the matching records, and raises ShortError if it finds a different number than counted."""
WriteFields = Callable[[Sequence[str], Listing, ReadSession, ListQuery, Total], AsyncGenerator[bytes, None]]
"""Like `Write`, with only these fields or columns of each record; none means all."""


class Form(NamedTuple):
    """A form of export."""

    media_type: str
    write: WriteFields
    words: str
    """How the documentation describes a record in this form."""
    example: str
    chosen: type[WithFields] = WithColumns
    """The parameters that select fields or columns."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A requested export: the query and the form."""

    request: Request
    listing: Listing
    filters: Any
    media_type: str
    write: Write

    async def known_by(self, session: ReadSession) -> Response | tuple[object, ...]:
        """The key of the export in the cache, or the 304 response if the client's copy is valid."""
        if unchanged := await not_modified(self.request, session):
            return unchanged
        await self.filters.asked().check(session)
        tag, loaded_at = self._tag(session), session.catalogue.loaded_at
        if caching.copy_will_do(self.request, tag, loaded_at):
            return caching.unchanged(tag, loaded_at)
        return session.catalogue.generation, loaded_at, tag, base(self.request)

    async def made(self, data: Data, cache: ExportCache) -> Export:
        """Write the export from one state of the data. Raises Unavailable if all export slots are taken."""
        if (small := await data.ask(self._small)) is not None:
            return small
        with cache.slots.taken(self.request.scope["state"].get("share", "")):
            async with data.snapshot() as session:  # prefetching ends before the snapshot does
                return await self._written(session, await counted(self.filters.asked(), session))

    async def _small(self, session: ReadSession) -> Export | None:
        total = await counted(self.filters.asked(), session)
        return None if total.most > SMALL else await self._written(session, total)

    async def _written(self, session: ReadSession, total: Total) -> Export:
        async with aclosing(self.write(self.listing, session, self.filters.asked(), total)) as parts:
            try:
                body = await downloads.written(placed_parts(parts, self.media_type))
            except OSError as error:
                raise Unavailable(f"There is no room to make an export: {error.strerror}.") from error
        assert total.records is not None  # noqa: S101 - written by now
        return Export(body, total.records, self._tag(session), session.catalogue.loaded_at)

    def _tag(self, session: ReadSession) -> str:
        return caching.etag(self.request, marks(session), gzip=False)


async def send_export(request: Request, listing: Listing, filters: Any, form: str | Framed) -> Response:  # noqa: ANN401
    """Send everything that matches from one state of the data, or the requested range of it."""
    if isinstance(form, str):
        write = partial(FORMS[form].write, getattr(filters, "fields", ()))
        return await send(ExportRequest(request, listing, filters, FORMS[form].media_type, write))
    return await send(ExportRequest(request, listing, filters, form.media_type, partial(_framed, form, filters)))


async def send(wanted: ExportRequest) -> Response:
    """Send an export, or the requested range of it."""
    request = wanted.request
    data, cache = data_of(request), export_cache_of(request)
    found = await data.ask(wanted.known_by)
    if isinstance(found, Response):
        return found
    made = await cache.get(found, lambda: wanted.made(data, cache))
    caching.check_version(request, made.tag, made.loaded_at)  # data may have been loaded since it was asked for
    headers = caching.headers(made.tag, made.loaded_at) | LICENCE
    headers |= {"Counterclaim-Count": str(made.records), "Content-Type": wanted.media_type}
    return downloads.ranged(request, made.body, headers)


def export_cache_of(request: Request) -> ExportCache:
    """The cache of exports of this server."""
    cache: ExportCache = request.app.state.exports
    return cache


async def counted(asked: ListQuery, session: ReadSession) -> Total:
    """The number of matching records; if a document turns out to be damaged, counted again without it."""
    if isinstance(asked, CountedWhileWritten):
        return Total(None, await asked.at_most(session))
    try:
        records = await asked.count(session)
    except DECODE_ERRORS:
        if not session.found_damage():
            raise
        records = await asked.count(session)
    return Total(records, records)


async def batches(asked: ListQuery, session: ReadSession, listing: Listing) -> AsyncIterator[list[Found]]:
    """Everything that matches, in batches of hundreds."""
    async for found in past_damage(asked.walk, lambda found: found[-1].place if found else None, session, listing):
        if found:
            yield found


def text_batches(asked: ListQuery, session: ReadSession, listing: Listing) -> AsyncIterator[TextBatch]:
    """The documents of everything that matches, in batches of hundreds."""
    return past_damage(asked.text_batches, lambda part: part.last, session, listing)


async def past_damage(
    read: Callable[[ReadSession, Sort, Place | None, int], AsyncIterator[T]],
    last: Callable[[T], Place | None],
    session: ReadSession,
    listing: Listing,
) -> AsyncIterator[T]:
    """Everything that is read; if a document turns out to be damaged, continue with its place taken by a blank one."""
    sort = Sort.parse(listing.sorts[0])
    place = None
    while True:
        try:
            async for found in read(session, sort, place, EXPORT_BATCH):
                place = last(found) or place
                yield found
        except DECODE_ERRORS:
            if not session.found_damage():
                raise
        else:
            return


def _readable(listing: Listing, session: ReadSession, record: Found, read: Callable[[dict[str, Any]], T]) -> T:
    """The result of reading a record's document, or of a blank one if it is damaged."""
    try:
        return read(orjson.loads(record.body))
    except DECODE_ERRORS as error:
        kind = listing.name.removesuffix("s")
        return read(orjson.loads(session.damaged(kind, record.place.id, record.body, repr(error))))


def _picked(listing: Listing, session: ReadSession, record: Found, names: Sequence[str]) -> str:
    """The selected fields of a record; only the id if it is damaged."""
    try:
        return only_fields(record.body, names)
    except DECODE_ERRORS as error:
        kind = listing.name.removesuffix("s")
        return only_fields(session.damaged(kind, record.place.id, record.body, repr(error)), names)


async def _ndjson(
    names: Sequence[str], listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[bytes, None]:
    sent = 0
    if names:
        async for batch in batches(asked, session, listing):
            sent += len(batch)
            lines = [f"{_picked(listing, session, record, names)}\n" async for record in in_turns(session, batch)]
            yield "".join(lines).encode()
    else:
        async with aclosing(ahead(text_batches(asked, session, listing))) as parts:
            async for part in parts:
                sent += part.size
                yield part.lines
    total.check(sent)


async def _csv(
    names: Sequence[str], listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[bytes, None]:
    header = fields.columns(listing.name, names)
    yield formats.csv_lines((), header, first=True)
    async for rows in _flat(_writer(formats.Csv, listing.name, tuple(header)), listing, session, asked, total):
        yield b"".join(rows)


async def _parquet(
    names: Sequence[str], listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[bytes, None]:
    header, columns, sent = fields.columns(listing.name, names), partial(formats.flattened, listing.name), 0
    table = await asyncio.to_thread(parquet.ParquetFile, listing.name, header)  # importing DuckDB takes long
    try:
        async for batch in batches(asked, session, listing):
            rows = [_readable(listing, session, record, columns) async for record in in_turns(session, batch)]
            await asyncio.to_thread(table.add, rows)
            sent += len(batch)
        total.check(sent)
        await asyncio.to_thread(table.convert)
        for chunk in table.chunks():
            yield chunk
            await session.checkpoint()
    finally:
        await asyncio.to_thread(table.close)  # deleting its files may take long


async def _geojson(
    names: Sequence[str], listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[bytes, None]:
    writer = _writer(formats.GeoJson, listing.name, tuple(fields.columns(listing.name, names)))
    separator = b""
    yield b'{"type":"FeatureCollection","features":['
    async for features in _flat(writer, listing, session, asked, total):
        yield separator + b",".join(features)
        separator = b","
    yield b"]}\n"


@lru_cache(maxsize=4)
def _writer(form: type[formats.Flat], listing: str, header: tuple[str, ...]) -> formats.Flat:
    return form(listing, header)


async def _flat(
    writer: formats.Flat | Framed, listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[list[bytes], None]:
    """Every record as the writer writes it, hundreds at a time."""
    sent = 0
    async with aclosing(ahead(text_batches(asked, session, listing))) as parts:
        async for part in parts:
            sent += part.size
            written = []
            for document in part.lines.split(b"\n")[:-1]:
                await session.checkpoint()
                written.append(_record(writer, listing, session, document))
            yield written
    total.check(sent)


def _record(writer: formats.Flat | Framed, listing: Listing, session: ReadSession, document: bytes) -> bytes:
    """A record as the writer writes it, or a blank one if its document is damaged."""
    try:
        return writer.record(document)
    except DECODE_ERRORS as error:
        if not document.startswith(BEGINS):  # made for this response, not stored
            raise
        body, identifier = document.decode(), document[len(BEGINS) :].partition(b'"')[0].decode()
        blank = session.damaged(listing.name.removesuffix("s"), identifier, body, repr(error))
        return writer.record(blank.encode())


async def _framed(  # noqa: PLR0913, PLR0917 - as the other writers, and with its form
    form: Framed, filters: ListFilters, listing: Listing, session: ReadSession, asked: ListQuery, total: Total
) -> AsyncGenerator[bytes, None]:
    yield form.head(await filters.described(session), await asked.left_out(session))
    if form.parsed:
        sent = 0
        async for found in batches(asked, session, listing):
            yield b"".join([_readable(listing, session, one, form.record) async for one in in_turns(session, found)])
            sent += len(found)
        total.check(sent)
    else:
        async for records in _flat(form, listing, session, asked, total):
            yield b"".join(records)
    yield form.tail()


FORMS = {
    "csv": Form("text/csv; charset=utf-8; header=present", _csv, "as a row of CSV", "id,kind\r\n"),
    "ndjson": Form("application/x-ndjson", _ndjson, "as one JSON document per line", "{}\n", WithFields),
    "parquet": Form(
        parquet.MEDIA_TYPE,
        _parquet,
        "as Parquet: the columns of the CSV, each of one type, lists as lists; needs the extra `parquet`",
        "",
    ),
    "geojson": Form(
        "application/geo+json", _geojson, "as a GeoJSON feature; without a point it has a null geometry", "{}"
    ),
}
"""The export forms by file extension."""
