"""Spreadsheets and lines of records as other programs write them, or as a failed copy leaves them."""

from pathlib import Path

from openpyxl import load_workbook

from seed.dossiers.columns import BY_NAME
from tests.seed.test_dossiers import FIRST, SECOND, book, records, refusals, sheet


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


def test_a_header_that_comes_again_is_told_as_such(tmp_path: Path) -> None:
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
