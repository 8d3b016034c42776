"""Finished exports, kept for a while: a client asks for the length first, then for one part after the other.

What is exported is written to a file of its own before anything of it is sent, so that its length can be told and a
failure on the way is an answer of its own, never a body that ends too soon. Whoever asks for the same waits for the
same file; it is without a name, so that nothing is left of it when nobody needs it any more.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile

from api.errors import Unavailable
from api.http.ranges import Body

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
