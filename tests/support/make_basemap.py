"""Makes basemap.json: coasts, borders and land of the world, simplified from Natural Earth's 1:50m countries.

    npm pack world-atlas@2.0.2 && tar -xzf world-atlas-2.0.2.tgz
    python -m tests.support.make_basemap package/countries-50m.json

Natural Earth is in the public domain. `world-atlas` repackages its version 4.1.0 as TopoJSON, whose arcs are each
stored once: an arc that two countries share is a border, any other is a coast.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from api.settings import PROJECT

Point = tuple[float, float]
TOLERANCE = 0.02
"""Degrees by which a simplified line may stray."""
UNITS = 100
"""Coordinates are whole numbers of 1/100 degree."""
SMALLEST = 0.004
"""Square degrees below which an island is left out, for it would be less than a point."""
OUT = PROJECT / "api" / "http" / "pages" / "basemap.json"
ABOUT = (
    "Land and borders of the world: Natural Earth 4.1.0, 1:50m, admin 0 countries (public domain), by way of the npm "
    "package world-atlas 2.0.2; simplified to 0.02 degrees, in 1/100 degree, each point after the first as a step"
)


def arcs_of(topology: Any) -> list[list[Point]]:
    """Every arc in degrees."""
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + left, y * scale_y + bottom))
        found.append(line)
    return found


def rings(geometry: Any) -> Iterator[list[int]]:
    """The rings of a geometry, each as the numbers of its arcs."""
    for part in geometry.get("geometries", ()):
        yield from rings(part)
    if geometry["type"] == "Polygon":
        yield from geometry["arcs"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["arcs"]:
            yield from polygon


def simplified(line: Sequence[Point], tolerance: float) -> list[Point]:
    """The line without points that stray less than the tolerance from it (Douglas and Peucker)."""
    kept = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        far, where = 0.0, -1
        for index in range(first + 1, last):
            distance = _distance(line[index], line[first], line[last])
            if distance > far:
                far, where = distance, index
        if far > tolerance:
            kept.add(where)
            waiting += [(first, where), (where, last)]
    return [line[index] for index in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = min(1.0, max(0.0, along))
    return float(((point[0] - start[0] - along * dx) ** 2 + (point[1] - start[1] - along * dy) ** 2) ** 0.5)


def area(ring: Sequence[Point]) -> float:
    """The area of a ring in square degrees."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def steps(line: Sequence[Point]) -> list[int]:
    """A line as whole numbers, each point after the first as a step from the one before."""
    found: list[int] = []
    x = y = 0
    for longitude, latitude in line:
        new_x, new_y = round(longitude * UNITS), round(latitude * UNITS)
        if found and (new_x, new_y) == (x, y):
            continue
        found += [new_x - x, new_y - y]
        x, y = new_x, new_y
    return found


def basemap(topology: Any) -> dict[str, Any]:
    """What is kept of a topology of countries."""
    arcs = [simplified(arc, TOLERANCE) for arc in arcs_of(topology)]
    countries = topology["objects"]["countries"]
    uses = Counter(arc if arc >= 0 else ~arc for ring in rings(countries) for arc in ring)
    borders = [steps(arcs[number]) for number, times in sorted(uses.items()) if times > 1]
    land = []
    for ring in rings(topology["objects"]["land"]):
        whole: list[Point] = []
        for number in ring:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            whole += arc[1:] if whole else arc
        if area(whole) >= SMALLEST:
            land.append(steps(whole))
    return {"about": ABOUT, "land": land, "borders": borders}


if __name__ == "__main__":
    made = basemap(orjson.loads(Path(sys.argv[1]).read_bytes()))
    OUT.write_bytes(orjson.dumps(made) + b"\n")
