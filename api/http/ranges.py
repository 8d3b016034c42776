"""A finished body as it is asked for: whole, only its head, or one range of its bytes (RFC 9110, section 14)."""

import re
import weakref
from collections.abc import Iterator
from typing import IO

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.http import caching
from api.http.problems import Problem

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.IGNORECASE)


class Body:
    """Bytes that are all there, in memory or in a file; several answers may read them at once."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        """Take a file that nobody writes to any more; it is closed when nobody refers to this any more."""
        self._file, self.size = file, size
        weakref.finalize(self, file.close)

    def read(self, first: int, behind: int) -> Iterator[bytes]:
        """The bytes from `first` to before `behind`, a chunk at a time. Raises EOFError where some are missing."""
        while first < behind:
            self._file.seek(first)
            chunk = self._file.read(min(CHUNK, behind - first))
            if not chunk:
                raise EOFError(f"{behind - first} bytes are missing")
            first += len(chunk)
            yield chunk


class Ranged(Response):
    """Sends a part of a body, a chunk at a time."""

    def __init__(self, body: Body, first: int, behind: int, status_code: int, headers: dict[str, str]) -> None:
        """Take the bytes from `first` to before `behind`."""
        super().__init__(status_code=status_code, headers={**headers, "Content-Length": str(behind - first)})
        self._parts = body.read(first, behind)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is awaited
        """Send it; of HEAD, the head alone."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for part in () if scope.get("head") else self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def answer(request: Request, body: Body, headers: dict[str, str]) -> Response:
    """The body, or the range of it that is asked for; 416 if there is no such part of it.

    `headers` are those of the whole, with its `Content-Type` and, as `caching.headers` gives them, its `ETag`.
    """
    headers = {**headers, "Accept-Ranges": "bytes"}
    asked = None if request.scope.get("head") else _asked(request, headers["etag"], body.size)
    if asked is None:
        return Ranged(body, 0, body.size, 200, headers)
    first, last = asked
    headers["Content-Range"] = f"bytes {first}-{last}/{body.size}"
    return Ranged(body, first, last + 1, 206, headers)


def _asked(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the range; None: all of it, also where what is asked for is no single range of bytes.

    A client that has a part already names it in `If-Range`: if it is another's, all is sent anew. Nobody can ask for a
    part of nothing, and clients that ask for the first bytes of whatever it is get what there is.
    """
    line = caching.sent(request, b"range")
    found = None if line is None or not size else _RANGE.fullmatch(line.strip())
    if found is None or (caching.sent(request, b"if-range") or tag) != tag:
        return None
    begin, end = found.groups()
    if begin:
        first, last = int(begin), min(int(end) if end else size - 1, size - 1)
        if end and int(end) < first:
            return None
    elif end:
        first, last = max(size - int(end), 0), size - 1
    else:
        return None
    if first > last:
        detail = f"Byte {first} is not there: the whole has {size} bytes."
        raise Problem("range-not-satisfiable", detail, headers={"Content-Range": f"bytes */{size}"})
    return first, last
