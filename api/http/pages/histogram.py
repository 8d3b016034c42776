"""Events by month or year, where there are too many for a timeline: those certainly there, and those that may be."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.http.pages.words import number

WIDTH, HEIGHT = 1_180.0, 220.0
BASE, TOP, LEFT = 190.0, 12.0, 44.0
MONTHS = 72
"""Longer spans are told by year."""
YEARS = 120
LABELS = 14


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year."""

    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True)
class Bar:
    """How many events a period has."""

    name: str
    href: str
    certain: int
    possible: int
    x: float
    width: float
    certain_y: float
    possible_y: float
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """What is drawn."""

    title: str
    bars: list[Bar]
    levels: list[tuple[float, str]]
    undated: int
    """How many events have no date, and stand in no bar."""
    width: float = WIDTH
    height: float = HEIGHT
    base: float = BASE


def periods_of(first: date, last: date) -> list[Period]:
    """The months from one day to another, or the years where these are many; the last ones where even those are."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months > MONTHS:
        return [
            Period(date(year, 1, 1), date(year, 12, 31), str(year))
            for year in range(max(first.year, last.year - YEARS + 1), last.year + 1)
        ]
    found = []
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = count // 12, count % 12 + 1
        start = date(year, month, 1)
        found.append(Period(start, date(year, month, monthrange(year, month)[1]), f"{start:%B} {year}"))
    return found


def histogram_of(counted: Sequence[tuple[Period, int, int, str]], undated: int = 0) -> Histogram:
    """Bars for periods with how many events certainly and possibly fall there, and where each bar leads."""
    most = max((possible for _, _, possible, _ in counted), default=0) or 1
    width = (WIDTH - LEFT) / max(1, len(counted))
    every = -(-len(counted) // LABELS)
    by_month = bool(counted) and counted[0][0].last.month != counted[0][0].first.month + 11
    bars = []
    for place, (period, certain, possible, href) in enumerate(counted):
        label = (f"{period.first:%b %Y}" if by_month else str(period.first.year)) if place % every == 0 else ""
        bars.append(
            Bar(
                period.name,
                href,
                certain,
                possible,
                round(LEFT + place * width, 1),
                round(width, 1),
                _y(certain, most),
                _y(possible, most),
                label,
            )
        )
    levels = [(_y(level, most), number(level)) for level in sorted({0, most // 2, most})]
    return Histogram(f"Events by {'month' if by_month else 'year'}", bars, levels, undated)


def _y(size: int, most: int) -> float:
    return round(BASE - size / most * (BASE - TOP), 1)
