"""OGC API Features: what QGIS and GDAL ask, and that they get all of it, with every property, by the rules of Core."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.live import Api, serving

EVENTS, CLAIMS, LOCATIONS = (f"/ogc/collections/{name}/items" for name in ("events", "claims", "locations"))
BOX = "38.4,48.9,38.45,48.95"
LIKE_A_DATE = re.compile(r"[0-9]{4}[-/][0-9]{2}")
# Which properties share the name of a declared parameter: filtering by them has to mean that they are equal.
EQUAL = {
    "events": {"kind", "date_precision", "date_basis"},
    "claims": {"stance", "aspect", "certainty", "about", "measure"},
    "locations": {"kind"},
}


def ask(api: Api, path: str, **filters: Any) -> Any:
    answer = api.good(path, **filters)
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()


def pages(api: Api, path: str, **filters: Any) -> Iterator[Any]:
    page = ask(api, path, **filters)
    yield page
    while following := [link["href"] for link in page["links"] if link["rel"] == "next"]:
        page = ask(api, following[0])
        yield page


def features(api: Api, path: str, **filters: Any) -> list[Any]:
    found, matched = [], 0
    for page in pages(api, path, **filters):
        assert page["numberReturned"] == len(page["features"])
        found += page["features"]
        matched = page["numberMatched"]
    assert matched == len(found)
    return found


def ids(api: Api, path: str, **filters: Any) -> list[str]:
    return [feature["id"] for feature in features(api, path, **filters)]


@pytest.mark.parametrize("limit", [4, 27, 10**30])
@pytest.mark.parametrize(
    "filters", [{}, {"party": "lpr"}, {"kind": "capture"}, {"as_of": "2022-07-02", "disputed": "true"}]
)
def test_every_event_comes_page_by_page(api: Api, filters: dict[str, Any], limit: int) -> None:
    expected = api.ids("/events", **filters, undated="exclude" if "as_of" in filters else "include")
    assert ids(api, EVENTS, **filters, limit=limit) == expected


@pytest.mark.parametrize("day", ["2018-01-01", "2018-02-08", "2018-02-20", "2022-07-02"])
def test_as_of_a_day_nothing_is_known_that_may_have_been_said_later(shipped_api: Api, day: str) -> None:
    for path, listing in ((EVENTS, "/events"), (CLAIMS, "/claims")):
        for asked in ({}, {"undated": "include"}):
            assert ids(shipped_api, path, as_of=day, **asked) == shipped_api.ids(listing, as_of=day, **asked)
    assert bool(ids(shipped_api, CLAIMS, as_of=day)) == (day > "2018-02-01")


def test_claims_and_locations_too(api: Api) -> None:
    assert ids(api, CLAIMS, limit=7) == api.ids("/claims")
    assert ids(api, CLAIMS, stance="denies", bbox="0,0,1,1") == api.ids("/claims", stance="denies")
    assert ids(api, LOCATIONS, limit=2) == api.ids("/locations")
    assert ids(api, LOCATIONS, datetime="1999-01-01") == api.ids("/locations")


@pytest.mark.parametrize("limit", [3, 13, 1000])
@pytest.mark.parametrize(("path", "kind"), [(EVENTS, "events"), (LOCATIONS, "locations")])
def test_a_box_takes_in_what_has_no_point(api: Api, path: str, kind: str, limit: int) -> None:
    everything = features(api, path)
    placeless = [feature["id"] for feature in everything if feature["geometry"] is None]
    inside = api.ids(f"/{kind}", bbox=BOX)
    assert placeless
    assert ids(api, path, bbox=BOX, limit=limit) == inside + placeless
    assert ids(api, path, bbox="38.4,48.9,0,38.45,48.95,9000", limit=limit) == inside + placeless


@pytest.mark.parametrize(
    ("datetime", "filters"),
    [
        ("2022-07-02", {"date_from": "2022-07-02", "date_to": "2022-07-02"}),
        ("2022-07-02T18:00:00Z", {"date_from": "2022-07-02", "date_to": "2022-07-02"}),
        ("2022-07-02T", {"date_from": "2022-07-02", "date_to": "2022-07-02"}),
        ("2022-07-02/..", {"date_from": "2022-07-02"}),
        ("2022-07-02/", {"date_from": "2022-07-02"}),
        ("../2022-06-26", {"date_to": "2022-06-26"}),
        ("/2022-06-26T23:59:59.9+03:00", {"date_to": "2022-06-26"}),
        ("2022-07-03T/9999-12-31T23:59:59Z", {"date_from": "2022-07-03"}),
        ("0000-01-01T00:00:00Z/2022-06-26T", {"date_to": "2022-06-26"}),
        ("2022-06-26/2022-06-30", {"date_from": "2022-06-26", "date_to": "2022-06-30"}),
        ("../..", {}),
        ("9999-01-01/..", {"date_from": "9999-01-01"}),
        (["2022-07-02T/..", "../2022-07-03T"], {"date_from": "2022-07-02", "date_to": "2022-07-03"}),
        (["2022-06-26/2022-07-02", "2022-06-30/.."], {"date_from": "2022-06-30", "date_to": "2022-07-02"}),
    ],
)
def test_days_take_in_what_has_none(api: Api, datetime: str, filters: dict[str, Any]) -> None:
    assert ids(api, EVENTS, datetime=datetime) == api.ids("/events", **filters, undated="include")


@pytest.mark.parametrize("path", [EVENTS, CLAIMS])
def test_several_times_are_all_to_be_met(shipped_api: Api, path: str) -> None:
    """GDAL gives `datetime` once for each condition on a date; two days that are apart leave what may lie in both."""
    for asked in (["2022-07-03/..", "../2022-07-01"], ["2018-02-07", "2018-02-08"], ["../2022-06-26", "2022-07-02T"]):
        each = [set(ids(shipped_api, path, datetime=one)) for one in asked]
        found = ids(shipped_api, path, datetime=asked)
        assert set(found) == set.intersection(*each), asked
        assert len(found) == len(set(found)) > 0
    between = ids(shipped_api, path, datetime=["2022-07-02/..", "../2022-07-03"])
    assert between == ids(shipped_api, path, datetime="2022-07-02/2022-07-03")


@pytest.mark.parametrize("path", [EVENTS, CLAIMS, LOCATIONS])
def test_every_feature_has_every_property(api: Api, path: str) -> None:
    found = features(api, path)
    assert len({tuple(feature["properties"]) for feature in found}) == 1
    for name in ("longitude", "radius_m", "value_best"):
        values = {type(feature["properties"].get(name)) for feature in found}
        assert values <= {float, type(None)}, name
    dates = {
        name
        for feature in found
        for name, value in feature["properties"].items()
        if isinstance(value, str) and LIKE_A_DATE.match(value)
    }
    assert {re.sub("(date|said)_", "", name) for name in dates} <= {"earliest", "latest"}


def test_an_event_as_a_feature(api: Api) -> None:
    feature = ask(api, f"{EVENTS}/capture-of-lysychansk")
    (same,) = [one for one in features(api, EVENTS) if one["id"] == "capture-of-lysychansk"]
    assert {name: feature[name] for name in same} == same
    assert same["geometry"] == {"type": "Point", "coordinates": [38.44094, 48.90421]}
    shown = same["properties"]
    assert shown["date_in_words"] == "2 or 3 July 2022"
    assert shown["date_edtf"] == "EDTF [2022-07-02..2022-07-03]"
    assert (shown["date_earliest"], shown["date_latest"]) == ("2022-07-02", "2022-07-03")
    assert (shown["location_id"], shown["location_name"], shown["radius_m"]) == ("lysychansk", "Lysychansk", 5000.0)
    assert [link["rel"] for link in feature["links"]] == ["self", "collection", "alternate"]
    for link in feature["links"]:
        assert api.ask(link["href"]).status_code == 200


@pytest.mark.parametrize("name", ["events", "claims", "locations"])
def test_the_schema_says_what_features_hold(shipped_api: Api, name: str) -> None:
    """Whatever the first of them lack, for GDAL makes its fields of it; but for the id, of which it would make two."""
    answer = shipped_api.good(f"/ogc/collections/{name}/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    told = answer.json()["properties"]["properties"]["properties"]
    shown = [feature["properties"] for feature in features(shipped_api, f"/ogc/collections/{name}/items")]
    assert {tuple(one) for one in shown} == {("id", *told)}
    kinds = {"string": str, "number": float, "integer": int, "boolean": bool}
    for column, kind in told.items():
        assert {type(one[column]) for one in shown} <= {kinds[kind["type"]], type(None)}, column
    dates = {column for column, kind in told.items() if kind.get("format") == "date"}
    assert dates == {column for column in told if column.endswith(("_earliest", "_latest"))}


def test_a_feature_leads_to_its_record(api: Api) -> None:
    """A file that was made of a layer knows nothing of where it came from."""
    for path, record in ((EVENTS, "/events/refinery-entry"), (LOCATIONS, "/locations/lysychansk")):
        shown = ask(api, f"{path}/{record.rpartition('/')[2]}")["properties"]
        assert shown["url"] == str(api.client.base_url).rstrip("/") + record
        assert shown in [one["properties"] for one in features(api, path)]


def test_declared_parameters_are_accepted(api: Api) -> None:
    document = api.good("/ogc/api").json()
    assert document["openapi"] == "3.0.3"
    (limit,) = document["components"]["parameters"].values()  # QGIS takes the size of its pages from here
    assert (limit["name"], limit["schema"]["maximum"], limit["schema"]["default"]) == ("limit", 1000, 100)
    for name, equal in EQUAL.items():
        operation = document["paths"][f"/collections/{name}/items"]["get"]
        declared = [parameter["name"] for parameter in operation["parameters"]]
        assert declared[:3] == ["limit", "bbox", "datetime"]
        (first, *_) = features(api, f"/ogc/collections/{name}/items")
        assert set(declared) & set(first["properties"]) == equal
        assert all(parameter["schema"] for parameter in operation["parameters"])


def test_a_parameter_named_like_a_property_means_equality(shipped_api: Api) -> None:
    """Clients send such a condition to the service, and do not look again."""
    for name, equal in EQUAL.items():
        path = f"/ogc/collections/{name}/items"
        everything = features(shipped_api, path)
        for field in sorted(equal):
            values = {feature["properties"][field] for feature in everything} - {None}
            assert values, field
            for value in sorted(values):
                due = [feature["id"] for feature in everything if feature["properties"][field] == value]
                assert ids(shipped_api, path, **{field: value}) == due, (field, value)


@pytest.mark.parametrize("name", ["events", "locations"])
def test_a_layer_reaches_as_far_as_its_points(shipped_api: Api, name: str) -> None:
    """Also where the first features lie elsewhere: QGIS makes a layer's extent of these if nothing tells it."""
    points = [
        one["geometry"]["coordinates"]
        for one in features(shipped_api, f"/ogc/collections/{name}/items")
        if one["geometry"]
    ]
    across, up = zip(*points, strict=True)
    told = shipped_api.get(f"/ogc/collections/{name}")["extent"]["spatial"]
    assert told["bbox"] == [[min(across), min(up), max(across), max(up)]]
    assert told["crs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert "extent" not in shipped_api.get("/ogc/collections/claims")


def test_nothing_reaches_nowhere(empty_url: str) -> None:
    with serving(empty_url) as api:
        assert [one.get("extent") for one in api.get("/ogc/collections")["collections"]] == [None, None, None]


def test_links_lead_on(api: Api) -> None:
    landing = api.get("/ogc")
    assert landing == api.get("/ogc/")
    assert {link["rel"] for link in landing["links"]} == {"self", "service-desc", "service-doc", "conformance", "data"}
    for link in landing["links"]:
        assert api.ask(link["href"]).status_code == 200
    collections = api.get("/ogc/collections")["collections"]
    assert [one["id"] for one in collections] == ["events", "claims", "locations"]
    for one in collections:
        assert api.get(f"/ogc/collections/{one['id']}") == one
        assert [link["rel"] for link in one["links"]] == ["self", "items", "describedBy"]
        assert [api.good(link["href"]).status_code for link in one["links"]] == [200, 200, 200]


@pytest.mark.parametrize(
    ("filters", "parameter"),
    [
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2022-02-30"}, "datetime"),
        ({"datetime": "2022-07-03/2022-07-01"}, "datetime"),
        ({"datetime": "2022-07-03", "date_from": "2022-07-01"}, "datetime"),
        ({"datetime": ["2022-07-03", "2022-02-30"]}, "datetime"),
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"bbox": "1,2,3,4,5"}, "bbox"),
        ({"party": "ukrain"}, "party"),
        ({"color": "red"}, "color"),
        ({"cursor": "1-x"}, "cursor"),
        ({"datetime": "2022-07-02T24:99:99Z"}, "datetime"),
        ({"datetime": "2022-07-02T12:00:00+25:00"}, "datetime"),
        ({"datetime": "../0000-01-01"}, "datetime"),
        ({"bbox": "38,48,low,39,49,high"}, "bbox"),
        ({"bbox": "38,48,,39,49,"}, "bbox"),
        ({"bbox": "38,48,10,39,49,-10"}, "bbox"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_mistake_is_a_problem_here_too(api: Api, filters: dict[str, Any], parameter: str) -> None:
    assert api.problem(EVENTS, 400, **filters)["errors"][0]["parameter"] == parameter


def test_a_page_goes_on_under_its_own_filters_alone(api: Api) -> None:
    """Also where it ends just where the features with a point do."""
    inside = len(api.ids("/events", bbox=BOX))
    (following,) = [link["href"] for link in ask(api, EVENTS, bbox=BOX, limit=inside)["links"] if link["rel"] == "next"]
    cursor = following.partition("cursor=")[2]
    assert cursor.startswith("1-")
    assert ask(api, EVENTS, bbox=BOX, limit=inside, cursor=cursor)["features"][0]["geometry"] is None
    for other in ({}, {"bbox": BOX, "kind": "capture"}, {"bbox": "38,48,39,49"}):
        assert api.problem(EVENTS, 400, cursor=cursor, **other)["errors"][0]["parameter"] == "cursor"


def test_unknown_collections_and_items(api: Api) -> None:
    for path in ("/ogc", "/ogc/api", "/ogc/conformance", "/ogc/collections", "/ogc/collections/events", EVENTS):
        unknown = api.problem(path, 400, nonsense="1")
        assert (unknown["type"], unknown["errors"][0]["parameter"]) == ("/problems/invalid-parameter", "nonsense")
    assert api.problem(EVENTS, 400, q="x" * 9_000)["errors"][0]["message"] == "is longer than 8192 bytes as sent"
    assert api.problem("/events", 422, q="x" * 9_000)["status"] == 422
    assert api.problem("/ogc/collections/event", 404)["did_you_mean"] == ["events"]
    assert api.problem("/ogc/collections/event/schema", 404)["did_you_mean"] == ["events"]
    assert api.problem("/ogc/collections/event/items/x", 404)["did_you_mean"] == ["events"]
    assert "capture-of-lysychansk" in api.problem(f"{EVENTS}/capture-of-lisichansk", 404)["did_you_mean"]


@pytest.mark.parametrize(
    "path", ["/ogc", "/ogc/api", "/ogc/collections", f"{EVENTS}?limit=5&bbox={BOX}", f"{CLAIMS}/lysychansk-s14a"]
)
def test_copies_are_kept_and_both_databases_agree(sqlite_api: Api, postgresql_api: Api, path: str) -> None:
    answers = [api.good(path) for api in (sqlite_api, postgresql_api)]
    first, second = (answer.text.replace(str(answer.url.copy_with(raw_path=b"")), "") for answer in answers)
    assert first == second
    assert sqlite_api.ask(path, {"If-None-Match": answers[0].headers["etag"]}).status_code == 304
