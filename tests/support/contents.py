"""What a database holds, in a form that two databases can be compared by."""

import json
from typing import Any

import sqlalchemy as sa

from api import models
from api.index.history import History
from api.index.invalidation import Changes
from api.index.writer import rederive
from api.storage.bulk import Store

Contents = dict[str, list[Any]]


def everything(database: sa.Engine) -> Contents:
    """Every row of every table, facets by name and without empty ones; without its history."""
    with database.connect().execution_options(read_only=True) as connection:
        return _contents(connection)


def rebuilt(database: sa.Engine) -> Contents:
    """The same, had all that is derived been derived anew; nothing is kept of it."""
    with database.connect() as connection, connection.begin() as transaction:
        store = Store(connection)
        rederive(store, Changes(store), History(store))
        found = _contents(connection)
        transaction.rollback()
    return found


def revision(database: sa.Engine) -> int | None:
    with database.connect().execution_options(read_only=True) as connection:
        return connection.scalar(sa.select(sa.func.max(models.Revision.number)))


def documents(database: sa.Engine, kind: str) -> dict[str, Any]:
    """By id, what is sent of each record."""
    with database.connect().execution_options(read_only=True) as connection:
        table = models.Base.metadata.tables[f"{kind}_document"]
        return {id_: json.loads(body) for id_, body in connection.execute(sa.select(table.c.id, table.c.body))}


def _contents(connection: sa.Connection) -> Contents:
    found = {}
    names = dict(connection.execute(sa.select(models.Facet.id, models.Facet.name)).all())
    for name, table in models.Base.metadata.tables.items():
        rows = [row._asdict() for row in connection.execute(sa.select(table)).all()]
        for row in rows:
            row.pop("number", None)  # of a record within its day: as arbitrary as a facet's
            if name.endswith("_facet"):
                row["facet"] = names[row["facet"]]
            elif name in {"event_document", "claim_document"}:
                members = [None, *json.loads(row.pop("members") or "[]")]
                codes = [divmod(int(code), 2048) for code in row["facets"].split(",")]
                row["facets"] = sorted(
                    (names[facet], rest >= 1024, members[rest % 1024] or "") for facet, rest in codes
                )
            elif name == "facet":
                del row["id"]
            elif name == "dataset":  # SQLite keeps UTC without saying so
                row["recorded_at"] = row["recorded_at"].replace(tzinfo=None)
        kept = [row for row in rows if name != "facet" or any(row[f"span{span}"] for span in range(7))]
        found[name] = sorted(kept, key=lambda row: json.dumps(row, default=str))
    for name in ("revision", "change", "past_version", "derivation"):
        del found[name]
    return found
