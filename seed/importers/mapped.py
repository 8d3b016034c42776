"""Imports any CSV by a mapping file: TOML that declares the columns and the records of a row."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.domain.geo import code_of
from seed.field_types import shown
from seed.importers import csv_files
from seed.importers.cells import TYPES, identity, mark, parts, slug
from seed.importers.formats import CellError, Format, InputRow, MadeRecord, Table, table_of
from seed.records import INPUT_MODELS
from seed.refusals import explain, meant, unread
from seed.refusals import path as in_file

MAPPINGS = Path(__file__).parent / "mappings"
# `{column}`, optionally with a filter: `{column|slug}`.
HOLE = re.compile(r"\{([a-z0-9_]+)((?:\|[a-z0-9_]+)*)\}")
# What is left of a text without its holes, but looks like one.
STRANGE = re.compile(r"\{[^{}]*\}?|\}")
# Separates alternatives for a field; the first one without an empty column is used.
OR = " || "
DEEPEST = 3


class MappingUnusableError(Exception):
    """A mapping file is invalid; the message says where."""


class Strict(BaseModel):
    """A table of a mapping file, with no other keys than these."""

    model_config = ConfigDict(extra="forbid", strict=True)


class MappedColumn(Strict):
    headers: list[str] = Field(default=[], min_length=1)
    type: str = "line"
    needed: bool = False
    codes: str = ""


class MappedRecord(Strict):
    kind: str
    id: str
    each: str = ""
    split: str = Field(default=";", min_length=1)
    mark: list[str] = []
    fields: dict[str, Any] = {}


class Fixed(BaseModel):
    """A record that does not depend on the rows; its other fields are checked as those of any record."""

    id: str = Field(min_length=1, strict=True)


class Mapped(Strict):
    """A mapping file; what else it has are tables for lookups."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, dict[str, Any]]

    datasets: list[Fixed] = Field(min_length=1)
    sources: list[Fixed] = []
    actors: list[Fixed] = []
    columns: dict[str, MappedColumn] = Field(min_length=1)
    records: list[MappedRecord] = Field(min_length=1)
    order: list[str] = []
    quoted: bool = False
    release: str = ""


TYPE_TOLD = {
    "bool_type": "is neither true nor false",
    "dict_type": "is not a table",
    "list_type": 'is not a list, such as ["a", "b"], or [[…]] of tables',
    "model_type": "is not a table, such as { key = … }",
    "string_type": "is not a text in quotation marks",
    "string_too_short": "is empty",
    "too_short": "is empty",
}


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

DAYS = ("any_day", "day", "stamp", "written", "epoch")
# The types of columns that a filter takes; the others take all.
TAKES = {"month": DAYS, "week": DAYS, "positive": ("whole", "number")}


def shipped() -> list[str]:
    """The mappings that come with the project."""
    return sorted(path.stem for path in MAPPINGS.glob("*.toml"))


def mapping(name: str) -> Format | None:
    """The format declared by a mapping file: a name of one of the project's, or a path that ends in .toml."""
    path = MAPPINGS / f"{name}.toml" if name in shipped() else Path(name)
    if path.suffix.lower() != ".toml":
        return None
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingUnusableError(f"{path}: {unread(path, error)}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingUnusableError(f"{path}: is not TOML: {error}") from None
    try:
        _require(given)
        made = table_of(given)
        _check(made)
    except MappingUnusableError as error:
        raise MappingUnusableError(f"{path}: {error}") from None
    return Format(name, csv_files.rows, partial(records, made), declared=made)


def _require(given: dict[str, Any]) -> None:
    """Check the keys and types of a mapping file. Raises `MappingUnusableError` with the first fault."""
    try:
        Mapped.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where, inner = first["loc"], [*Mapped.model_fields]
        told = TYPE_TOLD.get(first["type"]) or explain(Mapped, first)
        if first["type"] == "dict_type" and len(where) == 1 and where[0] not in inner:
            told += meant(where[0], inner)
        raise _fault([part + 1 if isinstance(part, int) else part for part in where], told) from None


def _fault(where: Sequence[int | str], told: str) -> MappingUnusableError:
    return MappingUnusableError(f"{in_file(where)}: {told}")


def _check(made: Table) -> None:
    """Check that every type, column, filter and table that the mapping names exists, and fits."""
    for name, column in made.columns.items():
        if column.type not in TYPES:
            told = f"there is no type {column.type}{meant(column.type, [*TYPES])} (one of {', '.join(TYPES)})"
            raise _fault(["columns", name], told)
        if column.codes and not isinstance(made.lists.get(column.codes), dict):
            told = f"there is no table {column.codes}{meant(column.codes, [*made.lists])}"
            raise _fault(["columns", name, "codes"], told)
    try:
        groups = re.compile(made.release).groups
    except re.error as error:
        raise _fault(["release"], f"{shown(made.release)} is not a regular expression: {error}") from None
    if made.release and not groups:
        raise _fault(["release"], f"{shown(made.release)} has no group: put the release in parentheses")
    for name in made.lists.keys() & FILTERS.keys():
        raise _fault([name], "is the name of a filter: call the table something else")
    for number, record in enumerate(made.lists["records"], 1):
        _check_record(made, record, ["records", number])


def _check_record(made: Table, record: Mapping[str, Any], where: list[int | str]) -> None:
    if record["kind"] not in INPUT_MODELS:
        kinds = [*INPUT_MODELS]
        told = f"{shown(record['kind'])} is not a kind{meant(record['kind'], kinds)} (one of {', '.join(kinds)})"
        raise _fault([*where, "kind"], told)
    for key in ("each", "mark"):
        for column in [record[key]] if isinstance(record.get(key), str) else record.get(key, ()):
            if column not in made.columns:
                raise _fault([*where, key], _no_column(column, [*made.columns]))
    named = [*made.columns, *({"each", "mark"} & record.keys())]
    for key in ("id", "fields"):
        Texts(made, sorted(named), [*where, key]).check(record.get(key))


def _no_column(name: str, known: Sequence[str]) -> str:
    return f"there is no column {name}{meant(name, known)} (one of {', '.join(known)})"


class Texts:
    """Checks the texts of a record, and of the tables that they name, as `filled` will fill them in."""

    def __init__(self, made: Table, named: Sequence[str], where: Sequence[int | str]) -> None:
        """Take the columns that the texts may name."""
        self._made, self._named, self._where = made, named, where
        self._met: set[tuple[str, int]] = set()

    def check(self, held: object, depth: int = 0) -> None:
        if isinstance(held, dict | list):
            for one in held.values() if isinstance(held, dict) else held:
                self.check(one, depth)
        elif isinstance(held, str) and OR in held:
            self.check(held.split(OR), depth + 1)
        elif isinstance(held, str):
            if strange := STRANGE.search(HOLE.sub("", held)):
                told = "is neither {column} nor {column|filter}, in lower case, without blanks"
                raise _fault(self._where, f"{shown(strange.group())} {told}")
            for column, filters in HOLE.findall(held):
                if depth > DEEPEST:
                    raise _fault(self._where, f"tables name each other more than {DEEPEST} deep, down to {shown(held)}")
                self._hole(column, filters.split("|")[1:], depth)

    def _hole(self, column: str, filters: Sequence[str], depth: int) -> None:
        if column not in self._named:
            raise _fault(self._where, _no_column(column, self._named))
        tables = [name for name, one in self._made.lists.items() if isinstance(one, dict)]
        for place, one in enumerate(filters):
            if one in TAKES:
                given = self._made.columns[column].type if column in self._made.columns else "text"
                if place or given not in TAKES[one]:
                    told = f"{one} comes first after a column of the type {' or '.join(TAKES[one])}"
                    raise _fault(self._where, f"{shown('{' + '|'.join([column, *filters]) + '}')}: {told}")
            elif one not in FILTERS and one not in tables:
                told = f"{one} is neither a table nor one of {', '.join(FILTERS)}{meant(one, [*FILTERS, *tables])}"
                raise _fault(self._where, told)
            elif one not in FILTERS and (one, depth) not in self._met:
                self._met.add((one, depth))
                self.check(self._made.lists[one], depth + 1)


def records(made: Table, row: InputRow) -> Iterator[MadeRecord]:
    """The records of a row, except those whose id needs an empty cell."""
    for record in made.lists["records"]:
        for cells in _each(record, row):
            id_ = filled(record["id"], cells, made.lists)
            if isinstance(id_, list | dict):
                column = HOLE.findall(record["id"])[0][0]
                raise CellError(column, f"{shown(record['id'])} gives a list or a table, where an id is a text")
            if id_ is not None:
                fields = {name: filled(value, cells, made.lists) for name, value in record.get("fields", {}).items()}
                if fields.get("extra") == "*":
                    fields["extra"] = dict(row.given)
                given = {name: value for name, value in fields.items() if value is not None}
                yield MadeRecord(record["kind"], {"id": id_, **given}, template=record)


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
        if name in FILTERS:
            value = FILTERS[name](value)
        else:
            value = filled(looked_up(column, value, lists[name]), cells, lists, depth + 1)
    return str(value) if isinstance(value, date) else value


def looked_up(column: str, value: object, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the table holds
    """The entry of a table for a cell: exact, by prefix (`Military Forces*`), or the fallback (`?`)."""
    text = str(value)
    begun = (found for key, found in known.items() if key.endswith("*") and text.startswith(key[:-1]))
    said = known.get(text, next(begun, known.get("?")))
    if said is None:
        raise CellError(column, f"{shown(text)} is not one of {', '.join(known)}")
    return said or None
