"""Whoever may only read can serve everything: a role with SELECT alone, and a file and a folder that are sealed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from api.settings import PROJECT
from api.storage.database import engine
from seed.backup import backup
from tests.server.test_trouble import fill
from tests.support.faults import command, done, filled, service, small_disk
from tests.support.live import Api, serving
from tests.support.own_postgres import own_postgres

PATHS = (
    "/health/ready",
    "/events",
    "/events?as_of=2022-07-02&status=disputed",
    "/claims?q=refinery&total=true",
    "/events.csv",
    "/locations.geojson?bbox=38,48,39,49",
    "/disputes",
    "/actors/haidai/positions",
    "/events?party=nobody",
    "/vocabulary",
)
# Root may do anything, unless it gives that up: then the bits of files hold for it too.
POWERLESS = """
import ctypes, os, sys
if os.geteuid() == 0:
    for power in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        assert ctypes.CDLL(None).prctl(24, power, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-m", "api.cli", *sys.argv[1:]])
"""


def bodies(api: Api) -> dict[str, str]:
    answers = {path: api.ask(path) for path in PATHS}
    return {path: re.sub(r'"loaded_at":"[^"]*"', "", answer.text) for path, answer in answers.items()}


def is_served(api: Api, right: dict[str, str]) -> None:
    assert bodies(api) == right
    numbers = api.good("/metrics").text
    assert "counterclaim_database_up 1.0" in numbers
    assert 'counterclaim_records{kind="claim"} 63.0' in numbers


def documented() -> list[str]:
    """The statements of README.md that make the role."""
    found = re.search(r"```sql\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert found
    return [statement.strip() for statement in found[1].split(";") if statement.strip()]


def test_a_role_that_may_select_and_no_more() -> None:
    with own_postgres() as server:
        fill(server.url)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE counterclaim TEMPLATE postgres")
        whole = server.url.replace("/postgres?", "/counterclaim?")
        with psycopg.connect(whole) as connection:
            for statement in documented():
                connection.execute(statement.encode())
        reader = whole.replace("//postgres@", "//reader@")
        with serving(whole) as api:
            right = bodies(api)
        with serving(reader) as api:
            is_served(api, right)
        cannot_write(reader)
        is_refused_in_one_line(reader)


def cannot_write(url: str) -> None:
    made = engine(url)
    tables = sa.inspect(made).get_table_names()
    assert {"event", "event_document", "facet", "revision", "alembic_version"} <= set(tables)
    for table in tables:
        for statement in (f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES", f"DROP TABLE {table}"):  # noqa: S608
            with pytest.raises(sa.exc.ProgrammingError), made.begin() as connection:
                connection.execute(sa.text(statement))
    with pytest.raises(sa.exc.ProgrammingError), made.begin() as connection:
        connection.execute(sa.text("CREATE TABLE mine (id integer)"))
    made.dispose()


def is_refused_in_one_line(reader: str) -> None:
    for words in (("seed",), ("withdraw", "lysychansk-context"), ("rebuild",), ("release", "mine")):
        running = command(reader, *words)
        said, _ = running.communicate(timeout=60)
        assert running.returncode == 1
        assert re.fullmatch(r"Cannot use the database .*/counterclaim\?.*: permission denied for table \w+\.\n", said)


@pytest.fixture
def sealed(dossier_of_sqlite: str, tmp_path: Path) -> Iterator[Path]:
    """A backup in a folder, neither of which can be written to."""
    file = tmp_path / "sealed" / "counterclaim.db"
    file.parent.mkdir()
    backup(dossier_of_sqlite, file)
    file.chmod(0o444)
    file.parent.chmod(0o555)
    yield file
    file.parent.chmod(0o755)


@contextmanager
def powerless(file: Path, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    environment = {**os.environ, "DATABASE_URL": str(file), "COUNTERCLAIM_PORT": "0"}
    started = subprocess.Popen(
        [sys.executable, "-c", POWERLESS, *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with started:
        try:
            yield started
        finally:
            started.terminate()


@pytest.mark.skipif(sys.platform != "linux", reason="gives up the powers of root as Linux knows them")
def test_a_file_and_a_folder_that_cannot_be_written_to(sealed: Path, dossier_of_sqlite: str) -> None:
    before = sealed.read_bytes()
    with serving(dossier_of_sqlite) as api:
        right = bodies(api)
    with powerless(sealed, "serve") as started:
        assert started.stdout is not None
        address = re.search(r"http://\S+", started.stdout.readline())
        assert address
        with httpx.Client(base_url=address[0]) as client:
            is_served(Api(client), right)
    with powerless(sealed, "seed", "--prune") as started:
        said, _ = started.communicate(timeout=60)
        assert started.returncode == 1
        assert re.fullmatch(r"Cannot use the database .*: it cannot be written to\.\n", said)
    with powerless(sealed, "verify") as started:
        said, _ = started.communicate(timeout=60)
        assert (started.returncode, said) == (0, "Everything holds.\n")
    assert sealed.read_bytes() == before
    assert {path.name for path in sealed.parent.iterdir()} == {sealed.name, f"{sealed.name}.sha256"}


def test_a_disk_without_a_free_byte() -> None:
    """A backup is served all the same; a database that readers share room for says so in one line."""
    with small_disk(64) as disk:
        shared, saved = disk / "shared.db", disk / "saved.db"
        done(str(shared), "migrate")
        done(str(shared), "seed", "lysychansk")
        done(str(shared), "backup", str(saved))
        for beside in ("-wal", "-shm"):
            Path(f"{shared}{beside}").unlink(missing_ok=True)
        with filled(disk, 0):
            with service(str(saved)) as served, httpx.Client(base_url=served.root) as client:
                assert client.get("/events/count").json() == {"count": 27}
                assert client.get("/events.csv").status_code == 200
            running = command(str(shared), "verify")
            said, _ = running.communicate()
            assert running.returncode == 1
            assert said == (
                f"Cannot use the database sqlite:///{shared}: its disk has no room for what readers share; free some, "
                "or serve what `counterclaim backup` made.\n"
            )
