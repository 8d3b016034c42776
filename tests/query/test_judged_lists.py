"""Lists by status, dispute and day against brute force: every judgement is made anew from the claims as exported."""

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.domain.assessment import Assessment, assess
from api.domain.parties import Parties
from api.domain.positions import latest_positions
from api.domain.statements import Statement, said, said_by
from api.domain.vocabulary import Aspect, Known, Match, Position, Stance, Status, Undated
from tests.support import questions as pools
from tests.support.live import Api, Params
from tests.support.oracle import Oracle, in_order, meets
from tests.support.quarrels import PLACES

RECORDED_ON = date(2022, 7, 20)
DAYS = ["2021-12-31", "2022-01-01", "2022-06-28", *(f"2022-07-{day:02}" for day in range(1, 9)), "2022-07-20"]
FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "as_of": st.sampled_from(DAYS),
    "known": st.sampled_from([word.value for word in Known]),
    "match": st.sampled_from([word.value for word in Match]),
    "undated": st.sampled_from([word.value for word in Undated]),
    "date_from": st.sampled_from(DAYS),
    "date_to": st.sampled_from(DAYS),
    "location": st.lists(st.sampled_from(list(PLACES)), min_size=1, max_size=2, unique=True),
}
LISTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "events": {
        "disputed": st.booleans(),
        "status": st.lists(st.sampled_from([word.value for word in Status]), min_size=1, max_size=2, unique=True),
        "party": st.sampled_from([["red"], ["red-army"]]),
    },
    "disputes": {
        "party": st.lists(
            st.sampled_from(["red", "red-army", "blue-mayor", "watchers", "chronicle"]), min_size=1, max_size=2
        ),
        "aspect": st.lists(st.sampled_from(["occurrence", "control"]), min_size=1, max_size=2, unique=True),
    },
}


class Judge(Oracle):
    """Judges the exported claims."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        kinds = {actor["id"]: actor["kind"] for actor in self.records["actors"]}
        links = [
            (actor["id"], link["kind"], link["actor"]["id"])
            for actor in self.records["actors"]
            for link in actor["affiliations"]
        ]
        self.belonging = Parties(kinds, links)
        self.statements = {
            event: [self._statement(claim) for claim in claims] for event, claims in self.claims_of.items()
        }

    def _statement(self, claim: Any) -> Statement:
        speaker, via = (claim[name] and claim[name]["id"] for name in ("speaker", "via"))
        ends = [claim["said"][end] and date.fromisoformat(claim["said"][end]) for end in ("earliest", "latest")]
        when, standing = said(ends[0], ends[1], RECORDED_ON), self.belonging.of(speaker, via)
        return Statement(
            claim["id"],
            standing.party,
            standing.voice,
            standing.instrument,
            {stance.value: stance for stance in Stance}[claim["stance"]],
            {aspect.value: aspect for aspect in Aspect}[claim["aspect"]],
            when.earliest,
            when.latest,
            when.dated,
            claim["about"],
            claim["inferred"],
            speaker,
            standing.sided,
            when.ends_open,
        )

    def known(self, event: str, filters: Params) -> list[Statement]:
        day = None if "as_of" not in filters else date.fromisoformat(filters["as_of"]).toordinal()
        known = Known.POSSIBLE if filters.get("known") == "possible" else Known.CERTAIN
        undated = Undated.INCLUDE if filters.get("undated") == "include" else Undated.EXCLUDE
        return said_by(self.statements[event], day, known, undated)

    def listed(self, filters: Params) -> list[tuple[Any, list[Statement]]]:
        """The events about which something counts, by date and place, and what counts."""
        found = []
        for event in in_order(self.records["events"], "date"):
            known = self.known(event["id"], filters)
            place = event["location"] and event["location"]["id"]
            inside = "location" not in filters or (place and self.containers[place] & set(filters["location"]))
            heard = known or "as_of" not in filters
            if inside and heard and meets(event["date"], filters.get("date_from"), filters.get("date_to"), filters):
                found.append((event, known))
        return found

    def judged_events(self, filters: Params) -> Iterator[tuple[Any, list[Statement], list[Assessment]]]:
        for event, known in self.listed(filters):
            judged = assess(known)
            statuses = {one.status.value for one in judged}
            if "disputed" in filters and ("disputed" in statuses) != filters["disputed"]:
                continue
            if "status" in filters and statuses.isdisjoint(filters["status"]):
                continue
            if "party" in filters and not self.in_party(event, filters["party"], ()):
                continue
            yield event, known, judged

    def disputes(self, filters: Params) -> Iterator[tuple[str, str, list[tuple[str | None, str, str]]]]:
        for event, known in self.listed(filters):
            speakers = {statement.id: statement.speaker for statement in known}
            for one in assess(known):
                if one.status != Status.DISPUTED or one.aspect.value not in filters.get("aspect", list(Aspect)):
                    continue
                held = [stand for stand in latest_positions(known, one.question) if stand.position != Position.NEUTRAL]
                people = {speakers[claim] for stand in held for claim in stand.claims} - {None}
                if "party" in filters and not any(self.parties[who] & set(filters["party"]) for who in people if who):
                    continue
                yield event["id"], one.aspect.value, [(s.party, s.position.value, s.since) for s in held]


@functools.cache
def judge(api: Api) -> Judge:
    return Judge(api)


def questions(name: str) -> st.SearchStrategy[Params]:
    return st.fixed_dictionaries({}, optional=FILTERS | LISTS[name]).filter(
        lambda asked: (
            asked.get("date_from", "") <= asked.get("date_to", "9999") and ("known" not in asked or "as_of" in asked)
        )
    )


LIMITS = st.sampled_from([7, 50])
SETTINGS = settings(
    max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def plain(judged: Sequence[Assessment]) -> list[Any]:
    return [
        {"aspect": one.aspect, "status": one.status, "because": list(one.because), "inferred": one.inferred}
        for one in judged
    ]


def test_events_by_status_dispute_and_day(quarrels_api: Api) -> None:
    @SETTINGS
    @given(filters=questions("events"), limit=LIMITS)
    def ask(filters: Params, limit: int) -> None:
        expected = list(judge(quarrels_api).judged_events(filters))
        rows = [row for page in quarrels_api.pages("/events", limit=limit, **filters) for row in page["data"]]
        assert [row["id"] for row in rows] == [event["id"] for event, _, _ in expected]
        for row, (_, known, judged) in zip(rows, expected, strict=True):
            told = [
                {name: one[name] for name in ("aspect", "status", "because", "inferred")} for one in row["assessments"]
            ]
            assert told == plain(judged)
            assert row["claims"]["total"] == len(known)
            assert row["claims"]["by_stance"] == Counter(statement.stance.value for statement in known)
        assert quarrels_api.get("/events/count", **filters) == {"count": len(expected)}

    ask()


def test_disputes_by_party_aspect_and_day(quarrels_api: Api) -> None:
    @SETTINGS
    @given(filters=questions("disputes"), limit=LIMITS)
    def ask(filters: Params, limit: int) -> None:
        expected = list(judge(quarrels_api).disputes(filters))
        rows = [row for page in quarrels_api.pages("/disputes", limit=limit, **filters) for row in page["data"]]
        assert [(row["event"]["id"], row["aspect"]) for row in rows] == [key[:2] for key in expected]
        for row, (_, _, held) in zip(rows, expected, strict=True):
            assert [(one["party"] and one["party"]["id"], one["stance"]) for one in row["positions"]] == [
                (party, stance) for party, stance, _ in held
            ]
        assert quarrels_api.get("/disputes/count", **filters) == {"count": len(expected)}

    ask()


@pytest.mark.parametrize("known", list(Known))
@pytest.mark.parametrize("filters", [{}, {"disputed": True}, {"status": ["claimed"]}, {"date_from": "2022-07-01"}])
def test_left_out_is_what_undated_claims_hide(quarrels_api: Api, known: Known, filters: Params) -> None:
    """Events without a date of their own, and those missing because of claims that are, which `include` would add."""
    asked = {**filters, "known": known.value, "as_of": "2022-07-04"}
    meta = quarrels_api.get("/events", **asked)["meta"]["left_out"]
    lenient = list(judge(quarrels_api).judged_events({**asked, "undated": "include"}))
    strict = [event["id"] for event, _, _ in judge(quarrels_api).judged_events({**asked, "undated": "exclude"})]
    by_day = "date_from" in filters
    undated = [event for event, _, _ in lenient if by_day and event["date"]["edtf"] is None]
    hidden = len(lenient) - len(undated) - len(strict)
    assert meta == {"undated": len(undated), "undated_claims": hidden, "without_coordinates": 0}
    assert hidden


CEASING: list[Params] = [
    *({"disputed": disputed} for disputed in (False, True)),
    *({"status": [status.value]} for status in Status),
    {"status": ["conceded"], "names": ["red"]},
    {"disputed": False, "date_from": "2022-07-01"},
]
"""Conditions that may cease to hold as claims are added."""


@pytest.mark.parametrize("known", list(Known))
@pytest.mark.parametrize("filters", CEASING)
def test_records_that_undated_claims_remove_are_counted(quarrels_api: Api, known: Known, filters: Params) -> None:
    """Where undated claims end what was asked for, as they do with what is not disputed, fewer match with them."""
    for day in DAYS:
        asked = {**filters, "known": known.value, "as_of": day, "limit": 1, "total": True}
        without = quarrels_api.get("/events", **asked)["meta"]
        included = quarrels_api.get("/events", **asked, undated="include")["meta"]
        left = without["left_out"]
        assert included["total"] - without["total"] == left["undated"] + left["undated_claims"]


@pytest.mark.parametrize("name", ["events", "claims", "sources", "disputes"])
def test_including_undated_claims_adds_those_left_out(name: str, api: Api, quarrels_api: Api) -> None:
    """Whatever is asked: the total with `include` less the total with `exclude` is what `left_out` says."""
    asked_of = (api, pools.filters(name)) if name != "disputes" else (quarrels_api, questions(name))

    @SETTINGS
    @given(filters=asked_of[1])
    def ask(filters: Params) -> None:
        path = f"/{name}"
        without = asked_of[0].get(path, **filters | {"undated": "exclude"}, limit=1, total=True)["meta"]
        included = asked_of[0].get(path, **filters | {"undated": "include"}, limit=1, total=True)["meta"]
        left = without["left_out"]
        assert included["total"] - without["total"] == left["undated"] + left["undated_claims"]
        assert (included["left_out"]["undated"], included["left_out"]["undated_claims"]) == (0, 0)

    ask()
