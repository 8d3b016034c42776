"""What it costs to find what matches: processor time of this process and of PostgreSQL's, without HTTP."""

import asyncio
import random
import time
from urllib.parse import parse_qs

from api.http.resources.events import EventQuery
from api.main import reader_for
from api.query.lists import resolve
from api.query.session import Data, ReadSession
from api.settings import Settings
from bench.questions import Ask
from bench.servers import postgresql_cpu_s
from bench.world import World

ASKED, WARMED = 300, 900
"""Those asked before are others, so many that nearly every posting is at hand."""
LISTS = ("party", "kind")


def scan_ms(url: str, postmaster: int | None, ask: Ask, world: World) -> float:
    """Milliseconds of processor time to find all that match, on average."""
    return asyncio.run(_scan_ms(url, postmaster, ask, world))


async def _scan_ms(url: str, postmaster: int | None, ask: Ask, world: World) -> float:
    chance = random.Random(world.seed)
    data = Data(reader_for(Settings(database_url=url)))
    asked = [ask(chance, world) for _ in range(ASKED + WARMED)]
    before = 0.0
    for number, path in enumerate(asked):
        if number == WARMED:
            before = _used_s(postmaster)
        await data.ask(lambda session: _found(session, path))  # noqa: B023 - asked at once
    used = _used_s(postmaster) - before
    await data.reader.close()
    return 1_000 * used / ASKED


def _used_s(postmaster: int | None) -> float:
    return time.process_time() + (0 if postmaster is None else postgresql_cpu_s(postmaster))


async def _found(session: ReadSession, path: str) -> int:
    sent = parse_qs(path.partition("?")[2])
    query = EventQuery.model_validate({name: values if name in LISTS else values[0] for name, values in sent.items()})
    return len((await resolve(session, "events", query.asked().conditions)).numbers)
