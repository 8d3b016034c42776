"""The part of the world that a map shows, with land and borders (made by `tests.support.make_basemap`)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import copysign, cos, log10, radians
from pathlib import Path

import orjson

METRES = 111_195.0
"""The length of a degree of latitude."""
WIDTH, HEIGHT = 960.0, 500.0
MARGIN = 1.18
SMALLEST_M = 6_000.0
"""The smallest width of a map on the ground."""
FITTED_M = 60_000.0
"""Larger circles do not count for what a map shows."""
HALF_TURN, POLE = 180, 84.0


@dataclass(frozen=True, slots=True)
class View:
    """A part of the world on a plane; degrees of longitude have the length that they have at its middle latitude."""

    west: float
    south: float
    east: float
    north: float
    width: float = WIDTH
    height: float = HEIGHT

    def x(self, longitude: float) -> float:
        """Points from the left; beyond the antimeridian if the view crosses it."""
        return (self.turned(longitude) - self.west) / (self.east - self.west) * self.width

    def turned(self, longitude: float) -> float:
        """The same longitude, plus 360 if the view only shows it there."""
        for turn in (TURN, -TURN):
            if not self.west <= longitude <= self.east and self.west <= longitude + turn <= self.east:
                return longitude + turn
        return longitude

    def y(self, latitude: float) -> float:
        """Points from the top."""
        return (self.north - latitude) / (self.north - self.south) * self.height

    def length(self, metres: float) -> float:
        """The number of points of a length on the ground, at the middle latitude."""
        return metres / METRES / (self.north - self.south) * self.height

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether the view contains a point."""
        return self.west <= self.turned(longitude) <= self.east and self.south <= latitude <= self.north

    def scale(self) -> tuple[float, str]:
        """A scale bar of a round length, about a sixth of the width: its points and its label."""
        metres = self.width / 6 / self.length(1)
        size = 10 ** int(log10(metres))
        metres = next(size * step for step in (5, 2, 1) if size * step <= metres or step == 1)
        return self.length(metres), f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004 - metres of a kilometre


def view_of(circles: Iterable[tuple[float, float, float]]) -> View:
    """The view that contains some circles (longitude, latitude, radius in metres); without any, the world."""
    circles = _side_by_side(list(circles))
    boxes = []
    for longitude, latitude, radius in circles:
        up = min(radius, FITTED_M) / METRES
        across = up / max(0.1, cos(radians(latitude)))
        boxes.append((longitude - across, latitude - up, longitude + across, latitude + up))
    if not boxes:
        return fitted(-HALF_TURN, -58, HALF_TURN, POLE)
    return fitted(
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
        MARGIN,
    )


def _side_by_side(circles: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Shift circles west of the widest gap between longitudes by 360 degrees, if that brings all of them together."""
    ordered = sorted({longitude for longitude, _, _ in circles})
    gaps = [(east - west, west) for west, east in pairwise(ordered)]
    widest, edge = max(gaps, default=(0.0, 0.0))
    if not ordered or widest <= TURN - (ordered[-1] - ordered[0]):  # the gap around the back of the world
        return circles
    return [(x + TURN if x <= edge else x, y, radius) for x, y, radius in circles]


def fitted(west: float, south: float, east: float, north: float, margin: float = 1.0) -> View:
    """The view in the shape of the frame that contains a box, with a margin."""
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    shrink = max(0.1, cos(radians(middle_y)))
    high = max((north - south) * margin, SMALLEST_M / METRES)
    wide = max((east - west) * shrink * margin, high * WIDTH / HEIGHT)
    high = max(high, wide * HEIGHT / WIDTH)
    wide = wide / shrink
    return View(
        *(
            round(side, 5)
            for side in (middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2)
        )
    )


Point = tuple[float, float]
UNITS = 100
TURN = 360
CREDIT = (
    "Land and borders: Natural Earth 1:50m (public domain), simplified. Borders are drawn as that map has them, which "
    "follows who holds the ground rather than any claim to it; they may lie kilometres off and settle nothing."
)
FINEST = 20
"""In tenths of a point: points closer than this to the previous one are omitted."""
THINNED = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
"""In degrees: shapes are prepared without points closer than this to the previous one, for views with less detail."""
BEYOND = 0.05
"""The share of the view by which shapes extend beyond its frame, so that cut edges are not visible."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the ground and its bounding box."""

    points: tuple[Point, ...]
    west: float
    south: float
    east: float
    north: float

    def meets(self, box: tuple[float, float, float, float]) -> bool:
        """Whether its bounding box meets the box."""
        west, south, east, north = box
        return self.west <= east and self.east >= west and self.south <= north and self.north >= south

    def turned(self, turn: float) -> "Line":
        """The same line, shifted east by degrees."""
        points = tuple((x + turn, y) for x, y in self.points)
        return Line(points, self.west + turn, self.south, self.east + turn, self.north)

    def lies_in(self, box: tuple[float, float, float, float]) -> bool:
        """Whether it lies in the box completely, so that it needs no clipping."""
        west, south, east, north = box
        return west <= self.west and self.east <= east and south <= self.south and self.north <= north


Shapes = tuple[tuple[Line, ...], tuple[Line, ...]]


@cache
def _shapes() -> Shapes:
    stored = orjson.loads((Path(__file__).parent / "basemap.json").read_bytes())
    land, borders = ([_line(steps) for steps in stored[name]] for name in ("land", "borders"))
    return tuple(_twice(land)), tuple(borders)


@cache
def _thinned(degrees: float) -> Shapes:
    """Land and borders with at most this detail."""
    land, borders = _shapes()
    return tuple(_thinner(line, degrees) for line in land), tuple(_thinner(line, degrees) for line in borders)


def _thinner(line: Line, degrees: float) -> Line:
    (x, y), *others = line.points
    kept = [line.points[0]]
    for point in others:
        if abs(point[0] - x) + abs(point[1] - y) >= degrees:
            kept.append(point)
            x, y = point
    if kept[-1] != line.points[-1]:
        kept.append(line.points[-1])
    return Line(tuple(kept), line.west, line.south, line.east, line.north)


def _twice(lines: Sequence[Line]) -> Iterator[Line]:
    """Shapes that cross the antimeridian are drawn on both sides of the world."""
    for line in lines:
        yield line
        for turn in (TURN, -TURN):
            if line.west + turn < HALF_TURN and line.east + turn > -HALF_TURN and line.east - line.west < TURN:
                yield line.turned(turn)


def _line(steps: Sequence[int]) -> Line:
    x = y = 0
    points: list[Point] = []
    for place in range(0, len(steps), 2):
        step = steps[place]
        if points and abs(step) > HALF_TURN * UNITS:  # over the antimeridian, and not around the world
            step -= int(copysign(TURN * UNITS, step))
        x, y = x + step, y + steps[place + 1]
        points.append((x / UNITS, y / UNITS))
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return Line(tuple(points), min(xs), min(ys), max(xs), max(ys))


@lru_cache(maxsize=64)
def drawn(view: View) -> tuple[str, str]:
    """Land and borders of a view as SVG paths, in tenths of a point."""
    pad_x, pad_y = BEYOND * (view.east - view.west), BEYOND * (view.north - view.south)
    box = (view.west - pad_x, view.south - pad_y, view.east + pad_x, view.north + pad_y)
    seen = FINEST / 10 * min((view.east - view.west) / view.width, (view.north - view.south) / view.height)
    land, borders = (_around(lines, box) for lines in _thinned(max(degrees for degrees in THINNED if degrees <= seen)))
    rings = [line.points if line.lies_in(box) else clipped(line.points, box) for line in land if line.meets(box)]
    runs = [
        run
        for line in borders
        if line.meets(box)
        for run in ([line.points] if line.lies_in(box) else within(line.points, box))
    ]
    return (
        "".join(_path(ring, view, "z") for ring in rings if ring),
        "".join(_path(run, view, "") for run in runs),
    )


def _around(lines: Sequence[Line], box: tuple[float, float, float, float]) -> Sequence[Line]:
    """The lines, and their copies shifted by 360 degrees if the view crosses the antimeridian."""
    west, _, east, _ = box
    if east - west > TURN - HALF_TURN // 2 or (west >= -HALF_TURN and east <= HALF_TURN):
        return lines
    turn = TURN if east > HALF_TURN else -TURN
    return [*lines, *(found for line in lines if (found := line.turned(turn)).meets(box))]


def _path(points: Sequence[Point], view: View, end: str) -> str:
    """A line as relative steps in tenths of a point, without those too small to see."""
    wide, high = view.width * 10 / (view.east - view.west), view.height * 10 / (view.north - view.south)
    west, north = view.west, view.north
    first_x = last_x = round((points[0][0] - west) * wide)
    first_y = last_y = round((north - points[0][1]) * high)
    steps = []
    for longitude, latitude in points:
        x, y = round((longitude - west) * wide), round((north - latitude) * high)
        if abs(x - last_x) + abs(y - last_y) >= FINEST:
            steps.append(f"{x - last_x} {y - last_y}")
            last_x, last_y = x, y
    if len(steps) < (2 if end else 1):
        return ""
    return f"M{first_x} {first_y}l{' '.join(steps).replace(' -', '-')}{end}"


def clipped(ring: Sequence[Point], box: tuple[float, float, float, float]) -> list[Point]:
    """The part of a ring within a box (Sutherland and Hodgman)."""
    west, south, east, north = box
    found = list(ring)
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        found = _cut(found, axis, limit, sign)
    return found


def _cut(ring: list[Point], axis: int, limit: float, sign: int) -> list[Point]:
    holds = [point[axis] >= limit for point in ring] if sign > 0 else [point[axis] <= limit for point in ring]
    if all(holds):
        return ring
    found: list[Point] = []
    held = holds[-1]
    for place, inside in enumerate(holds):
        if inside != held:
            before, point = ring[place - 1], ring[place]
            share = (limit - before[axis]) / (point[axis] - before[axis])
            found.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
            held = inside
        if inside:
            found.append(ring[place])
    return found


def within(line: Sequence[Point], box: tuple[float, float, float, float]) -> Iterator[list[Point]]:
    """The parts of a line that may meet a box; each ends at the first point beyond it."""
    west, south, east, north = box
    run: list[Point] = []
    for start, end in pairwise(line):
        (x1, y1), (x2, y2) = start, end
        if min(x1, x2) <= east and max(x1, x2) >= west and min(y1, y2) <= north and max(y1, y2) >= south:
            run = run or [start]
            run.append(end)
        elif run:
            yield run
            run = []
    if run:
        yield run
