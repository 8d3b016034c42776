"""What `verify` says of each kind of damage: what is beyond reading, and what to do; never a traceback."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.server.test_trouble import fill
from tests.support import bitflips
from tests.support.live import serving
from tests.support.own_postgres import own_postgres

PAGE = 8_192
MALFORMED = "database disk image is malformed"
MENDED = "Restore a backup (`counterclaim restore`), or load the data into a new database."
Spoil = Callable[[Path], None]


def altered(statement: str) -> Spoil:
    """Other values, past every constraint, as bits that flip may make them."""

    def spoil(file: Path) -> None:
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            assert database.execute(statement).rowcount == 1
            database.commit()

    return spoil


def emptied(table: str) -> Spoil:
    """The first page of a table holds nothing but zeros."""

    def spoil(file: Path) -> None:
        with closing(sqlite3.connect(file)) as database:
            (page,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [table]).fetchone()
        overwritten((page - 1) * PAGE, b"\0" * PAGE)(file)

    return spoil


def overwritten(at: int, by: bytes) -> Spoil:
    def spoil(file: Path) -> None:
        with file.open("r+b") as opened:
            opened.seek(at)
            opened.write(by)

    return spoil


def cut(size: int) -> Spoil:
    def spoil(file: Path) -> None:
        with file.open("r+b") as opened:
            opened.truncate(size)

    return spoil


def found(count: int, *damaged: str, of_facts: int = 0, of_history: int = 0) -> tuple[str, ...]:
    """How a report ends: how much was found, and what mends it."""
    facts = f"Of facts: {of_facts}. `rebuild` does not repair these: restore a backup, or load into a new database."
    history = f"Of the history: {of_history}. `rebuild` does not repair these: restore a backup."
    tables = f"Damaged: {', '.join(damaged)}. If `rebuild` does not repair that, restore a backup, or load into a "
    return (
        f"Findings: {count}. `counterclaim rebuild` repairs what is derived from facts.",
        *([facts] if of_facts else []),
        *([history] if of_history else []),
        *([f"{tables}new database."] if damaged else []),
    )


# What is spoilt: how, lines that have to be among what is said, and how that ends.
KINDS: dict[str, tuple[Spoil, tuple[str, ...], tuple[str, ...]]] = {
    "a record": (
        altered("UPDATE claim SET stance = 'denies' WHERE id = 'lysychansk-s14a'"),
        ("claim lysychansk-s14a: digest: it was changed after it was loaded",),
        found(12, of_facts=1),
    ),
    "a page of records": (
        emptied("claim"),
        (f"the check of claims: stopped: {MALFORMED}", f"table claim: cannot be read: {MALFORMED}"),
        found(6, "claim", "claim_document", of_facts=3),
    ),
    "a document": (
        altered("UPDATE actor_document SET body = replace(body, 'person', 'persan') WHERE id = 'haidai'"),
        ("actor haidai: document: does not have its stored hash",),
        found(2),
    ),
    "a page of documents": (
        emptied("event_document"),
        (f"the check of documents: stopped: {MALFORMED}", f"table event_document: cannot be read: {MALFORMED}"),
        found(3, "event_document"),
    ),
    "a posting": (
        altered("UPDATE posting SET members = x'00' WHERE facet = (SELECT id FROM facet WHERE name = 'kind:order')"),
        ("event reprieve-order: is missing from the facet kind:order",),
        found(3, "posting"),
    ),
    "a page of postings": (
        emptied("posting"),
        (f"the check of postings: stopped: {MALFORMED}", f"table posting: cannot be read: {MALFORMED}"),
        found(4, "facet", "posting"),
    ),
    "the log of revisions": (
        altered("UPDATE revision SET message = 'x' WHERE number = 1"),
        ("revision 1: is damaged",),
        found(2, "revision", of_history=1),
    ),
    "a page of the log": (
        emptied("revision"),
        (f"the check of history: stopped: {MALFORMED}", f"table revision: cannot be read: {MALFORMED}"),
        found(3, "change", "revision"),
    ),
    "a past version": (
        altered("UPDATE past_version SET body = x'00' WHERE id = 'belarusian-volunteers' AND replaced_in = 2"),
        (
            "actor belarusian-volunteers: past version: is missing or differs from that of revision 1",
            "table past_version: actor belarusian-volunteers as before revision 2 is missing or damaged",
        ),
        found(2, "past_version", of_history=1),
    ),
    "a past version that became text": (
        altered("UPDATE past_version SET body = 'x' WHERE id = 'belarusian-volunteers' AND replaced_in = 2"),
        (
            "actor belarusian-volunteers: past version: is missing or differs from that of revision 1",
            "table past_version: actor belarusian-volunteers as before revision 2 is missing or damaged",
        ),
        found(2, "past_version", of_history=1),
    ),
    "a page of past versions": (
        emptied("past_version"),
        (f"table past_version: cannot be read: {MALFORMED}",),
        found(2, "past_version"),
    ),
    "the header": (overwritten(0, b"something else!\0"), (), ()),
    "the schema": (overwritten(100, b"\xff" * 40), (), ()),
    "half of the file cut off": (cut(PAGE * 75), (), ()),
    "all but the first page cut off": (cut(PAGE), (), ()),
    "all but some bytes cut off": (cut(10), (), ()),
}
NO_DATABASE = (
    "file is not a database: name another, or if it was one, move it away and restore a backup "
    "(`counterclaim restore`)."
)
WHOLE = {
    "the header": NO_DATABASE,
    "all but some bytes cut off": NO_DATABASE,
    **dict.fromkeys(
        ("the schema", "half of the file cut off", "all but the first page cut off"),
        f"{MALFORMED}: it is damaged. {MENDED}",
    ),
}
"""Where nothing of the file can be read, one line says so."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bitflips.clean(tmp_path_factory.mktemp("saved"))


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_named_with_what_to_do(saved: Path, tmp_path: Path, kind: str) -> None:
    spoil, lines, ends = KINDS[kind]
    file = tmp_path / "spoilt.db"
    shutil.copy(saved, file)
    spoil(file)
    code, said = bitflips.ran(str(file), ["verify"])
    assert code == 1, said
    told = said.splitlines()
    if kind in WHOLE:
        assert told == [f"Cannot use the database sqlite:///{file}: {WHOLE[kind]}"]
    else:
        assert set(lines) <= set(told), said
        assert tuple(told[len(told) - len(ends) :]) == ends


@pytest.fixture(scope="module")
def flipped() -> Iterator[str]:
    """The address of a PostgreSQL database, in a page of which one byte is another: it has a checksum of its own."""
    with own_postgres() as server:
        fill(server.url)
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
            found_at = connection.execute("SELECT pg_relation_filepath('claim_document')").fetchone()
        server.stop()
        assert found_at is not None
        overwritten(4_096, b"\xff" * 8)(server.folder / "data" / found_at[0])
        server.start()
        yield server.url


def test_a_page_of_postgresql_is_named_with_what_to_do(flipped: str) -> None:
    code, said = bitflips.ran(flipped, ["verify"])
    assert code == 1
    assert said.splitlines()[-1].endswith(f": it is damaged. {MENDED.replace('counterclaim restore', 'pg_restore')}")
    assert ": invalid page in block 0 of relation " in said
    with serving(flipped) as api:
        assert api.problem("/claims", 503)["detail"] == "The database cannot be read right now."
        assert api.get("/events/capture-of-lysychansk")["id"] == "capture-of-lysychansk"
