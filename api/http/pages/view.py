"""What part of the world a map shows, and where on it a point lies."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, log10, radians

METRES = 111_195.0
"""Along a degree of latitude."""
WIDTH, HEIGHT = 960.0, 500.0
MARGIN = 1.18
SMALLEST_M = 6_000.0
"""No map shows less ground than this from side to side."""
FITTED_M = 60_000.0
"""A circle larger than this does not decide what is shown."""
HALF_TURN, POLE = 180.0, 84.0


@dataclass(frozen=True, slots=True)
class View:
    """A part of the world on a plane: degrees of longitude are as long as they are at its middle."""

    west: float
    south: float
    east: float
    north: float
    width: float = WIDTH
    height: float = HEIGHT

    def x(self, longitude: float) -> float:
        """Points from the left."""
        return (longitude - self.west) / (self.east - self.west) * self.width

    def y(self, latitude: float) -> float:
        """Points from the top."""
        return (self.north - latitude) / (self.north - self.south) * self.height

    def length(self, metres: float) -> float:
        """Points that a length on the ground takes at the middle."""
        return metres / METRES / (self.north - self.south) * self.height

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point is shown."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def scale(self) -> tuple[float, str]:
        """A bar of a round length on the ground, of about a sixth of the width: its points, and what it says."""
        metres = self.width / 6 / self.length(1)
        size = 10 ** int(log10(metres))
        metres = next(size * step for step in (5, 2, 1) if size * step <= metres or step == 1)
        return self.length(metres), f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004 - metres of a kilometre


def view_of(circles: Iterable[tuple[float, float, float]]) -> View:
    """The view of some circles of longitude, latitude and radius in metres; the whole world where there are none."""
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


def fitted(west: float, south: float, east: float, north: float, margin: float = 1.0) -> View:
    """The view of the frame's shape that holds a box, with a margin around it."""
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
