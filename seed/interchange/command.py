"""`counterclaim export --as`: exports to another data model, with a list of what is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import orjson
from sqlalchemy import Connection, select

from api import models
from api.schemas.records import Json
from api.storage.bulk import Store
from migrations import require_current
from seed.export import ExportUnusableError, complete, require_datasets
from seed.interchange import ftm, stix
from seed.readback import snapshot

BATCH = 500
LOST = "LOST.md"
TABLES = {
    "dataset": models.DatasetDocument.__table__,
    "actor": models.ActorDocument.__table__,
    "location": models.LocationDocument.__table__,
    "source": models.SourceDocument.__table__,
    "event": models.EventDocument.__table__,
    "claim": models.ClaimDocument.__table__,
}


class Writer(Protocol):
    """Writes one model's file."""

    file: str
    lost: str
    """What is lost of every record, as Markdown."""
    losses: dict[str, list[str]]
    """What is lost of some records, with their ids."""

    def head(self) -> bytes:
        """The text before all objects."""

    def objects(self, kind: str, record: Json) -> Iterator[Json]:
        """The objects for a record."""

    def line(self, found: Json) -> bytes:
        """One object as written to the file."""

    def tail(self) -> bytes:
        """The text after all objects."""


FORMS: dict[str, Callable[[], Writer]] = {"stix": stix.Stix, "ftm": ftm.Ftm}


def export_as(
    url: str, target: Path, form: str, datasets: list[str] | None = None, *, parquet: bool = False
) -> dict[str, int]:
    """Write a folder, or a zip file, with the model's file and the list of what is lost; it appears only when complete.

    Returns the number of records read by kind, and the number of objects written.
    """
    if parquet:
        raise ExportUnusableError("--parquet belongs to the data package: leave out either it or --as.")
    require_current(url)
    with complete(target) as folder, snapshot(url) as connection:
        require_datasets(Store(connection), datasets)
        return _write(connection, folder, FORMS[form](), datasets)


def _write(connection: Connection, folder: Path, writer: Writer, datasets: list[str] | None) -> dict[str, int]:
    counts = dict.fromkeys([*(f"{kind}s" for kind in TABLES), "objects"], 0)
    owners: list[Json] = []
    with (folder / writer.file).open("wb") as stream:
        stream.write(writer.head())
        for kind in TABLES:
            for record in _records(connection, kind, datasets):
                counts[f"{kind}s"] += 1
                if kind == "dataset":
                    owners.append(record)
                for found in writer.objects(kind, record):
                    counts["objects"] += 1
                    stream.write(writer.line(found))
        stream.write(writer.tail())
    (folder / LOST).write_text(_told(writer, owners), encoding="utf-8")
    return counts


def _records(connection: Connection, kind: str, datasets: list[str] | None) -> Iterator[Json]:
    """The documents of a kind as served, sorted by id."""
    table = TABLES[kind]
    found = connection.execution_options(yield_per=BATCH).execute(select(table.c.body).order_by(table.c.id))
    for (body,) in found:
        record: Json = orjson.loads(body)
        owner = record["id"] if kind == "dataset" else record["dataset"]["id"]
        if not datasets or owner in datasets:
            yield record


def _told(writer: Writer, datasets: list[Json]) -> str:
    parts = [f"# What `{writer.file}` does not say\n\n{writer.lost.strip()}\n\n## Datasets\n\n"]
    for one in datasets:
        terms = ("version", "licence", "attribution", "url", "recorded_at")
        known = "; ".join(f"{name.replace('_', ' ')}: {one[name]}" for name in terms if one[name])
        parts.append(f"- {one['title']} ({one['id']}): {known}\n")
    for what, ids in writer.losses.items():
        parts.append(f"\n## {what} ({len(ids)})\n\n" + "".join(f"- {one}\n" for one in ids))
    return "".join(parts)
