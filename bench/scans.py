"""What the keys of a page cost on their own: processor time of this process and of PostgreSQL's, without HTTP."""

import asyncio
import random
import time
from typing import Any
from urllib.parse import parse_qs

from api.http.resources.events import EventQuery
from api.main import reader_for
from api.query.lists import resolve
from api.query.plan import Way
from api.query.session import Data, Look
from api.query.statements import DATED_SPANS, keys_statement
from api.query.text_search import looked_up_statement
from api.settings import Settings
from api.storage.reader import Statement
from bench.questions import Ask
from bench.servers import postgresql_cpu_s
from bench.world import World

ASKED, WARMED = 300, 900
"""Those asked before are others, so many that nearly every statement there is has been planned."""
LISTS = ("party", "kind")


def scan_ms(url: str, postmaster: int | None, ask: Ask, world: World) -> float:
    """Milliseconds of processor time for the keys of a page, on average; for words, for the page."""
    return asyncio.run(_scan_ms(url, postmaster, ask, world))


async def _scan_ms(url: str, postmaster: int | None, ask: Ask, world: World) -> float:
    chance = random.Random(world.seed)
    data = Data(reader_for(Settings(database_url=url)))
    prepared = [await data.ask(lambda look: _prepared(look, ask(chance, world))) for _ in range(ASKED + WARMED)]
    before = 0.0
    for number, (statement, values) in enumerate(prepared):
        if number == WARMED:
            before = _used_s(postmaster)
        await data.reader.fetch(statement, values)
    used = _used_s(postmaster) - before
    await data.reader.close()
    return 1_000 * used / ASKED


def _used_s(postmaster: int | None) -> float:
    return time.process_time() + (0 if postmaster is None else postgresql_cpu_s(postmaster))


async def _prepared(look: Look, path: str) -> tuple[Statement, dict[str, Any]]:
    sent = parse_qs(path.partition("?")[2])
    query = EventQuery.model_validate({name: values if name in LISTS else values[0] for name, values in sent.items()})
    question = await resolve(look, "events", query.asked().conditions)
    way = question.way_of(DATED_SPANS, by_id=False)
    shape = question.shape(DATED_SPANS, way, descending=query.sort == "-date")
    statement = keys_statement(shape) if way == Way.FACETS else looked_up_statement(shape)
    return statement, question.parameters(None, query.limit + 1)
