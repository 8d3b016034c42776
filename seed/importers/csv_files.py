"""Reads rows from CSV, tab-separated or JSON files of any size in flat memory."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import NamedTuple, Protocol

from seed.importers import json_files
from seed.importers.formats import Header, InputRow, RowOrRefusal, Table, UnreadableError, key, whose
from seed.importers.sniffing import BOM, is_json, why_no_rows
from seed.refusals import Place, Refusal

LONGEST_CELL = 1_000_000
LONGEST_ROW = 8_000_000
READ_BYTES = 65_536
NOTHING_MORE = "nothing after it was read"
DELIMITERS = ",\t;"
UNFILLED = b" \r\n,\t;"
"""What a line without text may consist of."""
# The line with which Excel is told the delimiter.
SEPARATOR = re.compile(rb'"?sep=(?P<delimiter>[,;\t|])"?\r?\n', re.IGNORECASE)
# The surrogates that Python uses for bytes that are not valid UTF-8.
UNDECODED = re.compile("[\udc80-\udcff]")


class Reader(Protocol):
    """The interface of the standard library's reader."""

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class Lines:
    """The lines of a file, with a limit on the length of a row."""

    def __init__(self, stream: BufferedReader, first: bytes = b"") -> None:
        """`first`: a line that was read already."""
        self._stream, self._row, self._first = stream, 0, first

    def __iter__(self) -> Iterator[str]:
        while raw := self._first or self._stream.readline(LONGEST_ROW + 1):
            self._first = b""
            self._row += len(raw)
            if self._row > LONGEST_ROW:
                raise _too_long()
            yield raw.decode("utf-8", "surrogateescape")

    def row_done(self) -> None:
        """Note that a row is complete."""
        self._row = 0


class Opened(NamedTuple):
    """A file after its header, if it has one."""

    names: list[str]
    rows: Reader
    lines: Lines
    first: int


def rows(stream: BufferedReader, file: str, table: Table) -> Iterator[RowOrRefusal]:
    """The rows of a file, counted as in a spreadsheet; a row of HXL hashtags below the header is skipped."""
    if is_json(stream.peek(READ_BYTES)):
        yield from json_files.rows(stream, file, table)
        return
    try:
        opened = _open(stream, table, file)
    except (UnreadableError, csv.Error) as error:
        yield _refused(error, Place(file, 1))
        return
    header = Header(opened.names, table.columns, file, opened.first - 1)
    if header.refusals:
        yield from header.refusals
    else:
        yield from _rows(opened, header, file)


def _rows(opened: Opened, header: Header, file: str) -> Iterator[RowOrRefusal]:
    number = opened.first - 1
    try:
        for number, given in enumerate(opened.rows, opened.first):
            opened.lines.row_done()
            if given and not (number == opened.first and _tags(given)):
                yield _row(header, opened.names, given, Place(file, number))
    except (UnreadableError, csv.Error) as error:
        yield _refused(error, Place(file, number + 1))


def _refused(error: Exception, place: Place) -> Refusal:
    told = f"is not CSV: {error}; {NOTHING_MORE}" if isinstance(error, csv.Error) else str(error)
    return Refusal(place, "", "", told)


def _open(stream: BufferedReader, table: Table, file: str) -> Opened:
    """Find the delimiter and the header; a file without a header has the columns in the format's order."""
    start = stream.peek(READ_BYTES)
    if (told := why_no_rows(start)) is not None:
        raise UnreadableError(told)
    if start.startswith(BOM):
        start = start[len(BOM) :]
        stream.read(len(BOM))
    if b"\r" in start[:-1] and b"\n" not in start:
        raise UnreadableError("has lines that end in a carriage return alone: save it with line feeds")
    separator, skipped, line = _first_line(stream)
    csv.field_size_limit(LONGEST_CELL)
    first = line.decode("utf-8", "replace").rstrip("\r\n")
    delimiter = separator or max(DELIMITERS, key=first.count)
    cells = next(csv.reader([first], delimiter=delimiter), []) if table.quoted else first.split(delimiter)
    known = {header for column in table.columns.values() for header in column.headers}
    strange = known.isdisjoint(map(key, cells))
    bare = strange and len(cells) == len(table.order)
    if strange and line.endswith(b"\n") and not bare:
        told = f"has none of the columns {', '.join(table.needed)}{_other(table, cells)}"
        raise UnreadableError(whose(cells, file) or told)
    lines = Lines(stream, line)
    if bare and not table.quoted:
        plain = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        return Opened(list(table.order), plain, lines, skipped + 1)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    if bare:
        return Opened(list(table.order), reader, lines, skipped + 1)
    return Opened(next(reader, []), reader, lines, skipped + 2)


def _first_line(stream: BufferedReader) -> tuple[str, int, bytes]:
    """The delimiter that Excel's line `sep=;` names, the number of lines before the header, and the next line.

    Lines without text, also those of delimiters alone, are skipped.
    """
    separator, skipped = "", 0
    while line := stream.readline(LONGEST_ROW + 1):
        told = SEPARATOR.fullmatch(line)
        if told is not None and not separator:
            separator = told["delimiter"].decode()
        elif line.strip(UNFILLED):
            break
        skipped += 1
    if len(line) > LONGEST_ROW:
        raise _too_long()
    return separator, skipped, line


def _too_long() -> UnreadableError:
    return UnreadableError(f"is longer than {LONGEST_ROW:,} bytes; is a quotation mark never closed?; {NOTHING_MORE}")


def _other(table: Table, cells: Sequence[str]) -> str:
    """A hint at the number of columns of files without a header, for formats that have such files."""
    return f"; without a header it would have {len(table.order)} columns, not {len(cells)}" if table.order else ""


def _tags(given: Sequence[str]) -> bool:
    filled = [cell for cell in given if cell]
    return bool(filled) and all(cell.startswith("#") for cell in filled)


def _row(header: Header, names: Sequence[str], given: Sequence[str], place: Place) -> InputRow | list[Refusal]:
    if len(given) != len(names):
        return [Refusal(place, "", "", f"has {len(given)} cells; the header has {len(names)}")]
    try:
        "".join(given).encode()
    except UnicodeEncodeError:
        return [
            Refusal(place, "", name, f"is not UTF-8: byte 0x{ord(found.group()) - 0xDC00:02x}")
            for name, cell in zip(names, given, strict=True)
            if (found := UNDECODED.search(cell))
        ]
    return header.row(dict(zip(names, given, strict=True)), place.row or 0)
