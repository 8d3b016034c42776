"""Figures of all parties on one scale, in the order said."""

from typing import Any

from api.http.pages.claimed import LEFT, RIGHT, WIDTH, figures_of
from api.http.pages.words import figure


def claim(name: str, low: float | None, best: float | None, high: float | None) -> dict[str, Any]:
    value = {"low": low, "best": best, "high": high, "unit": "people"}
    return {"id": name, "stance": "asserts", "said": {"edtf": "2022-07-02"}, "value": value}


def test_the_largest_figure_reaches_the_end_and_zero_the_beginning() -> None:
    found = figures_of(
        [(claim("a", 40, 50, 100), "A"), (claim("b", None, 0, None), "B"), (claim("c", None, 50, None), "A")]
    )
    assert found is not None
    one, zero, later = found.rows
    assert (one.x2, zero.best) == (WIDTH - RIGHT, LEFT)
    assert one.x1 == round(LEFT + 0.4 * (WIDTH - LEFT - RIGHT), 1)
    assert (one.revises, zero.revises, later.revises) == (False, False, True)


def test_a_missing_end_is_open_where_there_is_no_best() -> None:
    found = figures_of([(claim("a", 4200, None, None), "A"), (claim("b", None, None, 10), "B")])
    assert found is not None
    more, few = found.rows
    assert (more.open_high, few.open_low) == (True, True)
    assert more.x2 == WIDTH - RIGHT
    assert few.x1 == LEFT
    assert (more.words, few.words) == ("at least 4,200 people", "up to 10 people")


def test_claims_without_a_figure_draw_nothing() -> None:
    assert figures_of([({"value": None}, "A")]) is None


def test_figures_in_words() -> None:
    assert figure({"low": 40, "best": 50, "high": 60, "unit": "people"}) == "40 to 60 (best 50) people"
    assert figure({"low": 7, "best": 7, "high": 7, "unit": "missile_strikes"}) == "7 missile strikes"
