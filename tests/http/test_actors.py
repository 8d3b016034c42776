"""Actors: what each filter finds in the dossier, on both databases."""

import pytest

from tests.support.live import Api, Params


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "side"}, ["russian-side", "ukrainian-side"]),
        ({"kind": ["armed_group", "instrument"]}, ["belarusian-volunteers", "kalinouski-regiment", "nasa-firms"]),
        ({"party": "lpr"}, ["lpr", "lpr-forces", "miroshnik"]),
        ({"party": "ukrainian-national-guard"}, ["muzychuk", "ukrainian-national-guard"]),
        ({"party": "nasa"}, ["nasa", "nasa-firms"]),
        ({"party": "belarusian-volunteers"}, ["belarusian-volunteers", "kalinouski-regiment", "marchuk"]),
        (
            {"dataset": "lysychansk-context"},
            [
                "kalinouski-regiment",
                "lysychansk-residents",
                "muzychuk",
                "reuters",
                "ukrainian-national-guard",
            ],
        ),
        ({"q": "гайдай"}, ["haidai"]),
        ({"q": "GAIDAI"}, ["haidai"]),
        ({"q": "каліноўскага"}, ["kalinouski-regiment"]),
        ({"q": "governor"}, ["haidai"]),
        ({"q": "луган народ"}, ["lpr"]),
        (
            {"sort": "name", "kind": "person"},
            [
                "beale",
                "crawford",
                "marchuk",
                "muzychuk",
                "miroshnik",
                "haidai",
                "putin",
                "zelenskyy",
            ],
        ),
        (
            {"sort": "-name", "kind": "person"},
            [
                "zelenskyy",
                "putin",
                "haidai",
                "miroshnik",
                "muzychuk",
                "marchuk",
                "crawford",
                "beale",
            ],
        ),
    ],
)
def test_list_count_and_exports_agree(api: Api, filters: Params, expected: list[str]) -> None:
    assert api.agreed("/actors", **filters) == expected


def test_belonging_is_shown_both_ways(api: Api) -> None:
    volunteers = api.get("/actors/belarusian-volunteers")
    assert volunteers["affiliations"] == [
        {
            "kind": "member_of",
            "actor": {"id": "ukrainian-side", "name": "Ukrainian side"},
            "since": None,
            "until": None,
        }
    ]
    assert [(link["kind"], link["actor"]["id"]) for link in volunteers["affiliated"]] == [
        ("part_of", "kalinouski-regiment"),
        ("commands", "marchuk"),
    ]


def test_a_row_of_the_csv(api: Api) -> None:
    (row,) = api.csv("/actors.csv", q="Brest")
    assert row == {
        "id": "marchuk",
        "kind": "person",
        "name": 'Ivan "Brest" Marchuk',
        "aliases": "Ivan Marchuk|Brest|Іван Марчук|Иван Марчук",
        "description": "Commander of the Belarusian volunteers.",
        "affiliations": "commands:belarusian-volunteers",
        "affiliated": "",
        "dataset_id": "lysychansk",
        "dataset": row["dataset"],
        "url": "/actors/marchuk",
    }
