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
USUAL_ITEM = {"sqlite": 16, "postgresql": 6}
BOX_MS = {"sqlite": 0.15, "postgresql": 0.5}
WORD_MS = {"sqlite": 0.5, "postgresql": 2.5}


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


class Line(NamedTuple):
    """A goal and what came of it: `measured` is to be at least or at most `goal`."""

    work: str
    measured: float
    goal: float
    unit: str
    at_least: bool = False

    def __str__(self) -> str:
        met = self.measured >= self.goal if self.at_least else self.measured <= self.goal
        missed = self.goal / self.measured if self.at_least else self.measured / self.goal
        verdict = "met" if met else f"missed by a factor of {missed:.2f}"
        sign = "≥" if self.at_least else "≤"
        return f"| {self.work} | {sign} {self.goal:g} {self.unit} | {self.measured:.3g} {self.unit} | {verdict} |"


def write(found: Findings) -> None:
    """Write RESULTS.md anew, but for what people wrote below the tables."""
    kept = RESULTS.read_text().partition("\n## What is missed")[1:] if RESULTS.exists() else ("", "")
    RESULTS.write_text("\n".join(_text(found)) + "\n" + "".join(kept))
    print(RESULTS.read_text())


def _text(found: Findings) -> Iterator[str]:
    grown = "" if found.copies == 1 else f", loaded as {found.events // found.copies:,} and copied in the database"
    yield "# What it costs"
    yield ""
    yield f"{date.today()}: {found.events:,} events, 2.25 claims each{grown}; {_machine()}; {found.wrk}."  # noqa: DTZ011
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}."
    for backend in found.exports:
        yield f"\n## {backend}\n"
        yield "| work | goal | measured | |\n|---|---|---|---|"
        yield from map(str, goals(found, backend))
        yield "\n| server | question | CPU ms | requests/s | p50 ms | p99 ms |\n|---|---|---|---|---|---|"
        for (of, server, question), one in found.samples.items():
            if of == backend:
                numbers = f"{one.cpu_ms:.3f} | {one.rate:.0f} | {one.p50_ms:.2f} | {one.p99_ms:.2f}"
                yield f"| {server} | {question} | {numbers} |"
        yield ""
        for (way, of, events), load in found.loads.items():
            if of == backend:
                rate = load["records"] / load["seconds"]
                size = f"{load['records']:,.0f} records of {events:,} events"
                yield f"- {way}: {size}, {rate:,.0f}/s, {load['memory_mb']:.0f} MB"


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
        f"export of {export.rows:,} rows / database", export.ours / export.database, 0.85, "times", at_least=True
    )
    yield Line("export: the server's own memory", export.after_mb, 80, "MB")
    yield from _loads(found, backend)
    growth = page.p99_ms / sample("small", "page").p99_ms
    yield Line(f"page p99: {found.events:,} events / small", growth, 1.5, "times")


def _loads(found: Findings, backend: str) -> Iterator[Line]:
    """Rows per second of the largest load against the ORM's."""
    rates = {}
    for (way, of, events), load in sorted(found.loads.items(), key=lambda item: item[0][2]):
        if of == backend:
            rates[way] = load["records"] / load["seconds"]
            if way == "loader" and events == found.events:
                yield Line("load: memory", load["memory_mb"], 300, "MB")
    if "loader" in rates:
        yield Line("load / ORM add_all of the facts alone", rates["loader"] / rates["orm"], 3, "times", at_least=True)


def _machine() -> str:
    said = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in said.splitlines() if line.startswith("model name")]
    return f"{len(names)} cores ({(names or [platform.machine()])[0]})"
