"""Several PostgreSQL servers at one address: which is read, which is loaded, and what becomes of one that goes away."""

import signal
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa

from api.storage.database import DatabaseUnusableError, engine
from api.storage.replicas import Seen, choose
from migrations import migrate
from seed.files import read
from seed.load import load, withdraw
from tests.server.test_trouble import bodies
from tests.support.databases import LYSYCHANSK
from tests.support.live import Api, serving
from tests.support.own_postgres import OwnPostgres, followed, together

CONTEXT = "lysychansk-context"
PATIENCE_S = 30
AWAY, PRIMARY, NEAR, FAR = None, Seen(standby=False, revision=9), Seen(standby=True, revision=8), Seen(True, 7)


@pytest.mark.parametrize(
    ("seen", "reading", "behind", "expected"),
    [
        ([PRIMARY, NEAR, FAR], "prefer-standby", 1, 1),
        ([PRIMARY, FAR, NEAR], "prefer-standby", 1, 2),
        ([PRIMARY, FAR, NEAR], "prefer-standby", 2, 1),
        ([PRIMARY, NEAR, FAR], "prefer-standby", 0, 0),
        ([PRIMARY, AWAY, FAR], "prefer-standby", 1, 0),
        ([AWAY, FAR, NEAR], "prefer-standby", 0, 2),
        ([AWAY, AWAY], "prefer-standby", 1, None),
        ([NEAR, PRIMARY], "any", 1, 0),
        ([NEAR, PRIMARY], "any", 0, 1),
        ([NEAR, PRIMARY], "primary", 1, 1),
        ([NEAR, AWAY], "read-write", 1, None),
        ([PRIMARY, NEAR], "standby", 1, 1),
        ([PRIMARY, NEAR], "read-only", 0, None),
    ],
)
def test_which_server_is_read(seen: list[Seen | None], reading: str, behind: int, expected: int | None) -> None:
    assert choose(seen, reading, behind) == expected


@pytest.fixture(scope="module")
def servers() -> Iterator[list[OwnPostgres]]:
    with followed() as started:
        migrate(together(started))
        made = engine(together(started))
        load(made, read([LYSYCHANSK], ["lysychansk"]))
        made.dispose()
        settled(lambda: newest(started[1]) == newest(started[0]))
        yield started


def newest(server: OwnPostgres) -> int:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT coalesce(max(number), 0) FROM revision").fetchone()
    return int(row[0]) if row else 0


def settled(holds: Callable[[], bool]) -> None:
    """Return once it holds."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def on(server: OwnPostgres, statement: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(statement.encode())


def is_read(api: Api, server: OwnPostgres) -> bool:
    """Whether an answer now comes from this server."""
    assert api.app is not None
    api.good("/events/count")
    return str(server.folder) in sa.make_url(api.app.state.data.reader.url).query.values()


def reload(servers: list[OwnPostgres]) -> None:
    """Two revisions more, with the same data after them as before."""
    made = engine(together(servers))
    load(made, read([LYSYCHANSK], [CONTEXT]))
    withdraw(made, CONTEXT)
    made.dispose()


def test_a_standby_that_is_behind_is_not_read_until_it_has_caught_up(servers: list[OwnPostgres]) -> None:
    primary, standby = servers
    with serving(together(servers)) as api:
        right = bodies(api)
        assert is_read(api, standby)
        on(standby, "SELECT pg_wal_replay_pause()")
        reload(servers)
        assert newest(primary) == newest(standby) + 2
        settled(lambda: is_read(api, primary))
        assert api.get("/health")["revision"] == newest(primary)
        assert bodies(api) == right
        on(standby, "SELECT pg_wal_replay_resume()")
        settled(lambda: is_read(api, standby))
        assert api.get("/health")["revision"] == newest(primary)
    with serving(together(servers), revisions_behind=2) as api:
        on(standby, "SELECT pg_wal_replay_pause()")
        reload(servers)
        assert is_read(api, standby)
        on(standby, "SELECT pg_wal_replay_resume()")
    settled(lambda: newest(standby) == newest(primary))


def test_a_server_that_hangs_holds_nobody_up(servers: list[OwnPostgres]) -> None:
    primary, standby = servers
    with serving(together(servers)) as api:
        right = bodies(api)
        assert is_read(api, standby)
        standby.signal(signal.SIGSTOP)
        try:
            assert bodies(api) == right
            assert is_read(api, primary)
        finally:
            standby.signal(signal.SIGCONT)
        settled(lambda: is_read(api, standby))
        primary.signal(signal.SIGSTOP)
        try:
            with pytest.raises(
                DatabaseUnusableError, match=r"^No host in DATABASE_URL takes writes: connection timeout "
            ):
                engine(together(servers))
            assert bodies(api) == right
        finally:
            primary.signal(signal.SIGCONT)


def test_a_server_that_stops_is_replaced_unseen(servers: list[OwnPostgres]) -> None:
    primary, standby = servers
    with serving(together(servers)) as api:
        right = bodies(api)
        assert is_read(api, standby)
        standby.stop()
        assert bodies(api) == right
        assert is_read(api, primary)
        standby.start()
        settled(lambda: is_read(api, standby))
        assert bodies(api) == right


def test_nobody_takes_writes_or_two_do(servers: list[OwnPostgres]) -> None:
    primary, standby = servers
    with pytest.raises(
        DatabaseUnusableError, match=r"^No host in DATABASE_URL takes writes: .*session is read-only\.$"
    ):
        engine(together([standby, standby]))
    with pytest.raises(DatabaseUnusableError, match=r" do: stop the old one\.$"):
        engine(together([primary, primary]))
    with pytest.raises(DatabaseUnusableError, match=r"cannot execute .* in a read-only transaction\.$"):
        migrate(standby.url.replace("/postgres?", "/template1?"))


def test_no_server_is_there() -> None:
    with serving("postgresql://nobody:secret@127.0.0.1:1,127.0.0.1:2/nothing") as api:
        for path in ("/events", "/health", "/health/ready", "/events.csv"):
            answer = api.ask(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), path
