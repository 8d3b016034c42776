"""Records as Parquet with a fixed type for each column, written by DuckDB (the extra `parquet`)."""

import errno
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import orjson

from api.http import formats
from api.http.caching import PUBLIC
from api.http.problems import Problem

MEDIA_TYPE = "application/vnd.apache.parquet"
ROWS_AT_ONCE = 10_000
"""The maximum number of rows in memory, which is also the size of a row group."""
MEMORY = "256MB"
CHUNK = 256 * 1024
_TYPES = {
    "array": "VARCHAR[]",
    "number": "DOUBLE",
    "date": "DATE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date-time": "TIMESTAMPTZ",
    "string": "VARCHAR",
}


def types(listing: str, header: Sequence[str]) -> dict[str, str]:
    """The DuckDB type of each column."""
    found = formats.types(listing)
    return {name: _TYPES[found[name]] for name in header}


class ParquetFile:
    """A table being written in a temporary folder: first rows as lines of JSON, then everything as Parquet."""

    def __init__(self, listing: str, header: Sequence[str]) -> None:
        """Take the columns. Raises Problem if DuckDB is not installed."""
        self._duckdb = _installed()
        self._types = types(listing, header)
        self._folder = TemporaryDirectory(prefix="counterclaim-")
        self._lines, self._made = Path(self._folder.name, "rows.ndjson"), Path(self._folder.name, "rows.parquet")
        self._stream = self._lines.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Delete the folder."""
        self._stream.close()
        self._folder.cleanup()

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Add rows."""
        prefix = PUBLIC.get().prefix
        for row in rows:
            shown = {name: row[name] for name in self._types}
            if prefix and (shown.get("url") or "").startswith("/"):
                shown["url"] = prefix + shown["url"]
            self._stream.write(orjson.dumps(shown) + b"\n")

    def convert(self) -> None:
        """Write the Parquet file. Raises OSError if the disk is full."""
        self._stream.close()
        settings = {"threads": 1, "memory_limit": MEMORY, "temp_directory": self._folder.name}
        # DuckDB takes no parameters here; names, types and the path are our own.
        structure = ", ".join(f"\"{name}\": '{kind}'" for name, kind in self._types.items())
        target = str(self._made).replace("'", "''")
        read = f"SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{structure}}})"  # noqa: S608 - see above
        copy = f"COPY ({read}) TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE {ROWS_AT_ONCE})"
        try:
            with self._duckdb.connect(config=settings) as database:
                database.execute("SET TimeZone = 'UTC'")
                database.execute("SET enable_progress_bar = false")  # would appear on stdout after two seconds
                database.execute(copy, [str(self._lines)])
        except self._duckdb.IOException as error:
            raise OSError(errno.ENOSPC, str(error)) from error

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the file."""
        with self._made.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def _installed() -> Any:  # noqa: ANN401 - a module
    try:
        return import_module("duckdb")
    except ImportError:
        raise Problem(
            "not-implemented",
            "Parquet is written by DuckDB, which is not installed here: the extra parquet, or the package duckdb. The "
            "same columns are there as .csv, the same records as .ndjson.",
        ) from None
