"""Records in JSON, structured like TOML dossiers, and in lines of JSON as written by `counterclaim export`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from seed.importers.formats import UnreadableError
from seed.importers.json_files import DECODER
from seed.importers.sniffing import why_no_rows
from seed.records import KIND_OF_TABLE
from seed.refusals import unread

LARGEST = 64 * 2**20


class Lines:
    """The records of a table in a file of lines, decoded when they are needed: objects take ten times the memory."""

    def __init__(self) -> None:
        """No lines yet."""
        self._lines: list[bytes] = []

    def add(self, line: str) -> None:
        """Add a line that holds a record."""
        self._lines.append(line.encode())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The records, without what says where they belong."""
        for line in self._lines:
            record: dict[str, Any] = DECODER.decode(line.decode())
            record.pop("record", None)
            record.pop("dataset", None)
            yield record


def tables_of(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a file of JSON or lines of JSON, by dataset. Raises `UnreadableError`."""
    try:
        with path.open("rb") as stream:
            return _tables(stream) if path.suffix.lower() == ".json" else _lines(stream, path.stem)
    except OSError as error:
        raise UnreadableError(unread(path, error)) from None


def _tables(stream: IO[bytes]) -> dict[str, dict[str, Any]]:
    whole = stream.read(LARGEST + 1)
    _limit(len(whole))
    held = _decoded(_text(whole, whole), whole)
    if not isinstance(held, dict):
        raise UnreadableError("is not an object with a dataset and its records")
    dataset = held.pop("dataset", None)
    if not isinstance(dataset, str):
        raise UnreadableError('has no dataset: "dataset": "…" stands at the top of every file')
    held.pop("$schema", None)
    return {dataset: held}


def _limit(size: int) -> None:
    if size > LARGEST:
        raise UnreadableError(f"is larger than {LARGEST // 2**20} MB; split it, or import it as a package")


def _text(held: bytes, start: bytes, before: int = 0) -> str:
    """Decode what begins after a number of bytes of a file; if that is not text, the start says what the file is."""
    try:
        return held.decode("utf-8" if before else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(why_no_rows(start) or f"is not UTF-8: byte {before + error.start}") from None


def _decoded(text: str, start: bytes | None, line: int = 1) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Decode what begins in a line of a file; the start is the file's, if it begins there."""
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        told = None if start is None else why_no_rows(start)
        raise UnreadableError(told or f"is not JSON: {error.msg} in line {line + error.lineno - 1}") from None
    except RecursionError:
        raise UnreadableError("is nested too deep") from None
    except ValueError:
        raise UnreadableError("contains a number with thousands of digits") from None


def _lines(stream: IO[bytes], name: str) -> dict[str, dict[str, Any]]:
    """Each line is a record with its `dataset`; its kind is in `record` or in the file's name (`events.ndjson`)."""
    found: dict[str, dict[str, Any]] = {}
    start, size = b"", 0
    for number, line in enumerate(iter(lambda: stream.readline(LARGEST + 1), b""), 1):
        start = start or line
        text = _text(line, start, size)
        size += len(line)
        _limit(size)
        if not text.strip():
            continue
        record = _decoded(text, start if number == 1 else None, number)
        if not isinstance(record, dict):
            raise UnreadableError(f"line {number} is not a record")
        table = f"{record['record']}s" if "record" in record else name
        dataset = record.get("id" if table == "datasets" else "dataset")
        if table not in KIND_OF_TABLE:
            raise UnreadableError(f'line {number} has no kind: "record": "event", or a file called events.ndjson')
        if not isinstance(dataset, str):
            raise UnreadableError(f'line {number} has no dataset: "dataset": "…"')
        found.setdefault(dataset, {}).setdefault(table, Lines()).add(text)
    return found
