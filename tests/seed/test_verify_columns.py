"""`counterclaim verify` watches over every column of every table: whichever is changed by hand, it names the record."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from api import models
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from seed.release import release
from seed.verify import verify
from tests.seed.test_load import CONTEXT
from tests.seed.test_verify import WITHOUT_CHECKS
from tests.support import databases
from tests.support.databases import LYSYCHANSK

pytestmark = pytest.mark.long

TABLES = models.Base.metadata.tables
# What a record of a table is called in a finding, where it is not by its id.
NAMED_BY = {
    "affiliation": "actor",
    "participation": "event",
    "citation": "claim",
    "naming": "claim",
    "release": "name",
    "release_part": "name",
    "actor_closure": "actor",
    "location_closure": "location",
    "facet": "name",
    "revision": "number",
    "posting": "facet",
    "record_column": "name",
    "day_number": "kind",
}
COLUMNS = [(table, column.name) for table in TABLES for column in TABLES[table].columns if column.computed is None]


UNCHECKED = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"),
    "postgresql": ("SET session_replication_role = replica",),
}


@pytest.fixture(scope="module")
def database(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """One for all of these, each of which mends what it spoils."""
    with databases.copy(backend, tmp_path_factory.mktemp("columns"), databases.dossier(backend)) as url:
        made = engine(url)
        if backend == "postgresql":
            change(made, WITHOUT_CHECKS)
        withdraw(made, CONTEXT)
        load(made, read([LYSYCHANSK]))
        release(url, "2026-11")
        yield made
        made.dispose()


def other(value: Any, kind: type) -> Any:
    """A value unlike the one that is there, as a column of its kind could hold it."""
    if kind is bytes:
        return b"something else"
    if kind is bool:
        return "0" if value in {1, "true"} else "1"
    if kind is int:
        return int(value or 0) + 10_000
    if kind is float:
        return float(value or 0) + 1_000
    if kind is date or (value is not None and re.match(r"20\d\d-", str(value))):
        return "2001-01-01" + str(value or "")[10:]
    return f"{value or ''}x" if kind is str and not str(value).startswith("[") else '["something else"]'


def change(database: sa.Engine, statement: str, *values: Any) -> None:
    """Change the database by hand, past its constraints."""
    with database.connect() as connection:
        driver = connection.connection.cursor()
        for setting in UNCHECKED[connection.dialect.name]:
            driver.execute(setting)
        driver.execute(statement, values) if values else driver.execute(statement)
        connection.connection.commit()
        connection.invalidate()


@pytest.mark.parametrize("table", [name for name in TABLES if name != "derivation"])  # each command looks at that
def test_every_changed_column_is_named(database: sa.Engine, backend: str, table: str) -> None:
    named_by = NAMED_BY.get(table, "id")
    keys = [column.name for column in TABLES[table].primary_key]
    read, mark = ('"{}"', "?") if backend == "sqlite" else ('CAST("{}" AS text)', "%s")
    for column in [column for of, column in COLUMNS if of == table]:
        with database.connect().execution_options(read_only=True) as connection:
            wanted = ", ".join([f'"{named_by}"', read.format(column), *(f'"{key}"' for key in keys)])
            filled = f'SELECT {wanted} FROM {table} ORDER BY "{column}" IS NULL, {len(keys) + 2} LIMIT 1'  # noqa: S608
            name, value, *place = connection.exec_driver_sql(filled).one()
        changed = other(value, TABLES[table].columns[column].type.python_type)
        where = " AND ".join(f'"{key}" = {mark}' for key in keys)
        update = f'UPDATE {table} SET "{column}" = {mark} WHERE {where}'  # noqa: S608
        change(database, update, changed, *place)
        findings = [str(one) for one in verify(database)]
        assert [one for one in findings if str(name) in one], f"{table}.{column} of {name}: {findings}"
        place = [changed if key == column else at for key, at in zip(keys, place, strict=True)]
        change(database, update, value, *place)
        assert not list(verify(database)), f"{table}.{column}"
