"""How many servers a load needs: `python -m bench.scaling`, computed from costs measured on PostgreSQL.

Measured is the processor time of a request in the service and in the database. The capacity of a number of services is
computed, and their queue simulated: requests arrive at random, and a free service takes the next.
"""

import argparse
import heapq
import random
from collections.abc import Iterator
from itertools import accumulate
from math import ceil

import httpx

from api.storage.database import engine
from bench import questions
from bench.fill import by_loader
from bench.servers import Server, postgresql_cpu_s, serving
from bench.world import World
from migrations import migrate
from tests.support.own_postgres import own_postgres

ASKED, WARM, ARRIVALS = 1_000, 200, 200_000
MIX = ((questions.page, 0.3), (questions.item, 0.4), (questions.claims, 0.3))
"""The requests and their shares: pages of fifty events, single events, and their claims."""
BUSY = 0.6
"""The maximum average load of a processor."""
CORES = 8
"""The cores of a machine with a standby."""


def measured(server: Server, world: World, ask: questions.Ask) -> tuple[float, float]:
    """The seconds of processor time of one request, in the service and in the database."""
    chance, database, both = random.Random(1), 0.0, 0.0
    assert server.postmaster is not None  # noqa: S101 - it is PostgreSQL that is measured
    with httpx.Client(base_url=server.root, timeout=60) as client:
        for number in range(WARM + ASKED):
            if number == WARM:
                database = postgresql_cpu_s(server.postmaster)
                both = server.cpu_s()
            client.get(ask(chance, world)).raise_for_status()
    of_database = postgresql_cpu_s(server.postmaster) - database
    return (server.cpu_s() - both - of_database) / ASKED, of_database / ASKED


def waited(services: int, cost_s: float, rate: float) -> float:
    """The 99th percentile of the seconds from a request to its response, in the simulated queue."""
    chance = random.Random(1)
    free = [0.0] * services
    took = []
    for due in accumulate(chance.expovariate(rate) for _ in range(ARRIVALS)):
        done = max(due, heapq.heappop(free)) + cost_s
        heapq.heappush(free, done)
        took.append(done - due)
    return sorted(took)[ARRIVALS * 99 // 100]


def report(api_s: float, database_s: float) -> Iterator[str]:
    """The table of servers needed for multiples of the load of one service, as docs/scaling.md has it."""
    yield (
        f"| times the load | requests a second | services (a core each) | standbys ({CORES} cores each) "
        "| 99 of 100 answered within |"
    )
    yield "|---|---|---|---|---|"
    for times in (1, 10, 100, 1_000):
        rate = times * BUSY / api_s
        standbys = ceil(rate * database_s / BUSY / CORES)
        yield f"| {times:,} | {rate:,.0f} | {times:,} | {standbys:,} | {1_000 * waited(times, api_s, rate):.1f} ms |"


def in_words(api_s: float, database_s: float) -> str:
    """The cost of a request."""
    return f"{1_000 * api_s:.2f} ms of the service, {1_000 * database_s:.2f} ms of PostgreSQL"


def main() -> None:
    """Fill a database, measure, and compute."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("events", nargs="?", type=int, default=10_000, metavar="EVENTS")
    world = World(parser.parse_args().events)
    with own_postgres() as database:
        migrate(database.url)
        made = engine(database.url)
        by_loader(made, world)
        made.dispose()
        costs = [0.0, 0.0]
        assert database.pid is not None  # noqa: S101 - it runs
        with serving("ours", database.url, database.pid) as server:
            for ask, share in MIX:
                found = measured(server, world, ask)
                print(f"{ask.__name__}: {in_words(*found)}")
                costs = [cost + share * one for cost, one in zip(costs, found, strict=True)]
            print(f"mixed: {in_words(*costs)}; private memory of the service: {server.memory_mb():.0f} MB")
    print("\n".join(report(*(round(cost, 5) for cost in costs))))  # as printed, so that readers can compute it again


if __name__ == "__main__":
    main()
