"""Reads records from files of all formats, and reports invalid ones with file, record and field."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from seed.dossiers import json_records, sheets
from seed.field_types import shown
from seed.importers.formats import UnreadableError
from seed.importers.sniffing import why_no_rows
from seed.records import KIND_OF_TABLE, Dataset, Record
from seed.refusals import Entry, Place, Refusal, entry, meant, unread

LARGEST = 4 * 2**20
# No key of ours has twenty dots; the parser would take hours for a million of them.
_ENDLESS_KEY = re.compile(r"""(?<![\w"'-])(?>(?:"[^"\n]*"|'[^'\n]*'|[\w-]++)[ \t]*+\.[ \t]*+){20}(?:[\w"'-])""")

# The parser would take some hundred bytes of memory for each digit.
_ENDLESS_NUMBER = re.compile(r"[0-9_]{1000}")

JSON = {".json", ".ndjson", ".jsonl"}
SHEETS = {".csv", ".tsv", ".xlsx"}
SUFFIXES = {".toml", *JSON, *SHEETS}
# The file that distinguishes a folder written by `counterclaim export` from a dossier.
PACKAGE = "datapackage.json"


def read(paths: Iterable[Path], datasets: Collection[str] = ()) -> Iterator[Entry | Refusal]:
    """Every record of the files, and of the files in folders, of these datasets or of all.

    Datasets come first, then sources, actors, locations, events, claims, datings: records come after those they
    refer to.
    """
    found: list[tuple[str, dict[str, Any], Place]] = []
    rows: dict[str, list[Entry]] = {kind: [] for kind in KIND_OF_TABLE.values()}
    others: set[str] = set()
    for one in chain.from_iterable(map(_something_of, files(paths))):
        if isinstance(one, Refusal):
            yield one
            continue
        dataset, held, place = one
        others.add(dataset)
        if datasets and dataset not in datasets:
            continue
        if isinstance(held, Entry):
            rows[held.record.kind_of_record].append(held)
        else:
            found.append((dataset, held, place))
            yield from unknown_tables(held, place)
    for dataset in sorted(set(datasets) - others):
        yield Refusal(Place("dataset"), dataset, "", f"is in none of the files{meant(dataset, sorted(others))}")
    for table, kind in KIND_OF_TABLE.items():
        declared: set[str] = set()
        for dataset, tables, place in found:
            for record in _records(kind, tables.get(table, []), dataset, place):
                if isinstance(record, Entry) and isinstance(record.record, Dataset):
                    declared.add(record.record.id)
                yield record
        yield from _undeclared(rows[kind], declared)


def _undeclared(rows: Iterable[Entry], datasets: Collection[str]) -> Iterator[Entry]:
    """The records of sheets without duplicates; a dataset declared by another file takes precedence."""
    made: dict[str, Record] = {}
    for one in rows:
        id_ = one.record.id
        first = made.setdefault(id_, one.record)
        if (first is one.record or first != one.record) and not (isinstance(one.record, Dataset) and id_ in datasets):
            yield one


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths, with folders replaced by their files, each file once; a folder without files is kept, and not read."""
    yield from {real(one): one for path in paths for one in held_in(path) or (path,)}.values()


def real(path: Path) -> Path:
    """The file that a path leads to; the path itself if links lead nowhere, which reading it then says."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # before Python 3.13, a circle of links is a RuntimeError
        return path.absolute()


def held_in(folder: Path) -> list[Path]:
    """The files of records in a folder; none if it is a file, or a data package, whose tables have another form."""
    try:
        inside = sorted(folder.iterdir()) if folder.is_dir() and not (folder / PACKAGE).exists() else []
    except OSError:
        return []  # reading it will report the reason
    return [one for one in inside if one.suffix.lower() in SUFFIXES]


def _something_of(path: Path) -> Iterator[tuple[str, dict[str, Any] | Entry, Place] | Refusal]:
    """The content of a file; a file without a record, such as a header alone, is refused."""
    empty = True
    for one in held_by(path):
        empty = empty and not isinstance(one, Refusal) and isinstance(one[1], dict) and not any(one[1].values())
        yield one
    if empty:
        yield Refusal(Place(str(path)), "", "", "holds no records")


def held_by(path: Path) -> Iterator[tuple[str, dict[str, Any] | Entry, Place] | Refusal]:
    """The content of a file by dataset: the tables of a dossier, or the records of a spreadsheet."""
    if path.suffix and path.suffix.lower() not in SUFFIXES and path.is_file():
        return iter([Refusal(Place(str(path)), "", "", _strange(path))])
    return sheets.read_sheet(path) if path.suffix.lower() in SHEETS else parsed(path)


def _strange(path: Path) -> str:
    """Why a file cannot contain records whose name has another ending."""
    try:
        with path.open("rb") as stream:
            told = why_no_rows(stream.read(4_096))
    except OSError as error:
        return unread(path, error)
    return told or f"ends in none of {', '.join(sorted(SUFFIXES))}: save it as one of these"


def parsed(path: Path) -> Iterator[tuple[str, dict[str, Any] | Entry, Place] | Refusal]:
    """The tables in a file, by dataset."""
    place = Place(str(path))
    if path.suffix.lower() in JSON:
        try:
            for dataset, tables in json_records.tables_of(path).items():
                yield dataset, tables, place
        except UnreadableError as error:
            yield Refusal(place, "", "", str(error))
    else:
        held = parse(path, place)
        yield held if isinstance(held, Refusal) else (*held, place)


def parse(path: Path, place: Place) -> tuple[str, dict[str, Any]] | Refusal:
    """The dataset and the tables of a file."""
    try:
        tables = toml(path)
    except Unreadable as error:
        return Refusal(place, "", "", str(error))
    dataset = tables.pop("dataset", None)
    if not isinstance(dataset, str):
        return Refusal(place, "", "dataset", 'is missing: dataset = "…" stands at the top of every file')
    return dataset, tables


class Unreadable(Exception):  # noqa: N818 - it is said of a file
    """A file is not TOML; the message says why."""


def toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises `Unreadable`."""
    try:
        with path.open("rb") as stream:
            held = stream.read(LARGEST + 1)
        if len(held) > LARGEST:
            raise Unreadable(f"is larger than {LARGEST // 2**20} MB; split it")
        text = held.decode("utf-8-sig")
        if found := _ENDLESS_KEY.search(text):
            raise Unreadable(f"is nested too deep: a key in line {text.count(chr(10), 0, found.start()) + 1}")
        if found := _ENDLESS_NUMBER.search(text):
            raise Unreadable(f"is not TOML: an endless number in line {text.count(chr(10), 0, found.start()) + 1}")
        return tomllib.loads(text)
    except IsADirectoryError:
        if (path / PACKAGE).exists():
            raise Unreadable(f"is a data package: counterclaim import package {path}") from None
        raise Unreadable(f"is a folder without files of records ({', '.join(sorted(SUFFIXES))})") from None
    except OSError as error:
        raise Unreadable(unread(path, error)) from None
    except UnicodeDecodeError as error:
        raise Unreadable(why_no_rows(error.object) or f"is not UTF-8: byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"is not TOML: {error}") from None
    except RecursionError:
        raise Unreadable("is nested too deep") from None


def unknown_tables(tables: dict[str, Any], place: Place) -> Iterator[Refusal]:
    for table in [one for one in tables if one not in KIND_OF_TABLE]:
        yield Refusal(place, "", shown(table), f"there is no such table{meant(table, list(KIND_OF_TABLE))}")


def _records(kind: str, records: object, dataset: str, place: Place) -> Iterator[Entry | Refusal]:
    if not isinstance(records, list | json_records.Lines):
        yield Refusal(place, "", f"{kind}s", f"is written [[{kind}s]], once for each record")
        return
    for number, fields in enumerate(records, 1):
        checked = entry(kind, fields, dataset, place, number=number)
        if isinstance(checked, list):
            yield from checked
        elif isinstance(checked.record, Dataset) and checked.record.id != dataset:
            yield Refusal(place, f"dataset {checked.record.id}", "id", f"the file belongs to {shown(dataset)}")
        else:
            yield checked
