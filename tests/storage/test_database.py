"""Addresses of databases, and what people are told when one cannot be used."""

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict

from api import __main__ as command
from api.settings import PROJECT, Settings
from api.storage import database
from api.storage.bulk import Store
from api.storage.database import (
    DatabaseUnusableError,
    address,
    dsn,
    engine,
    explained,
    is_sqlite,
    servers,
    sqlite_file,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("data/a.db", "sqlite:///data/a.db"),
        ("/data/a.db", "sqlite:////data/a.db"),
        ("sqlite:///data/a.db", "sqlite:///data/a.db"),
        ("sqlite+aiosqlite:////data/a.db", "sqlite:////data/a.db"),
        ("postgres://me@host/db", "postgresql+psycopg://me@host/db"),
        ("postgresql+asyncpg://me@host:5433/db", "postgresql+psycopg://me@host:5433/db"),
    ],
)
def test_addresses(url: str, expected: str) -> None:
    assert str(address(url)) == expected
    assert is_sqlite(url) == expected.startswith("sqlite")


def test_addresses_as_each_client_takes_them() -> None:
    assert sqlite_file("sqlite:///data/a.db") == Path("data/a.db")
    assert [dsn(one) for one in servers("postgres://me:secret@host/db").addresses] == ["postgresql://me:secret@host/db"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me@one:5433,two/db", ["me@one:5433/db", "me@two/db"]),
        ("postgresql://me:a%2Cb@one,[::1]:5433/db", ["me:a%2Cb@one/db", "me:a%2Cb@[::1]:5433/db"]),
        (
            "postgresql://one,two,three/db?sslmode=require",
            [f"{one}/db?sslmode=require" for one in ("one", "two", "three")],
        ),
        ("postgresql://one,two", ["one/", "two/"]),
        ("postgresql://me@/db?host=one:1&host=two:2", ["me@one:1/db", "me@two:2/db"]),
        ("postgresql://me@/db?host=/a,/b&port=1,2", ["me@/db?host=%2Fa&port=1", "me@/db?host=%2Fb&port=2"]),
        ("postgresql://me@/db?host=one,two&port=5433", ["me@one:5433/db", "me@two:5433/db"]),
        ("postgresql://me@host/db?options=-csearch_path%3Dx", ["me@host/db?options=-csearch_path%3Dx"]),
    ],
)
def test_several_servers(url: str, expected: list[str]) -> None:
    found = servers(url)
    assert [dsn(one).removeprefix("postgresql://") for one in found.addresses] == expected
    assert (found.reading, found.connect_s) == ("prefer-standby", 5 if len(expected) == 1 else 2)


@pytest.mark.parametrize("hosts", ["one", "one,two"])
@pytest.mark.parametrize("password", ["a b+c%?=", "choose one", "choose%20one"])
def test_a_space_is_a_space(hosts: str, password: str) -> None:
    """SQLAlchemy writes some as they are, which psycopg refuses, and some as `+`, which it does not take for one."""
    found = servers(f"postgresql://me:{password}@{hosts}/my db?options=-c%20search_path%3Da%2Bb&sslcert=/a%20b")
    told = [conninfo_to_dict(dsn(server)) for server in found.addresses]
    assert [one.pop("host") for one in told] == hosts.split(",")
    assert told == [
        {
            "user": "me",
            "password": password.replace("%20", " "),
            "dbname": "my db",
            "options": "-c search_path=a+b",
            "sslcert": "/a b",
        }
    ] * len(told)


def test_which_server_is_read_and_how_long_it_is_waited_for() -> None:
    found = servers("postgresql://one,two/db?target_session_attrs=any&connect_timeout=9")
    assert [dsn(one) for one in found.addresses] == ["postgresql://one/db", "postgresql://two/db"]
    assert (found.reading, found.connect_s) == ("any", 9)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("keepalives=1", "keepalives, and may have host, port, target_session_attrs, connect_timeout, sslmode, "),
        ("target_session_attrs=fast", "target_session_attrs=fast: one of prefer-standby, any, primary, read-write, "),
        ("sslmode=require&sslmode=disable", "sslmode 2 times, which can be there once."),
        ("connect_timeout=1&connect_timeout=2", "connect_timeout 2 times, which can be there once."),
        ("=1", "a parameter without a name, and may have host, "),
        ("connect_timeout=0", "connect_timeout=0: whole seconds, 1 to 9999."),
        ("connect_timeout=99999999999", "connect_timeout=99999999999: whole seconds, 1 to 9999."),
        ("sslmode=verify", "sslmode=verify: one of disable, allow, prefer, require, verify-ca, verify-full."),
        ("port=0", "the port 0: 1 to 65535."),
        ("port=5432&port=65536", "the port 65536: 1 to 65535."),
        ("port=5432,http", "the port http: 1 to 65535."),
        ("connect_timeout=soon", "connect_timeout=soon: whole seconds, 1 to 9999."),
    ],
)
def test_parameters_that_one_driver_would_not_take_are_refused(query: str, said: str) -> None:
    for use in (address, engine, database.viewer, servers):
        with pytest.raises(DatabaseUnusableError, match=f"^DATABASE_URL has {said}"):
            use(f"postgresql://host/db?{query}")


@pytest.mark.parametrize("url", ["postgresql://{}/db", "postgresql://{},b/db", "postgresql:///db?host=/tmp,{}"])
@pytest.mark.parametrize("host", ["a" * 64, "a..b"])
def test_names_that_no_host_can_have_are_refused(url: str, host: str) -> None:
    with pytest.raises(DatabaseUnusableError, match=f"^DATABASE_URL has the host {host}, "):
        address(url.format(host))


@pytest.mark.parametrize(
    "url",
    ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "postgresql://host:port/db", "postgresql://a:1,b:x/db"],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(DatabaseUnusableError, match=r"^DATABASE_URL "):
        address(url)


def unusable(url: str) -> str:
    """What somebody reads who tries to use the database."""
    with pytest.raises(DatabaseUnusableError) as raised:
        write(url)
    return str(raised.value)


def write(url: str, mistake: type[Exception] | None = None) -> None:
    """Make a table in a transaction, and perhaps a mistake after that."""
    with explained(url):
        made = engine(url)
        try:
            with made.begin() as connection:
                connection.exec_driver_sql("CREATE TABLE a (b INTEGER)")
                if mistake is not None:
                    raise mistake
        finally:
            made.dispose()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert unusable(f"{tmp_path}/file/data/a.db") == f"Cannot make the folder {tmp_path}/file/data: Not a directory."


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    assert unusable(str(tmp_path)) == f"Cannot use the database {tmp_path}: it is a folder, not a file."


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("These are notes about the battle, and no database.\n" * 100)
    assert unusable(f"{tmp_path}/a.db") == (
        f"Cannot use the database sqlite:///{tmp_path}/a.db: file is not a database: name another, or if it was one, "
        "move it away and restore a backup (`counterclaim restore`)."
    )


def test_no_such_server() -> None:
    said = unusable("postgresql://me:secret@127.0.0.1:1/db")
    assert said.startswith("Cannot use the database postgresql+psycopg://me:***@127.0.0.1:1/db: ")
    assert "onnection refused" in said
    assert "\n" not in said


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)  # SQLite would make the file
def test_no_such_database(blank_url: str) -> None:
    said = unusable(sa.make_url(blank_url).set(database="nowhere").render_as_string())
    assert said.endswith('database "nowhere" does not exist.')


def test_a_writer_waits_for_another(blank_url: str) -> None:
    """The second begins when the first has ended, and sees what it wrote."""
    made = engine(blank_url)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (b INTEGER)")
        connection.exec_driver_sql("INSERT INTO a VALUES (1)")
    begun = threading.Event()

    def first() -> None:
        with made.begin() as connection:
            connection.exec_driver_sql("UPDATE a SET b = b + 1")
            begun.set()
            time.sleep(0.2)

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait()
    with made.begin() as connection:
        connection.exec_driver_sql("UPDATE a SET b = b * 10")
        assert connection.exec_driver_sql("SELECT b FROM a").scalar() == 20
    thread.join()
    made.dispose()


def test_sqlite_is_set_up_to_keep_what_it_is_told(tmp_path: Path) -> None:
    made = engine(str(tmp_path / "a.db"))
    with made.connect() as connection:
        names = ("foreign_keys", "journal_mode", "synchronous", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    made.dispose()
    assert found == [1, "wal", 2, 5000]


def test_tables_vanish_with_a_failed_transaction(blank_url: str) -> None:
    with pytest.raises(ZeroDivisionError):
        write(blank_url, mistake=ZeroDivisionError)
    made = engine(blank_url)
    assert not sa.inspect(made).has_table("a")
    made.dispose()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert Settings().database_url == str(PROJECT / "data" / "counterclaim.db")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@host/db")
    monkeypatch.setenv("COUNTERCLAIM_PORT", "8001")
    monkeypatch.setenv("COUNTERCLAIM_HOST", "")
    assert Settings() == Settings(database_url="postgresql://me@host/db", port=8001, host="127.0.0.1")


def test_opening_a_new_file_waits_for_the_first_opener(tmp_path: Path) -> None:
    """SQLite itself does not wait when the way of writing is chosen."""
    file = tmp_path / "a.db"
    held = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.2, held.rollback)
    timer.start()
    made = engine(str(file))
    with made.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    made.dispose()
    timer.join()
    held.close()


def test_waiting_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 100)
    monkeypatch.setattr(database, "PRAGMAS", ("busy_timeout = 100",))
    file = tmp_path / "a.db"
    held = sqlite3.connect(file, isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    assert unusable(str(file)).endswith(": database is locked.")
    held.close()


def test_mistakes_of_ours_are_not_explained_away(tmp_path: Path) -> None:
    made = engine(str(tmp_path / "a.db"))
    with made.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE a (b INTEGER NOT NULL)")
        with pytest.raises(sa.exc.IntegrityError), explained(str(tmp_path)):
            connection.exec_driver_sql("INSERT INTO a VALUES (NULL)")
    made.dispose()


def by_cursor(connection: sa.Connection) -> None:
    Store(connection).run("SELECT pg_sleep(600)")


def by_sqlalchemy(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SELECT pg_sleep(600)")


def between_sending_and_waiting(connection: sa.Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.pgconn.send_query(b"SELECT pg_sleep(600)")
    time.sleep(60)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)  # SQLite's statements end before the signal counts
@pytest.mark.parametrize("work", [by_cursor, by_sqlalchemy, between_sending_and_waiting])
def test_ctrl_c_ends_the_statement_that_runs(
    blank_url: str, monkeypatch: pytest.MonkeyPatch, work: Callable[[sa.Connection], None]
) -> None:
    """What is raised is the signal's own exception, and nothing is left running or locked on the server."""
    monkeypatch.setattr(command.StoppedError, "asked", None)
    made = engine(blank_url)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (b INTEGER)")
    before = signal.signal(signal.SIGALRM, command.stop)

    def load() -> None:
        with made.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE a")
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            work(connection)

    try:
        with pytest.raises(command.StoppedError):
            load()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with made.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        connection.exec_driver_sql("INSERT INTO a VALUES (1)")
    made.dispose()
