"""The database opened directly says what the API says."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api import models
from api.models.index import JSON
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from tests.support import databases
from tests.support.databases import LYSYCHANSK
from tests.support.live import serving

LISTS = {f"public_{kind}": f"{kind}s" for kind in ("event", "claim", "source", "actor", "location", "dataset")}


def leaves(document: Any, paths: set[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document that is not an object, or that is one of these paths."""
    if isinstance(document, dict) and path not in paths:
        for name, value in document.items():
            yield from leaves(value, paths, f"{path}.{name}" if path else name)
    else:
        yield path, document


def said_alike(url: str) -> None:
    """Assert that each view has every record, and every value of it."""
    made = engine(url)
    with serving(url) as api, made.connect() as connection:
        assert LISTS.keys() == models.VIEWS.keys()
        for view, name in LISTS.items():
            columns = {path: (column, kind) for column, path, kind in models.VIEWS[view][1]}
            documents = {one["id"]: one for one in map(json.loads, api.ask(f"/{name}.ndjson").text.split("\n")[:-1])}
            rows = connection.execute(sa.text(f"SELECT * FROM {view}")).mappings().all()  # noqa: S608 - our own names
            assert sorted(row["id"] for row in rows) == sorted(documents)
            for row in rows:
                for path, value in leaves(documents[row["id"]], {*columns}):
                    if value is None and path not in columns:  # the whole is missing, such as the place of an event
                        held = [row[column] for other, (column, _) in columns.items() if other.startswith(f"{path}.")]
                        assert held
                        assert set(held) == {None}
                        continue
                    column, kind = columns[path]
                    told = json.loads(row[column]) if kind == JSON and value is not None else row[column]
                    assert told == value, (view, row["id"], column)
    made.dispose()


def test_views_say_all_that_the_api_says(dossier_url: str) -> None:
    """Also after a dataset is withdrawn, and after a load that withdraws what is no longer in the files."""
    said_alike(dossier_url)
    made = engine(dossier_url)
    withdraw(made, "lysychansk-context")
    said_alike(dossier_url)
    kept = [one for one in read([LYSYCHANSK], ["lysychansk"]) if "lysychansk-s17" not in str(one)]
    assert load(made, kept, prune=True).withdrawn
    made.dispose()
    said_alike(dossier_url)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_views_say_it_of_odd_records_too(backend: str, tmp_path: Path) -> None:
    with databases.copy(backend, tmp_path, databases.odd(backend)) as url:
        said_alike(url)


def test_columns_have_types(dossier_of_sqlite: str) -> None:
    """From version 3.41 on, SQLite tells them to other programs; DuckDB takes a column without one for bytes."""
    made = engine(dossier_of_sqlite)
    with made.connect() as connection:
        for view, (_, columns) in models.VIEWS.items():
            (text,) = connection.execute(
                sa.text("SELECT sql FROM sqlite_schema WHERE name = :view"), {"view": view}
            ).one()
            assert text.count("CAST(json_extract(") == len(columns)
            if sqlite3.sqlite_version_info >= (3, 41):
                told = connection.execute(sa.text(f"PRAGMA table_info({view})")).mappings()
                assert {row["type"] for row in told} <= {"TEXT", "REAL", "INT"}
    made.dispose()


def test_views_do_not_stand_in_the_way_of_deriving_anew(dossier_url: str) -> None:
    made = engine(dossier_url)
    with made.begin() as connection:
        table = models.EventDocument.__table__
        assert isinstance(table, sa.Table)
        table.drop(connection)
        table.create(connection)
        assert connection.scalar(sa.text("SELECT count(*) FROM public_event")) == 0
    made.dispose()
