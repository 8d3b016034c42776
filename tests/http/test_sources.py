"""Sources: what each filter finds in the dossier, on both databases."""

from collections import Counter

import pytest

from tests.support.live import Api, Params


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (
            {"kind": "think_tank_report"},
            ["isw-2022-06-25", "isw-2022-06-28", "isw-2022-07-01", "isw-2022-07-02", "isw-2022-07-04"],
        ),
        ({"publisher": "BBC"}, ["bbc-2022-07-03", "bbc-beale-2022-07-04"]),
        (
            {"publisher": ["TASS", "BBC"]},
            ["bbc-2022-07-03", "bbc-beale-2022-07-04", "tass-2022-06-28", "tass-2022-07-03"],
        ),
        (
            {"published_from": "2022-07-03", "published_to": "2022-07-03"},
            ["bbc-2022-07-03", "france24-2022-07-03", "tass-2022-07-03", "telesur-2022-07-03"],
        ),
        (
            {"published_to": "2022-06-28", "match": "certain"},
            [
                "isw-2022-06-25",
                "isw-2022-06-28",
                "tass-2022-06-28",
            ],
        ),
        ({"published_from": "2022-07-05"}, ["interfax-ukraine-2022-07-06", "isw-2022-07-04"]),
        ({"published_from": "2022-07-05", "undated": "include", "kind": "satellite"}, ["nasa-firms-2022"]),
        (
            {"dataset": "lysychansk", "kind": "gazetteer"},
            ["geonames", "geonames-694403", "geonames-696218", "geonames-702972", "geonames-713174"],
        ),
        ({"q": "tass"}, ["tass-2022-06-28", "tass-2022-07-03"]),
        ({"q": "reference 47"}, ["wikipedia-ref-47"]),
        (
            {"sort": "published", "published_from": "2022-07-03"},
            [
                "bbc-2022-07-03",
                "france24-2022-07-03",
                "tass-2022-07-03",
                "telesur-2022-07-03",
                "bbc-beale-2022-07-04",
                "isw-2022-07-04",
                "interfax-ukraine-2022-07-06",
            ],
        ),
        (
            {"sort": "-published", "published_from": "2022-07-03"},
            [
                "interfax-ukraine-2022-07-06",
                "isw-2022-07-04",
                "bbc-beale-2022-07-04",
                "telesur-2022-07-03",
                "tass-2022-07-03",
                "france24-2022-07-03",
                "bbc-2022-07-03",
            ],
        ),
        ({"sort": "title", "kind": "bulletin"}, ["british-mod-2022-06-30"]),
    ],
)
def test_list_count_and_exports_agree(api: Api, filters: Params, expected: list[str]) -> None:
    assert api.agreed("/sources", **filters) == expected


def test_a_list_of_publications_puts_the_undated_last(api: Api) -> None:
    up = api.get("/sources", sort="published", limit=1000)["data"]
    days = [row["published"]["earliest"] or row["published"]["latest"] for row in up]
    dated = [day for day in days if day is not None]
    assert days == sorted(dated) + [None] * 18


def test_a_source_is_its_fields(api: Api) -> None:
    source = api.get("/sources/bbc-2022-07-03")
    assert (source["kind"], source["publisher"], source["reliability"]) == ("news", "BBC", "F")
    assert source["url"] == "https://feeds.bbci.co.uk/news/world-europe-62030058"
    assert source["published"]["edtf"] == "2022-07-03"
    assert api.get("/sources/wikipedia-ref-47")["parent"]["id"] == "wikipedia-battle-of-lysychansk"


def test_a_row_of_the_csv(api: Api) -> None:
    (row,) = api.csv("/sources.csv", q="Reference 47")
    assert {name: value for name, value in row.items() if value} == {
        "id": "wikipedia-ref-47",
        "kind": "unknown_reference",
        "title": "Reference 47 of the article",
        "published_precision": "unknown",
        "published_basis": "unknown",
        "parent_id": "wikipedia-battle-of-lysychansk",
        "parent": "Battle of Lysychansk",
        "reliability": "F",
        "reliability_meaning": "Cannot be judged.",
        "note": row["note"],
        "supports_claims": "3",
        "supports_events": "2",
        "supports_dates": "0",
        "supports_points": "0",
        "dataset_id": "lysychansk",
        "dataset": row["dataset"],
    }


def test_a_source_says_how_much_rests_on_it(shipped_api: Api) -> None:
    dated = [*shipped_api.ndjson("/events.ndjson"), *shipped_api.ndjson("/claims.ndjson")]
    dates = Counter(ref["id"] for record in dated if (ref := (record.get("date") or record["said"])["source"]))
    points = Counter(
        place["point"]["source"]["id"]
        for place in shipped_api.ndjson("/locations.ndjson")
        if place["point"] and place["point"]["source"]
    )
    for source in shipped_api.ndjson("/sources.ndjson"):
        id_ = source["id"]
        assert source["supports"] == {
            "claims": shipped_api.get("/claims/count", source=id_)["count"],
            "events": shipped_api.get("/events/count", source=id_)["count"],
            "dates": dates[id_],
            "points": points[id_],
        }
    assert shipped_api.get("/sources/haidai-2022-06-30")["supports"] == {
        "claims": 1,
        "events": 2,
        "dates": 2,
        "points": 0,
    }
    assert shipped_api.get("/sources/geonames-702972")["supports"]["points"] == 1
