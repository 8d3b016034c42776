"""The memory of a server at rest and after requests, and the processor time of its start."""

import threading
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx

from bench.servers import Server, serving

STARTS, WARMED = 3, 300
"""Combinations requested before the measured ones, so that code and caches of fixed size are in memory."""
SECONDS = 5


class Combined(NamedTuple):
    """The memory in megabytes that other combinations of filters added, and the page's p99 meanwhile and alone."""

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
    """Request a number of combinations of filters, each once, and pages at the same time."""
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
