"""An importer: a small table of columns and fixed records, and a function from a row to records."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from seed.dossiers.columns import BY_NAME
from seed.field_types import shown, storable
from seed.importers import cells
from seed.importers.survey import Told
from seed.refusals import Place, Refusal, meant


class MadeRecord(NamedTuple):
    """A record made from a row: its kind and its fields as in a dossier."""

    kind: str
    fields: dict[str, Any]
    in_passing: bool = False
    """Whether another row or import that describes the same record takes precedence."""
    template: Mapping[str, Any] | None = None
    """The declarations of a mapping file from which the record is made."""


class InputRow(NamedTuple):
    """A row of a file: its cells by our column names and by the file's."""

    place: Place
    cells: Mapping[str, Any]
    given: Mapping[str, Any]
    names: Mapping[str, str]
    """The file's name for each of our columns that it has."""


class CellError(ValueError):
    """A row cannot be used because of one of its cells."""

    def __init__(self, column: str, message: str) -> None:
        """Take our name of the column; the refusal will use the file's name."""
        super().__init__(message)
        self.column = column


class UnreadableError(Exception):
    """The rest of a file cannot be read."""


@dataclass(frozen=True)
class Column:
    """A column: its possible headers, the type of its cells, and whether it is required."""

    headers: tuple[str, ...]
    type: str = "line"
    needed: bool = False
    codes: str = ""
    """The declared list that gives the meaning of its cells."""

    def read(self, given: object) -> object:
        """The value of a cell; None if it is empty."""
        if given is not None and (isinstance(given, bool) or not isinstance(given, str | int | float)):
            raise ValueError(f"{shown(given)} is neither text nor a number")
        text = "" if given is None else str(given).strip()
        if text in cells.NOTHING:
            if self.needed:
                raise ValueError("is empty")
            return None
        return cells.TYPES[self.type](text)


@dataclass(frozen=True)
class Table:
    """The declarative part of a format, from its TOML file."""

    fixed: tuple[MadeRecord, ...]
    columns: Mapping[str, Column]
    order: tuple[str, ...]
    """The columns of files without a header."""
    lists: Mapping[str, Any]
    """Other lookups of the format's code."""
    quoted: bool = False
    """Whether files without a header quote values that contain a comma."""
    release: str = ""
    """A pattern that finds the release in a file's name: its first group, with `_` for dots."""

    @property
    def dataset(self) -> str:
        """The dataset of all records of the format."""
        return str(self.fixed[0].fields["id"])

    def unknown(self, read: Mapping[str, Any]) -> Iterator[str]:
        """The codes of a row that are not in the declared lists, but have a fallback (`?`)."""
        for ours, column in self.columns.items():
            if column.codes and (value := read[ours]) is not None:
                known = self.lists[column.codes]
                code = not (isinstance(value, str) and any(map(str.isdigit, value)))  # not a percentage
                if code and "?" in known and not {str(value), str(value).lower()} & known.keys():
                    yield f"{column.headers[0]} {shown(value)}"

    @property
    def needed(self) -> list[str]:
        """The required columns, by the first name of each."""
        return [column.headers[0] for column in self.columns.values() if column.needed]


FIXED = {"datasets": "dataset", "sources": "source", "actors": "actor"}
FOLDER = Path(__file__).parent


@cache
def format_table(name: str) -> Table:
    """Read the TOML file of a format."""
    return table_of(tomllib.loads((FOLDER / f"{name.replace('-', '_')}.toml").read_text()))


def table_of(given: dict[str, Any]) -> Table:
    """Parse the declarations of a TOML file."""
    fixed = tuple(MadeRecord(kind, fields) for key, kind in FIXED.items() for fields in given.pop(key, ()))
    columns = {
        name: Column(tuple(map(key, one.get("headers", [name]))), **{key: one[key] for key in one.keys() - {"headers"}})
        for name, one in given.pop("columns").items()
    }
    order, quoted = tuple(given.pop("order", ())), bool(given.pop("quoted", False))
    return Table(fixed, columns, order, given, quoted, str(given.pop("release", "")))


ENOUGH = 5
"""A header belongs to a format if it has this many of its columns, or all if the format has fewer."""


@cache
def _declared_columns() -> list[tuple[str, Mapping[str, Column]]]:
    """The columns of every known kind of file, and the command that reads it."""
    rows = {name: Column((name,), needed=name in {"event", "stance", "aspect"}) for name in BY_NAME}
    found: list[tuple[str, Mapping[str, Column]]] = [("load", rows)]
    for path in sorted((*FOLDER.glob("*.toml"), *(FOLDER / "mappings").glob("*.toml"))):
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        tables = [one for one in (given, *given.values()) if isinstance(one, dict) and "columns" in one]
        found += [(f"import {path.stem}", table_of(dict(one)).columns) for one in tables]
    return found


def whose(names: Iterable[str], file: str, but: str = "") -> str | None:
    """Which known kind of file has these columns, and the command that reads it, unless it is `but`; or None."""
    keys = set(map(key, names))
    best, command = 0, ""
    for one, columns in _declared_columns():
        there = [column for column in columns.values() if not keys.isdisjoint(column.headers)]
        needed = sum(column.needed for column in columns.values())
        if sum(column.needed for column in there) == needed and len(there) >= min(ENOUGH, len(columns)):
            best, command = max((best, command), (len(there), one))
    if command in {"", but}:
        return None
    return f"has the columns that counterclaim {command} reads: counterclaim {command} {file}"


class AnswerPage(NamedTuple):
    """A page of an API's response: what it says about the whole response, and what it contains."""

    file: str
    total: int | None
    """The number of rows of all pages, if given."""
    goes_on: bool
    """Whether it names a next page."""
    marks: frozenset[int]
    """A hash of each of its rows, so that a page that is given twice counts once."""


# A row, everything that is wrong with a row, what is wrong with the file, or last of all what it is a page of.
RowOrRefusal = InputRow | list[Refusal] | Refusal | AnswerPage
Read = Callable[[BufferedReader, str, Table], Iterator[RowOrRefusal]]


@dataclass(frozen=True)
class Format:
    """A file format: how files are read into rows, and the records of each row."""

    name: str
    read: Read
    records: Callable[[InputRow], Iterable[MadeRecord]]
    told: Callable[[Mapping[str, Any]], Told] | None = None
    """Returns what a row's cells say about other rows, for formats in which rows may describe the same thing."""
    whole_months: bool = False
    """Whether files always cover whole months."""
    told_of: Callable[[Mapping[str, Any]], tuple[str, bool]] | None = None
    """Returns the id of a row's event, and whether the row describes it fully or only mentions it."""
    declared: Table | None = None
    """The declarations of a mapping file; None: the table with the format's name."""

    @property
    def table(self) -> Table:
        """The declarative part."""
        return self.declared or format_table(self.name)


def key(header: str) -> str:
    """Headers are compared without regard to case, accents, blanks and punctuation, in every script."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(one))
    return re.sub(r"[\W_]+", "_", plain).strip("_")


def choice(column: str, given: object, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the table holds
    """The entry of a declared list for a cell, or its fallback (`?`). Raises `CellError` with the known codes."""
    found = known.get(str(given), known.get("?"))
    if found is None:
        raise CellError(column, f"{shown(given)} is not one of {', '.join(known)}")
    return found


def graded(column: str, percent: int, grades: Sequence[Mapping[str, Any]]) -> str:
    """The certainty of the first grade that a percentage reaches."""
    if not 0 <= percent <= 100:  # noqa: PLR2004 - per cent
        raise CellError(column, f"{percent} is not between 0 and 100")
    return next(str(grade["certainty"]) for grade in grades if percent >= grade["from"])


_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")
_HOLE = re.compile(r"\{([a-z0-9_]+)")


def blamed(refusal: Refusal, made: MadeRecord, row: InputRow) -> Refusal:
    """A refusal of a record with the columns of the file that its field is made from, if known."""
    columns = _columns(refusal.field, made, row)
    return refusal._replace(record="", field=" and ".join(columns)) if columns else refusal


def _columns(field: str, made: MadeRecord, row: InputRow) -> list[str]:
    """Found by a mapping's declarations, or else by values; of several, those that do not fit, or most of the text."""
    if field == "extra":
        return [name for name, cell in row.given.items() if not _fits(cell)]
    value, own = _at(made.fields, field), field.rpartition(".")[2]
    filled = {ours: cell for ours, cell in row.cells.items() if cell is not None and ours in row.names}
    found = _declared(field, made.template) if made.template is not None else []
    found = [ours for ours in dict.fromkeys(found) if ours in row.names]
    if not found:
        found = [ours for ours, cell in filled.items() if type(cell) is type(value) and cell == value]
        found = [own] if own in found else found[:1]
    if isinstance(value, str):
        found += [ours for ours, cell in filled.items() if isinstance(cell, str) and (cell in value or value in cell)]
        unfit = [ours for ours in found if not _fits(str(filled.get(ours)))]
        most = [ours for ours in found if 2 * len(str(filled.get(ours, ""))) > len(value)]
        found = unfit or most or found
    return [row.names[ours] for ours in dict.fromkeys(found)]


def _declared(field: str, template: Mapping[str, Any]) -> list[str]:
    """The columns in a mapping's text for the field."""
    meanings = {"each": [template.get("each")], "mark": template.get("mark", [])}
    named = _HOLE.findall(str(_at({"id": template["id"], **template.get("fields", {})}, field)))
    return [ours for one in named for ours in meanings.get(one, [one])]


def _at(held: Any, field: str) -> Any:  # noqa: ANN401 - whatever a record holds
    """The value of a field such as `participants[0].actor`; the whole list or table if it is missing."""
    for number, name in _STEP.findall(field):
        inner = held
        if isinstance(held, dict):
            inner = held.get(name, held.get(f"{name}?", held))
        elif isinstance(held, list):
            inner = held[int(number)] if number and int(number) < len(held) else held
        if inner is held:
            break
        held = inner
    return held


def _fits(cell: object) -> bool:
    """Whether a cell can be kept at all."""
    try:
        storable({"": cell})
    except ValueError:
        return False
    return True


class Header:
    """The mapping from our columns to those of a file."""

    def __init__(self, names: Sequence[str], columns: Mapping[str, Column], file: str, row: int = 1) -> None:
        """Find the columns by name, in any order; `refusals` reports missing or ambiguous ones.

        `row`: the row of the header.
        """
        self._file, place = file, Place(file, row)
        keys = [key(name) for name in names]
        met: set[str] = set()
        missing = False
        self.refusals = []
        for name in names:
            if name and name in met:
                self.refusals.append(Refusal(place, "", shown(name), "two columns have this name"))
            met.add(name)
        self._columns: dict[str, tuple[str, Column]] = {}
        for ours, column in columns.items():
            found = [header for header in column.headers if header in keys]
            if found:
                alike = [name for name, one in zip(names, keys, strict=True) if one == found[0]]
                self._columns[ours] = (alike[0], column)
                if len(set(alike)) > 1:
                    told = f"these columns read alike: {', '.join(map(shown, alike))}; leave one of them"
                    self.refusals.append(Refusal(place, "", alike[0], told))
            elif column.needed:
                wanted = " or ".join(column.headers)
                message = f"there is no such column{meant(column.headers[0], keys)}"
                self.refusals.append(Refusal(place, "", wanted, message))
                missing = True
        if missing and (other := whose(names, file)):
            self.refusals = [Refusal(place, "", "", other)]
        self._blank = dict.fromkeys(columns)
        self._names = {ours: name for ours, (name, _) in self._columns.items()}

    def row(self, given: Mapping[str, Any], number: int) -> InputRow | list[Refusal]:
        """A row by our column names, or everything that is wrong with its cells."""
        place, refusals = Place(self._file, number), []
        read: dict[str, Any] = dict(self._blank)
        for ours, (name, column) in self._columns.items():
            try:
                read[ours] = column.read(given.get(name))
            except ValueError as error:
                refusals.append(Refusal(place, "", name, str(error)))
        return refusals or InputRow(place, read, given, self._names)
