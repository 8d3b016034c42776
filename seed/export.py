"""`counterclaim export`: facts as a Data Package, each table as CSV and each kind of record as lines of JSON."""

import csv
import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from api import models
from api.http.formats import MARK, neutral
from api.index.facts import moment
from api.storage.bulk import Store
from migrations import require_current
from seed.descriptor import DESCRIPTOR, HISTORY, PLURALS, SUMS, Frozen, package, table_schema
from seed.field_types import as_json
from seed.readback import Readback, recorded_columns, snapshot
from seed.records import INPUT_MODELS
from seed.refusals import meant
from seed.rows import COLUMNS
from seed.temporary import temporary_folder

# The earliest time of the zip format, so that the same facts make the same file.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
PIECE = 1 << 20
DIALECT = "header=true, delim=',', quote='\"', escape='\"', nullstr=''"
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
    "array": "JSON",
    "object": "JSON",
}


class ExportUnusableError(Exception):
    """The export cannot be written; the message says why in one line."""


def export(url: str, target: Path, datasets: list[str] | None = None, *, parquet: bool = False) -> dict[str, int]:
    """Write a folder, or a zip file if the target's name ends in `.zip`; it appears only when complete.

    Returns the number of rows of each table, by its name in the package.
    """
    require_current(url)
    with complete(target) as folder:
        with snapshot(url) as connection:
            store = Store(connection)
            require_datasets(store, datasets)
            counts = write_files(store, folder, datasets)
        if parquet:
            add_parquet(folder)
        summed(folder)
    return counts


@contextmanager
def complete(target: Path) -> Iterator[Path]:
    """A hidden folder to be filled, which then appears as the target: a zip file if the target's name ends in `.zip`.

    Raises ExportUnusableError if the target exists or cannot be written.
    """
    try:
        if target.exists():
            raise ExportUnusableError(f"{target} exists already: name a folder or a zip file that does not.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_folder(f".{target.name}", target.parent) as work:
            made = work / "package"
            made.mkdir()
            yield made
            if target.suffix.lower() == ".zip":
                made = work / "packed"
                zipped(work / "package", made)
            made.rename(target)
    except OSError as error:
        raise ExportUnusableError(f"{target} cannot be written: {error.strerror}.") from None


def require_datasets(store: Store, datasets: list[str] | None) -> None:
    """Check that these datasets are loaded. Raises ExportUnusableError with the nearest one."""
    known = store.column("SELECT id FROM dataset ORDER BY id")
    for dataset in datasets or ():
        if dataset not in known:
            raise ExportUnusableError(f"There is no dataset {dataset}{meant(dataset, known)}.")


def write_files(store: Store, folder: Path, datasets: list[str] | None, frozen: Frozen | None = None) -> dict[str, int]:
    """Write all files of a package except the checksums; `frozen`: the release that it is."""
    read = Readback(store, datasets)
    paths, counts = [], {}
    for table in COLUMNS:
        path = folder / f"{PLURALS[table]}.csv"
        counts[PLURALS[table]] = write_csv(path, recorded_columns(table), read.rows(table))
        paths.append((table, path))
    for kind in INPUT_MODELS:
        path = folder / f"{PLURALS[kind]}.ndjson"
        write_lines(path, read, kind)
        paths.append((kind, path))
    if not datasets:
        paths += [(name, write_history(store, folder, name)) for name in HISTORY]
    files = [{"table": table, "path": path.name, **measured(path)} for table, path in paths]
    revision = store.column(f"SELECT max(number) FROM {models.Revision.__tablename__}")[0] or 0
    listed = list(read.rows("dataset"))
    described = package(files, listed, revision=revision, whole=not datasets, frozen=frozen)
    (folder / DESCRIPTOR).write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n")
    return counts


def write_history(store: Store, folder: Path, name: str) -> Path:
    """Write the revisions, their changes, or the replaced texts."""
    names = list(HISTORY[name].fields)
    wanted = "body" if name == "past_versions" else names[-1]
    selected = ", ".join([*names[:-1], wanted])
    order = ", ".join(HISTORY[name].key)
    rows = store.each(f"SELECT {selected} FROM {HISTORY[name].table} ORDER BY {order}")
    if name == "past_versions":
        path = folder / "past-versions.ndjson"
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            for *key, packed in rows:
                document = zlib.decompress(packed).decode()
                stream.write(f'{as_json(dict(zip(names, key, strict=False)))[:-1]},"document":{document}}}\n')
        return path
    path = folder / f"{name}.csv"
    write_csv(
        path,
        names,
        ({column: _logged(column, value) for column, value in zip(names, row, strict=True)} for row in rows),
    )
    return path


def _logged(column: str, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """A value of the history, the same from both databases."""
    if column == "recorded_at":
        return moment(value)
    if column == "datasets":
        return json.loads(value) if isinstance(value, str) else value
    return value.hex() if isinstance(value, bytes | memoryview) else value


def summed(folder: Path) -> None:
    """Write the checksums of all files in the format of `sha256sum --check`."""
    lines = [f"{measured(file)['sha256']}  {file.name}\n" for file in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines))


def write_csv(path: Path, names: list[str], rows: Iterator[dict[str, Any]]) -> int:
    """Write a table; null is an empty cell. Returns the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(row[name]) for name in names])
            count += 1
    return count


def _cell(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return as_json(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return neutral(value) if isinstance(value, str) else value


def write_lines(path: Path, read: Readback, kind: str) -> None:
    """Write all records of a kind with every field, one per line."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for dataset, record in read.records(kind):
            fields = record.model_dump(mode="json")
            owner = {} if kind == "dataset" else {"dataset": dataset}
            stream.write(as_json({**owner, **fields}) + "\n")


def measured(path: Path) -> dict[str, Any]:
    """The size and hash of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return {"bytes": size, "sha256": digest.hexdigest()}


def zipped(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in sorted(folder.iterdir()):
            member = zipfile.ZipInfo(file.name, LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as source, zipped.open(member, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, PIECE)


def add_parquet(folder: Path) -> None:
    """Write a Parquet file for each CSV, with the same columns and types."""
    try:
        import duckdb  # noqa: PLC0415 - an optional part of the installation
    except ImportError:
        raise ExportUnusableError("--parquet needs DuckDB: .venv/bin/pip install duckdb.") from None
    with duckdb.connect() as database:
        for table in COLUMNS:
            path = folder / f"{PLURALS[table]}.csv"
            fields = table_schema(table, whole=False)["fields"]
            types = ", ".join(f"'{one['name']}': '{DUCKDB_TYPES[one['type']]}'" for one in fields)
            # DuckDB takes no parameters here; names and types are our own.
            columns = ", ".join(_restored(one["name"], one["type"]) for one in fields)
            read = f"read_csv('{_quoted(path)}', {DIALECT}, columns={{{types}}})"
            database.execute(
                f"COPY (SELECT {columns} FROM {read}) TO '{_quoted(path.with_suffix('.parquet'))}' (FORMAT parquet)"
            )


def _restored(name: str, kind: str) -> str:
    """A column without the apostrophes that protect spreadsheets from formulas."""
    if kind != "string":
        return f'"{name}"'
    marked = f'starts_with("{name}", chr({ord(MARK)}))'
    return f'CASE WHEN {marked} THEN substr("{name}", 2) ELSE "{name}" END AS "{name}"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
