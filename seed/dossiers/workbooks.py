"""Reads spreadsheets as rows of text: what each cell shows, or why that is unclear; nothing is guessed."""

import csv
import io
import re
import warnings
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

from seed.dossiers.columns import BY_NAME
from seed.field_types import shown
from seed.importers.sniffing import ZIP, why_no_rows
from seed.refusals import Place, Refusal, unread

LARGEST = 64 * 2**20
MOST_ROWS, MOST_COLUMNS = 200_000, 200
HEADER_WITHIN, HEADER_NAMES = 20, 2
"""How many rows are searched for a header that is not the first, and how many names of columns tell it."""
# The template's sheet with explanations of words, which has no data.
SHEET_OF_WORDS, HEADER_OF_WORDS = "words", ("column or vocabulary", "word", "what it says")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
_PLAIN = re.compile(r"general|@|(?:#+,(?=[#0]))?#*0*(?:\.(?P<decimals>[0#]+))?")
_ZEROS = re.compile(r"0{2,}")
_ERROR = re.compile(r"#(?:[A-Z0-9/]+[!?]|N/A|GETTING_DATA)")
# How XLSX writes characters that XML cannot contain, such as carriage returns; `_x005F_` is the underscore of a text
# that only looks like one of them (ECMA-376 part 1, section 22.9.2.19).
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
DELIMITERS = ",\t;"
# The line with which Excel is told the delimiter.
_SEPARATOR = re.compile(r"sep=(?P<delimiter>[,;\t|])\r?\n", re.IGNORECASE)
DIGITS = 15
"""The precision of numbers in spreadsheets; further digits are rounding errors."""


# Exceptions of openpyxl for damaged workbooks, and for valid ones that it does not expect.
ODD = (KeyError, ValueError, EOFError, AttributeError, TypeError)


class Line(NamedTuple):
    """A row of a sheet: its place, and its cells by column name."""

    place: Place
    cells: dict[str, str]
    header: int = 1
    """The row of the header."""


class CellUnclearError(ValueError):
    """It is unclear what a cell shows."""


def lines(path: Path) -> Iterator[Line | Refusal]:
    """The rows of a CSV or XLSX file below the header."""
    try:
        if path.stat().st_size > LARGEST:
            yield Refusal(Place(str(path)), "", "", f"is larger than {LARGEST // 2**20} MB; split it")
            return
        with path.open("rb") as stream:
            start = stream.read(4_096)
        if start.startswith(ZIP) and path.suffix.lower() == ".xlsx":
            yield from _workbook(path)
        elif (told := why_no_rows(start)) is not None:
            yield Refusal(Place(str(path)), "", "", told)
        else:
            yield from _csv(path)
    except OSError as error:
        yield Refusal(Place(str(path)), "", "", unread(path, error))


def _csv(path: Path) -> Iterator[Line | Refusal]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Refusal(Place(str(path)), "", "", f"is not UTF-8: byte {error.start}; save it as CSV UTF-8")
        return
    separator = _SEPARATOR.match(text)
    if separator:
        text = text[separator.end() :]
    delimiter = separator["delimiter"] if separator else max(DELIMITERS, key=_probable_header(text).count)
    try:
        given = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        yield Refusal(Place(str(path)), "", "", f"is not CSV: {error}")
        return
    yield from _under_header(str(path), ((number, row) for number, row in enumerate(given, 2 if separator else 1)))


def _probable_header(text: str) -> str:
    """The first line with names of columns, or the first of all if none has them."""
    top = text.lstrip("\r\n").split("\n", HEADER_WITHIN)[:HEADER_WITHIN]
    names = ((line, re.split(f"[{DELIMITERS}]", line)) for line in top)
    return next((line for line, cells in names if _known({cell.strip(' \r"') for cell in cells})), top[0])


def _known(cells: set[str]) -> bool:
    """Whether cells contain enough names of columns to be a header."""
    return len(BY_NAME.keys() & cells) >= HEADER_NAMES


def _under_header(file: str, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Line | Refusal]:
    """Rows by the names in the header; empty rows are skipped."""
    filled_rows = ((number, cells) for number, row in rows if any(cells := [cell.strip() for cell in row]))
    top = list(islice(filled_rows, HEADER_WITHIN))
    below = next((number for number, cells in top if _known(set(cells))), None)
    if below is not None and below != top[0][0]:
        told = f"is not the header, which is row {below}: delete the rows above that"
        yield Refusal(Place(file, top[0][0]), "", "", told)
        return
    header: list[str] | None = None
    named = stands = 0
    for number, cells in chain(top, filled_rows):
        if header is None:
            header, stands = cells, number
            named = max(place for place, name in enumerate(header, 1) if name)
            yield from _twice(file, number, header)
        elif cells == header:
            yield Refusal(Place(file, number), "", "", "repeats the header: delete the row")
        elif len(cells) < named or any(cells[len(header) :]):
            cut = ": is the file cut off here? Empty cells count too" * (len(cells) < named)
            yield Refusal(Place(file, number), "", "", f"has {len(cells)} cells; the header has {len(header)}{cut}")
        else:
            filled = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
            yield Line(Place(file, number), filled, stands)
    if header is None:
        yield Refusal(Place(file), "", "", "is empty")


def _twice(file: str, number: int, header: list[str]) -> Iterator[Refusal]:
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        yield Refusal(Place(file, number), "", shown(name), "two columns have this name")


def _workbook(path: Path) -> Iterator[Line | Refusal]:
    try:
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - an extra that need not be installed

        from seed.dossiers.xlsx_reader import opened  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        yield Refusal(Place(str(path)), "", "", "needs openpyxl: .venv/bin/pip install openpyxl, or save it as CSV")
        return
    try:
        with warnings.catch_warnings(action="ignore"):  # of what else a workbook holds, such as lists to choose from
            written, computed = (opened(path, computed=values) for values in (False, True))
    except (InvalidFileException, BadZipFile, zlib.error, *ODD) as error:
        yield Refusal(Place(str(path)), "", "", f"is not XLSX that can be read: {error}")
        return
    for sheet in written.worksheets:
        if sheet.title.lower() != SHEET_OF_WORDS or sheet["A1"].value != HEADER_OF_WORDS[0]:
            yield from _sheet(f"{path} sheet {sheet.title}", sheet, computed[sheet.title])


def _sheet(file: str, written: Any, computed: Any) -> Iterator[Line | Refusal]:  # noqa: ANN401 - openpyxl's worksheets
    # `max_row` also counts cells without a value, which may be coloured down to the last possible row.
    filled = [place for place, cell in written._cells.items() if cell.value is not None]  # noqa: SLF001 - as above
    if not filled:
        return
    rows_, columns = (max(place[axis] for place in filled) for axis in (0, 1))
    if rows_ > MOST_ROWS or columns > MOST_COLUMNS:
        yield Refusal(Place(file), "", "", f"has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns")
        return
    for merged in written.merged_cells.ranges:
        told = f"merges the cells {merged.coord}: divide them, for only one of them holds what it shows"
        yield Refusal(Place(file, merged.min_row), "", "", told)
    unclear: list[Refusal] = []

    def rows() -> Iterator[tuple[int, list[str]]]:
        sides = (sheet.iter_rows(max_row=rows_, max_col=columns) for sheet in (written, computed))
        for number, (formulas, values) in enumerate(zip(*sides, strict=True), 1):
            texts = []
            for formula, value in zip(formulas, values, strict=True):
                uncomputed = formula.data_type == "f" and value.data_type != "str"  # which is the empty text
                try:
                    texts.append(text_of(uncomputed, value.value, value.number_format))
                except CellUnclearError as error:
                    unclear.append(Refusal(Place(file, number), "", f"column {formula.column_letter}", str(error)))
                    texts.append("")
            yield number, texts

    yield from _under_header(file, rows())
    yield from unclear


def text_of(formula: bool, value: object, form: str) -> str:
    """What a cell shows. Raises `CellUnclearError`."""
    if value is None:
        if formula:
            raise CellUnclearError("holds a formula that was not computed: put its value there")
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        if _ERROR.fullmatch(value):
            raise CellUnclearError(f"holds an error, {value}")
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, datetime | date):
        return _day(value, form)
    if isinstance(value, int | float):
        return _number(value, form)
    told = "a time of day" if isinstance(value, time) else "a duration"
    raise CellUnclearError(f"holds {told}, but text, a number or a day is required")


def _day(value: date, form: str) -> str:
    """A day, month or year, depending on what the cell's format shows."""
    plain = _QUOTED.sub("", form.partition(";")[0].lower())
    if isinstance(value, datetime) and value.time() != time():
        raise CellUnclearError("holds a moment, but a day is required")
    if plain == "general":
        return f"{value:%Y-%m-%d}"  # written as ISO 8601 text in a cell of type d
    if "y" not in plain:
        raise CellUnclearError(f"shows no year (its format is {form}): write the date as text, 2022-07-02")
    if "d" in plain:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m}" if "m" in plain else f"{value:%Y}"


def _number(value: float, form: str) -> str:
    """A number as typed, with leading zeros. Raises `CellUnclearError` if the cell's format shows another number."""
    sections = form.lower().split(";")
    number = 2 if value == 0 else int(value < 0)
    shown_as = sections[number] if number < len(sections) else sections[0]
    plain = _QUOTED.sub("", shown_as).strip().strip("-+()")
    if abs(value) >= 10**DIGITS:
        raise CellUnclearError(
            f"holds a number of more than {DIGITS} digits, which spreadsheets round: write it as text"
        )
    value = float(f"{value:.{DIGITS}g}")
    whole = value.is_integer()
    if _ZEROS.fullmatch(plain) and whole and value >= 0:
        return str(int(value)).zfill(len(plain))
    found = _PLAIN.fullmatch(plain.replace("#,##0", "0"))
    signless = number == 1 < len(sections) and not set("-(") & set(shown_as)
    if not found or not plain or signless:
        raise CellUnclearError(f"shows a number in the format {form}: write as text what is meant")
    if plain not in {"general", "@"}:
        decimals = len(found["decimals"] or "")
        if round(value, decimals) != value:
            told = f"shows {value:.{decimals}f} and holds {value!r}: write as text what is meant"
            raise CellUnclearError(told)
    return str(int(value)) if whole else repr(value)
