"""Loads while the service answers: readers see the state before or after, whether a load ends well, badly or never."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, Self

import psycopg
import pytest
import sqlalchemy as sa

from api.storage.database import engine
from tests.server.test_trouble import RECOVERY_S, fill
from tests.support.contents import Contents, everything
from tests.support.crowd import AWAY, CUT, RIGHT, Bodies, Crowd, learn, recovered
from tests.support.faults import Service, command, died, done, filled, revive, service, settled, small_disk, sound
from tests.support.imitations import release
from tests.support.own_postgres import own_postgres
from tests.support.wire import Wire

TIMES, RELEASES, ROWS = 20, 10, 200
MB = 1_000_000
# How much may be left on a disk for an import that needs more than that: the journal of both, and PostgreSQL's tables.
TOO_LITTLE = {"sqlite": 5 * MB, "postgresql": 4 * MB}

pytestmark = pytest.mark.long


def error_of(said: str) -> str:
    """The one line in which an import ended; on a busy machine it has also said how far it had come."""
    *progress, error = said.splitlines()
    assert all(line.startswith(("Reading ", "Deriving ")) for line in progress), said
    return error


def test_an_import_is_killed(dossier_url: str, tmp_path: Path, chance: random.Random) -> None:
    def kill(running: "subprocess.Popen[str]") -> None:
        running.kill()
        running.communicate()

    with service(dossier_url) as served:
        assert broken_off(served, str(release(tmp_path / "new.csv", ROWS)), kill, chance).keys() == {RIGHT}


def test_postgresql_is_killed_during_an_import(tmp_path: Path, chance: random.Random) -> None:
    with own_postgres() as server:
        fill(server.url)

        def kill(running: "subprocess.Popen[str]") -> None:
            server.stop(signal.SIGKILL)
            said, _ = running.communicate()
            assert running.returncode in {0, 1}
            assert running.returncode == 0 or error_of(said).startswith("Cannot use the database"), said
            revive(server)
            ready(served.root)

        with service(server.url) as served:
            outcomes = broken_off(served, str(release(tmp_path / "new.csv", ROWS)), kill, chance, AWAY, CUT)
        assert outcomes[AWAY]


def broken_off(
    served: Service, path: str, end: Callable[["subprocess.Popen[str]"], None], chance: random.Random, *allowed: str
) -> Counter[str]:
    """End an import time and again: all of it is there or nothing, and the next one does what this one did not."""
    right: dict[int, Bodies] = {}
    ended = 0
    with Crowd(served.root) as crowd:
        before = learn(served.root, right)
        began = time.monotonic()
        done(served.url, "import", "ucdp", path)
        whole = time.monotonic() - began
        for _ in range(3 * TIMES):
            if learn(served.root, right) != before:  # the end came too late: the first import took longer than others
                whole *= 0.8
                done(served.url, "withdraw", "ucdp")
                before = learn(served.root, right)
            if ended == TIMES:
                break
            running = command(served.url, "import", "ucdp", path)
            time.sleep(chance.uniform(0.3, 0.95) * whole)
            end(running)
            ended += learn(served.root, right) == before
            sound(served.url)
        done(served.url, "import", "ucdp", path)
        learn(served.root, right)
    assert ended == TIMES
    sound(served.url)
    return crowd.judge(right, *allowed)


def test_a_withdrawal_is_killed(dossier_url: str, tmp_path: Path, chance: random.Random) -> None:
    """Either everything of the dataset is there or nothing, and it can be withdrawn all the same."""
    path = str(release(tmp_path / "new.csv", ROWS))
    after = held(dossier_url)
    done(dossier_url, "import", "ucdp", path)
    whole, found, before = died(dossier_url, 0, "withdraw", "ucdp"), [1], after
    assert held(dossier_url) == after
    for _ in range(TIMES):
        if found[-1]:
            done(dossier_url, "import", "ucdp", path)
            before = held(dossier_url)
        died(dossier_url, chance.randint(whole // 10, whole), "withdraw", "ucdp")
        sound(dossier_url)
        found.append((before, after).index(held(dossier_url)))
    assert 0 in found
    if found[-1] == 0:
        done(dossier_url, "withdraw", "ucdp")
    assert held(dossier_url) == after


def test_a_restore_is_killed(dossier_of_sqlite: str, tmp_path: Path, chance: random.Random) -> None:
    """What was there is there, or what is put back; the next one leaves nothing lying beside it."""
    saved, states, url = [tmp_path / "one.db", tmp_path / "other.db"], [], dossier_of_sqlite
    for backup in saved:
        states.append(held(url))
        done(url, "backup", str(backup))
        if backup is saved[0]:
            done(url, "import", "ucdp", str(release(tmp_path / "new.csv", ROWS)))
    at, found = 0, []
    whole = died(url, 0, "restore", str(saved[at]), "--force")
    for _ in range(TIMES):
        died(url, chance.randint(whole // 10, whole), "restore", str(saved[1 - at]), "--force")
        sound(url)
        was, at = at, states.index(held(url))
        found.append(at != was)
    assert False in found
    done(url, "restore", str(saved[1 - at]), "--force")
    assert held(url) == states[1 - at]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_release_is_killed(
    dossier_url: str, tmp_path: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there whole or not at all, and what it left among temporary files is gone with the next one."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setenv("TMPDIR", str(work))
    whole, names = died(dossier_url, 0, "release", "first"), ["first"]
    for number in range(TIMES):
        died(dossier_url, chance.randint(whole // 10, whole), "release", f"r{number}")
        sound(dossier_url)
        found = held(dossier_url)["release"]
        if len(found) > len(names):
            names.append(f"r{number}")
        assert sorted(row["name"] for row in found) == sorted(names)
    assert len(names) <= TIMES
    done(dossier_url, "release", "last")
    assert list(work.iterdir()) == []


def held(url: str) -> Contents:
    """Everything in a database, once nobody else is connected to it."""
    made = engine(url)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    try:
        while made.dialect.name == "postgresql":
            with made.connect() as connection:
                if connection.scalar(sa.text(others)) == 0:
                    break
            time.sleep(0.05)
        return everything(made)
    finally:
        made.dispose()


def ready(root: str) -> None:
    """Return once the service says that it can answer, which it must within the time that recovery may take."""
    began = time.monotonic()
    while True:
        with Wire(root) as wire:
            if wire.ask("GET /health/ready").status == 200:
                return
        assert time.monotonic() - began < RECOVERY_S
        time.sleep(0.01)


@contextmanager
def cramped(backend: str) -> Iterator[tuple[str, Path, Callable[[], None]]]:
    """A database on a disk of its own: its address, that disk, and what puts it right once there is room again."""
    with small_disk(64 if backend == "sqlite" else 600) as disk:
        if backend == "sqlite":
            url = str(disk / "counterclaim.db")
            fill(url)
            yield url, disk, lambda: _empty_journal(url)
        else:
            with own_postgres(disk) as server:
                fill(server.url)
                # It may cut off what failed imports left at the ends of tables, and so make room while another runs.
                with psycopg.connect(server.url, autocommit=True) as connection:
                    connection.execute("ALTER SYSTEM SET autovacuum = off")
                    connection.execute("SELECT pg_reload_conf()")
                yield server.url, disk, lambda: settled(server)


def _empty_journal(url: str) -> None:
    with closing(sqlite3.connect(url)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_the_disk_is_full(backend: str, tmp_path: Path, chance: random.Random) -> None:
    """An import that finds no room says so and leaves nothing; with room again, it goes through."""
    path = str(release(tmp_path / "new.csv", ROWS))
    right: dict[int, Bodies] = {}
    with cramped(backend) as (url, disk, repair), service(url) as served:
        with Crowd(served.root) as crowd:
            before = learn(served.root, right)
            for _ in range(TIMES):
                with filled(disk, chance.randrange(TOO_LITTLE[backend])):
                    running = command(url, "import", "ucdp", path)
                    said, _ = running.communicate()
                assert running.returncode == 1, said
                assert error_of(said).startswith("Cannot use the database"), said
                repair()
                recovered(served.root, right[before], RECOVERY_S)
                assert learn(served.root, right) == before, said
                sound(url)
            done(url, "import", "ucdp", path)
            assert learn(served.root, right) == before + 1
        crowd.judge(right, AWAY, CUT)
        sound(url)


def test_pages_are_of_one_release(dossier_url: str, tmp_path: Path) -> None:
    """Releases come and go while pages are walked: a walk is of one of them, whole, or is told to begin again."""
    number, right = 1, dict[int, Bodies]()
    done(dossier_url, "import", "ucdp", str(release(tmp_path / "first.csv", ROWS)))
    patient = service(dossier_url, pool_seconds=60, statement_seconds=60)  # a busy machine is no reason to answer 503
    with patient as served, Crowd(served.root) as crowd, Walker(served.root) as walker:
        learn(served.root, right)
        for number in range(2, RELEASES + 2):
            path = release(tmp_path / "next.csv", ROWS // (1 + number % 2), number)
            done(dossier_url, "import", "ucdp", str(path), "--prune")
            learn(served.root, right)
    assert crowd.judge(right).keys() == {RIGHT}
    walker.judge(kept=ROWS // 2)
    sound(dossier_url)


def neighbour() -> Iterator[None]:
    """Another process that takes as much of a processor as it is given."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


class Page(NamedTuple):
    """What a page of imported events held: whose revision it was, the releases that its records name, and their ids."""

    revision: int
    releases: set[str]
    ids: list[str]


class Walker:
    """Goes through all imported events, page by page and from the start again, while others come in their place."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._walks: list[list[Page]] = []
        self._begun_again = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with Wire(self._root) as wire:
            while not self._stop.is_set():
                before = self._begun_again
                walk = list(self._walk(wire))
                if self._begun_again == before:
                    self._walks.append(walk)

    def _walk(self, wire: Wire) -> Iterator[Page]:
        following = "/events?dataset=ucdp&limit=20"
        while following:
            answer = wire.ask(f"GET {following}")
            if answer.status == 409:
                told = json.loads(answer.body)
                assert told["page_revision"] < told["revision"], told
                self._begun_again += 1
                return
            assert answer.status == 200, answer
            page = json.loads(answer.body)
            following = page["links"]["next"]
            ids = [event["id"] for event in page["data"]]
            releases = {event["extra"]["best"] for event in page["data"]}
            yield Page(int(answer.headers["etag"].strip('"').partition(".")[0]), releases, ids)
            time.sleep(0.02)

    def judge(self, kept: int) -> None:
        """The first so many events are in every release."""
        always = {f"ucdp-{1_000_000 + row}" for row in range(kept)}
        revisions = set()
        for walk in self._walks:
            found = [id_ for page in walk for id_ in page.ids]
            assert len(found) == len(set(found))
            assert always <= set(found)
            (revision,) = {page.revision for page in walk}
            revisions.add(revision)
            for page in walk:
                assert page.releases == {str(page.revision - FIRST_REVISION + 1)} or not page.ids, page
        assert len(revisions) > RELEASES / 2
        assert self._begun_again


FIRST_REVISION = 2
"""Of the first release: the dossier was loaded before it."""
