"""Complete bodies, sent whole, as headers only, or as one range (RFC 9110, section 14); and a cache of exports.

Clients ask for the length first and then for one part after another. An export is written to a file before any of it is
sent, so that its length is known and a failure is a proper error response instead of a truncated body. Requests for the
same export share one file. The file has no name, so it disappears once nobody uses it.
"""

import asyncio
import re
import weakref
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from threading import Thread
from typing import IO

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.errors import Unavailable
from api.http import caching
from api.http.problems import Problem

CHUNK = 256 * 1024
DIGITS = 18
"""A position with more digits is behind the end of any body."""
_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.IGNORECASE)


class Body:
    """Complete content in memory or in a file; several responses may read it at once."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        """Take a finished file; it is closed when this object is no longer referenced."""
        self._file, self.size = file, size
        # Closing a file without a name frees what it holds, which takes milliseconds where that is much.
        closing = weakref.finalize(self, Thread(target=file.close, name="closing").start)
        closing.atexit = False  # no thread starts any more, and the system closes it

    def read(self, first: int, behind: int) -> Iterator[bytes]:
        """The bytes from `first` to before `behind`, in chunks. Raises EOFError if some are missing."""
        while first < behind:
            self._file.seek(first)
            chunk = self._file.read(min(CHUNK, behind - first))
            if not chunk:
                raise EOFError(f"{behind - first} bytes are missing")
            first += len(chunk)
            yield chunk


class Ranged(Response):
    """Sends a part of a body in chunks."""

    def __init__(self, body: Body, first: int, behind: int, status_code: int, headers: dict[str, str]) -> None:
        """Take the bytes from `first` to before `behind`."""
        super().__init__(status_code=status_code, headers={**headers, "Content-Length": str(behind - first)})
        self._parts = body.read(first, behind)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is awaited
        """Send it; for HEAD only the headers."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for part in () if scope.get("head") else self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(0)  # sending to a fast client never waits, so yield to other requests here
        await send({"type": "http.response.body", "body": b""})


def ranged(request: Request, body: Body, headers: dict[str, str]) -> Response:
    """The body or the requested range of it; 416 if the range is not satisfiable.

    `headers` are those of the whole body, with `Content-Type` and `ETag` (from `caching.headers`).
    """
    headers = {**headers, "Accept-Ranges": "bytes"}
    asked = None if request.scope.get("head") else _asked(request, headers["etag"], body.size)
    if asked is None:
        return Ranged(body, 0, body.size, 200, headers)
    first, last = asked
    headers["Content-Range"] = f"bytes {first}-{last}/{body.size}"
    return Ranged(body, first, last + 1, 206, headers)


def _asked(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the range; None for the whole body, also if the header is not a single byte range.

    If `If-Range` names another version than this one, the whole body is sent. A range of an empty body is ignored,
    because clients ask for the first bytes of anything.
    """
    line = caching.sent(request, b"range")
    found = None if line is None or not size else _RANGE.fullmatch(line.strip())
    if found is None or (caching.sent(request, b"if-range") or tag) != tag:
        return None
    begin, end = found.groups()
    if begin:
        first, last = _position(begin), min(_position(end) if end else size - 1, size - 1)
        if end and _position(end) < first:
            return None
    elif end:
        first, last = max(size - _position(end), 0), size - 1
    else:
        return None
    if first > last:
        detail = f"Byte {first} is not there: the whole has {size} bytes."
        raise Problem("range-not-satisfiable", detail, headers={"Content-Range": f"bytes */{size}"})
    return first, last


def _position(digits: str) -> int:
    """A position in a body; Python refuses to read numbers of thousands of digits."""
    return int(digits) if len(digits) <= DIGITS else 10**DIGITS


IN_MEMORY = 256 * 1024
"""Exports up to this size in bytes are kept in memory."""
KEPT = 64
"""The maximum number of cached exports; each may keep a file open."""


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export: its content, number of records, and state of the data."""

    body: Body
    records: int
    tag: str
    loaded_at: datetime


class Slots:
    """Limits how many exports are written at once, with at most half for one client."""

    def __init__(self, total: int) -> None:
        """All slots are free."""
        self._total, self._each = total, max(1, total // 2)
        self._held: Counter[str] = Counter()

    @contextmanager
    def taken(self, client: str) -> Iterator[None]:
        """Hold a slot for a client. Raises Unavailable."""
        if self._held.total() >= self._total:
            raise Unavailable("The service is making as many exports as it can.")
        if self._held[client] >= self._each:
            raise Unavailable(f"The service makes at most {self._each} exports at once for one client.")
        self._held[client] += 1
        try:
            yield
        finally:
            self._held[client] -= 1
            self._held += Counter()  # drops clients without slots


class ExportCache:
    """Caches the most recently requested exports up to a total size in bytes."""

    def __init__(self, most_bytes: int, at_once: int) -> None:
        """Start empty; `at_once` limits how many large exports are written at the same time."""
        self.slots = Slots(at_once)
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Export] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Export]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Export]]) -> Export:
        """The export with this key, written if it is missing; it is finished even if all clients disconnect."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.ensure_future(self._made(key, make))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[Export]]) -> Export:
        try:
            export = await make()
        finally:
            del self._making[key]
        for old in [old for old, one in self._kept.items() if one.loaded_at != export.loaded_at]:
            del self._kept[old]
        self._kept[key] = export
        size = sum(one.body.size for one in self._kept.values())
        while size > self._most_bytes or len(self._kept) > KEPT:
            _, oldest = self._kept.popitem(last=False)  # responses that still read it keep it alive
            size -= oldest.body.size
        return export

    async def close(self) -> None:
        """Cancel running exports and empty the cache."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)
        self._kept.clear()


async def written(parts: AsyncIterator[bytes]) -> Body:
    """Write all parts into one body."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the body closes it
    body = Body(file, 0)
    async for part in parts:
        body.size += file.write(part)
    file.flush()
    return body
