"""Events: what each filter finds in the dossier, on both databases."""

import pytest

from tests.support.live import Api, Params


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"date_precision": ["month", "year"]}, []),
        (
            {"date_precision": "unknown"},
            [
                "battle-of-lysychansk",
                "clashes-west-of-lysychansk",
                "separatist-entry",
                "strikes-from-the-south",
                "ukrainian-airstrikes",
            ],
        ),
        (
            {"date_basis": "inferred"},
            ["ukrainian-withdrawal-begins", "capture-of-luhansk-oblast", "shelling-of-lysychansk"],
        ),
        ({"date_basis": ["inferred", "unknown"], "date_precision": "day"}, []),
        ({"radius_max_m": 2000}, ["capture-of-pryvillia"]),
        ({"radius_max_m": 1999.5}, []),
        ({"party": "lpr"}, ["capture-of-lysychansk", "separatist-entry", "ukrainian-airstrikes"]),
        (
            {"party": "russian-side", "kind": "capture"},
            [
                "capture-of-gelatin-plant",
                "capture-of-mine",
                "capture-of-pryvillia",
                "capture-of-luhansk-oblast",
                "capture-of-lysychansk",
            ],
        ),
        (
            {"party": "russia", "kind": "capture"},
            [
                "capture-of-gelatin-plant",
                "capture-of-mine",
                "capture-of-pryvillia",
                "capture-of-luhansk-oblast",
                "capture-of-lysychansk",
            ],
        ),
        ({"party": "lpr", "kind": "capture"}, ["capture-of-lysychansk"]),
        (
            {"party": "ukrainian-side", "role": "defender"},
            [
                "initial-armoured-assault",
                "russian-breakthrough",
                "holding-the-city",
                "repulse-at-gelatin-plant",
                "repulse-toward-verkhniokamianka",
                "capture-of-lysychansk",
            ],
        ),
        ({"party": "marchuk"}, ["death-of-marchuk", "initial-armoured-assault"]),
        ({"party": "belarusian-volunteers"}, ["death-of-marchuk", "initial-armoured-assault"]),
        ({"party": "ukrainian-side", "role": "victim"}, ["death-of-marchuk"]),
        ({"role": "attacker", "kind": "armed_clash"}, ["russian-breakthrough"]),
        (
            {"party": "ukrainian-side", "role": ["attacker", "withdrawing"]},
            [
                "ukrainian-retreat",
                "ukrainian-withdrawal-begins",
                "ukrainian-airstrikes",
            ],
        ),
        (
            {"party": "russian-side", "with_party": "ukrainian-side"},
            [
                "initial-armoured-assault",
                "russian-breakthrough",
                "clashes-around-refinery",
                "repulse-at-gelatin-plant",
                "repulse-toward-verkhniokamianka",
                "capture-of-lysychansk",
                "clashes-west-of-lysychansk",
                "ukrainian-airstrikes",
            ],
        ),
        (
            {"party": "russian-side", "with_party": "russian-side"},
            [
                "capture-of-lysychansk",
                "reprieve-order",
                "ukrainian-airstrikes",
            ],
        ),
        ({"party": "ukrainian-side", "with_party": "ukrainian-side"}, ["initial-armoured-assault"]),
        ({"with_party": "lpr"}, ["capture-of-lysychansk", "separatist-entry", "ukrainian-airstrikes"]),
        (
            {"party": ["putin", "lpr"]},
            [
                "capture-of-lysychansk",
                "reprieve-order",
                "separatist-entry",
                "ukrainian-airstrikes",
            ],
        ),
        (
            {"location": "lysychansk-oil-refinery"},
            [
                "refinery-consolidation",
                "refinery-entry",
                "clashes-around-refinery",
            ],
        ),
        (
            {"location": "verkhniokamianka"},
            [
                "refinery-consolidation",
                "refinery-entry",
                "clashes-around-refinery",
                "repulse-toward-verkhniokamianka",
            ],
        ),
        (
            {"location": "lysychansk", "kind": "capture"},
            [
                "capture-of-gelatin-plant",
                "capture-of-mine",
                "capture-of-lysychansk",
            ],
        ),
        (
            {"location": "luhansk-oblast", "kind": ["capture", "entry"]},
            [
                "capture-of-gelatin-plant",
                "capture-of-mine",
                "refinery-entry",
                "capture-of-pryvillia",
                "capture-of-luhansk-oblast",
                "capture-of-lysychansk",
                "separatist-entry",
            ],
        ),
        (
            {"date_from": "2022-07-01", "date_to": "2022-07-01"},
            [
                "capture-of-gelatin-plant",
                "capture-of-mine",
                "capture-of-pryvillia",
                "encirclement-of-lysychansk",
                "highway-interdiction",
                "repulse-at-gelatin-plant",
                "repulse-toward-verkhniokamianka",
                "shelling-of-lysychansk",
            ],
        ),
        (
            {"date_from": "2022-07-01", "date_to": "2022-07-01", "match": "certain"},
            [
                "repulse-at-gelatin-plant",
                "repulse-toward-verkhniokamianka",
            ],
        ),
        (
            {"date_to": "2022-06-28", "match": "certain"},
            [
                "activity-at-gelatin-plant",
                "death-of-marchuk",
                "initial-armoured-assault",
                "russian-breakthrough",
                "ukrainian-retreat",
                "ukrainian-withdrawal-begins",
            ],
        ),
        (
            {"date_to": "2022-06-28"},
            [
                "activity-at-gelatin-plant",
                "death-of-marchuk",
                "initial-armoured-assault",
                "russian-breakthrough",
                "ukrainian-retreat",
                "capture-of-gelatin-plant",
                "capture-of-mine",
                "crawford-interviews",
                "refinery-consolidation",
                "refinery-entry",
                "ukrainian-withdrawal-begins",
                "capture-of-pryvillia",
                "encirclement-of-lysychansk",
                "highway-interdiction",
                "shelling-of-lysychansk",
            ],
        ),
        ({"date_from": "2022-07-03"}, ["capture-of-luhansk-oblast", "capture-of-lysychansk", "reprieve-order"]),
        ({"date_from": "2022-07-03", "match": "certain"}, ["reprieve-order"]),
        (
            {"date_from": "2022-07-02", "match": "certain"},
            [
                "capture-of-luhansk-oblast",
                "capture-of-lysychansk",
                "reprieve-order",
            ],
        ),
        (
            {"date_from": "2022-07-04", "undated": "include"},
            [
                "capture-of-luhansk-oblast",
                "reprieve-order",
                "battle-of-lysychansk",
                "clashes-west-of-lysychansk",
                "separatist-entry",
                "strikes-from-the-south",
                "ukrainian-airstrikes",
            ],
        ),
        ({"undated": "include", "kind": "entry"}, ["refinery-entry", "separatist-entry"]),
        ({"bbox": "38.3,48.8,38.4,48.9"}, ["refinery-consolidation", "refinery-entry", "clashes-around-refinery"]),
        (
            {"bbox": "38.344,48.841,38.344,48.841"},
            [
                "refinery-consolidation",
                "refinery-entry",
                "clashes-around-refinery",
            ],
        ),
        ({"bbox": "38.2,48.9,38.3,49.1"}, ["capture-of-pryvillia"]),
        (
            {"bbox": "170,40,38.35,50"},
            [
                "refinery-consolidation",
                "refinery-entry",
                "clashes-around-refinery",
                "capture-of-pryvillia",
            ],
        ),
        ({"bbox": "38.35,40,-170,50", "kind": "casualty"}, ["death-of-marchuk"]),
        (
            {"longitude": 38.44094, "latitude": 48.90421, "radius_km": 5, "kind": "capture"},
            [
                "capture-of-lysychansk",
            ],
        ),
        (
            {"longitude": 38.44094, "latitude": 48.90421, "radius_km": 12, "kind": ["entry", "capture"]},
            [
                "refinery-entry",
                "capture-of-lysychansk",
                "separatist-entry",
            ],
        ),
        ({"source": "wikipedia-ref-47"}, ["refinery-consolidation", "refinery-entry"]),
        ({"source": "haidai-2022-06-30"}, ["refinery-consolidation", "refinery-entry"]),
        ({"source": "haidai-2022-06-30", "as_of": "2022-06-30"}, ["refinery-entry"]),
        ({"dataset": "lysychansk-context"}, []),
        ({"part_of": "battle-of-lysychansk", "kind": "order"}, []),
        ({"q": "ЛИСИЧАНСЬК capture"}, ["capture-of-mine", "encirclement-of-lysychansk", "capture-of-lysychansk"]),
        ({"q": "Lysychans'k withdraw"}, ["ukrainian-withdrawal-begins"]),
        ({"q": "Марчук"}, ["death-of-marchuk", "initial-armoured-assault"]),
        ({"q": "refin"}, ["refinery-consolidation", "refinery-entry", "clashes-around-refinery"]),
        ({"q": "efinery"}, []),
        ({"q": "oil Lisichansk"}, ["refinery-consolidation", "refinery-entry", "clashes-around-refinery"]),
        (
            {"disputed": True},
            [
                "ukrainian-retreat",
                "capture-of-gelatin-plant",
                "ukrainian-withdrawal-begins",
                "encirclement-of-lysychansk",
                "capture-of-luhansk-oblast",
            ],
        ),
        ({"status": "corroborated"}, ["activity-at-gelatin-plant"]),
        (
            {"status": ["unaddressed", "conceded"]},
            ["refinery-entry", "capture-of-lysychansk", "battle-of-lysychansk", "separatist-entry"],
        ),
        (
            {"as_of": "2022-06-28", "known": "possible"},
            [
                "activity-at-gelatin-plant",
                "death-of-marchuk",
                "initial-armoured-assault",
                "ukrainian-retreat",
                "crawford-interviews",
                "ukrainian-withdrawal-begins",
                "capture-of-pryvillia",
            ],
        ),
        ({"as_of": "2022-06-28", "known": "certain"}, ["activity-at-gelatin-plant", "ukrainian-withdrawal-begins"]),
        ({"as_of": "2022-06-28", "match": "possible"}, ["activity-at-gelatin-plant", "ukrainian-withdrawal-begins"]),
        (
            {"as_of": "2022-06-25", "known": "possible", "undated": "include"},
            [
                "activity-at-gelatin-plant",
                "death-of-marchuk",
                "initial-armoured-assault",
                "russian-breakthrough",
                "ukrainian-retreat",
                "refinery-consolidation",
                "refinery-entry",
                "capture-of-pryvillia",
                "capture-of-luhansk-oblast",
                "reprieve-order",
                "separatist-entry",
                "strikes-from-the-south",
                "ukrainian-airstrikes",
            ],
        ),
        (
            {"as_of": "2022-07-02", "disputed": True},
            [
                "capture-of-gelatin-plant",
                "ukrainian-withdrawal-begins",
                "encirclement-of-lysychansk",
                "capture-of-lysychansk",
            ],
        ),
        ({"as_of": "2022-07-03", "status": "conceded"}, ["refinery-entry", "capture-of-lysychansk"]),
        ({"as_of": "2022-07-02", "date_from": "2022-07-02"}, ["capture-of-lysychansk", "shelling-of-lysychansk"]),
        (
            {"disputed": False, "kind": "capture"},
            [
                "capture-of-mine",
                "capture-of-pryvillia",
                "capture-of-lysychansk",
            ],
        ),
    ],
)
def test_list_count_and_exports_agree(api: Api, filters: Params, expected: list[str]) -> None:
    assert api.agreed("/events", **filters) == expected


@pytest.mark.parametrize(
    ("filters", "left_out"),
    [
        ({}, (0, 0, 0)),
        ({"undated": "include"}, (0, 0, 0)),
        ({"date_to": "2022-07-01"}, (5, 0, 0)),
        ({"date_to": "2022-07-01", "undated": "include"}, (0, 0, 0)),
        ({"date_from": "2022-07-01", "party": "lpr"}, (2, 0, 0)),
        ({"bbox": "38,48,39,49"}, (0, 0, 10)),
        ({"bbox": "38,48,39,49", "kind": "capture"}, (0, 0, 3)),
        ({"bbox": "38,48,39,49", "kind": "capture", "date_from": "2022-07-02"}, (0, 0, 1)),
        ({"longitude": 38.44, "latitude": 48.9, "radius_km": 1, "date_to": "2022-07-01"}, (4, 0, 7)),
        ({"radius_max_m": 2000}, (0, 0, 10)),
        ({"radius_max_m": 2000, "kind": "capture", "date_from": "2022-07-02"}, (0, 0, 1)),
        ({"as_of": "2022-06-28"}, (0, 11, 0)),
        ({"as_of": "2022-06-28", "known": "possible"}, (0, 8, 0)),
        ({"as_of": "2022-06-28", "undated": "include"}, (0, 0, 0)),
        ({"as_of": "2022-07-02", "date_from": "2022-07-02"}, (3, 2, 0)),
        ({"as_of": "2026-11-22"}, (0, 6, 0)),
    ],
)
def test_left_out_events_are_counted(api: Api, filters: Params, left_out: tuple[int, int, int]) -> None:
    found = api.get("/events", **filters)["meta"]["left_out"]
    assert (found["undated"], found["undated_claims"], found["without_coordinates"]) == left_out
    counts = [api.get("/events/count", **{**filters, "undated": one})["count"] for one in ("include", "exclude")]
    assert "undated" in filters or left_out[0] + left_out[1] == counts[0] - counts[1]


@pytest.mark.parametrize("end", ["date_from", "date_to"])
def test_including_undated_events_adds_those_left_out(api: Api, end: str) -> None:
    for match in ("possible", "certain"):
        filters = {end: "2022-07-01", "match": match}
        page = api.get("/events", **filters, limit=1000)
        included = api.ids("/events", **filters, undated="include")
        assert len(included) == len(page["data"]) + page["meta"]["left_out"]["undated"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "All events"),
        ("party=ukraine&date_from=2022-07-01&date_to=2022-07-03", "Ukraine"),
        ("date_from=2022-07-02&date_to=2022-07-02&match=certain", "certainly happened on 2 July 2022"),
        ("date_from=2021-12-31&date_to=2022-07-02", "from 31 December 2021 to 2 July 2022"),
        ("date_from=2022-07-02&undated=include", "from 2 July 2022 on or have no date"),
        ("location=lysychansk&kind=capture&kind=entry", "capture or entry and lie in Lysychansk"),
        ("bbox=170,-10,-170,10", "between longitudes 170 and -170 over the antimeridian and latitudes -10 and 10"),
        ("longitude=38&latitude=48.5&radius_km=12.5", "within 12.5 km of longitude 38, latitude 48.5"),
        ("disputed=false&status=conceded", "are not disputed and have an aspect that is conceded"),
        ("as_of=2022-07-02", "as known on 2 July 2022; titles, dates and participants are as recorded"),
        ("as_of=2022-07-02&known=certain", "as known on 2 July 2022; titles, dates and participants are as recorded"),
        ("as_of=2022-07-02&known=possible", "as may have been known on 2 July 2022; titles, dates and participants"),
        ("q=refinery&source=wikipedia-ref-47&part_of=battle-of-lysychansk", "Reference 47 of the article"),
    ],
)
def test_the_question_is_said_in_words(api: Api, query: str, words: str) -> None:
    assert words in api.get(f"/events?{query}")["meta"]["description"]


def test_an_event_as_of_a_day(api: Api) -> None:
    path = "/events/capture-of-lysychansk"
    before = api.get(path, as_of="2022-07-01")
    assert (before["claims"], before["assessments"]) == ({"total": 0, "by_stance": {}}, [])
    then = api.get(path, as_of="2022-07-02")
    assert then["claims"] == {"total": 5, "by_stance": {"asserts": 2, "denies": 2, "doubts": 1}}
    assert [(found["aspect"], found["status"]) for found in then["assessments"]] == [("control", "disputed")]
    fixed = ("id", "title", "summary", "date", "location", "participants", "part_of", "dataset", "url")
    assert all(before[part] == then[part] == api.get(path)[part] for part in fixed)
    row = next(row for row in api.get("/events", as_of="2022-07-02", limit=1000)["data"] if row["id"] == then["id"])
    assert row == then


def test_the_claims_of_an_event_are_in_the_order_said(api: Api) -> None:
    path = "/events/capture-of-luhansk-oblast/claims"
    said = ["lysychansk-s15a", "lysychansk-context-c14", "lysychansk-s16a", "lysychansk-s13a", "lysychansk-s13b"]
    assert api.ids(path) == said == api.ids(path, limit=2)
    assert api.ids(path, sort="-said") == [*said[2::-1], *said[3:]]
    assert api.ids(path, as_of="2022-07-03") == said[:1]
    assert api.ids(path, as_of="2022-07-03", undated="include") == [said[0], *said[3:]]
    assert api.ids(path, as_of="2022-07-03", known="certain") == said[:1]
    assert api.get(path)["data"] == api.get("/claims", event="capture-of-luhansk-oblast")["data"]


def test_a_row_of_the_csv(api: Api) -> None:
    (row,) = api.csv("/events.csv", party="lpr", kind="capture")
    assert {name: value for name, value in row.items() if value} == {
        "id": "capture-of-lysychansk",
        "kind": "capture",
        "title": "Capture of Lysychansk",
        "summary": row["summary"],
        "date": "[2022-07-02..2022-07-03]",
        "date_earliest": "2022-07-02",
        "date_latest": "2022-07-03",
        "date_precision": "range",
        "date_basis": "stated",
        "location_id": "lysychansk",
        "location": "Lysychansk",
        "location_kind": "city",
        "place_relation": "at",
        "country": "UA",
        "admin1": "Luhansk Oblast",
        "longitude": "38.44094",
        "latitude": "48.90421",
        "radius_m": "5000.0",
        "method": "gazetteer",
        "participants": "russian-forces|lpr-forces|ukrainian-forces",
        "participant_roles": "attacker|attacker|defender",
        "part_of_id": "battle-of-lysychansk",
        "part_of": "Battle of Lysychansk",
        "claims": "11",
        "claims_asserts": "3",
        "claims_concedes": "3",
        "claims_denies": "2",
        "claims_doubts": "2",
        "claims_corroborates": "0",
        "claims_cannot_confirm": "0",
        "claims_silent": "0",
        "claims_pledges": "1",
        "claims_retracts": "0",
        "status_control": "conceded",
        "status_withdrawal": "conceded",
        "status_intent": "unaddressed",
        "dataset_id": "lysychansk",
        "dataset": row["dataset"],
        "url": "/events/capture-of-lysychansk",
    }
    as_of = api.csv("/events.csv", party="lpr", kind="capture", as_of="2022-07-02")
    assert [(row["claims"], row["status_control"]) for row in as_of] == [("5", "disputed")]


@pytest.mark.parametrize("sort", ["date", "id"])
def test_an_open_end_is_never_certain(api: Api, sort: str) -> None:
    """The one interdiction happened by 1 July, on whatever day: certainly by then, on no day certainly after."""
    assert api.ids("/events", kind="interdiction", date_to="2022-07-01", match="certain", sort=sort) == [
        "highway-interdiction"
    ]
    assert api.agreed("/events", kind="interdiction", date_from="2000-01-01", match="certain", sort=sort) == []
