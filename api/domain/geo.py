"""Geography: boxes, circles and distances, grid cells to find points in a box, and countries.

Countries have ISO 3166-1 alpha-2 codes, and the codes that datasets use instead (`countries.tsv`). Codes are facts of
the standard; they say where a place lies, not who holds it or who should.
"""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from math import asin, cos, degrees, floor, radians, sin, sqrt
from pathlib import Path
from typing import Literal, NamedTuple

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 of the GRS 80 ellipsoid (Moritz 2000)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in WGS 84 degrees, borders included; `west > east` crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def turned(self) -> "Box | None":
        """The box that was meant if latitude came first, as in WFS and EPSG:4326; None if that is impossible."""
        if self.west > self.east or max(abs(self.west), abs(self.east)) > 90:  # noqa: PLR2004 - degrees of latitude
            return None
        return Box(self.south, self.west, self.north, self.east)

    def __str__(self) -> str:
        """The box as written in requests."""
        return f"{self.west},{self.south},{self.east},{self.north}"


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the ground: its centre in WGS 84 degrees, its radius in kilometres."""

    longitude: float
    latitude: float
    radius_km: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies within or on it, by the great circle on a sphere (at most 0.6 % off the ellipsoid)."""
        here, there = radians(self.latitude), radians(latitude)
        half_chord = (
            sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(radians(longitude - self.longitude) / 2) ** 2
        )
        return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord))) <= self.radius_km

    def box(self) -> Box:
        """A box that contains the circle; the whole band of latitudes if it touches a pole."""
        angle = self.radius_km / EARTH_RADIUS_KM + 1e-9
        south, north = self.latitude - degrees(angle), self.latitude + degrees(angle)
        if south <= -90 or north >= 90:  # noqa: PLR2004 - a pole
            return Box(-180, max(south, -90), 180, min(north, 90))
        reach = degrees(asin(min(1.0, sin(angle) / cos(radians(self.latitude)))))
        west, east = self.longitude - reach, self.longitude + reach
        return Box(_around(west), south, _around(east), north)


def _around(longitude: float) -> float:
    return longitude - 360 if longitude > 180 else longitude + 360 if longitude < -180 else longitude  # noqa: PLR2004


# Each divides 360 and 180. Starting a scan costs more than skipping some rows outside of the box, so cells are mostly
# wider than the box, and only the largest boxes need several cells of the largest size.
SIZES = ("0.2", "1", "5", "20")
FEW_CELLS, MOST_CELLS = 6, 9


def column(size: str, longitude: float) -> int:
    """The column of a longitude; both signs of the antimeridian are the same column."""
    return floor((longitude + 180) / float(size)) % columns(size)


def row(size: str, latitude: float) -> int:
    return min(floor((latitude + 90) / float(size)), columns(size) // 2 - 1)


def columns(size: str) -> int:
    return round(360 / float(size))


def cells_of(longitude: float, latitude: float) -> list[str]:
    """The names of the cells a point lies in, one of each size."""
    return [f"{size}:{column(size, longitude)}:{row(size, latitude)}" for size in SIZES]


def cells_covering(west: float, south: float, east: float, north: float) -> tuple[str, list[str]] | None:
    """The smallest size with which a few cells cover the box, and their names; none if the box is too large.

    `west` > `east` crosses the antimeridian. Cells only narrow the search: the exact point decides.
    """
    width = east - west if west <= east else east - west + 360
    for size in SIZES:
        # A box almost as wide as the world begins and ends in the same column, after going around.
        if width + float(size) >= 360:  # noqa: PLR2004 - degrees of a circle
            continue
        first, around = column(size, west), columns(size)
        across = (column(size, east) - first) % around + 1
        rows = range(row(size, south), row(size, north) + 1)
        if across * len(rows) <= (MOST_CELLS if size == SIZES[-1] else FEW_CELLS):
            return size, [f"{size}:{(first + step) % around}:{y}" for step in range(across) for y in rows]
    return None


SHOWN = 80


class Country(NamedTuple):
    """A country: its code, and its numbers and codes in other systems as text, empty if there is none."""

    code: str
    numeric: str
    """ISO 3166-1 numeric, three digits: ACLED's `iso`."""
    fips: str
    """FIPS 10-4, two letters, several separated by spaces: GDELT's country codes."""
    gw: str
    """Gleditsch and Ward's state number: UCDP's `country_id`."""
    name: str


Coding = Literal["numeric", "fips", "gw", "name"]


@cache
def countries() -> dict[str, Country]:
    """Every country of the standard, by code."""
    text = Path(__file__).with_name("countries.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {row["code"]: Country(**row) for row in rows}


@cache
def _coded(coding: Coding) -> dict[str, str]:
    """The countries' alpha-2 codes by their codes in another system."""
    return {
        other: one.code
        for one in countries().values()
        for other in ([one.name] if coding == "name" else getattr(one, coding).split())
    }


def code_of(coding: Coding, given: object) -> str | None:
    """The alpha-2 code for a code of another system; None if it is unknown."""
    text = str(given).strip()
    return _coded(coding).get(text.zfill(3) if coding == "numeric" else text)


def near(given: str) -> list[str]:
    """Codes of countries that may have been meant by an invalid code: by letter case or by name."""
    if (upper := given.strip().upper()) in countries():
        return [upper]
    names = {name.casefold(): code for name, code in _coded("name").items()}
    if (whole := names.get(given.strip().casefold())) is not None:
        return [whole]
    return [names[name] for name in get_close_matches(given.casefold(), list(names), n=3)]


def known(code: str) -> str:
    """The code, if it is a country's. Raises ValueError with a suggestion."""
    if code not in countries():
        meant = "".join(f"; did you mean {one} ({countries()[one].name})?" for one in near(code)[:1])
        raise ValueError(f"{code[:SHOWN]!r} is not a country code of ISO 3166-1 alpha-2, such as UA{meant}")
    return code
