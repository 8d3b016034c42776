"""What holds of every format that can be imported, and of every shipped mapping, whatever is in its columns."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api import cli
from seed.dossiers import template
from seed.files import read
from seed.importers.cells import NOTHING
from seed.importers.formats import Format, InputRow
from seed.importers.intake import FileIntake, KnownDataset, Tally
from seed.importers.mapped import mapping, shipped
from seed.importers.registry import FORMATS
from seed.refusals import Place, Refusal
from tests.seed.test_import_command import snapshot
from tests.seed.test_import_gdelt import EVENT
from tests.seed.test_import_mapped import ACLED, VIINA
from tests.support.imitations import CONTROL, FIRMS, MENTION, UCDP, as_csv, stream

LOSSES = {"date": "2031-05-02", "day": 1, "personnel": 100, "personnel*": "about", "POW": 7}
EQUIPMENT = {"date": "2031-05-02", "day": 1, "tank": 3, "greatest losses direction": "Sampletown"}
ROWS: dict[str, list[Mapping[str, Any]]] = {
    "ucdp": [UCDP],
    "gdelt": [EVENT, MENTION],
    "firms": [FIRMS | {"satellite": "N", "instrument": "VIIRS", "confidence": "n", "version": "2.0NRT", "type": "0"}],
    "control": [CONTROL],
    "losses": [LOSSES, EQUIPMENT],
    "acled": [ACLED],
    "viina": [VIINA | {"adm1_name": "Sample", "adm2_name": "Sample district"}],
}
EVERY = [*FORMATS, *shipped()]
# What pandas and R, databases and spreadsheets write, and read as missing.
PANDAS = {*("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A")}
PANDAS |= {"NA", "NULL", "NaN", "None", "n/a", "nan", "null", "NaT"}
WORDS = sorted(PANDAS - {""})


def form(name: str) -> Format:
    found = FORMATS.get(name) or mapping(name)
    assert found is not None
    return found


def text(name: str, *rows: Mapping[str, Any]) -> str:
    """A file of the rows as the format has them."""
    return json.dumps(rows) if name == "losses" else as_csv(rows)


def became(name: str, cells: Mapping[str, Any]) -> list[str]:
    """What one row becomes but for the row itself, or why it is refused."""
    made = form(name)
    (row,) = made.read(stream(text(name, cells).encode()), "f", made.table)
    if not isinstance(row, InputRow):
        return [str(one) for one in (row if isinstance(row, list) else [row])]
    try:
        return [f"{one.kind} {one.fields | {'extra': None}}" for one in made.records(row)]
    except ValueError as error:
        return [f"{type(error).__name__}: {error}"]


def columns() -> Iterator[tuple[str, Mapping[str, Any], str]]:
    yield from ((name, row, column) for name in EVERY for row in ROWS[name] for column in row)


def test_every_format_is_tried() -> None:
    assert sorted(ROWS) == sorted(EVERY)
    assert PANDAS == NOTHING


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("name", EVERY)
def test_words_for_missing_values_are_empty_in_every_format(name: str, word: str) -> None:
    """Also with blanks around it; a column that a row needs is told to be empty."""
    for one, row, column in columns():
        if one == name:
            assert became(name, {**row, column: word}) == became(name, {**row, column: None}), column
            assert became(name, {**row, column: f" {word} "}) == became(name, {**row, column: None}), column


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("name", "column"), [("ucdp", "source_original"), ("acled", "source"), ("viina", "url")])
def test_words_for_missing_values_in_lists_are_skipped(name: str, column: str, word: str) -> None:
    (row,) = ROWS[name]
    titles = [one for one in became(name, {**row, column: f"{word}; Testwire"}) if one.startswith("source ")]
    assert [one for one in titles if f"'title': '{word}'" in one] == []
    assert [one for one in titles if "'title': 'Testwire'" in one] != []


def header(name: str, row: Mapping[str, Any]) -> str:
    return "[]" if name == "losses" else text(name, row).partition("\n")[0] + "\n"


def cut(name: str, row: Mapping[str, Any]) -> str:
    """A file of a whole row, and of another that ends in its middle."""
    whole, two = text(name, row), text(name, row, row)
    return two[: (len(whole) + len(two)) // 2] if name == "losses" else two[: len(two) - len(two.split("\n")[1]) // 2]


def nothing_found(_: str, __: Mapping[str, Any]) -> str:
    """What a failed download leaves."""
    return "\n"


CUT = r"has \d+ cells; the header has \d+|is not (JSON|CSV): .+; nothing after it was read"
BROKEN: dict[str, tuple[Callable[[str, Mapping[str, Any]], str], str]] = {
    "a blank line": (nothing_found, "is empty"),
    "cut in a row": (cut, CUT),
}


@pytest.fixture
def said(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, list[str]]]:
    """The exit code of an import, and its lines."""
    monkeypatch.setenv("DATABASE_URL", empty_url)

    def ran(*arguments: str) -> tuple[object, list[str]]:
        with pytest.raises(SystemExit) as exited:
            cli.main(["import", *arguments])
        return exited.value.code, capsys.readouterr().out.splitlines()

    return ran


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("case", [(name, row) for name in EVERY for row in ROWS[name]], ids=lambda case: case[0])
def test_an_empty_file_or_one_cut_in_a_row_is_refused_in_a_line(
    empty_url: str,
    tmp_path: Path,
    said: Callable[..., tuple[object, list[str]]],
    case: tuple[str, Mapping[str, Any]],
    how: str,
) -> None:
    made, told = BROKEN[how]
    path = tmp_path / "file"
    path.write_bytes(made(*case).encode())
    before = snapshot(empty_url)
    code, (*_, reason, end) = said(case[0], str(path))
    assert code == 1
    assert re.fullmatch(rf"{re.escape(str(path))}( row [123])?: ({told})", reason)
    assert end.startswith("Nothing was loaded")
    assert snapshot(empty_url) == before


@pytest.mark.parametrize("case", [(name, row) for name in EVERY for row in ROWS[name]], ids=lambda case: case[0])
def test_a_header_alone_is_valid_and_writes_nothing(
    empty_url: str, tmp_path: Path, said: Callable[..., tuple[object, list[str]]], case: tuple[str, Mapping[str, Any]]
) -> None:
    """As of a day on which no fire was detected."""
    path = tmp_path / "file"
    path.write_text(header(*case))
    before = snapshot(empty_url)
    code, lines = said(case[0], str(path))
    assert (code, lines[0][:12], lines[-1]) == (0, "0 rows read,", "Nothing changed.")
    assert snapshot(empty_url) == before
    code, lines = said(case[0], str(path), "--prune")
    assert (code, lines[0]) == (1, "--prune: no row was read, so the whole dataset would be withdrawn")
    assert snapshot(empty_url) == before


HOSTILE = ("120", "-7000", "a\x01b", "é" * 20_001, "ftp://x.example/a")


def told_of(name: str, row: Mapping[str, Any], path: Path) -> list[Refusal]:
    path.write_text(text(name, row), newline="")
    made = FileIntake(form(name), [path], KnownDataset(datetime.now(UTC)), Tally())
    return [one for one in made.entries() if isinstance(one, Refusal)]


@pytest.mark.parametrize("name", EVERY)
def test_invalid_values_are_reported_by_row_and_column(name: str, tmp_path: Path) -> None:
    """Never by a field of ours, such as `point.latitude`: whoever mends the file does not know the records."""
    path, found = tmp_path / "f", 0
    for one, row, column in columns():
        if one == name:
            for value in HOSTILE:
                for refusal in told_of(name, {**row, column: value}, path):
                    assert refusal.place == Place(str(path), 1 if name == "losses" else 2), refusal
                    assert refusal.record == "", (column, value[:20], refusal)
                    assert column in refusal.field.split(" and "), (column, value[:20], refusal)
                    found += 1
    assert found > 8


LATITUDES = {"ucdp": "latitude", "firms": "latitude", "control": "Lat", "gdelt": "actiongeo_lat", "acled": "latitude"}
LATITUDES |= {"viina": "latitude"}


@pytest.mark.parametrize("name", LATITUDES)
def test_an_invalid_latitude_is_reported_by_its_column(name: str, tmp_path: Path) -> None:
    column = LATITUDES[name]
    (refusal,) = told_of(name, {**ROWS[name][0], column: "120"}, tmp_path / "f")
    assert str(refusal) == f"{tmp_path / 'f'} row 2: {column}: 120.0 is more than 90"


START = {
    "sep=;": ("sep=;\r\n", ";"),
    "blank lines": ("\r\n ,,\r\n\n", ","),
    "both": ('\ufeff"SEP=|"\r\n\r\n', "|"),
    "a byte order mark": ("\ufeff", ";"),
}


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize("name", sorted(set(EVERY) - {"losses", "gdelt"}))
def test_lines_before_the_header_are_passed_over(name: str, start: str) -> None:
    """Excel writes `sep=;`; rows are counted as in the file."""
    table, (before, delimiter) = form(name).table, START[start]
    written = io.StringIO(before, newline="")
    written.seek(0, io.SEEK_END)
    writer = csv.DictWriter(written, list(ROWS[name][0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS[name])
    plain, found = (
        [row for row in form(name).read(stream(one.encode()), "f", table) if isinstance(row, InputRow)]
        for one in (text(name, *ROWS[name]), written.getvalue())
    )
    assert [row.cells for row in found] == [row.cells for row in plain] != []
    assert [row.place.row for row in found] == [number + before.count("\n") for number in range(2, len(plain) + 2)]


@pytest.mark.parametrize("other", [(name, row) for name in EVERY for row in ROWS[name]], ids=lambda other: other[0])
@pytest.mark.parametrize("name", EVERY)
def test_a_file_of_another_format_is_named(name: str, other: tuple[str, Mapping[str, Any]]) -> None:
    whose, row = other
    found = list(form(name).read(stream(text(whose, row).encode()), "f", form(name).table))
    if whose == name:
        assert [type(one) for one in found] == [InputRow]
    else:
        told = f"has the columns that counterclaim import {whose} reads: counterclaim import {whose} f"
        assert [str(one) for one in found] == [f"f row 1: {told}"]


@pytest.mark.parametrize("name", EVERY)
def test_a_sheet_of_claims_is_told_from_a_file_of_rows_and_the_other_way_round(tmp_path: Path, name: str) -> None:
    sheet = tmp_path / "claims.csv"
    template.write(sheet)
    (found,) = form(name).read(stream(sheet.read_bytes()), "f", form(name).table)
    assert str(found) == "f row 1: has the columns that counterclaim load reads: counterclaim load f"
    if name != "losses":
        sheet.write_text("\n" + text(name, *ROWS[name][:1]))
        (told,) = (one for one in read([sheet]) if isinstance(one, Refusal))
        wanted = f"has the columns that counterclaim import {name} reads: counterclaim import {name} {sheet}"
        assert str(told) == f"{sheet} row 2: {wanted}"


def test_columns_that_any_table_may_have_belong_to_no_format() -> None:
    for header in ("date,day", "id,date,name,latitude,longitude", "event_id,date,lat,lon", "a,b,c,d,e,f"):
        (found, *_) = form("ucdp").read(stream(f"{header}\n1,2\n".encode()), "f", form("ucdp").table)
        assert "counterclaim" not in str(found)
