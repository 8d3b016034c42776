"""Servers and databases that are killed, cut off and started again while clients ask: no answer is ever wrong."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.server.test_trouble import RECOVERY_S, fill
from tests.support.crowd import AWAY, CLIENTS, CUT, PATHS, REFUSED, RIGHT, Crowd, bodies, recovered
from tests.support.faults import done, proxy, revive, service, settled, sound
from tests.support.imitations import release
from tests.support.own_postgres import OwnPostgres, own_postgres
from tests.support.wire import Wire

TIMES = 20

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as started:
        fill(started.url)
        yield started


def say(waited: list[float]) -> None:
    """Print the longest time until every path was answered rightly again, for docs/reliability.md."""
    print(f"right again within {max(waited):.2f} s, {len(waited)} times")  # noqa: T201 - it is measured here


def test_the_service_is_killed(dossier_url: str, chance: random.Random) -> None:
    """Whoever asks sees that the connection ended; started again, it answers as before."""
    with service(dossier_url) as served:
        right = bodies(served.root)
        waited = []
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.05, 0.5))
                served.stop(signal.SIGKILL)
                served.start()
                waited.append(recovered(served.root, right, RECOVERY_S))
        say(waited)
        outcomes = crowd.judge({1: right}, REFUSED, CUT)
        assert outcomes[REFUSED] > TIMES
    sound(dossier_url)


def test_postgresql_is_killed(server: OwnPostgres, chance: random.Random) -> None:
    """All of its processes at once, as the system does when memory runs out."""
    with service(server.url) as served:
        right = bodies(served.root)
        waited = []
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.05, 0.5))
                server.stop(signal.SIGKILL)
                time.sleep(chance.uniform(0, 0.3))
                revive(server)
                waited.append(recovered(served.root, right, RECOVERY_S))
        say(waited)
        assert crowd.judge({1: right}, AWAY, CUT)[AWAY]
    sound(server.url)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_postgresql_is_restarted(server: OwnPostgres, chance: random.Random, how: signal.Signals) -> None:
    with service(server.url) as served:
        right = bodies(served.root)
        waited = []
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.05, 0.5))
                server.stop(how)
                time.sleep(chance.uniform(0, 0.3))
                revive(server)
                waited.append(recovered(served.root, right, RECOVERY_S))
        say(waited)
        assert crowd.judge({1: right}, AWAY, CUT)[AWAY]
    sound(server.url)


OURS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'counterclaim'"
END = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'counterclaim'"


def test_a_process_of_postgresql_is_killed(server: OwnPostgres, chance: random.Random) -> None:
    """The server then ends all others too, for memory that they share may be damaged, and recovers by itself."""
    with service(server.url) as served:
        right = bodies(served.root)
        waited = []
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.05, 0.5))
                with psycopg.connect(server.url) as connection:
                    pids = [pid for (pid,) in connection.execute(OURS).fetchall()]
                os.kill(chance.choice(pids), signal.SIGKILL)
                settled(server)
                waited.append(recovered(served.root, right, RECOVERY_S))
        say(waited)
        assert crowd.judge({1: right}, AWAY, CUT)[AWAY]
    sound(server.url)


def test_connections_are_ended_by_the_database(server: OwnPostgres, chance: random.Random) -> None:
    with service(server.url) as served, psycopg.connect(server.url, autocommit=True) as connection:
        right = bodies(served.root)
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.2, 0.5))
                connection.execute(END)
        outcomes = crowd.judge({1: right}, AWAY, CUT)
        assert outcomes[AWAY] <= TIMES * CLIENTS  # what was under way at each ending, however slow the machine


def test_the_way_to_postgresql_is_cut(server: OwnPostgres, chance: random.Random) -> None:
    with proxy(server) as (way, url), service(url) as served:
        right = bodies(served.root)
        waited = []
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.05, 0.5))
                way.cut()
                time.sleep(chance.uniform(0, 1))
                way.let_through()
                waited.append(recovered(served.root, right, RECOVERY_S))
        say(waited)
        assert crowd.judge({1: right}, AWAY, CUT)[AWAY]


def test_the_way_to_postgresql_lets_nothing_through(server: OwnPostgres, chance: random.Random) -> None:
    """A cable that is pulled out: nobody says that the connection has ended."""
    with proxy(server) as (way, url), service(url, statement_seconds=0.5, pool_seconds=0.5) as served:
        right = bodies(served.root)
        waited = []
        with Crowd(served.root) as crowd:
            for _ in range(TIMES):
                time.sleep(chance.uniform(0.05, 0.5))
                way.hold()
                time.sleep(chance.uniform(0, 4))
                way.let_through()
                waited.append(recovered(served.root, right, RECOVERY_S))
        say(waited)
        assert crowd.judge({1: right}, AWAY, CUT)[AWAY]


def test_a_service_is_told_to_stop(dossier_url: str, tmp_path: Path) -> None:
    """Another one takes its place; who keeps to a connection until told otherwise has every request answered."""
    done(dossier_url, "import", "ucdp", str(release(tmp_path / "large.csv", 1_500)))
    with ExitStack() as running:
        old = running.enter_context(service(dossier_url, drain_seconds=0.5))
        new = running.enter_context(service(dossier_url, drain_seconds=0.5))
        new.stop()
        right = bodies(old.root, (*PATHS, LONG))
        with Crowd(old.root) as crowd:
            for _ in range(TIMES):
                new.start()
                with ThreadPoolExecutor() as pool:
                    slow = pool.submit(read_slowly, old.root, LONG)
                    time.sleep(0.2)
                    crowd.roots = [new.root]
                    assert old.stop() == -signal.SIGTERM
                    assert slow.result() == right[LONG]
                old, new = new, old
        assert crowd.judge({2: right}).keys() == {RIGHT}


LONG = "/claims.ndjson?undated=include"


def read_slowly(root: str, path: str) -> bytes:
    """An answer, taken in over two seconds or so: longer than the service takes requests before it stops."""
    with Wire(root, receive_buffer=65_536, pause_s=0.01) as wire:
        return wire.ask(f"GET {path}").body
