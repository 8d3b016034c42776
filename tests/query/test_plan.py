"""Records that hold some words are the same ones in the same order, whichever way they are found."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from api.http.resources.claims import ClaimQuery
from api.http.resources.events import EventQuery
from api.index.numbers import MOST
from api.main import reader_for
from api.query import lists
from api.query.paging import Sort
from api.query.plan import Effort, Sizes, Way, effort_for
from api.query.session import Data, Look
from api.query.word_conditions import Begun
from api.settings import Settings
from api.storage.database import engine
from seed.verify import verify
from tests.support import databases

SOME = 40
SORTS = [Sort(key, descending) for key in ("date", "id") for descending in (False, True)]
QUESTIONS: list[dict[str, Any]] = [
    {"q": "fell"},
    {"q": "f"},
    {"q": "bridge fell"},
    {"q": "м"},
    {"q": "n", "kind": ["shelling"]},
    {"q": "f", "date_from": "2020-03-01", "date_to": "2021-09-30"},
    {"q": "f", "date_from": "2020-03-01", "match": "certain", "undated": "include"},
    {"q": "b", "date_to": "2021-01-01", "undated": "include"},
    {"q": "f", "as_of": "2021-01-01"},
    {"q": "f", "party": ["north"], "with_party": ["south"]},
    {"q": "b", "party": ["north"], "as_of": "2022-01-01", "undated": "include"},
]


@pytest.fixture(scope="module")
def url(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Numbered otherwise than in the order of ids, wherever several records are of one day."""
    with databases.copy(backend, tmp_path_factory.mktemp("ways"), databases.country(backend)) as found:
        made = engine(found)
        with made.begin() as connection:
            for kind in ("event", "claim"):
                for table in ("document", "words", "facet"):
                    turned = f"UPDATE {kind}_{table} SET number = number - 2 * (number & {MOST - 1}) + 1048576"  # noqa: S608
                    connection.exec_driver_sql(turned)
                if backend == "sqlite":
                    connection.exec_driver_sql(f"INSERT INTO {kind}_search ({kind}_search) VALUES ('rebuild')")  # noqa: S608
        assert list(verify(made)) == []
        made.dispose()
        yield found


async def answered(url: str, table: str, asked: dict[str, Any]) -> list[tuple[int, list[str]]]:
    """How many there are, and which, by every sort and a few at a time."""
    data = Data(reader_for(Settings(database_url=url)))
    query = (EventQuery if table == "events" else ClaimQuery).model_validate(asked).asked()

    async def work(look: Look) -> list[tuple[int, list[str]]]:
        count = await query.count(look)
        return [
            (count, [one.place.id async for some in query.walk(look, sort, None, SOME) for one in some])
            for sort in SORTS
        ]

    found = await data.ask(work)
    await data.reader.close()
    return found


def of_claims(asked: dict[str, Any]) -> dict[str, Any]:
    """The same asked of claims, as far as that goes."""
    renamed = {"date_from": "said_from", "date_to": "said_to"}
    return {renamed.get(name, name): value for name, value in asked.items() if name not in {"kind", "with_party"}}


def effort(sizes: Sizes, way: Way, holders: int) -> Effort:
    return Effort(way, holders, sizes.held, long=False)


@pytest.mark.parametrize("table", ["events", "claims"])
@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_every_way_finds_the_same(url: str, table: str, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if table == "claims":
        asked = of_claims(asked)
    answers = {}
    for way in Way:
        bare = asked.keys() == {"q"}
        if way != Way.WALK or bare:
            holders = {Way.INDEX: 0, Way.FACETS: 10**9, Way.WALK: 10**9}[way]
            monkeypatch.setattr(lists, "effort_for", lambda _, sizes, way=way, few=holders: effort(sizes, way, few))
            answers[way] = asyncio.run(answered(url, table, asked))
    expected = answers.pop(Way.FACETS)
    assert expected[0][0] == len(expected[0][1])
    for way, answer in answers.items():
        assert answer == expected, way


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("sizes", "way"),
    [
        (Sizes(1_000_000, [Begun("a", 300, None)], 1_000_000, 400), Way.INDEX),
        (Sizes(1_000_000, [Begun("a", 300_000, None)], 1_000_000, 400), Way.WALK),
        (Sizes(1_000_000, [Begun("a", 300_000, None)], 1_000_000, 1_000_000), Way.FACETS),  # all on one day
        (Sizes(1_000_000, [Begun("a", 300_000, None)], 50, None), Way.FACETS),
        (Sizes(1_000_000, [Begun("a", 300, None)], 200_000, None), Way.INDEX),
        (Sizes(1_000_000, [Begun("a", 0, None)], 1_000_000, 400), Way.INDEX),
        (Sizes(0, [Begun("a", 0, None)], 0, 0), Way.INDEX),
    ],
)
def test_the_shortest_way(backend: str, sizes: Sizes, way: Way) -> None:
    assert effort_for(backend, sizes).way == way
