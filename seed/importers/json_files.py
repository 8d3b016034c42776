"""Reads rows from JSON arrays of objects of any size, also inside the response of an API, in flat memory."""

import codecs
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from typing import Any, TypeVar

from seed.field_types import shown
from seed.importers.formats import AnswerPage, Header, RowOrRefusal, Table, UnreadableError
from seed.importers.sniffing import BOM, why_no_rows
from seed.refusals import Place, Refusal

Value = TypeVar("Value")
CHUNK = 65_536
LONGEST_ROW = 1_000_000
REMEMBERED = 1_000
_SOMETHING = re.compile(r"[^ \t\r\n]")
# Names of the number of rows of all pages, and of the next page, in APIs; only letters are compared.
TOTALS = ("totalcount", "total", "totalresults", "numbermatched", "count")
MAYBE_OF_ONE_PAGE = "count"
NEXT = {"nextpageurl", "nextpage", "nexturl", "next", "hasmore", "exceededtransferlimit"}


def rows(stream: BufferedReader, file: str, table: Table) -> Iterator[RowOrRefusal]:
    """The objects of an array, counted from 1; their keys are the columns, but R omits empty ones."""
    number = 0
    headers: dict[tuple[str, ...], Header] = {}
    beside: dict[str, Any] = {}
    marks: set[int] = set()
    paged = stream.peek(CHUNK).removeprefix(BOM).lstrip().startswith(b"{")
    try:
        for number, given in enumerate(objects(stream, beside), 1):
            if paged:
                marks.add(hash(repr(given)))
            keys = tuple(given)
            header = headers.get(keys) or Header(keys, table.columns, file)
            if header.refusals and number == 1:
                yield from header.refusals
                return
            if len(headers) < REMEMBERED:
                headers[keys] = header
            wrong = [one._replace(place=Place(file, number)) for one in header.refusals]
            yield wrong or header.row(given, number)
        if paged:
            yield _stated(file, beside, marks)
    except UnreadableError as error:
        yield Refusal(Place(file, number + 1), "", "", f"{error}; nothing after it was read")


def _stated(file: str, beside: Mapping[str, Any], marks: set[int]) -> AnswerPage:
    """What keys beside the list, or a level below, say about the whole response."""
    nested = (pair for one in beside.values() if isinstance(one, dict) for pair in one.items())
    said = {re.sub("[^a-z]", "", name.lower()): value for name, value in (*nested, *beside.items())}
    totals = {name: said[name] for name in TOTALS if type(said.get(name)) is int}
    if totals.get(MAYBE_OF_ONE_PAGE) == len(marks):
        del totals[MAYBE_OF_ONE_PAGE]
    goes_on = any(said[name] for name in NEXT if isinstance(said.get(name), str | int))
    return AnswerPage(file, next(iter(totals.values()), None), goes_on, frozenset(marks))


def missing_pages(pages: Sequence[AnswerPage]) -> Iterator[Refusal]:
    """Responses with missing pages, each named by its last file.

    Pages with the same total belong to one response, or to several complete ones.
    """
    answers: defaultdict[int | None, list[AnswerPage]] = defaultdict(list)
    for page in pages:
        if page.total is None or len(page.marks) < page.total:
            answers[page.total].append(page)
    for total, ones in answers.items():
        held, place = len(frozenset().union(*(one.marks for one in ones))), Place(ones[-1].file)
        if total is None and all(one.goes_on for one in ones):
            yield Refusal(place, "", "", "names a next page: import the other pages with it")
        elif total is not None and held % total:
            files = f"and {len(ones) - 1} other pages of it hold" if len(ones) > 1 else "holds"
            told = f"{files} {held:,} of the {total:,} rows that it says there are"
            yield Refusal(place, "", "", f"{told}: import the other pages with it")


def objects(stream: BufferedReader, beside: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects of the array in a file, or in the file's only object, one after another.

    `beside` takes what else that object holds.
    """
    if (told := why_no_rows(stream.peek(CHUNK))) is not None:
        raise UnreadableError(told)
    text = Text(_pieces(stream))
    if text.sign() == "{":
        yield from _page(text, beside)
    elif text.sign() == "[":
        yield from _listed(text)
    else:
        raise UnreadableError("is not JSON")
    if text.sign():
        raise UnreadableError("the list has ended, but the file goes on")


def _page(text: "Text", beside: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of `{"TotalCount": 1, "Result": [{…}]}`: those of its only list of objects."""
    text.passed()
    empty = found = False
    while text.sign() not in {"}", ""}:
        name = text.value(str)
        if text.sign() != ":":
            raise UnreadableError("is not JSON: there is no colon after a name")
        text.passed()
        listed = text.two_signs()
        if listed == "[{" and found:
            raise UnreadableError("the file holds several lists of objects: leave one of them")
        if listed == "[{":
            found = True
            yield from _listed(text)
        else:
            empty = empty or listed == "[]"
            beside[name] = text.value(object)
        if text.sign() == ",":
            text.passed()
        elif text.sign() != "}":
            raise UnreadableError("is not JSON: there is no comma before it, or the object never ends")
    if not text.sign():
        raise UnreadableError("is not JSON: the object never ends")
    text.passed()
    if not found and not empty:
        raise UnreadableError("the file does not hold a list of objects")


def _listed(text: "Text") -> Iterator[dict[str, Any]]:
    """The objects of the array that begins at the next character."""
    text.passed()
    many = False
    while (sign := text.sign()) != "]":
        if many and sign != ",":
            raise UnreadableError(
                "is not JSON: there is no comma before it" if sign else "is not JSON: the list never ends"
            )
        if many:
            text.passed()
        yield text.value(dict)
        many = True
    text.passed()


class Text:
    """The text of a file, with only one object in memory."""

    def __init__(self, pieces: Iterator[str]) -> None:
        """Take the pieces of text, none of which is empty."""
        self._pieces, self._held, self._at = pieces, "", 0

    def sign(self) -> str:
        """The next character that is not white space; empty at the end."""
        while (found := _SOMETHING.search(self._held, self._at)) is None:
            self._held, self._at = next(self._pieces, ""), 0
            if not self._held:
                return ""
        self._at = found.start()
        return found.group()

    def two_signs(self) -> str:
        """The next sign, and the one after it."""
        first = self.sign()
        while (found := _SOMETHING.search(self._held, self._at + 1)) is None:
            if not (more := next(self._pieces, "")):
                return first
            self._held += more
        return first + found.group()

    def passed(self) -> None:
        """Consume the next character."""
        self._at += 1

    def value(self, kind: type[Value]) -> Value:
        """The JSON value that begins at the next character."""
        self.sign()
        while True:
            try:
                found, after = DECODER.raw_decode(self._held, self._at)
                if after == len(self._held) and not isinstance(found, dict) and (more := next(self._pieces, "")):
                    self._held += more  # a number may continue
                    continue
                self._at = after
            except json.JSONDecodeError as error:
                self._held, self._at = self._held[self._at :], 0
                more = next(self._pieces, "")
                if len(self._held) > LONGEST_ROW:
                    raise UnreadableError(f"is longer than {LONGEST_ROW:,} characters, or is not JSON") from None
                if not more:
                    raise UnreadableError(f"is not JSON: {error.msg}") from None
                self._held += more
                continue
            except RecursionError:
                raise UnreadableError("is nested too deep") from None
            except ValueError:
                raise UnreadableError("contains a number with thousands of digits") from None
            if not isinstance(found, kind):
                raise UnreadableError("is not an object")
            return found


def _pieces(stream: BufferedReader) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while raw := stream.read(CHUNK):
            if text := decoder.decode(raw):
                yield text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8") from None


def _refuse_constant(name: str) -> float:
    raise UnreadableError(f"holds {name}, which is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without duplicate keys, which would lose values."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UnreadableError(f"holds {shown(name)} twice")
        found[name] = value
    return found


DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_once)
