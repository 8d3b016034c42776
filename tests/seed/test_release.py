"""Releases: frozen states of the record, whose files verify on another machine and are the same from both databases."""

import csv
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import sqlalchemy as sa
from frictionless import validate
from rich.console import Console

from api import cli, models
from api.index import history
from api.index.integrity import damage
from api.settings import PROJECT
from api.storage.bulk import Store
from api.storage.database import DatabaseUnusableError, engine
from seed import backup as backups
from seed import release as releases
from seed.files import read
from seed.importers.command import Wish, import_files
from seed.load import load, withdraw
from seed.release import release
from seed.verify import verify
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support import databases
from tests.support.databases import LYSYCHANSK
from tests.support.live import Api, serving


class Noon(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "Noon":  # noqa: ARG003 - the clock stands still
        return cls(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (history, releases):
        monkeypatch.setattr(module, "datetime", Noon)
    monkeypatch.setattr(releases, "find_spec", lambda _: None)  # DuckDB complains where it is unloaded


def two_releases(url: str) -> None:
    """The excerpt, frozen; then what named reports add and the excerpt again without one of them, frozen too."""
    made = engine(url)
    load(made, read([LYSYCHANSK], [EXCERPT]))
    release(url, "2026-11", message="the excerpt")
    load(made, read([LYSYCHANSK], [CONTEXT]))
    release(url, "2026-12")
    made.dispose()


@pytest.fixture
def released_url(empty_url: str) -> str:
    two_releases(empty_url)
    return empty_url


@pytest.fixture
def api(released_url: str) -> Iterator[Api]:
    with serving(released_url) as served:
        yield served


def test_a_release_says_what_it_is_and_how_to_cite_it(api: Api) -> None:
    listed = api.get("/releases")["data"]
    assert [one["name"] for one in listed] == ["2026-12", "2026-11"]
    first = api.get("/releases/2026-11")
    assert first in listed
    file = api.good("/releases/2026-11.zip").content
    root = str(api.client.base_url).rstrip("/")
    assert first["sha256"] == hashlib.sha256(file).hexdigest()
    assert (first["revision"], first["bytes"], first["message"]) == (1, len(file), "the excerpt")
    assert first["digest"] == api.get("/revisions/1")["digest"]
    assert first["recorded_at"] == "2026-11-30T12:00:00.000000Z"
    assert first["counts"]["events"] == api.get("/events/count", dataset=EXCERPT)["count"]
    assert [one["id"] for one in first["datasets"]] == [EXCERPT]
    assert first["file"] == "/releases/2026-11.zip"
    title = first["datasets"][0]["title"]
    mark = f"revision 1, SHA-256 {first['sha256']}"
    assert first["citation"]["text"] == (
        f"Counterclaim, release 2026-11, {mark}, 30 November 2026. Data of: {title}, version 1. {root}/releases/2026-11"
    )
    assert f"  note = {{{mark}}}," in first["citation"]["bibtex"].split("\n")
    (csl,) = first["citation"]["csl"]
    assert csl == {
        "id": "counterclaim-2026-11",
        "type": "dataset",
        "title": "Counterclaim, release 2026-11",
        "publisher": "Counterclaim",
        "version": "1",
        "issued": {"date-parts": [[2026, 11, 30]]},
        "note": f"Data of: {title}, version 1. SHA-256 {first['sha256']}",
        "URL": f"{root}/releases/2026-11",
    }
    problem = api.problem("/releases/2026-1", 404)
    assert problem["detail"] == "There is no release 2026-1."
    assert set(problem["did_you_mean"]) == {"2026-11", "2026-12"}


def test_the_file_is_lent_in_parts_and_never_changes(api: Api) -> None:
    whole = api.good("/releases/2026-11.zip")
    assert whole.headers["etag"] == f'"{hashlib.sha256(whole.content).hexdigest()}"'
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert whole.headers["content-length"] == str(len(whole.content))
    part = api.ask("/releases/2026-11.zip", {"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    assert api.ask("/releases/2026-11.zip", {"If-None-Match": whole.headers["etag"]}).status_code == 304
    for match, status in ((whole.headers["etag"], 200), ('"other"', 412)):
        assert api.ask("/releases/2026-11.zip", {"If-Match": match}).status_code == status
    beyond = api.ask("/releases/2026-11.zip", {"Range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416


def test_it_verifies_elsewhere_without_us(api: Api, tmp_path: Path) -> None:
    """With `sha256sum` and `frictionless validate` alone."""
    for path, name in (("/releases/2026-12.zip", "counterclaim-2026-12.zip"), ("/releases/2026-12.sha256", "sum")):
        (tmp_path / name).write_bytes(api.good(path).content)
    subprocess.run(["sha256sum", "--check", "sum"], cwd=tmp_path, check=True, capture_output=True)
    zipfile.ZipFile(tmp_path / "counterclaim-2026-12.zip").extractall(tmp_path / "whole")
    checked = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path / "whole", check=True, capture_output=True, text=True
    )
    names = sorted(path.name for path in (tmp_path / "whole").iterdir())
    assert checked.stdout.splitlines() == [f"{name}: OK" for name in names if name != "SHA256SUMS"]
    assert validate(str(tmp_path / "whole" / "datapackage.json")).flatten() == []
    described = json.loads((tmp_path / "whole" / "datapackage.json").read_text())
    assert described["version"] == "2026-12"
    assert described["counterclaim"] == {
        "name": "2026-12",
        "revision": 2,
        "digest": api.get("/revisions/2")["digest"],
    }


@pytest.mark.skipif(not (which("wget") and which("unzip")), reason="wget and unzip are not there")
def test_it_verifies_elsewhere_as_the_readme_says(api: Api, tmp_path: Path) -> None:
    text = (PROJECT / "README.md").read_text()
    (recipe,) = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "frictionless" in block]
    recipe = recipe.replace("http://127.0.0.1:8000", str(api.client.base_url).rstrip("/"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", recipe]
    ran = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PATH": path}, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("counterclaim-2026-11.zip: OK\n")
    assert "INVALID" not in ran.stdout


KILLED = """
import os, signal
from api import cli
from api.storage.bulk import Store
from seed import release

def dying(name, work):
    def until(*arguments):
        done = work(*arguments)
        if name in ("zipped", arguments[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return until

release.zipped = dying("{moment}", release.zipped)
Store.insert = dying("{moment}", Store.insert)
cli.main(["release", "2026-11"])
"""


@pytest.mark.parametrize("moment", ["zipped", "release", "release_part"])
def test_killed_on_the_way_it_leaves_nothing(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """By SIGKILL, when its file was made, its row written, or a part of its file; asked again, it is made.

    Then its temporary folder is gone as well.
    """
    made, work = engine(empty_url), tmp_path / "work"
    work.mkdir()
    load(made, read([LYSYCHANSK], [EXCERPT]))
    environment = {**os.environ, "DATABASE_URL": empty_url, "TMPDIR": str(work)}
    command = [sys.executable, "-c", KILLED.replace("{moment}", moment)]
    ran = subprocess.run(command, cwd=PROJECT, env=environment, check=False, capture_output=True)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert list(verify(made)) == []
    with made.connect().execution_options(read_only=True) as connection:
        for table in (models.Release, models.ReleasePart):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    assert list(work.iterdir())
    monkeypatch.setattr("tempfile.tempdir", str(work))
    release(empty_url, "2026-11")
    assert list(work.iterdir()) == []
    assert list(verify(made)) == []
    made.dispose()


def test_the_package_carries_the_history(api: Api) -> None:
    """Its digests can be computed from it alone, and its past versions are those that were served."""
    with zipfile.ZipFile(io.BytesIO(api.good("/releases/2026-12.zip").content)) as zipped:
        revisions = list(csv.DictReader(io.StringIO(zipped.read("revisions.csv").decode(), newline="")))
        changes = list(csv.DictReader(io.StringIO(zipped.read("changes.csv").decode(), newline="")))
        past = [json.loads(line) for line in zipped.read("past-versions.ndjson").splitlines()]
    previous = "0" * 64
    for revision in revisions:
        text = previous + "".join(
            f"{one['kind']}\t{one['id']}\t{one['op']}\t{one['sha256']}\n"
            for one in changes
            if one["revision"] == revision["number"]
        )
        previous = hashlib.sha256(text.encode()).hexdigest()
        assert revision["digest"] == previous
    assert [(one["number"], one["action"], json.loads(one["datasets"])) for one in revisions] == [
        ("1", "load", [EXCERPT]),
        ("2", "load", [CONTEXT]),
    ]
    assert past
    for one in past[:20]:
        assert one["document"] == api.get(f"/{one['kind']}s/{one['id']}", revision=one["replaced_in"] - 1)


def test_differences_between_two_releases(api: Api) -> None:
    rows = [row for page in api.pages("/releases/2026-11..2026-12", limit=1000) for row in page["data"]]
    expected = []
    for change in api.get("/revisions/2/changes", limit=1000)["data"]:
        now = api.get(change["url"], revision=2)
        if api.ask(change["url"], revision=1).status_code == 404:
            expected.append((change["kind"], change["id"], "added"))
            continue
        before = api.get(change["url"], revision=1)
        for row in [one for one in rows if (one["kind"], one["id"]) == (change["kind"], change["id"])]:
            parts = row["field"].split(".")
            one, other = before, now
            for part in parts:
                one, other = one.get(part), other.get(part)  # a count of a stance that nobody had is not there
            assert (row["op"], row["before"], row["after"]) == ("changed", one, other)
            assert one != other
        names = {row["field"].split(".")[0] for row in rows if row["id"] == change["id"] and row["field"]}
        assert names == {name for name in now if now[name] != before[name]}
    assert [(row["kind"], row["id"], row["op"]) for row in rows if row["op"] != "changed"] == expected
    assert [row for page in api.pages("/releases/2026-11..2026-12", limit=7) for row in page["data"]] == rows
    page = api.get("/releases/2026-11..2026-12", limit=1, total=True)
    assert page["meta"] == {
        "description": "How release 2026-12 (revision 2) differs from release 2026-11 (revision 1)",
        "total": len(rows),
    }
    flat = api.csv("/releases/2026-11..2026-12.csv")
    assert [(row["kind"], row["id"], row["field"]) for row in flat] == [
        (row["kind"], row["id"], row["field"] or "") for row in rows
    ]
    turned = [row for page in api.pages("/releases/2026-12..2026-11", limit=1000) for row in page["data"]]
    assert [(row["id"], row["before"], row["after"]) for row in turned] == [
        (row["id"], row["after"], row["before"]) for row in rows
    ]
    assert api.get("/releases/2026-11..2026-11")["data"] == []
    assert api.problem("/releases/2026-11..2026-13", 404)["detail"] == "There is no release 2026-13."


def test_both_databases_freeze_the_same_bytes(tmp_path: Path) -> None:
    sums = []
    for backend in ("sqlite", "postgresql"):
        with databases.copy(backend, tmp_path, databases.empty(backend)) as url:
            two_releases(url)
            made = engine(url)
            with made.connect().execution_options(read_only=True) as connection:
                sums.append(connection.execute(sa.text("SELECT name, sha256, size FROM release ORDER BY 1")).all())
            made.dispose()
    assert sums[0] == sums[1]


def test_verify_finds_a_changed_byte(released_url: str) -> None:
    made = engine(released_url)
    assert list(verify(made)) == []
    with made.begin() as connection:
        body = connection.scalar(sa.text("SELECT body FROM release_part WHERE name = '2026-11' AND number = 0"))
        spoilt = bytes(body)[:-1] + bytes([bytes(body)[-1] ^ 1])
        connection.execute(sa.text("UPDATE release_part SET body = :body WHERE name = '2026-11'"), {"body": spoilt})
    assert [str(finding) for finding in verify(made)] == ["release 2026-11: file: is damaged"]
    made.dispose()
    with serving(released_url) as api:
        assert api.problem("/releases/2026-11.zip", 503)["detail"] == "The file of release 2026-11 is damaged."
        api.good("/releases/2026-12.zip")


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("revision", "1"),
        ("recorded_at", "'2020-01-01 00:00:00'"),
        ("message", "'another'"),
        ("counts", "'{}'"),
        ("datasets", "'[]'"),
    ],
)
def test_verify_finds_what_is_said_otherwise_of_a_release(released_url: str, column: str, other: str) -> None:
    made = engine(released_url)
    with made.begin() as connection:
        connection.execute(sa.text(f"UPDATE release SET {column} = {other} WHERE name = '2026-12'"))  # noqa: S608 - of a list above
    said = [str(finding) for finding in verify(made)]
    with made.connect().execution_options(read_only=True) as connection:
        found = [(one.table, one.why) for one in damage(Store(connection))]
    made.dispose()
    assert "release 2026-12: is damaged" in said
    assert found == [("release", "release 2026-12 is damaged")]


@pytest.mark.parametrize("name", ["", "A", "a..b", ".a", "a/b", "x.zip", "x" * 61, "a b", "2026-11\n"])
def test_a_name_that_cannot_be_a_path(dossier_of_sqlite: str, name: str) -> None:
    with pytest.raises(DatabaseUnusableError, match="is not a release name"):
        release(dossier_of_sqlite, name)


def test_a_release_is_for_ever(dossier_of_sqlite: str, tmp_path: Path) -> None:
    release(dossier_of_sqlite, "first")
    with pytest.raises(DatabaseUnusableError, match="There is a release first already"):
        release(dossier_of_sqlite, "first")
    made, saved = engine(dossier_of_sqlite), tmp_path / "saved.db"
    backups.backup(dossier_of_sqlite, saved)
    withdraw(made, CONTEXT)
    backups.restore(dossier_of_sqlite, saved, force=True)
    assert list(verify(made)) == []
    made.dispose()
    with serving(dossier_of_sqlite) as api:
        assert [one["name"] for one in api.get("/releases")["data"]] == ["first"]
        api.good("/releases/first.zip")


def test_the_command(empty_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    with pytest.raises(SystemExit) as ended:
        cli.main(["release", "2026-11"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == "Nothing was ever loaded, so there is nothing to release.\n"
    made = engine(empty_url)
    load(made, read([LYSYCHANSK], [EXCERPT]))
    made.dispose()
    with pytest.raises(SystemExit) as ended:
        cli.main(["release", "2026-11", "--message", "as reviewed"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("Release 2026-11: revision 1, ")


def test_parquet_is_there_where_the_extra_is(dossier_of_sqlite: str) -> None:
    environment = {"DATABASE_URL": dossier_of_sqlite, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "api.cli", "release", "first"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    with serving(dossier_of_sqlite) as api:
        names = zipfile.ZipFile(io.BytesIO(api.good("/releases/first.zip").content)).namelist()
    assert {"events.csv", "events.ndjson", "events.parquet", "SHA256SUMS"} <= set(names)


UCDP = PROJECT.parent / "shared" / "data" / "ucdp"
FILES = ("hdx_conflict_data_ukr_45col_crlf_to2018.csv", "hdx_conflict_data_ukr_52col_to2019.csv")


@pytest.mark.skipif(not UCDP.is_dir(), reason="the files of UCDP are not beside the project")
def test_differences_between_two_releases_of_ucdp(empty_url: str) -> None:
    """As docs/importing.md shows it."""
    for file, name in zip(FILES, ("ucdp-to-2018", "ucdp-to-2019"), strict=True):
        assert import_files(empty_url, "ucdp", [UCDP / file], Wish(), Console(file=io.StringIO())).loaded
        release(empty_url, name)
    with serving(empty_url) as api:
        rows = api.csv("/releases/ucdp-to-2018..ucdp-to-2019.csv")
    figures = [row for row in rows if row["field"].startswith("value.")]
    assert [(row["id"], row["field"], row["before"], row["after"]) for row in figures] == [
        ("ucdp-257655-unknown", "value.best", "2", "3")
    ]
    told = (PROJECT / "docs" / "importing.md").read_text()
    assert ",".join(figures[0].values()) in told
    assert sum(row["kind"] == "event" and row["op"] == "added" for row in rows) == 174
