"""Distances on the ground, for searches around a point."""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 of the GRS 80 ellipsoid (Moritz 2000)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in WGS 84 degrees, borders included; `west > east` crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def turned(self) -> "Box | None":
        """The box that was meant if latitude was written first, as WFS and EPSG:4326 have it; None: it cannot be."""
        if self.west > self.east or max(abs(self.west), abs(self.east)) > 90:  # noqa: PLR2004 - degrees of latitude
            return None
        return Box(self.south, self.west, self.north, self.east)

    def __str__(self) -> str:
        """As a request has it."""
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
        """A box that holds the circle; the whole band of latitudes where it touches a pole."""
        angle = self.radius_km / EARTH_RADIUS_KM + 1e-9
        south, north = self.latitude - degrees(angle), self.latitude + degrees(angle)
        if south <= -90 or north >= 90:  # noqa: PLR2004 - a pole
            return Box(-180, max(south, -90), 180, min(north, 90))
        reach = degrees(asin(min(1.0, sin(angle) / cos(radians(self.latitude)))))
        west, east = self.longitude - reach, self.longitude + reach
        return Box(_around(west), south, _around(east), north)


def _around(longitude: float) -> float:
    return longitude - 360 if longitude > 180 else longitude + 360 if longitude < -180 else longitude  # noqa: PLR2004
