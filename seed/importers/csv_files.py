"""Reads rows from CSV and tab-separated files of any size in flat memory."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import NamedTuple, Protocol

from seed.importers.formats import Found, Header, Row, Table, UnreadableError, key
from seed.refusals import Place, Refusal

LONGEST_CELL = 1_000_000
LONGEST_ROW = 8_000_000
CHUNK = 65_536
DELIMITERS = ",\t;"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"
# How Python keeps bytes that are no UTF-8.
UNDECODED = re.compile("[\udc80-\udcff]")


class Reader(Protocol):
    """What the standard library's reader does."""

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class Lines:
    """The lines of a file; no row may grow longer than memory bears."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream, self._row = stream, 0

    def __iter__(self) -> Iterator[str]:
        while raw := self._stream.readline(LONGEST_ROW + 1):
            self._row += len(raw)
            if self._row > LONGEST_ROW:
                raise UnreadableError(f"is longer than {LONGEST_ROW:,} bytes; is a quotation mark never closed?")
            yield raw.decode("utf-8", "surrogateescape")

    def row_done(self) -> None:
        """What was read makes up whole rows."""
        self._row = 0


class Opened(NamedTuple):
    """A file whose header was read, or which has none."""

    names: list[str]
    rows: Reader
    lines: Lines
    first: int


def rows(stream: BufferedReader, file: str, table: Table) -> Iterator[Found]:
    """The rows of a file; a header is row 1, as in a spreadsheet, and a row of HXL hashtags under it is passed over."""
    number = 0
    try:
        opened = _open(stream, table)
        header = Header(opened.names, table.columns, file)
        if header.refusals:
            yield from header.refusals
            return
        number = opened.first - 1
        for number, given in enumerate(opened.rows, opened.first):
            opened.lines.row_done()
            if given and not (number == opened.first and _tags(given)):
                yield _row(header, opened.names, given, Place(file, number))
    except csv.Error as error:
        yield Refusal(Place(file, number + 1), "", "", f"is not CSV: {error}; nothing after it was read")
    except UnreadableError as error:
        yield Refusal(Place(file, number + 1), "", "", f"{error}; nothing after it was read")


def _open(stream: BufferedReader, table: Table) -> Opened:
    """Find the delimiter and the header; a file without one has the columns in the format's order."""
    start = stream.peek(CHUNK)
    if start.startswith(UTF16):
        raise UnreadableError("is UTF-16, not UTF-8")
    if start.startswith(BOM):
        start = start[len(BOM) :]
        stream.read(len(BOM))
    first = start.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    delimiter = max(DELIMITERS, key=first.count)
    cells = first.split(delimiter)
    known = {header for column in table.columns.values() for header in column.headers}
    bare = len(cells) == len(table.order) and known.isdisjoint(map(key, cells))
    lines = Lines(stream)
    csv.field_size_limit(LONGEST_CELL)
    if bare:  # machine-made, without quotation marks
        return Opened(list(table.order), csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE), lines, 1)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    return Opened(next(reader, []), reader, lines, 2)


def _tags(given: Sequence[str]) -> bool:
    filled = [cell for cell in given if cell]
    return bool(filled) and all(cell.startswith("#") for cell in filled)


def _row(header: Header, names: Sequence[str], given: Sequence[str], place: Place) -> Row | list[Refusal]:
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
