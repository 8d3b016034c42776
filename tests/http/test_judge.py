"""Every judgement that is served against a judge by brute force: each event, each day, both readings of dates."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.settings import PROJECT
from seed.importers.command import Wish, import_files
from tests.support import databases
from tests.support.judge import Event, Judge, Key, together
from tests.support.live import Api, serving
from tests.support.oracle import in_order

DATA = PROJECT.parent / "shared" / "data"
FILES = {
    "control": "control_of_cities/control_2022*.csv",
    "firms": "firms/*.csv",
    "ucdp": "ucdp/ged231*.csv",
    "losses": "uamod_losses/russia_losses_personnel.json",
    "viina": "viina_odbl/viina_lysychansk_rows.csv",
    "gdelt": "gdelt/mentionssamp.csv",
}


def judge_of(api: Api) -> Judge:
    lent = {}
    for claim in api.ndjson("/claims.ndjson"):
        if claim["said"]["basis"] == "external":
            lent[claim["id"]] = api.get(f"/sources/{claim['said']['source']['id']}")["dataset"]["id"]
    return Judge(api.ndjson("/actors.ndjson"), api.ndjson("/datasets.ndjson"), lent)


def served(event: Any) -> dict[Key, tuple[str, int, bool]]:
    return {key_of(one): (one["status"], one["voices"], one["inferred"]) for one in event["assessments"]}


def days_of(claims: list[Any], judge: Judge) -> list[str]:
    """The days on which anything changes, and one before all of them."""
    ends = {claim["said"]["earliest"] for claim in claims} | {judge.end(claim) for claim in claims}
    days = sorted(day for day in ends if day and day < "9999")
    before = [str(date.fromisoformat(days[0]) - timedelta(1))] if days and days[0] > "0001-01-01" else []
    return before + days


def test_every_event_of_the_dossiers_is_judged_as_by_brute_force(shipped_api: Api) -> None:
    agree(shipped_api)


def test_every_quarrel_is_judged_as_by_brute_force(quarrels_api: Api) -> None:
    agree(quarrels_api)


@pytest.mark.parametrize("seed", range(1, 7))
def test_figures_culprits_and_retractions_at_random_are_judged_as_by_brute_force(
    backend: str, tmp_path: Path, seed: int
) -> None:
    with databases.copy(backend, tmp_path, databases.tolls(backend, seed)) as url, serving(url) as api:
        agree(api)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the project")
def test_imported_files_are_judged_as_by_brute_force(backend: str, tmp_path: Path) -> None:
    """Files of six formats as they are: every event today and on some days, and one of 41 on every day of its own."""
    with databases.copy(backend, tmp_path, databases.dossier(backend)) as url:
        for name, pattern in FILES.items():
            outcome = import_files(url, name, sorted(DATA.glob(pattern)), Wish(), Console(file=io.StringIO()))
            assert outcome.report.counts()["claim"]["new"]
        with serving(url) as api:
            agree(api, every=41)
            agree_on_lists(api, days=6)


def agree_on_lists(api: Api, days: int) -> None:
    """Every event that is listed, today and on some days of those on which anything changes, in both readings."""
    judge = judge_of(api)
    claims: dict[str, list[Any]] = {}
    for claim in api.ndjson("/claims.ndjson"):
        claims.setdefault(claim["event"]["id"], []).append(claim)
    order = []
    for event in api.ndjson("/events.ndjson"):
        order.append(event["id"])
        same(event, judge, claims.get(event["id"], []))
    changing = days_of([claim for own in claims.values() for claim in own], judge)
    for day in changing[:: len(changing) // days]:
        for known in ("certain", "possible"):
            said = {id_: judge.said_by(own, day, known) for id_, own in claims.items()}
            listed = list(api.ndjson("/events.ndjson", as_of=day, known=known))
            assert [event["id"] for event in listed] == [id_ for id_ in order if said.get(id_)], (day, known)
            for event in listed:
                assert served(event) == judge.assess(said[event["id"]]), (event["id"], day, known)


def agree(api: Api, every: int = 1) -> None:
    """Of every event, or one of so many, all that is judged on each day and in both readings."""
    judge, compared = judge_of(api), 0
    claims: dict[str, list[Any]] = {}
    for claim in api.ndjson("/claims.ndjson"):
        claims.setdefault(claim["event"]["id"], []).append(claim)
    for event in api.ndjson("/events.ndjson")[::every]:
        own = claims.get(event["id"], [])
        same(event, judge, own)
        positions = api.get(f"{event['url']}/positions")["data"]
        assert stands(positions) == stands_of(judge.event(own)), event["id"]
        for day in days_of(own, judge):
            for known in ("certain", "possible"):
                same(api.get(event["url"], as_of=day, known=known), judge, judge.said_by(own, day, known))
                compared += 1
    assert compared > 50


def same(event: Any, judge: Judge, claims: list[Any]) -> None:
    """The assessments of an event as it is served are those of the judge."""
    assert served(event) == judge.assess(claims), event["id"]
    about, order = judge.event(claims), [claim["id"] for claim in in_order(claims, "said")]
    for one in event["assessments"]:
        needed, allowed = about.because(key_of(one))
        because = set(one["because"])
        assert needed <= because <= allowed, (event["id"], one)
        assert one["because"] == [id_ for id_ in order if id_ in because]
        alone = judge.event([claim for claim in claims if claim["id"] in because])
        assert alone.judged(key_of(one))[0] == one["status"], (event["id"], one)


def key_of(one: Any) -> Key:
    return (one["aspect"], one["measure"] or "", one["of"]["id"] if one["of"] else "", one["unit"] or "")


Stands = dict[tuple[Key, str | None], tuple[str, tuple[float, float, float | None] | None, set[str]]]


def stands(rows: list[Any]) -> Stands:
    """Where each party that takes a position ends, with its figure and culprits, as served."""
    found: Stands = {}
    for row in rows:
        last = row["positions"][-1]
        if last["stance"] != "neutral":
            figure = together([last["value"]]) if last["value"] else None
            party = row["party"] and row["party"]["id"]
            found[key_of(row), party] = last["stance"], figure, {one["id"] for one in last["names"]}
    return found


def stands_of(event: Event) -> Stands:
    """The same as the judge has it."""
    return {
        (question, end["party"]): (
            "support" if end["weight"] == 1 else "oppose",
            together(end["figure"]) if end["figure"] else None,
            end["names"],
        )
        for question in {event.question(claim) for claim in event.claims.values()}
        for end in event.ends(question)
    }


def test_source_with_as_of_finds_the_same_as_brute_force_on_every_day(shipped_api: Api) -> None:
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
