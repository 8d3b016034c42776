"""Logs on stderr, and metrics for Prometheus."""

import contextlib
import logging
import os
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from structlog.typing import EventDict, Processor

from api.settings import Settings

STDERR = 2


class Stderr:
    """Writes lines to the process's stderr; a failed write must not stop the caller."""

    def msg(self, line: str | bytes) -> None:
        """Write one line."""
        data = line.encode("utf-8", "backslashreplace") if isinstance(line, str) else line
        with contextlib.suppress(OSError):
            os.write(STDERR, data + b"\n")

    log = debug = info = warning = error = critical = exception = msg


class _Handler(logging.Handler):
    """Writes log records of libraries to stderr in the same format."""

    def emit(self, record: logging.LogRecord) -> None:
        Stderr().msg(self.format(record))


def _json(_: Any, __: str, event: EventDict) -> str:  # noqa: ANN401 - any logger
    return orjson.dumps(event, default=repr).decode()


def configure(settings: Settings) -> None:
    """Configure logging for this process."""
    as_text = settings.log_format == "text" or (settings.log_format is None and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="at"),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if as_text
        else [structlog.processors.format_exc_info, _json]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: Stderr(),
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[_plain, *last], foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # clients must not be able to fill the log


def _plain(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - any logger
    """Drop the formatter's internal fields."""
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", event)


log = structlog.get_logger()

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Exchange(NamedTuple):
    """A request and its response; status 0: there was no response."""

    method: str
    template: str
    status: int
    seconds: float
    client: str


class State(NamedTuple):
    """The state of the database."""

    up: bool
    revision: int
    records: dict[str, int]
    connections: dict[str, int]
    damaged: dict[str, int]
    hosts: dict[str, bool]
    """Whether each of several hosts is the one being read."""


@dataclass(slots=True)
class Durations:
    """Response times of one route: counts by upper bound, and the sum."""

    counts: list[int]
    seconds: float = 0.0


class Metrics:
    """Counts the responses of one server process."""

    def __init__(self, *, access_log: bool) -> None:
        """Count from zero."""
        self._access_log = access_log
        self._started = time.time()
        self._requests: dict[tuple[str, str, int], int] = {}
        self._durations: dict[str, Durations] = {}

    def note(self, done: Exchange) -> None:
        """Count a response."""
        method = done.method if done.method in METHODS else "other"
        key = method, done.template, done.status
        self._requests[key] = self._requests.get(key, 0) + 1
        durations = self._durations.get(done.template)
        if durations is None:
            durations = self._durations[done.template] = Durations([0] * (len(BOUNDS) + 1))
        durations.counts[bisect_left(BOUNDS, done.seconds)] += 1
        durations.seconds += done.seconds
        if self._access_log:
            milliseconds = round(done.seconds * 1_000, 2)
            log.info(
                "answered",
                method=method,
                route=done.template,
                status=done.status,
                duration_ms=milliseconds,
                client=done.client,
            )

    def text(self, state: State) -> bytes:
        """Every number, in Prometheus' text format."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collected([*self._of_requests(), *_of_database(state)]))
        return generate_latest(registry)

    def _of_requests(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("counterclaim_started_seconds", "When this process started.", self._started)
        requests = CounterMetricFamily(
            "counterclaim_requests", "Responses by method, route and status.", labels=["method", "route", "status"]
        )
        for (method, template, status), count in sorted(self._requests.items()):
            requests.add_metric([method, template, str(status)], count)
        yield requests
        histogram = HistogramMetricFamily("counterclaim_request_seconds", "Response times by route.", labels=["route"])
        for template, durations in sorted(self._durations.items()):
            histogram.add_metric([template], _cumulated(durations.counts), durations.seconds)
        yield histogram


def _cumulated(counts: list[int]) -> list[tuple[str, float]]:
    total, buckets = 0, []
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets


def _of_database(state: State) -> Iterator[Metric]:
    yield GaugeMetricFamily("counterclaim_database_up", "Whether the database responds.", int(state.up))
    yield GaugeMetricFamily("counterclaim_revision", "Number of the newest revision.", state.revision)
    records = GaugeMetricFamily("counterclaim_records", "Loaded records by kind.", labels=["kind"])
    for kind, count in state.records.items():
        records.add_metric([kind], count)
    yield records
    damaged = GaugeMetricFamily("counterclaim_damaged", "Damaged tables and documents.", labels=["what"])
    for name, count in state.damaged.items():
        damaged.add_metric([name], count)
    yield damaged
    connections = GaugeMetricFamily(
        "counterclaim_database_connections", "Connections to the database by state.", labels=["state"]
    )
    for name, count in state.connections.items():
        connections.add_metric([name], count)
    yield connections
    if state.hosts:
        hosts = GaugeMetricFamily(
            "counterclaim_database_host", "Whether a host is the one that is read.", labels=["host"]
        )
        for name, is_read in state.hosts.items():
            hosts.add_metric([name], int(is_read))
        yield hosts


class _Collected:
    """Metrics that have been collected already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics
