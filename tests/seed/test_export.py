"""Exports: complete, valid, the same from both databases, and the same records when they come back."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api import cli
from api.settings import PROJECT
from seed.export import export
from seed.importers.command import Wish, import_files
from seed.importers.outcome import Outcome
from seed.records import KIND_OF_TABLE
from tests.support import databases
from tests.support.imitations import UCDP, ucdp, write

LOG = {"revisions", "changes"}
OF_ONE_DATABASE = {"datapackage.json", "revisions.csv", "changes.csv", "past-versions.ndjson", "SHA256SUMS"}
"""Files of a package that tell of the database that it came from."""


def load(url: str, name: str, paths: Sequence[Path]) -> Outcome:
    return import_files(url, name, paths, Wish(), Console(file=io.StringIO()))


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exited:
        cli.main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return int(exited.value.code or 0), out, err


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def filled_url(dossier_url: str, tmp_path: Path) -> str:
    """The dossier, and some rows of UCDP."""
    rows = [ucdp(), ucdp(id=900002, side_a_new_id=61, best=9, where_coordinates='Two, "quoted"\nnames', where_prec=5)]
    assert load(dossier_url, "ucdp", [write(tmp_path / "ucdp.csv", rows, list(UCDP))]).loaded
    return dossier_url


def test_a_package_comes_back_as_the_same_records(filled_url: str, backend: str, tmp_path: Path) -> None:
    counts = export(filled_url, tmp_path / "all")
    sizes = {kind: counts[table] for table, kind in KIND_OF_TABLE.items()}
    same = load(filled_url, "package", [tmp_path / "all"])
    assert (same.loaded, same.report.refused, same.report.vanished.total()) == (False, [], 0)
    assert {kind: one["unchanged"] for kind, one in same.report.counts().items()} == sizes
    with databases.copy(backend, tmp_path, databases.empty(backend)) as other:
        fresh = load(other, "package", [tmp_path / "all" / "datapackage.json"])
        assert {kind: one["new"] for kind, one in fresh.report.counts().items()} == sizes
        assert fresh.tally.rows == sum(sizes.values())
        export(other, tmp_path / "again")
    for name in sorted(file.name for file in (tmp_path / "all").iterdir()):
        if name not in OF_ONE_DATABASE:
            assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "all" / name).read_bytes(), name


def test_a_zip_holds_the_same_and_is_the_same_each_time(filled_url: str, tmp_path: Path) -> None:
    for name in ("one", "one.zip", "two.zip"):
        export(filled_url, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as zipped:
        found = {name: zipped.read(name) for name in zipped.namelist()}
    assert found == {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert len(found) == 11 + 7 + 3 + 2
    assert load(filled_url, "package", [tmp_path / "one.zip"]).report.unchanged.total() > 100


def test_contents_of_the_tables(filled_url: str, tmp_path: Path) -> None:
    export(filled_url, tmp_path / "all")
    events = {row["id"]: row for row in rows(tmp_path / "all" / "events.csv")}
    assert events["ucdp-900002"]["title"].endswith(': Two, "quoted" names')
    assert json.loads(events["ucdp-900001"]["extra"])["best"] == "4"
    assert (events["capture-of-lysychansk"]["date_earliest"], events["capture-of-lysychansk"]["extra"]) == (
        "2022-07-02",
        "",
    )
    affiliations = rows(tmp_path / "all" / "affiliations.csv")
    assert {row["kind"] for row in affiliations if row["actor"] == "ucdp-actor-61"} == set()
    claims = {one["id"]: one for one in lines(tmp_path / "all" / "claims.ndjson")}
    assert claims["ucdp-900002-total"]["value"] == {
        **dict(zip(("low", "best", "high"), (3, 9, 6), strict=True)),
        "unit": "people",
        "measure": "killed",
        "of": None,
    }
    assert claims["ucdp-900002-total"]["citations"][0]["flags"] == ["contradictory"]
    assert claims["ucdp-900002-total"]["dataset"] == "ucdp"
    assert list(claims) == sorted(claims)


def test_one_dataset_alone(filled_url: str, tmp_path: Path) -> None:
    counts = export(filled_url, tmp_path / "ucdp", ["ucdp"])
    assert (counts["datasets"], counts["events"], counts["datings"]) == (1, 2, 0)
    assert {row["dataset"] for row in rows(tmp_path / "ucdp" / "citations.csv")} == {"ucdp"}
    described = json.loads((tmp_path / "ucdp" / "datapackage.json").read_text())
    assert [one["title"] for one in described["sources"]] == ["UCDP Georeferenced Event Dataset"]
    assert load(filled_url, "package", [tmp_path / "ucdp"]).report.vanished.total() == 0


@pytest.mark.parametrize(("datasets", "files"), [(None, 21), (["lysychansk"], 18)])
def test_frictionless_finds_it_valid(filled_url: str, tmp_path: Path, datasets: list[str] | None, files: int) -> None:
    export(filled_url, tmp_path / "all", datasets)
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"],
        cwd=tmp_path / "all",
        capture_output=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert [(task["name"], task["errors"]) for task in report["tasks"] if not task["valid"]] == []
    assert (done.returncode, report["valid"], len(report["tasks"])) == (0, True, files)
    for one in json.loads((tmp_path / "all" / "datapackage.json").read_text())["resources"]:
        if one["format"] == "ndjson":
            names = [field["name"] for field in one["schema"]["fields"]]
            assert all(list(record) == names for record in lines(tmp_path / "all" / one["path"])), one["name"]


def in_a_process(url: str, *arguments: object) -> str:
    """What Python prints; DuckDB complains when it is unloaded from a process that goes on."""
    environment = {"DATABASE_URL": url, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_parquet_holds_what_csv_holds(filled_url: str, tmp_path: Path) -> None:
    target = tmp_path / "it's all"
    in_a_process(filled_url, "-m", "api.cli", "export", target, "--parquet")
    query = "SELECT id, date_earliest::text, extra::text FROM read_parquet(?) WHERE id LIKE 'ucdp%' ORDER BY id"
    code = f"import duckdb, json, sys; print(json.dumps(duckdb.execute({query!r}, sys.argv[1:]).fetchall()))"
    found = json.loads(in_a_process(filled_url, "-c", code, target / "events.parquet"))
    assert [one[:2] for one in found] == [["ucdp-900001", "2031-05-02"], ["ucdp-900002", "2031-05-02"]]
    assert json.loads(found[0][2])["id"] == "900001"
    assert {file.stem for file in target.glob("*.parquet")} == {file.stem for file in target.glob("*.csv")} - LOG


def test_both_databases_export_the_same(tmp_path: Path) -> None:
    for backend in ("sqlite", "postgresql"):
        with databases.copy(backend, tmp_path, databases.dossier(backend)) as url:
            export(url, tmp_path / backend)
    for file in (tmp_path / "sqlite").iterdir():
        if file.name not in {"datasets.csv", "datasets.ndjson", *OF_ONE_DATABASE} or file.name == "changes.csv":
            assert file.read_bytes() == (tmp_path / "postgresql" / file.name).read_bytes(), file.name


def test_the_command_line(
    filled_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", filled_url)
    target = tmp_path / "new" / "all.zip"
    code, out, err = command(capsys, "export", target, "--dataset", "ucdp")
    assert (code, err) == (0, "")
    assert out.startswith(f"{target}: 1 datasets, 6 sources, ")
    refused = f"{target} exists already: name a folder or a zip file that does not.\n"
    assert command(capsys, "export", target) == (1, "", refused)
    assert command(capsys, "export", tmp_path / "x", "--dataset", "ucpd") == (
        1,
        "",
        "There is no dataset ucpd; did you mean ucdp?.\n",
    )
    code, _, err = command(capsys, "export", target / "below")
    assert (code, err) == (1, f"{target}/below cannot be written: File exists.\n")
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["all.zip"]
    assert not (tmp_path / "x").exists()
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert command(capsys, "export", tmp_path / "x", "--parquet") == (
        1,
        "",
        "--parquet needs DuckDB: .venv/bin/pip install duckdb.\n",
    )


def test_a_package_is_held_to_the_sums_of_its_descriptor(filled_url: str, tmp_path: Path) -> None:
    """One changed byte is enough, and a file that is not there; without a descriptor there is nothing to hold to."""
    target = tmp_path / "all"
    export(filled_url, target)
    changed, kept = target / "claims.ndjson", (target / "claims.ndjson").read_text()
    changed.write_text(kept.replace("killed", "killee", 1))
    (target / "actors.ndjson").rename(tmp_path / "actors.ndjson")
    outcome = load(filled_url, "package", [target])
    assert not outcome.loaded
    assert [str(one).removeprefix(str(target)) for one in outcome.refused][:2] == [
        "/actors.ndjson: is missing, but datapackage.json lists it",
        "/claims.ndjson: does not have the SHA-256 in datapackage.json",
    ]
    changed.write_text(kept)
    (tmp_path / "actors.ndjson").rename(target / "actors.ndjson")
    (target / "datapackage.json").write_text("{}")
    (refused,) = load(filled_url, "package", [target]).refused
    assert str(refused) == f"{target}/datapackage.json: is not a descriptor of a data package"
    (target / "datapackage.json").unlink()
    assert load(filled_url, "package", [target]).refused == []


def packed(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.ndjson").write_text(text)
    return folder


def test_packages_that_cannot_be_used(empty_url: str, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("no zip")
    empty, wrong = (
        packed(tmp_path / "empty"),
        packed(
            tmp_path / "wrong",
            datasets='{"id": "d", "title": "D", "recorded_at": "2031-05-02T00:00:00Z"}\n[]\n{\n',
            actors='{"dataset": 5, "id": "a"}\n{"dataset": "d", "id": "a", "kind": "stat", "name": "A"}\n',
        ),
    )
    outcome = load(empty_url, "package", [tmp_path / "no.zip", tmp_path / "nowhere", empty, wrong])
    assert not outcome.loaded
    assert [str(one).removeprefix(str(tmp_path)) for one in outcome.refused] == [
        "/no.zip: cannot be read: it is not a zip file",
        "/nowhere: there is no such file",
        "/empty: is not a package: there is no datasets.ndjson in it",
        "/wrong/datasets.ndjson row 2: is not a record",
        "/wrong/datasets.ndjson row 3: is not JSON",
        "/wrong/actors.ndjson row 1: dataset: 5 is not the id of a dataset",
        f"/wrong/actors.ndjson row 2: actor a: kind: {str(outcome.refused[-1]).partition('kind: ')[2]}",
    ]
    assert "did you mean state?" in str(outcome.refused[-1])
