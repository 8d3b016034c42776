"""The disk space and the memory that loads and additions need: `python -m bench.space`, on SQLite and on PostgreSQL.

Nothing is timed here, so other work on the machine does not matter; only with `--seconds` it takes as long as it says.
"""

import argparse
import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from api import models
from api.storage.database import engine, is_sqlite, sqlite_file
from bench.__main__ import filled_by
from bench.additions import FIRST, Month
from bench.fill import by_loader, stored_bytes
from bench.world import World
from migrations import migrate
from seed.load import load, withdraw
from seed.refusals import Entry, Place, Refusal, entry
from tests.support.own_postgres import own_postgres

BACKENDS = ("sqlite", "postgresql")
SIZES = (6_000, 20_000)
ADDITIONS, KEPT, EVENTS_EACH = 200, 2, 3
FEW, SETTLED_S = 2_000, 60
"""The events of a database that is changed all the time, and after how long its sets no longer only grow."""
SETS = models.Posting.__tablename__
Rows = dict[str, Counter[str]]


@contextmanager
def database(backend: str) -> Iterator[str]:
    """The address of a new database: a file, or the only one of a server."""
    if backend == "postgresql":
        with own_postgres() as server:
            yield server.url
    else:
        with TemporaryDirectory(prefix="counterclaim-space-") as folder:
            yield str(Path(folder) / "space.db")


def first_load(url: str, events: int) -> dict[str, float]:
    """What a first load writes and holds."""
    logged = _logged(url)
    loaded = filled_by("loader", url, events)
    stored = loaded["bytes"]
    log = loaded["room"] - stored if is_sqlite(url) else _logged(url) - logged
    return {
        "events": events,
        "database_mb": stored / 1e6,
        "per_event_kb": stored / events / 1e3,
        "log_mb": log / 1e6,
        "process_mb": loaded["memory_mb"],
    }


def addition(url: str) -> dict[str, float]:
    """What one more event with its claims adds to a database or changes in it."""
    before, pages, logged = _rows(url), _pages(url), _logged(url)
    records = _add(url, Month(1, first=FIRST))
    written, then = _logged(url) - logged, _pages(url)
    changed = {name: (rows - before[name]).total() for name, rows in _rows(url).items()}
    found = {"records": records, "rows": sum(changed.values()), "sets": changed[SETS]}
    if not is_sqlite(url):
        return {**found, "log_mb": written / 1e6}
    differing = sum(1 for number, page in enumerate(then) if [page] != pages[number : number + 1])
    return {**found, "pages": differing, "of_pages": len(then), "pages_mb": differing * len(then[0]) / 1e6}


def dead_space(url: str) -> dict[str, float]:
    """By how much additions that are withdrawn again enlarge a database, and what `VACUUM` frees in SQLite."""
    before, sets = _stored(url), _sets_bytes(url)
    made = engine(url)
    for number in range(ADDITIONS):
        name, month = f"addition-{number}", Month(EVENTS_EACH, first=FIRST + 10 + EVENTS_EACH * number)
        load(made, _of_dataset(name, month))
        if number < ADDITIONS - KEPT:
            withdraw(made, name)
    made.dispose()
    found = {"additions": ADDITIONS, "kept": KEPT, "more_mb": (_stored(url) - before) / 1e6}
    if not is_sqlite(url):
        return {**found, "more_sets_mb": (_sets_bytes(url) - sets) / 1e6}
    grown = _stored(url)
    with sqlite3.connect(sqlite_file(url)) as connection:
        connection.execute("VACUUM")
    return {**found, "vacuum_frees_mb": (grown - _stored(url)) / 1e6}


def _of_dataset(name: str, month: Month) -> Iterator[Entry | Refusal]:
    """The month's records as those of a dataset of their own."""
    described = {"id": name, "title": "An addition", "recorded_at": "2024-06-01T00:00:00Z"}
    made = entry("dataset", described, name, Place("addition"))
    yield from [made] if isinstance(made, Entry) else made
    for one in month.entries():
        yield one._replace(dataset=name) if isinstance(one, Entry) else one


def changing(url: str, seconds: float) -> dict[str, float]:
    """How large the sets are while an event changes every second, after the first minute."""
    began = time.monotonic()
    sizes: list[tuple[float, int]] = []
    while (now := time.monotonic() - began) < seconds:
        _add(url, Month(1, first=FIRST, draw=len(sizes)))
        sizes.append((now, _sets_bytes(url)))
        time.sleep(max(0.0, began + len(sizes) - time.monotonic()))
    later = [size / 1e6 for at, size in sizes if at >= SETTLED_S]
    return {"changes": len(sizes), "sets_least_mb": min(later), "sets_most_mb": max(later)}


def _add(url: str, month: Month) -> int:
    made = engine(url)
    read = load(made, month.entries()).read
    made.dispose()
    return read


def _rows(url: str) -> Rows:
    """All rows of all tables, as texts."""
    made = engine(url)
    with made.connect().execution_options(read_only=True) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        found = {
            name: Counter(map(repr, connection.execute(sa.select(table)))) for name, table in tables.tables.items()
        }
    made.dispose()
    return found


def _pages(url: str) -> list[bytes]:
    """The pages of an SQLite file; none of PostgreSQL."""
    if not is_sqlite(url):
        return []
    whole = Path(sqlite_file(url)).read_bytes()
    size = int.from_bytes(whole[16:18], "big")
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _logged(url: str) -> int:
    """The bytes that PostgreSQL has written to its log so far; 0 for SQLite."""
    return 0 if is_sqlite(url) else _scalar(url, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")


def _sets_bytes(url: str) -> int:
    """The size of the table of sets and its indexes; 0 for SQLite."""
    return 0 if is_sqlite(url) else _scalar(url, f"SELECT pg_total_relation_size('{SETS}')")


def _scalar(url: str, query: str) -> int:
    made = engine(url)
    with made.connect().execution_options(read_only=True) as connection:
        found = int(connection.scalar(sa.text(query)) or 0)
    made.dispose()
    return found


def _stored(url: str) -> int:
    made = engine(url)
    size = stored_bytes(made)
    made.dispose()
    return size


def _say(what: str, backend: str, found: dict[str, float]) -> None:
    rounded = {name: round(value, 1) for name, value in found.items()}
    sys.stdout.write(json.dumps({"what": what, "backend": backend, **rounded}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure, and print each result as a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.space", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="events of first loads; the first is added to"
    )
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
    parser.add_argument(
        "--seconds", type=float, default=0, help="of changes, one a second, on PostgreSQL; more than 60"
    )
    asked = parser.parse_args()
    for backend in asked.backends:
        for size in asked.sizes:
            with database(backend) as url:
                _say("first load", backend, first_load(url, size))
                if size == asked.sizes[0]:
                    _say("addition", backend, addition(url))
                    _say("dead space", backend, dead_space(url))
        if asked.seconds > SETTLED_S and backend == "postgresql":
            with database(backend) as url:
                _fill(url)
                _say("changes", backend, changing(url, asked.seconds))


def _fill(url: str) -> None:
    migrate(url)
    made = engine(url)
    by_loader(made, World(FEW))
    made.dispose()


if __name__ == "__main__":
    main()
