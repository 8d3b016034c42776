"""Reports the progress of an import: a bar with rate and remaining time on a terminal, log lines elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

EVERY_S = 5.0
SOON_S = 0.05
"""The shortest time from which a rate can be computed."""


class Meter:
    """The progress of an import: bytes and rows read, then events derived."""

    def __init__(self, name: str, size: int, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        """`size`: the total size of all files in bytes."""
        self._name, self._size, self._console, self._clock = name, size, console, clock
        self._started = self._told = self._loaded = clock()
        self._bytes = self._rows = self._events = 0
        self._tasks: dict[str, TaskID] = {}
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            TextColumn("remaining"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Start the bar."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Leave the terminal as it was."""
        self._bar.stop()

    def read(self, size: int, rows: int) -> None:
        """Report additional bytes read and the total number of rows."""
        self._bytes, self._rows = self._bytes + size, rows
        self._tell("Reading", self._bytes, self._size, rows, "rows")

    def load(self, stage: str, done: int) -> None:
        """Report additional records of a stage; the number of rows is the upper bound for events."""
        if stage != "derive":
            self._loaded = self._clock()
        else:
            if not self._events:
                self._started = self._loaded
            self._events += done
            self._tell("Deriving", self._events, self._rows, self._events, "events")

    def _tell(self, stage: str, done: int, total: int, count: int, things: str) -> None:
        elapsed = self._clock() - self._started
        told = f"{count:,} {things}" + (f", {count / elapsed:,.0f}/s" if elapsed >= SOON_S else "")
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(f"{stage} {self._name}", total=None, told=told)
        # For a pipe, and if more events are derived than rows were read, the rest is unknown.
        (task,) = (one for one in self._bar.tasks if one.id == self._tasks[stage])
        task.total = total if done < total else None
        self._bar.update(task.id, completed=done, told=told)
        if not self._console.is_terminal and self._clock() - self._told >= EVERY_S:
            self._told = self._clock()
            message = f"{stage} {self._name}: {told}{self._share(done, total, elapsed)}"
            self._console.print(message, highlight=False, soft_wrap=True)

    @staticmethod
    def _share(done: int, total: int, elapsed: float) -> str:
        """The share that is done, if the rest is known; never rounded up to all."""
        if not 0 < done < total:
            return ""
        left = elapsed * (total - done) / done
        return f", {100 * done // total}%, about {left:,.0f} s remaining"
