"""Disputes: who holds what against whom and since when, on the real battle and on invented quarrels."""

import base64
import json
from typing import Any

import httpx
import pytest

from api.http.routing import EXAMPLES
from api.schemas.pages import DisputePage
from tests.support.live import Api

NOT_YET = "Nothing is known to have been said of it by {day}: the first dated claim was said {first} (EDTF)."
RETREAT = ("ukrainian-retreat", "assessment")
GELATIN = ("capture-of-gelatin-plant", "control")
WITHDRAWAL = ("ukrainian-withdrawal-begins", "withdrawal")
ENCIRCLEMENT = ("encirclement-of-lysychansk", "occurrence")
OBLAST = ("capture-of-luhansk-oblast", "control")
CITY = ("capture-of-lysychansk", "control")
TODAY = [RETREAT, GELATIN, WITHDRAWAL, ENCIRCLEMENT, OBLAST]


def keys(rows: list[Any]) -> list[tuple[str, str]]:
    return [(row["event"]["id"], row["aspect"]) for row in rows]


def walked(api: Api, **filters: Any) -> list[Any]:
    return [row for page in api.pages("/disputes", **filters) for row in page["data"]]


def dispute(api: Api, event: str, **filters: Any) -> Any:
    (found,) = [row for row in walked(api, **filters) if row["event"]["id"] == event]
    return found


def sides(found: Any) -> dict[str | None, tuple[str, list[str], str | None, list[str]]]:
    """Each party's position, speakers, first day and claims."""
    return {
        position["party"] and position["party"]["id"]: (
            position["stance"],
            [speaker["id"] for speaker in position["speakers"]],
            position["since"]["edtf"],
            [claim.removeprefix("lysychansk-").removeprefix("context-") for claim in position["claims"]],
        )
        for position in found["positions"]
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, TODAY),
        ({"as_of": "2021-12-31"}, []),
        ({"as_of": "2022-06-27"}, []),
        ({"as_of": "2022-06-30"}, [WITHDRAWAL]),
        ({"as_of": "2022-07-01"}, [GELATIN, WITHDRAWAL]),
        ({"as_of": "2022-07-02"}, [GELATIN, WITHDRAWAL, ENCIRCLEMENT, CITY]),
        ({"as_of": "2022-07-02", "known": "certain"}, [GELATIN, WITHDRAWAL, ENCIRCLEMENT, CITY]),
        ({"as_of": "2022-07-03"}, [GELATIN, WITHDRAWAL, ENCIRCLEMENT]),
        ({"as_of": "2022-07-05"}, [GELATIN, WITHDRAWAL, ENCIRCLEMENT]),
        ({"as_of": "2022-07-06"}, [GELATIN, WITHDRAWAL, ENCIRCLEMENT, OBLAST]),
        ({"as_of": "2022-07-05", "undated": "include"}, [RETREAT, GELATIN, WITHDRAWAL, ENCIRCLEMENT]),
        ({"party": "haidai"}, [OBLAST]),
        ({"party": "russia"}, [GELATIN, ENCIRCLEMENT, OBLAST]),
        ({"party": ["isw", "kalinouski-regiment"]}, [RETREAT]),
        ({"party": "isw", "as_of": "2022-07-02"}, [CITY]),
        ({"party": "reuters"}, []),
        ({"aspect": "control"}, [GELATIN, OBLAST]),
        ({"aspect": ["assessment", "withdrawal"]}, [RETREAT, WITHDRAWAL]),
        ({"location": "lysychansk"}, [RETREAT, GELATIN, WITHDRAWAL, ENCIRCLEMENT]),
        ({"location": "gelatin-plant"}, [GELATIN]),
        ({"dataset": "lysychansk-context"}, []),
        ({"date_from": "2022-07-01"}, [GELATIN, ENCIRCLEMENT, OBLAST]),
        ({"date_from": "2022-06-26", "date_to": "2022-06-26", "match": "certain"}, [RETREAT]),
    ],
)
def test_disputes_of_the_battle(api: Api, filters: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    page = api.get("/disputes", total=True, **filters)
    assert keys(page["data"]) == expected
    assert page["meta"]["total"] == len(expected)
    assert ("why_empty" in page["meta"]) == (not expected)
    assert api.get("/disputes/count", **filters) == {"count": len(expected)}
    assert api.ndjson("/disputes.ndjson", **filters) == page["data"]
    assert [(row["event_id"], row["aspect"]) for row in api.csv("/disputes.csv", **filters)] == expected
    assert keys(walked(api, limit=1, **filters)) == expected
    assert keys(walked(api, sort="-date", **filters)) == expected[::-1]
    DisputePage.model_validate(page)


def test_the_city_as_of_2_july(api: Api) -> None:
    found = dispute(api, "capture-of-lysychansk", as_of="2022-07-02")
    assert sides(found) == {
        "isw": ("support", ["isw"], "2022-07-02", ["c09", "c10"]),
        "russian-side": ("support", ["lpr"], "2022-07-02", ["s01b"]),
        "ukrainian-side": ("oppose", ["muzychuk", "ukraine"], "2022-07-02", ["c07", "s01c"]),
    }
    assert found["event"]["title"] == "Capture of Lysychansk"
    assert found["event"]["date"]["edtf"] == "[2022-07-02..2022-07-03]"
    assert found["inferred"] is False


def test_the_oblast_today(api: Api) -> None:
    assert sides(dispute(api, "capture-of-luhansk-oblast")) == {
        "observers": ("support", ["observers"], None, ["s13a"]),
        "russian-side": ("support", ["russia"], "2022-07-03", ["s15a"]),
        "ukrainian-side": ("oppose", ["haidai"], "2022-07-06", ["c14", "s16a"]),
    }


def test_a_dispute_that_hinges_on_an_inference_says_so(api: Api) -> None:
    found = dispute(api, "ukrainian-withdrawal-begins")
    assert found["inferred"] is True
    assert found["because"] == ["lysychansk-context-c01", "lysychansk-s07a", "lysychansk-s09c"]


def test_neutral_parties_have_no_position(api: Api) -> None:
    assert sides(dispute(api, "capture-of-gelatin-plant")).keys() == {"russian-side", "ukrainian-side"}


def test_each_dispute_agrees_with_the_assessment_of_its_event(api: Api) -> None:
    for as_of in (None, "2022-07-01", "2022-07-02", "2022-07-06"):
        for row in walked(api, as_of=as_of):
            event = api.get(f"/events/{row['event']['id']}", as_of=as_of)
            (judged,) = [one for one in event["assessments"] if one["aspect"] == row["aspect"]]
            assert judged["status"] == "disputed"
            assert (judged["because"], judged["inferred"]) == (row["because"], row["inferred"])


def test_flat_disputes(api: Api) -> None:
    (row,) = api.csv("/disputes.csv", as_of="2022-07-02", party="isw")
    assert row["supporting_parties"] == "isw|russian-side"
    assert row["opposing_parties"] == "ukrainian-side"
    assert row["date"] == "[2022-07-02..2022-07-03]"


def test_the_example_is_real(api: Api) -> None:
    assert EXAMPLES["disputes"] == dispute(api, "capture-of-luhansk-oblast")


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"party": "nasa-firms"}, "Claims are recorded, but nothing that they add up to matches."),
        ({"party": "marchuk"}, "No recorded claim matches this query."),
        (
            {"party": "haidai", "as_of": "2022-06-29"},
            NOT_YET.format(day="29 June 2022", first="2022-06-30"),
        ),
    ],
)
def test_an_empty_answer_says_why(api: Api, filters: dict[str, Any], words: str) -> None:
    assert api.get("/disputes", **filters)["meta"]["why_empty"] == words


def test_the_question_in_words(api: Api) -> None:
    filters = {"party": "haidai", "aspect": "control", "location": "donbas", "date_to": "2022-07-03"}
    assert api.get("/disputes", as_of="2022-07-06", **filters)["meta"]["description"] == (
        "Disputes that have a position held by Serhiy Haidai and concern control and are about events that may have "
        "happened by 3 July 2022 and are about events in Donbas, as known on 6 July 2022; titles, dates and "
        "participants are as recorded, claims and assessments as of that day"
    )


@pytest.mark.parametrize(
    ("filters", "parameter", "meant"),
    [
        ({"party": "haidaj"}, "party", ["haidai"]),
        ({"location": "gelatine-plant"}, "location", ["gelatin-plant"]),
        ({"dataset": "lysychanks"}, "dataset", ["lysychansk", "lysychansk-context"]),
        ({"aspect": "controll"}, "aspect", ["control"]),
        ({"date_from": "2022-07-03", "date_to": "2022-07-01"}, "date_from", []),
        ({"sort": "id"}, "sort", []),
        ({"cursor": "nonsense"}, "cursor", []),
    ],
)
def test_an_invalid_parameter_is_named(api: Api, filters: dict[str, Any], parameter: str, meant: list[str]) -> None:
    (error,) = api.problem("/disputes", **filters)["errors"]
    assert (error["parameter"], error["did_you_mean"]) == (parameter, meant)


@pytest.mark.parametrize("as_of", [None, "2022-07-07"])
@pytest.mark.parametrize("undated", ["exclude", "include"])
def test_pages_may_end_within_an_event(quarrels_api: Api, as_of: str | None, undated: str) -> None:
    filters = {"as_of": as_of, "undated": undated}
    whole = walked(quarrels_api, limit=1000, **filters)
    order = keys(whole)
    assert len(order) == len(set(order)) > 10
    assert max(map([event for event, _ in order].count, {event for event, _ in order})) > 1
    assert quarrels_api.get("/disputes/count", **filters) == {"count": len(order)}
    dated = [key for key, row in zip(order, whole, strict=True) if row["event"]["date"]["edtf"]]
    undated_ones = order[len(dated) :]
    assert undated_ones
    for limit in (1, 2, 7):
        assert keys(walked(quarrels_api, limit=limit, **filters)) == order
        assert keys(walked(quarrels_api, limit=limit, sort="-date", **filters)) == [*dated[::-1], *undated_ones]


@pytest.mark.parametrize(("place", "tail"), [("", ""), ("ü", "control"), ("quarrel-40", "nonsense"), ("~ ~", "")])
@pytest.mark.parametrize("sort", ["date", "-date"])
def test_a_cursor_that_was_tampered_with_breaks_nothing(quarrels_api: Api, place: str, tail: str, sort: str) -> None:
    following = quarrels_api.get("/disputes", limit=3, sort=sort)["links"]["next"]
    cursor = httpx.URL(following).params["cursor"]
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps([*parts[:-2], place, tail]).encode()).rstrip(b"=").decode()
    assert keys(walked(quarrels_api, limit=3, sort=sort, cursor=forged))


def test_left_out_disputes_are_counted(quarrels_api: Api) -> None:
    without = quarrels_api.get("/disputes", date_from="2020-01-01", total=True)["meta"]
    including = quarrels_api.get("/disputes", date_from="2020-01-01", undated="include", total=True)["meta"]
    assert without["left_out"]["undated"] > 0
    assert without["total"] + without["left_out"]["undated"] == including["total"]


def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api) -> None:
    for path in ("/disputes", "/disputes?as_of=2022-07-02", "/disputes?sort=-date&limit=2", "/disputes.csv"):
        assert sqlite_api.good(path).content == postgresql_api.good(path).content
