"""Cells by which points are found in boxes: none is ever missed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.domain.geo import MOST_CELLS, SIZES, cells_covering, cells_of, column, row

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]
_longitudes = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 0.0, -0.0, 179.99999999999997])
_latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, 90.0, 0.0])


@st.composite
def boxes_with_a_point(draw: st.DrawFn) -> tuple[Bounds, Point]:
    """A box of any width, over the antimeridian too, and a point in it or on its border."""
    west, width = draw(_longitudes), draw(st.sampled_from([0.0, 0.05, 0.3, 1.5, 6.0, 30.0, 359.9]) | st.floats(0, 360))
    east = west + width if west + width <= 180 else west + width - 360
    south, north = sorted((draw(_latitudes), draw(_latitudes)))
    part = draw(st.sampled_from([0.0, 1.0]) | st.floats(0, 1))
    if west <= east:
        longitude = min(max(west + part * (east - west), west), east)
    else:
        longitude = draw(st.sampled_from([west, east, -180.0, 180.0]))
    latitude = min(max(south + draw(st.floats(0, 1)) * (north - south), south), north)
    return (west, south, east, north), (longitude, latitude)


@given(boxes_with_a_point())
@example(((170.0, -10.0, -170.0, 10.0), (180.0, 0.0)))
@example(((170.0, -10.0, -170.0, 10.0), (-180.0, 0.0)))
@example(((180.0, -1.0, 180.0, 1.0), (180.0, 0.0)))
@example(((-180.0, 89.99, -179.95, 90.0), (-180.0, 90.0)))
@example(((-180.0, -90.0, 180.0, 90.0), (0.0, -90.0)))
def test_every_point_in_a_box_is_in_a_cell_that_covers_it(given_: tuple[Bounds, Point]) -> None:
    box, point = given_
    covering = cells_covering(*box)
    if covering is not None:
        size, names = covering
        assert len(names) == len(set(names)) <= MOST_CELLS
        assert set(cells_of(*point)) & set(names)
        assert all(name.startswith(f"{size}:") for name in names)


def test_a_box_gets_the_smallest_cells_that_are_few() -> None:
    assert cells_covering(38.41, 48.91, 38.42, 48.92) == ("0.2", ["0.2:1092:694"])
    assert cells_covering(38.0, 48.6, 38.8, 49.1) == (
        "1",
        [f"1:218:{y}" for y in (138, 139)],
    )
    country = ("20", [f"20:{x}:{y}" for x in (10, 11) for y in (6, 7)])
    assert cells_covering(22.1, 44.3, 40.2, 52.4) == country
    # Of the largest size there may be more.
    continent = ("20", [f"20:{x}:{y}" for x in (6, 7, 8) for y in (5, 6, 7)])
    assert cells_covering(-60.0, 10.0, -5.0, 60.0) == continent
    assert cells_covering(-180, -90, 180, 90) is None


@pytest.mark.parametrize("size", SIZES)
def test_the_antimeridian_is_one_line_and_the_poles_have_cells(size: str) -> None:
    assert column(size, -180.0) == column(size, 180.0) == 0
    assert row(size, 90.0) == row(size, 89.99999)
    assert row(size, -90.0) == 0
