"""The figures of all parties on one scale, each with its day: low to high as a bar, best as a dot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.http.pages.words import figure, number, when

Json = dict[str, Any]
WIDTH = 1_000.0
LEFT, RIGHT = 330.0, 150.0
ROW, TOP = 30.0, 30.0
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that somebody gave."""

    claim: str
    party: str
    said: str
    words: str
    stance: str
    x1: float
    x2: float
    best: float | None
    open_low: bool
    open_high: bool
    y: float
    revises: bool
    """Whether the same party gave another figure before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is drawn."""

    rows: list[Row]
    levels: list[tuple[float, str]]
    height: float
    width: float = WIDTH
    left: float = LEFT


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale that all figures share."""

    least: float
    most: float

    def x(self, value: float) -> float:
        """Where a number lies."""
        return round(LEFT + (value - self.least) * (WIDTH - LEFT - RIGHT) / (self.most - self.least or 1.0), 1)


def figures_of(claims: Sequence[tuple[Json, str]]) -> Figures | None:
    """The figures of some claims in the order said, each with the name of its party; None: there is none."""
    given = [(claim, party) for claim, party in claims if claim["value"] is not None]
    if not given:
        return None
    numbers = [
        float(claim["value"][name])
        for claim, _ in given
        for name in ("low", "best", "high")
        if claim["value"][name] is not None
    ]
    least, most = min(0.0, *numbers), max(0.0, *numbers) or 1.0
    axis = Axis(least, most)
    rows: list[Row] = []
    for claim, party in given:
        revises = any(row.party == party for row in rows)
        rows.append(_row(claim, party, axis, TOP + len(rows) * ROW + ROW / 2, revises=revises))
    levels = [least + (most - least) * share / LEVELS for share in range(LEVELS + 1)]
    marks = [(axis.x(level), number(round(level) if most > LEVELS else round(level, 2))) for level in levels]
    return Figures(rows, marks, TOP + len(rows) * ROW + 8)


def _row(claim: Json, party: str, axis: Axis, y: float, *, revises: bool) -> Row:
    value = claim["value"]
    low, best, high = (value[name] for name in ("low", "best", "high"))
    known = [one for one in (low, best, high) if one is not None]
    open_low, open_high = low is None and best is None, high is None and best is None
    return Row(
        claim["id"],
        party,
        when(claim["said"]),
        figure(value),
        claim["stance"],
        axis.x(axis.least if open_low else known[0]),
        WIDTH - RIGHT if open_high else axis.x(known[-1]),
        None if best is None else axis.x(best),
        open_low,
        open_high,
        y,
        revises,
    )
