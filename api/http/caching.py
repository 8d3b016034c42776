"""Sends responses: validators for caches, compression, and the service's address in links."""

import asyncio
import hashlib
import re
import zlib
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.errors import ConditionFailed
from api.settings import PORT

DOCUMENT_VERSION = 1
GZIP_FROM = 1_000
"""Below this size in bytes, compression costs more than it saves."""
ASIDE_FROM = 100_000
"""From this size in bytes on, compression runs in a thread."""
Fields = list[tuple[bytes, bytes]]
_MATCH, _NONE_MATCH = b"if-match", b"if-none-match"
_MODIFIED, _UNMODIFIED = b"if-modified-since", b"if-unmodified-since"
_CONDITIONS = frozenset({_MATCH, _NONE_MATCH, _MODIFIED, _UNMODIFIED})
_UNTIL_ASKED = (b"cache-control", b"public, no-cache")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_NEVER = re.compile(r"q=0(\.0{0,3})?")


class ReadyResponse(Response):
    """A response with a complete body, cheaper to create than the framework's."""

    def __init__(self, status_code: int, body: bytes, media_type: str | None, fields: Fields) -> None:
        """Take everything as sent; header names are in lower case."""
        self.status_code, self.body, self.media_type, self.background = status_code, body, media_type, None
        self.raw_headers = fields
        if media_type is not None:
            self.raw_headers += ((b"content-length", b"%d" % len(body)), (b"content-type", _encoded(media_type)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is awaited
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


class Packing(ReadyResponse):
    """A long response that is compressed in a thread, so that other requests go on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compress it and send it."""
        packed_body = await asyncio.to_thread(packed, bytes(self.body), gzip=True)
        fields = [field for field in self.raw_headers if field[0] != b"content-length"]
        ready = ReadyResponse(
            self.status_code, packed_body, None, [*fields, (b"content-length", b"%d" % len(packed_body))]
        )
        await ready(scope, receive, send)


@lru_cache(maxsize=64)
def _encoded(text: str) -> bytes:
    return text.encode("latin-1")


def sent(request: Request, name: bytes) -> str | None:
    """A list header of the request, joined if it was sent on several lines; None if it was not sent."""
    lines: list[bytes] = [value for field, value in request.scope["headers"] if field == name]
    return b", ".join(lines).decode("latin-1") if lines else None


def accepts_gzip(request: Request) -> bool:
    """Whether the client accepts gzip (RFC 9110, section 12.5.3), by name or else by `*`."""
    codings = sent(request, b"accept-encoding")
    return codings is not None and _takes_gzip(codings)


@lru_cache(maxsize=256)
def _takes_gzip(codings: str) -> bool:
    taken = {}
    for part in codings.split(","):
        coding, _, weight = part.partition(";")
        taken[coding.strip().lower()] = _NEVER.fullmatch(weight.replace(" ", "").lower()) is None
    return taken.get("gzip", taken.get("*", False))


def takes_jsonld(request: Request) -> bool:
    """Whether the client prefers JSON-LD to JSON."""
    accept = sent(request, b"accept")
    return accept is not None and "ld+json" in accept.lower() and _prefers(accept, "application/ld+json")


def takes_html(request: Request) -> bool:
    """Whether the client prefers a page to JSON, at a path that has both."""
    accept = sent(request, b"accept")
    return accept is not None and _prefers(accept, "text/html")


@lru_cache(maxsize=256)
def _prefers(accept: str, media_type: str) -> bool:
    """Whether a type is named and weighs no less than JSON, which is sent by default (RFC 9110, section 12.5.1)."""
    weights: dict[str, float] = {}
    for part in _QUOTED.sub("", accept.lower()).split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        named = [text[2:].strip() for text in parameters if text.startswith("q=")]
        weight = float(named[0]) if named and _WEIGHT.fullmatch(named[0]) else 1.0
        weights[name] = max(weight, weights.get(name, 0.0))
    plain = next((weights[name] for name in ("application/json", "application/*", "*/*") if name in weights), 0.0)
    return weights.get(media_type, 0.0) > 0 and weights[media_type] >= plain


class Marks(NamedTuple):
    """What distinguishes responses of two states of the data."""

    revision: int
    digest: str
    """The revision's digest, because another history may have the same number."""
    loaded_at: datetime


def etag(request: Request, marks: Marks, *, gzip: bool) -> str:
    """A tag from revision, document version, path, query, public address and coding.

    It is the same on every server and database that is configured alike.
    """
    path, query = request.scope["raw_path"], request.scope["query_string"]
    form = b"#ld" if takes_jsonld(request) else b""
    public = PUBLIC.get()  # links begin with it
    if public.root is not None or public.prefix:
        form += f"#{public.root or ''} {public.prefix}".encode()
    asked = hashlib.blake2b(marks.digest.encode() + path + b"?" + query + form, digest_size=9)
    return f'"{marks.revision}.{DOCUMENT_VERSION}.{asked.hexdigest()}{".gzip" if gzip else ""}"'


@lru_cache(maxsize=16)
def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def headers(tag: str, loaded_at: datetime) -> dict[str, str]:
    """The headers that allow revalidation."""
    return {name.decode(): value.decode("latin-1") for name, value in _fields(tag, loaded_at)}


def _fields(tag: str, loaded_at: datetime) -> Fields:
    """The same headers as sent, without a `Last-Modified` that would be ahead of the clock."""
    fields = [(b"etag", tag.encode("latin-1")), _UNTIL_ASKED, (b"vary", b"Accept, Accept-Encoding")]
    if loaded_at <= datetime.now(UTC):
        fields.insert(2, (b"last-modified", _encoded(_http_date(loaded_at))))
    return fields


def conditions(request: Request) -> dict[bytes, str]:
    """The headers that make a request conditional, each joined if it was sent on several lines; mostly none."""
    found: dict[bytes, str] = {}
    for name, value in request.scope["headers"]:
        if name in _CONDITIONS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _copies(asked: dict[bytes, str]) -> set[str]:
    """The entity tags of the client's copies (`If-None-Match`, weak comparison)."""
    return {tag.strip().removeprefix("W/") for tag in asked.get(_NONE_MATCH, "").split(",")}


def by_tag(request: Request) -> bool:
    """Whether the request has a condition that is decided by the current revision."""
    return not conditions(request).keys() <= {_MODIFIED}


def kept(request: Request, marks: Marks) -> str | None:
    """The entity tag of the client's copy that is still valid, if it sent one and sets no condition before it."""
    asked = conditions(request)
    if not asked.keys().isdisjoint({_MATCH, _UNMODIFIED}):
        return None
    tags = _copies(asked)
    plain = etag(request, marks, gzip=False)
    return next((tag for tag in (plain, f'{plain[:-1]}.gzip"') if tag in tags), None)


def copy_will_do(request: Request, tag: str, loaded_at: datetime | None) -> bool:
    """Whether the client's copy is still valid; to be asked once the response with this tag is known to exist.

    A date counts only without tags (RFC 9110, section 13.2.2). Raises ConditionFailed.
    """
    asked = conditions(request)
    if not asked:
        return False
    _check(asked, tag, loaded_at)
    tags = asked.get(_NONE_MATCH)
    if tags is not None:
        return tags.strip() == "*" or tag in _copies(asked)
    moment, changed_at = _moment(asked.get(_MODIFIED)), _second(loaded_at)
    return moment is not None and changed_at is not None and changed_at <= moment


def check_version(request: Request, tag: str, loaded_at: datetime | None) -> None:
    """Check that the client accepts this version (`If-Match`, or else its date). Raises ConditionFailed."""
    _check(conditions(request), tag, loaded_at)


def _check(asked: dict[bytes, str], tag: str, loaded_at: datetime | None) -> None:
    tags = asked.get(_MATCH)
    if tags is not None:  # compared strongly: a weak tag promises less than the same bytes
        if tags.strip() != "*" and tag not in {one.strip() for one in tags.split(",")}:
            raise ConditionFailed(f"The entity tag of this answer is {tag}, which If-Match does not name.")
        return
    moment, changed_at = _moment(asked.get(_UNMODIFIED)), _second(loaded_at)
    if moment is not None and changed_at is not None and changed_at > moment:
        raise ConditionFailed(f"Data were loaded after the moment in If-Unmodified-Since: {_http_date(changed_at)}.")


def _second(loaded_at: datetime | None) -> datetime | None:
    """The moment in `Last-Modified`, which is not sent while the clock is behind it."""
    return None if loaded_at is None or loaded_at > datetime.now(UTC) else loaded_at.replace(microsecond=0)


def _moment(text: str | None) -> datetime | None:
    """The moment in a header; None if it was not sent, is invalid or in the future."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    now = datetime.now(UTC)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment <= now else None


def packed(body: bytes, *, gzip: bool) -> bytes:
    """The body as sent."""
    if not gzip:
        return body
    packer = zlib.compressobj(level=1, wbits=31)
    return packer.compress(body) + packer.flush()


def answer(request: Request, body: bytes, media_type: str, marks: Marks, more: dict[str, str]) -> Response:
    """A complete response, compressed if the client accepts that and it is worth it."""
    body = placed(body, media_type)
    gzip = len(body) >= GZIP_FROM and accepts_gzip(request)
    tag = etag(request, marks, gzip=gzip)
    if copy_will_do(request, tag, marks.loaded_at):
        return unchanged(tag, marks.loaded_at)
    fields = _fields(tag, marks.loaded_at)
    fields += [(_encoded(name.lower()), value.encode("latin-1")) for name, value in more.items()]
    if gzip:
        fields.append((b"content-encoding", b"gzip"))
        if len(body) >= ASIDE_FROM:
            return Packing(200, body, media_type, fields)
    return ReadyResponse(200, packed(body, gzip=gzip), media_type, fields)


def unchanged(tag: str, loaded_at: datetime) -> Response:
    """304 for the copy with this tag, with the headers of the full response."""
    return ReadyResponse(304, b"", None, _fields(tag, loaded_at))


def fixed(request: Request, body: bytes, media_type: str) -> Response:
    """A response that does not depend on the data, such as a script."""
    body = placed(body, media_type)
    tag = f'"{_digest(body)}"'
    if copy_will_do(request, tag, None):
        return ReadyResponse(304, b"", None, [(b"etag", _encoded(tag)), _UNTIL_ASKED])
    return ReadyResponse(200, body, media_type, [(b"etag", _encoded(tag)), _UNTIL_ASKED])


@lru_cache(maxsize=16)
def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=9).hexdigest()


_HOST = re.compile(rf"(?:[A-Za-z0-9._-]{{1,253}}|\[[0-9A-Fa-f:.]{{2,45}}\])(?::{PORT})?")
# The patterns of our paths in bodies, by the beginning of the media type.
_BEFORE = {
    "json": rb'("(?:url|self|next|type|href|file)": ?")(?=/[a-z])',
    "html": rb"((?:href|src|action)=[\"'])(?=/(?!/))",
    "csv": rb"((?:^|,)(?=/(?:events|claims|actors|locations)/[A-Za-z0-9][A-Za-z0-9._-]*\r?$))",
}
_FORMS = {"text/html": "html", "image/svg": "html", "text/csv": "csv"}


@dataclass(frozen=True, slots=True)
class Public:
    """How the current request reached the service."""

    root: str | None = None
    """Scheme, host and prefix, if the settings or a trusted proxy give them."""
    prefix: str = ""


PUBLIC: ContextVar[Public] = ContextVar("public", default=Public())  # noqa: B039 - it is frozen


def base(request: Request) -> str:
    """The prefix of every path: scheme and host as requested by the client, or as configured."""
    public = PUBLIC.get()
    if public.root is not None:
        return public.root
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host if is_host(host) else 'localhost'}{public.prefix}"


def is_host(text: str) -> bool:
    """Whether it is a host with an optional port, and nothing else that a client could inject into a response."""
    return _HOST.fullmatch(text) is not None


def placed(body: bytes, media_type: str) -> bytes:
    """A body with the prefix added to every path of ours that lacks it."""
    prefix = PUBLIC.get().prefix
    form = "json" if "json" in media_type else _FORMS.get(media_type.partition(";")[0].removesuffix("+xml"))
    if not prefix or form is None:
        return body
    return _paths(form, prefix).sub(rb"\g<1>" + prefix.encode(), body)


@lru_cache
def _paths(form: str, prefix: str) -> re.Pattern[bytes]:
    return re.compile(_BEFORE[form] + rb"(?!%b[/\"'?#])" % re.escape(prefix.encode()), re.MULTILINE)


async def placed_parts(parts: AsyncGenerator[bytes, None], media_type: str) -> AsyncGenerator[bytes, None]:
    """The same for an export, whose parts contain whole records."""
    async for part in parts:
        yield placed(part, media_type)


def placed_field(value: bytes) -> bytes:
    """A `Link` header with any number of targets, or a `Location` header, with the prefix added to its paths."""
    prefix = PUBLIC.get().prefix.encode()
    return prefix + value if value.startswith(b"/") else value.replace(b"</", b"<%b/" % prefix)
