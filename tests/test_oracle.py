"""The engine against brute force: questions drawn at random are answered as counting by hand answers them."""

import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import questions
from tests.live import Api
from tests.oracle import Oracle

LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
EXAMPLES = {"events": 120, "claims": 60, "datasets": 3}


@functools.cache
def oracle(api: Api) -> Oracle:
    return Oracle(api)


@pytest.mark.parametrize("name", LISTS)
def test_every_answer_is_what_counting_by_hand_gives(api: Api, name: str) -> None:
    @settings(
        max_examples=EXAMPLES.get(name, 30),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        filters=questions.filters(name),
        sort=st.sampled_from(questions.SORTS[name]),
        limit=st.sampled_from([1, 2, 3, 7, 50]),
        form=st.sampled_from(questions.EXPORTS.get(name, ["csv", "ndjson"])),
    )
    def ask(filters: dict[str, object], sort: str, limit: int, form: str) -> None:
        known = oracle(api)
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

    ask()
