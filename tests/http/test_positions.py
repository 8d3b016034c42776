"""Positions over time: who moved, when and by which claim, per party of an event and per actor over all events."""

from typing import Any

import pytest

from api.http.routing import EXAMPLES
from api.schemas.pages import HistoryPage
from tests.support.live import Api

CITY = "/events/capture-of-lysychansk/positions"


def short(claim: str) -> str:
    return claim.removeprefix("lysychansk-").removeprefix("context-")


def told(rows: list[Any]) -> dict[tuple[str, str | None], list[tuple[str, str | None, str, str]]]:
    """Each aspect and party with its positions: stance, since, by which claim, whose."""
    return {
        (row["aspect"], row["party"] and row["party"]["id"]): [
            (one["stance"], one["since"]["edtf"], short(one["by"]), one["speaker"] and one["speaker"]["id"])
            for one in row["positions"]
        ]
        for row in rows
    }


def test_the_city_today(api: Api) -> None:
    page = api.get(CITY)
    HistoryPage.model_validate(page)
    assert told(page["data"]) == {
        ("control", "isw"): [("support", "2022-07-02", "c09", "isw")],
        ("control", "russian-side"): [("support", "2022-07-02", "s01b", "lpr")],
        ("control", "ukrainian-side"): [
            ("oppose", "2022-07-02", "c07", "muzychuk"),
            ("support", "2022-07-03", "s14a", "haidai"),
        ],
        ("withdrawal", "ukrainian-side"): [("support", "2022-07-03", "c12", "ukrainian-general-staff")],
        ("intent", "ukrainian-side"): [("neutral", "2022-07-03", "s14b", "zelenskyy")],
    }
    assert page["links"] == {"self": CITY, "next": None}


def test_a_move_names_what_it_replaced_and_who_upheld_it(api: Api) -> None:
    (found,) = api.get(CITY, party="haidai", aspect="control")["data"]
    first, second = found["positions"]
    assert found["moved"] is True
    assert (first["before"], second["before"]) == (None, "oppose")
    assert [speaker["id"] for speaker in first["speakers"]] == ["muzychuk", "ukraine", "zelenskyy"]
    assert list(map(short, first["claims"])) == ["c07", "s01c", "c11"]
    assert list(map(short, second["claims"])) == ["s14a"]


@pytest.mark.parametrize(
    ("event", "filters", "expected"),
    [
        ("capture-of-lysychansk", {"as_of": "2022-07-01"}, {}),
        (
            "capture-of-lysychansk",
            {"as_of": "2022-07-02", "party": "ukraine"},
            {("control", "ukrainian-side"): [("oppose", "2022-07-02", "c07", "muzychuk")]},
        ),
        (
            "activity-at-gelatin-plant",
            {},
            {
                ("occurrence", "isw"): [("support", "2022-06-25", "s03c", "isw")],
                ("occurrence", "nasa"): [("support", "2022-06-25", "s03b", "nasa-firms")],
                ("occurrence", "unnamed-reports"): [("support", "2022-06-25", "s03a", "unnamed-reports")],
            },
        ),
        (
            "separatist-entry",
            {},
            {("occurrence", "ukrainian-side"): [("neutral", None, "s04c", "ukrainian-general-staff")]},
        ),
        ("separatist-entry", {"as_of": "2022-07-10"}, {}),
        (
            "separatist-entry",
            {"as_of": "2022-07-10", "undated": "include"},
            {("occurrence", "ukrainian-side"): [("neutral", None, "s04c", "ukrainian-general-staff")]},
        ),
        (
            "ukrainian-airstrikes",
            {"aspect": "quantity"},
            {("quantity", None): [("support", None, "s08b", None)]},
        ),
        (
            "battle-of-lysychansk",
            {},
            {
                ("occurrence", "ukrainian-side"): [("neutral", "2022-07-03", "s17a", "ukrainian-officials")],
                ("intent", "beale"): [("support", "2022-07-04", "s17b", "beale")],
            },
        ),
        ("battle-of-lysychansk", {"aspect": "control"}, {}),
    ],
)
def test_positions_on_an_event(api: Api, event: str, filters: dict[str, Any], expected: dict[Any, Any]) -> None:
    page = api.get(f"/events/{event}/positions", **filters)
    assert told(page["data"]) == expected
    assert ("why_empty" in page["meta"]) == (not expected)


def test_left_out_undated_claims_are_counted(api: Api) -> None:
    meta = api.get("/events/separatist-entry/positions", as_of="2022-07-10")["meta"]
    assert meta["left_out"] == {"undated": 1, "undated_claims": 0, "without_coordinates": 0}
    assert meta["why_empty"] == (
        "Nothing is known to have been said of it by 10 July 2022: none of the claims recorded is dated; "
        "undated=include counts them."
    )


def test_an_actor_stands_where_its_own_words_put_it(api: Api) -> None:
    """Haidai never denied that the city fell; Ukraine did, before he conceded it for her."""
    (haidai,) = [
        row for row in api.get("/actors/haidai/positions")["data"] if row["event"]["id"] == "capture-of-lysychansk"
    ]
    assert told([haidai]) == {("control", "haidai"): [("support", "2022-07-03", "s14a", "haidai")]}
    moved = api.get("/actors/ukraine/positions", moved=True)
    assert told(moved["data"]) == {
        ("control", "ukraine"): [
            ("oppose", "2022-07-02", "c07", "muzychuk"),
            ("support", "2022-07-03", "s14a", "haidai"),
        ]
    }
    assert EXAMPLES["actor_positions"] == moved


HAIDAI = [
    ("refinery-entry", "control"),
    ("repulse-at-gelatin-plant", "occurrence"),
    ("repulse-toward-verkhniokamianka", "occurrence"),
    ("capture-of-luhansk-oblast", "control"),
    ("capture-of-lysychansk", "control"),
    ("shelling-of-lysychansk", "occurrence"),
    ("clashes-west-of-lysychansk", "occurrence"),
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, HAIDAI),
        ({"aspect": "control"}, [HAIDAI[0], HAIDAI[3], HAIDAI[4]]),
        ({"as_of": "2022-07-01"}, HAIDAI[:1]),
        ({"as_of": "2022-07-02"}, [*HAIDAI[:3], HAIDAI[5]]),
        ({"location": "gelatin-plant"}, HAIDAI[1:2]),
        ({"date_from": "2022-07-02", "date_to": "2022-07-02", "undated": "include"}, HAIDAI[3:]),
        ({"moved": True}, []),
        ({"as_of": "2022-06-29"}, []),
    ],
)
def test_one_actor_over_all_events(api: Api, filters: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    path = "/actors/haidai/positions"

    def walked(**more: Any) -> list[tuple[str, str]]:
        rows = [row for page in api.pages(path, **filters, **more) for row in page["data"]]
        return [(row["event"]["id"], row["aspect"]) for row in rows]

    page = api.get(path, total=True, **filters)
    HistoryPage.model_validate(page)
    assert walked() == expected
    assert walked(limit=1) == expected
    assert page["meta"]["total"] == len(expected)
    assert ("why_empty" in page["meta"]) == (not expected)
    undated = [key for key in expected if key[0] == "clashes-west-of-lysychansk"]
    assert walked(limit=2, sort="-date") == [key for key in expected if key not in undated][::-1] + undated


def test_pages_of_positions_may_end_within_an_event(quarrels_api: Api) -> None:
    path = "/actors/red/positions"
    whole = quarrels_api.get(path, limit=1000, total=True)
    rows = [(row["event"]["id"], row["aspect"]) for row in whole["data"]]
    assert len(rows) == len(set(rows)) == whole["meta"]["total"] > len({event for event, _ in rows}) > 20
    paged = [row for page in quarrels_api.pages(path, limit=3) for row in page["data"]]
    assert paged == whole["data"]


def test_moved_finds_changed_positions(quarrels_api: Api) -> None:
    for actor in ("red", "red-army", "blue", "watchers", "chronicle", "neighbour"):
        path = f"/actors/{actor}/positions"
        for as_of in (None, "2022-07-03"):
            filters = {"as_of": as_of, "undated": "include"}
            rows = [row for page in quarrels_api.pages(path, limit=100, **filters) for row in page["data"]]
            moved = quarrels_api.get(path, moved=True, limit=1000, **filters)["data"]
            assert moved == [row for row in rows if row["moved"]]
            assert all(len(row["positions"]) > 1 for row in moved)
            unmoved = quarrels_api.get(path, moved=False, limit=1000, **filters)["data"]
            assert unmoved == [row for row in rows if not row["moved"]]


def test_the_examples_are_real(api: Api) -> None:
    found = api.get(CITY, as_of="2022-07-03", party="ukrainian-side", aspect="control")
    assert EXAMPLES["event_positions"] == found


def test_the_question_in_words(api: Api) -> None:
    assert api.get(CITY, party="isw", aspect="control")["meta"]["description"] == (
        "Positions on “Capture of Lysychansk” that are upheld by Institute for the Study of War and concern control"
    )
    assert api.get("/actors/isw/positions", moved=False)["meta"]["description"] == (
        "Positions of Institute for the Study of War that have never changed"
    )


@pytest.mark.parametrize(
    ("path", "status", "filters", "meant"),
    [
        ("/events/capture-of-lysichansk/positions", 404, {}, ["capture-of-lysychansk"]),
        ("/actors/haidaj/positions", 404, {}, ["haidai"]),
    ],
)
def test_a_path_that_names_nothing(api: Api, path: str, status: int, filters: dict[str, Any], meant: list[str]) -> None:
    assert meant[0] in api.problem(path, status, **filters)["did_you_mean"]


@pytest.mark.parametrize(
    ("path", "filters", "parameter"),
    [
        (CITY, {"party": "haidaj"}, "party"),
        (CITY, {"aspect": "controll"}, "aspect"),
        (CITY, {"limit": 1}, "limit"),
        ("/actors/haidai/positions", {"date_from": "2022-07-02", "date_to": "2022-07-01"}, "date_from"),
        ("/actors/haidai/positions", {"actor": "isw"}, "actor"),
        ("/actors/haidai/positions", {"location": "lysychansc"}, "location"),
    ],
)
def test_an_invalid_parameter_is_named(api: Api, path: str, filters: dict[str, Any], parameter: str) -> None:
    (error,) = api.problem(path, **filters)["errors"]
    assert error["parameter"] == parameter


def test_a_copy_is_kept(api: Api) -> None:
    for path in (CITY, "/actors/haidai/positions"):
        tag = api.good(path).headers["etag"]
        assert api.ask(path, {"If-None-Match": tag}).status_code == 304
        assert api.client.head(path).headers["etag"] == tag


def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api) -> None:
    for path in (CITY, "/actors/ukraine/positions?as_of=2022-07-02&limit=3"):
        assert sqlite_api.good(path).content == postgresql_api.good(path).content
