"""Every judgement that is served against a judge by brute force: each event, each day, both readings of dates."""

from datetime import date, timedelta
from typing import Any

from tests.support.judge import Judge, Key
from tests.support.live import Api


def judge_of(api: Api) -> Judge:
    lent = {}
    for claim in api.ndjson("/claims.ndjson"):
        if claim["said"]["basis"] == "external":
            lent[claim["id"]] = api.get(f"/sources/{claim['said']['source']['id']}")["dataset"]["id"]
    return Judge(api.ndjson("/actors.ndjson"), api.ndjson("/datasets.ndjson"), lent)


def served(event: Any) -> dict[Key, tuple[str, int, bool]]:
    return {
        (one["aspect"], one["measure"] or "", one["of"]["id"] if one["of"] else "", one["unit"] or ""): (
            one["status"],
            one["voices"],
            one["inferred"],
        )
        for one in event["assessments"]
    }


def days_of(claims: list[Any], judge: Judge) -> list[str]:
    """The days on which anything changes, and one before all of them."""
    ends = {claim["said"]["earliest"] for claim in claims} | {judge.end(claim) for claim in claims}
    days = sorted(day for day in ends if day and day < "9999")
    before = [str(date.fromisoformat(days[0]) - timedelta(1))] if days and days[0] > "0001-01-01" else []
    return before + days


def test_every_event_of_the_dossiers_is_judged_as_by_brute_force(api: Api) -> None:
    agree(api)


def test_every_quarrel_is_judged_as_by_brute_force(quarrels_api: Api) -> None:
    agree(quarrels_api)


def agree(api: Api) -> None:
    judge, compared = judge_of(api), 0
    claims: dict[str, list[Any]] = {}
    for claim in api.ndjson("/claims.ndjson"):
        claims.setdefault(claim["event"]["id"], []).append(claim)
    for event in api.ndjson("/events.ndjson"):
        own = claims.get(event["id"], [])
        assert served(event) == judge.assess(own), event["id"]
        for day in days_of(own, judge):
            for known in ("certain", "possible"):
                answer = api.get(event["url"], as_of=day, known=known)
                assert served(answer) == judge.assess(judge.said_by(own, day, known)), (event["id"], day, known)
                compared += 1
    assert compared > 100


def test_what_rests_on_a_source_is_found_on_every_day(shipped_api: Api) -> None:
    """Every source, every day, both readings: as of a day, events about which a claim said by then cites it."""
    judge = judge_of(shipped_api)
    by_source: dict[str, list[Any]] = {}
    for claim in shipped_api.ndjson("/claims.ndjson"):
        for source in {citation["source"]["id"] for citation in claim["citations"]}:
            by_source.setdefault(source, []).append(claim)
    order = [event["id"] for event in shipped_api.ndjson("/events.ndjson")]
    asked = 0
    for source in shipped_api.ndjson("/sources.ndjson"):
        citing = by_source.get(source["id"], [])
        for day in days_of(citing, judge) if citing else ["2022-07-03"]:
            for known in ("certain", "possible"):
                found = shipped_api.ids("/events", source=source["id"], as_of=day, known=known)
                cited = {claim["event"]["id"] for claim in judge.said_by(citing, day, known)}
                assert found == [event for event in order if event in cited], (source["id"], day, known)
                asked += 1
    assert asked > 300
