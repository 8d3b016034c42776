"""How far an import is: a bar on a terminal, lines elsewhere."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from seed.importers.meter import Meter


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


def ticking(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def test_without_a_terminal_progress_is_in_log_lines(output: io.StringIO) -> None:
    clock = ticking(2.0)
    with Meter("ucdp", 1_000, Console(file=output), lambda: next(clock)) as meter:
        for rows in (100, 200, 300):
            meter.read(200, rows)
        meter.load("load", 5_000)
        for _ in range(3):
            meter.load("derive", 100)
    told = output.getvalue().splitlines()
    assert told[0] == "Reading ucdp: 200 rows, 33/s, 40%, about 9 s remaining"
    assert told[-1].startswith("Deriving ucdp: ")
    assert told[-1] == "Deriving ucdp: 300 events, 25/s"  # as many as rows, but it is not over
    assert len(told) < 6


def test_a_bar_with_rate_and_remaining_time_on_a_terminal(output: io.StringIO) -> None:
    clock = ticking(2.0)
    console = Console(file=output, force_terminal=True, width=140, color_system=None)
    with Meter("ucdp", 1_000, console, lambda: next(clock)) as meter:
        meter.read(500, 100)
        meter.load("derive", 50)
        meter.load("derive", 50)
    told = output.getvalue()
    assert "Reading ucdp" in told
    assert "100 rows, 50/s" in told
    assert "Deriving ucdp" in told
    assert "100 events" in told
    assert "remaining" in told


def test_nothing_to_read(output: io.StringIO) -> None:
    clock = ticking(10.0)
    with Meter("ucdp", 0, Console(file=output), lambda: next(clock)) as meter:
        meter.read(0, 0)
    assert output.getvalue() == "Reading ucdp: 0 rows, 0/s\n"


@pytest.mark.parametrize(
    ("size", "read", "told"),
    [
        (1_000, 999, "Reading ucdp: 7 rows, 1/s, 99%, about 0 s remaining\n"),  # not yet all
        (1_000, 1_000, "Reading ucdp: 7 rows, 1/s\n"),
        (0, 70_000, "Reading ucdp: 7 rows, 1/s\n"),  # a pipe, whose size nobody knows
    ],
)
def test_no_line_says_that_all_is_done(output: io.StringIO, size: int, read: int, told: str) -> None:
    clock = ticking(5.0)
    with Meter("ucdp", size, Console(file=output), lambda: next(clock)) as meter:
        meter.read(read, 7)
    assert output.getvalue() == told
