"""Records read by a second process are those that one process reads: same report, same rows, same refusals."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.cli import main
from api.index import worker as beside
from api.storage.database import HelperLostError
from seed import ahead
from seed.importers import command
from seed.importers.command import Wish, import_files
from seed.ready import Ready, pack, ready, unpack
from seed.refusals import Entry, Place, Refusal
from tests.seed.test_import_command import ROWS, snapshot
from tests.support.country import entries
from tests.support.imitations import UCDP, ucdp, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Rows of which one is refused."""
    return write(tmp_path / "mixed.csv", [*ROWS, ucdp(id=900004, date_prec=9)], list(UCDP))


def told(url: str, path: Path, wish: Wish) -> tuple[dict[str, Any], str]:
    output = io.StringIO()
    outcome = import_files(url, "ucdp", [path], wish, Console(file=output)).as_json()
    outcome.pop("seconds")
    return outcome, output.getvalue()


@pytest.mark.parametrize("wish", [Wish(), Wish(skip_refused=True), Wish(dry_run=True), Wish(prune=True)])
def test_two_processes_tell_what_one_tells(
    empty_url: str, file: Path, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for large in (10**9, 0):  # alone first; then with a helper, on what is left or there
        monkeypatch.setattr(command, "LARGE", large)
        monkeypatch.setattr(ahead, "cores", lambda: 2)
        found.append((told(empty_url, file, wish), snapshot(empty_url)))
    (first, before), (second, after) = found
    assert after == before
    assert (first[0]["rows"], first[0]["refused"]) == (second[0]["rows"], second[0]["refused"])
    if wish.skip_refused:
        assert first[0]["total"]["new"] == second[0]["total"]["unchanged"] > 0
    else:
        assert first == second


def test_a_record_comes_out_as_it_was_packed() -> None:
    batch: list[Entry | Refusal] = [*entries(), Refusal(Place("a.csv", 7), "event e", "date", "is missing")]
    for one, packed in zip(batch, unpack(pack(batch)), strict=True):
        if isinstance(one, Entry):
            assert isinstance(packed, Ready)
            expected = ready(one)
            assert packed[:5] == expected[:5]
            assert packed.unpacked() == expected.unpacked()
        else:
            assert packed == one


def test_a_lost_reader_loads_nothing(empty_url: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(empty_url)
    monkeypatch.setattr(command, "LARGE", 0)
    monkeypatch.setattr(ahead, "cores", lambda: 2)
    monkeypatch.setattr(beside, "_PROGRAM", "raise SystemExit(1)")
    with pytest.raises(HelperLostError):
        told(empty_url, file, Wish())
    assert snapshot(empty_url) == before


def test_who_imports_is_told_of_a_lost_reader_in_one_line(
    empty_url: str, file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    monkeypatch.setattr(command, "LARGE", 0)
    monkeypatch.setattr(ahead, "cores", lambda: 2)
    monkeypatch.setattr(beside, "_PROGRAM", "raise SystemExit(1)")
    with pytest.raises(SystemExit) as ended:
        main(["import", "ucdp", str(file)])
    assert ended.value.code == 1
    assert capfd.readouterr().err.splitlines()[-1] == str(HelperLostError())
