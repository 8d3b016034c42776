"""The SQL of requests: what is compiled and kept does not grow with what is asked."""

import asyncio
import random
from itertools import combinations
from urllib.parse import urlencode

import pytest
from sqlalchemy import Dialect

from api.storage.reader import Parameters, SqlStatement
from tests.support.inside import asking

OK = 200
MOST_STATEMENTS = {"events": 24, "claims": 24, "sources": 64}
"""Filters of events and claims become numbers before SQL is written; each condition on sources is a part of it."""
SEVERAL = {
    "events": {
        "party": "russia ukraine lpr haidai",
        "kind": "capture order withdrawal",
        "location": "lysychansk pryvillia donbas",
        "status": "disputed claimed corroborated",
        "source": "isw-2022-07-02 bbc-2022-07-03",
    },
    "claims": {
        "speaker": "haidai putin isw",
        "stance": "asserts denies",
        "certainty": "stated likely",
        "location": "lysychansk donbas",
    },
    "sources": {"kind": "news bulletin", "publisher": "BBC TASS"},
}
ONCE = {
    "events": {
        "date_from": "2022-07-01",
        "as_of": "2022-07-03",
        "q": "capture",
        "bbox": "38,48,39,49.5",
        "sort": "-date",
    },
    "claims": {"said_from": "2022-07-01", "as_of": "2022-07-03", "q": "city", "inferred": "true", "sort": "id"},
    "sources": {"published_from": "2022-07-01", "q": "lysychansk", "sort": "-title"},
}


def asked(name: str, filters: tuple[str, ...], chance: random.Random) -> str:
    several = {
        key: chance.sample(SEVERAL[name][key].split(), chance.randint(1, 2)) for key in filters if key in SEVERAL[name]
    }
    once = {key: ONCE[name][key] for key in filters if key in ONCE[name]}
    limit = chance.randint(1, 500)
    return f"/{name}?{urlencode({**several, **once, 'limit': limit}, doseq=True)}"


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every SQL text that is run."""
    found: set[str] = set()
    compiled = SqlStatement.compiled

    def note(self: SqlStatement, dialect: Dialect, parameters: Parameters) -> tuple[str, list[object]]:
        text, values = compiled(self, dialect, parameters)
        found.add(text)
        return text, values

    monkeypatch.setattr(SqlStatement, "compiled", note)
    return found


@pytest.mark.parametrize("name", SEVERAL)
def test_combinations_of_filters_share_their_statements(name: str, dossier_url: str, texts: set[str]) -> None:
    chance = random.Random(9)  # noqa: S311 - the same questions every time
    filters = [*SEVERAL[name], *ONCE[name]]

    async def ask(size: int) -> int:
        async with asking(dossier_url) as get:
            for chosen in combinations(filters, size):
                assert await get(asked(name, chosen, chance)) == OK
        return len(texts)

    alone = asyncio.run(ask(1))
    together = asyncio.run(ask(2)), asyncio.run(ask(3))
    assert 0 < alone <= together[0] <= together[1] <= MOST_STATEMENTS[name]
