"""`counterclaim verify` watches over every column of every table: whichever is changed by hand, it names the record."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from api import models
from api.database import engine
from seed.verify import verify
from tests import databases

pytestmark = pytest.mark.long

TABLES = models.Base.metadata.tables
CANNOT_BE_TOLD = {
    ("revision", "number"): "how often data was loaded is written nowhere else",
    ("revision", "loaded_at"): "nor is when",
}
# What a record of a table is called in a finding, where it is not by its id.
NAMED_BY = {
    "affiliation": "actor",
    "participation": "event",
    "citation": "claim",
    "actor_closure": "actor",
    "location_closure": "location",
    "facet": "name",
    "word_count": "word",
}
COLUMNS = [
    (table, column.name)
    for table in TABLES
    for column in TABLES[table].columns
    if (table, column.name) not in CANNOT_BE_TOLD and column.computed is None
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """One for all of these, each of which mends what it spoils."""
    with databases.copy("sqlite", tmp_path_factory.mktemp("columns"), databases.dossier("sqlite")) as url:
        made = engine(url)
        yield made
        made.dispose()


def other(value: Any) -> Any:
    """A value unlike the one that is there, as a column of its kind could hold it."""
    match value:
        case None:
            return "2001-01-01"
        case int() | float():
            return value + 1_000_000
        case str() if value.startswith("["):
            return '["something else"]'
        case str() if value[:2] == "20" and value[4:5] == "-":
            return "2001-01-01" + value[10:]
    return f"{value}x"


def change(database: sa.Engine, statement: str, *values: Any) -> None:
    """Change the database by hand, past its constraints."""
    with database.connect() as connection:
        driver = connection.connection.cursor()
        for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
            driver.execute(f"PRAGMA {pragma}")
        driver.execute(statement, values)
        connection.connection.commit()
        connection.invalidate()


@pytest.mark.parametrize("table", TABLES)
def test_whatever_is_changed_is_named(database: sa.Engine, table: str) -> None:
    named_by = NAMED_BY.get(table, "id")
    keys = [column.name for column in TABLES[table].primary_key]
    for column in [column for of, column in COLUMNS if of == table]:
        with database.connect().execution_options(read_only=True) as connection:
            wanted = ", ".join(f'"{name}"' for name in (named_by, column, *keys))
            filled = f'SELECT {wanted} FROM {table} ORDER BY "{column}" IS NULL, {len(keys) + 2} LIMIT 1'  # noqa: S608
            name, value, *place = connection.exec_driver_sql(filled).one()
        changed = other(value)
        where = " AND ".join(f'"{key}" = ?' for key in keys)
        update = f'UPDATE {table} SET "{column}" = ? WHERE {where}'  # noqa: S608
        change(database, update, changed, *place)
        findings = [str(one) for one in verify(database)]
        assert [one for one in findings if str(name) in one], f"{table}.{column} of {name}: {findings}"
        place = [changed if key == column else at for key, at in zip(keys, place, strict=True)]
        change(database, update, value, *place)
        assert not list(verify(database)), f"{table}.{column}"
