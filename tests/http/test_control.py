"""Who says who holds a place: each party's latest word about it or about what contains it."""

from typing import Any

import pytest

from api.http.routing import EXAMPLES
from api.schemas.pages import Control
from tests.support.live import Api


def words(page: Any) -> dict[str | None, tuple[str, str, str, str | None]]:
    """Each party's position, the claim, the place it is about, and since when."""
    return {
        row["party"] and row["party"]["id"]: (
            row["stance"],
            row["claim"]["id"].removeprefix("lysychansk-").removeprefix("context-"),
            row["location"]["id"],
            row["since"]["edtf"],
        )
        for row in page["data"]
    }


@pytest.mark.parametrize(
    ("place", "filters", "expected"),
    [
        ("lysychansk", {"as_of": "2022-07-01"}, {}),
        (
            "lysychansk",
            {"as_of": "2022-07-02"},
            {
                "isw": ("support", "c10", "lysychansk", "2022-07-02"),
                "russian-side": ("support", "s01b", "lysychansk", "2022-07-02"),
                "ukrainian-side": ("oppose", "s01c", "lysychansk", "2022-07-02"),
            },
        ),
        (
            "lysychansk",
            {"as_of": "2022-07-04"},
            {
                "isw": ("support", "c10", "lysychansk", "2022-07-02"),
                "russian-side": ("support", "s15a", "luhansk-oblast", "2022-07-03"),
                "ukrainian-side": ("support", "s14a", "lysychansk", "2022-07-03"),
            },
        ),
        (
            "lysychansk",
            {},
            {
                "isw": ("support", "c10", "lysychansk", "2022-07-02"),
                "observers": ("support", "s13a", "luhansk-oblast", None),
                "russian-side": ("support", "s15a", "luhansk-oblast", "2022-07-03"),
                "ukrainian-side": ("support", "s14a", "lysychansk", "2022-07-03"),
            },
        ),
        (
            "gelatin-plant",
            {"as_of": "2022-07-01"},
            {
                "reuters": ("neutral", "c06b", "gelatin-plant", "2022-07-01"),
                "russian-side": ("support", "s11b", "gelatin-plant", "2022-07-01"),
                "ukrainian-side": ("oppose", "c05", "gelatin-plant", "2022-07-01"),
            },
        ),
        (
            "luhansk-oblast",
            {"as_of": "2022-07-06"},
            {
                "russian-side": ("support", "s15a", "luhansk-oblast", "2022-07-03"),
                "ukrainian-side": ("oppose", "s16a", "luhansk-oblast", "2022-07-06"),
            },
        ),
        (
            "lysychansk-oil-refinery",
            {"as_of": "2022-06-30"},
            {"ukrainian-side": ("support", "c04", "lysychansk-oil-refinery", "2022-06-30")},
        ),
        ("donbas", {}, {}),
        ("siversk", {}, {}),
    ],
)
def test_control_by_party(api: Api, place: str, filters: dict[str, Any], expected: dict[Any, Any]) -> None:
    page = api.get(f"/locations/{place}/control", **filters)
    Control.model_validate(page)
    assert words(page) == expected
    assert page["location"]["id"] == place
    assert ("why_empty" in page["meta"]) == (not expected)


def test_each_place_outward_has_its_own_latest_word(api: Api) -> None:
    (row,) = [
        row for row in api.get("/locations/lysychansk-centre/control")["data"] if row["party"]["id"] == "ukrainian-side"
    ]
    assert [(one["location"]["id"], one["stance"], one["claim"], one["said"]["edtf"]) for one in row["places"]] == [
        ("lysychansk", "support", "lysychansk-s14a", "2022-07-03"),
    ]
    assert row["wider"] == ["lysychansk-s16a"]


def test_opposing_a_whole_does_not_oppose_a_part(api: Api) -> None:
    """No Ukrainian spoke of Pryvillia; that not all of the oblast was lost does not say who held it."""
    (row,) = [row for row in api.get("/locations/pryvillia/control")["data"] if row["party"]["id"] == "ukrainian-side"]
    assert row["wider"] == ["lysychansk-s16a"]
    said = ("stance", "since", "location", "event", "claim")
    assert [row[name] for name in said] == [None] * 5
    assert row["places"] == []


def test_the_claim_is_whole_and_the_event_says_who_took_part(api: Api) -> None:
    row = api.get("/locations/lysychansk/control", as_of="2022-07-04")["data"][-1]
    assert row["claim"] == api.get("/claims/lysychansk-s14a")
    event = api.get("/events/capture-of-lysychansk")
    assert row["event"] == {name: event[name] for name in ("id", "title", "kind", "date", "participants")}


@pytest.mark.parametrize(
    ("filters", "since", "why"),
    [
        ({"as_of": "2022-07-01"}, "2022-07-02", "Nothing is known to"),
        ({"as_of": "2022-07-01", "known": "possible"}, "2022-07-02", "Nothing may"),
    ],
)
def test_an_empty_answer_says_why(api: Api, filters: dict[str, Any], since: str, why: str) -> None:
    assert api.get("/locations/lysychansk/control", **filters)["meta"]["why_empty"] == (
        f"{why} have been said of it by 1 July 2022: the first dated claim was said {since} (EDTF)."
    )


def test_a_place_without_claims(api: Api) -> None:
    assert api.get("/locations/bakhmut/control")["meta"]["why_empty"] == "No recorded claim matches this query."


def test_the_example_is_real(api: Api) -> None:
    assert EXAMPLES["control"] == api.get("/locations/lysychansk/control", as_of="2022-07-02")


def test_an_unknown_place(api: Api) -> None:
    assert "lysychansk" in api.problem("/locations/lysychanks/control", 404)["did_you_mean"]
    (error,) = api.problem("/locations/lysychansk/control", as_of="2022-02-30")["errors"]
    assert error["parameter"] == "as_of"


def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api) -> None:
    for path in ("/locations/lysychansk/control", "/locations/mine/control?as_of=2022-07-03"):
        assert sqlite_api.good(path).content == postgresql_api.good(path).content
