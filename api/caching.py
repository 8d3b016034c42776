"""Answers that clients can keep: entity tags by revision, `Last-Modified`, and content coding."""

import hashlib
import re
import zlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

DOCUMENT_VERSION = 1
GZIP_FROM = 1_000
"""Bytes below which compressing costs more than it saves."""
_NEVER = re.compile(r"q=0(\.0{0,3})?")


class Ready(Response):
    """An answer whose bytes are all there; made with less ado than the framework's own."""

    def __init__(self, status_code: int, body: bytes, media_type: str | None, headers: Mapping[str, str]) -> None:
        """Take everything as it is sent."""
        self.status_code, self.body, self.media_type, self.background = status_code, body, media_type, None
        self.raw_headers = [(_lowered(name), value.encode("latin-1")) for name, value in headers.items()]
        if media_type is not None:
            length = b"%d" % len(body)
            self.raw_headers += [(b"content-length", length), (b"content-type", media_type.encode("latin-1"))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is awaited
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


@lru_cache(maxsize=64)
def _lowered(name: str) -> bytes:
    return name.lower().encode("latin-1")


def accepts_gzip(request: Request) -> bool:
    """Whether the client takes gzip (RFC 9110, section 12.5.3): by its name, else by the star."""
    taken = {}
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.partition(";")
        taken[coding.strip().lower()] = _NEVER.fullmatch(weight.replace(" ", "").lower()) is None
    return taken.get("gzip", taken.get("*", False))


def etag(request: Request, revision: int, *, gzip: bool) -> str:
    """Revision, document version, path, query and content coding, and so the same on every server and database."""
    asked = hashlib.blake2b(request.scope["raw_path"] + b"?" + request.scope["query_string"], digest_size=9)
    return f'"{revision}.{DOCUMENT_VERSION}.{asked.hexdigest()}{".gzip" if gzip else ""}"'


@lru_cache(maxsize=16)
def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def headers(request: Request, revision: int, loaded_at: datetime, *, gzip: bool) -> dict[str, str]:
    """What lets a client ask again cheaply."""
    return {
        "ETag": etag(request, revision, gzip=gzip),
        "Cache-Control": "public, no-cache",
        "Last-Modified": _http_date(loaded_at),
        "Vary": "Accept-Encoding",
    }


def kept(request: Request, revision: int) -> str | None:
    """The tag of the client's copy that is still good, if it sent one (`If-None-Match`, by weak comparison)."""
    tags = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    own = (etag(request, revision, gzip=gzip) for gzip in (False, True))
    return next((tag for tag in own if tag in tags), None)


def any_copy_will_do(request: Request) -> bool:
    """Whether the client takes whatever copy it has of what is there: only a good answer knows that it is there."""
    return request.headers.get("if-none-match", "").strip() == "*"


def packed(body: bytes, *, gzip: bool) -> bytes:
    """The body as it is sent."""
    if not gzip:
        return body
    packer = zlib.compressobj(level=1, wbits=31)
    return packer.compress(body) + packer.flush()


def answer(
    request: Request, body: bytes, media_type: str, marks: tuple[int, datetime], more: dict[str, str]
) -> Response:
    """A whole answer, compressed if the client takes it and it is worth it; `marks` are revision and load time."""
    gzip = len(body) >= GZIP_FROM and accepts_gzip(request)
    if any_copy_will_do(request):
        return not_modified(request, etag(request, marks[0], gzip=gzip), *marks)
    sent = headers(request, *marks, gzip=gzip) | more
    if gzip:
        sent["Content-Encoding"] = "gzip"
    return Ready(200, packed(body, gzip=gzip), media_type, sent)


def not_modified(request: Request, tag: str, revision: int, loaded_at: datetime) -> Response:
    """304 for the copy with this tag, with the headers that the full answer would have had."""
    return Ready(304, b"", None, headers(request, revision, loaded_at, gzip=False) | {"ETag": tag})
