"""How much memory the service takes over a long time, and how fast it answers: `python -m tests.support.soak`."""

import argparse
import itertools
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from api.storage.database import is_sqlite
from tests.support import databases, postgres
from tests.support.crowd import PATHS, RIGHT, Bodies, Crowd, Told, answers, bodies, share
from tests.support.faults import Service, service
from tests.support.wire import Wire

CLIENTS, TRIAL_S = 4, 5
TURNS, TURN_S = 20, 2
DAYS = [f"2022-06-{day}" for day in range(25, 31)] + [f"2022-07-{day:02}" for day in range(1, 8)]
PARTIES = ("russia", "ukraine", "lpr", "russian-side", "ukrainian-side", "haidai")
WORDS = ("refinery", "plant", "withdraw", "lysychansk", "gaidai", "captur")
MIXED = [
    *PATHS,
    *(f"/events?as_of={day}&limit={number + 3}" for number, day in enumerate(DAYS)),
    *(f"/events?party={party}&date_from={day}&total=true" for party, day in itertools.product(PARTIES, DAYS)),
    *(f"/claims?party={party}&said_to={day}&sort=-said" for party, day in itertools.product(PARTIES, DAYS)),
    *(f"/claims?q={word}&limit={number}" for word, number in itertools.product(WORDS, range(1, 20))),
    *(f"/sources.csv?q={word}&undated=include" for word in WORDS),
    *(f"/disputes?as_of={day}" for day in DAYS),
    *(f"/events/capture-of-lysychansk?as_of={day}" for day in DAYS),
]
EXPORTS = ("/events.ndjson", "/events.geojson", "/claims.csv?undated=include")


class Memory(NamedTuple):
    """Megabytes that the service's process held before, and after or at most."""

    before_mb: float
    then_mb: float

    @property
    def more_mb(self) -> float:
        """By how much it grew."""
        return self.then_mb - self.before_mb


class Soaked(NamedTuple):
    """Requests, those of them that were not answered rightly, and 99th percentiles afterwards, turn by turn.

    A machine that others use slows down and recovers too: so a service that was asked all the time is held against one
    that was just started, and both are asked in turns.
    """

    requests: int
    per_second: float
    errors: int
    old_p99_ms: list[float]
    new_p99_ms: list[float]

    @property
    def drift(self) -> float:
        """By which part of the new one's the old one's 99th percentile is larger, in the middle of all turns."""
        return median(old / new for old, new in zip(self.old_p99_ms, self.new_p99_ms, strict=True)) - 1


def mixed(served: Service, requests: int) -> Memory:
    """Memory before and after so many requests, all sorts of which were asked before."""
    right = {told.path: told.body for told in answers(served.root, MIXED)}
    _ask(served, requests // 4)
    before = served.memory_mb()
    crowd = _ask(served, requests)
    then = served.memory_mb()
    assert crowd.judge({1: right}).keys() == {RIGHT}
    return Memory(before, then)


def _ask(served: Service, requests: int) -> Crowd:
    with Crowd(served.root, MIXED, CLIENTS, every_s=0) as crowd:
        while crowd.outcomes.total() < requests:
            time.sleep(0.2)
    return crowd


def exporting(served: Service) -> Memory:
    """Memory of a service that was asked little things, and the most it held while it exported everything."""
    answers(served.root, ("/events?limit=1000", "/claims?limit=1000", "/events.ndjson?date_to=2014-02-01"))
    before = served.memory_mb()
    most = before
    for path in EXPORTS:
        with Wire(served.root) as wire:
            for _ in wire.stream(f"GET {path}"):
                most = max(most, served.memory_mb())
    return Memory(before, most)


def soak(served: Service, minutes: float) -> Soaked:
    """Find out how much is answered at most, ask for half of it for so long, then for as much of a new service too."""
    right = bodies(served.root)
    most = _asked(served, TRIAL_S, 0).outcomes.total() / TRIAL_S
    every_s = 2 * CLIENTS / most
    long = _asked(served, 60 * minutes, every_s)
    with service(served.url) as new:
        _asked(new, TRIAL_S, every_s)
        turns = [[_asked(one, TURN_S, every_s) for one in (served, new)] for _ in range(TURNS)]
    crowds = [long, *itertools.chain.from_iterable(turns)]
    errors = sum(count for crowd in crowds for told, count in crowd.told.items() if not _is_right(told, right))
    old_ms, new_ms = ([1_000 * _p99_s(crowd) for crowd in crowds] for crowds in zip(*turns, strict=True))
    return Soaked(sum(crowd.outcomes.total() for crowd in crowds), most / 2, errors, old_ms, new_ms)


def _asked(served: Service, seconds: float, every_s: float) -> Crowd:
    with Crowd(served.root, clients=CLIENTS, every_s=every_s) as crowd:
        time.sleep(seconds)
    return crowd


def _is_right(told: Told, right: Bodies) -> bool:
    return told.outcome == RIGHT and told.body == right[told.path]


def _p99_s(crowd: Crowd) -> float:
    return share(crowd.timed, 0.99, [(0, math.inf)])


def fill(url: str, events: int, copies: int) -> None:
    """Load a made-up world, and multiply it in its database."""
    command = [sys.executable, "-m", "bench.fill", "loader", url, str(events // copies), str(copies)]
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Measure, and say what came of it, line by line as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--filled", nargs="*", help="addresses of databases to export, instead of all the rest")
    parser.add_argument("--backends", nargs="+", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    for url in asked.filled or ():
        _export(url)
    if asked.filled is not None:
        return
    postgres.open_run()
    try:
        for backend in asked.backends:
            with tempfile.TemporaryDirectory(prefix="counterclaim-soak-") as folder:
                _measure(backend, Path(folder), asked)
    finally:
        postgres.close_run()


def _measure(backend: str, folder: Path, asked: argparse.Namespace) -> None:
    with databases.copy(backend, folder, databases.dossier(backend)) as url:
        if asked.requests:
            with service(url) as served:
                memory = mixed(served, asked.requests)
                _say(backend, requests=asked.requests, **memory._asdict(), more_mb=memory.more_mb)
        if asked.minutes:
            with service(url) as served:
                found = soak(served, asked.minutes)
                middles = {"old_p99_ms": median(found.old_p99_ms), "new_p99_ms": median(found.new_p99_ms)}
                _say(backend, minutes=asked.minutes, **found._asdict() | middles, drift=found.drift)
    if asked.events:
        with databases.copy(backend, folder, None) as url:
            fill(url, asked.events, asked.copies)
            _export(url)


def _export(url: str) -> None:
    with service(url) as served:
        events = json.loads(answers(served.root, ("/events/count",))[0].body)["count"]
        memory = exporting(served)
        _say("sqlite" if is_sqlite(url) else "postgresql", events=events, **memory._asdict(), more_mb=memory.more_mb)


def _say(backend: str, **found: float) -> None:
    rounded = {name: round(value, 2) for name, value in found.items()}
    sys.stdout.write(json.dumps({"backend": backend, **rounded}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
