"""The databases of a test run: templates that are built once, and copies of them."""

import gc
import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from api.settings import PROJECT
from api.storage.database import engine
from migrations import migrate
from seed.files import read
from seed.load import load, withdraw
from seed.refusals import Entry, Refusal
from tests.support import postgres
from tests.support.country import entries as country_entries
from tests.support.dossiers import SHIPPED
from tests.support.late import entries as late_entries
from tests.support.odd import entries as odd_entries
from tests.support.quarrels import entries
from tests.support.quarrels import tolls as made_of_tolls

# The files of the first dossier, on which most tests speak; beside it, the shipped databases hold the other dossiers.
LYSYCHANSK = PROJECT / "seed" / "lysychansk"

_numbers = itertools.count()


def empty(backend: str) -> str:
    """The template with all tables and no data."""
    return _template(backend, "empty", migrate)


def dossier(backend: str) -> str:
    """The template with both datasets of the first dossier."""
    return _template(backend, "dossier", _load_dossier, empty(backend))


def shipped(backend: str) -> str:
    """The template with every reviewed dataset that comes with the project."""
    return _template(backend, "shipped", _load_shipped, empty(backend))


def excerpt(backend: str) -> str:
    """The template with the excerpt alone."""
    return _template(backend, "excerpt", _load_excerpt, empty(backend))


def revised(backend: str) -> str:
    """The template with three revisions: the excerpt, what named reports add, and that withdrawn again."""
    return _template(backend, "revised", _load_revised, empty(backend))


def quarrels(backend: str) -> str:
    """The template with invented claims of every kind of date, see `tests/support/quarrels.py`."""
    return _template(backend, "quarrels", _load_quarrels, empty(backend))


def tolls(backend: str, seed: int) -> str:
    """The template with figures, culprits and retractions at random, see `tests/support/quarrels.py`."""
    return _template(backend, f"tolls{seed}", lambda url: _load(url, entries(made_of_tolls(seed))), empty(backend))


def country(backend: str) -> str:
    """The template with an invented country, see `tests/support/country.py`."""
    return _template(backend, "country", _load_country, empty(backend))


def late(backend: str) -> str:
    """The template with 2,500 events, see `tests/support/late.py`."""
    return _template(backend, "late", _load_late, empty(backend))


def odd(backend: str) -> str:
    """The template with records at the edge of what may be loaded, see `tests/support/odd.py`."""
    return _template(backend, "odd", lambda url: _load(url, odd_entries()), empty(backend))


def _load_late(url: str) -> None:
    _load(url, late_entries())


def _load_dossier(url: str) -> None:
    _load(url, read([LYSYCHANSK]))


def _load_shipped(url: str) -> None:
    _load(url, read(SHIPPED))


def _load_excerpt(url: str) -> None:
    _load(url, read([LYSYCHANSK], ["lysychansk"]))


def _load_revised(url: str) -> None:
    made = engine(url)
    load(made, read([LYSYCHANSK], ["lysychansk"]), message="the excerpt")
    load(made, read([LYSYCHANSK], ["lysychansk-context"]))
    withdraw(made, "lysychansk-context", message="in error")
    made.dispose()
    gc.collect()


def _load_quarrels(url: str) -> None:
    _load(url, entries())


def _load_country(url: str) -> None:
    _load(url, country_entries())


def _load(url: str, found: Iterable[Entry | Refusal]) -> None:
    made = engine(url)
    load(made, found)
    made.dispose()
    gc.collect()  # a cursor in a circle keeps SQLite's file open, and what was written beside it


def _template(backend: str, name: str, build: Callable[[str], None], base: str | None = None) -> str:
    """Whoever asks first builds it; nobody may stay connected, for PostgreSQL copies only what nobody uses."""
    with postgres.alone(f"{backend}.{name}") as template:
        if not template.exists():
            build(_create(backend, name, template.parent, base))
            template.touch()
    return name


@contextmanager
def copy(backend: str, folder: Path, base: str | None) -> Iterator[str]:
    """The address of a copy of a template, or of a database without tables, for one user."""
    name = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    yield _create(backend, name, folder, base)
    if backend == "postgresql":
        postgres.drop_database(name)


def _create(backend: str, name: str, folder: Path, base: str | None) -> str:
    if backend == "postgresql":
        return postgres.create_database(name, base)
    file = folder / f"{name}.db"
    if base is not None:
        # Not a copy of the file: what was loaded last may still lie in the log beside it.
        with (
            closing(sqlite3.connect(postgres.run() / f"{base}.db")) as template,
            closing(sqlite3.connect(file)) as made,
        ):
            template.backup(made)
    return str(file)
