"""Databases for tests: every test that asks for one runs on SQLite and on PostgreSQL."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations import migrate
from tests import postgres

BACKENDS = ("sqlite", "postgresql")
_numbers = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # under xdist, the controller opens and closes the run
        postgres.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.close_run()


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; everything below exists once for each."""
    return str(request.param)


@pytest.fixture
def blank_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables, of this test alone."""
    if backend == "sqlite":
        yield str(tmp_path / "blank.db")
        return
    name = _unused()
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def migrated(backend: str) -> Path:
    """The template of empty databases: an SQLite file, or a file that says that PostgreSQL's is there."""
    with postgres.alone(f"migrated.{backend}") as template:
        if not template.exists():
            if backend == "sqlite":
                migrate(f"{template}.tmp")
                Path(f"{template}.tmp").rename(template)
            else:
                migrate(postgres.create_database("migrated"))
                template.touch()
    return template


@pytest.fixture
def empty_url(backend: str, migrated: Path, tmp_path: Path) -> Iterator[str]:
    """A migrated database without data, of this test alone."""
    if backend == "sqlite":
        yield str(shutil.copy(migrated, tmp_path / "empty.db"))
        return
    name = _unused()
    yield postgres.create_database(name, template="migrated")
    postgres.drop_database(name)


def _unused() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
