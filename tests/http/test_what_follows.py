"""What must follow from the dossier, as its readers wrote it down: the excerpt alone, and with the context layer."""

from typing import Any

import pytest

from tests.support.live import Api

CITY = "capture-of-lysychansk"
OBLAST = "capture-of-luhansk-oblast"
WITHDRAWAL = "ukrainian-withdrawal-begins"


def judged(api: Api, event: str, aspect: str, **filters: Any) -> tuple[str, list[str], bool] | None:
    """The status of an aspect, the claims it rests on by their labels, and whether it hinges on an inference."""
    found = {one["aspect"]: one for one in api.get(f"/events/{event}", **filters)["assessments"]}
    if aspect not in found:
        return None
    one = found[aspect]
    labels = [claim.removeprefix("lysychansk-").removeprefix("context-") for claim in one["because"]]
    return one["status"], labels, one["inferred"]


@pytest.mark.parametrize(
    ("event", "aspect", "expected"),
    [
        (CITY, "control", ("conceded", ["s01a", "s01b", "s01c", "s14a"], False)),
        (OBLAST, "control", ("disputed", ["s15a", "s16a", "s13a"], False)),
        (WITHDRAWAL, "withdrawal", ("disputed", ["s07a", "s09c"], True)),
        ("activity-at-gelatin-plant", "occurrence", ("corroborated", ["s03a", "s03b", "s03c"], False)),
        ("separatist-entry", "occurrence", ("unaddressed", ["s04c"], False)),
        ("ukrainian-airstrikes", "occurrence", ("claimed", ["s08a"], False)),
    ],
)
def test_the_excerpt_alone(excerpt_api: Api, event: str, aspect: str, expected: tuple[str, list[str], bool]) -> None:
    assert judged(excerpt_api, event, aspect) == expected


def test_airstrikes_are_claimed_by_nobody_named(excerpt_api: Api) -> None:
    claims = excerpt_api.get("/events/ukrainian-airstrikes/claims")["data"]
    assert [claim["speaker"] for claim in claims] == [None, None]
    (found,) = excerpt_api.get("/events/ukrainian-airstrikes/positions", aspect="occurrence")["data"]
    assert found["party"] is None


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        ({"as_of": "2022-07-01", "known": "possible"}, None),
        ({"as_of": "2022-07-02", "known": "possible"}, "conceded"),
        ({"as_of": "2022-07-02"}, None),
        ({"as_of": "2022-07-03", "known": "certain"}, "claimed"),
        ({"as_of": "2022-07-05", "known": "certain"}, "claimed"),
    ],
)
def test_the_excerpt_does_not_date_denial_and_concession_apart(
    excerpt_api: Api, filters: dict[str, Any], status: str | None
) -> None:
    found = judged(excerpt_api, CITY, "control", **filters)
    assert (found and found[0]) == status
    listed = CITY in excerpt_api.ids("/events", **filters)
    assert listed == (status is not None)
    if status is not None:
        assert CITY in excerpt_api.ids("/events", status=status, **filters)


@pytest.mark.parametrize(
    ("event", "aspect", "day", "expected"),
    [
        (CITY, "control", "2022-07-01", None),
        (CITY, "control", "2022-07-02", ("disputed", ["c07", "c09", "c10", "s01b", "s01c"], False)),
        (
            CITY,
            "control",
            "2022-07-03",
            ("conceded", ["c07", "c09", "c10", "s01b", "s01c", "c11", "s01a", "s14a"], False),
        ),
        (OBLAST, "control", "2022-07-04", ("claimed", ["s15a"], False)),
        (OBLAST, "control", "2022-07-06", ("disputed", ["s15a", "c14", "s16a"], False)),
        ("capture-of-gelatin-plant", "control", "2022-07-01", ("disputed", ["c05", "s11b"], False)),
        ("activity-at-gelatin-plant", "occurrence", "2022-06-24", None),
        ("activity-at-gelatin-plant", "occurrence", "2022-06-25", ("corroborated", ["s03a", "s03b", "s03c"], False)),
        (WITHDRAWAL, "withdrawal", "2022-06-28", ("claimed", ["c01", "s07a"], False)),
        (WITHDRAWAL, "withdrawal", "2022-06-30", ("disputed", ["c01", "s07a", "s09c"], True)),
        ("encirclement-of-lysychansk", "occurrence", "2022-07-01", ("claimed", ["s11d"], False)),
        ("encirclement-of-lysychansk", "occurrence", "2022-07-02", ("disputed", ["s11d", "c08"], False)),
        ("ukrainian-retreat", "assessment", None, ("disputed", ["c03", "s05e"], False)),
        ("refinery-entry", "control", None, ("conceded", ["c04"], False)),
        (CITY, "control", None, ("conceded", ["c07", "c09", "c10", "s01b", "s01c", "c11", "s01a", "s14a"], False)),
    ],
)
def test_both_layers(
    api: Api, event: str, aspect: str, day: str | None, expected: tuple[str, list[str], bool] | None
) -> None:
    assert judged(api, event, aspect, as_of=day) == expected
    if expected is None:
        assert event not in api.ids("/events", as_of=day)
        return
    status, because, _ = expected
    (row,) = [row for row in api.get("/events", as_of=day)["data"] if row["id"] == event]
    assert row == api.get(f"/events/{event}", as_of=day)
    assert event in api.ids("/events", status=status, as_of=day)
    assert (event in api.ids("/events", disputed=True, as_of=day)) == (status == "disputed")
    disputes = {(one["event"]["id"], one["aspect"]) for one in api.get("/disputes", as_of=day)["data"]}
    assert ((event, aspect) in disputes) == (status == "disputed")
    claims = {claim["id"] for claim in api.get(f"/events/{event}/claims", as_of=day)["data"]}
    assert {claim.removeprefix("lysychansk-").removeprefix("context-") for claim in claims} >= set(because)


def test_parties_to_the_dispute_of_2_july(api: Api) -> None:
    (found,) = [one for one in api.get("/disputes", as_of="2022-07-02")["data"] if one["event"]["id"] == CITY]
    assert [(one["party"]["id"], one["stance"]) for one in found["positions"]] == [
        ("isw", "support"),
        ("russian-side", "support"),
        ("ukrainian-side", "oppose"),
    ]


def test_before_anything_was_said(api: Api) -> None:
    event = api.get(f"/events/{CITY}", as_of="2022-07-01")
    assert event["claims"] == {"total": 0, "by_stance": {}}
    assert event["assessments"] == []
    assert event["title"] == "Capture of Lysychansk"
    for path in ("/events", "/claims", "/disputes", "/actors/haidai/positions", "/briefing"):
        day = {"date_to": "2021-12-31"} if path == "/briefing" else {"as_of": "2021-12-31"}
        page = api.get(path, **day)
        assert page["data"] == []
        assert page["meta"]["why_empty"].startswith("Nothing is known to have been said of it by 31 December 2021")


@pytest.mark.parametrize("day", ["2021-12-31", "2022-07-02"])
@pytest.mark.parametrize("known", ["possible", "certain"])
@pytest.mark.parametrize("undated", ["exclude", "include"])
def test_lists_counts_exports_and_items_agree_as_of_any_day(api: Api, day: str, known: str, undated: str) -> None:
    filters = {"as_of": day, "known": known, "undated": undated}
    page = api.get("/events", limit=1000, total=True, **filters)
    events = page["data"]
    assert page["meta"]["total"] == len(events)
    assert api.get("/events/count", **filters) == {"count": len(events)}
    assert api.ndjson("/events.ndjson", **filters) == events
    assert len(api.csv("/events.csv", **filters)) == len(api.geojson("/events.geojson", **filters)) == len(events)
    for event in events:
        assert api.get(event["url"], **filters) == event
        claims = api.get(f"{event['url']}/claims", limit=1000, **filters)["data"]
        assert len(claims) == event["claims"]["total"] > 0
        for claim in claims:
            assert api.get(claim["url"], **filters) == claim
    assert sum(event["claims"]["total"] for event in events) == api.get("/claims/count", **filters)["count"]


def test_the_claims_of_an_event_before_the_first(api: Api) -> None:
    page = api.get(f"/events/{CITY}/claims", as_of="2022-07-01")
    assert page["data"] == []
    assert page["meta"]["why_empty"] == (
        "Nothing is known to have been said of it by 1 July 2022: the first dated claim was said 2022-07-02 (EDTF)."
    )
    assert api.get("/claims", stance="corroborates", party="haidai")["meta"]["why_empty"] == (
        "No recorded claim matches this query."
    )


def test_a_claim_not_yet_said_is_not_there(api: Api) -> None:
    assert api.get("/claims/lysychansk-s14a", as_of="2022-07-03")["speaker"]["id"] == "haidai"
    api.problem("/claims/lysychansk-s14a", 404, as_of="2022-07-02")
