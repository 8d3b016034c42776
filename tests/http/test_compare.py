"""Two or more parties side by side: whole claims, aspect by aspect, and silence as silence."""

from typing import Any

import pytest

from api.http.routing import EXAMPLES
from api.schemas.pages import Comparison
from tests.support.live import Api

CITY = "/events/capture-of-lysychansk/compare"


def voices(page: Any) -> dict[str, dict[str, tuple[str | None, bool, list[str]]]]:
    """Aspect by aspect, each party's position, whether it is silent, and its claims."""
    return {
        row["assessment"]["aspect"]: {
            voice["party"]["id"]: (voice["stance"], voice["silent"], [claim["id"] for claim in voice["claims"]])
            for voice in row["parties"]
        }
        for row in page["data"]
    }


def test_the_city_on_2_july(api: Api) -> None:
    page = api.get(CITY, party=["russian-side", "ukrainian-side"], as_of="2022-07-02")
    Comparison.model_validate(page)
    assert voices(page) == {
        "control": {
            "russian-side": ("support", False, ["lysychansk-s01b"]),
            "ukrainian-side": ("oppose", False, ["lysychansk-context-c07", "lysychansk-s01c"]),
        }
    }
    assert page["data"][0]["assessment"]["status"] == "disputed"
    assert [party["id"] for party in page["parties"]] == ["russian-side", "ukrainian-side"]
    assert page["event"]["id"] == "capture-of-lysychansk"


def test_the_city_today(api: Api) -> None:
    page = api.get(CITY, party=["russia", "ukraine", "isw"])
    assert voices(page) == {
        "control": {
            "russia": ("support", False, ["lysychansk-s01a"]),
            "ukraine": (
                "support",
                False,
                [
                    "lysychansk-context-c07",
                    "lysychansk-s01c",
                    "lysychansk-context-c11",
                    "lysychansk-s14a",
                ],
            ),
            "isw": ("support", False, ["lysychansk-context-c09", "lysychansk-context-c10"]),
        },
        "withdrawal": {
            "russia": (None, True, []),
            "ukraine": ("support", False, ["lysychansk-context-c12", "lysychansk-context-c13"]),
            "isw": (None, True, []),
        },
        "intent": {
            "russia": (None, True, []),
            "ukraine": ("neutral", False, ["lysychansk-s14b"]),
            "isw": (None, True, []),
        },
    }


def test_claims_are_whole_and_quoted(api: Api) -> None:
    page = api.get(CITY, party=["ukraine", "isw"])
    claims = [claim for row in page["data"] for voice in row["parties"] for claim in voice["claims"]]
    for claim in claims:
        assert claim == api.get(f"/claims/{claim['id']}")
    (quoted,) = [claim for claim in claims if claim["id"] == "lysychansk-s14b"]
    assert quoted["quote"] == "thanks to the increase in the supply of modern weapons"
    assert quoted["quote_by"]["id"] == "zelenskyy"


def test_silence_on_record_and_silence_without_a_word(api: Api) -> None:
    page = api.get("/events/separatist-entry/compare", party=["ukraine", "lpr"])
    assert voices(page) == {"occurrence": {"ukraine": ("neutral", True, ["lysychansk-s04c"]), "lpr": (None, True, [])}}
    assert page["data"][0]["assessment"]["status"] == "unaddressed"
    assert EXAMPLES["compare"] == page


def test_order_of_parties_is_as_asked_and_each_is_taken_once(api: Api) -> None:
    page = api.get(CITY, party=["isw", "haidai", "isw"])
    assert [party["id"] for party in page["parties"]] == ["isw", "haidai"]


def test_an_empty_answer_says_why(api: Api) -> None:
    page = api.get(CITY, party=["ukraine", "russia"], as_of="2022-05-01")
    assert page["data"] == []
    assert page["meta"]["why_empty"] == (
        "Nothing is known to have been said of it by 1 May 2022: the first dated claim was said 2022-07-02 (EDTF)."
    )


@pytest.mark.parametrize(
    ("party", "message"),
    [
        (None, "two or more different parties are compared: party=russian-side&party=ukrainian-side"),
        ("ukraine", "two or more different parties are compared: party=russian-side&party=ukrainian-side"),
        (["isw", "isw"], "two or more different parties are compared: party=russian-side&party=ukrainian-side"),
        (["ukrain", "isw"], "there is no such actor"),
        ([f"actor-{number}" for number in range(21)], "at most 20 parties are compared at once"),
    ],
)
def test_parties_to_compare_are_checked(api: Api, party: Any, message: str) -> None:
    (error,) = api.problem(CITY, party=party)["errors"]
    assert (error["parameter"], error["message"]) == ("party", message)


def test_an_unknown_actor_is_met_with_the_nearest(api: Api) -> None:
    (error,) = api.problem(CITY, party=["ukrainan-side", "isw"])["errors"]
    assert error["did_you_mean"][0] == "ukrainian-side"


def test_an_unknown_event_is_met_with_the_nearest(api: Api) -> None:
    problem = api.problem("/events/capture-of-lysychanskk/compare", 404, party=["ukraine", "isw"])
    assert problem["did_you_mean"][0] == "capture-of-lysychansk"


def test_the_question_in_words(api: Api) -> None:
    page = api.get(CITY, party=["isw", "haidai"], as_of="2022-07-03")
    assert page["meta"]["description"].startswith(
        "What Institute for the Study of War and Serhiy Haidai say about “Capture of Lysychansk”, as known"
    )


def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api) -> None:
    path = f"{CITY}?party=ukraine&party=isw&as_of=2022-07-03"
    assert sqlite_api.good(path).content == postgresql_api.good(path).content
