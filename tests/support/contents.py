"""What a database holds, in a form that two databases can be compared by."""

import json
import math
from collections import Counter
from typing import Any

import numpy as np
import sqlalchemy as sa
from pydantic import BaseModel
from pyroaring import BitMap

from api import models
from api.index.history import History
from api.index.invalidation import Changes
from api.index.writer import rederive
from api.models.facets import CELL_BITS, CLAIM, ENTRY_COLUMNS, NEVER
from api.schemas import records as schemas
from api.storage.bulk import Store

SHAPES: dict[str, type[BaseModel]] = {
    "dataset": schemas.Dataset,
    "source": schemas.Source,
    "actor": schemas.Actor,
    "location": schemas.Location,
    "event": schemas.Event,
    "claim": schemas.Claim,
}
Contents = dict[str, list[Any]]
OTHERWISE = {
    *("revision", "change", "past_version", "derivation", "day_number"),
    *("facet", "posting", "record_column"),  # told by names and ids
}


def everything(database: sa.Engine) -> Contents:
    """Every row of every table, members of facets by id; without its history."""
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


def as_modelled(database: sa.Engine) -> Counter[str]:
    """How many documents of each kind there are, each of which is byte for byte what its model would write."""
    counted: Counter[str] = Counter()
    with database.connect().execution_options(read_only=True) as connection:
        for kind, shape in SHAPES.items():
            for body in connection.scalars(sa.select(models.Base.metadata.tables[f"{kind}_document"].c.body)):
                assert shape.model_validate_json(body).model_dump_json() == body
                counted[kind] += 1
    return counted


def _contents(connection: sa.Connection) -> Contents:
    found = {}
    names = dict(connection.execute(sa.select(models.FacetName.id, models.FacetName.name)).all())
    for name, table in models.Base.metadata.tables.items():
        if name in {
            "revision",
            "change",
            "past_version",
            "derivation",
            "facet",
            "posting",
            "record_column",
            "day_number",
        }:
            continue
        rows = [row._asdict() for row in connection.execute(sa.select(table)).all()]
        for row in rows:
            row.pop("number", None)  # which has free ones before it, more or fewer
            if name.endswith("_entry"):
                row.pop("hash")  # of the facets by their numbers
                row["facets"] = sorted(names[facet] for facet in BitMap.deserialize(row["facets"]))
            elif name == "dataset":  # SQLite keeps UTC without saying so
                row["recorded_at"] = row["recorded_at"].replace(tzinfo=None)
        found[name] = sorted(rows, key=lambda row: json.dumps(row, default=str))
    return found | {"posting": _postings(connection, names), "record_column": _columns(connection)}


def _ids(connection: sa.Connection, kind: str) -> dict[int, str]:
    table = models.Base.metadata.tables[f"{kind}_entry"]
    return dict(connection.execute(sa.select(table.c.number, table.c.id)).all())


def _postings(connection: sa.Connection, names: dict[int, str]) -> list[tuple[str, list[str]]]:
    """By facet, the ids of its members, which are in order."""
    events, claims = _ids(connection, "event"), _ids(connection, "claim")
    found: dict[str, list[str]] = {name: [] for name in sorted(names.values())}
    for facet, members in connection.execute(
        sa.select(models.Posting.facet, models.Posting.members).order_by(models.Posting.facet, models.Posting.chunk)
    ):
        ids = claims if names[facet].startswith(CLAIM) else events
        found[names[facet]] += [ids[number] for number in BitMap.deserialize(members)]
    return list(found.items())


def _columns(connection: sa.Connection) -> list[tuple[str, str, float | str]]:
    """Of each column and record, what is known; an event by its id, for numbers depend on what was loaded before."""
    found: list[tuple[str, str, float | str]] = []
    for name, chunk, cells in connection.execute(
        sa.select(models.RecordColumn.name, models.RecordColumn.chunk, models.RecordColumn.cells)
    ):
        kind, _, short = name.partition("/")
        ids, values = _ids(connection, kind), _ids(connection, short) if short == "event" else None
        for at, value in enumerate(np.frombuffer(cells, ENTRY_COLUMNS[kind][short]).tolist(), chunk << CELL_BITS):
            if at in ids and value != NEVER and not math.isnan(value):
                found.append((name, ids[at], value if values is None else values[value]))
    return sorted(found)
