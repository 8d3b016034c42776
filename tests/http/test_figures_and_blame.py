"""Filters of what claims count, whose it is, and whom they hold responsible."""

from typing import Any

from api.storage.database import engine
from seed.load import load
from tests.support.live import Api, serving
from tests.support.worlds import entries


def test_filters_find_culprits_and_measures(shipped_api: Api) -> None:
    assert shipped_api.ids("/claims", names="western-governments") == ["lysychansk-s10a"]
    assert shipped_api.ids("/claims", names="syrian-government-side") == ["khasham-k02", "khasham-k09", "khasham-k10"]
    assert shipped_api.ids("/events", names="syrian-government-side") == ["khasham-attack-on-hq", "khasham-search"]
    assert shipped_api.ids("/claims", measure="attackers") == ["khasham-k11", "khasham-k12"]
    found = shipped_api.ids("/claims", of="pro-government-forces", measure="wounded")
    assert found == ["khasham-k21", "khasham-k26"]
    shipped_api.problem("/claims", 422, measure="kiled")
    shipped_api.problem("/events", 422, names="nobody-known")


def test_a_figure_is_shown_where_it_holds_and_the_latest_word_names_others_without_it(empty_url: str) -> None:
    """Who denies a denial goes on saying the figure, and may blame somebody else by that."""
    head = {"id": "blame", "title": "Blame", "recorded_at": "2031-06-01T00:00:00Z"}
    records: dict[tuple[str, str], dict[str, Any]] = {("dataset", "blame"): head}
    for side in ("red", "blue", "green"):
        records["actor", side] = {"id": side, "kind": "side", "name": side.title()}
    records["event", "strike"] = {"id": "strike", "kind": "airstrike", "title": "Strike"}
    value = {"best": 10, "unit": "people", "measure": "killed", "of": "green"}
    for day, speaker, stance, fields in (
        (1, "red", "asserts", {"value": value, "names": ["blue"]}),
        (2, "blue", "denies", {"about": "blame-1"}),
        (3, "red", "denies", {"about": "blame-2", "names": ["green"]}),
    ):
        said = {"edtf": f"2031-05-0{day}", "basis": "stated"}
        claim = {"id": f"blame-{day}", "event": "strike", "speaker": speaker, "stance": stance, "said": said}
        records["claim", f"blame-{day}"] = {**claim, "aspect": "attribution", **fields}
    made = engine(empty_url)
    load(made, entries("blame", records))
    made.dispose()
    shown: dict[str, Any] = {"low": None, "best": 10, "high": None, "unit": "people", "measure": "killed"}
    shown["of"] = {"id": "green", "name": "Green"}
    with serving(empty_url) as api:
        (dispute,) = api.get("/disputes")["data"]
        stands = {one["party"]["id"]: (one["value"], one["names"], one["claims"]) for one in dispute["positions"]}
        assert stands["red"] == (shown, [{"id": "green", "name": "Green"}], ["blame-3"])
        assert stands["blue"] == (None, [], ["blame-2"])
        (of_red,) = api.get("/actors/red/positions")["data"]
        assert [step["value"] for step in of_red["positions"]] == [shown, shown]
        compared = api.get("/events/strike/compare?party=red&party=blue")["data"][0]["parties"]
        assert [one["value"] for one in compared] == [shown, None]
        known = api.get("/briefing?date_from=2031-05-03&date_to=2031-05-03")["data"][0]["positions"]
        assert [(move["party"]["id"], move["value"]) for move in known] == [("red", shown)]
        assert api.good("/explore/events/strike").status_code == 200
