"""Records in JSON, structured like TOML dossiers, and in lines of JSON as written by `counterclaim export`."""

import json
from pathlib import Path
from typing import Any

from seed.importers.formats import UnreadableError
from seed.importers.json_files import DECODER
from seed.importers.sniffing import why_no_rows
from seed.records import KIND_OF_TABLE
from seed.refusals import unread

LARGEST = 64 * 2**20


def tables_of(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a file of JSON or lines of JSON, by dataset. Raises `UnreadableError`."""
    text = _text(path)
    if path.suffix.lower() != ".json":
        return _lines(text, path.stem)
    held = _decoded(text, "")
    if not isinstance(held, dict):
        raise UnreadableError("is not an object with a dataset and its records")
    dataset = held.pop("dataset", None)
    if not isinstance(dataset, str):
        raise UnreadableError('has no dataset: "dataset": "…" stands at the top of every file')
    held.pop("$schema", None)
    return {dataset: held}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            held = stream.read(LARGEST + 1)
        if len(held) > LARGEST:
            raise UnreadableError(f"is larger than {LARGEST // 2**20} MB; split it, or import it as a package")
        return held.decode("utf-8-sig")
    except OSError as error:
        raise UnreadableError(unread(path, error)) from None
    except UnicodeDecodeError as error:
        raise UnreadableError(why_no_rows(error.object) or f"is not UTF-8: byte {error.start}") from None


def _decoded(text: str, where: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not JSON: {error.msg} in line {where or error.lineno}") from None
    except RecursionError:
        raise UnreadableError("is nested too deep") from None
    except ValueError:
        raise UnreadableError("contains a number with thousands of digits") from None


def _lines(text: str, name: str) -> dict[str, dict[str, Any]]:
    """Each line is a record with its `dataset`; its kind is in `record` or in the file's name (`events.ndjson`)."""
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        record = _decoded(line, str(number))
        if not isinstance(record, dict):
            raise UnreadableError(f"line {number} is not a record")
        table = f"{record.pop('record', None)}s" if "record" in record else name
        dataset = record.get("id") if table == "datasets" else record.pop("dataset", None)
        record.pop("dataset", None)
        if table not in KIND_OF_TABLE:
            raise UnreadableError(f'line {number} has no kind: "record": "event", or a file called events.ndjson')
        if not isinstance(dataset, str):
            raise UnreadableError(f'line {number} has no dataset: "dataset": "…"')
        found.setdefault(dataset, {}).setdefault(table, []).append(record)
    return found
