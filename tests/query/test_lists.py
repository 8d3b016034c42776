"""Lists are the same however few or many match, and however few records a batch or a block holds."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from api.http.resources.claims import ClaimQuery
from api.http.resources.events import EventQuery
from api.main import reader_for
from api.models.facets import CELL_BITS, checksum
from api.query import lists, postings
from api.query.paging import Sort
from api.query.session import Data, ReadSession
from api.query.sql import BY_ID, COLUMN
from api.settings import Settings
from api.storage.reader import Parameters, Row, SqlStatement
from tests.support import databases

SOME = 40
SORTS = [Sort(key, descending) for key in ("date", "id") for descending in (False, True)]
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"q": "bridge fell"},
    {"q": "м"},
    {"date_from": "2020-03-01", "date_to": "2021-09-30"},
    {"date_from": "2020-03-01", "match": "certain", "undated": "include"},
    {"as_of": "2021-01-01"},
    {"party": ["north"], "with_party": ["south"]},
    {"bbox": "-180,-90,180,90", "party": ["north"], "as_of": "2022-01-01", "undated": "include"},
]


@pytest.fixture(scope="module")
def url(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with databases.copy(backend, tmp_path_factory.mktemp("lists"), databases.country(backend)) as found:
        yield found


async def answered(url: str, table: str, asked: dict[str, Any]) -> list[tuple[int, list[str]]]:
    """How many there are, and which, by every sort and a few at a time."""
    data = Data(reader_for(Settings(database_url=url)))
    query = (EventQuery if table == "events" else ClaimQuery).model_validate(asked).asked()

    async def work(session: ReadSession) -> list[tuple[int, list[str]]]:
        question = await lists.resolve(session, table, query.conditions)
        size = await lists.count_matches(session, question)
        found = []
        for sort in SORTS:
            rows = [row[2] async for rows in lists.walk(session, question, sort, None, SOME) for _, row in rows]
            found.append((size, rows))
        return found

    try:
        return await data.ask(work)
    finally:
        await data.reader.close()


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for asked in QUESTIONS:
        yield "events", asked
        if asked.keys() <= {"q", "as_of", "undated", "match"}:
            yield "claims", asked


@pytest.mark.parametrize(("table", "asked"), list(cases()))
def test_every_sort_finds_the_same(
    url: str, table: str, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = asyncio.run(answered(url, table, asked))
    for size, ids in found:
        assert len(ids) == size > 0
        assert set(ids) == set(found[0][1])
    assert found[2][1] == sorted(found[0][1])
    assert found[3][1] == found[2][1][::-1]
    monkeypatch.setattr(lists, "BLOCK", 7)  # all are walked
    assert asyncio.run(answered(url, table, asked)) == found


class Walked:
    """Ids in their order, read as from a database, with the number of rows of each answer."""

    def __init__(self, ids: Sequence[str]) -> None:
        """The number of a record is its place in this list."""
        self._rows = sorted((one, number) for number, one in enumerate(ids))
        self.answers: list[int] = []
        self.turns = 0

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """Rows of (revision, number, id) after an id."""
        assert (statement, slow) == (BY_ID["events"], True)
        await asyncio.sleep(0)
        after = [("", number, one) for one, number in self._rows if one > parameters["id"]]
        self.answers.append(min(len(after), parameters["limit"]))
        return after[: parameters["limit"]]

    async def checkpoint(self) -> None:
        """Count it."""
        self.turns += 1


def test_the_order_of_ids_is_read_once_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a million ids at once would hold up all other requests; several would each read them."""
    monkeypatch.setattr(postings, "WALKED", 3)
    ids = ["d", "a", "g", "b", "f", "c", "e"]
    read, index = Walked(ids), postings.Index(limit=1)

    async def twice() -> tuple[postings.Order, postings.Order]:
        return await asyncio.gather(index.order(read, "events"), index.order(read, "events"))

    found, same = asyncio.run(twice())
    assert found is same
    assert [ids[number] for number in found.numbers] == sorted(ids)
    assert [sorted(ids)[rank] for rank in found.ranks] == ids
    assert (read.answers, read.turns) == ([3, 3, 1, 0], 3)


class Cells:
    """One chunk of a column."""

    def __init__(self) -> None:
        self.reads = 0

    async def fetch(self, statement: SqlStatement, parameters: Parameters, *, slow: bool = False) -> Sequence[Row]:
        """A row of (revision, chunk, hash, cells), after others had their turn."""
        assert (statement, parameters, slow) == (COLUMN, {"name": "event/longitude"}, True)
        self.reads += 1
        await asyncio.sleep(0)
        cells = np.arange(1 << CELL_BITS, dtype=np.float64).tobytes()
        return [(1, 0, checksum(cells), cells)]

    async def checkpoint(self) -> None:
        """Nothing else waits."""


def test_a_column_that_several_ask_for_is_read_once() -> None:
    """Each reading holds the values of all records twice."""
    read, index = Cells(), postings.Index(limit=1)

    async def four_times() -> list[postings.Column]:
        return await asyncio.gather(*(index.column(read, "events", "longitude") for _ in range(4)))

    found = asyncio.run(four_times())
    assert (read.reads, {id(one) for one in found}) == (1, {id(found[0])})
    assert found[0].tolist() == [*range(1 << CELL_BITS)]


def test_an_order_that_is_known_waits_for_no_other() -> None:
    """As of events, while that of claims is read."""
    read, index = Walked(["b", "a"]), postings.Index(limit=1)

    async def beside_another() -> bool:
        known = await index.order(read, "events")
        async with index.reading:
            asked = index.order(read, "events")
            try:
                asked.send(None)
            except StopIteration as ended:
                return ended.value is known
            asked.close()
            return False

    assert asyncio.run(beside_another())
