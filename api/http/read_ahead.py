"""Reading on while what was read is on its way to the client."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def ahead(parts: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same parts, each of them read while the one before is on its way."""
    coming = asyncio.ensure_future(anext(parts, None))
    try:
        while (part := await coming) is not None:
            coming = asyncio.ensure_future(anext(parts, None))
            await asyncio.sleep(0)  # it begins now, not when there is nothing else to do
            yield part
    finally:  # whoever asked may have gone, and then nothing can be waited for
        coming.add_done_callback(lambda done: done.cancelled() or done.exception())
        coming.cancel()
