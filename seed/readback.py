"""Reads records back from the rows that `seed.rows` wrote, in flat memory and in the order of ids."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from api.index.facts import moment
from api.storage.bulk import Store
from api.storage.database import engine, explained
from seed.records import INPUT_MODELS, Record
from seed.rows import CHILDREN, COLUMNS

CHUNK = 1_000
PARENTS = {table: (kind, column) for kind, parts in CHILDREN.items() for table, column in parts.items()}
# Columns used only by loads.
INNER = {"digest", "mapped"}
# Columns of a claim that are fields of its value.
FIGURE = {"unit", "measure", "of"}
JSON_COLUMNS = {"aliases", "flags", "gazetteers", "releases", "extra"}
TRUTHS = {"inferred", "preferred"}


def recorded_columns(table: str) -> list[str]:
    """The columns of a table that contain facts."""
    return [column for column in COLUMNS[table] if column not in INNER]


class Readback:
    """Reads facts through one connection, of all datasets or of some."""

    def __init__(self, store: Store, datasets: list[str] | None = None) -> None:
        self._store, self._datasets = store, datasets

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Every row of a table; parts of a record are in its order."""
        kind, column = PARENTS.get(table, (table, "id"))
        for ids in self._ids(kind):
            yield from self._some(table, column, ids)

    def records(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Every record of a kind, with its dataset."""
        for chunk in self.chunks(kind):
            for _, dataset, fields in chunk:
                yield dataset, INPUT_MODELS[kind].model_validate(fields)

    def chunks(self, kind: str) -> Iterator[list[tuple[str, str, dict[str, Any]]]]:
        """The id, dataset and fields of every record of a kind, valid or not, in chunks."""
        make = MAKERS[kind]
        for ids in self._ids(kind):
            parts: dict[str, defaultdict[str, list[dict[str, Any]]]] = {}
            for table, column in CHILDREN.get(kind, {}).items():
                parts[table] = defaultdict(list)
                for row in self._some(table, column, ids):
                    parts[table][row[column]].append(row)
            rows = self._some(kind, "id", ids)
            yield [
                (
                    row["id"],
                    row.get("dataset", row["id"]),
                    make(row, {table: found[row["id"]] for table, found in parts.items()}),
                )
                for row in rows
            ]

    def _ids(self, kind: str) -> Iterator[list[str]]:
        """The ids of a kind, a chunk at a time."""
        owner = "id" if kind == "dataset" else "dataset"
        which = f"AND {owner} {{ids}}" if self._datasets is not None else ""
        statement = f"SELECT id FROM {kind} WHERE id > ? {which} ORDER BY id LIMIT ?"
        after, given = "", [] if self._datasets is None else [self._datasets]
        while ids := self._store.column(statement, after, *given, CHUNK):
            yield ids
            after = ids[-1]

    def _some(self, table: str, column: str, ids: list[str]) -> Iterator[dict[str, Any]]:
        names = recorded_columns(table)
        listed = ", ".join(f'"{name}"' for name in names)
        own = "AND NOT mapped" if table == "affiliation" else ""
        order = column if column == "id" else f"{column}, ordinal"
        for row in self._store.rows(f"SELECT {listed} FROM {table} WHERE {column} {{ids}} {own} ORDER BY {order}", ids):
            yield dict(zip(names, map(plain_value, names, row), strict=True))


def plain_value(column: str, given: Any) -> Any:  # noqa: ANN401 - whatever a driver gives
    """A value in the form common to both databases; unreadable ones are unchanged."""
    try:
        if given is not None and column in JSON_COLUMNS and isinstance(given, str):
            return json.loads(given)
        if column == "recorded_at" or isinstance(given, datetime):
            return moment(given)
    except (ValueError, AttributeError):
        return given
    return bool(given) if column in TRUTHS and given in {0, 1} else given


def snapshot_options(connection: sa.Connection) -> dict[str, Any]:
    """Options for a transaction that sees one state and changes nothing."""
    if connection.dialect.name == "sqlite":
        return {"read_only": True}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def snapshot(url: str) -> Iterator[sa.Connection]:
    """A connection to a database that sees one state of it and changes nothing. Raises DatabaseUnusableError."""
    database = engine(url)
    try:
        with explained(url), database.connect() as plain:
            connection = plain.execution_options(**snapshot_options(plain))
            with connection.begin():
                yield connection
    finally:
        database.dispose()


def _when(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    names = ("edtf", "basis", "note")
    return {name: row[f"{prefix}_{name}"] for name in names if row[f"{prefix}_{name}"] != "unknown"}


def _plain(row: dict[str, Any], *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"dataset", *left_out} and value is not None}


def _without(row: dict[str, Any], *prefixes: str) -> dict[str, Any]:
    """The columns that are fields of the record unchanged."""
    return {name: value for name, value in _plain(row).items() if not name.startswith(prefixes)}


Parts = dict[str, list[dict[str, Any]]]


def _dataset(row: dict[str, Any], _: Parts) -> dict[str, Any]:
    return _plain(row)


def _source(row: dict[str, Any], _: Parts) -> dict[str, Any]:
    return {**_without(row, "published_"), "published": _when(row, "published")}


def _actor(row: dict[str, Any], parts: Parts) -> dict[str, Any]:
    affiliations = [{**_plain(one, "actor", "ordinal", "other"), "actor": one["other"]} for one in parts["affiliation"]]
    return {**_plain(row), "affiliations": affiliations}


def _location(row: dict[str, Any], _: Parts) -> dict[str, Any]:
    point = None
    if row["longitude"] is not None:
        given = {name: row[name] for name in ("longitude", "latitude", "radius_m")}
        point = {**given, "method": row["coordinate_method"], "source": row["coordinate_source"]}
    return {**_without(row, "longitude", "latitude", "radius_m", "coordinate_"), "point": point}


def _event(row: dict[str, Any], parts: Parts) -> dict[str, Any]:
    participants = [_plain(one, "event", "ordinal") for one in parts["participation"]]
    return {**_without(row, "date_"), "date": _when(row, "date"), "participants": participants}


def _claim(row: dict[str, Any], parts: Parts) -> dict[str, Any]:
    value = None
    if row["unit"] is not None:
        value = {name: row[f"value_{name}"] for name in ("low", "best", "high")}
        value |= {name: row[name] for name in ("unit", "measure", "of")}
    citations = [_plain(one, "claim", "ordinal") for one in parts["citation"]]
    names = [one["actor"] for one in parts["naming"]]
    fields = {name: given for name, given in _without(row, "said_", "value_").items() if name not in FIGURE}
    return {**fields, "value": value, "names": names, "said": _when(row, "said"), "citations": citations}


def _dating(row: dict[str, Any], _: Parts) -> dict[str, Any]:
    return {**_without(row, "date_"), "edtf": row["date_edtf"], "note": row["date_note"]}


MAKERS: dict[str, Callable[[dict[str, Any], Parts], dict[str, Any]]] = {
    "dataset": _dataset,
    "source": _source,
    "actor": _actor,
    "location": _location,
    "event": _event,
    "claim": _claim,
    "dating": _dating,
}
