"""What is derived follows from the facts alone: however they came, were changed and went."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import models
from api.storage.database import engine
from seed.load import load
from seed.report import LoadRefusedError
from seed.verify import verify
from tests.support import databases
from tests.support.contents import Contents, as_modelled, everything, rebuilt, revision
from tests.support.worlds import SAME_AS, World, entries

STEPS = 5


@pytest.fixture(scope="module")
def database(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """One for all examples, each of which empties it first."""
    with databases.copy(backend, tmp_path_factory.mktemp("derivation"), databases.empty(backend)) as url:
        made = engine(url)
        yield made
        made.dispose()


@pytest.fixture(scope="module")
def same_as(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("same_as") / "same_as.toml"
    path.write_text(SAME_AS)
    return path


def empty(database: sa.Engine) -> None:
    with database.connect() as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
        for table in models.Base.metadata.tables:
            connection.exec_driver_sql(f'DELETE FROM "{table}"')  # noqa: S608 - a table of ours


def loaded_afresh(database: sa.Engine, world: World, same_as: Path) -> Contents:
    """What the database holds where nothing was loaded but what is left in the end, at once."""
    empty(database)
    left = chain.from_iterable(entries(dataset, records) for dataset, records in world.loaded.items())
    load(database, left, same_as=same_as)
    return everything(database)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_after_any_loads_everything_is_as_if_derived_again(
    database: sa.Engine, same_as: Path, data: st.DataObject
) -> None:
    empty(database)
    world = World()
    for _ in range(data.draw(st.integers(1, STEPS), "steps")):
        before = revision(database)
        try:
            world.happen(database, data, same_as=same_as)
        except LoadRefusedError:
            assert revision(database) == before
        found = everything(database)
        assert found == rebuilt(database)
        assert list(verify(database)) == []
        as_modelled(database)
        held = {(kind, row["id"]) for kind in ("actor", "event", "claim", "dating") for row in found[kind]}
        assert held == {key for records in world.loaded.values() for key in records if key[0] not in _NOT_HELD}
    assert everything(database) == loaded_afresh(database, world, same_as)


_NOT_HELD = {"dataset", "source", "location"}
