"""Importing: what is new, changed and gone, what is refused, and that a killed import leaves nothing behind."""

import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rich.console import Console

from api import cli, models
from api.settings import PROJECT
from api.storage.database import engine
from migrations import migrate
from seed.importers import intake
from seed.importers.command import Wish, import_files
from seed.importers.outcome import Outcome
from tests.support import databases
from tests.support.imitations import FIRMS, HXL, UCDP, Cells, as_csv, ucdp, write
from tests.support.live import serving

ROWS = [ucdp(), ucdp(id=900002, where_prec=6, best=9), ucdp(id=900003, date_start="2031-05-01", date_prec=2)]
SIZES = {"dataset": 1, "source": 6, "actor": 5, "location": 4, "event": 3, "claim": 12}
# Shares of the time that an import takes, at which it is killed: while it starts, reads, derives and commits.
MOMENTS = (0.5, 0.65, 0.8, 0.9)
MOST_MB, MOST_GROWTH_MB = 300, 40


def load(url: str, path: Path, **wish: Any) -> Outcome:
    return import_files(url, "ucdp", [path], Wish(**wish), Console(file=io.StringIO()))


def counts(outcome: Outcome, what: str) -> dict[str, int]:
    return {kind: one[what] for kind, one in outcome.report.counts().items() if one[what]}


def snapshot(url: str) -> list[Any]:
    """Every row of every table."""
    made = engine(url)
    with made.connect().execution_options(read_only=True) as connection:
        found = [
            sorted(map(repr, connection.execute(sa.select(one)).all())) for one in models.Base.metadata.sorted_tables
        ]
    made.dispose()
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "first.csv", [HXL, *ROWS], list(UCDP))


@pytest.fixture
def database(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the command line uses."""
    monkeypatch.setenv("DATABASE_URL", empty_url)
    return empty_url


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exited:
        cli.main(["import", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(exited.value.code or 0), out, err


def test_a_file_is_loaded_and_the_same_again_changes_nothing(empty_url: str, file: Path) -> None:
    first = load(empty_url, file)
    assert (first.loaded, first.tally.rows, first.tally.rows_refused) == (True, 3, 0)
    assert counts(first, "new") == SIZES
    before = snapshot(empty_url)
    again = load(empty_url, file)
    assert (again.loaded, counts(again, "unchanged")) == (False, SIZES)
    assert list(again.as_text())[-1] == "Nothing changed."
    assert snapshot(empty_url) == before


def test_a_dry_run_counts_and_does_nothing(empty_url: str, file: Path) -> None:
    before = snapshot(empty_url)
    outcome = load(empty_url, file, dry_run=True)
    assert (outcome.loaded, counts(outcome, "new")) == (False, SIZES)
    assert list(outcome.as_text())[-1] == "A dry run: nothing was loaded."
    assert snapshot(empty_url) == before


def test_a_newer_release_updates_and_reports_what_vanished(empty_url: str, file: Path, tmp_path: Path) -> None:
    load(empty_url, file)
    recorded = [row for table in snapshot(empty_url) for row in table if row.startswith("('ucdp',")]
    newer = write(tmp_path / "newer.csv", [ROWS[0], ucdp(id=900002, where_prec=6, best=10, high=12), ucdp(id=900004)])
    outcome = load(empty_url, newer)
    assert counts(outcome, "new") == {"event": 1, "claim": 4}
    assert counts(outcome, "changed") == {"dataset": 1, "event": 1, "claim": 1}
    assert "1 of the changed events changed only in the row that they keep, as when a release has other columns." in (
        list(outcome.as_text())
    )
    assert counts(outcome, "vanished") == {"event": 1, "claim": 4}
    assert "  event ucdp-900003" in outcome.as_text()
    assert any("they stay; --prune would withdraw them" in line for line in outcome.as_text())
    assert [row for table in snapshot(empty_url) for row in table if row.startswith("('ucdp',")] != recorded
    pruned = load(empty_url, newer, prune=True)
    assert (pruned.loaded, pruned.report.withdrawn, counts(pruned, "vanished")) == (
        True,
        True,
        {"event": 1, "claim": 4},
    )
    assert any("they were withdrawn" in line for line in pruned.as_text())
    assert counts(load(empty_url, newer), "vanished") == {}
    with serving(empty_url) as api:
        assert sorted(api.ids("/events")) == ["ucdp-900001", "ucdp-900002", "ucdp-900004"]


def test_a_file_without_rows_withdraws_nothing(empty_url: str, file: Path, tmp_path: Path) -> None:
    load(empty_url, file)
    before = snapshot(empty_url)
    empty = write(tmp_path / "empty.csv", [], list(UCDP))
    outcome = load(empty_url, empty, prune=True)
    assert list(outcome.as_text())[-2].startswith("--prune: no row was read")
    outcome = load(empty_url, empty)
    assert (outcome.report.refusals, outcome.loaded, outcome.as_json()["rows"]) == (0, False, {"read": 0, "refused": 0})
    assert list(outcome.as_text())[1:] == [
        "The files have no rows, so nothing is loaded. If you expected some, download them again.",
        "Nothing changed.",
    ]
    assert snapshot(empty_url) == before


def test_many_rows(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "REMEMBERED", 20)
    outcome = load(empty_url, big(tmp_path / "big.csv", 210))
    assert counts(outcome, "new")["event"] == 210
    gone = load(empty_url, write(tmp_path / "one.csv", [ucdp(id=1_000_000)]))
    assert any(line.startswith("  … and ") for line in gone.as_text())


def test_files_count_as_one(empty_url: str, tmp_path: Path) -> None:
    parts = [write(tmp_path / f"{number}.csv", [row]) for number, row in enumerate([*ROWS, ROWS[0]])]
    outcome = import_files(empty_url, "ucdp", parts, Wish(), Console(file=io.StringIO()))
    assert (counts(outcome, "new"), outcome.tally.rows) == (SIZES, 4)
    assert counts(load(empty_url, parts[0]), "vanished")["event"] == 2


def test_one_id_with_two_contents_is_refused(empty_url: str, tmp_path: Path) -> None:
    outcome = load(empty_url, write(tmp_path / "twice.csv", [ROWS[0], ucdp(side_b="Other Front")]))
    assert [(one.place.row, one.record, one.field) for one in outcome.refused] == [
        (3, "event ucdp-900001", "id"),
        (3, "claim ucdp-900001-side-b", "id"),
    ]
    assert not outcome.loaded


REFUSED = [
    ucdp(id=900005, best="many"),
    ucdp(id=900006, type_of_violence=9),
    ucdp(id=900007, latitude="95"),
    ucdp(id="", date_start="2031-02-30"),
]


def test_refusals_name_row_field_and_reason(database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = snapshot(database)
    path = write(tmp_path / "bad.csv", [HXL, ROWS[0], *REFUSED], list(UCDP))
    code, out, _ = command(capsys, "ucdp", path, "--report", "json")
    report = json.loads(out)
    assert (code, report["loaded"], report["rows"]) == (1, False, {"read": 5, "refused": 4})
    assert [(one["row"], one["field"], one["reason"]) for one in report["refused"]] == [
        (4, "best", "'many' is not a whole number"),
        (5, "type_of_violence", "9 is not one of 1, 2, 3"),
        (6, "latitude", "95.0 is more than 90"),
        (7, "id", "is empty"),
        (7, "date_start", "'2031-02-30' is not a day"),
    ]
    assert snapshot(database) == before
    code, out, _ = command(capsys, "ucdp", path)
    assert code == 1
    assert f"{path} row 4: best: 'many' is not a whole number" in out.splitlines()
    assert "Nothing was loaded" in out


def test_refused_rows_can_be_passed_over(database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(tmp_path / "bad.csv", [*REFUSED * 10, ROWS[0]])
    code, out, _ = command(capsys, "ucdp", path, "--skip-refused", "--report", "json")
    report = json.loads(out)
    assert (code, report["loaded"], report["rows"]) == (0, True, {"read": 41, "refused": 40})
    assert (report["records"]["event"]["new"], report["refusals"]) == (1, 50)
    assert snapshot(database)
    code, out, _ = command(capsys, "ucdp", path, "--skip-refused")
    assert (code, "… and 30 more; --report json lists them." in out) == (0, True)
    assert command(capsys, "ucdp", path, "--skip-refused", "--prune") == (
        1,
        "",
        "--prune would withdraw the records of the rows that --skip-refused passes over.\n",
    )


def test_a_file_that_is_not_there(database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = command(capsys, "ucdp", tmp_path / "nowhere.csv", "--skip-refused")
    assert code == 1
    assert f"{tmp_path}/nowhere.csv: there is no such file" in out
    assert snapshot(database)


@pytest.mark.usefixtures("database")
def test_a_format_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = command(capsys, "ucpd", tmp_path)
    assert (code, out) == (1, "")
    assert err.startswith("There is no format ucpd; did you mean ucdp? (one of ucdp, ")


def test_a_database_without_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path, file: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", str(tmp_path / "none.db"))
        assert command(capsys, "ucdp", file) == (
            1,
            "",
            f"There is no database yet at {tmp_path}/none.db: run `counterclaim migrate` first.\n",
        )


def test_one_party_spans_the_datasets(dossier_url: str, tmp_path: Path) -> None:
    rows = [
        ucdp(
            id=900010, side_a_new_id=61, side_a="Government of Ukraine", date_start="2022-07-02", date_end="2022-07-02"
        ),
        ucdp(id=900011, side_a_new_id=57, date_start="2022-07-04", date_end="2022-07-04"),
    ]
    load(dossier_url, write(tmp_path / "ukraine.csv", rows))
    import_files(
        dossier_url,
        "firms",
        [write(tmp_path / "firms.csv", [FIRMS | {"acq_date": "2022-07-02"}])],
        Wish(),
        Console(file=io.StringIO()),
    )
    with serving(dossier_url) as api:
        found = api.ids("/events", party="ukraine", date_from="2022-07-02")
        assert "ucdp-900010" in found
        assert "capture-of-lysychansk" in found
        assert "ucdp-900011" not in found
        assert "ucdp-900011" in api.ids("/events", party="russian-side", date_from="2022-07-02")
        claim = api.get("/claims/ucdp-900010-total")
        assert (claim["speaker"]["id"], claim["value"]["best"]) == ("ucdp", 4)
        (seen,) = api.get("/events", dataset="firms")["data"]
        assert [(one["aspect"], one["status"]) for one in seen["assessments"]] == [("occurrence", "corroborated")]


def big(path: Path, rows: int) -> Path:
    """A file of many rows, each with a place, sides and articles of its own."""
    kept: Cells = {}
    with path.open("w", newline="") as stream:
        stream.write(as_csv([UCDP]).partition("\r\n")[0] + "\r\n")
        for number in range(rows):
            kept = ucdp(
                id=1_000_000 + number,
                latitude=round(number / 1_000, 3) % 80,
                side_b_new_id=10_000 + number % 500,
                source_article=f'"Testwire,2031-05-03,Headline {number}"',
                source_original="army",
            )
            stream.write(as_csv([kept]).partition("\r\n")[2])
    return path


def start(url: str, path: Path, *options: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "import", "ucdp", str(path), *options],
        cwd=PROJECT,
        env={"DATABASE_URL": url, "PATH": "", "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_killed_import_leaves_the_database_as_it_was(
    empty_url: str, backend: str, file: Path, tmp_path: Path
) -> None:
    load(empty_url, file)
    before, path = snapshot(empty_url), big(tmp_path / "big.csv", 200)
    with databases.copy(backend, tmp_path, databases.empty(backend)) as other:
        started = time.monotonic()
        assert start(other, path).wait() == 0
        whole = time.monotonic() - started
    for share in MOMENTS:
        running = start(empty_url, path)
        time.sleep(share * whole)
        running.kill()
        running.wait()
        left = snapshot(empty_url)
        if left != before:  # the kill came after the end: then all of it is there
            assert load(empty_url, path).report.unchanged.total() > 200
            break
    assert load(empty_url, write(path, [ucdp(id=900004)])).loaded


def peak_mb(url: str, path: Path) -> float:
    """The most memory that an import and its helper held, without writing anything for good."""
    code = (
        "import resource, sys; from api import cli; from seed.importers import command; command.LARGE = 0\n"
        "try: cli.main(sys.argv[1:])\n"
        "finally:\n"
        "    print(open('/proc/self/status').read())\n"
        "    print('helper:', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "import", "ucdp", path, "--dry-run"],
        cwd=PROJECT,
        env={"DATABASE_URL": url, "PYTHONPATH": str(PROJECT)},
        check=True,
        capture_output=True,
    )
    found = re.findall(r"(?:VmHWM|helper):\s*([0-9]+)", done.stdout.decode())
    assert found, done.stdout
    return sum(map(int, found)) / 1_024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell how much memory was held")
def test_memory_is_flat(tmp_path: Path) -> None:
    url = str(tmp_path / "empty.db")
    migrate(url)
    small, large = (peak_mb(url, big(tmp_path / f"{rows}.csv", rows)) for rows in (500, 2_500))
    assert large < MOST_MB
    assert large - small < MOST_GROWTH_MB
