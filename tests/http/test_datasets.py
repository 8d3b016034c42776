"""Datasets: what has been loaded, and on whose terms."""

import pytest

from tests.support.live import Api


@pytest.mark.parametrize("sort", ["id", "-id"])
def test_there_are_two(api: Api, sort: str) -> None:
    both = ["lysychansk", "lysychansk-context"]
    assert api.agreed("/datasets", sort=sort) == (both if sort == "id" else both[::-1])


def test_a_dataset_says_on_whose_terms(api: Api) -> None:
    dataset = api.get("/datasets/lysychansk")
    assert dataset["licence"] == "CC BY-SA 4.0"
    assert "GeoNames" in dataset["attribution"]
    assert dataset.pop("releases") == []
    assert list(dataset) == ["id", "title", "summary", "version", "licence", "attribution", "url", "recorded_at"]
    files = {"files": "", "versions": "", "sha256": ""}
    assert api.csv("/datasets.csv")[0] == {name: value or "" for name, value in dataset.items()} | files


def test_there_is_nothing_to_filter_by_but_the_history(api: Api) -> None:
    assert api.problem("/datasets/count", q="x")["errors"][0]["allowed"] == ["changed_since"]
