"""Documents made by a second process are those that one process makes; if it is lost, so is the load."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from api.index import worker as beside
from api.storage.database import HelperLostError, engine
from seed.check import REVIEWED
from seed.files import read
from seed.load import load, withdraw
from seed.verify import verify
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support import databases
from tests.support.contents import Contents, everything, revision


def all_steps(database: sa.Engine) -> list[Contents]:
    """What is there after each of several loads."""
    found = []
    for dataset in (EXCERPT, CONTEXT):
        load(database, read([REVIEWED], [dataset]))
        found.append(everything(database))
    withdraw(database, CONTEXT)
    return [*found, everything(database)]


def test_two_processes_write_what_one_writes(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = databases.empty(backend)
    with databases.copy(backend, tmp_path, empty) as first, databases.copy(backend, tmp_path, empty) as second:
        one, two = engine(first), engine(second)
        alone = all_steps(one)
        monkeypatch.setattr(beside, "ENOUGH", 1)
        monkeypatch.setattr(beside, "cores", lambda: 2)
        assert all_steps(two) == alone
        assert list(verify(two)) == []
        one.dispose()
        two.dispose()


@pytest.mark.parametrize("program", ["raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)"])
def test_nothing_is_loaded_when_the_helper_is_lost(
    empty_url: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = engine(empty_url)
    load(database, read([REVIEWED], [EXCERPT]))
    before = everything(database), revision(database)
    monkeypatch.setattr(beside, "ENOUGH", 1)
    monkeypatch.setattr(beside, "cores", lambda: 2)
    monkeypatch.setattr(beside, "_PROGRAM", program)
    with pytest.raises(HelperLostError):
        load(database, read([REVIEWED], [CONTEXT]))
    assert (everything(database), revision(database)) == before
    database.dispose()


def test_one_core_loads_alone(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "ENOUGH", 1)
    monkeypatch.setattr(beside, "cores", lambda: 1)
    monkeypatch.setattr(beside, "helper", None)
    database = engine(empty_url)
    assert load(database, read([REVIEWED], [EXCERPT])).moved
    database.dispose()
