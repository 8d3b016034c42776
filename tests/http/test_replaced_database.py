"""Another database, of as many revisions, in the place of the one that is served: nothing of the old one is left."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from api import models
from api.storage.database import engine
from seed.load import load
from tests.support.live import Api, serving
from tests.support.worlds import entries

ASKED = ("/events", "/events/count", "/events?party=somebody", "/events.csv", "/actors/somebody", "/claims", "/explore")


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    made = engine(empty_url)
    yield made
    made.dispose()


def fill(database: sa.Engine, dataset: str, days: int) -> None:
    """One load of an event for each day, in all of which somebody takes part."""
    head = {"id": dataset, "title": dataset, "recorded_at": "2031-06-01T00:00:00Z"}
    records: dict[tuple[str, str], dict[str, Any]] = {("dataset", dataset): head}
    records["actor", "somebody"] = {"id": "somebody", "kind": "person", "name": f"Somebody of {dataset}"}
    for day in range(1, days + 1):
        happened = {"edtf": str(date(2031, 5, day)), "basis": "stated"}
        records["event", f"{dataset}-{day}"] = {
            "id": f"{dataset}-{day}",
            "kind": "shelling",
            "title": f"Shelling {day}",
            "date": happened,
            "participants": [{"actor": "somebody", "role": "attacker"}],
        }
    load(database, entries(dataset, records))


def clear(database: sa.Engine) -> None:
    """Take every row away, as those do who put a dump of another database in the place of this one."""
    with database.begin() as connection:
        for table in reversed(models.Base.metadata.sorted_tables):
            connection.execute(table.delete())


def asked(api: Api) -> list[tuple[str, str, str]]:
    found = [api.good(path) for path in ASKED]
    return [(path, one.headers["etag"], one.text) for path, one in zip(ASKED, found, strict=True)]


def test_nothing_of_a_database_that_was_replaced_is_left(empty_url: str, database: sa.Engine) -> None:
    fill(database, "one", 3)
    with serving(empty_url) as api:
        before = asked(api)
        assert api.get("/health")["revision"] == 1
        clear(database)
        fill(database, "other", 5)
        assert api.get("/health")["revision"] == 1
        for path, tag, _ in before:
            assert api.ask(path, {"If-None-Match": tag}).status_code == 200, path
        assert api.agreed("/events", party="somebody") == [f"other-{day}" for day in range(1, 6)]
        assert api.get("/actors/somebody")["name"] == "Somebody of other"
        after = asked(api)
    with serving(empty_url) as afresh:
        ports = str(api.client.base_url), str(afresh.client.base_url)
        assert [(path, tag, text.replace(*ports)) for path, tag, text in after] == asked(afresh)
