"""What was measured, as a table in RESULTS.md: each goal, what came of it, and by how much it was missed."""

import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bench.exports import Export
from bench.servers import Sample

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "sqlalchemy", "pydantic", "asyncpg", "psycopg", "orjson")
USUAL_PAGE = {"sqlite": 30, "postgresql": 12}
BEFORE = {"sqlite": 3, "postgresql": 2.5}
USUAL_ITEM = {"sqlite": 16, "postgresql": 6}
BOX_MS = {"sqlite": 0.15, "postgresql": 0.5}
WORD_MS = {"sqlite": 0.5, "postgresql": 2.5}

# What it would take to reach a goal, shown where it is missed: by the line's words, perhaps for one database alone.
REMARKS: dict[str | tuple[str, str], str] = {
    ("sqlite", "newest 50 by a rare word"): (
        "the index gives the newest at once, but they lie far apart, and each costs a page of words and a page of "
        "documents. It would take documents fetched by the index's numbers alone, or more memory for the cache."
    ),
    "newest 50 by a rare word": (
        "all records that hold the word are fetched and sorted, for PostgreSQL's index has them in no order. It would "
        "take an index in the order of days."
    ),
    "page with as_of / without": (
        "events of which something was said later, or nobody knows when, are judged anew from their claims, and the "
        "records left out because nothing dated was said of them are counted. It would take counts kept by day."
    ),
    "event and its claims: usual way / ours": (
        "these are two requests, each answered by one statement; limits, headers and numbers of a request and the HTTP "
        "server itself cost more than that. It would take one address for both, or a server not written in Python."
    ),
    "keys of a page by box and dates": (
        "once their pages were in memory, the cells of half a million events took 0.1 ms on SQLite and 0.3 ms on "
        "PostgreSQL. It would take more memory for the database's cache, or rows of facets without ids, so that more "
        "of them lie on a page."
    ),
    "page p99: large database / small": (
        "the least that a server can do slows down as well (see the limit's page below): documents of some days lie "
        "side by side, but those of one party are few among them, on pages of their own. It would take more memory "
        "for the database's cache."
    ),
    "two filters, one rare: p99 / of the rare one": (
        "likely because rows of the rare filter are looked up one by one in the common one. It would take reading "
        "them in the order of the larger set."
    ),
    "newest 50 by a common word": (
        "words are read in the order of days and each is looked at. It would take an index in that order."
    ),
    "export of a year / database, rows per second": (
        "the database joins the lines as the bytes that are sent, and nobody looks at each of them. What is added to "
        "reading them is the copy that joining makes, the way to a socket in another thread, and a client that reads: "
        "three at work on two cores. It would take a third core."
    ),
    "export: the server's own memory": (
        "nearly all of it is what a server holds before anything was asked: the framework, the driver and models. It "
        "would take fewer of these."
    ),
    "page: ours / limit": (
        "what is left are the checks of parameters and documents, the counts of what was left out, the question in "
        "words and the headers. It would take answering them only when asked for."
    ),
    "page: usual way / ours": "our page would have to come nearer to the limit: see there what stands between.",
    "bytes from memory / 304, requests per second": (
        "each 304 asks the database for its revision, once, and comes by the same limits, headers and numbers as any "
        "answer. It would take a database that tells of a new revision by itself."
    ),
    "load, end to end / ORM add_all, rows per second": (
        "a load checks every record and makes documents, facets and words, which the ORM's run goes without. Of the "
        "processor time that 10,000 events take on SQLite, two fifths go to the database: half of these to facts and "
        "their indexes, a third to rows of facets, twenty of which stand for each event or claim. The rest is spread "
        "thinly over Python. It would take fewer facets, and what is written in Python in a language that is compiled."
    ),
}


@dataclass
class Findings:
    """All that a run measured; keys begin with the database."""

    wrk: str
    events: int
    copies: int
    samples: dict[tuple[str, str, str], Sample] = field(default_factory=dict)
    scans: dict[tuple[str, str], float] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    loads: dict[tuple[str, str, int], dict[str, float]] = field(default_factory=dict)
    postgresql: str = "PostgreSQL"
    formats: dict[str, dict[str, float]] = field(default_factory=dict)
    """Microseconds per record of each format."""
    pages_for_people: dict[str, dict[str, float]] = field(default_factory=dict)
    """Times the same as JSON, by what is drawn."""
    growth: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The page's p99 in milliseconds over the small and the large database."""


class Line(NamedTuple):
    """A goal and what came of it: `measured` is to be at least or at most `goal`."""

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


def write(found: Findings) -> None:
    """Write RESULTS.md anew."""
    RESULTS.write_text("\n".join(_text(found)) + "\n")
    print(RESULTS.read_text())


def _text(found: Findings) -> Iterator[str]:
    grown = "" if found.copies == 1 else f", loaded as {found.events // found.copies:,} and copied in the database"
    yield "# What it costs"
    yield ""
    yield f"{date.today()}: {found.events:,} events, 2.25 claims each{grown}; {_machine()}; {found.wrk}."  # noqa: DTZ011
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {found.postgresql}, {packages}."
    for backend in found.exports:
        yield f"\n## {backend}\n"
        yield "| work | goal | measured | |\n|---|---|---|---|"
        lines = list(goals(found, backend))
        yield from map(str, lines)
        for line in lines:
            remark = REMARKS.get((backend, line.work)) or REMARKS.get(line.work)
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
                made = events // found.copies if events == found.events and way == "loader" else events
                size = f"{load['records']:,.0f} records of {made:,} events, {load['rows']:,.0f} rows"
                rates = f"{load['records'] / load['seconds']:,.0f} records/s, {_rate(load):,.0f} rows/s"
                taken = f"{load['seconds']:.1f} s, {load['cpu_s']:.1f} s of processors"
                yield f"- {way}: {size}: {taken}, {rates}, {load['memory_mb']:.0f} MB"


def goals(found: Findings, backend: str) -> Iterator[Line]:
    """Every line of the list of goals that one database can meet."""

    def sample(server: str, question: str) -> Sample:
        return found.samples[backend, server, question]

    page, usual = sample("ours", "page"), sample("usual", "page")
    both = sample("ours", "item").cpu_ms + sample("ours", "claims").cpu_ms
    yield Line("page: usual way / ours", usual.cpu_ms / page.cpu_ms, USUAL_PAGE[backend], "times", at_least=True)
    yield Line("page: ours / limit", page.cpu_ms / sample("limit", "page").cpu_ms, 2, "times")
    item = sample("usual", "item").cpu_ms / both
    yield Line("event and its claims: usual way / ours", item, USUAL_ITEM[backend], "times", at_least=True)
    yield Line("keys of a page by box and dates", found.scans[backend, "box"], BOX_MS[backend], "ms")
    two, one = sample("ours", "rare and common"), sample("ours", "rare")
    yield Line("two filters, one rare: p99 / of the rare one", two.p99_ms / one.p99_ms, 2, "times")
    for word in ("common word", "rare word"):
        yield Line(f"newest 50 by a {word}", found.scans[backend, word], WORD_MS[backend], "ms")
    yield Line("page with as_of / without", sample("ours", "as_of").cpu_ms / page.cpu_ms, 3, "times")
    ratio = sample("limit", "bytes").rate / sample("ours", "304").rate
    yield Line("bytes from memory / 304, requests per second", ratio, 7, "times")
    export = found.exports[backend]
    yield Line(
        "export of a year / database, rows per second", export.ours / export.database, 0.85, "times", at_least=True
    )
    yield Line("export: the server's own memory", export.after_mb, 80, "MB")
    geojson, *others = found.formats[backend].items()
    for name, taken in others:
        yield Line(f"export as {name} / as {geojson[0]}, per record", taken / geojson[1], 2, "times")
    for name, ratio in found.pages_for_people[backend].items():
        yield Line(f"page for people, {name} / the same as JSON", ratio, 10, "times")
    yield from _loads(found, backend)
    small, large = found.growth[backend]
    yield Line("page p99: large database / small", large / small, 1.5, "times")


def _loads(found: Findings, backend: str) -> Iterator[Line]:
    """Rows of facts per second: until all is derived from them, and written alone, against the ORM's."""
    loads = {way: load for (way, of, _), load in sorted(found.loads.items(), key=_by_size) if of == backend}
    orm = loads["orm"]
    for (way, of, events), load in found.loads.items():
        now = found.loads.get(("loader", of, events))
        if (way, of) == ("before", backend) and now is not None:
            ratio = load["cpu_s"] / now["cpu_s"]
            yield Line("load, processor time: before / now", ratio, BEFORE[backend], "times", at_least=True)
            yield Line("size of the database, per event", now["bytes"] / events / 1_000, 6.6, "kB")
    if "loader" in loads:
        yield Line("load, memory", loads["loader"]["memory_mb"], 300, "MB")
        rate = _rate(loads["loader"]) / (orm["rows"] / (orm["making_s"] + orm["seconds"]))
        yield Line("load, end to end / ORM add_all, rows per second", rate, 3, "times", at_least=True)
    yield Line("load, rows alone / ORM add_all", _rate(loads["rows"]) / _rate(orm), 5, "times", at_least=True)


def _by_size(load: tuple[tuple[str, str, int], object]) -> int:
    return load[0][2]


def _rate(load: dict[str, float]) -> float:
    return load["rows"] / load["seconds"]


def _machine() -> str:
    said = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in said.splitlines() if line.startswith("model name")]
    return f"{len(names)} cores ({(names or [platform.machine()])[0]})"
