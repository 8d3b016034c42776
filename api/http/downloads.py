"""Finished bodies: whole, only their heads, or one range of bytes (RFC 9110, section 14); exports are kept for a while.

A client asks for the length first, then for one part after the other. What is exported is written to a file of its own
before anything of it is sent, so that its length can be told and a failure on the way is an answer of its own, never a
body that ends too soon. Whoever asks for the same waits for the same file; it is without a name, so that nothing is
left of it when nobody needs it any more.
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
from typing import IO

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.errors import Unavailable
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
            await asyncio.sleep(0)  # to a client that takes all at once, nothing else waits
        await send({"type": "http.response.body", "body": b""})


def ranged(request: Request, body: Body, headers: dict[str, str]) -> Response:
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


IN_MEMORY = 256 * 1024
"""An export up to here needs no file."""
KEPT = 64
"""So many are kept at most: each may hold a file open."""


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export: its bytes, how many records they hold, and of which state of the data."""

    body: Body
    records: int
    tag: str
    loaded_at: datetime


class Slots:
    """How many exports are made at once, and of these at most half for one client."""

    def __init__(self, total: int) -> None:
        """None is made yet."""
        self._total, self._each = total, max(1, total // 2)
        self._held: Counter[str] = Counter()

    @contextmanager
    def taken(self, client: str) -> Iterator[None]:
        """Hold one for a client. Raises Unavailable."""
        if self._held.total() >= self._total:
            raise Unavailable("The service is making as many exports as it can.")
        if self._held[client] >= self._each:
            raise Unavailable(f"The service makes at most {self._each} exports at once for one client.")
        self._held[client] += 1
        try:
            yield
        finally:
            self._held[client] -= 1
            self._held += Counter()  # forgets who holds none


class ExportCache:
    """Keeps the exports that were last asked for, up to so many bytes together."""

    def __init__(self, most_bytes: int, at_once: int) -> None:
        """Nothing is kept yet; so many that are not small are made at once."""
        self.slots = Slots(at_once)
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Export] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Export]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Export]]) -> Export:
        """The export of this key, made if it is not there; it is finished even if nobody waits for it any more."""
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
            _, oldest = self._kept.popitem(last=False)  # whoever still reads it has it for as long
            size -= oldest.body.size
        return export

    async def close(self) -> None:
        """Break off what is being made, and forget what is kept."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)
        self._kept.clear()


async def written(parts: AsyncIterator[bytes]) -> Body:
    """All parts together."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the body closes it
    body = Body(file, 0)
    async for part in parts:
        body.size += file.write(part)
    file.flush()
    return body
