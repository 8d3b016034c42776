"""Runs the benchmark: fills each database, starts real servers, sends requests in turns, and writes the results."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import inspect, make_url, text

from api.storage.database import engine
from bench import additions, exports, formats, memory, report
from bench.grow import MOST
from bench.questions import OURS, written
from bench.report import Findings
from bench.servers import APPS, Sample, Server, middle, postgresql_cpu_s, postmaster, require_wrk, serving
from bench.usual_models import INDEXES
from bench.world import World
from migrations import migrate
from tests.support import postgres

SMALL, ORM, TINY = 10_000, 5_000, 1_000
BEFORE = "6eed957"
"""The commit of this repository that loads are compared with."""
GROWTH_ROUNDS, GROWTH_SECONDS = 5, 2
WARM_S = 4
"""After a first request, which may take longer than wrk waits: that by id reads the order of all ids."""
LOOK_S = 0.1
"""The time between two measurements of the disk space that a load takes."""
FOLDER = Path("build/bench")
SHARE_OF_MEMORY = 4
"""PostgreSQL's manual advises a quarter of the machine's memory for `shared_buffers`; it starts with 128 MB."""
ASKED = {
    "ours": (*(name for name in OURS if name != "any filters"), "304"),
    "usual": ("page", "item"),
    "limit": ("page", "bytes"),
    "small": ("page", "count"),
}
Urls = dict[int, str]
"""The addresses of one backend's databases, by their numbers of events, the smallest first."""


def main() -> None:
    """Measure and report."""
    arguments = parsed()
    found = Findings(require_wrk(), arguments.events, arguments.copies)
    with ExitStack() as stack:
        folder = stack.enter_context(place(keep=arguments.keep))
        found.postgresql = running()
        for backend in arguments.backends:
            with ExitStack() as filled:  # dropped before the other backend's are made: both do not fit into memory
                urls = {
                    size: filled.enter_context(database(backend, folder, size, keep=arguments.keep))
                    for size in (arguments.small, arguments.events)
                }
                fill(backend, urls, arguments.copies, folder, found)
                measure(backend, urls, arguments, folder, found)
            report.write(found, FOLDER / "RESULTS.md" if arguments.quick else report.RESULTS)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="50,000 events, one round, into build/bench")
    parser.add_argument("--keep", action="store_true", help="keep the databases, and use those kept before")
    parser.add_argument("--events", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of each question in each round")
    parser.add_argument("--copies", type=int, help="load one event in this many, and copy it in the database")
    parser.add_argument("--backends", nargs="+", default=["sqlite", "postgresql"])
    found = parser.parse_args()
    found.events = found.events or (50_000 if found.quick else 1_000_000)
    found.copies = found.copies or max(1, found.events // MOST)
    found.rounds = found.rounds or (1 if found.quick else 3)
    found.seconds = found.seconds or (1 if found.quick else 3)
    if found.events // found.copies > MOST and found.copies > 1:
        parser.error(f"at most {MOST} events can be copied")
    found.small = min(SMALL, found.events // 10)
    return found


@contextmanager
def place(*, keep: bool) -> Iterator[Path]:
    """The folder of the databases, with a PostgreSQL server that is stopped at the end."""
    postgres.open_run()
    try:
        postgres.server_url(f"shared_buffers={memory_mb() // SHARE_OF_MEMORY}MB", "max_wal_size=4GB")
        if keep:
            FOLDER.mkdir(parents=True, exist_ok=True)
            yield FOLDER.absolute()
        else:
            with tempfile.TemporaryDirectory(prefix="counterclaim-bench-") as made:
                yield Path(made)
    finally:
        postgres.close_run()


def memory_mb() -> int:
    """The memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def running() -> str:
    """The version of PostgreSQL, and its memory."""
    with psycopg.connect(postgres.server_url()) as connection:
        version, buffers = (
            connection.execute(f"SHOW {name}").fetchone() for name in ("server_version", "shared_buffers")
        )
    return f"PostgreSQL {version and version[0]} with shared_buffers of {buffers and buffers[0]}"


@contextmanager
def database(backend: str, folder: Path, size: int, *, keep: bool) -> Iterator[str]:
    """The address of the database of a size; dropped at the end unless kept."""
    if not keep:
        with passing(backend, folder, f"bench{size}") as url:
            yield url
    elif backend == "sqlite":
        yield str(folder / f"world-{size}.db")
    else:
        yield kept_database(f"counterclaim_bench_{size}")


@contextmanager
def passing(backend: str, folder: Path, name: str) -> Iterator[str]:
    """The address of a database that is dropped at the end."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder) as made:
            yield f"{made}/{name}.db"
    else:
        url = postgres.create_database(name)
        try:
            yield url
        finally:
            postgres.drop_database(name)


def kept_database(name: str) -> str:
    """A database that stays in the server that TEST_POSTGRES_URL names."""
    url = postgres.server_url()
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def fill(backend: str, urls: Urls, copies: int, place: Path, found: Findings) -> None:
    """Load the empty databases, one after another so that loads do not share the machine.

    Beside a database that was kept, another one is loaded, because loads are measured in every run.
    """
    loaded = max(urls) // copies
    for size, url in urls.items():
        made = min(size, loaded)
        if filled(url):
            with passing(backend, place, "bench_again") as again:
                found.loads["loader", backend, made] = filled_by("loader", again, made)
            continue
        found.loads["loader", backend, made] = filled_by("loader", url, made)
        if size > made:
            filled_by("grow", url, made, copies)
    with tempfile.TemporaryDirectory() as folder:
        with passing(backend, Path(folder), "bench_orm") as url:
            found.loads["orm", backend, ORM] = filled_by("orm", url, ORM)
        with passing(backend, Path(folder), "bench_before") as url:
            code = as_before(Path(folder))
            found.loads["before", backend, loaded] = filled_by("before", url, loaded, code=code)
            with serving("ours", url, parent(url), code) as server:
                found.formats_before[backend] = formats.measure(server, ("GeoJSON", "CSV"))


def as_before(folder: Path) -> Path:
    """A checkout of the commit that loads are compared with."""
    code = folder / "before"
    code.mkdir()
    archive = subprocess.run(["git", "archive", BEFORE], check=True, capture_output=True)  # noqa: S603, S607 - our own
    subprocess.run(["tar", "-x", "-C", str(code)], check=True, input=archive.stdout)  # noqa: S603, S607
    return code


def filled(url: str) -> bool:
    """Whether the database contains data."""
    made = engine(url)
    try:
        with made.connect().execution_options(read_only=True) as connection:
            return "revision" in inspect(connection).get_table_names() and bool(
                connection.scalar(text("SELECT count(*) FROM revision"))
            )
    finally:
        made.dispose()


def filled_by(way: str, url: str, size: int, copies: int = 1, *, code: Path | None = None) -> dict[str, float]:
    """Fill a database, by this code or another; returns measurements, with the processor time (`cpu_s`)."""
    server = parent(url)
    before = children_s(server)
    ours = "loader" if way == "before" else way
    command = [sys.executable, "-m", "bench.fill", ours, url, str(size), str(copies)]
    room = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=code) as filling:  # noqa: S603 - our own command line
        while filling.poll() is None:
            room = max(room, on_disk(url))
            time.sleep(LOOK_S)
        said = filling.stdout.read() if filling.stdout is not None else ""
    if filling.returncode:
        raise SystemExit("A database could not be filled.")
    loaded: dict[str, float] = json.loads(said.splitlines()[-1])
    return {**loaded, "cpu_s": children_s(server) - before, "room": room}


def on_disk(url: str) -> int:
    """The current size of an SQLite database in bytes, including its log; 0 for PostgreSQL."""
    path = Path(url)
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) if parent(url) is None else 0


def parent(url: str) -> int | None:
    """The parent process of a PostgreSQL server."""
    return postmaster(url) if "://" in url else None


def children_s(server: int | None) -> float:
    """The processor time of all child processes that have ended, and of a database server."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + (0 if server is None else postgresql_cpu_s(server))


def measure(backend: str, urls: Urls, arguments: argparse.Namespace, folder: Path, found: Findings) -> None:
    """Measure every server of one database in turns, for several rounds."""
    url, small = urls[arguments.events], urls[arguments.small]
    index(url)
    world = World(arguments.events // arguments.copies, arguments.copies)
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, url, parent(url))) for name in APPS}
        servers["small"] = stack.enter_context(serving("ours", small, parent(url)))
        turns = [
            (name, question, servers[name], written(folder, servers[name], question, world))
            for name, questions in ASKED.items()
            for question in questions
        ]
        samples: dict[tuple[str, str], list[Sample]] = {}
        for _, _, server, file in turns:
            server.get(file.read_text().splitlines()[0].partition("\t")[0])
            server.drive(file, WARM_S)
        for _ in range(arguments.rounds):
            for name, question, server, file in turns:
                samples.setdefault((name, question), []).append(server.drive(file, arguments.seconds))
        found.samples.update({(backend, *asked): middle(taken) for asked, taken in samples.items()})
        found.memory[backend] = servers["ours"].memory_mb()
        files = {(name, asked): file for name, asked, _, file in turns}
        found.growth[backend] = growth(servers, {name: files[name, "page"] for name in ("small", "ours")})
        others = written(folder, servers["ours"], "any filters", world)
        found.combined[backend] = memory.combinations(servers["ours"], others, files["ours", "page"])
    with serving("ours", url, parent(url)) as server:
        found.exports[backend] = exports.measure(server, url)
        found.formats[backend] = formats.measure(server)
        found.pages_for_people[backend] = formats.pages_for_people(server)
        found.duckdb_ms[backend] = exports.duckdb_rollup_ms(server, "side-0")
    with passing(backend, folder, "bench_empty") as empty, passing(backend, folder, "bench_tiny") as tiny:
        filled_by("loader", tiny, TINY)
        migrate(empty)
        found.starts[backend] = memory.starts(url, empty)
        found.additions[backend] = additions.measure(tiny, url, empty, arguments.events, parent(url))


def growth(servers: dict[str, Server], pages: dict[str, Path]) -> tuple[float, float]:
    """The page's p99 in milliseconds over the small and the large database, measured in turns on one connection."""
    taken: dict[str, list[Sample]] = {"small": [], "ours": []}
    for _ in range(GROWTH_ROUNDS):
        for name, samples in taken.items():
            samples.append(servers[name].drive(pages[name], GROWTH_SECONDS, connections=1))
    return middle(taken["small"]).p99_ms, middle(taken["ours"]).p99_ms


def index(url: str) -> None:
    """Create the indexes that the usual way would have."""
    made = engine(url)
    with made.begin() as connection:
        for statement in INDEXES:
            connection.execute(text(statement))
    made.dispose()


if __name__ == "__main__":
    main()
