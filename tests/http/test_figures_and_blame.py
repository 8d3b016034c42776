"""Filters of what claims count, whose it is, and whom they hold responsible."""

from tests.support.live import Api


def test_whom_claims_blame_and_what_they_count_is_found(shipped_api: Api) -> None:
    assert shipped_api.ids("/claims", names="western-governments") == ["lysychansk-s10a"]
    assert shipped_api.ids("/claims", names="syrian-government-side") == ["khasham-k02", "khasham-k09", "khasham-k10"]
    assert shipped_api.ids("/events", names="syrian-government-side") == ["khasham-attack-on-hq", "khasham-search"]
    assert shipped_api.ids("/claims", measure="attackers") == ["khasham-k11", "khasham-k12"]
    found = shipped_api.ids("/claims", of="pro-government-forces", measure="wounded")
    assert found == ["khasham-k21", "khasham-k26"]
    shipped_api.problem("/claims", 422, measure="kiled")
    shipped_api.problem("/events", 422, names="nobody-known")
