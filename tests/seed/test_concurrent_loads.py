"""Loads wait for each other, and whoever reads meanwhile sees the state before or after, never a mixture."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from api import models
from api.domain.vocabulary import RevisionAction
from api.storage.database import DatabaseUnusableError, engine
from seed.files import read
from seed.load import load, withdraw
from seed.queue import Queue, file_turn
from seed.refusals import Entry, Refusal
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support.contents import everything, revision
from tests.support.databases import LYSYCHANSK

TABLES = ("claim", "claim_document", "claim_entry", "event_entry", "posting", "actor_closure")


@contextmanager
def beside(work: threading.Thread) -> Iterator[None]:
    work.start()
    yield
    work.join()


def test_two_loads_at_once_are_one_after_the_other(empty_url: str) -> None:
    """The second begins while the first is under way: it needs what the first brings."""
    database = engine(empty_url)
    begun, go_on = threading.Event(), threading.Event()
    problems: list[BaseException] = []

    def halting() -> Iterator[Entry | Refusal]:
        for number, one in enumerate(read([LYSYCHANSK], [EXCERPT])):
            if number == 1:
                begun.set()
                go_on.wait()
            yield one

    def second() -> None:
        try:
            load(database, read([LYSYCHANSK], [CONTEXT]))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test wants to see it
            problems.append(error)

    waiting = threading.Thread(target=second)
    with beside(threading.Thread(target=lambda: load(database, halting()))):
        begun.wait()
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        assert revision(database) is None
        go_on.set()
    waiting.join()
    assert problems == []
    assert revision(database) == 2
    database.dispose()


def test_waiting_loads_name_the_running_one_and_give_up(empty_url: str) -> None:
    """Three at once: the first has the database, the second gives up, and the third comes when the first is done."""
    database = engine(empty_url)
    begun, go_on, heard = threading.Event(), threading.Event(), threading.Event()
    told: list[str] = []

    def hear(line: str) -> None:
        told.append(line)
        heard.set()

    def halting() -> Iterator[Entry | Refusal]:
        begun.set()
        go_on.wait()
        yield from read([LYSYCHANSK], [EXCERPT])

    third = threading.Thread(target=lambda: load(database, read([LYSYCHANSK], [CONTEXT]), queue=Queue(tell=hear)))
    with beside(threading.Thread(target=lambda: load(database, halting(), action=RevisionAction.IMPORT))):
        begun.wait()
        first = rf"counterclaim import \(process {os.getpid()}, since \d\d:\d\d:\d\d UTC\)"
        with pytest.raises(DatabaseUnusableError) as given_up:
            withdraw(database, EXCERPT, queue=Queue(wait_s=0))
        why = rf"Gave up after 0 seconds of waiting: {first} still has the database\. Nothing was changed\."
        assert re.fullmatch(why, str(given_up.value))
        third.start()
        heard.wait()
        assert revision(database) is None
        go_on.set()
    third.join()
    assert revision(database) == 2
    # While the first one ends, it may already have taken back its name and still have the database.
    assert [line for line in told if not re.fullmatch(rf"Waiting for {first}\.", line)] in (
        [],
        ["Waiting for another program."],
    )
    assert re.fullmatch(rf"Waiting for {first}\.", told[0])
    database.dispose()


@pytest.mark.parametrize(
    ("holders", "expected"),
    [
        (["", "one", "one"], ["Waiting for one."]),
        (["", "", "one"], ["Waiting for another program.", "Waiting for one."]),
        (["one", "", "one"], ["Waiting for one.", "Waiting for another program.", "Waiting for one."]),
    ],
)
def test_a_load_that_just_started_is_named(holders: list[str], expected: list[str]) -> None:
    told: list[str] = []
    coming = iter(holders)
    taken = iter([*(False for _ in holders), True])
    Queue(tell=told.append).wait(lambda: next(taken), lambda: next(coming))
    assert told == expected


def sizes(database: sa.Engine) -> tuple[int, ...]:
    found = everything(database)
    return tuple(len(found[name]) for name in TABLES)


def test_a_file_has_one_queue_by_whatever_link(tmp_path: Path) -> None:
    """Whoever comes by a symbolic link waits for whoever has the file by its own name, and no second queue is left."""
    folder, link = tmp_path / "real", tmp_path / "link.db"
    folder.mkdir()
    link.symlink_to(folder / "a.db")
    with (
        file_turn(folder / "a.db", Queue()),
        pytest.raises(DatabaseUnusableError, match="Nothing was changed"),
        file_turn(link, Queue(wait_s=0)),
    ):
        pytest.fail("two have the file at once")
    assert sorted(path.name for path in tmp_path.rglob("*.queue")) == ["a.db.queue"]


def test_readers_see_the_state_before_or_after(empty_url: str) -> None:
    database = engine(empty_url)
    load(database, read([LYSYCHANSK], [EXCERPT]))
    expected = [sizes(database)]
    load(database, read([LYSYCHANSK]))
    expected.append(sizes(database))
    assert expected[0] != expected[1]
    stop = threading.Event()
    seen: set[tuple[int, ...]] = set()

    def look() -> None:
        sizes = [sa.select(sa.func.count()).select_from(models.Base.metadata.tables[name]) for name in TABLES]
        counts = sa.select(sa.func.max(models.Revision.number), *(size.scalar_subquery() for size in sizes))
        with database.connect().execution_options(read_only=True) as connection:
            while not stop.is_set():
                seen.add(tuple(connection.execute(counts).one()))
                connection.rollback()

    with beside(threading.Thread(target=look)):
        for _ in range(3):
            withdraw(database, CONTEXT)
            load(database, read([LYSYCHANSK]))
        stop.set()
    assert len(seen) > 1
    for number, *counts in seen:
        assert tuple(counts) == expected[number % 2 == 0]
    database.dispose()
