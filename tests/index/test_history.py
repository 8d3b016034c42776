"""The history of the record: what each revision changed, what documents were before, and a chain of digests."""

import hashlib
import json
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import cli, models
from api.domain.vocabulary import RevisionAction
from api.settings import PROJECT
from api.storage.database import engine
from seed import backup as backups
from seed.files import read
from seed.load import load, rebuild, withdraw
from seed.report import LoadRefusedError
from seed.verify import verify
from tests.index.test_derivation import empty
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support import databases
from tests.support.databases import LYSYCHANSK
from tests.support.worlds import World

KINDS = ("actor", "claim", "dataset", "event", "location", "source")
Documents = dict[tuple[str, str], str]


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    made = engine(empty_url)
    yield made
    made.dispose()


def rows(database: sa.Engine, model: type[models.Base]) -> list[Any]:
    table = model.__table__
    with database.connect().execution_options(read_only=True) as connection:
        return list(connection.execute(sa.select(table).order_by(*table.primary_key)))


def log(database: sa.Engine) -> list[tuple[Any, ...]]:
    """Each revision without the moment and the digests."""
    return [
        (one.number, one.action, one.datasets, one.message, one.added, one.changed, one.removed)
        for one in rows(database, models.Revision)
    ]


def served(database: sa.Engine) -> Documents:
    found: Documents = {}
    with database.connect().execution_options(read_only=True) as connection:
        for kind in KINDS:
            table = models.Base.metadata.tables[f"{kind}_document"]
            found |= {(kind, id_): body for id_, body in connection.execute(sa.select(table.c.id, table.c.body))}
    return found


def as_it_stood(database: sa.Engine, number: int) -> Documents:
    """Every document after a revision, by what the tables of the history say of themselves."""
    now, past = served(database), rows(database, models.PastVersion)
    last: dict[tuple[str, str], Any] = {}
    for change in rows(database, models.Change):
        if change.revision <= number:
            last[change.kind, change.id] = change
    found = {}
    for key, change in last.items():
        if change.op == "put":
            later = [one for one in past if (one.kind, one.id) == key and one.replaced_in > number]
            text = zlib.decompress(min(later, key=lambda one: one.replaced_in).body) if later else now[key].encode()
            assert hashlib.sha256(text).digest() == change.sha256
            found[key] = text.decode()
    return found


def test_each_load_is_a_revision(database: sa.Engine) -> None:
    load(database, read([LYSYCHANSK], [EXCERPT]), message="the excerpt")
    first = served(database)
    load(database, read([LYSYCHANSK], [CONTEXT]), action=RevisionAction.IMPORT)
    second = served(database)
    load(database, read([LYSYCHANSK]), message="nothing new")  # which changes nothing and is none
    withdraw(database, CONTEXT, message="in error")
    assert served(database) == first
    added = len(second) - len(first)
    changed = sum(1 for key in first if first[key] != second[key])
    assert changed > 0
    assert log(database) == [
        (1, "load", [EXCERPT], "the excerpt", len(first), 0, 0),
        (2, "import", [CONTEXT], None, added, changed, 0),
        (3, "withdraw", [CONTEXT], "in error", 0, changed, added),
    ]
    assert as_it_stood(database, 0) == {}
    assert [as_it_stood(database, number) for number in (1, 2, 3)] == [first, second, first]
    assert len(rows(database, models.PastVersion)) == 2 * changed + added
    assert list(verify(database)) == []


def test_the_digest_is_what_anybody_computes_from_the_changes(database: sa.Engine) -> None:
    load(database, read([LYSYCHANSK], [EXCERPT]))
    load(database, read([LYSYCHANSK], [CONTEXT]))
    withdraw(database, CONTEXT)
    previous = "0" * 64
    for revision in rows(database, models.Revision):
        text = previous
        for one in sorted(one for one in rows(database, models.Change) if one.revision == revision.number):
            text += f"{one.kind}\t{one.id}\t{one.op}\t{one.sha256.hex() if one.sha256 else ''}\n"
        assert revision.previous == previous
        previous = hashlib.sha256(text.encode()).hexdigest()
        assert revision.digest == previous


def test_deriving_again_is_a_revision_without_changes(database: sa.Engine) -> None:
    load(database, read([LYSYCHANSK]))
    size = len(served(database))
    rebuild(database)
    assert log(database)[1:] == [(2, "rebuild", [], None, 0, 0, 0)]
    assert len(rows(database, models.Change)) == size
    assert rows(database, models.PastVersion) == []


@pytest.fixture(scope="module")
def world_database(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    with databases.copy(backend, tmp_path_factory.mktemp("history"), databases.empty(backend)) as url:
        made = engine(url)
        yield made
        made.dispose()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_state_can_be_told_whatever_happens(world_database: sa.Engine, data: st.DataObject) -> None:
    """Random loads, prunes and withdrawals: each state is as it was served then, and the chain verifies."""
    database, world, states = world_database, World(), {0: {}}  # type: ignore[var-annotated]
    empty(database)
    for _ in range(data.draw(st.integers(1, 6), "steps")):
        try:
            world.happen(database, data)
        except LoadRefusedError:
            continue
        states[len(rows(database, models.Revision))] = served(database)
    assert {number: as_it_stood(database, number) for number in states} == states
    assert list(verify(database)) == []


def test_a_backup_put_back_is_one_more_revision(dossier_of_sqlite: str, tmp_path: Path) -> None:
    """The history goes on from what was replaced, so that a copy that follows it becomes what was put back."""
    database, saved = engine(dossier_of_sqlite), tmp_path / "saved.db"
    before = served(database)
    backups.backup(dossier_of_sqlite, saved)
    withdraw(database, CONTEXT)
    without = served(database)
    backups.restore(dossier_of_sqlite, saved, force=True)
    assert served(database) == before
    gone = len(before) - len(without)
    changed = sum(1 for key in without if without[key] != before[key])
    assert log(database)[1:] == [
        (2, "withdraw", [CONTEXT], None, 0, changed, gone),
        (3, "restore", [EXCERPT, CONTEXT], None, gone, changed, 0),
    ]
    assert [as_it_stood(database, number) for number in (1, 2, 3)] == [before, without, before]
    assert list(verify(database)) == []
    database.dispose()


def test_a_damaged_backup_is_not_put_back(dossier_of_sqlite: str, tmp_path: Path) -> None:
    database, saved = engine(dossier_of_sqlite), tmp_path / "saved.db"
    before = served(database)
    backups.backup(dossier_of_sqlite, saved)
    spoilt = engine(str(saved))
    with spoilt.begin() as connection:
        connection.execute(sa.text("UPDATE event_document SET body = body || ' ' WHERE id = 'refinery-entry'"))
    spoilt.dispose()
    with pytest.raises(Exception, match=r"is damaged: it does not have the SHA-256 in .*saved\.db\.sha256\.$"):
        backups.restore(dossier_of_sqlite, saved, force=True)
    (tmp_path / "saved.db.sha256").unlink()
    with pytest.raises(Exception, match="is damaged: event refinery-entry: body: is "):
        backups.restore(dossier_of_sqlite, saved, force=True)
    assert served(database) == before
    database.dispose()


@pytest.mark.parametrize("message", ["", " ", "two\nlines", "x" * 100_001])
def test_a_message_is_one_line(
    empty_url: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    with pytest.raises(SystemExit) as ended:
        cli.main(["seed", "--message", message])
    assert ended.value.code == 2
    assert "It is one line of at most" in capsys.readouterr().err


def test_a_message_from_the_command_line(empty_url: str, database: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    for arguments in (["seed", "--message", "as reviewed"], ["withdraw", CONTEXT, "--message", "not ours"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
    assert [(one.action, one.message) for one in rows(database, models.Revision)] == [
        ("load", "as reviewed"),
        ("withdraw", "not ours"),
    ]
    assert [json.loads(json.dumps(one.datasets)) for one in rows(database, models.Revision)][1] == [CONTEXT]


def test_a_clock_that_is_set_back_takes_nothing_back(database: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revisions go by their numbers, and a copy of an older one never passes for new."""

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(1999, 12, 31, tzinfo=tz)

    load(database, read([LYSYCHANSK]))
    monkeypatch.setattr("api.index.history.datetime", Earlier)
    withdraw(database, CONTEXT)
    with database.connect() as connection:
        moments = connection.execute(
            sa.select(models.Revision.number, models.Revision.recorded_at).order_by(models.Revision.number)
        ).all()
    assert [number for number, _ in moments] == list(range(1, len(moments) + 1))
    assert moments[-1][1] - moments[-2][1] == timedelta(seconds=1)
    monkeypatch.undo()
    assert list(verify(database)) == []


# What a command does before it is killed without a word, in the middle of what it writes of the history.
KILLED = """
import os, signal, sys
from api.index import history
from seed.load import withdraw
from api.storage.database import engine

holder, name = {"texts": (history.History, "_keep"), "changes": (history, "digest"), "revision": (history, "record")}[
    sys.argv[3]
]
whole = getattr(holder, name)

def killed(*given):
    whole(*given)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(holder, name, killed)
withdraw(engine(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.parametrize("after", ["texts", "changes", "revision"])
def test_a_load_that_is_killed_while_it_writes_the_history(database: sa.Engine, empty_url: str, after: str) -> None:
    """After past versions, all changes, or the revision were written: all of it is gone, and can be done again."""
    load(database, read([LYSYCHANSK]))
    before, texts = log(database), served(database)
    killed = subprocess.run([sys.executable, "-c", KILLED, empty_url, CONTEXT, after], cwd=PROJECT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (log(database), served(database)) == (before, texts)
    assert rows(database, models.PastVersion) == []
    assert list(verify(database)) == []
    withdraw(database, CONTEXT)
    assert len(log(database)) == len(before) + 1
    assert list(verify(database)) == []
