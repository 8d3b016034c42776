"""Briefings: what became known in some days, each claim once, with what it moved and what it changed."""

from datetime import date, timedelta
from typing import Any

import pytest

from api.http.resources.briefing import News
from api.http.routing import EXAMPLES
from api.query.session import ReadSession
from api.schemas.pages import Briefing
from api.storage.database import engine
from seed.load import load
from tests.support import worlds
from tests.support.live import Api, serving

JULY_3 = {
    "capture-of-lysychansk": (
        ["c11", "c12", "c13", "s01a", "s14a", "s14b"],
        [
            ("control", "ukrainian-side", "oppose", "support", "s14a"),
            ("withdrawal", "ukrainian-side", None, "support", "c12"),
        ],
        [("control", "disputed", "conceded"), ("withdrawal", None, "conceded"), ("intent", None, "unaddressed")],
    ),
    "capture-of-luhansk-oblast": (
        ["s15a"],
        [("control", "russian-side", None, "support", "s15a")],
        [("control", None, "claimed")],
    ),
    "battle-of-lysychansk": (["s17a"], [], [("occurrence", None, "unaddressed")]),
}


def short(claim: str) -> str:
    return claim.removeprefix("lysychansk-").removeprefix("context-")


def news(rows: list[Any]) -> dict[str, Any]:
    """Event by event: the new claims, the positions that moved, the assessments that changed."""
    return {
        row["event"]["id"]: (
            [short(claim["id"]) for claim in row["claims"]],
            [
                (
                    move["aspect"],
                    move["party"] and move["party"]["id"],
                    move["before"],
                    move["after"],
                    short(move["by"]),
                )
                for move in row["positions"]
            ],
            [(change["aspect"], change["before"], change["after"]) for change in row["assessments"]],
        )
        for row in rows
    }


def walked(api: Api, **filters: Any) -> list[Any]:
    return [row for page in api.pages("/briefing", **filters) for row in page["data"]]


def test_3_july(api: Api) -> None:
    page = api.get("/briefing", date_from="2022-07-03", date_to="2022-07-03")
    Briefing.model_validate(page)
    assert news(page["data"]) == JULY_3
    assert page["meta"]["left_out"] == {"undated": 18, "undated_claims": 0, "without_coordinates": 0}
    assert page["data"] == api.get("/briefing", date_from="2022-07-03")["data"]
    assert page["data"] == api.get("/briefing", date_to="2022-07-03")["data"]


def test_30_june(api: Api) -> None:
    """The ministry's bulletin makes the withdrawal disputed, by an inference; Haidai concedes part of the refinery."""
    found = news(walked(api, date_from="2022-06-30"))
    assert found["ukrainian-withdrawal-begins"] == (
        ["s09c"],
        [("withdrawal", "british-defence-ministry", None, "oppose", "s09c")],
        [("withdrawal", "claimed", "disputed")],
    )
    assert found["refinery-entry"] == (
        ["c04"],
        [("control", "ukrainian-side", None, "support", "c04")],
        [("control", None, "conceded")],
    )
    (change,) = [
        row for row in walked(api, date_from="2022-06-30") if row["event"]["id"] == "ukrainian-withdrawal-begins"
    ]
    assert change["assessments"][0]["inferred"] is True


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"date_from": "2022-07-03", "party": "russia"}, ["capture-of-lysychansk", "capture-of-luhansk-oblast"]),
        ({"date_from": "2022-07-03", "party": "lpr"}, []),
        ({"date_from": "2022-07-03", "location": "lysychansk"}, ["capture-of-lysychansk", "battle-of-lysychansk"]),
        ({"date_from": "2022-07-01", "location": "gelatin-plant"}, ["capture-of-gelatin-plant"]),
        ({"date_from": "2022-07-04", "date_to": "2022-07-05"}, ["battle-of-lysychansk"]),
        ({"date_from": "2022-07-05"}, []),
        ({"date_from": "2021-07-05"}, []),
        (
            {"date_from": "2022-06-26", "date_to": "2022-06-29", "known": "possible", "party": "kalinouski-regiment"},
            ["ukrainian-retreat", "initial-armoured-assault", "death-of-marchuk"],
        ),
        (
            {"date_from": "2022-06-26", "known": "possible", "party": "kalinouski-regiment"},
            ["ukrainian-retreat", "initial-armoured-assault", "death-of-marchuk"],
        ),
        ({"date_from": "2022-06-27", "known": "possible", "party": "kalinouski-regiment"}, []),
        ({"date_from": "2022-06-26", "party": "kalinouski-regiment"}, []),
        (
            {"date_from": "2022-06-29", "known": "certain", "party": "kalinouski-regiment"},
            ["ukrainian-retreat", "initial-armoured-assault", "death-of-marchuk"],
        ),
    ],
)
def test_events_of_a_briefing(api: Api, filters: dict[str, Any], expected: list[str]) -> None:
    page = api.get("/briefing", total=True, **filters)
    assert [row["event"]["id"] for row in page["data"]] == expected
    assert [row["event"]["id"] for row in walked(api, limit=1, **filters)] == expected
    assert page["meta"]["total"] == len(expected)
    assert ("why_empty" in page["meta"]) == (not expected)


def test_a_party_s_briefing_shows_its_claims_and_moves(api: Api) -> None:
    found = news(walked(api, date_from="2022-07-03", party="haidai"))
    assert found == {
        "capture-of-lysychansk": (
            ["s14a"],
            [("control", "ukrainian-side", "oppose", "support", "s14a")],
            JULY_3["capture-of-lysychansk"][2],
        )
    }


@pytest.mark.parametrize("known", ["possible", "certain"])
@pytest.mark.parametrize("undated", ["exclude", "include"])
def test_day_by_day_every_dated_claim_is_news_once(quarrels_api: Api, known: str, undated: str) -> None:
    """Between the day before and the day itself, the events' own assessments changed exactly as the briefing says."""
    how = {"known": known, "undated": undated}
    day, heard = date(2022, 6, 27), list[str]()
    while day <= date(2022, 7, 21):
        rows = walked(quarrels_api, date_from=day, limit=4, **how)
        heard += [claim["id"] for row in rows for claim in row["claims"]]
        for row in rows[:6]:
            assert _changes(quarrels_api, row["event"]["id"], day, how) == [
                (one["aspect"], one["before"], one["after"], one["because"], one["inferred"])
                for one in row["assessments"]
            ]
        day += timedelta(days=1)
    before = {claim["id"] for claim in _known(quarrels_api, "2022-06-26", known)}
    everything = {claim["id"] for claim in _known(quarrels_api, "2022-07-21", known)}
    assert sorted(heard) == sorted(everything - before)


def _known(api: Api, day: str, known: str) -> list[Any]:
    return [row for page in api.pages("/claims", as_of=day, known=known, limit=1000) for row in page["data"]]


def _changes(api: Api, event: str, day: date, how: dict[str, str]) -> list[Any]:
    path = f"/events/{event}"
    before = {
        one["aspect"]: one["status"] for one in api.get(path, as_of=day - timedelta(days=1), **how)["assessments"]
    }
    after = api.get(path, as_of=day, **how)["assessments"]
    return [
        (one["aspect"], before.get(one["aspect"]), one["status"], one["because"], one["inferred"])
        for one in after
        if before.get(one["aspect"]) != one["status"]
    ]


def test_several_days_are_what_changed_between_their_ends(quarrels_api: Api) -> None:
    rows = walked(quarrels_api, date_from="2022-07-02", date_to="2022-07-05", limit=1000)
    assert len({row["event"]["id"] for row in rows}) == len(rows) > 20
    assert walked(quarrels_api, date_from="2022-07-02", date_to="2022-07-05", limit=1) == rows


def test_an_open_start_that_ends_after_its_dataset_was_recorded(empty_url: str) -> None:
    """It counts from then on, but is listed by its own end: after what another dataset has from days in between."""
    made = engine(empty_url)
    for dataset, recorded_at, said in (("early", "2022-09-01", "[..2022]"), ("late", "2023-09-01", "2022-10-03")):
        head = {"id": dataset, "title": dataset, "recorded_at": f"{recorded_at}T00:00:00Z"}
        event = {"id": f"{dataset}-event", "kind": "capture", "title": "A capture"}
        claim: dict[str, Any] = {
            "id": f"{dataset}-claim",
            "event": "early-event",
            "stance": "asserts",
            "aspect": "control",
        }
        claim["said"] = {"edtf": said, "basis": "stated"}
        found = {("dataset", dataset): head, ("event", dataset): event, ("claim", dataset): claim}
        load(made, worlds.entries(dataset, found))
    made.dispose()
    with serving(empty_url) as api:
        both = ["late-claim", "early-claim"]
        assert api.ids("/events/early-event/claims") == both
        for first, last, new in (
            ("2022-08-31", "2022-12-31", both),
            ("2022-09-01", "2022-09-01", ["early-claim"]),
            ("2022-09-02", "2022-12-31", ["late-claim"]),
        ):
            (row,) = walked(api, date_from=first, date_to=last)
            assert [claim["id"] for claim in row["claims"]] == new
            assert api.get("/briefing", date_from=first, date_to=last, limit=1, total=True)["meta"]["total"] == 1


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        (
            {"date_from": "2022-07-05"},
            "Nothing new became known in these days; what is recorded was said before or after.",
        ),
        (
            {"date_from": "2022-05-01", "party": "haidai"},
            "Nothing is known to have been said of it by 1 May 2022: the first dated claim was said 2022-06-30 (EDTF).",
        ),
        ({"date_from": "2022-07-05", "party": "marchuk"}, "No recorded claim matches this query."),
    ],
)
def test_an_empty_briefing_says_why(api: Api, filters: dict[str, Any], why: str) -> None:
    assert api.get("/briefing", **filters)["meta"]["why_empty"] == why


@pytest.mark.parametrize(
    ("filters", "parameter"),
    [
        ({}, "date_from"),
        ({"date_from": "2022-07-03", "date_to": "2022-07-02"}, "date_from"),
        ({"date_from": "2022-07-03", "party": "haidaj"}, "party"),
        ({"date_from": "2022-07-03", "location": "lysychanks"}, "location"),
        ({"date_from": "2022-07-03", "sort": "said"}, "sort"),
        ({"date_from": "3 July 2022"}, "date_from"),
    ],
)
def test_an_invalid_parameter_is_named(api: Api, filters: dict[str, Any], parameter: str) -> None:
    (error,) = api.problem("/briefing", **filters)["errors"]
    assert error["parameter"] == parameter


def test_the_question_in_words(api: Api) -> None:
    filters = {"date_from": "2022-07-02", "date_to": "2022-07-03", "party": "haidai", "location": "donbas"}
    days = "known from 2 July 2022 to 3 July 2022 about events in Donbas by what Serhiy Haidai said"
    assert api.get("/briefing", **filters)["meta"]["description"] == f"What became {days}"
    filters["known"] = "possible"
    assert api.get("/briefing", **filters)["meta"]["description"] == f"What may have become {days}"


def test_a_page_that_holds_everything_is_not_counted_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"date_from": "2022-06-02", "date_to": "2022-07-30", "total": True}
    counts: list[int] = []
    real = News.count

    async def count(news: News, session: ReadSession) -> int:
        counts.append(await real(news, session))
        return counts[-1]

    monkeypatch.setattr(News, "count", count)
    whole = api.get("/briefing", **days, limit=1000)
    assert whole["meta"]["total"] == len(whole["data"]) > 20
    assert api.get("/briefing", date_from="2021-01-01", total=True)["meta"]["total"] == 0
    assert counts == []
    part = api.get("/briefing", **days, limit=7)
    assert part["meta"]["total"] == len(whole["data"])
    assert counts == [len(whole["data"])]


def test_the_example_is_real(api: Api) -> None:
    assert EXAMPLES["briefing"] == api.get("/briefing", date_from="2022-06-30", party="haidai")


def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api) -> None:
    for path in ("/briefing?date_from=2022-06-25&date_to=2022-07-06", "/briefing?date_to=2022-07-01&known=certain"):
        assert sqlite_api.good(path).content == postgresql_api.good(path).content
