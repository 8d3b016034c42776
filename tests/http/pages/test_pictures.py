"""Months and years of events too many for a timeline, and figures of all parties on one scale."""

from datetime import date
from typing import Any

from api.http.pages.pictures import BASE, FROM, TO, TOP, figures_of, histogram_of, periods_of
from api.http.words import figure


def test_months_are_whole_and_follow_each_other() -> None:
    found = periods_of(date(2023, 12, 15), date(2024, 2, 3))
    assert [(one.first.isoformat(), one.last.isoformat(), one.name) for one in found] == [
        ("2023-12-01", "2023-12-31", "December 2023"),
        ("2024-01-01", "2024-01-31", "January 2024"),
        ("2024-02-01", "2024-02-29", "February 2024"),
    ]


def test_long_spans_are_told_by_year_and_the_longest_by_their_last_years() -> None:
    assert [one.name for one in periods_of(date(2010, 5, 1), date(2019, 1, 1))] == [str(y) for y in range(2010, 2020)]
    assert len(periods_of(date(1, 1, 1), date(9999, 1, 1))) == 120


def test_bars_are_as_high_as_they_count() -> None:
    first, last = periods_of(date(2022, 1, 1), date(2022, 2, 1))
    found = histogram_of([(first, 10, 20, "/a"), (last, 0, 0, "/b")])
    assert [(bar.certain_y, bar.possible_y) for bar in found.bars] == [(BASE - (BASE - TOP) / 2, TOP), (BASE, BASE)]
    assert found.title == "Events by month"
    assert [words for _, words in found.levels] == ["0", "10", "20"]


def claim(
    name: str, low: float | None, best: float | None, high: float | None, day: str = "2022-07-02"
) -> dict[str, Any]:
    value = {"low": low, "best": best, "high": high, "unit": "people"}
    return {"id": name, "stance": "asserts", "said": {"edtf": day}, "value": value}


def test_the_largest_figure_reaches_the_end_and_zero_the_beginning() -> None:
    found = figures_of(
        [
            (claim("a", 40, 50, 100), "A"),
            (claim("b", None, 0, None), "B"),
            (claim("c", None, 60, None), "A"),
            (claim("d", None, 50, None, "2022-07-03"), "A"),
        ]
    )
    assert found is not None
    one, zero, same_day, later = found.rows
    assert (one.x2, zero.best) == (TO, FROM)
    assert one.x1 == round(FROM + 0.4 * (TO - FROM), 1)
    assert [row.revises for row in (one, zero, same_day, later)] == [False, False, False, True]


def test_a_missing_end_is_open_where_there_is_no_best() -> None:
    found = figures_of([(claim("a", 4200, None, None), "A"), (claim("b", None, None, 10), "B")])
    assert found is not None
    more, few = found.rows
    assert (more.open_high, few.open_low) == (True, True)
    assert more.x2 == TO
    assert few.x1 == FROM
    assert (more.words, few.words) == ("at least 4,200 people", "up to 10 people")
    assert (more.size, few.size) == ("at least 4,200", "up to 10")


def test_claims_without_a_figure_draw_nothing() -> None:
    assert figures_of([({"value": None}, "A")]) is None


def test_figures_in_words() -> None:
    assert figure({"low": 40, "best": 50, "high": 60, "unit": "people"}) == "40 to 60 (best 50) people"
    assert figure({"low": 7, "best": 7, "high": 7, "unit": "missile_strikes"}) == "7 missile strikes"
    assert figure({"low": None, "best": None, "high": None, "unit": "people"}) == "any number of people"
