"""The report of a run: each goal, the measurement, and the factor by which it was missed."""

import platform
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bench.additions import Additions
from bench.exports import Export
from bench.memory import Combined
from bench.servers import Sample

RESULTS = Path(__file__).with_name("RESULTS.md")
"""The published results."""
PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "sqlalchemy", "pydantic", "asyncpg", "psycopg", "orjson")
USUAL_PAGE = {"sqlite": 40, "postgresql": 20}
LIMIT_PAGE = {"sqlite": 1.6, "postgresql": 1.4}
USUAL_ITEM = {"sqlite": 16, "postgresql": 6}
BEFORE = {"sqlite": 3, "postgresql": 2.5}
LIKE_A_PAGE = (
    "box",
    "circle",
    "rare and common",
    "common word",
    "rare word",
    "as_of",
    "source and as_of",
    "by id",
)
"""Requests that should cost little more than the plain page."""

# What it would take to reach a goal, shown if it was missed.
REMARKS: dict[str, str] = {
    "page: usual way / ours": "the page would have to come nearer to the limit; see that line.",
    "page: ours / limit": (
        "the rest goes into checks of parameters and documents, counts of what was left out, the query in words, and "
        "headers. It would take sending these on request only."
    ),
    "event and its claims: usual way / ours": (
        "these are two requests with one statement each; limits, headers, and the HTTP server itself cost more than "
        "the statement. It would take one address for both, or a server that is not written in Python."
    ),
    "page, circle / by party and dates": (
        "the point of every event in the grid cells around the circle is tested. It would take smaller cells."
    ),
    "page, rare word / by party and dates": (
        "the postings of all words that begin like it are read first. It would take a larger cache."
    ),
    "page, as_of / by party and dates": (
        "events with claims that were said later are judged again. It would take documents stored by day."
    ),
    "page, source and as_of / by party and dates": (
        "a rare source's postings are read first, and events with claims that were said later are judged again. It "
        "would take a larger cache, and documents stored by day."
    ),
    "page, by id / by party and dates": (
        "matching numbers are looked for among the ids that follow, block by block. It would take numbers given in "
        "the order of ids."
    ),
    "page p99: large database / small": (
        "pages of the small database have fewer than fifty events more often, and more of it is kept in memory (in "
        "SQLite a third, of the large one 0.4 %). It would take more memory for pages of the file."
    ),
    "memory after all these questions": (
        "columns, days and the order of ids are kept for all records beside the cache. It would take a limit for these "
        "as well."
    ),
    "one record more: in the large database / in 1,000": (
        "a hundred sets change with each record, and each is read and written whole, with up to 65,536 numbers. It "
        "would take smaller sets, or changes stored beside them."
    ),
    "a month more: in the large / in none": "see one record more.",
    "page p99: beside other combinations / alone": (
        "one process answers one request at a time, so a page waits for the combination before it. It would take a "
        "second process."
    ),
    "rollup by month and kind / DuckDB's GROUP BY": (
        "DuckDB counts one day per event in its own table. The service counts each event as certain or possible in "
        "every month that its date allows, and sends some 800 rows as JSON. It would take counts kept by month."
    ),
    "3,000 other combinations of filters: memory": (
        "these are compressed sets of numbers in a cache with a limit on its bytes, which was not full before. It "
        "would take a smaller limit."
    ),
    "export: the server's own memory": (
        "a server that was asked nothing holds nearly as much: the framework, the driver and the models. It would take "
        "fewer of these."
    ),
    "export as GeoJSON, per record: before / now": (
        "each document is cut into its fields, and of places, dates and participants that were not written lately, the "
        "text is parsed. It would take storing columns as well."
    ),
    "export as CSV, per record: before / now": "see GeoJSON.",
    "export as Atom / as GeoJSON, per record": (
        "each event with news is judged as of before and after the days, and written as JSON before it is written as "
        "XML. It would take entries made without the JSON between."
    ),
    "load: before / now": (
        "no step takes more than a fifth: writing rows, making events, comparing records, claims, postings, reading "
        "facts back. It would take fewer facets per record, or compiled code."
    ),
    "load: ORM add_all / ours": (
        "a load checks every record and writes documents, postings and history as well; the ORM writes the facts only. "
        "What it would take: see load, before / now."
    ),
    "size of the database, per event": (
        "more than half is documents, stored as they are sent, so that pages and exports are copies. It would take "
        "compressing them, and decompressing each that is sent."
    ),
    "room while loading / afterwards": (
        "a load is one transaction, and SQLite keeps all of it in its log until it is committed. It would take "
        "several transactions, and a half-loaded database in between."
    ),
}


@dataclass
class Findings:
    """All measurements of a run; keys begin with the database."""

    wrk: str
    events: int
    copies: int
    samples: dict[tuple[str, str, str], Sample] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    loads: dict[tuple[str, str, int], dict[str, float]] = field(default_factory=dict)
    postgresql: str = "PostgreSQL"
    formats: dict[str, dict[str, float]] = field(default_factory=dict)
    """Microseconds per record of each format."""
    pages_for_people: dict[str, dict[str, float]] = field(default_factory=dict)
    """The ratio to JSON, by what is drawn."""
    formats_before: dict[str, dict[str, float]] = field(default_factory=dict)
    """The same for the commit that loads are compared with."""
    growth: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The page's p99 in milliseconds over the small and the large database."""
    combined: dict[str, Combined] = field(default_factory=dict)
    additions: dict[str, Additions] = field(default_factory=dict)
    starts: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Seconds until a server answers, over the large and an empty database, and its memory in MB."""
    memory: dict[str, float] = field(default_factory=dict)
    duckdb_ms: dict[str, float] = field(default_factory=dict)


class Line(NamedTuple):
    """A goal and its measurement, which should be at most `goal`, or with `at_least` at least that."""

    work: str
    measured: float
    goal: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the goal was reached."""
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    def __str__(self) -> str:
        missed = self.goal / self.measured if self.at_least else self.measured / self.goal
        verdict = "met" if self.met else f"missed by a factor of {missed:.2f}"
        sign = "≥" if self.at_least else "≤"
        return f"| {self.work} | {sign} {self.goal:g} {self.unit} | {self.measured:.3g} {self.unit} | {verdict} |"


def write(found: Findings, file: Path) -> None:
    """Write the results to a file, replacing earlier ones, and to stdout."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(_text(found)) + "\n")
    print(file.read_text())


def _text(found: Findings) -> Iterator[str]:
    grown = "" if found.copies == 1 else f", loaded as {found.events // found.copies:,} and copied in the database"
    yield "# What it costs"
    yield ""
    asked = f"`python -m bench {shlex.join(sys.argv[1:])}`, {date.today()}"  # noqa: DTZ011
    yield f"{asked}: {found.events:,} events, 2.25 claims each{grown};"
    yield f"{_machine()}; {found.wrk}."
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {found.postgresql}, {packages}."
    for backend in found.exports:
        yield f"\n## {backend}\n"
        yield "| work | goal | measured | |\n|---|---|---|---|"
        lines = list(goals(found, backend))
        yield from map(str, lines)
        for line in lines:
            remark = REMARKS.get(line.work)
            if not line.met and remark is not None:
                yield f"\n*{line.work}*: {remark}"
        yield "\n| server | question | CPU ms | requests/s | p50 ms | p99 ms |\n|---|---|---|---|---|---|"
        for (of, server, question), one in found.samples.items():
            if of == backend:
                numbers = f"{one.cpu_ms:.3f} | {one.rate:.0f} | {one.p50_ms:.2f} | {one.p99_ms:.2f}"
                yield f"| {server} | {question} | {numbers} |"
        yield "\nA row is one of the tables of facts; what a load derives from them counts only as time.\n"
        for (way, of, events), load in found.loads.items():
            if of == backend:
                size = f"{load['records']:,.0f} records of {events:,} events, {load['rows']:,.0f} rows"
                rates = f"{load['records'] / load['seconds']:,.0f} records/s, {_rate(load):,.0f} rows/s"
                taken = f"{load['seconds']:.1f} s, {load['cpu_s']:.1f} s of processors"
                yield f"- {way}: {size}: {taken}, {rates}, {load['memory_mb']:.0f} MB"


def goals(found: Findings, backend: str) -> Iterator[Line]:
    """Every goal that applies to one database; costs are processor time."""
    yield from _questions(found, backend)
    beside = found.combined[backend]
    yield Line("3,000 other combinations of filters: memory", beside.grown_mb, 50, "MB")
    yield Line("page p99: beside other combinations / alone", beside.beside_ms / beside.alone_ms, 3, "times")
    small, large = found.growth[backend]
    yield Line("page p99: large database / small", large / small, 1.2, "times")
    yield from _exports(found, backend)
    yield from _loads(found, backend)
    added = found.additions[backend]
    yield Line(
        "one record more: in the large database / in 1,000", added.one_in_large / added.one_in_small, 1.5, "times"
    )
    yield Line("a month more: in the large / in none", added.month_in_large / added.month_in_empty, 2, "times")
    started, empty, at_rest = found.starts[backend]
    yield Line("start: large database / empty", started / empty, 1.2, "times")
    yield Line("memory at rest", at_rest, 110, "MB")
    yield Line("memory after all these questions", found.memory[backend], 300, "MB")


def _questions(found: Findings, backend: str) -> Iterator[Line]:
    """Pages, items, counts and rollups."""

    def cost(server: str, question: str) -> float:
        return found.samples[backend, server, question].cpu_ms

    page = cost("ours", "page")
    yield Line("page: usual way / ours", cost("usual", "page") / page, USUAL_PAGE[backend], "times", at_least=True)
    yield Line("page: ours / limit", page / cost("limit", "page"), LIMIT_PAGE[backend], "times")
    item = cost("usual", "item") / (cost("ours", "item") + cost("ours", "claims"))
    yield Line("event and its claims: usual way / ours", item, USUAL_ITEM[backend], "times", at_least=True)
    for name in LIKE_A_PAGE:
        yield Line(f"page, {name} / by party and dates", cost("ours", name) / page, 1.5, "times")
    yield Line("count: large database / small", cost("ours", "count") / cost("small", "count"), 3, "times")
    grouped = cost("ours", "rollup") / found.duckdb_ms[backend]
    yield Line("rollup by month and kind / DuckDB's GROUP BY", grouped, 0.1, "times")
    ratio = found.samples[backend, "limit", "bytes"].rate / found.samples[backend, "ours", "304"].rate
    yield Line("bytes from memory / 304, requests per second", ratio, 7, "times")


def _exports(found: Findings, backend: str) -> Iterator[Line]:
    """Exports per record, and pages for people."""
    export = found.exports[backend]
    yield Line("export of a year as NDJSON / database", export.ours / export.database, 0.85, "times", at_least=True)
    yield Line("export: the server's own memory", export.memory_mb, 80, "MB")
    geojson, *others = found.formats[backend].items()
    for name, before in found.formats_before[backend].items():
        now = found.formats[backend][name]
        yield Line(f"export as {name}, per record: before / now", before / now, 2.5, "times", at_least=True)
    for name, taken in others:
        yield Line(f"export as {name} / as {geojson[0]}, per record", taken / geojson[1], 2, "times")
    for name, ratio in found.pages_for_people[backend].items():
        yield Line(f"page for people, {name} / the same as JSON", ratio, 10, "times")


def _loads(found: Findings, backend: str) -> Iterator[Line]:
    """Processor time of a row of facts and everything derived from it, before and now, and of the row by the ORM."""
    loads = {way: load for (way, of, _), load in sorted(found.loads.items(), key=_by_size) if of == backend}
    for (way, of, events), load in found.loads.items():
        now = found.loads.get(("loader", of, events))
        if (way, of) == ("before", backend) and now is not None:
            ratio = load["cpu_s"] / now["cpu_s"]
            yield Line("load: before / now", ratio, BEFORE[backend], "times", at_least=True)
            yield Line("size of the database, per event", now["bytes"] / events / 1_000, 6.6, "kB")
            if now["room"]:
                yield Line("room while loading / afterwards", now["room"] / now["bytes"], 1.5, "times")
    if "loader" in loads:
        yield Line("load, memory", loads["loader"]["memory_mb"], 300, "MB")
        yield Line("load: ORM add_all / ours", _cost(loads["orm"]) / _cost(loads["loader"]), 2, "times", at_least=True)


def _cost(load: dict[str, float]) -> float:
    """Seconds of processor time per row of facts."""
    return load["cpu_s"] / load["rows"]


def _by_size(load: tuple[tuple[str, str, int], object]) -> int:
    return load[0][2]


def _rate(load: dict[str, float]) -> float:
    return load["rows"] / load["seconds"]


def _machine() -> str:
    said = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in said.splitlines() if line.startswith("model name")]
    return f"{len(names)} cores ({(names or [platform.machine()])[0]})"
