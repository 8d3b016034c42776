"""What a timeline draws: a day, what lasted and what is unsure are told apart, and nothing is dropped."""

from datetime import date

import pytest

from api.http.pages.timeline import GUTTER, RIGHT, WIDTH, Axis, Item, axis_of, form_of, timeline_of


def when(edtf: str | None, earliest: str | None, latest: str | None) -> dict[str, str | None]:
    return {"edtf": edtf, "earliest": earliest, "latest": latest}


DAY = when("2022-07-02", "2022-07-02", "2022-07-02")
LASTED = when("2022-07-01/2022-07-03", "2022-07-01", "2022-07-03")
UNSURE = when("[2022-07-01..2022-07-03]", "2022-07-01", "2022-07-03")
OPEN_START = when("[..2022-07-03]", None, "2022-07-03")
OPEN_END = when("2022-07-01/..", "2022-07-01", None)
UNKNOWN = when(None, None, None)


def item(name: str, date_: dict[str, str | None], *lanes: str) -> Item:
    return Item(name, f"/{name}", "claimed", "claimed", date_, lanes or ("a",))


@pytest.mark.parametrize(
    ("date_", "form"),
    [
        (DAY, "day"),
        (LASTED, "lasted"),
        (UNSURE, "unsure"),
        (OPEN_START, "unsure"),
        (OPEN_END, "lasted"),
        (when("2022-07", "2022-07-01", "2022-07-31"), "unsure"),
        (when("2022-07-02?", "2022-07-02", "2022-07-02"), "unsure"),
    ],
)
def test_kinds_of_dates_look_different(date_: dict[str, str | None], form: str) -> None:
    assert form_of(date_) == form


def test_days_lie_where_they_should() -> None:
    axis = Axis(date(2022, 7, 1), date(2022, 7, 10))
    width = (WIDTH - GUTTER - RIGHT) / 10
    assert axis.x(date(2022, 7, 1)) == GUTTER
    assert axis.x(date(2022, 7, 3)) == round(GUTTER + 2 * width, 1)
    line = timeline_of([item("x", UNSURE), item("y", LASTED)], {"a": "A"})
    one, other = line.lanes[0].marks
    assert (one.x1, one.x2) == (other.x1, other.x2)
    assert one.y != other.y


def test_open_ends_reach_the_edge_and_say_so() -> None:
    line = timeline_of([item("early", OPEN_START), item("late", OPEN_END)], {"a": "A"})
    early, late = sorted(line.lanes[0].marks, key=lambda mark: mark.item.title)
    assert (early.opens, early.goes_on, early.x1) == (True, False, GUTTER)
    assert (late.opens, late.goes_on, late.x2) == (False, True, WIDTH - RIGHT)


def test_events_without_a_date_are_listed_and_not_drawn() -> None:
    line = timeline_of([item("known", DAY), item("unknown", UNKNOWN)], {"a": "A"})
    assert [one.title for one in line.undated] == ["unknown"]
    assert [mark.item.title for mark in line.lanes[0].marks] == ["known"]
    nothing = timeline_of([item("unknown", UNKNOWN)], {"a": "A"})
    assert (nothing.lanes, [one.title for one in nothing.undated]) == ([], ["unknown"])


def test_an_item_of_two_parties_stands_in_both_lanes() -> None:
    line = timeline_of([item("x", DAY, "a", "b"), item("y", DAY, "b")], {"a": "A", "b": "B", "c": "C"})
    assert {lane.name: [mark.item.title for mark in lane.marks] for lane in line.lanes} == {"A": ["x"], "B": ["x", "y"]}
    upper, lower = line.lanes
    assert lower.y == upper.y + upper.height


def test_names_stay_within_the_picture() -> None:
    long = "A name that is very long indeed and goes on and on and on"
    line = timeline_of([item(long, DAY), item("x", when("2022-01-01", "2022-01-01", "2022-01-01"))], {"a": "A"})
    mark = next(mark for mark in line.lanes[0].marks if mark.item.title == long)
    assert mark.before
    assert mark.label == "A name that is very long indeed and goes on…"


def test_many_events_have_their_names_in_the_table_alone() -> None:
    many = [item(f"event {number}", DAY) for number in range(91)]
    marks = timeline_of(many, {"a": "A"}).lanes[0].marks
    assert len(marks) == 91
    assert {mark.label for mark in marks} == {""}


@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        ("2022-07-01", "2022-07-03", ["30 Jun 2022", "1 Jul", "2 Jul", "3 Jul", "4 Jul"]),
        (
            "2022-01-01",
            "2022-12-31",
            ["Jan 2022", "Mar 2022", "May 2022", "Jul 2022", "Sep 2022", "Nov 2022", "Jan 2023"],
        ),
        ("1990-01-01", "2020-12-31", ["1990", "1995", "2000", "2005", "2010", "2015", "2020"]),
        ("0001-01-01", "9999-12-31", ["2000", "4000", "6000", "8000"]),
    ],
)
def test_there_are_few_ticks_to_read_by(first: str, last: str, ticks: list[str]) -> None:
    axis = axis_of([when("x", first, last)])
    assert axis is not None
    assert [words for _, words in axis.ticks()] == ticks


def test_the_day_of_the_view_is_marked_where_it_is_shown() -> None:
    assert timeline_of([item("x", DAY)], {"a": "A"}, date(2022, 7, 2)).today is not None
    assert timeline_of([item("x", DAY)], {"a": "A"}, date(2023, 7, 2)).today is None
