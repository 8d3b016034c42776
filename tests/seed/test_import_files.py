"""Reading: columns by name, whatever spreadsheets and databases do to cells, and refusals by row and column."""

import csv
import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from seed.importers import cells, csv_files, json_files
from seed.importers.formats import AnswerPage, CellError, Column, InputRow, Table, graded, key
from seed.refusals import Refusal
from tests.support.imitations import stream

TABLE = Table(
    (),
    {
        "id": Column(("id",), "whole", needed=True),
        "said_on": Column(("said_on", "date"), "day"),
        "text": Column(("text",), "text"),
    },
    ("id", "said_on", "text"),
    {},
)


def read(text: str | bytes, reader: Any = csv_files.rows, table: Table = TABLE) -> list[Any]:
    raw = text.encode() if isinstance(text, str) else text
    return list(reader(stream(raw), "f", table))


def values(found: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [tuple(one.cells.values()) for one in found if isinstance(one, InputRow)]


def refusals(found: Iterable[Any]) -> list[str]:
    lists = [[one] if isinstance(one, Refusal) else one for one in found if not isinstance(one, InputRow)]
    return [str(refusal) for refusal in chain.from_iterable(lists)]


def test_columns_are_found_by_name_in_any_order() -> None:
    (row,) = read('extra,Date,"ID"\r\nx,2031-05-02 00:00:00.000,7.0\r\n')
    assert tuple(row.cells.values()) == (7, cells.day("2031-05-02"), None)
    assert row.given == {"extra": "x", "Date": "2031-05-02 00:00:00.000", "ID": "7.0"}
    assert (row.place.row, row.names) == (2, {"id": "ID", "said_on": "Date"})


def test_a_row_of_hashtags_is_passed_over_under_the_header_alone() -> None:
    found = read("id,text\n,#meta+text\n1,#hashtag\n")
    assert values(found) == [(1, None, "#hashtag")]
    assert found[0].place.row == 3
    assert refusals(read("id,text\n1,a\n,#meta\n")) == ["f row 3: id: is empty"]


def test_cells_hold_newlines_and_quotes() -> None:
    (row,) = read('\ufeffid,text\r\n1,"a\r\nb ""c"", d"\r\n')
    assert row.cells["text"] == 'a\r\nb "c", d'


def test_semicolons_and_tabs_divide_too() -> None:
    assert values(read("id;date;text\n1;2031-05-02;a,b\n")) == values(read("id\tdate\ttext\n1\t2031-05-02\ta,b\n"))


def test_a_file_without_a_header_has_the_known_order() -> None:
    assert values(read('1\t2031-05-02\t"a\n2\t\tb\n')) == [(1, cells.day("2031-05-02"), '"a'), (2, None, "b")]


def test_blank_lines_are_skipped() -> None:
    assert values(read("id,text\n\n1,a\n\n")) == [(1, None, "a")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date,text\nx,y\n", ["f row 1: id: there is no such column"]),
        ("idd,text\nx,y\n", ["f row 1: id: there is no such column; did you mean idd?"]),
        (
            "id,text,Text \n1,a,b\n",
            ["f row 1: text: these columns read alike: 'text', 'Text '; leave one of them"],
        ),
        ("id,text,text\n1,a,b\n", ["f row 1: 'text': two columns have this name"]),
        ("date,date\nx,y\n", ["f row 1: 'date': two columns have this name", "f row 1: id: there is no such column"]),
        ("", ["f row 1: is empty"]),
        ("a,b\nx,y\n", ["f row 1: has none of the columns id; without a header it would have 3 columns, not 2"]),
        ("id,text\r1,a\r", ["f row 1: has lines that end in a carriage return alone: save it with line feeds"]),
        (gzip.compress(b"id,text\n1,a\n", mtime=0), ["f row 1: is compressed (gzip): decompress it first"]),
        (b"PK\x03\x04rest", ["f row 1: is compressed (zip): decompress it first"]),
        (
            "id,date\n1,2031-05-02\nx,2031-02-30\n",
            ["f row 3: id: 'x' is not a whole number", "f row 3: date: '2031-02-30' is not a day"],
        ),
        ("id,text\n1\n2,b\n", ["f row 2: has 1 cells; the header has 2"]),
        (b"id,text\n1,ok\n2,caf\xe9\n", ["f row 3: text: is not UTF-8: byte 0xe9"]),
        ("id,text\n1,a".encode("utf-16"), ["f row 1: is UTF-16, not UTF-8"]),
        ('id,text\n1,a\n2,"b\n', ["f row 3: is not CSV: unexpected end of data; nothing after it was read"]),
        ('id,text\n1,"a"b\n', ["f row 2: is not CSV: ',' expected after '\"'; nothing after it was read"]),
    ],
)
def test_an_unusable_row_is_refused_with_its_number(text: str | bytes, expected: list[str]) -> None:
    assert refusals(read(text)) == expected


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "LONGEST_ROW", 50)
    monkeypatch.setattr(csv_files, "LONGEST_CELL", 55)
    told = "is longer than 50 bytes; is a quotation mark never closed?; nothing after it was read"
    assert refusals(read("id,text\n1,a\n2," + "x" * 60)) == [f"f row 3: {told}"]
    assert refusals(read('id,text\n1,"a\n' + "xxxxxxx\n" * 10)) == [f"f row 2: {told}"]
    assert values(read("id,text\n" + "1,a\n" * 100)) == [(1, None, "a")] * 100
    csv.field_size_limit(40)  # as another program's import may have left it: the first line has its own bound
    assert refusals(read("x" * 60, table=replace(TABLE, quoted=True))) == [f"f row 1: {told}"]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("whole", " 369.0 ", 369),
        ("whole", "-1", -1),
        ("whole", "NA", None),
        ("number", "1e3", 1000.0),
        ("number", "-0.5", -0.5),
        ("stamp", "20310502101500", cells.day("2031-05-02")),
        ("stamp", "20310502", cells.day("2031-05-02")),
        ("written", "2\xa0May\xa02031 08h50 UTC", cells.day("2031-05-02")),
        ("day", "2031-05-02T10:00", cells.day("2031-05-02")),
        ("line", " a \n b ", "a b"),
        ("line", 7, "7"),
        ("line", None, None),
    ],
)
def test_cells(kind: str, given: object, expected: object) -> None:
    assert Column((), kind).read(given) == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("whole", "369.5"),
        ("whole", "1,000"),
        ("whole", "٣"),
        ("number", "NaN0"),
        ("number", "1e999"),
        ("day", "22/01/2014"),
        ("day", "0001-01-01"),
        ("day", "9999-12-31"),
        ("any_day", "99991231"),
        ("epoch", "1656720000000"),
        ("epoch", "253402300799"),
        ("epoch", "-99999999999"),
        ("stamp", "2031"),
        ("written", "2 Mai 2031"),
        ("written", "31 June 2031"),
        ("line", ["a"]),
        ("whole", True),
    ],
)
def test_cells_that_say_nothing_usable(kind: str, given: object) -> None:
    with pytest.raises(ValueError, match=r" is (not?|neither) "):
        Column((), kind).read(given)


def test_grades() -> None:
    grades = [{"from": 80, "certainty": "stated"}, {"from": 0, "certainty": "possible"}]
    assert [graded("c", percent, grades) for percent in (100, 80, 79, 0)] == [
        "stated",
        "stated",
        "possible",
        "possible",
    ]
    with pytest.raises(CellError, match="101 is not between 0 and 100"):
        graded("c", 101, grades)


def test_json_lists_are_read_object_by_object() -> None:
    text = '\ufeff [{"id": 1, "date": "2031-05-02", "text": "a]}"},\n {"id": 2.0, "text": null}]'
    assert values(read(text, json_files.rows)) == [(1, cells.day("2031-05-02"), "a]}"), (2, None, None)]
    assert values(read("[]", json_files.rows)) == []


def test_json_objects_may_omit_fields() -> None:
    text = '[{"id": 1}, {"text": "a", "id": 2, "date": "2031-05-02"}, {"id": 3, "text": "b"}]'
    assert values(read(text, json_files.rows)) == [(1, None, None), (2, cells.day("2031-05-02"), "a"), (3, None, "b")]


@pytest.mark.parametrize("chunk", [1, 2, 65_536])
def test_the_one_list_of_objects_of_a_page_is_read(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(json_files, "CHUNK", chunk)
    for page in ('{"errors": [], "n": [1, 2], "rows" : [ {"id":1}], "after": [ ]}', '{"rows": [{"id": 1}]}'):
        assert values(read(page, json_files.rows)) == [(1, None, None)]
    assert read('{"rows": []}', json_files.rows) == [AnswerPage("f", None, goes_on=False, marks=frozenset())]


@pytest.mark.parametrize(
    ("beside", "total", "goes_on"),
    [
        ({"TotalCount": 5, "TotalPages": 3, "NextPageUrl": "https://x.example/?page=1"}, 5, True),
        ({"TotalCount": 2, "NextPageUrl": ""}, 2, False),
        ({"count": 2, "next": None}, None, False),  # of this page alone, as it seems
        ({"count": 7, "next": 2}, 7, True),
        ({"meta": {"total_results": 9}, "links": {"next": "/b"}}, 9, True),
        ({"total": "5", "TotalCount": True, "next": {}}, None, False),
    ],
)
def test_a_page_states_the_size_of_the_whole_response(beside: dict[str, Any], total: int | None, goes_on: bool) -> None:
    rows = [{"id": 1}, {"id": 2}]
    for whole in ({**beside, "Result": rows}, {"Result": rows, **beside}):
        *_, page = read(json.dumps(whole), json_files.rows)
        assert (page.file, page.total, page.goes_on, len(page.marks)) == ("f", total, goes_on, 2)


PAGES = [
    AnswerPage(name, 3, goes_on, frozenset(marks)) for name, goes_on, marks in (("a", True, {1, 2}), ("b", False, {3}))
]
UNSIZED = [page._replace(total=None) for page in PAGES]


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        (PAGES, []),
        (PAGES * 2, []),
        ([AnswerPage("c", 2, goes_on=False, marks=frozenset({4, 5})), *PAGES], []),
        (PAGES[:1], ["a: holds 2 of the 3 rows that it says there are: import the other pages with it"]),
        (
            PAGES[:1] * 2,
            ["a: and 1 other pages of it hold 2 of the 3 rows that it says there are: import the other pages with it"],
        ),
        (UNSIZED, []),
        (UNSIZED[:1], ["a: names a next page: import the other pages with it"]),
    ],
)
def test_pages_of_an_answer_that_are_lacking(pages: list[AnswerPage], told: list[str]) -> None:
    assert [str(one) for one in json_files.missing_pages(pages)] == told


def test_columns_are_found_in_every_script() -> None:
    named = Table(
        (), {"id": Column((key("Назва події"),), "line", needed=True), "n": Column(("رقم",), "whole")}, (), {}
    )
    assert values(read("Назва  події".upper() + ",رقم\nш,1\n", table=named)) == [("ш", 1)]
    long = "a" * 60
    assert values(read(f"{long}1,{long}2,id\nx,y,5\n")) == [(5, None, None)]


def test_json_objects_lie_across_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "CHUNK", 3)
    assert len(values(read('[{"id":1,"text":"é"},{"id":2}]', json_files.rows))) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"id": 1}', "f row 1: the file does not hold a list of objects; nothing after it was read"),
        ('[{"id": 1}, 5]', "f row 2: is not an object; nothing after it was read"),
        ('[{"id": 1}, {"id": ', "f row 2: is not JSON: Expecting value; nothing after it was read"),
        ('[{"id": NaN}]', "f row 1: holds NaN, which is not JSON; nothing after it was read"),
        (b'[{"id": "\xff"}]', "f row 1: is not UTF-8; nothing after it was read"),
        ("[" + '{"a":' * 200_000, "f row 1: is nested too deep; nothing after it was read"),
        ('[{"text": "x"}]', "f row 1: id: there is no such column"),
        ('[{"id": 1} {"id": 2}]', "f row 2: is not JSON: there is no comma before it; nothing after it was read"),
        ('[{"id": 1}, ]', "f row 2: is not JSON: Expecting value; nothing after it was read"),
        ('[{"id": 1}', "f row 2: is not JSON: the list never ends; nothing after it was read"),
        ('[{"id": 1}] [', "f row 2: the list has ended, but the file goes on; nothing after it was read"),
        ('[{"id": 1, "text": "a", "text": "b"}]', "f row 1: holds 'text' twice; nothing after it was read"),
        ('[{"id": [1]}]', "f row 1: id: [1] is neither text nor a number"),
        ('[{"id": 1}, {"text": "a"}]', "f row 2: id: there is no such column"),
        (
            '{"a": [{"id": 1}], "b": [{"id": 2}]}',
            "f row 2: the file holds several lists of objects: leave one of them; nothing after it was read",
        ),
        (
            '{"n": 1 "a": [{"id": 1}]}',
            "f row 1: is not JSON: there is no comma before it, or the object never ends; nothing after it was read",
        ),
        ('{"a": [{"id": 1}],', "f row 2: is not JSON: the object never ends; nothing after it was read"),
        (
            '{"a": [{"id": 1}]',
            "f row 2: is not JSON: there is no comma before it, or the object never ends; nothing after it was read",
        ),
        ('{"a": [1]}', "f row 1: the file does not hold a list of objects; nothing after it was read"),
    ],
)
def test_json_that_cannot_be_used(text: str | bytes, expected: str) -> None:
    assert refusals(read(text, json_files.rows)) == [expected]
