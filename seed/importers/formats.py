"""What an importer is: a small table of columns and fixed records, and a function from a row to records."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from seed.importers import cells
from seed.importers.survey import Told
from seed.refusals import Place, Refusal, meant, shown


class MadeRecord(NamedTuple):
    """A record that a row became: its kind and its fields, as an author would write them."""

    kind: str
    fields: dict[str, Any]
    in_passing: bool = False
    """Whether it gives way to what another row, or another import, tells of the same record."""


class InputRow(NamedTuple):
    """A row of a file: its cells by our names for the columns, and by the file's own."""

    place: Place
    cells: Mapping[str, Any]
    given: Mapping[str, Any]
    names: Mapping[str, str]
    """The file's name for each column of ours that it has."""


class CellError(ValueError):
    """A row cannot be used because of one of its cells."""

    def __init__(self, column: str, message: str) -> None:
        """Name the column as we do; the refusal will name it as the file does."""
        super().__init__(message)
        self.column = column


class UnreadableError(Exception):
    """The rest of a file cannot be read."""


@dataclass(frozen=True)
class Column:
    """Which headers mean it, what its cells hold, and whether a row without it makes sense."""

    headers: tuple[str, ...]
    type: str = "line"
    needed: bool = False
    codes: str = ""
    """The declared list that says what its cells mean."""

    def read(self, given: object) -> object:
        """The cell's value; null where it is empty."""
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
    """The declared half of a format, as its TOML file says it."""

    fixed: tuple[MadeRecord, ...]
    columns: Mapping[str, Column]
    order: tuple[str, ...]
    """The headers of files that come without any."""
    lists: Mapping[str, Any]
    """What else the format's code looks up."""
    quoted: bool = False
    """Whether files without headers have quotation marks around what holds a comma."""
    release: str = ""
    """A pattern by which a file's name tells the release: its first group, `_` for dots."""

    @property
    def dataset(self) -> str:
        """The dataset that all records of the format belong to."""
        return str(self.fixed[0].fields["id"])

    def unknown(self, read: Mapping[str, Any]) -> Iterator[str]:
        """Codes of a row that the declared lists do not know, but say how to read (`?`)."""
        for ours, column in self.columns.items():
            if column.codes and (value := read[ours]) is not None:
                known = self.lists[column.codes]
                code = not (isinstance(value, str) and any(map(str.isdigit, value)))  # per cent is none
                if code and "?" in known and not {str(value), str(value).lower()} & known.keys():
                    yield f"{column.headers[0]} {shown(value)}"

    @property
    def needed(self) -> list[str]:
        """The columns without which a row makes no sense, by the first name of each."""
        return [column.headers[0] for column in self.columns.values() if column.needed]


FIXED = {"datasets": "dataset", "sources": "source", "actors": "actor"}
FOLDER = Path(__file__).parent


@cache
def format_table(name: str) -> Table:
    """Read the TOML file of a format."""
    return table_of(tomllib.loads((FOLDER / f"{name.replace('-', '_')}.toml").read_text()))


def table_of(given: dict[str, Any]) -> Table:
    """What a TOML file declares."""
    fixed = tuple(MadeRecord(kind, fields) for key, kind in FIXED.items() for fields in given.pop(key, ()))
    columns = {
        name: Column(tuple(map(key, one.get("headers", [name]))), **{key: one[key] for key in one.keys() - {"headers"}})
        for name, one in given.pop("columns").items()
    }
    order, quoted = tuple(given.pop("order", ())), bool(given.pop("quoted", False))
    return Table(fixed, columns, order, given, quoted, str(given.pop("release", "")))


# A row, all that is wrong with a row, or what is wrong with the file.
RowOrRefusal = InputRow | list[Refusal] | Refusal
Read = Callable[[BufferedReader, str, Table], Iterator[RowOrRefusal]]


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is read into rows, and what each row becomes."""

    name: str
    read: Read
    records: Callable[[InputRow], Iterable[MadeRecord]]
    told: Callable[[Mapping[str, Any]], Told] | None = None
    """What a row's cells tell that concerns other rows, where rows may tell one thing again."""
    whole_months: bool = False
    """Whether what files cover begins and ends with a month."""
    told_of: Callable[[Mapping[str, Any]], tuple[str, bool]] | None = None
    """The id of the event that a row tells of, and whether it tells it whole or names it in passing."""
    declared: Table | None = None
    """What a mapping file declares; else the table of the format's name."""

    @property
    def table(self) -> Table:
        """The declared half."""
        return self.declared or format_table(self.name)


def key(header: str) -> str:
    """Headers are compared without regard to case, accents, blanks and punctuation, in every script."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(one))
    return re.sub(r"[\W_]+", "_", plain).strip("_")


def choice(column: str, given: object, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the table holds
    """What a declared list says of a cell, and of codes it does not know (`?`); else `CellError` with all it knows."""
    found = known.get(str(given), known.get("?"))
    if found is None:
        raise CellError(column, f"{shown(given)} is none of {', '.join(known)}")
    return found


def graded(column: str, percent: int, grades: Sequence[Mapping[str, Any]]) -> str:
    """The certainty of the first grade that a percentage reaches."""
    if not 0 <= percent <= 100:  # noqa: PLR2004 - per cent
        raise CellError(column, f"{percent} is not between 0 and 100")
    return next(str(grade["certainty"]) for grade in grades if percent >= grade["from"])


class Header:
    """Which column of a file is which of ours."""

    def __init__(self, names: Sequence[str], columns: Mapping[str, Column], file: str) -> None:
        """Find the columns by name, in whatever order; `refusals` tells what is missing or ambiguous."""
        self._file = file
        keys = [key(name) for name in names]
        met: set[str] = set()
        self.refusals = []
        for name in names:
            if name and name in met:
                self.refusals.append(Refusal(Place(file, 1), "", shown(name), "two columns have this name"))
            met.add(name)
        self._columns: dict[str, tuple[str, Column]] = {}
        for ours, column in columns.items():
            found = [header for header in column.headers if header in keys]
            if found:
                alike = [name for name, one in zip(names, keys, strict=True) if one == found[0]]
                self._columns[ours] = (alike[0], column)
                if len(set(alike)) > 1:
                    told = f"these columns read alike: {', '.join(map(shown, alike))}; leave one of them"
                    self.refusals.append(Refusal(Place(file, 1), "", alike[0], told))
            elif column.needed:
                wanted = " or ".join(column.headers)
                message = f"there is no such column{meant(column.headers[0], keys)}"
                self.refusals.append(Refusal(Place(file, 1), "", wanted, message))
        self._blank = dict.fromkeys(columns)
        self._names = {ours: name for ours, (name, _) in self._columns.items()}

    def row(self, given: Mapping[str, Any], number: int) -> InputRow | list[Refusal]:
        """A row by our names, or all that is wrong with its cells."""
        place, refusals = Place(self._file, number), []
        read: dict[str, Any] = dict(self._blank)
        for ours, (name, column) in self._columns.items():
            try:
                read[ours] = column.read(given.get(name))
            except ValueError as error:
                refusals.append(Refusal(place, "", name, str(error)))
        return refusals or InputRow(place, read, given, self._names)
