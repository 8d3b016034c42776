"""The feed of changes in process: in whichever order a revision is told, it goes on from wherever it was."""

import asyncio
import json

import pytest

from api.main import reader_for
from api.query import history
from api.query.history import LARGE
from api.query.paging import Place, Sort
from api.query.session import Data, ReadSession
from api.settings import Settings
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support.databases import LYSYCHANSK
from tests.support.live import serving


@pytest.mark.parametrize("large", [1, 100, LARGE])
def test_the_feed_goes_on_from_wherever_it_was(empty_url: str, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """Whatever the order within a revision, nothing is told twice or left out, and revisions ascend."""
    monkeypatch.setattr(history, "LARGE", large)
    database = engine(empty_url)
    load(database, read([LYSYCHANSK], [EXCERPT]))
    load(database, read([LYSYCHANSK], [CONTEXT]))
    withdraw(database, CONTEXT)
    load(database, read([LYSYCHANSK], [CONTEXT]))
    withdraw(database, CONTEXT)
    database.dispose()

    async def told(since: int, place: Place | None = None) -> list[tuple[Place, list[str]]]:
        data = Data(reader_for(Settings(database_url=empty_url)))

        async def work(session: ReadSession) -> list[tuple[Place, list[str]]]:
            asked = history.LastChanges(since, documents=True)
            walked = asked.stretches(session, Sort.parse("revision"), place, 7)
            return [(part.last, part.lines.decode().splitlines()) async for part in walked]

        try:
            return await data.ask(work)
        finally:
            await data.reader.close()

    with serving(empty_url) as api:
        for since in (0, 1, 3):
            everything = asyncio.run(told(since))
            lines = [line for _, part in everything for line in part]
            listed = api.get("/changes", since=since, documents=True, limit=1000)["data"]
            assert sorted(lines) == sorted(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in listed)
            numbers = [json.loads(line)["revision"] for line in lines]
            assert numbers == sorted(numbers)
            for at in range(0, len(everything), 5):
                rest = [line for _, part in everything[at + 1 :] for line in part]
                assert [line for _, part in asyncio.run(told(since, everything[at][0])) for line in part] == rest
