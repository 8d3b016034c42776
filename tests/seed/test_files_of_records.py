"""Files of records: one without any is refused with its reason, and a load holds little of them in memory."""

import json
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api.storage.database import engine
from seed.dossiers.command import load_files
from seed.files import read
from seed.refusals import Entry, Refusal
from seed.report import Report
from tests.seed.test_dossiers import FIRST, SECOND, records, refusals, sheet


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("f.json", "[]", ": is not an object with a dataset and its records"),
        ("f.json", "{}", ': has no dataset: "dataset": "…" stands at the top of every file'),
        ("f.json", '{"dataset": "x",\n"a" 1}', ": is not JSON: Expecting ':' delimiter in line 2"),
        ("f.json", '{"dataset": "x", "claimz": []}', ": 'claimz': there is no such table; did you mean claims?"),
        ("f.json", "", ": is empty"),
        ("f.ndjson", "<html>\n", ": is an HTML page: the download failed, or a page was saved in place of the file"),
        ("f.ndjson", "PK\x03\x04\n\xe9", ": is compressed (zip): decompress it first"),
        ("f.ndjson", '{"id": "x"}', ': line 1 has no kind: "record": "event", or a file called events.ndjson'),
        ("events.ndjson", '{"id": "x"}', ': line 1 has no dataset: "dataset": "…"'),
        ("f.csv", "", ": is empty"),
        ("f.csv", "stance,stance\na,b\n", " row 1: 'stance': two columns have this name"),
        (
            "f.csv",
            "<!DOCTYPE html>\n",
            ": is an HTML page: the download failed, or a page was saved in place of the file",
        ),
        ("f.xlsx", "PAR1", ": is Parquet, not CSV: save it as CSV first"),
    ],
)
def test_files_that_hold_no_records(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    assert refusals(tmp_path / name)[0] == told


def test_tables_that_there_are_not_are_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    names = [f"table{number}" for number in range(20)]
    (tmp_path / "f.json").write_text(json.dumps({"dataset": "x", **{name: [] for name in names}}))
    assert [told.split("'")[1] for told in refusals(tmp_path / "f.json") if "no such table" in told] == names


def test_lines_of_json_are_held_as_text(tmp_path: Path) -> None:
    """Records that wait for those of other kinds take hardly more memory than the file has bytes."""
    path = tmp_path / "sources.ndjson"
    record = {"dataset": "x", "kind": "document", "title": "Report " * 30}
    lines = [json.dumps({**record, "id": f"s{number}"}) for number in range(2_000)]
    path.write_text("\n".join(lines))
    records(path)  # what is made once is made now
    tracemalloc.start()
    read_ = sum(1 for _ in read([path]))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read_ == len(lines)
    assert most < 2 * path.stat().st_size


def test_records_are_loaded_as_they_are_read(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is gone from memory before the next; what a spreadsheet renews is known by the end."""
    path = sheet(tmp_path / "siege.csv", FIRST, SECOND)
    given, held = list(read([path])), 0

    def reading(*_: Any) -> Iterator[Entry | Refusal]:
        nonlocal held
        for one in given:
            held += 1
            yield one

    def loading(_: sa.Engine, entries: Iterable[Entry | Refusal], *, renewed: list[Entry], **__: Any) -> Report:
        nonlocal held
        for _one in entries:
            assert held == 1
            held = 0
        assert [one.record.id for one in renewed] == ["siege"]
        return Report()

    monkeypatch.setattr("seed.dossiers.command.read", reading)
    monkeypatch.setattr("seed.dossiers.command.load", loading)
    made = engine(empty_url)
    load_files(made, [path])
    made.dispose()
