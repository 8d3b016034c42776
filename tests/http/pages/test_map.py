"""What a map draws: circles as recorded, no point without one, and nothing dropped."""

from typing import Any

import pytest

from api.domain.geo import Box
from api.http.pages.basemap import HEIGHT, METRES, WIDTH, clipped, drawn, fitted, view_of, within
from api.http.pages.map import UNKNOWN_PX, map_of
from api.http.pages.pictures import sign_links

BOX = (0.0, 0.0, 10.0, 10.0)


def event(
    name: str, longitude: float, latitude: float, radius: float | None, status: str = "claimed"
) -> dict[str, Any]:
    point = {"longitude": longitude, "latitude": latitude, "radius_m": radius}
    place = {"id": f"at-{longitude}-{latitude}", "name": f"Place {longitude}", "relation": "at", "point": point}
    return {"id": name, "title": name, "location": place, "assessments": [{"status": status}]}


def test_a_circle_has_the_radius_that_is_recorded() -> None:
    found = map_of([event("a", 38.4, 48.9, 5000), event("b", 38.6, 48.9, None)])
    known, unknown = found.rings
    assert known.known
    assert known.r == pytest.approx(5000 / METRES / (found.view.north - found.view.south) * HEIGHT, abs=0.05)
    assert (unknown.known, unknown.r) == (False, UNKNOWN_PX)


def test_every_circle_lies_within_the_picture() -> None:
    found = map_of([event("a", 38.4, 48.9, 5000), event("b", 39.4, 49.3, 2000)])
    for ring in found.rings:
        assert ring.r <= ring.x <= WIDTH - ring.r
        assert ring.r <= ring.y <= HEIGHT - ring.r


def test_events_of_one_point_share_a_sign_that_counts_by_status() -> None:
    events = [event("a", 38.4, 48.9, 5000), event("b", 38.4, 48.9, 5000, "disputed"), event("c", 38.4, 48.9, 5000)]
    found = map_of(events)
    assert len(found.rings) == len(found.signs) == 1
    assert found.signs[0].marks == [("disputed", 1), ("claimed", 2)]
    assert found.signs[0].title == "Place 38.4: 3 events (1 disputed, 2 claimed)"


def test_points_too_close_to_tell_apart_share_a_sign_and_keep_their_circles() -> None:
    found = map_of([event("a", 38.4, 48.9, 500), event("b", 38.401, 48.9, 500), event("c", 39.4, 48.9, 500)])
    assert [len(sign.events) for sign in found.signs] == [2, 1]
    assert len(found.rings) == 3
    assert found.signs[0].label == "Place 38.4 +1"


def test_events_without_a_point_are_listed_next_to_the_map() -> None:
    nowhere = {**event("a", 0, 0, None), "location": None}
    pointless = event("b", 0, 0, None)
    pointless["location"]["point"] = None
    found = map_of([nowhere, pointless, event("c", 38.4, 48.9, 5)])
    assert [one["id"] for one in found.unplaced] == ["a", "b"]
    assert [len(sign.events) for sign in found.signs] == [1]


def test_the_map_shows_the_box_that_was_asked_for() -> None:
    view = map_of([event("a", 38.4, 48.9, 5)], Box(30, 40, 50, 55)).view
    assert view.west <= 30
    assert view.east >= 50
    assert view.south <= 40
    assert view.north >= 55


def test_ground_is_in_scale_both_ways() -> None:
    view = view_of([(38.4, 60.0, 1000.0)])
    across = view.x(38.4 + 1 / METRES * 1000 / 0.5) - view.x(38.4)
    assert across == pytest.approx(view.length(1000), rel=0.001)
    bar, words = fitted(0, 0, 10, 10).scale()
    assert words == "200 km"
    assert bar == pytest.approx(fitted(0, 0, 10, 10).length(200_000))


def test_without_any_point_the_world_is_shown() -> None:
    view = view_of([])
    assert view.west <= -180
    assert view.east >= 180


def test_a_ring_is_cut_at_the_frame() -> None:
    square = [(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0)]
    assert sorted(clipped(square, BOX)) == [(0.0, 0.0), (0.0, 5.0), (5.0, 0.0), (5.0, 5.0)]
    assert clipped([(20.0, 20.0), (21.0, 20.0), (21.0, 21.0)], BOX) == []
    around = [(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)]
    assert sorted(clipped(around, BOX)) == [(0.0, 0.0), (0.0, 10.0), (10.0, 0.0), (10.0, 10.0)]


def test_a_border_is_drawn_where_it_meets_the_frame() -> None:
    line = [(-20.0, 5.0), (-10.0, 5.0), (5.0, 5.0), (20.0, 5.0), (30.0, 5.0), (30.0, 50.0)]
    assert list(within(line, BOX)) == [[(-10.0, 5.0), (5.0, 5.0), (20.0, 5.0)]]


def test_the_ground_of_a_battle_is_small_and_that_of_the_world_bounded() -> None:
    for view in (view_of([(38.44, 48.9, 5000)]), view_of([]), fitted(20, 44, 42, 53)):
        land, borders = drawn(view)
        assert land.startswith("M")
        assert len(land) + len(borders) < 60_000


def test_a_shape_across_the_antimeridian_draws_no_line_around_the_world() -> None:
    land, _ = drawn(view_of([]))
    steps = [
        step.replace("-", " -").split() for path in land.split("M")[1:] for step in path.rstrip("z").split("l")[1:]
    ]
    assert max(abs(float(number)) for path in steps for number in path[::2]) < WIDTH * 10 / 4


def test_both_sides_of_the_antimeridian_are_shown_together() -> None:
    """Fiji lies on both: so the map is of Fiji, and not of a world with one event at either edge."""
    west, east = event("a", 179.9, -17, 20_000), event("b", -179.9, -17.1, 20_000)
    shown = map_of([west, east])
    assert shown.view.east - shown.view.west < 2
    one, other = shown.rings
    assert 0 < one.x < other.x < WIDTH
    asked = map_of([west, east], Box(170, -20, -170, -10)).view
    assert asked.west <= 170
    assert asked.east >= 190
    land, _ = drawn(asked)
    everywhere = [float(start.split(" ")[0]) for path in land.split("M")[1:] for start in [path.partition("l")[0]]]
    assert min(everywhere) < asked.x(180) * 10 < max(everywhere)
    assert map_of([event("a", -120, 10, 5), event("b", 30, 10, 5)]).view.west < -120


def test_a_sign_of_both_sides_of_the_antimeridian_leads_to_a_box_across_it() -> None:
    shown = map_of(
        [event("a", 179.99, -17, 5), event("b", -179.99, -17, 5), event("c", 170, -17, 5), event("d", -170, -17, 5)]
    )
    links = sign_links(shown, "/explore", "")
    assert "/explore?bbox=179.97%2C-17.02%2C-179.97%2C-16.98" in links


def test_labels_without_room_are_left_away_and_those_of_most_events_stay() -> None:
    events = [event("a", 38.4, 48.9, 500), event("b", 38.41, 48.9, 500), event("c", 38.41, 48.9, 500)]
    found = map_of(events)
    assert {sign.label: sign.named for sign in found.signs}["Place 38.41"]
    assert not {sign.label: sign.named for sign in found.signs}["Place 38.4"]


def test_labels_cover_nothing_and_stay_within_the_frame() -> None:
    def town(name: str, longitude: float, latitude: float) -> dict[str, Any]:
        return {"name": name, "point": {"longitude": longitude, "latitude": latitude}}

    events = [event("a", 30.0, 48.9, 500), event("b", 40.0, 48.9, 500)]
    events[1]["location"]["name"] = "A place at the edge of all that is shown on this map of ours"
    view = map_of(events).view
    height = (view.north - view.south) / view.height
    covered = town("Covered", 40.0, 48.9 - 23 * height)  # by the label of the second sign
    beyond = town("Beyond the right side", 40.0, 48.9 - 100 * height)
    found = map_of(events, around=[covered, beyond, town("Free", 35.0, 48.9 - 100 * height)])
    edge = next(sign for sign in found.signs if sign.x > WIDTH / 2)
    assert edge.named
    assert edge.label_x < 0
    assert edge.x + edge.label_x + 7.4 * len(edge.label) / 2 <= WIDTH
    assert [label.name for label in found.labels] == ["Free"]
