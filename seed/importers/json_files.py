"""Reads rows from JSON arrays of objects, of any size in flat memory."""

import codecs
import json
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from seed.importers.formats import Found, Header, Table, UnreadableError
from seed.refusals import Place, Refusal

CHUNK = 65_536
LONGEST_ROW = 1_000_000
_SOMETHING = re.compile(r"[^ \t\r\n,]")


def rows(stream: BufferedReader, file: str, table: Table) -> Iterator[Found]:
    """The objects of an array, counted from 1; their keys are the columns."""
    number, header = 0, None
    try:
        for number, given in enumerate(objects(stream), 1):
            if header is None:
                header = Header(list(given), table.columns, file)
                if header.refusals:
                    yield from header.refusals
                    return
            yield header.row(given, number)
    except UnreadableError as error:
        yield Refusal(Place(file, number + 1), "", "", f"{error}; nothing after it was read")


def objects(stream: BufferedReader) -> Iterator[dict[str, Any]]:
    """The objects of the array that a file holds, one after another."""
    text = _pieces(stream)
    held = next(text, "")
    at = _past_blanks(held, 0)
    if held[at : at + 1] != "[":
        raise UnreadableError("the file does not hold a list of objects")
    at, decode = at + 1, json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
    while True:
        at = _past_blanks(held, at)
        if held[at : at + 1] == "]":
            return
        try:
            found, at = decode(held, at)
        except json.JSONDecodeError as error:
            held, at = held[at:], 0
            more = next(text, "")
            if not more or len(held) > LONGEST_ROW:
                raise UnreadableError(f"is not JSON: {error.msg}") from None
            held += more
            continue
        except RecursionError:
            raise UnreadableError("is nested too deep") from None
        except ValueError:
            raise UnreadableError("holds a number of thousands of digits") from None
        if not isinstance(found, dict):
            raise UnreadableError("is no object")
        yield found


def _past_blanks(text: str, at: int) -> int:
    """The next position that holds something other than a blank or a comma."""
    found = _SOMETHING.search(text, at)
    return found.start() if found else len(text)


def _pieces(stream: BufferedReader) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while raw := stream.read(CHUNK):
            yield decoder.decode(raw)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8") from None


def _refuse_constant(name: str) -> float:
    raise UnreadableError(f"holds {name}, which is no JSON")
