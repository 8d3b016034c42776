"""Locations: what each filter finds in the dossier, on both databases."""

import pytest

from tests.support.live import Api, Params


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "town"}, ["pryvillia", "siversk"]),
        ({"kind": ["village", "road"]}, ["lysychansk-bakhmut-highway", "verkhniokamianka"]),
        (
            {"within": "lysychansk"},
            [
                "gelatin-plant",
                "lysychansk",
                "lysychansk-centre",
                "lysychansk-western-outskirts",
                "mine",
            ],
        ),
        ({"within": "verkhniokamianka"}, ["lysychansk-oil-refinery", "verkhniokamianka"]),
        ({"within": ["pryvillia", "siversk"]}, ["pryvillia", "siversk"]),
        ({"country": "UA", "kind": ["region", "oblast", "road"]}, ["luhansk-oblast", "lysychansk-bakhmut-highway"]),
        ({"country": ["SY", "UA"], "within": "verkhniokamianka"}, ["lysychansk-oil-refinery", "verkhniokamianka"]),
        ({"country": "SY"}, []),
        ({"bbox": "38.0,48.8,38.35,49.1"}, ["lysychansk-oil-refinery", "pryvillia", "siversk"]),
        ({"bbox": "37.99983,48.59441,37.99983,48.59441"}, ["bakhmut"]),
        ({"longitude": 38.44094, "latitude": 48.90421, "radius_km": 10}, ["lysychansk", "lysychansk-oil-refinery"]),
        (
            {"longitude": 38.44094, "latitude": 48.90421, "radius_km": 16},
            [
                "lysychansk",
                "lysychansk-oil-refinery",
                "pryvillia",
            ],
        ),
        ({"q": "лисичанскии нпз"}, ["lysychansk-oil-refinery"]),
        ({"q": "Верхньокамянка"}, ["verkhniokamianka"]),
        ({"q": "Privol'ye"}, ["pryvillia"]),
        ({"q": "privolye"}, ["pryvillia"]),
        ({"q": "sivers"}, ["lysychansk-western-outskirts", "siversk"]),
        ({"q": "артемо"}, ["bakhmut"]),
        (
            {"sort": "name"},
            [
                "bakhmut",
                "donbas",
                "gelatin-plant",
                "luhansk-oblast",
                "lysychansk",
                "lysychansk-oil-refinery",
                "lysychansk-centre",
                "lysychansk-bakhmut-highway",
                "mine",
                "pryvillia",
                "siversk",
                "verkhniokamianka",
                "lysychansk-western-outskirts",
            ],
        ),
        ({"dataset": "lysychansk-context"}, []),
    ],
)
def test_list_count_and_exports_agree(api: Api, filters: Params, expected: list[str]) -> None:
    assert api.agreed("/locations", **filters) == expected


def test_left_out_locations_are_counted(api: Api) -> None:
    circle = {"longitude": 38.44, "latitude": 48.9, "radius_km": 1}
    for area in ({"bbox": "38,48,39,49"}, circle):
        assert api.get("/locations", **area)["meta"]["left_out"]["without_coordinates"] == 8
        assert api.get("/locations", **area, within="lysychansk")["meta"]["left_out"]["without_coordinates"] == 4


def test_a_point_says_where_it_comes_from(api: Api) -> None:
    point = api.get("/locations/lysychansk-oil-refinery")["point"]
    assert (point["longitude"], point["latitude"], point["radius_m"]) == (38.344, 48.841, 4000)
    assert (point["method"], point["phrase"]) == ("derived", "around 10 kilometers southwest of the city center")


def test_a_row_of_the_csv(api: Api) -> None:
    (row,) = api.csv("/locations.csv", q="сіверськ", kind="town")
    assert row == {
        "id": "siversk",
        "kind": "town",
        "name": "Siversk",
        "aliases": "Sivers'k|Seversk|Сіверськ|Северск",
        "within_id": "donbas",
        "within": "Donbas",
        "country": "UA",
        "admin1": "",
        "admin2": "",
        "gazetteers": "geonames:694403",
        "longitude": "38.09779",
        "latitude": "48.86588",
        "radius_m": "2000.0",
        "method": "gazetteer",
        "dataset_id": "lysychansk",
        "dataset": row["dataset"],
        "url": "/locations/siversk",
    }


@pytest.mark.parametrize(
    ("path", "filters", "why"),
    [
        (
            "/locations",
            {"bbox": "48.8,38.3,49.0,38.6"},
            "A box begins with longitude: bbox=38.3,48.8,38.6,49.0 has 2 records, and bbox=48.8,38.3,49.0,38.6 none.",
        ),
        (
            "/events",
            {"bbox": "48.8,38.3,49,38.6", "kind": "entry"},
            "A box begins with longitude: bbox=38.3,48.8,38.6,49.0 has 2 records, and bbox=48.8,38.3,49.0,38.6 none.",
        ),
        ("/locations", {"bbox": "10,20,11,21"}, None),
        ("/locations", {"bbox": "100,20,110,21"}, None),
        ("/events", {"bbox": "48.8,38.3,49,38.6", "date_from": "2023-01-01"}, "Nothing that is recorded matches."),
    ],
)
def test_a_box_with_latitude_first_is_noticed(api: Api, path: str, filters: Params, why: str | None) -> None:
    page = api.get(path, **filters)
    assert page["data"] == []
    assert page["meta"].get("why_empty") == why
