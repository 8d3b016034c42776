"""`fields` sends no more than what is asked for, `expand` sends what records refer to whole."""

import csv
import io
import json
from typing import Any

import pytest

from api.http.fields import FIELDS, parts
from tests.support.exchanges import CAPTURE, LISTS, SHOWN
from tests.support.live import Api, Params

ITEMS = {name: SHOWN[name] for name in LISTS if name != "disputes"}
EXPANDED = [
    ("/events", ["sources", "actors", "location"]),
    (f"{CAPTURE}/claims", ["sources", "actors", "location"]),
    ("/claims", ["sources", "actors", "location"]),
    ("/sources", ["sources"]),
    ("/actors", ["actors"]),
    ("/locations", ["sources", "location"]),
    ("/disputes", ["sources", "actors", "location"]),
    ("/actors/haidai", ["actors"]),
    ("/locations/lysychansk", ["sources", "location"]),
]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_sends_the_fields_asked_for(api: Api, name: str) -> None:
    whole = api.get(f"/{name}", limit=100)["data"]
    assert list(whole[0]) == list(FIELDS[name])
    for wanted in (FIELDS[name][:1], FIELDS[name][::-1]):
        page = api.get(f"/{name}", limit=100, fields=",".join(wanted))
        assert page["data"] == [{field: record[field] for field in wanted} for record in whole]
        assert [list(record) for record in page["data"]] == [list(wanted)] * len(whole)
        assert api.ndjson(f"/{name}.ndjson", fields=list(wanted)) == page["data"]


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_sends_the_fields_asked_for(api: Api, name: str) -> None:
    whole = api.get(ITEMS[name])
    assert api.get(ITEMS[name], fields=["url", "id"]) == {"url": whole["url"], "id": whole["id"]}
    assert api.get(ITEMS[name], fields="id", revision=1) == {"id": whole["id"]}


def test_fields_go_with_everything_else(api: Api) -> None:
    asked: Params = {"party": "lpr", "as_of": "2022-07-02", "match": "certain", "sort": "-date"}
    whole = [event for page in api.pages("/events", **asked, limit=2) for event in page["data"]]
    assert whole
    some = [event for page in api.pages("/events", **asked, limit=2, fields="claims,id") for event in page["data"]]
    assert some == [{"claims": event["claims"], "id": event["id"]} for event in whole]
    claims = api.get(f"{CAPTURE}/claims", fields="id")["data"]
    assert claims == [{"id": claim["id"]} for claim in api.get(f"{CAPTURE}/claims")["data"]]


def test_a_cursor_goes_on_whatever_the_fields(api: Api) -> None:
    following = api.get("/events", limit=1, fields="id")["links"]["next"]
    assert "fields=id" in following
    assert list(api.get(following)["data"][0]) == ["id"]
    assert len(api.get(following.replace("fields=id", "fields=title"))["data"]) == 1


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ("id", ["id"]),
        ("title,id", ["title", "id"]),
        (["date_latest", "date"], ["date_latest", "date"]),
        ("id,location,location_id,id", ["id", "location", "location_id"]),
    ],
)
def test_columns_of_csv(api: Api, fields: Any, header: list[str]) -> None:
    (whole, chosen) = (api.csv("/events.csv"), api.good("/events.csv", fields=fields))
    rows = list(csv.DictReader(io.StringIO(chosen.text, newline="")))
    assert chosen.text.splitlines()[0].split(",") == header
    assert rows == [{name: row[name] for name in header} for row in whole]


@pytest.mark.parametrize(
    ("path", "field", "columns"),
    [
        ("/events.csv", "assessments", {"status_control", "status_withdrawal"}),
        ("/claims.csv", "value", {"value_low", "value_best", "value_high", "unit", "measure", "of_id", "of"}),
        ("/claims.csv", "citations", {"sources", "flags"}),
        ("/locations.csv", "point", {"longitude", "latitude", "radius_m", "method"}),
        ("/disputes.csv", "positions", {"supporting_parties", "opposing_parties"}),
    ],
)
def test_a_field_that_is_several_columns(api: Api, path: str, field: str, columns: set[str]) -> None:
    found = set(api.csv(path, fields=field)[0])
    assert columns <= found <= set(api.csv(path)[0])
    assert field not in found


def test_properties_of_geojson(api: Api) -> None:
    whole = api.geojson("/events.geojson")
    assert api.geojson("/events.geojson", fields="title,date_earliest") == [
        feature | {"properties": {name: feature["properties"][name] for name in ("title", "date_earliest")}}
        for feature in whole
    ]


@pytest.mark.parametrize(
    ("path", "fields", "meant"),
    [
        ("/events", "tilte", ["title"]),
        ("/events", "id,date_earliest", ["dataset"]),
        ("/events.csv", "date_earlist", ["date_earliest", "date_basis", "date_latest"]),
        ("/events.csv", "extra", []),
        ("/events.ndjson", "titles", ["title"]),
        ("/events.geojson", "lattitude", ["latitude", "longitude"]),
        (CAPTURE, "participant", ["participants"]),
        (f"{CAPTURE}/claims", "source", []),
        ("/datasets", "licens", ["licence"]),
        ("/disputes.csv", "", []),
    ],
)
def test_a_field_that_there_is_not(api: Api, path: str, fields: str, meant: list[str]) -> None:
    (error,) = api.problem(path, fields=fields)["errors"]
    assert (error["parameter"], error["value"]) == ("fields", fields.rpartition(",")[2])
    assert (error["message"], error["did_you_mean"]) == ("is not an allowed name", meant)
    name = path.rsplit("/", maxsplit=1)[-1].partition(".")[0]
    assert error["value"] not in error["allowed"]
    assert set(error["allowed"]) & {"id", "event", name}


@pytest.mark.parametrize(
    "path", ["/events/count", "/events.kml", "/events.timeline.json", "/events.jsonld", "/changes"]
)
def test_formats_of_whole_records_take_no_fields(api: Api, path: str) -> None:
    assert api.problem(path, fields="id")["errors"][0]["message"] == "there is no such parameter"


def test_json_ld_is_sent_whole(api: Api) -> None:
    for asked in ({"fields": "id"}, {"expand": "sources"}):
        answer = api.ask("/claims", {"Accept": "application/ld+json"}, **asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == next(iter(asked))


def test_a_copy_is_of_the_fields_that_were_asked_for(api: Api) -> None:
    tags = {
        api.good(path).headers["etag"] for path in ("/events.csv", "/events.csv?fields=id", "/events.csv?fields=url")
    }
    assert len(tags) == 3
    first = api.good("/events", fields="id")
    again = api.ask("/events?fields=id", {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.ask("/events?fields=url", {"If-None-Match": first.headers["etag"]}).status_code == 200
    part = api.ask("/events.csv?fields=id", {"Range": "bytes=0-1"})
    assert (part.status_code, part.text) == (206, "id")


def test_numbers_of_an_imported_row_keep_every_digit() -> None:
    body = '{"id":"x","extra":{"n":123456789012345678901234567890,"s":"a\\",}\u2028"},"url":null}'
    assert parts(body)["extra"] == '{"n":123456789012345678901234567890,"s":"a\\",}\u2028"}'


def sent_whole(reference: Any, whole: Any) -> bool:
    """Whether all of a record stands where it is referred to."""
    return bool(whole.items() <= reference.items())


@pytest.mark.parametrize("path", ["/claims", f"{CAPTURE}/claims", "/claims/lysychansk-s14a"])
def test_one_request_tells_the_whole_story(api: Api, path: str) -> None:
    found = api.get(path, expand=["sources", "actors", "location"])
    plain = api.get(path)
    for claim, short in zip(found.get("data", [found]), plain.get("data", [plain]), strict=True):
        for citation in claim["citations"]:
            source = api.get(f"/sources/{citation['source']['id']}")
            assert citation["source"] == source
            assert {"url", "publisher", "archive_url"} <= source.keys()
        for actor in filter(None, [claim["speaker"], claim["via"], claim["quote_by"], *claim["names"]]):
            whole = api.get(f"/actors/{actor['id']}")
            del whole["affiliated"]
            assert actor == whole
        event = api.get(f"/events/{claim['event']['id']}")
        place = event["location"]
        assert (claim["event"]["location"] is None) == (place is None)
        if place is not None:
            assert claim["event"]["location"] == {**api.get(f"/locations/{place['id']}"), "relation": place["relation"]}
        assert shortened(claim, short) == short


def shortened(value: Any, as_in: Any) -> Any:
    """A value with nothing but what another one has."""
    if isinstance(as_in, dict):
        return {name: shortened(value[name], as_in[name]) for name in as_in}
    if isinstance(as_in, list):
        return [shortened(one, other) for one, other in zip(value, as_in, strict=True)]
    return value


@pytest.mark.parametrize(("path", "words"), EXPANDED)
def test_expanding_references_leaves_the_rest_unchanged(api: Api, path: str, words: list[str]) -> None:
    plain = api.get(path)
    for word in words:
        found = api.get(path, expand=word)
        assert shortened(found, plain) | {"links": None} == plain | {"links": None}
        assert json.dumps(found) != json.dumps(plain)
    together = api.get(path, expand=",".join(words))
    assert shortened(together, plain) | {"links": None} == plain | {"links": None}


def test_events_with_actors_and_place(api: Api) -> None:
    event = api.get(CAPTURE, expand=["actors", "location"], fields=["location", "participants"], as_of="2022-07-02")
    assert event["location"]["aliases"] == api.get("/locations/lysychansk")["aliases"]
    assert event["location"]["relation"] == "at"
    actor = api.get(f"/actors/{event['participants'][0]['actor']['id']}")
    del actor["affiliated"]
    assert event["participants"][0]["actor"] == actor
    assert event["participants"][0].keys() == {"actor", "role", "note"}


@pytest.mark.parametrize(
    ("path", "asked", "parameter", "message"),
    [
        ("/claims", {"expand": "source"}, "expand", "is not an allowed name"),
        ("/sources", {"expand": "actors"}, "expand", "is not an allowed name"),
        ("/datasets", {"expand": "sources"}, "expand", "there is no such parameter"),
        ("/claims.ndjson", {"expand": "sources"}, "expand", "there is no such parameter"),
        ("/claims", {"expand": "sources", "limit": "201"}, "limit", "must be at most 200 with expand"),
        (
            "/claims",
            {"expand": "sources", "fields": "id"},
            "expand",
            "expands only what `fields` leaves out: citations, said",
        ),
        (
            CAPTURE,
            {"expand": "sources", "revision": "1"},
            "expand",
            "shows current records, and revision a past state: leave one out",
        ),
    ],
)
def test_references_that_cannot_be_expanded_are_refused(
    api: Api, path: str, asked: Params, parameter: str, message: str
) -> None:
    (error,) = api.problem(path, **asked)["errors"]
    assert (error["parameter"], error["message"]) == (parameter, message)


@pytest.mark.parametrize(
    ("path", "words"), [("/claims", "sources,actors,location"), ("/events", "sources,actors,location")]
)
def test_the_document_says_what_is_sent_whole(api: Api, path: str, words: str) -> None:
    """The schemas of references name every field that `expand` adds, and are sure of none of them."""
    document = api.get("/openapi.json")
    schemas = document["components"]["schemas"]
    name = {"/claims": "Claim", "/events": "Event"}[path]
    for record in api.get(path, expand=words)["data"]:
        said(schemas, {"$ref": f"#/components/schemas/{name}"}, record)
    assert schemas["SourceReference"]["required"] == ["id", "title"]
    assert schemas["ActorReference"]["required"] == ["id", "name"]


def said(schemas: Any, schema: Any, value: Any) -> None:
    """Every field is one that the schema names."""
    for choice in schema.get("anyOf", ()):
        if "$ref" in choice and value is not None:
            said(schemas, choice, value)
    if "$ref" in schema:
        said(schemas, schemas[schema["$ref"].rpartition("/")[2]], value)
    elif isinstance(value, list):
        for one in value:
            said(schemas, schema.get("items", {}), one)
    elif isinstance(value, dict) and "properties" in schema:
        assert value.keys() <= schema["properties"].keys()
        for name, inner in value.items():
            said(schemas, schema["properties"][name], inner)
