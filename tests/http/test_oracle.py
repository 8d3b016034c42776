"""The engine against brute force: questions drawn at random are answered as counting by hand answers them."""

import functools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from api.main import RESOURCES
from api.query.filters import Filters
from tests.support import country, questions
from tests.support.live import Api
from tests.support.oracle import Oracle

LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
EXAMPLES = {"events": 120, "claims": 60, "datasets": 3}


NOT_AT_RANDOM = {
    "changed_since": "a dossier that was loaded once has one revision: tests/http/test_revisions.py",
    "country": "the dossier has one country: tests/http/test_countries.py",
}


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_is_among_the_random_questions(name: str) -> None:
    (listed,) = (one for one in RESOURCES if one.__name__.endswith(f".{name}"))
    (filters,) = (
        found
        for found in vars(listed).values()
        if isinstance(found, type)
        and issubclass(found, Filters)
        and found.__module__ == listed.__name__
        and found.__name__.endswith("Filters")
    )
    around = {"longitude", "latitude", "radius_km"} if "around" in questions.FILTERS[name] else set()
    asked = {*questions.FILTERS[name], *questions.COMMON, "known", *around}
    assert set(filters.model_fields) - asked - NOT_AT_RANDOM.keys() == set()


@functools.cache
def oracle(api: Api) -> Oracle:
    return Oracle(api)


def ask(api: Api, name: str, pools: questions.Pools, sizes: list[int]) -> None:
    """Ask many questions of one list and hold every way of answering them against brute force."""

    @settings(
        max_examples=EXAMPLES.get(name, 30),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        filters=questions.filters(name, pools),
        sort=st.sampled_from(questions.SORTS[name]),
        limit=st.sampled_from(sizes),
        form=st.sampled_from(questions.EXPORTS.get(name, ["csv", "ndjson"])),
    )
    def compare(filters: dict[str, Any], sort: str, limit: int, form: str) -> None:
        known = oracle(api)
        note(f"{name} {filters} {sort}")
        expected = known.answer(name, filters, sort)
        pages = list(api.pages(f"/{name}", **filters, sort=sort, limit=limit, total=True))
        assert [row["id"] for page in pages for row in page["data"]] == expected
        assert all(len(page["data"]) == limit for page in pages[:-1])
        assert {page["meta"]["total"] for page in pages} == {len(expected)}
        assert pages[0]["meta"]["left_out"] == known.left_out(name, filters)
        assert all("left_out" not in page["meta"] for page in pages[1:])
        assert api.get(f"/{name}/count", **filters) == {"count": len(expected)}
        default = known.answer(name, filters, questions.SORTS[name][0])
        rows = getattr(api, form)(f"/{name}.{form}", **filters)
        assert [row["id"] for row in rows] == default

    compare()


@pytest.mark.parametrize("name", LISTS)
def test_the_dossier_is_answered_as_by_hand(api: Api, name: str) -> None:
    ask(api, name, questions.FILTERS, [1, 2, 3, 7, 50])


@pytest.mark.parametrize("name", country.FILTERS)
def test_a_country_is_answered_as_by_hand(country_api: Api, name: str) -> None:
    ask(country_api, name, country.FILTERS, [20, 60, 1000])
