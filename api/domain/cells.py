"""Cells of longitude and latitude, by which records with a point are found in a box."""

from math import floor

# Each divides 360 and 180. A scan costs more to begin, and reads more distant pages, than to pass some rows outside of
# the box: so cells are mostly wider than it is, and only the largest boxes take more cells of the largest size.
SIZES = ("0.2", "1", "5", "20")
FEW_CELLS, MOST_CELLS = 6, 9


def column(size: str, longitude: float) -> int:
    """Which column a longitude lies in; the antimeridian is one line, whichever sign it is written with."""
    return floor((longitude + 180) / float(size)) % columns(size)


def row(size: str, latitude: float) -> int:
    return min(floor((latitude + 90) / float(size)), columns(size) // 2 - 1)


def columns(size: str) -> int:
    return round(360 / float(size))


def cells_of(longitude: float, latitude: float) -> list[str]:
    """The names of the cells a point lies in, one of each size."""
    return [f"{size}:{column(size, longitude)}:{row(size, latitude)}" for size in SIZES]


def cells_covering(west: float, south: float, east: float, north: float) -> tuple[str, list[str]] | None:
    """The smallest size of which few cells cover the box, and their names; none for a box too large.

    `west` > `east` crosses the antimeridian. Cells only narrow the search: the exact point decides.
    """
    width = east - west if west <= east else east - west + 360
    for size in SIZES:
        # A box nearly as wide as the world begins and ends in one column, having gone round it.
        if width + float(size) >= 360:  # noqa: PLR2004 - degrees of a circle
            continue
        first, around = column(size, west), columns(size)
        across = (column(size, east) - first) % around + 1
        rows = range(row(size, south), row(size, north) + 1)
        if across * len(rows) <= (MOST_CELLS if size == SIZES[-1] else FEW_CELLS):
            return size, [f"{size}:{(first + step) % around}:{y}" for step in range(across) for y in rows]
    return None
