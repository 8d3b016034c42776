"""What a server holds and how it starts: memory at rest and after questions, and the processor time of a start."""

import threading
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx

from bench.servers import Server, serving

STARTS, WARMED = 3, 300
"""Combinations asked before those that count, so that code and caches of fixed size are in memory."""
SECONDS = 5


class Combined(NamedTuple):
    """Megabytes that other combinations of filters added, and the page's p99 beside them and alone, in milliseconds."""

    grown_mb: float
    beside_ms: float
    alone_ms: float


def starts(large: str, empty: str) -> tuple[float, float, float]:
    """Seconds of processor time until each server answers, started in turns; and the first one's memory in MB."""
    taken: dict[str, list[float]] = {large: [], empty: []}
    held = []
    for _ in range(STARTS):
        for url, samples in taken.items():
            with serving("ours", url, None) as server:
                server.get("/health")
                samples.append(server.cpu_s())
                held.append(server.memory_mb())
    return median(taken[large]), median(taken[empty]), held[0]


def combinations(server: Server, asked: Path, page: Path) -> Combined:
    """Ask as many combinations of filters, each once, with pages asked beside them at the same time."""
    paths = iter(asked.read_text().splitlines())
    alone = server.drive(page, SECONDS, connections=1).p99_ms
    _ask(server, islice(paths, WARMED))
    before = server.memory_mb()
    asking = threading.Thread(target=_ask, args=(server, paths))
    asking.start()
    beside = server.drive(page, SECONDS, connections=1).p99_ms
    asking.join()
    return Combined(server.memory_mb() - before, beside, alone)


def _ask(server: Server, paths: Iterable[str]) -> None:
    with httpx.Client(base_url=server.root, timeout=60) as client:
        for path in paths:
            client.get(path).raise_for_status()
