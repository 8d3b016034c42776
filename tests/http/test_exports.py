"""Exports: whole and as announced, or visibly cut; read a batch at a time."""

import errno
import os
from typing import NoReturn

import orjson
import pytest
import sqlalchemy as sa

from api.http import downloads, exports, formats
from api.query.documents import EMPTY_DOCUMENTS
from api.storage.database import engine
from tests.support.live import Api, serving
from tests.support.wire import Wire

FORMS = ("csv", "ndjson", "geojson")


@pytest.mark.parametrize("size", [1, 2, 26, 27, 28])
def test_batches_leave_no_trace(api: Api, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    questions = [{}, {"undated": "include", "date_from": "2022-07-01"}, {"as_of": "2022-07-02", "disputed": "true"}]
    paths = [f"/events.{form}" for form in FORMS]
    before = [api.good(path, **filters).content for path in paths for filters in questions]
    monkeypatch.setattr(exports, "EXPORT_BATCH", size)
    monkeypatch.setattr(downloads, "KEPT", 0)
    api.good("/events.csv", kind="order")  # and with that, what was kept is gone
    assert [api.good(path, **filters).content for path in paths for filters in questions] == before


@pytest.mark.parametrize("form", FORMS)
def test_an_export_with_fewer_records_than_counted_is_not_sent(dossier_url: str, form: str) -> None:
    """Somebody took an event out of the index by hand: what was announced cannot be sent."""
    made = engine(dossier_url)
    with made.begin() as connection:
        connection.execute(sa.text("DELETE FROM event_entry WHERE id = 'capture-of-mine'"))
    made.dispose()
    with serving(dossier_url) as api:
        assert api.problem(f"/events.{form}", 500)["type"] == "/problems/internal-error"
        assert api.ask("/health").status_code == 200


def received(api: Api, path: str) -> bytes:
    """All that a client of HTTP/1.0 gets, until the connection ends; raises if it was reset."""
    with Wire(str(api.client.base_url)) as wire:
        wire.send(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        return b"".join(iter(lambda: wire.socket.recv(65_536), b""))


@pytest.mark.parametrize("path", ["/events.csv", "/claims.ndjson", "/locations.geojson", "/events.ndjson?kind=order"])
def test_a_client_that_knows_no_chunks_gets_none(api: Api, path: str) -> None:
    head, _, body = received(api, path).partition(b"\r\n\r\n")
    assert body == api.good(path).content
    assert b"connection: close" in head
    assert b"transfer-encoding" not in head


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_a_whole_answer_too(api: Api, form: str) -> None:
    answer = api.good(f"/events.{form}", kind="loss_report")
    assert answer.headers["counterclaim-count"] == "0"
    if form == "csv":
        assert answer.text.startswith("id,kind,title,summary,date,")
        assert answer.text.count("\n") == 1
    else:
        assert answer.text == {"ndjson": "", "geojson": '{"type":"FeatureCollection","features":[]}\n'}[form]


def test_a_csv_is_read_by_any_reader(api: Api) -> None:
    text = api.good("/claims.csv").content
    assert not text.startswith(b"\xef\xbb\xbf")
    assert text.count(b"\r\n") == 64
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert api.ask("/claims.csv").headers["content-type"] == "text/csv; charset=utf-8; header=present"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+7", "'+7"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        (-170.5, "-170.5"),
        (-170, "-170"),
        (None, ""),
        (False, "false"),
        (["a", "b"], "a|b"),
        ('say "so", he', '"say ""so"", he"'),
        ("two\nlines", '"two\nlines"'),
    ],
)
def test_a_cell_runs_nothing_and_keeps_its_value(value: object, cell: str) -> None:
    assert formats.csv_lines([{"a": value, "b": 1}], ("a", "b"), first=False).decode() == f"{cell},1\r\n"


def test_decimals_have_a_point_and_lists_are_joined_everywhere(api: Api) -> None:
    """Readers guess types from the first rows, and turn a list into the print of an array."""
    rows = {row["id"]: row for row in api.csv("/locations.csv")}
    assert (rows["lysychansk"]["longitude"], rows["lysychansk"]["radius_m"]) == ("38.44094", "5000.0")
    assert {row["value_best"] for row in api.csv("/claims.csv") if row["unit"] == "km"} <= {"", "10.0"}
    assert formats.csv_lines(
        [{"latitude": -49, "value_low": None, "claims": 3}], ("latitude", "value_low", "claims"), first=False
    ) == (b"-49.0,,3\r\n")
    for feature in api.geojson("/locations.geojson"):
        properties = feature["properties"]
        assert list(properties) == list(rows[feature["id"]])
        assert properties["aliases"] == rows[feature["id"]]["aliases"].removeprefix("'")
        assert [value for value in properties.values() if isinstance(value, list | dict)] == []
    assert {row["reliability_meaning"] for row in api.csv("/sources.csv", reliability="F")} == {"Cannot be judged."}


def test_an_export_for_which_there_is_no_room(dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is still answered, where the disk has no free byte."""

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(downloads, "SpooledTemporaryFile", full)
    with serving(dossier_of_sqlite) as api:
        problem = api.problem("/events.csv", 503)
        assert problem["detail"] == "There is no room to make an export: No space left on device."
        assert api.get("/events/count") == {"count": 27}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/events", "date"),
        ("/claims", "said"),
        ("/sources", "published"),
        ("/disputes", "date"),
    ],
)
def test_dates_are_named_alike_in_every_export(api: Api, path: str, field: str) -> None:
    """One name for each part, whatever the record and the form."""
    parts = [field, *(f"{field}_{part}" for part in ("earliest", "latest", "precision", "basis"))]
    header = list(api.csv(f"{path}.csv")[0])
    assert [name for name in header if name == field or name.startswith(f"{field}_")] == parts
    assert header[header.index(field) :][:5] == parts
    if path == "/events":
        (feature, *_) = api.geojson("/events.geojson")
        assert list(feature["properties"]) == header
        kml = api.good("/events.kml").text
        assert {name for name in parts if f'name="{name}"' in kml} == set(parts)


def test_grades_stand_beside_their_words(api: Api) -> None:
    claims, sources = api.csv("/claims.csv"), api.csv("/sources.csv")
    assert {(row["credibility"], row["credibility_meaning"]) for row in claims} == {("6", "Cannot be judged.")}
    assert {(row["reliability"], row["reliability_meaning"]) for row in sources} == {("F", "Cannot be judged.")}


@pytest.mark.parametrize("names", [(), ("url", "dataset", "id"), ("dataset", "dataset_id")])
def test_rows_made_of_parts_of_a_document_equal_rows_made_of_the_whole(api: Api, names: tuple[str, ...]) -> None:
    """Also where a field's text holds what begins the next field, quotes, or a formula; and of a damaged record."""
    known = orjson.loads(api.good("/events.ndjson").content.splitlines()[0])
    strange = {"summary": '=",\\"date\\":{', "title": 'a, "b"', "extra": {"url": [1], "x": {"url": "/y", "dataset": 2}}}
    documents = [
        known | strange,
        known | {"location": None, "title": ""},
        EMPTY_DOCUMENTS["event"] | {"id": "a", "damaged": True},
    ]
    header = names or formats.CSV_HEADERS["events"]
    csv, geojson = formats.Csv("events", header), formats.GeoJson("events", header)
    for document in documents:
        columns = formats.flattened("events", document)
        text = orjson.dumps(document)
        assert csv.record(text) == formats.csv_lines([columns], header, first=False)
        point = document["location"] and document["location"]["point"]
        joined = {name: "|".join(value) if isinstance(value, list) else value for name, value in columns.items()}
        assert orjson.loads(geojson.record(text)) == {
            "type": "Feature",
            "id": document["id"],
            "geometry": point and {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]},
            "properties": {name: joined[name] for name in header},
        }
