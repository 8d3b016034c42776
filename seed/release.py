"""`counterclaim release`: freezes the state of the database as a data package, which the service keeps for download."""

import re
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from api.index.history import record_release
from api.models.history import RELEASE_NAME, RELEASE_NAME_LENGTH
from api.storage.bulk import Store
from api.storage.database import DatabaseUnusableError, engine, explained
from migrations import require_current
from seed.descriptor import Frozen
from seed.export import add_parquet, measured, summed, write_files, zipped
from seed.field_types import as_json
from seed.load import NO_QUEUE, begun
from seed.queue import Queue, server_turn
from seed.temporary import temporary_folder

PART = 1 << 20
"""The number of bytes of a package in one row."""
FOLDER = "counterclaim-release"
"""How the names of folders in which packages are made begin."""


def release(url: str, name: str, *, message: str | None = None, queue: Queue = NO_QUEUE) -> str:
    """Freeze the newest revision under a name. Returns a one-line summary."""
    if not re.fullmatch(RELEASE_NAME, name) or len(name) > RELEASE_NAME_LENGTH:
        raise DatabaseUnusableError(
            f"{name} is not a release name, such as 2026-11 or ucdp-25.1: at most {RELEASE_NAME_LENGTH} small letters, "
            "digits, '-', '_' and single dots within, without the suffix of a file."
        )
    require_current(url)
    queue = queue._replace(doing="release")
    made = engine(url)
    try:
        with explained(url), begun(made, queue) as transaction, temporary_folder(FOLDER) as work:
            store = Store(transaction.connection)
            if not store.sqlite:
                store.run("SET LOCAL statement_timeout = 0")
                server_turn(store, queue)
            return _freeze(store, name, message, work)
    finally:
        made.dispose()


def _freeze(store: Store, name: str, message: str | None, work: Path) -> str:
    if store.rows("SELECT 1 FROM release WHERE name = ?", name):
        raise DatabaseUnusableError(f"There is a release {name} already, and releases are for ever: take another name.")
    newest = store.rows("SELECT number, digest FROM revision ORDER BY number DESC LIMIT 1")
    if not newest:
        raise DatabaseUnusableError("Nothing was ever loaded, so there is nothing to release.")
    frozen = Frozen(name, *newest[0])
    folder = work / name
    folder.mkdir()
    counts = write_files(store, folder, None, frozen)
    if find_spec("duckdb") is not None:
        add_parquet(folder)
    summed(folder)
    file = work / f"{name}.zip"
    zipped(folder, file)
    found = measured(file)
    said = (message, found["bytes"], found["sha256"], as_json(counts), as_json(_datasets(store)))
    record_release(store, (*frozen, datetime.now(UTC), *said))
    with file.open("rb") as stream:
        for number, piece in enumerate(iter(lambda: stream.read(PART), b"")):
            store.insert("release_part", ("name", "number", "body"), [(name, number, piece)])
    return f"Release {name}: revision {frozen.revision}, {found['bytes']:,} bytes, SHA-256 {found['sha256']}."


def _datasets(store: Store) -> list[dict[str, Any]]:
    names = ("id", "title", "version", "licence", "url")
    rows = store.rows("SELECT id, title, version, licence, url FROM dataset ORDER BY id")
    return [dict(zip(names, row, strict=True)) for row in rows]
