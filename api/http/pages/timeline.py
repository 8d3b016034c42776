"""Dated things on lanes: a day is a dot, what lasted a bar, what is unsure a bracket; open ends fade out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from math import ceil

from markupsafe import Markup, escape

from api.http import words
from api.schemas.records import Json

WIDTH = 1_180.0
GUTTER = 168.0
"""The width on the left for the names of lanes."""
RIGHT = 18.0
TOP = 34.0
ROW, CLOSE_ROW = 24.0, 15.0
"""The height of a row with and without labels."""
WORDS_UP_TO = 90
"""With more marks, names are only shown by pointing at them, and in the table."""
LETTER = 6.6
"""The approximate width of a letter of a mark's name."""
LONGEST = 44
MARK = 9.0
NAME_LINE = 15.0
"""The height of a line of a lane's name."""
WIDE, ASIDE = 40, 14.0
"""On a wider mark, the sign is this far from its beginning; otherwise it is in the middle."""
COLOUR = "\0"
"""A placeholder for the colour of a mark in a file of its own; texts of records never contain this character."""
TICKS = 12
YEAR = 12
"""In months."""


@dataclass(frozen=True)
class Item:
    """Something with a date, and its lanes."""

    title: str
    href: str
    glyph: str
    told: str
    """The meaning of the glyph."""
    date: Json
    lanes: tuple[str, ...]

    @cached_property
    def link(self) -> str:
        """The beginning of each of its marks: a link with a description."""
        told, href = escape(f"{self.title}: {words.when(self.date)}, {self.told}"), escape(self.href)
        return f'<a class="mark s-{self.glyph}" href="{href}" aria-label="{told}"{COLOUR}><title>{told}</title>'


@dataclass(slots=True)
class Mark:
    """An item as drawn in one lane."""

    item: Item
    form: str
    """`day`, `lasted` or `unsure`."""
    x1: float
    x2: float
    opens: bool
    """Whether its beginning is open, so that the mark fades out to the left."""
    goes_on: bool
    """Whether its end is open, so that the mark fades out to the right."""
    y: float
    label: str
    label_x: float
    before: bool
    """Whether its name is on its left."""

    def svg(self, fades: str, *, alone: bool) -> str:
        """An SVG link; `fades`: the prefix of gradients for open ends; `alone`: without a style sheet."""
        item = self.item
        colour = f' color="{words.COLOURS[item.glyph]}"' if alone else ""
        at, y = self._sign_x(), self.y
        name = ""
        if self.label:
            anchor = ' text-anchor="end"' if self.before else ""
            name = f'<text x="{self.label_x:g}" y="{y + 4.3:g}"{anchor} fill="#1d2430">{escape(self.label)}</text>'
        return (
            f"{item.link.replace(COLOUR, colour, 1)}"
            f'{self._extent(fades)}<g transform="translate({at:g} {y:g})">'
            '<circle class="ground-dot" r="7.4" fill="#ffffff"/>'
            f'<use href="#g-{item.glyph}" x="-8" y="-8" width="16" height="16"/></g>{name}</a>'
        )

    def _sign_x(self) -> float:
        if self.form == "day":
            return self.x1
        if self.x2 - self.x1 > WIDE:
            return round(self.x2 - ASIDE if self.opens else self.x1 + ASIDE, 1)
        return round((self.x1 + self.x2) / 2, 1)

    def _extent(self, fades: str) -> str:
        """A bar, or a bracket with a dotted line; an open end fades out."""
        if self.form == "day":
            return ""
        x1, x2, y = self.x1, self.x2, self.y
        fade = {(True, True): "both", (True, False): "in", (False, True): "out"}.get((self.opens, self.goes_on))
        if self.form == "lasted":
            fill = f"url(#{fades}-{fade})" if fade else "currentColor"
            return (
                f'<rect class="lasted" x="{x1:g}" y="{y - 4:g}" width="{x2 - x1:.1f}" height="8"'
                f' rx="{0 if fade else 4}" fill="{fill}" fill-opacity="0.75"/>'
            )
        ends = ("" if self.opens else f"M{x1 + 5:g} {y - 8:g}h-5v16h5") + (
            "" if self.goes_on else f"M{x2 - 5:g} {y - 8:g}h5v16h-5"
        )
        brackets = ends and f'<path d="{ends}" fill="none" stroke="currentColor" stroke-width="1.6"/>'
        if fade:
            line = f'<rect x="{x1:g}" y="{y - 0.8:g}" width="{x2 - x1:.1f}" height="1.6" fill="url(#{fades}-{fade})"/>'
        else:
            dots = 'stroke="currentColor" stroke-width="1.4" stroke-dasharray="1.5 3.5" fill="none"'
            line = f'<path d="M{x1:g} {y:g}H{x2:g}" {dots}/>'
        return brackets + line


@dataclass(slots=True)
class Lane:
    """The marks of one party."""

    key: str
    name: str
    y: float = 0.0
    height: float = 0.0
    marks: list[Mark] = field(default_factory=list)

    def svg(self, fades: str, *, alone: bool) -> Markup:
        """Its marks, not drawn by a template, because a picture may have thousands."""
        return Markup("\n".join([mark.svg(fades, alone=alone) for mark in self.marks]))  # noqa: S704 - escaped above


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timeline as drawn."""

    lanes: list[Lane]
    ticks: list[tuple[float, str]]
    height: float
    undated: list[Item]
    """Items without a date, listed beside the picture."""
    today: float | None
    """The position of the day as of which it is shown."""
    width: float = WIDTH


def form_of(when: Json) -> str:
    """The kind of a date: one day, a duration, or a time within which the event happened once."""
    edtf = when["edtf"]
    if "/" in edtf:
        return "lasted"
    exact = when["earliest"] is not None and when["earliest"] == when["latest"]
    return "day" if exact and edtf[-1] not in "?~%" else "unsure"


@dataclass(frozen=True)
class Axis:
    """Days along the picture."""

    first: date
    last: date

    @cached_property
    def day(self) -> float:
        """The width of a day."""
        return (WIDTH - GUTTER - RIGHT) / ((self.last - self.first).days + 1)

    def x(self, day: date) -> float:
        """The position of a day's start."""
        return round(GUTTER + (day - self.first).days * self.day, 1)

    def ticks(self) -> list[tuple[float, str]]:
        """The days, months or years on the axis."""
        days = (self.last - self.first).days + 1
        if days <= 3 * 31:
            step = ceil(days / TICKS)
            shown = [self.first + timedelta(days=number) for number in range(0, days, step)]
            return [
                (self.x(day), f"{day.day} {day:%b}" + (f" {day.year}" if place == 0 else ""))
                for place, day in enumerate(shown)
            ]
        months = [
            date(number // 12, number % 12 + 1, 1)
            for number in range(self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month)
        ]
        step = next(
            step for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 24_000) if len(months) / step <= TICKS
        )
        shown = [month for month in months if (month.year * 12 + month.month - 1) % step == 0 and month >= self.first]
        form = "%Y" if step >= YEAR else "%b %Y"
        return [(self.x(month), f"{month:{form}}".lstrip("0")) for month in shown]


def axis_of(dates: Sequence[Json]) -> Axis | None:
    """The axis from the first to the last day of some dates; None if none has a day."""
    days = [date.fromisoformat(day) for one in dates for day in (one["earliest"], one["latest"]) if day]
    if not days:
        return None
    first, last = min(days), max(days)
    pad = timedelta(days=max(1, (last - first).days // 24))
    floor, ceiling = date(1, 1, 1), date(9999, 12, 31)
    return Axis(
        first - pad if first - floor > pad else floor,
        last + pad if ceiling - last > pad else ceiling,
    )


def timeline_of(items: Sequence[Item], names: dict[str, str], as_of: date | None = None) -> Timeline:
    """The timeline of some items, with one lane for each name in this order."""
    dated = [item for item in items if item.date["edtf"] is not None and (item.date["earliest"] or item.date["latest"])]
    undated = [
        item for item in items if item.date["edtf"] is None or not (item.date["earliest"] or item.date["latest"])
    ]
    axis = axis_of([item.date for item in dated])
    if axis is None:
        return Timeline([], [], 0, undated, None)
    wordy = sum(len(item.lanes) for item in dated) <= WORDS_UP_TO
    lanes, y = [], TOP
    for key, name in names.items():
        lane = Lane(key, name, y)
        rows = _fill(lane, [item for item in dated if key in item.lanes], axis, wordy=wordy)
        lane.height = max(rows, 15 + NAME_LINE * len(words.lane_words(name)))
        if lane.marks:
            lanes.append(lane)
            y += lane.height
    today = None
    if as_of is not None and axis.first <= as_of <= axis.last:
        today = axis.x(as_of) + axis.day
    return Timeline(lanes, axis.ticks(), round(y + 8, 1), undated, today)


def _fill(lane: Lane, items: Sequence[Item], axis: Axis, *, wordy: bool) -> float:
    """Put each item into the first row of a lane with room for it; returns the lane's height."""
    row_height = ROW if wordy else CLOSE_ROW
    ends: list[float] = []
    for item in sorted(items, key=lambda one: one.date["earliest"] or one.date["latest"]):
        mark = _mark(item, axis, wordy=wordy)
        reach = LETTER * len(mark.label) if wordy else 0
        left = mark.label_x - reach if mark.before else mark.x1 - MARK
        right = mark.x2 + MARK if mark.before else max(mark.label_x + reach, mark.x2 + MARK)
        row = next((number for number, end in enumerate(ends) if end + 4 <= left), len(ends))
        ends[row : row + 1] = [right]
        mark.y = round(lane.y + 8 + row * row_height + row_height / 2, 1)
        lane.marks.append(mark)
    return 16 + len(ends) * row_height


def _mark(item: Item, axis: Axis, *, wordy: bool) -> Mark:
    earliest, latest = item.date["earliest"], item.date["latest"]
    form = form_of(item.date)
    x1 = axis.x(date.fromisoformat(earliest)) if earliest else GUTTER
    x2 = axis.x(date.fromisoformat(latest)) + axis.day if latest else WIDTH - RIGHT
    if form == "day":
        x1 = x2 = (x1 + x2) / 2
    elif x2 - x1 < 2 * MARK:
        x1, x2 = (x1 + x2) / 2 - MARK, (x1 + x2) / 2 + MARK
    label = item.title if len(item.title) <= LONGEST else item.title[: LONGEST - 1].rstrip() + "…"
    label = label if wordy else ""
    label_x, before = x2 + MARK + 3, False
    if label_x + LETTER * len(label) > WIDTH - RIGHT:
        label_x, before = x1 - MARK - 3, True
        if label_x - LETTER * len(label) < GUTTER:  # on the mark itself
            label_x, before = max(GUTTER + 26, x1 + 26), False
    x1, x2, label_x = round(x1, 1), round(x2, 1), round(label_x, 1)
    return Mark(item, form, x1, x2, not earliest, not latest, 0, label, label_x, before)
