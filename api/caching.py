"""Answers that clients can keep: entity tags by revision, `Last-Modified`, and content coding."""

import hashlib
import zlib
from datetime import datetime
from email.utils import format_datetime

from fastapi import Request, Response

DOCUMENT_VERSION = 1
GZIP_FROM = 1_000
"""Bytes below which compressing costs more than it saves."""


def accepts_gzip(request: Request) -> bool:
    """Whether the client takes gzip (RFC 9110, section 12.5.3)."""
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.strip().partition(";")
        if coding.strip().lower() in {"gzip", "*"}:
            return weight.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def etag(request: Request, revision: int, *, gzip: bool) -> str:
    """Revision, document version, path, query and content coding, and so the same on every server and database."""
    asked = hashlib.blake2b(request.scope["raw_path"] + b"?" + request.scope["query_string"], digest_size=9)
    return f'"{revision}.{DOCUMENT_VERSION}.{asked.hexdigest()}{".gzip" if gzip else ""}"'


def headers(request: Request, revision: int, loaded_at: datetime, *, gzip: bool) -> dict[str, str]:
    """What lets a client ask again cheaply."""
    return {
        "ETag": etag(request, revision, gzip=gzip),
        "Cache-Control": "public, no-cache",
        "Last-Modified": format_datetime(loaded_at, usegmt=True),
        "Vary": "Accept-Encoding",
    }


def unchanged(request: Request, revision: int) -> bool:
    """Whether the client's copy is still good (`If-None-Match`, by weak comparison)."""
    sent = request.headers.get("if-none-match")
    if sent is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in sent.split(",")}
    return "*" in tags or bool(tags & {etag(request, revision, gzip=False), etag(request, revision, gzip=True)})


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
    sent = headers(request, *marks, gzip=gzip) | more
    if gzip:
        sent["Content-Encoding"] = "gzip"
    return Response(packed(body, gzip=gzip), media_type=media_type, headers=sent)


def not_modified(request: Request, revision: int, loaded_at: datetime) -> Response:
    """304, with the headers that the full answer would have had."""
    return Response(status_code=304, headers=headers(request, revision, loaded_at, gzip=accepts_gzip(request)))
