"""While the database is away the answer is 503, and soon after its return it is right again; never 500, never wrong."""

import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from api.storage.database import engine
from migrations import migrate
from seed.backup import backup
from seed.files import read
from seed.load import load, withdraw
from tests.support.databases import LYSYCHANSK
from tests.support.live import Api, serving
from tests.support.own_postgres import OwnPostgres, own_postgres

RECOVERY_S = 30
PATHS = ("/events?party=ukraine", "/claims/count?q=refinery", "/sources", "/events.csv", "/vocabulary", "/disputes")


def fill(url: str) -> None:
    migrate(url)
    made = engine(url)
    load(made, read([LYSYCHANSK]))
    made.dispose()


def bodies(api: Api) -> dict[str, str]:
    return {path: api.good(path).text for path in PATHS}


def is_away(api: Api) -> None:
    """Every answer says so, and says when to ask again."""
    for path in (*PATHS, "/health", "/health/ready", "/events/nothing", "/nothing?x"):
        answer = api.ask(path)
        if path == "/nothing?x":
            assert answer.status_code == 404
            continue
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), path
        assert answer.json()["type"] == "/problems/unavailable"
    assert api.get("/health/live") == {"status": "ok"}
    assert "counterclaim_database_up 0.0" in api.good("/metrics").text


def comes_back(api: Api, right: dict[str, str]) -> None:
    """Every answer is right again, and until then it is 503."""
    began = time.monotonic()
    while (answer := api.ask(PATHS[0])).status_code != 200:
        assert answer.status_code == 503
        assert time.monotonic() - began < RECOVERY_S
        time.sleep(0.02)
    while time.monotonic() - began < 1:
        assert api.ask(PATHS[0]).status_code in {200, 503}
    assert bodies(api) == right
    assert "counterclaim_database_up 1.0" in api.good("/metrics").text


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as started:
        fill(started.url)
        yield started


def test_postgresql_goes_and_comes_back(server: OwnPostgres) -> None:
    with serving(server.url) as api:
        right = bodies(api)
        server.stop()
        is_away(api)
        server.start()
        comes_back(api, right)


def test_postgresql_comes_only_later(server: OwnPostgres) -> None:
    with serving(server.url) as api:
        right = bodies(api)
    server.stop()
    with serving(server.url) as api:
        is_away(api)
        server.start()
        comes_back(api, right)


def test_lost_connections_are_replaced_unseen(server: OwnPostgres) -> None:
    with serving(server.url) as api, psycopg.connect(server.url, autocommit=True) as connection:
        right = bodies(api)
        for _ in range(10):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'counterclaim'"
            )
            assert bodies(api) == right


def test_one_connection_answers_everybody(server: OwnPostgres) -> None:
    """Where the server refuses a second connection, because a role or the whole server has no more."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE few LOGIN CONNECTION LIMIT 1 IN ROLE pg_read_all_data")
    with (
        serving(server.url.replace("postgres@", "few@")) as api,
        ThreadPoolExecutor(12) as clients,
    ):
        right = api.good(PATHS[0]).text
        asked = [
            clients.submit(api.ask, path) for _ in range(50) for path in (PATHS[0], "/sources", "/claims", "/disputes")
        ]
        assert {one.result().status_code for one in asked} == {200}
        assert api.good(PATHS[0]).text == right


def test_a_hanging_server_is_not_a_long_query(server: OwnPostgres) -> None:
    with serving(server.url, statement_seconds=0.5) as api:
        api.good(PATHS[0])
        server.signal(signal.SIGSTOP)
        try:
            assert api.problem(PATHS[0], 503)["detail"] == "The database cannot be read right now."
        finally:
            server.signal(signal.SIGCONT)


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with serving(f"postgresql://nobody@/nothing?host={tmp_path}") as api:
        is_away(api)


def test_a_password_is_not_told(capfd: pytest.CaptureFixture[str]) -> None:
    with serving("postgresql://nobody:secret@127.0.0.1:1/nothing") as api:
        assert "secret" not in api.problem("/events", 503)["detail"]
    assert "secret" not in "".join(capfd.readouterr())


def test_a_file_goes_and_comes_back(dossier_of_sqlite: str, tmp_path: Path) -> None:
    file, away = Path(dossier_of_sqlite), tmp_path / "away.db"
    with serving(dossier_of_sqlite) as api:
        right = bodies(api)
        file.rename(away)
        time.sleep(0.3)
        is_away(api)
        away.rename(file)
        comes_back(api, right)


def test_a_file_comes_only_later(dossier_of_sqlite: str, tmp_path: Path) -> None:
    later = tmp_path / "later.db"
    with serving(str(later)) as api:
        is_away(api)
        assert not later.exists()
        shutil.copy(dossier_of_sqlite, later)
        with serving(dossier_of_sqlite) as other:
            comes_back(api, bodies(other))


def test_another_file_takes_its_place(dossier_of_sqlite: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    migrate(str(other))
    with serving(dossier_of_sqlite) as api:
        assert api.get("/claims/count") != {"count": 0}
        other.replace(dossier_of_sqlite)
        time.sleep(0.3)
        assert api.get("/claims/count") == {"count": 0}


def test_a_backup_moved_in_the_place_of_a_served_file_is_served(dossier_of_sqlite: str, tmp_path: Path) -> None:
    """SQLite would apply the log of the last load to it, where that still has content."""
    backup(dossier_of_sqlite, tmp_path / "saved.db")
    made = engine(dossier_of_sqlite)
    with serving(dossier_of_sqlite) as api:
        right = bodies(api)
        withdraw(made, "lysychansk-context")
        assert bodies(api) != right
        (tmp_path / "saved.db").replace(dossier_of_sqlite)
        time.sleep(0.3)
        assert bodies(api) == right
    made.dispose()


@pytest.mark.parametrize(("first", "length"), [(0, 100), (100, 4_000), (0, None)])
def test_a_file_is_damaged_and_put_right(
    dossier_of_sqlite: str, tmp_path: Path, first: int, length: int | None
) -> None:
    """Overwritten in place, or cut short while it is read: no answer is wrong, and the process survives."""
    file, sound = Path(dossier_of_sqlite), tmp_path / "sound.db"
    shutil.copy(file, sound)
    with serving(dossier_of_sqlite) as api:
        right = bodies(api)
        with file.open("r+b") as written:
            if length is None:
                written.truncate(first)
            else:
                written.seek(first)
                written.write(b"\xff" * length)
        _look_again(file)
        for path in PATHS:
            answer = api.ask(path)
            assert answer.status_code == 503 or answer.text == right[path]
        shutil.copy(sound, file.with_suffix(".new"))
        file.with_suffix(".new").replace(file)
        time.sleep(0.3)
        comes_back(api, right)


def _look_again(file: Path) -> None:
    """Have readers see the file's pages anew: somebody else's change empties their caches."""
    time.sleep(0.3)
    file.touch()


def test_a_file_that_somebody_holds(dossier_of_sqlite: str) -> None:
    """Alone with it, not even readers are let in; who waits is told in time, and others are answered meanwhile."""
    with serving(dossier_of_sqlite, lock_seconds=0.3) as api:
        holder = sqlite3.connect(dossier_of_sqlite, isolation_level=None)
        holder.execute("PRAGMA journal_mode = DELETE")
        right = bodies(api)
        holder.execute("BEGIN EXCLUSIVE")
        assert api.ask("/events").status_code == 503
        holder.execute("ROLLBACK")
        holder.close()
        comes_back(api, right)


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with serving(str(tmp_path)) as api:
        is_away(api)
