"""What is not understood is refused by name, with what is allowed and the nearest right spelling."""

import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from api.http.problems import PROBLEM_TYPES
from api.main import create_app
from tests.support.live import Api, Params

PATHS = {route.path or "" for route in iter_route_contexts(create_app().routes)}
EVERY_PATH = sorted(path for path in PATHS - {"", "/mcp"} if "{" not in path)  # `/mcp` takes POST alone
EVENT_SORTS = ["date", "-date", "id", "-id"]


def refused(api: Api, path: str, parameter: str, /, **filters: Any) -> Any:
    """The one parameter that is refused."""
    problem = api.problem(path, 400 if path.startswith("/ogc") else 422, **filters)
    assert problem["type"] == "/problems/invalid-parameter"
    (error,) = problem["errors"]
    assert error["parameter"] == parameter
    assert problem["detail"] == (f"{parameter}: {error['message']}" if parameter else error["message"])
    return error


@pytest.mark.parametrize(
    ("path", "filters", "suggested"),
    [
        ("/events", {"date_form": "2022-07-01"}, ["date_from", "date_to"]),
        ("/events.csv", {"partys": "russia"}, ["party", "with_party", "part_of"]),
        ("/events.geojson", {"limit": "5"}, []),
        ("/events/count", {"sort": "date"}, ["source"]),
        ("/events/capture-of-lysychansk", {"asof": "2022-07-02"}, ["as_of"]),
        ("/events/capture-of-lysychansk/claims", {"speakr": "haidai"}, []),
        ("/claims", {"said": "2022-07-02"}, ["said_to", "said_from"]),
        ("/sources/bbc-2022-07-03", {"as_of": "2022-07-02"}, []),
        ("/datasets", {"q": "x"}, []),
        ("/vocabulary", {"q": "x"}, []),
        ("/health", {"verbose": ""}, []),
        ("/events", {"query": "Lysychansk"}, ["q"]),
        ("/events/count", {"query": ""}, ["q"]),
        ("/events.csv", {"query": "1"}, ["q"]),
        ("/events/capture-of-lysychansk", {"query": "1"}, []),
        ("/claims.ndjson", {"place": "1"}, ["location"]),
        ("/locations/lysychansk/control", {"query": "1"}, []),
        ("/health", {"query": "1"}, []),
        ("/metrics", {"query": ""}, []),
        ("/openapi.json", {"query": "1"}, []),
        ("/docs", {"query": "1"}, []),
        ("/events", {"format": "csv"}, ["/events.csv"]),
        ("/claims/count", {"f": "xlsx"}, ["/claims.csv", "/claims.ndjson", "/claims.parquet", "/claims.jsonld"]),
        ("/events", {"updated_since": "2026-01-01"}, ["changed_since"]),
        ("/events", {"page": "2"}, ["cursor"]),
        ("/events.csv", {"page": "2"}, []),
        ("/events", {"offset": "50"}, ["cursor"]),
        ("/events", {"per_page": "50"}, ["limit"]),
        ("/events.csv", {"columns": "id"}, ["fields"]),
        ("/claims", {"include": "sources"}, ["expand"]),
        ("/events", {"iso2": "UA"}, ["country"]),
        ("/events/count", {"updated_since": "2026-01-01"}, ["changed_since"]),
        ("/events", {"start_date": "2022-07-01"}, ["date_from"]),
        ("/events", {"StartDate": "2022-07-01"}, ["date_from"]),
        ("/claims", {"EndDate": "2022-07-01"}, ["said_to"]),
        ("/sources", {"year": "2022"}, ["published_from", "published_to"]),
        ("/events", {"lat": "48.9"}, ["latitude"]),
        ("/events", {"lng": "38.4"}, ["longitude"]),
        ("/events", {"search": "refinery"}, ["q"]),
        ("/events", {"event_type": "battles"}, ["kind"]),
        ("/events", {"name": "refinery"}, ["q"]),
        ("/events", {"near": "48.9,38.4"}, ["longitude", "latitude", "radius_km"]),
        ("/events", {"min_lat": "48.9"}, ["bbox"]),
        ("/events", {"within": "lysychansk"}, ["location"]),
        ("/events", {"deaths": "1"}, []),
        ("/events", {"id": "capture-of-lysychansk"}, []),
        ("/disputes", {"search": "refinery"}, []),
        ("/problems/not-found", {"x": "1"}, []),
    ],
)
def test_an_unknown_parameter(api: Api, path: str, filters: Params, suggested: list[str]) -> None:
    (name,) = filters
    error = refused(api, path, name, **filters)
    assert error["message"] == "there is no such parameter"
    assert error["did_you_mean"] == suggested
    assert name not in error["allowed"]


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ("2.7.2022", ["2022-07-02"]),
        ("07/02/2022", ["2022-02-07", "2022-07-02"]),
        ("20220702", ["2022-07-02"]),
        ("July", []),
    ],
)
def test_a_day_that_is_written_otherwise_is_suggested(api: Api, given: str, days: list[str]) -> None:
    assert refused(api, "/events", "date_from", date_from=given)["did_you_mean"] == days


def test_several_unknown_parameters_of_another_api(api: Api) -> None:
    errors = api.problem("/events?StartDate=2022-07-01&EndDate=2022-07-03")["errors"]
    assert [(error["parameter"], error["did_you_mean"]) for error in errors] == [
        ("StartDate", ["date_from"]),
        ("EndDate", ["date_to"]),
    ]


@pytest.mark.parametrize("path", ["/events", "/events/count", "/events.csv", "/claims/lysychansk-s01a", "/health"])
@pytest.mark.parametrize("query", ["query=1", "query=", "q=x&query=y", "=x", "path=1", "0=1"])
def test_an_unknown_parameter_is_refused_whatever_its_name(api: Api, path: str, query: str) -> None:
    assert api.problem(f"{path}?{query}")["type"] == "/problems/invalid-parameter"
    assert api.client.head(f"{path}?{query}").status_code == 422


@pytest.mark.parametrize("path", EVERY_PATH)
@pytest.mark.parametrize("query", ["query=1", "nosuch=1"])
def test_an_unknown_parameter_is_refused_on_every_path(sqlite_api: Api, path: str, query: str) -> None:
    """Also by pages, which say so to a browser in words."""
    answer = sqlite_api.ask(f"{path}?{query}")
    assert answer.status_code == (400 if path.startswith("/ogc") else 422), answer.text
    assert query.partition("=")[0] in answer.text


def test_a_parameter_without_a_name(api: Api) -> None:
    error = refused(api, "/events?=x", "")
    assert (error["message"], error["value"], error["did_you_mean"]) == ("a parameter without a name", "x", [])


@pytest.mark.parametrize(
    ("path", "filters", "message"),
    [
        ("/events", {"date_from": "1 July 2022"}, "is not a day; write YYYY-MM-DD, such as 2022-07-02"),
        ("/events", {"date_to": "2022-02-29"}, "there is no such day in the calendar"),
        ("/events", {"date_to": "0000-01-01"}, "there is no such day in the calendar"),
        ("/events", {"as_of": ""}, "is not a day; write YYYY-MM-DD, such as 2022-07-02"),
        ("/events", {"disputed": "yes"}, "is neither true nor false"),
        ("/events", {"limit": "0"}, "must be at least 1"),
        ("/events", {"limit": "1001"}, "must be at most 1000"),
        ("/events", {"limit": "-1"}, "is not a whole number of one to six digits"),
        ("/events", {"limit": ""}, "is not a whole number of one to six digits"),
        ("/events", {"total": "1"}, "is neither true nor false"),
        ("/events", {"q": "…?!"}, "has no letter or digit to search for"),
        ("/events", {"q": "x" * 201}, "is longer than 200 characters"),
        ("/events", {"party": ""}, "is not an id, which is made of letters, digits, '.', '_' and '-'"),
        ("/events", {"party": "-x"}, "is not an id, which is made of letters, digits, '.', '_' and '-'"),
        ("/events", {"party": "x" * 201}, "is longer than 200 characters"),
        ("/events", {"bbox": "1,2,3"}, "is not a box; write west,south,east,north in WGS 84 degrees"),
        ("/events", {"bbox": "1,2,3,x"}, "is not a decimal number"),
        ("/events", {"bbox": "1,2,3,nan"}, "is not a decimal number"),
        ("/events", {"bbox": "-181,2,3,4"}, "west and east are longitudes from -180 to 180"),
        ("/events", {"bbox": "1,2,3,91"}, "south and north are latitudes from -90 to 90"),
        ("/events", {"bbox": "1,4,3,2"}, "south lies north of north; write west,south,east,north"),
        ("/events", {"longitude": "181", "latitude": "1", "radius_km": "1"}, "must be at most 180"),
        ("/locations", {"radius_km": "0", "longitude": "1", "latitude": "1"}, "must be more than 0"),
        ("/locations", {"radius_km": "1e3", "longitude": "1", "latitude": "1"}, "is not a decimal number"),
        ("/events", {"radius_max_m": "-1"}, "must be at least 0"),
        ("/events", {"radius_max_m": "1e3"}, "is not a decimal number"),
        ("/claims", {"cited": "1"}, "is neither true nor false"),
        ("/sources", {"publisher": ""}, "is empty"),
    ],
)
def test_a_value_outside_what_is_allowed(api: Api, path: str, filters: Params, message: str) -> None:
    parameter = next(iter(filters))
    error = refused(api, path, parameter, **filters)
    assert error["message"] == message
    assert error["value"] == str(filters[parameter])[:200]


@pytest.mark.parametrize(
    ("path", "filters", "suggested"),
    [
        ("/events", {"kind": "airstrikes"}, ["airstrike"]),
        ("/events", {"kind": "Capture"}, ["capture"]),
        ("/events", {"sort": "dates"}, ["date", "-date"]),
        ("/events", {"match": "surely"}, []),
        ("/briefing", {"known": "surely"}, []),
        ("/events", {"role": "defenders"}, ["defender"]),
        ("/events", {"undated": "included"}, ["include", "exclude"]),
        ("/claims", {"stance": "denied"}, ["denies"]),
        ("/claims", {"flag": "failed verification"}, ["failed_verification"]),
        ("/sources", {"kind": "newspaper"}, ["news"]),
    ],
)
def test_a_word_of_no_vocabulary(api: Api, path: str, filters: Params, suggested: list[str]) -> None:
    (name,) = filters
    error = refused(api, path, name, **filters)
    assert error["did_you_mean"] == suggested
    if name == "sort":
        assert error["allowed"] == EVENT_SORTS
    else:
        assert set(suggested) <= set(error["allowed"])
        assert filters[name] not in error["allowed"]


@pytest.mark.parametrize(
    ("path", "filters", "suggested"),
    [
        ("/events", {"party": "ukrain"}, ["ukraine"]),
        ("/events", {"with_party": "Russia"}, ["russia"]),
        ("/events.csv", {"location": "lisychansk"}, ["lysychansk"]),
        ("/events/count", {"dataset": "lysychansk-contxt"}, ["lysychansk-context", "lysychansk"]),
        ("/events", {"source": "bbc-2022-07-30"}, ["bbc-2022-07-03"]),
        ("/events", {"part_of": "battle-of-lisichansk"}, ["battle-of-lysychansk"]),
        ("/claims", {"event": "capture-of-lysichansk"}, ["capture-of-lysychansk"]),
        ("/claims", {"about": "LYSYCHANSK-S07A"}, ["lysychansk-s07a"]),
        ("/claims", {"speaker": "zelensky"}, ["zelenskyy"]),
        ("/sources", {"publisher": "BBB"}, ["BBC"]),
        ("/actors", {"party": "ukrainian-sid"}, ["ukrainian-side"]),
        ("/locations", {"within": "donbass"}, ["donbas"]),
        ("/locations", {"within": "luhansk"}, ["luhansk-oblast", "lysychansk"]),
        ("/events", {"party": "LPR"}, ["lpr"]),
        ("/events", {"location": "refinery"}, ["lysychansk-oil-refinery"]),
    ],
)
def test_an_id_that_names_no_record(api: Api, path: str, filters: Params, suggested: list[str]) -> None:
    (name,) = filters
    error = refused(api, path, name, **filters)
    assert error["message"].startswith("there is no such ")
    assert error["did_you_mean"][: len(suggested)] == suggested


@pytest.mark.parametrize(
    ("path", "query", "parameter", "value"),
    [
        ("/events", "limit=1&limit=2", "limit", "1, 2"),
        ("/events", "party=russia&limit=1&party=ukraine&limit=1", "limit", "1, 1"),
        ("/events.ndjson", "date_from=2022-07-01&date_from=2022-07-02", "date_from", "2022-07-01, 2022-07-02"),
        ("/events/count", "q=a&q=b", "q", "a, b"),
        ("/events/capture-of-lysychansk", "as_of=2022-07-01&as_of=2022-07-02", "as_of", "2022-07-01, 2022-07-02"),
        ("/claims", "inferred=true&inferred=false", "inferred", "true, false"),
        ("/claims", "sort=said&sort=-said", "sort", "said, -said"),
        ("/locations.geojson", "bbox=1,2,3,4&bbox=1,2,3,4", "bbox", "1,2,3,4, 1,2,3,4"),
    ],
)
def test_a_single_valued_parameter_given_twice(api: Api, path: str, query: str, parameter: str, value: str) -> None:
    error = refused(api, f"{path}?{query}", parameter)
    assert error["message"] == "takes one value but was given several"
    assert error["value"] == value


@pytest.mark.parametrize(
    "path",
    [
        "/events",
        "/events/count",
        "/events.csv",
        "/claims",
        "/disputes",
        "/events/capture-of-lysychansk",
        "/claims/lysychansk-s01b",
        "/events/capture-of-lysychansk/claims",
        "/events/capture-of-lysychansk/positions",
        "/events/capture-of-lysychansk/compare?party=russia&party=ukraine",
        "/actors/haidai/positions",
        "/locations/lysychansk/control",
        "/ogc/collections/events/items",
    ],
)
def test_known_needs_as_of(api: Api, path: str) -> None:
    join = "&" if "?" in path else "?"
    for word in ("certain", "possible"):
        api.good(f"{path}{join}known={word}&as_of=2022-07-03")
        error = refused(api, f"{path}{join}known={word}", "known")
        assert "add the day as as_of" in error["message"]
        assert error["value"] == word
    assert refused(api, f"{path}{join}known=maybe&as_of=2022-07-03", "known")["allowed"] == ["certain", "possible"]


@pytest.mark.parametrize(
    "path",
    ["/events/capture-of-lysychansk", "/locations/lysychansk/control", "/briefing?date_from=2022-07-03"],
)
def test_how_dates_match_is_asked_only_where_a_date_is(api: Api, path: str) -> None:
    error = refused(api, f"{path}{'&' if '?' in path else '?'}match=certain", "match")
    assert error["did_you_mean"] == ["known"]


def test_every_parameter_that_is_wrong_is_named(api: Api) -> None:
    problem = api.problem("/events", limit=0, kind=["capture", "captur"], sorted="id", location="lysychansk")
    assert [error["parameter"] for error in problem["errors"]] == ["limit", "kind", "sorted"]


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("/events", "date_from", "date_to"),
        ("/claims", "said_from", "said_to"),
        ("/sources", "published_from", "published_to"),
        ("/disputes", "date_from", "date_to"),
    ],
)
def test_days_in_reverse(api: Api, path: str, first: str, last: str) -> None:
    error = refused(api, path, first, **{first: "2022-07-03", last: "2022-07-01"})
    assert error["message"] == f"is after {last}"
    assert error["value"] == "2022-07-03"


@pytest.mark.parametrize(("given", "missing"), [({"longitude": 38}, "latitude"), ({"radius_km": 5}, "longitude")])
def test_half_a_circle(api: Api, given: Params, missing: str) -> None:
    error = refused(api, "/locations", missing, **given)
    assert error["message"] == "is missing: longitude, latitude and radius_km are given together or not at all"


@pytest.mark.parametrize(
    ("path", "detail", "suggested"),
    [
        ("/events/capture-of-lisichansk", "There is no event capture-of-lisichansk.", "capture-of-lysychansk"),
        ("/events/capture-of-lisichansk/claims", "There is no event capture-of-lisichansk.", "capture-of-lysychansk"),
        ("/claims/lysychansk-S14a", "There is no claim lysychansk-S14a.", "lysychansk-s14a"),
        ("/actors/hayday", "There is no actor hayday.", "haidai"),
        ("/locations/severodonetsk", "There is no location severodonetsk.", None),
        ("/sources/bbc", "There is no source bbc.", None),
        ("/datasets/Lysychansk", "There is no dataset Lysychansk.", "lysychansk"),
        ("/events/Лисичанськ", "There is no event Лисичанськ.", None),
        ("/event", "There is nothing at /event.", "/events"),
        ("/problems/not_found", "There is no such type of problem.", "not-found"),
    ],
)
def test_nothing_is_there(api: Api, path: str, detail: str, suggested: str | None) -> None:
    problem = api.problem(path, 404)
    assert problem["type"] == "/problems/not-found"
    assert problem["errors"] == []
    assert problem["detail"] == detail
    if suggested is not None:
        assert suggested in problem["did_you_mean"]


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_each_type_of_problem_has_a_page(api: Api, slug: str) -> None:
    answer = api.good(f"/problems/{slug}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    heading = re.search("<h1>(.*?)</h1>", answer.text)
    assert heading is not None
    assert heading[1] == PROBLEM_TYPES[slug].title
    assert f"Status {PROBLEM_TYPES[slug].status}" in answer.text
