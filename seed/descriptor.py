"""`datapackage.json`: describes an export's files by the Frictionless Data Package standard."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from api import models
from seed.readback import JSON_COLUMNS, recorded_columns
from seed.records import INPUT_MODELS, KIND_OF_TABLE

PLURALS = {kind: table for table, kind in KIND_OF_TABLE.items()} | {
    "affiliation": "affiliations",
    "participation": "participations",
    "citation": "citations",
    "naming": "namings",
}
TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "number"),
    (sa.DateTime, "datetime"),
    (sa.Date, "date"),
)


DESCRIPTOR = "datapackage.json"
SUMS = "SHA256SUMS"


class Frozen(NamedTuple):
    """A release: its name, its revision and the revision's digest."""

    name: str
    revision: int
    digest: str


class Log(NamedTuple):
    """A file of the history: its table, key and fields with their types."""

    table: str
    key: tuple[str, ...]
    fields: dict[str, str]


HISTORY = {
    "revisions": Log(
        "revision",
        ("number",),
        {
            "number": "integer",
            "recorded_at": "datetime",
            "action": "string",
            "datasets": "array",
            "message": "string",
            "added": "integer",
            "changed": "integer",
            "removed": "integer",
            "digest": "string",
            "previous": "string",
        },
    ),
    "changes": Log(
        "change",
        ("revision", "kind", "id"),
        {"revision": "integer", "kind": "string", "id": "string", "op": "string", "sha256": "string"},
    ),
    "past_versions": Log(
        "past_version",
        ("kind", "id", "replaced_in"),
        {"kind": "string", "id": "string", "replaced_in": "integer", "document": "object"},
    ),
}


def package(
    files: Sequence[Mapping[str, Any]],
    datasets: Sequence[Mapping[str, Any]],
    *,
    revision: int,
    whole: bool,
    frozen: Frozen | None = None,
) -> dict[str, Any]:
    """The descriptor; foreign keys are declared only if the package has the whole database."""
    licences = {one["licence"] for one in datasets if one["licence"]}
    return {
        "profile": "data-package",
        "name": "counterclaim",
        "title": "Counterclaim: events of armed conflict, with who said what about them, and when",
        "version": str(revision) if frozen is None else frozen.name,
        **({} if frozen is None else {"counterclaim": frozen._asdict()}),
        **_some(
            licenses=[{"name": re.sub(r"[^A-Za-z0-9._-]+", "-", name), "title": name} for name in sorted(licences)],
            sources=[{"title": one["title"]} | _some(path=one["url"]) for one in datasets],
        ),
        "resources": [resource(file, whole=whole) for file in files],
    }


def _some(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a descriptor
    return {name: value for name, value in fields.items() if value}


def resource(file: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """The description of a file: a table as CSV, or one kind of record as lines of JSON."""
    table, lines = file["table"], file["path"].endswith(".ndjson")
    return {
        "name": _name(table, lines=lines),
        "path": file["path"],
        # Most tools cannot read lines of JSON as tables, so these are plain files with a schema for people.
        "type": "file" if lines else "table",
        "profile": "data-resource" if lines else "tabular-data-resource",
        "format": "ndjson" if lines else "csv",
        "mediatype": "application/x-ndjson" if lines else "text/csv",
        "encoding": "utf-8",
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
        "schema": _schema(table, lines=lines, whole=whole),
    }


def _name(table: str, *, lines: bool) -> str:
    if table in HISTORY:
        return table.replace("_", "-")
    return f"{PLURALS[table]}-records" if lines else PLURALS[table]


def _schema(table: str, *, lines: bool, whole: bool) -> dict[str, Any]:
    if table in HISTORY:
        fields = [{"name": name, "type": kind} for name, kind in HISTORY[table].fields.items()]
        return {"fields": fields, "primaryKey": list(HISTORY[table].key)}
    return record_schema(table) if lines else table_schema(table, whole=whole)


def table_schema(name: str, *, whole: bool) -> dict[str, Any]:
    """The columns of a table, from the models."""
    table = models.Base.metadata.tables[name]
    fields = []
    for column in (table.c[one] for one in recorded_columns(name)):
        field: dict[str, Any] = {"name": column.name, "type": _type(column)}
        if not column.nullable:
            field["constraints"] = {"required": True}
        fields.append(field)
    found: dict[str, Any] = {"fields": fields, "primaryKey": [column.name for column in table.primary_key]}
    if whole:
        found["foreignKeys"] = [
            {
                "fields": [key.parent.name],
                "reference": {
                    "resource": "" if key.column.table is table else PLURALS[key.column.table.name],
                    "fields": [key.column.name],
                },
            }
            for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
            if key.parent.name in recorded_columns(table.name)
        ]
    return found


def _type(column: sa.Column[Any]) -> str:
    if column.name in JSON_COLUMNS:
        return "object" if column.name == "extra" else "array"
    return next((name for kind, name in TYPES if isinstance(column.type, kind)), "string")


def record_schema(kind: str) -> dict[str, Any]:
    """The fields of a record, from the input models."""
    schema = INPUT_MODELS[kind].model_json_schema()
    shapes = {name: _shape(one, schema.get("$defs", {})) for name, one in schema["properties"].items()}
    owner = {} if kind == "dataset" else {"dataset": "string"}
    return {
        "fields": [{"name": name, "type": shape} for name, shape in (owner | shapes).items()],
        "primaryKey": ["id"],
    }


def _shape(declared: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The type of a field: the first one that is not null."""
    options = [one for one in declared.get("anyOf", [declared]) if one.get("type") != "null"]
    first = options[0]
    if "$ref" in first:
        first = definitions[first["$ref"].rpartition("/")[2]]
    if first.get("format") == "date-time":
        return "datetime"
    return str(first.get("type", "string"))
