"""Databases and servers for tests: whatever asks for one runs on SQLite and on PostgreSQL.

`blank_url`, `empty_url` and `dossier_url` belong to one test alone; `api` is shared, so only read from it.
"""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import databases, postgres
from tests.support.live import Api, serving

BACKENDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    # A shell that starts the tests in its background has them ignore Ctrl-C, and every server they start with them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # How long an example takes says how busy the machine is. What CI asks of examples stays.
    settings.register_profile("unhurried", settings(), deadline=None)
    settings.load_profile("unhurried")
    if not hasattr(config, "workerinput"):  # under xdist, the controller opens and closes the run
        postgres.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.close_run()


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; everything below exists once for each."""
    return str(request.param)


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """What Ctrl-C does is as before each test: a command's last act is to ignore it, as would servers started later."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def chance() -> random.Random:
    """The moments at which faults happen: the same in every run."""
    return random.Random(5)  # noqa: S311 - nothing is to be kept secret


@pytest.fixture
def blank_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    with databases.copy(backend, tmp_path, None) as url:
        yield url


@pytest.fixture
def empty_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """A migrated database without data."""
    with databases.copy(backend, tmp_path, databases.empty(backend)) as url:
        yield url


@pytest.fixture
def dossier_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """A database with both datasets of the dossier."""
    with databases.copy(backend, tmp_path, databases.dossier(backend)) as url:
        yield url


@pytest.fixture
def dossier_of_sqlite(tmp_path: Path) -> Iterator[str]:
    """As `dossier_url`, for what does not depend on the database."""
    with databases.copy("sqlite", tmp_path, databases.dossier("sqlite")) as url:
        yield url


@pytest.fixture
def dossier_of_postgresql(tmp_path: Path) -> Iterator[str]:
    """As `dossier_url`, for what only PostgreSQL can do."""
    with databases.copy("postgresql", tmp_path, databases.dossier("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def api(backend: str, request: pytest.FixtureRequest) -> Api:
    """Serves the first dossier."""
    served: Api = request.getfixturevalue(f"{backend}_api")
    return served


@pytest.fixture(scope="session")
def shipped_api(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves all that comes with the project, as `make up` does."""
    yield from _served(backend, databases.shipped(backend), tmp_path_factory)


@pytest.fixture(scope="session")
def excerpt_api(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves the excerpt alone."""
    yield from _served(backend, databases.excerpt(backend), tmp_path_factory)


@pytest.fixture(scope="session")
def country_api(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves an invented country."""
    yield from _served(backend, databases.country(backend), tmp_path_factory)


@pytest.fixture(scope="session")
def late_api(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves 2,500 invented events."""
    yield from _served(backend, databases.late(backend), tmp_path_factory)


@pytest.fixture(scope="session")
def odd_api(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves records at the edge of what may be loaded."""
    yield from _served(backend, databases.odd(backend), tmp_path_factory)


@pytest.fixture(scope="session")
def quarrels_api(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves invented quarrels."""
    yield from _served(backend, databases.quarrels(backend), tmp_path_factory)


@pytest.fixture(scope="session")
def sqlite_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves the dossier from SQLite; ask for both of these to compare them."""
    yield from _served("sqlite", databases.dossier("sqlite"), tmp_path_factory)


@pytest.fixture(scope="session")
def postgresql_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves the dossier from PostgreSQL."""
    yield from _served("postgresql", databases.dossier("postgresql"), tmp_path_factory)


def _served(backend: str, template: str, folders: pytest.TempPathFactory) -> Iterator[Api]:
    folder = folders.mktemp("served")
    with databases.copy(backend, folder, template) as url, serving(url) as served:
        yield served
