"""Spreadsheets and lines of records as other programs write them, or as a failed copy leaves them."""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from seed.dossiers.columns import BY_NAME
from seed.dossiers.workbooks import CellUnclearError, Line, lines, text_of
from seed.importers.cells import number
from seed.refusals import Place
from tests.seed.test_dossiers import FIRST, SECOND, book, records, refusals, sheet

STRINGS = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def test_a_missing_value_of_other_programs_is_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    bare, filled = sheet(tmp_path / "f.csv", FIRST), tmp_path / "r" / "f.csv"
    filled.parent.mkdir()
    sheet(filled, FIRST | dict.fromkeys(BY_NAME.keys() - FIRST.keys() - {"place_country"}, "NA"))
    plain = {key: one for key, one in records(bare).items() if key[0] != "claim"}
    assert {key: one for key, one in records(filled).items() if key[0] != "claim"} == plain
    (claim, other) = ([one for key, one in records(path).items() if key[0] == "claim"] for path in (bare, filled))
    assert [one | {"id": ""} for one in claim] == [one | {"id": ""} for one in other]
    told = "NA is Namibia, or a missing value as R writes it: leave it empty, or record the place in TOML"
    assert refusals(sheet(bare, FIRST | {"place_country": "NA"})) == [f" row 2: place_country: {told}"]


def test_a_line_separator_within_a_text_divides_nothing(tmp_path: Path) -> None:
    text = "one\u2028two\u2029three"
    (claim,) = (
        one for (kind, _), one in records(sheet(tmp_path / "f.csv", FIRST | {"quote": text})).items() if kind == "claim"
    )
    assert claim["quote"] == text
    lines = tmp_path / "datasets.ndjson"
    lines.write_text(f'{{"id": "d", "title": "{text}", "recorded_at": "2031-05-02"}}\r\n\r\n')
    assert records(lines)["dataset", "d"]["title"] == text


def test_a_damaged_workbook_is_refused_wherever_it_is_damaged(tmp_path: Path) -> None:
    whole = book(tmp_path / "f.xlsx", ["event", "quote"], ["a", "b"]).read_bytes()
    cut = tmp_path / "cut.xlsx"
    for size in range(10, len(whole) - 30, 61):
        cut.write_bytes(whole[:size])
        assert [one[:29] for one in refusals(cut)] == [": is not XLSX that can be rea"]
    for at in range(30, len(whole) // 2, 7):
        cut.write_bytes(whole[:at] + bytes(whole[at + one] ^ 0xFF for one in range(8)) + whole[at + 8 :])
        refusals(cut)


def test_a_row_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    """A row cut short, as by an incomplete download, would be another claim."""
    path = sheet(tmp_path / "f.csv", FIRST, SECOND)
    whole = path.read_bytes().decode()
    path.write_text(whole[: whole.rindex("denies")])
    many = len(set(FIRST) | set(SECOND))
    told = f" row 3: has {{}} cells; the header has {many}: is the file cut off here? Empty cells count too"
    assert refusals(path) == [told.format(whole[: whole.rindex("denies")].splitlines()[-1].count(",") + 1)]
    path.write_bytes(whole.replace("\r\n", ",,\r\n", 1).encode())  # a header with cells that name nothing
    assert refusals(path) == []


def test_a_repeated_header_is_reported(tmp_path: Path) -> None:
    """As where files were put one behind the other."""
    one = sheet(tmp_path / "f.csv", FIRST).read_text()
    path = tmp_path / "two.csv"
    path.write_text(one + one)
    assert refusals(path) == [" row 3: repeats the header: delete the row"]


def test_a_sheet_that_openpyxl_cannot_read_is_refused_in_a_line(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", ["event", "quote"], ["a", "b"])
    made = load_workbook(path)
    made.create_chartsheet("no chart")
    made.save(path)
    assert refusals(path) == [": is not XLSX that can be read: 'list' object has no attribute 'find'"]


def with_row(path: Path, cells: str, behind: str = "") -> list[dict[str, str] | str]:
    """What is read of a sheet of the columns `event` and `quote`, whose second row is this XML."""
    book(path, ["event", "quote"])
    with zipfile.ZipFile(path) as held:
        parts = {name: held.read(name).decode() for name in held.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        "</sheetData>", f'<row r="2"><c r="A2" t="str"><v>siege</v></c>{cells}</row></sheetData>{behind}'
    )
    with zipfile.ZipFile(path, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return read_of(path)


def read_of(path: Path) -> list[dict[str, str] | str]:
    return [one.cells if isinstance(one, Line) else str(one).removeprefix(str(path)) for one in lines(path)]


def test_a_formula_that_gives_the_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    """As `=IF(A1="", "", A1)` does, whose value is there; one that was never computed has none."""
    path = tmp_path / "f.xlsx"
    assert with_row(path, '<c r="B2" t="str"><f>IF(1,"","x")</f><v></v></c>') == [{"event": "siege"}]
    told = " sheet Claims row 2: column B: holds a formula that was not computed: put its value there"
    assert with_row(path, '<c r="B2"><f>A2</f></c>') == [{"event": "siege"}, told]


def test_warnings_of_openpyxl_are_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning of a library is no sentence for whoever loads a file; in tests it would be an error."""
    behind = '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst>'
    assert with_row(tmp_path / "f.xlsx", "", behind) == [{"event": "siege"}]
    assert capsys.readouterr().err == ""


def test_cells_that_are_only_coloured_hold_nothing(tmp_path: Path) -> None:
    path, made = tmp_path / "f.xlsx", Workbook()
    claims, other = made["Sheet"], made.create_sheet("Other")
    for row in (["event"], ["siege"]):
        claims.append(row)
    for cell in (claims.cell(300_000, 1), claims.cell(1, 300), other.cell(2, 2)):
        cell.font = Font(bold=True)
    made.save(path)
    assert read_of(path) == [{"event": "siege"}]


def test_a_sheet_called_words_is_read_unless_it_is_that_of_the_template(tmp_path: Path) -> None:
    path, made = tmp_path / "f.xlsx", Workbook()
    made["Sheet"].title = "Words"
    for row in (["event"], ["siege"]):
        made["Words"].append(row)
    made.save(path)
    assert read_of(path) == [{"event": "siege"}]


def test_a_workbook_without_a_row_is_refused(tmp_path: Path) -> None:
    path, made = tmp_path / "f.xlsx", Workbook()
    made.save(path)
    assert refusals(path) == [": holds no records"]
    assert refusals(book(path, ["event", "quote"])) == [": holds no records"]


SUFFIXES_TOLD = ".csv, .json, .jsonl, .ndjson, .toml, .tsv, .xlsx"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("f.csv", "event,stance\r\n,\r\n", ": holds no records"),
        ("f.toml", '\ufeffdataset = "x"\nclaims = []\n', ": holds no records"),
        ("f.json", '{"dataset": "x", "claims": []}', ": holds no records"),
        ("f.ndjson", "\n", ": holds no records"),
        ("f.yaml", "a: 1", f": ends in none of {SUFFIXES_TOLD}: save it as one of these"),
        ("f.csv.gz", "\x1f", f": ends in none of {SUFFIXES_TOLD}: save it as one of these"),
    ],
)
def test_nothing_to_load_is_no_success(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    assert refusals(tmp_path / name) == [told]


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (20.25, "#,##0.00_);[Red](#,##0.00)", "20.25"),
        (-4.0, "0;-0", "-4"),
        (0, '_(* #,##0_);_(* "-"??_)', "0"),
        ("#SAVEUS", "General", "#SAVEUS"),
        ("one_x000D_\ntwo_x", "General", "one\r\ntwo_x"),
    ],
)
def test_a_cell_is_what_it_shows(value: object, form: str, expected: str) -> None:
    assert text_of(False, value, form) == expected


@pytest.mark.parametrize(
    ("value", "form", "told"),
    [
        (4.6, "0", r"shows 5 and holds 4\.6"),
        (4600, "#,", "shows a number in the format #,"),
        (-4, "0;0", "shows a number in the format 0;0"),
        (0, "0;-0;;@", "shows a number in the format 0;-0;;@"),
        (10**15, "General", "holds a number of more than 15 digits"),
    ],
)
def test_a_number_that_is_shown_as_another_is_refused(value: object, form: str, told: str) -> None:
    with pytest.raises(CellUnclearError, match=f"^{told}"):
        text_of(False, value, form)


@pytest.mark.parametrize(("start", "delimiter"), [("\r\n\r\n", ";"), ("sep=;\r\n", ";"), ("sep=|\r\n", "|")])
def test_lines_before_the_header_are_passed_over(tmp_path: Path, start: str, delimiter: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(f"{start}event{delimiter}quote\r\n\r\na, b{delimiter}c\r\n".encode())
    row = start.count("\n") + 3
    assert list(lines(path)) == [Line(Place(str(path), row), {"event": "a, b", "quote": "c"}, row - 2)]


@pytest.mark.parametrize("start", ["\r\n\r\n", "sep=,\r\n"])
def test_an_unknown_column_is_reported_at_the_row_of_the_header(tmp_path: Path, start: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(f"{start}event,stanse\r\na,asserts\r\n".encode())
    row = start.count("\n") + 1
    assert refusals(path) == [f" row {row}: stanse: there is no such column; did you mean stance?"]
    book(tmp_path / "f.xlsx", [""], [], ["event", "stanse"], ["a", "asserts"])
    told = refusals(tmp_path / "f.xlsx")
    assert told == [" sheet Claims row 3: stanse: there is no such column; did you mean stance?"]


def test_a_text_that_only_looks_like_an_escape_is_that_text(tmp_path: Path) -> None:
    """Excel writes the underscore of such a text as `_x005F_`, in texts that cells share or have of their own."""
    text = b"_x005F_x000D_ x005F_ one_x000D_two"
    whole = book(tmp_path / "f.xlsx", ["event", "quote"], ["a", "SHARED"], ["b", text.decode()])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "g.xlsx", "w") as new:
        for name in old.namelist():
            held = old.read(name).replace(b't="inlineStr"><is><t>SHARED</t></is>', b't="s"><v>0</v>')
            new.writestr(name, held.replace(b"</Types>", STRINGS_TYPE + b"</Types>"))
        new.writestr("xl/sharedStrings.xml", b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (STRINGS, text))
    found = [one.cells["quote"] for one in lines(tmp_path / "g.xlsx") if isinstance(one, Line)]
    assert found == 2 * ["_x000D_ x005F_ one\rtwo"]


def test_one_fault_is_one_line_however_many_rows_repeat_the_record(tmp_path: Path) -> None:
    rows = [FIRST | {"claim_id": f"siege-{number}"} for number in range(20)]
    rows[0] |= {"latitude": "10,5", "speaker_kind": "goverment"}
    rows[1] |= {"longitude": "20.5"}
    found = refusals(sheet(tmp_path / "f.csv", *rows))
    assert [one.partition(" is not a word")[0] for one in found] == [
        " row 2: speaker_kind: 'goverment'",
        " row 2: latitude: '10,5' is not a number: write 10.5",
        " row 3: longitude: '20.5' contradicts row 2, which says '20.25'",
    ]
    rows[0] |= {"latitude": "10.6", "speaker_kind": "government"}
    rows[1] |= {"longitude": "20.25", "latitude": "ten"}
    assert refusals(sheet(tmp_path / "f.csv", *rows)) == [
        " row 3: latitude: 'ten' is not a number",
        " row 4: latitude: '10.5' contradicts row 2, which says '10.6'; 17 more rows say the same",
    ]
    rows[0] |= {"latitude": "ten"}
    assert refusals(sheet(tmp_path / "f.csv", *rows)) == [" row 2: latitude: 'ten' is not a number"]


def test_a_day_as_iso_text_is_read_without_a_format_of_days() -> None:
    assert text_of(False, datetime(2031, 5, 2), "General") == "2031-05-02"  # noqa: DTZ001 - as openpyxl reads it


def test_a_symbolic_link_to_nothing_is_named(tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to("gone.toml")
    assert refusals(link) == [": is a symbolic link to gone.toml, which does not exist"]


@pytest.mark.parametrize(("given", "meant"), [("-10,5", ": write -10.5"), ("1,000", ""), ("1,2,3", ""), (",5", "")])
def test_a_number_with_a_comma_is_told_from_thousands(given: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"^'{given}' is not a number{meant}$"):
        number(given)
