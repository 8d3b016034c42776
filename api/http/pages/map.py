"""Events on a map: circles with the recorded radius, and signs with the statuses of the events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from api.http import words
from api.http.pages.basemap import TURN, WIDTH, View, drawn, fitted, view_of
from api.schemas.records import Json

Bounds = tuple[float, float, float, float]
"""The left, upper, right and lower side in the picture."""
UNKNOWN_PX = 15.0
"""The size of the ring around a point whose radius is not recorded."""
APART_PX = 34.0
"""Closer points share one sign."""
MANY = 40
"""With more points, this distance is twice as large, and rings without a radius are small."""
LETTER_PX, LINE_PX = 7.4, 16.0
"""The width of a letter of a label, and the height of its line."""
GLYPH_PX, DIGIT_PX = 17.0, 8.0
LABELS = 14
NEAREST_LABEL_PX, EDGE_PX = 46.0, 6.0
SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle on the ground in which an event is said to have happened."""

    x: float
    y: float
    r: float
    known: bool
    """Whether its radius is recorded; otherwise the ring only marks the point."""

    def svg(self) -> str:
        """An SVG circle."""
        at = f'cx="{self.x:g}" cy="{self.y:g}" r="{self.r:g}"'
        if self.known:
            return f'<circle class="ring" {at}/>'
        return f'<circle class="ring unknown" {at} stroke-dasharray="2 4" fill="none"/>'


@dataclass(slots=True)
class Sign:
    """The events of one point, or of points that are too close to distinguish."""

    x: float
    y: float
    events: list[Json] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    location: str | None = None
    named: bool = True
    """Whether there is room for its label."""
    label_x: float = 0.0
    """The shift of its label, so that the frame does not cut it off."""
    marks: list[tuple[str, int]] = field(default_factory=list)
    """The number of events by status, in the order of statuses."""

    def count(self) -> None:
        """Count its events; call this once it has all of them."""
        found = Counter(map(words.status_of, self.events))
        self.marks = [(status, found[status]) for status in words.STATUSES if found[status]]

    @property
    def width(self) -> float:
        """The width of its row of statuses."""
        return sum(GLYPH_PX + (DIGIT_PX * len(str(size)) if len(self.events) > 1 else 0) for _, size in self.marks) + 8

    @property
    def label(self) -> str:
        """The names of its places."""
        more = len(self.places) - 1
        return f"{self.places[0]} +{more}" if more > 0 else self.places[0]

    @property
    def title(self) -> str:
        """Its text for screen readers."""
        told = ", ".join(f"{size} {status if status != 'unsaid' else 'without claims'}" for status, size in self.marks)
        names = ", ".join(self.places[:SHOWN_NAMES]) + (" and others" if len(self.places) > SHOWN_NAMES else "")
        return f"{names}: {words.quantity(len(self.events), 'event')} ({told})"

    def svg(self, href: str, *, alone: bool) -> str:
        """An SVG link; `alone`: without a style sheet."""
        title, width = escape(self.title), self.width
        x, shown = 4 - width / 2, []
        for status, size in self.marks:
            colour = f' color="{words.COLOURS[status]}"' if alone else ""
            shown.append(
                f'<use class="s-{status}" href="#g-{status}" x="{x:g}" y="-8" width="16" height="16"{colour}/>'
            )
            x += GLYPH_PX
            if len(self.events) > 1:
                shown.append(f'<text class="size" x="{x:g}" y="4.5" font-size="12.5" fill="#1d2430">{size}</text>')
                x += DIGIT_PX * len(str(size))
        if self.named:
            style = 'text-anchor="middle" font-weight="600" fill="#1d2430" stroke="#f3f0e7" stroke-width="3"'
            aside = f' x="{self.label_x:g}"' if self.label_x else ""
            shown.append(f'<text class="place"{aside} y="27" {style} paint-order="stroke">{escape(self.label)}</text>')
        return (
            f'<a class="sign" href="{escape(href)}" aria-label="{title}" transform="translate({self.x:g} {self.y:g})"'
            f' text-decoration="none"><title>{title}</title><g class="face"><rect class="plate" x="{-width / 2:g}"'
            f' y="-12" width="{width:g}" height="24" rx="12" fill="#ffffff" stroke="#5b6472" stroke-width="1"/>'
            f"{''.join(shown)}</g></a>"
        )


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a place, shown for orientation."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Map:
    """The map as drawn."""

    view: View
    land: str
    borders: str
    rings: list[Ring]
    signs: list[Sign]
    labels: list[Label]
    unplaced: list[Json]
    """Events without a point, listed beside the map."""

    def rings_as_svg(self) -> Markup:
        """The circles, not drawn by a template, because there are hundreds."""
        return Markup("\n".join([ring.svg() for ring in self.rings]))  # noqa: S704 - of numbers alone

    def signs_as_svg(self, links: Sequence[str], *, alone: bool) -> Markup:
        """The signs, each with its link."""
        drawn = [sign.svg(href, alone=alone) for sign, href in zip(self.signs, links, strict=True)]
        return Markup("\n".join(drawn))  # noqa: S704 - escaped above


def map_of(events: Sequence[Json], box: Any = None, around: Iterable[Json] = ()) -> Map:  # noqa: ANN401 - a box
    """The map of some events; `box` is the requested section, `around` are places for orientation."""
    placed = [event for event in events if event["location"] and event["location"]["point"]]
    points = {_point(event): event["location"]["point"] for event in placed}
    if box is not None:
        view = fitted(box.west, box.south, box.east + (TURN if box.west > box.east else 0), box.north)
    else:
        view = view_of((p["longitude"], p["latitude"], p["radius_m"] or 0) for p in points.values())
    land, borders = drawn(view)
    apart = APART_PX * (1 + (len(points) > MANY))
    signs = _signs(placed, view, apart)
    covered = _name(signs)
    return Map(
        view,
        land,
        borders,
        [_ring(point, view, UNKNOWN_PX * APART_PX / apart) for point in points.values()],
        signs,
        _labels(around, signs, covered, view),
        [event for event in events if not (event["location"] and event["location"]["point"])],
    )


def _point(event: Json) -> tuple[float, float, float | None]:
    point = event["location"]["point"]
    return point["longitude"], point["latitude"], point["radius_m"]


def _ring(point: Json, view: View, unknown: float) -> Ring:
    x, y = view.x(point["longitude"]), view.y(point["latitude"])
    radius = point["radius_m"]
    if radius is None:
        return Ring(round(x, 1), round(y, 1), unknown, known=False)
    return Ring(round(x, 1), round(y, 1), round(view.length(radius), 1), known=True)


def _signs(placed: Sequence[Json], view: View, apart: float) -> list[Sign]:
    """The signs: one for each point, or for several points too close to each other, at the first of them."""
    signs: list[Sign] = []
    cells: dict[tuple[int, int], list[Sign]] = {}
    for event in placed:
        place = event["location"]
        x, y = view.x(place["point"]["longitude"]), view.y(place["point"]["latitude"])
        column, row = int(x // apart), int(y // apart)
        near = [sign for dx in (-1, 0, 1) for dy in (-1, 0, 1) for sign in cells.get((column + dx, row + dy), ())]
        sign = next((one for one in near if abs(one.x - x) < apart and abs(one.y - y) < apart * 0.7), None)
        if sign is None:
            sign = Sign(round(x, 1), round(y, 1), location=place["id"])
            signs.append(sign)
            cells.setdefault((column, row), []).append(sign)
        sign.events.append(event)
        if place["name"] not in sign.places:
            sign.places.append(place["name"])
            sign.location = place["id"] if len(sign.places) == 1 else None
    for sign in signs:
        sign.count()
    return signs


def _name(signs: Sequence[Sign]) -> list[Bounds]:
    """Remove labels for which there is no room, those of few events first; the table still has their names.

    Returns the areas covered by signs and labels.
    """
    taken: list[Bounds] = [
        (sign.x - sign.width / 2, sign.y - 12, sign.x + sign.width / 2, sign.y + 12) for sign in signs
    ]
    for sign in sorted(signs, key=lambda one: -len(one.events)):
        half = LETTER_PX * len(sign.label) / 2
        middle = min(max(sign.x, half + EDGE_PX), WIDTH - half - EDGE_PX)
        sign.label_x = round(middle - sign.x, 1)
        box = (middle - half, sign.y + 15, middle + half, sign.y + 15 + LINE_PX)
        sign.named = not any(_meet(box, other) for other in taken)
        if sign.named:
            taken.append(box)
    return taken


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _labels(around: Iterable[Json], signs: Sequence[Sign], covered: Sequence[Bounds], view: View) -> list[Label]:
    """Names of places for orientation, far from each other and covering nothing."""
    taken = [(sign.x, sign.y) for sign in signs]
    named = {name for sign in signs for name in sign.places}
    found: list[Label] = []
    for place in around:
        point = place["point"]
        if not point or place["name"] in named or not view.holds(point["longitude"], point["latitude"]):
            continue
        x, y = view.x(point["longitude"]), view.y(point["latitude"])
        box = (x - EDGE_PX, y - LINE_PX / 2, x + EDGE_PX + LETTER_PX * len(place["name"]), y + LINE_PX / 2)
        if box[2] > WIDTH or any(_meet(box, other) for other in covered):
            continue
        if all(abs(x - other_x) + 2 * abs(y - other_y) > 2 * NEAREST_LABEL_PX for other_x, other_y in taken):
            taken.append((x, y))
            found.append(Label(round(x, 1), round(y, 1), place["name"]))
        if len(found) == LABELS:
            break
    return found
