"""The command line: what it does, and the one line it prints when it cannot."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
import yaml

from api import cli
from api.settings import PROJECT
from api.storage.database import engine
from migrations import require_current
from tests.support.live import Api

SIZE_OF_THE_EXCERPT = 46


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An SQLite file that does not exist yet, which the commands will use."""
    url = str(tmp_path / "data" / "counterclaim.db")
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a command which cannot be run leaves on stderr, with exit code 1."""
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    out, err = capsys.readouterr()
    assert (exited.value.code, out, err.count("\n")) == (1, "", 1)
    return err.rstrip("\n")


def test_the_version_is_the_same_wherever_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        cli.main(["--version"])
    assert exited.value.code == 0
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert capsys.readouterr().out == f"counterclaim {project['version']}\n"
    cited = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert (PROJECT / "LICENSE").read_text().startswith(f"{project['license']} License\n")


def test_migrate_builds_and_keeps(database: str) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit) as exited:
            cli.main(["migrate"])
        assert exited.value.code == 0
    require_current(database)


@contextmanager
def running(url: str, *arguments: str) -> Iterator[tuple[str, list[str]]]:
    """A server of the command line, stopped in the end as Ctrl-C does; yields its root and what it said."""
    server = subprocess.Popen(
        [sys.executable, "-m", "api.cli", *arguments, "--port", "0"],
        env={**os.environ, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        first = server.stdout.readline()
        said = [first] + [server.stdout.readline() for _ in range(8 if arguments == ("up",) else 2)]
        yield first.split()[3], said
    finally:
        server.send_signal(signal.SIGINT)
        rest = server.stdout.read()
        server.stdout.close()
        assert (server.wait(), rest) == (128 + signal.SIGINT, "")


def test_up_loads_the_dossier_and_says_what_to_open(blank_url: str) -> None:
    answers, revisions = [], []
    for _ in range(2):
        with running(blank_url, "up") as (root, said):
            assert said[0] == f"Counterclaim answers at {root} (Ctrl-C stops it). Worth opening:\n"
            opened = [line.strip() for line in said[1::2]]
            assert len(opened) == 4
            for page in opened:
                assert httpx.get(page).status_code == 200
            answers.append(httpx.get(f"{root}/claims/count").json())
            revisions.append(httpx.get(f"{root}/health").json()["revision"])
    assert answers[0] == answers[1]
    assert answers[0]["count"] > SIZE_OF_THE_EXCERPT
    assert revisions == [1, 1]


def test_uvicorn_serves_it_too(dossier_url: str) -> None:
    """Importing the module builds nothing; whoever asks it for `app` gets the service, limits and all."""
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "api.main:app", "--port", "0", "--root-path", "/conflict"],
        env={**os.environ, "DATABASE_URL": dossier_url, "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    root = next(found[0] for line in server.stderr if (found := re.search(r"http://[\d.:]+", line)))
    try:
        capture = httpx.get(f"{root}/events/capture-of-lysychansk")
        assert (capture.status_code, capture.json()["id"]) == (200, "capture-of-lysychansk")
        assert capture.headers["x-content-type-options"] == "nosniff"
        assert httpx.post(f"{root}/events").status_code == 405
        for path in ("/events", "/conflict/events"):  # some proxies take the prefix away, some leave it
            page = httpx.get(f"{root}{path}?limit=1").json()
            assert page["links"]["next"].startswith("/conflict/events?limit=1&cursor=")
            assert page["data"][0]["url"].startswith("/conflict/events/")
            assert httpx.get(f"{root}{page['links']['next']}").status_code == 200
        assert httpx.get(f"{root}/conflict/ogc").json()["links"][0]["href"] == f"{root}/conflict/ogc"
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)


def test_the_package_seeds_itself(empty_url: str) -> None:
    def seed() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "seed"],
            env={**os.environ, "DATABASE_URL": empty_url},
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
        return done.stdout

    assert seed() != seed()
    assert ": 0 new, 0 changed, " in seed()


def test_serve_loads_nothing(empty_url: str) -> None:
    with running(empty_url, "serve") as (root, _):
        assert httpx.get(f"{root}/health").status_code == 200


@pytest.mark.parametrize("command", ["up", "serve"])
@pytest.mark.usefixtures("database")
def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused(capsys, command, "--port", str(port)) == (
            f"Port {port} is taken: stop what uses it, or choose another with --port or COUNTERCLAIM_PORT."
        )


def test_a_port_for_metrics_that_is_taken(
    empty_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("COUNTERCLAIM_METRICS_ADDRESS", f"127.0.0.1:{port}")
        assert refused(capsys, "serve", "--port", "0") == (
            f"Port {port} is taken: stop what uses it, or choose another with COUNTERCLAIM_METRICS_ADDRESS."
        )


@pytest.mark.usefixtures("database")
def test_an_address_that_is_not_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "up", "--host", "192.0.2.1").startswith("Cannot serve on 192.0.2.1, port 8000: ")


def test_a_folder_that_cannot_be_written_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("DATABASE_URL", f"{tmp_path}/data/counterclaim.db")
    assert refused(capsys, "migrate") == f"Cannot make the folder {tmp_path}/data: File exists."


def test_a_database_that_is_newer_than_the_code(capsys: pytest.CaptureFixture[str], database: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["migrate"])
    made = engine(database)
    with made.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    made.dispose()
    for command in ("migrate", "up", "serve"):
        port = () if command == "migrate" else ("--port", "0")
        assert refused(capsys, command, *port).startswith("The database is newer than this code (its version is 9999,")


@pytest.mark.parametrize(
    "command",
    [
        "serve --port 0",
        "mcp",
        "seed",
        "load pyproject.toml",
        "import ucdp pyproject.toml",
        "export no-folder",
        "backup no-file",
        "release 2026-11",
        "withdraw lysychansk",
        "verify",
        "rebuild",
    ],
)
@pytest.mark.usefixtures("database")
def test_a_database_that_was_never_built(capsys: pytest.CaptureFixture[str], command: str) -> None:
    told = refused(capsys, *command.split())
    assert told.startswith("There is no database yet at ")
    assert told.endswith("counterclaim.db: run `counterclaim migrate` first.")


def test_a_server_that_is_not_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/db")
    said = refused(capsys, "migrate")
    assert said.startswith("Cannot use the database ")
    assert "secret" not in said


def test_a_setting_that_is_nonsense(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERCLAIM_PORT", "eighty")
    said = "The setting COUNTERCLAIM_PORT cannot be 'eighty': it takes a whole number from 0 to 65535."
    assert refused(capsys, "migrate") == said


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("COUNTERCLAIM_PROT", "There is no setting COUNTERCLAIM_PROT: did you mean COUNTERCLAIM_PORT?"),
        ("counterclaim_prot", "There is no setting counterclaim_prot: did you mean COUNTERCLAIM_PORT?"),
        ("COUNTERCLAIM_DATABASE_URL", "There is no setting COUNTERCLAIM_DATABASE_URL: did you mean DATABASE_URL?"),
        ("COUNTERCLAIM_XYZZY", "There is no setting COUNTERCLAIM_XYZZY."),
    ],
)
def test_a_setting_that_there_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str, words: str
) -> None:
    monkeypatch.setenv(variable, "1")
    assert refused(capsys, "migrate") == words


def test_openapi_is_what_is_served(capsys: pytest.CaptureFixture[str], sqlite_api: Api) -> None:
    with pytest.raises(SystemExit) as exited:
        cli.main(["openapi"])
    assert exited.value.code == 0
    assert json.loads(capsys.readouterr().out) == sqlite_api.get("/openapi.json")


def done(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that did its work leaves on stdout."""
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    out, err = capsys.readouterr()
    assert (exited.value.code, err) == (0, "")
    return out.rstrip("\n")


@pytest.mark.usefixtures("database")
def test_seed_loads_one_dataset_or_all_and_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    done(capsys, "migrate")
    first = re.fullmatch(
        r"(\d+) records read: \1 new, 0 changed, 0 unchanged, 0 vanished \(kept\)\.", done(capsys, "seed", "lysychansk")
    )
    assert first
    both = re.fullmatch(r"(\d+) records read: (\d+) new, 0 changed, (\d+) unchanged, .*", done(capsys, "seed"))
    assert both
    read, new, unchanged = map(int, both.groups())
    assert (unchanged, read) == (int(first[1]), new + unchanged)
    assert done(capsys, "seed") == f"{read} records read: 0 new, 0 changed, {read} unchanged, 0 vanished (kept)."


@pytest.mark.usefixtures("database")
def test_seed_names_the_datasets_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    done(capsys, "migrate")
    said = refused(capsys, "seed", "lysichansk")
    assert "lysichansk" in said
    assert "did you mean lysychansk" in said


def test_check_is_for_authors(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert done(capsys, "check", str(PROJECT / "seed" / "lysychansk")) == "No faults: everything can be loaded."
    file = tmp_path / "mine.toml"
    file.write_text('dataset = "mine"\n[[actors]]\nid = "a"\nkind = "sid"\nname = "A"\n')
    said = refused(capsys, "check", str(file))
    assert said.startswith(f"{file}: actor a: kind: ")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert (
        refused(capsys, "check", str(empty)).rstrip()
        == f"{empty}: is a folder without files of records (.csv, .json, .jsonl, .ndjson, .toml, .tsv, .xlsx)"
    )


ENDING = """
import atexit, signal, sys
import api.__main__ as command
atexit.register(signal.raise_signal, signal.SIGINT)
command.main()
"""


def test_ctrl_c_after_all_is_done_changes_nothing() -> None:
    """While Python ends, no handler of ours can run any more."""
    shown = subprocess.run(
        [sys.executable, "-c", ENDING, "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
