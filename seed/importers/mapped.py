"""Imports any CSV by a mapping file: TOML that declares the columns and the records of a row."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from api.domain.geo import code_of
from seed.importers import csv_files
from seed.importers.cells import TYPES, identity, mark, parts, slug
from seed.importers.formats import CellError, Format, InputRow, MadeRecord, Table, table_of
from seed.records import INPUT_MODELS
from seed.refusals import meant, shown, unread

MAPPINGS = Path(__file__).parent / "mappings"
OWN = {"kind", "id", "each", "split", "mark", "fields"}
# `{column}`, optionally with a filter: `{column|slug}`.
HOLE = re.compile(r"\{([a-z0-9_]+)((?:\|[a-z0-9_]+)*)\}")
# Separates alternatives for a field; the first one without an empty column is used.
OR = " || "
DEEPEST = 3


class MappingUnusableError(Exception):
    """A mapping file is invalid; the message says where."""


def month(day: date) -> str:
    return f"{day:%Y-%m}"


def week(day: date) -> str:
    """A day within the week around a day."""
    return f"[{day - timedelta(days=6)}..{day + timedelta(days=6)}]"


def positive(number: float) -> float | None:
    """A number, or None for zero, which often means that nobody knows."""
    return number if number > 0 else None


FILTERS: dict[str, Callable[[Any], Any]] = {
    "slug": lambda value: slug(str(value)),
    "id": lambda value: identity(slug(str(value)), of=(value,)),
    "mark": mark,
    "month": month,
    "week": week,
    "positive": positive,
    "iso_numeric": lambda value: code_of("numeric", value),
    "country_name": lambda value: code_of("name", value),
    "lower": lambda value: str(value).lower(),
}


def shipped() -> list[str]:
    """The mappings that come with the project."""
    return sorted(path.stem for path in MAPPINGS.glob("*.toml"))


def mapping(name: str) -> Format | None:
    """The format declared by a mapping file: a name of one of the project's, or a path that ends in .toml."""
    path = MAPPINGS / f"{name}.toml" if name in shipped() else Path(name)
    if path.suffix != ".toml":
        return None
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingUnusableError(f"{path}: {unread(path, error)}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingUnusableError(f"{path}: is not TOML: {error}") from None
    for needed in ("datasets", "columns", "records"):
        if not given.get(needed):
            raise MappingUnusableError(f"{path}: {needed} is missing")
    try:
        made = table_of(given)
        _check(made)
    except (MappingUnusableError, TypeError, AttributeError, KeyError) as error:
        raise MappingUnusableError(f"{path}: {error}") from None
    return Format(name, csv_files.rows, partial(records, made), declared=made)


def _check(made: Table) -> None:
    """Check that every record, column and filter in the mapping exists."""
    for name, column in made.columns.items():
        if column.type not in TYPES:
            raise MappingUnusableError(f"columns.{name}: there is no type {column.type}{meant(column.type, [*TYPES])}")
    for number, record in enumerate(made.lists["records"], 1):
        where = f"records[{number}]"
        if record.get("kind") not in INPUT_MODELS or "id" not in record or record.keys() - OWN:
            told = f"has a kind ({', '.join(INPUT_MODELS)}), an id, fields, and maybe each, split and mark"
            raise MappingUnusableError(f"{where}: {told}")
        named = {*made.columns, *({"each"} if "each" in record else ()), *({"mark"} if "mark" in record else ())}
        for text in _texts([record["id"], record.get("fields", {}), made.lists]):
            for column, filters in HOLE.findall(text):
                if column not in named | {"each", "mark"}:
                    raise MappingUnusableError(f"{where}: there is no column {column}{meant(column, sorted(named))}")
                for one in filters.split("|")[1:]:
                    if one not in FILTERS and not isinstance(made.lists.get(one), dict):
                        raise MappingUnusableError(f"{where}: {one} is neither a table nor one of {', '.join(FILTERS)}")


def _texts(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict | list):
        for one in held.values() if isinstance(held, dict) else held:
            yield from _texts(one)


def records(made: Table, row: InputRow) -> Iterator[MadeRecord]:
    """The records of a row, except those whose id needs an empty cell."""
    for record in made.lists["records"]:
        for cells in _each(record, row):
            id_ = filled(record["id"], cells, made.lists)
            if id_ is not None:
                fields = {name: filled(value, cells, made.lists) for name, value in record.get("fields", {}).items()}
                if fields.get("extra") == "*":
                    fields["extra"] = dict(row.given)
                given = {name: value for name, value in fields.items() if value is not None}
                yield MadeRecord(record["kind"], {"id": id_, **given})


def _each(record: Mapping[str, Any], row: InputRow) -> Iterator[dict[str, Any]]:
    """The row's cells, repeated for each item of a list column if the mapping says so."""
    cells = dict(row.cells)
    if "mark" in record:
        cells["mark"] = mark(*(cells[column] for column in record["mark"]))
    if "each" not in record:
        yield cells
        return
    listed = cells[record["each"]]
    for part in parts("" if listed is None else str(listed), record.get("split", ";")):
        yield cells | {"each": part}


def filled(value: Any, cells: Mapping[str, Any], lists: Mapping[str, Any], depth: int = 0) -> Any:  # noqa: ANN401
    """A value with its columns filled in; None if one is empty; in a table, keys that end in `?` are optional."""
    if isinstance(value, list):
        return [found for one in value if (found := filled(one, cells, lists, depth)) is not None]
    if isinstance(value, dict):
        table = {name: filled(one, cells, lists, depth) for name, one in value.items()}
        lacking = any(found is None and not name.endswith("?") for name, found in table.items())
        return None if lacking else {name.removesuffix("?"): one for name, one in table.items() if one is not None}
    if not isinstance(value, str) or depth > DEEPEST:
        return value
    if OR in value:
        ways = (filled(one, cells, lists, depth + 1) for one in value.split(OR))
        return next((found for found in ways if found is not None), None)
    if alone := HOLE.fullmatch(value):
        return _hole(alone, cells, lists, depth)
    found = {hole.group(): _hole(hole, cells, lists, depth) for hole in HOLE.finditer(value)}
    return None if None in found.values() else HOLE.sub(lambda hole: str(found[hole.group()]), value)


def _hole(hole: "re.Match[str]", cells: Mapping[str, Any], lists: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401
    """The value of `{column|filter}`."""
    column = hole.group(1)
    value = cells[column]
    for name in hole.group(2).split("|")[1:]:
        if value is None:
            return None
        value = FILTERS[name](value) if name in FILTERS else looked_up(column, value, lists[name])
        value = filled(value, cells, lists, depth + 1)
    return str(value) if isinstance(value, date) else value


def looked_up(column: str, value: object, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the table holds
    """The entry of a table for a cell: exact, by prefix (`Military Forces*`), or the fallback (`?`)."""
    text = str(value)
    begun = (found for key, found in known.items() if key.endswith("*") and text.startswith(key[:-1]))
    said = known.get(text, next(begun, known.get("?")))
    if said is None:
        raise CellError(column, f"{shown(text)} is none of {', '.join(known)}")
    return said or None
