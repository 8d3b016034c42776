"""Rollups over HTTP: exact counts of the dossier, what CSV says of them, and what is refused."""

import csv
import io

import pytest

from tests.support.live import Api, Params

RUSSIAN, UKRAINIAN = (
    {"id": "russian-side", "name": "Russian side"},
    {"id": "ukrainian-side", "name": "Ukrainian side"},
)


def test_an_imprecise_date_is_certain_nowhere_but_in_a_period_that_holds_it(api: Api) -> None:
    """Of the captures that may have been in these months, one must have been in July."""
    answer = api.get("/events/rollup", by=["month"], kind="capture", date_from="2022-06-25")
    assert answer["data"] == [
        {"month": "2022-06", "certain": 0, "possible": 3},
        {"month": "2022-07", "certain": 1, "possible": 5},
    ]
    assert answer["links"] == {"self": "/events/rollup?by=month&kind=capture&date_from=2022-06-25", "next": None}
    assert answer["meta"] == {
        "description": "By month: Events that may have happened from 25 June 2022 on and are of kind capture",
        "left_out": {"undated": 0, "undated_claims": 0, "without_coordinates": 0},
        "total": 5,
    }


def test_the_undated_have_a_row_of_their_own(api: Api) -> None:
    assert api.get("/events/rollup", by="year")["data"] == [
        {"year": "2022", "certain": 16, "possible": 22},
        {"year": None, "certain": 5, "possible": 5},
    ]
    dated = api.get("/events/rollup", by="year", date_from="2022-01-01")
    assert [row["year"] for row in dated["data"]] == ["2022"]
    assert dated["meta"]["left_out"]["undated"] == 5


def test_two_axes_in_the_order_asked_for(api: Api) -> None:
    months = api.get("/events/rollup", by=["month", "party"])["data"]
    assert months == [
        {"month": "2022-06", "party": RUSSIAN, "certain": 5, "possible": 10},
        {"month": "2022-06", "party": UKRAINIAN, "certain": 6, "possible": 7},
        {"month": "2022-06", "party": None, "certain": 2, "possible": 3},
        {"month": "2022-07", "party": RUSSIAN, "certain": 4, "possible": 10},
        {"month": "2022-07", "party": UKRAINIAN, "certain": 3, "possible": 3},
        {"month": "2022-07", "party": None, "certain": 0, "possible": 1},
        {"month": None, "party": RUSSIAN, "certain": 4, "possible": 4},
        {"month": None, "party": UKRAINIAN, "certain": 2, "possible": 2},
        {"month": None, "party": None, "certain": 1, "possible": 1},
    ]
    parties = api.get("/events/rollup", by=["party", "month"])["data"]
    assert parties[:2] == [{"party": RUSSIAN, **row} for row in _without(months, "party", RUSSIAN)[:2]]
    assert [list(row) for row in parties[:1]] == [["party", "month", "certain", "possible"]]


def _without(rows: list[Params], axis: str, value: object) -> list[Params]:
    return [{name: row[name] for name in row if name != axis} for row in rows if row[axis] == value]


def test_as_of_a_day_statuses_are_judged_of_what_was_known_then(api: Api) -> None:
    rows: list[Params] = []
    for asked in ({}, {"as_of": "2022-07-02"}, {"as_of": "2022-07-04", "undated": "include"}):
        rows = api.get("/events/rollup", by="status", location="lysychansk", **asked)["data"]
        for row in rows:
            assert row["possible"] == api.get(
                "/events/count", location="lysychansk", status=row["status"], **asked
            )["count"]  # fmt: skip
    assert [row["status"] for row in rows] == ["disputed", "conceded", "corroborated", "claimed", "unaddressed"]


def test_claims_are_counted_as_their_event_is(api: Api) -> None:
    rows = api.get("/claims/rollup", by=["kind", "stance"], stance=["concedes", "silent"])["data"]
    assert rows == [
        {"kind": "campaign", "stance": "silent", "certain": 1, "possible": 1},
        {"kind": "capture", "stance": "concedes", "certain": 3, "possible": 3},
        {"kind": "entry", "stance": "concedes", "certain": 1, "possible": 1},
        {"kind": "entry", "stance": "silent", "certain": 1, "possible": 1},
    ]


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/events/rollup", {"by": ["month", "party"]}),
        ("/claims/rollup", {"by": ["speaker", "stance"], "said_from": "2022-07-01"}),
        ("/events/rollup", {"by": ["location"], "location_level": "city"}),
    ],
)
def test_a_spreadsheet_takes_the_same_by_its_address(api: Api, path: str, filters: Params) -> None:
    answer = api.good(f"{path}.csv", **filters)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-length"] == str(len(answer.content))
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["counterclaim-count"] == str(len(rows))
    expected = []
    for row in api.get(path, **filters)["data"]:
        flat: dict[str, str] = {}
        for axis, value in row.items():
            if axis in {"party", "speaker", "location"}:
                flat |= {f"{axis}_id": "" if value is None else value["id"]}
                flat |= {axis: "" if value is None else value["name"]}
            else:
                flat[axis] = "" if value is None else str(value)
        expected.append(flat)
    assert rows == expected
    part = api.ask(f"{path}.csv", {"Range": "bytes=0-4"}, **filters)
    assert (part.status_code, part.content) == (206, answer.content[:5])
    assert api.ask(f"{path}.csv", {"If-None-Match": answer.headers["etag"]}, **filters).status_code == 304


@pytest.mark.parametrize(
    ("path", "parameter", "message"),
    [
        ("/events/rollup", "by", "takes one axis, or two: by=month&by=kind"),
        ("/events/rollup?by=month&by=kind&by=party", "by", "takes one axis, or two: by=month&by=kind"),
        ("/events/rollup?by=month&by=day", "by", "takes one of year, month and day, and another axis with it"),
        ("/claims/rollup.csv?by=kind&by=kind", "by", "names an axis twice"),
        ("/events/rollup?by=stance", "by", "is not an allowed value"),
        (
            "/events/rollup?by=kind&party_level=actor",
            "party_level",
            "says how to count by party: it goes with by=party alone",
        ),
        ("/claims/rollup?by=kind&location_level=city", "location_level", None),
        ("/claims/rollup?by=kind&limit=3", "limit", "there is no such parameter"),
        ("/events/rollup.csv?by=kind&party=ukrain", "party", "there is no such actor"),
    ],
)
def test_invalid_axes_are_refused(api: Api, path: str, parameter: str, message: str | None) -> None:
    (error,) = api.problem(path)["errors"]
    assert error["parameter"] == parameter
    assert message is None or error["message"] == message
    if parameter == "by" and message != "names an axis twice":
        assert error["allowed"][:4] == ["year", "month", "day", "kind"]
