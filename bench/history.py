"""What the history costs in processor time, in turns: `python -m bench.history [EVENTS] [BACKEND]` prints each ratio.

The backend is `sqlite` or `postgresql`, whose server is counted as well.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from unittest.mock import patch

import httpx
import psycopg
import sqlalchemy as sa

from api import models
from api.index.history import History
from api.storage.database import engine, is_sqlite
from bench.__main__ import parent, passing, place
from bench.servers import Server, serving, used_s
from bench.world import World
from migrations import migrate
from seed.load import load
from seed.refusals import Entry, Refusal
from tests.query.test_rollups import Asking

EVENTS, ROUNDS, ASKED = 5_000, 3, 200
PATIENCE_S = 600
EXPORTS = {
    **dict.fromkeys(("events", "claims", "sources"), "?undated=include"),
    **dict.fromkeys(("actors", "locations", "datasets"), ""),
}
"""The exports that have the documents of the feed."""
SHARE = 100
"""The measured release changes one event in this many."""


def main() -> None:
    """Load, change, measure, and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    backend = sys.argv[2] if len(sys.argv) > 2 else "sqlite"  # noqa: PLR2004 - the second argument
    with place(keep=False) as folder, passing(backend, folder, "world") as url:
        loads(backend, folder, events)
        filled(url, World(events).entries())
        before = size(url)
        filled(url, changed(events), fresh=False)
        told("growth of the database by a release that changes 1 %", size(url) / before - 1, 0.03)
        with serving("ours", url, parent(url), None, "COUNTERCLAIM_EXPORT_CACHE_BYTES=0") as server:
            questions(server, url, events, folder)


def told(work: str, measured: float, goal: float, *, at_least: bool = False) -> None:
    """One measurement."""
    print(f"{work}: {measured:.3f}, goal {'≥' if at_least else '≤'} {goal:g}", flush=True)


def filled(url: str, entries: Iterable[Entry | Refusal], *, fresh: bool = True) -> float:
    """Load into a database, new if `fresh`; returns seconds of processor time."""
    if fresh:
        migrate(url)
    made, server = engine(url), parent(url)
    begun = used_s(server)
    load(made, entries)
    made.dispose()
    return used_s(server) - begun


def loads(backend: str, folder: Path, events: int) -> None:
    """Loads with the history and without, in turns."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(ROUNDS):
        for kept in (True, False):
            replace = History.replace if kept else unlogged
            with passing(backend, folder, f"load{number}") as url, patch.object(History, "replace", replace):
                taken[kept].append(filled(url, World(events).entries()))
    told("a load with history / without", median(taken[True]) / median(taken[False]), 1.15)


def unlogged(_: History, __: str, ___: object, bodies: dict[str, str], *, empty: bool) -> dict[str, bytes]:  # noqa: ARG001 - in the place of `History.replace`
    """Write no hashes, changes and past versions."""
    return dict.fromkeys(bodies, bytes(32))


def changed(events: int) -> Iterator[Entry | Refusal]:
    """The same world with another summary of one event in a hundred."""
    number = 0
    for entry in World(events).entries():
        if isinstance(entry, Entry) and entry.record.kind_of_record == "event":
            number += 1
            if number % SHARE == 0:
                record = entry.record.model_copy(update={"summary": f"Reviewed: {number}"})
                yield entry._replace(record=record)
                continue
        yield entry


def size(url: str) -> int:
    """The size of the database in bytes, without its log."""
    if is_sqlite(url):
        with closing(sqlite3.connect(url)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(url).stat().st_size
    with psycopg.connect(url) as database:
        row = database.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def questions(server: Server, url: str, events: int, folder: Path) -> None:
    """Changes compared with exports, a past version with the item, and a rollup with DuckDB."""
    made = engine(url)
    with made.connect().execution_options(read_only=True) as connection:
        past = connection.scalar(sa.select(models.PastVersion.id).where(models.PastVersion.kind == "event").limit(1))
    made.dispose()
    asked = {
        "feed": lambda: lines(server, "/changes.ndjson?documents=true"),
        "exports": lambda: sum(lines(server, f"/{name}.ndjson{query}") for name, query in EXPORTS.items()),
        "claims": lambda: lines(server, "/claims.ndjson?undated=include"),
    }
    rates = in_turns(asked, ROUNDS, server.cpu_s)
    told("/changes, documents per second / exports of the same", rates["feed"] / rates["exports"], 0.8, at_least=True)
    told("/changes, documents per second / export of claims", rates["feed"] / rates["claims"], 0.8, at_least=True)
    item = f"/events/{past}"
    asked = {"past": lambda: some(server, f"{item}?revision=1"), "now": lambda: some(server, item)}
    rates = in_turns(asked, ROUNDS, server.cpu_s)
    told("an item's past version / the item, seconds", rates["now"] / rates["past"], 2)
    if find_spec("duckdb") is not None:
        import duckdb  # noqa: PLC0415 - an optional part of the installation

        with duckdb.connect() as duck:
            table = folder / "events.ndjson"
            table.write_bytes(server.get("/events.ndjson").content)
            duck.execute(f"CREATE TABLE event AS SELECT kind, date.earliest AS day FROM read_json('{table}')")
            group = "SELECT left(day::text, 7) AS month, kind, count(*) FROM event GROUP BY ALL"
            asking = Asking(url)
            asked = {
                "ours": lambda: bool(asking.rows("events", ["month", "kind"], {})),
                "duckdb": lambda: bool(duck.execute(group).fetchall()),
            }
            rates = in_turns(asked, ASKED, time.process_time)
            asking.close()
            told(f"a rollup of {events:,} events / DuckDB's GROUP BY, seconds", rates["duckdb"] / rates["ours"], 0.1)


def in_turns(asked: dict[str, Callable[[], int]], rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """The rate of each per second of processor time, over several rounds after the first."""
    taken, done = dict.fromkeys(asked, 0.0), dict.fromkeys(asked, 0)
    for turn in range(rounds + 1):
        for name, ask in asked.items():
            begun = clock()
            answers = ask()
            if turn:
                taken[name] += clock() - begun
                done[name] += answers
    return {name: done[name] / taken[name] for name in asked}


def some(server: Server, path: str) -> int:
    """Many of the same answers, one after another."""
    with httpx.Client() as client:
        for _ in range(ASKED):
            client.get(server.root + path).raise_for_status()
    return ASKED


def lines(server: Server, path: str) -> int:
    """The number of records in an export."""
    with httpx.stream("GET", server.root + path, headers={"Accept-Encoding": "identity"}, timeout=PATIENCE_S) as answer:
        answer.raise_for_status()
        return sum(part.count(b"\n") for part in answer.iter_raw())


if __name__ == "__main__":
    main()
