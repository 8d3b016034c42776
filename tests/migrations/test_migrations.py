"""Migrations build exactly what the models say, on both databases, and never touch what they do not know."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import migrations
from api import models
from api.index import integrity
from api.settings import PROJECT
from api.storage.database import DatabaseUnusableError, engine
from migrations import migrate, require_current
from seed.verify import verify
from tests.support.contents import everything, revision

SQLITE_SCHEMA = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
POSTGRESQL_SCHEMA = """
SELECT 'column', table_name, column_name,
       concat_ws(' ', data_type, is_nullable, column_default, collation_name, generation_expression, ordinal_position)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""

REVISION = {"number": 7, "recorded_at": sa.func.now(), "action": "load", "datasets": [], "message": None, "added": 0}
REVISION |= {"changed": 0, "removed": 0, "digest": "", "previous": "", "seal": ""}


def schema(url: str) -> dict[tuple[str, str, str], list[str]]:
    """Everything the database itself knows of its tables: columns, constraints with their text, and indexes.

    Clauses are compared as a set, for a migration may add a constraint after the others.
    """
    made = engine(url)
    with made.connect() as connection:
        query = SQLITE_SCHEMA if connection.dialect.name == "sqlite" else POSTGRESQL_SCHEMA
        found = {
            (kind, table, name): sorted(line.strip().rstrip(",") for line in text.splitlines())
            for kind, table, name, text in connection.exec_driver_sql(query)
            if table != "alembic_version"
        }
    made.dispose()
    return found


def test_migrations_and_models_agree(blank_url: str, empty_url: str) -> None:
    made = engine(blank_url)
    models.Base.metadata.create_all(made)
    made.dispose()
    expected = schema(blank_url)
    assert len(expected) > len(models.Base.metadata.tables)
    assert schema(empty_url) == expected


def test_up_down_up(blank_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(blank_url)
    built = schema(blank_url)
    monkeypatch.setenv("DATABASE_URL", blank_url)
    command.downgrade(Config(PROJECT / "alembic.ini"), "base")
    assert schema(blank_url) == {}
    migrate(blank_url)
    assert schema(blank_url) == built


def test_migrating_again_loses_nothing(empty_url: str) -> None:
    made = engine(empty_url)
    with made.begin() as connection:
        connection.execute(sa.insert(models.Revision).values(REVISION))
    migrate(empty_url)
    with made.connect() as connection:
        assert connection.scalar(sa.select(models.Revision.number)) == 7
    made.dispose()


def test_other_rules_are_noticed_and_everything_is_derived_again(
    dossier_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A copy of this code whose words are folded by another rule refuses the database until it was brought along."""
    for package in ("api", "migrations", "seed"):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "api" / "domain" / "text.py").open("a") as rules_of_words:
        rules_of_words.write("\n\n_as_before = folded\n\n\ndef folded(*texts):\n    return _as_before(*texts)[::-1]\n")

    def run(*arguments: str) -> int:
        environment = {**os.environ, "DATABASE_URL": dossier_url, "PYTHONPATH": str(tmp_path)}
        line = [sys.executable, "-m", "api.cli", *arguments]
        return subprocess.run(line, cwd=tmp_path, env=environment, timeout=120, check=False).returncode

    made = engine(dossier_url)
    before, number = everything(made), revision(made)
    assert run("export", str(tmp_path / "refused")) == 1
    line = capfd.readouterr().err
    assert line == "The database is older than this code: run `counterclaim migrate` first.\n"
    assert run("migrate") == 0
    assert revision(made) == (number or 0) + 1
    assert everything(made) != before
    with pytest.raises(DatabaseUnusableError, match="run `counterclaim migrate`"):
        require_current(dossier_url)
    migrate(dossier_url)
    assert everything(made) == before
    assert list(verify(made)) == []
    made.dispose()


def test_other_tables_of_facts_are_left_alone(empty_url: str) -> None:
    made = engine(empty_url)
    with made.begin() as connection:
        connection.execute(sa.update(models.Derivation).values(facts="of another day"))
    made.dispose()
    for act in (migrate, require_current):
        with pytest.raises(DatabaseUnusableError, match="load the data again, into a new database"):
            act(empty_url)


DERIVES = {
    "domain": True,
    "models": True,
    "schemas": True,
    "index": True,
    "storage": False,
    "query": False,
    "http": False,
}
"""The packages, and whether what they say decides what is derived, as ARCHITECTURE.md tells."""


@pytest.mark.parametrize("package", DERIVES)
def test_a_line_of_a_package_that_derives_is_a_rule(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT / "api", tmp_path / "api", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(integrity, "API", tmp_path / "api")
    fingerprint = integrity.rules_fingerprint.__wrapped__
    before = fingerprint()
    for module in sorted((tmp_path / "api" / package).glob("*.py"))[-1:]:
        module.write_text(module.read_text() + "\nANOTHER_RULE = 1\n")
    assert (fingerprint() != before) == DERIVES[package]


def test_words_for_people_are_no_rule(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("one.py", "other.py", "third.py"))
    one.write_text('"""A."""\nX = 1  # why\n')
    other.write_text('"""B."""\n\nX = 1\n')
    third.write_text('"""B."""\n\nX = 2\n')
    assert integrity._code(one) == integrity._code(other) != integrity._code(third)  # noqa: SLF001 - no public function takes a file


def test_alembic_finds_nothing_to_change(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    command.check(Config(PROJECT / "alembic.ini"))


def test_several_may_migrate_at_once(blank_url: str) -> None:
    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            migrate(blank_url)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test wants to see it
            failures.append(error)

    crowd = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert failures == []
    require_current(blank_url)


@pytest.mark.parametrize("act", [migrate, require_current])
def test_a_newer_database_is_left_alone(empty_url: str, act: Callable[[str], None]) -> None:
    made = engine(empty_url)
    with made.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    made.dispose()
    before = schema(empty_url)
    with pytest.raises(DatabaseUnusableError, match=r"newer than this code \(its version is 9999, .*: update the code"):
        act(empty_url)
    assert schema(empty_url) == before


@pytest.mark.parametrize("act", [migrate, require_current])
def test_another_programs_database_is_left_alone(blank_url: str, act: Callable[[str], None]) -> None:
    made = engine(blank_url)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE event (happening TEXT)")
    made.dispose()
    before = schema(blank_url)
    with pytest.raises(DatabaseUnusableError, match=r"another program's \(it holds a table event\)"):
        act(blank_url)
    assert schema(blank_url) == before


def test_a_postgresql_database_may_be_shared(blank_url: str, backend: str) -> None:
    """There an extension may keep tables beside ours; a file is one program's alone."""
    made = engine(blank_url)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE spatial_ref_sys (srid INTEGER)")
    made.dispose()
    if backend == "postgresql":
        migrate(blank_url)
        require_current(blank_url)
    else:
        with pytest.raises(DatabaseUnusableError, match="another program's"):
            migrate(blank_url)


def test_an_unmigrated_database_is_not_served(blank_url: str) -> None:
    with pytest.raises(DatabaseUnusableError, match="run `counterclaim migrate`"):
        require_current(blank_url)


def test_text_sorts_by_code_point(empty_url: str) -> None:
    made = engine(empty_url)
    names = ["Zoo", "a-b", "aB", "ab", "Ärger", "äb", "Лисичанськ"]
    with made.begin() as connection:
        rows = [{"id": f"n{number}", "words": name, "hash": 0} for number, name in enumerate(reversed(names))]
        connection.execute(sa.insert(models.ActorWords), rows)
        found = connection.scalars(sa.select(models.ActorWords.words).order_by(models.ActorWords.words)).all()
    made.dispose()
    assert found == sorted(names)


@pytest.mark.parametrize("bad", ["count", "-a", "a b", "é", "", "a" * 201, "a\n"])
def test_ids_that_no_path_can_hold_are_refused(empty_url: str, bad: str) -> None:
    made = engine(empty_url)
    row = {"id": bad, "digest": "", "title": "A title", "recorded_at": sa.func.now()}
    with pytest.raises(sa.exc.IntegrityError), made.begin() as connection:
        connection.execute(sa.insert(models.Dataset).values(row))
    made.dispose()


def test_references_are_enforced(empty_url: str) -> None:
    made = engine(empty_url)
    row = {"id": "lpr", "digest": "", "dataset": "nobody", "kind": "state", "name": "LPR", "aliases": []}
    with pytest.raises(sa.exc.IntegrityError), made.begin() as connection:
        connection.execute(sa.insert(models.Actor).values(row))
    made.dispose()


def test_postgresql_that_is_too_old_is_named(blank_url: str, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if backend == "postgresql":
        monkeypatch.setattr(migrations, "OLDEST_POSTGRESQL", (99,))
        with pytest.raises(DatabaseUnusableError, match=r"PostgreSQL 99 or newer is needed, and this is [0-9.]+"):
            migrations.migrate(blank_url)
    else:
        migrations.migrate(blank_url)
