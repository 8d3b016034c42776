"""Months and years of events that are too many for a timeline."""

from datetime import date

from api.http.pages.pictures import BASE, TOP, histogram_of, periods_of


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
