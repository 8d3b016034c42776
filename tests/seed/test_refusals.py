"""What authors may not write: each refusal names the record and the field, and says what is wrong."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from seed.files import read
from seed.records import INPUT_MODELS
from seed.refusals import Entry, Place, Refusal, entry, parts_of

HERE = Place("battle.toml")
EVENT = {"id": "refinery-entry", "kind": "entry", "title": "Entry into the refinery"}
CLAIM = {"id": "lysychansk-s06a", "event": "refinery-entry", "stance": "asserts", "aspect": "occurrence"}
SOURCE = {"id": "isw-2022-07-02", "kind": "think_tank_report", "title": "ISW"}
ACTOR = {"id": "haidai", "kind": "person", "name": "Serhiy Haidai"}
LOCATION = {"id": "lysychansk", "kind": "city", "name": "Lysychansk"}
POINT = {"longitude": 38.44, "latitude": 48.9, "method": "gazetteer", "source": "geonames"}
DATASET = {"id": "lysychansk", "title": "Lysychansk", "recorded_at": "2031-06-01"}
DATING = {"id": "d1", "event": "refinery-entry", "edtf": "2022-06-30", "source": "isw-2022-07-02"}
MOMENT = "a day or a moment"
KM = {"unit": "km", "measure": "distance"}
RECORDS: Mapping[str, dict[str, Any]] = {
    "event": EVENT,
    "claim": CLAIM,
    "source": SOURCE,
    "actor": ACTOR,
    "location": LOCATION,
    "dating": DATING,
    "dataset": DATASET,
}


def refused(given: Entry | list[Refusal]) -> list[Refusal]:
    return given if isinstance(given, list) else []


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"deeper": value}
    return value


@pytest.mark.parametrize(
    ("kind", "changes", "field", "said"),
    [
        ("event", {"id": "count"}, "id", "no record may be called count"),
        ("event", {"id": "-entry"}, "id", "'-entry' is not an id"),
        ("event", {"kind": "entree"}, "kind", "did you mean entry?"),
        ("event", {"titel": "x"}, "titel", "there is no such field; did you mean title?"),
        ("event", {"title": " "}, "title", "is blank"),
        ("event", {"title": "a\x00b"}, "title", "contains a control character"),
        ("event", {"title": "half \ud83d"}, "title", "lone surrogate"),
        ("event", {"date": {"edtf": "2022-02-30", "basis": "stated"}}, "date.edtf", "2022-02-30"),
        ("event", {"date": {"edtf": "2022-07-02"}}, "date", "a date says what it rests on"),
        ("event", {"date": {"basis": "stated"}}, "date", "without an edtf, the basis can only be unknown"),
        ("event", {"date": {"edtf": "2022-07-02", "basis": "external"}}, "date", "external is for dates"),
        ("event", {"place_relation": "near"}, "place_relation", "place_relation needs a location"),
        ("event", {"part_of": "refinery-entry"}, "part_of", "an event cannot be part of itself"),
        (
            "event",
            {"participants": [{"actor": "haidai", "role": "victm"}]},
            "participants[0].role",
            "did you mean victim?",
        ),
        ("event", {"extra": nested(30)}, "extra", "is nested more than 20 deep"),
        ("event", {"extra": {"x": "\ud83d"}}, "extra", "lone surrogate"),
        ("event", {"extra": {"x": float("nan")}}, "extra", "holds a number that is not finite"),
        ("event", {"extra": {"x": {1, 2}}}, "extra", "holds what JSON cannot say"),
        ("claim", {"quote_by": "isw"}, "quote_by", "quote_by needs a quote"),
        ("claim", {"about": "lysychansk-s06a"}, "about", "a claim cannot be about itself"),
        (
            "claim",
            {"value": {"unit": "km", "measure": "distance"}},
            "value",
            "a value has a low, a best or a high number",
        ),
        ("claim", {"value": KM | {"best": float("inf")}}, "value.best", "finite"),
        ("claim", {"value": KM | {"low": 9, "best": 8}}, "value", "low is above best or high"),
        (
            "claim",
            {"value": KM | {"low": 9, "best": 9, "high": 8}},
            "value",
            "a citation flagged contradictory may give",
        ),
        ("claim", {"value": {"best": 8, "unit": "km"}}, "value.measure", "is missing"),
        ("claim", {"value": {"best": 8, "measure": "distance"}}, "value.unit", "is missing"),
        (
            "claim",
            {"value": KM | {"best": 8, "measure": "distanc"}},
            "value.measure",
            "did you mean distance?",
        ),
        ("claim", {"names": ["haidai"]}, "names", "only a claim on attribution has them"),
        ("claim", {"aspect": "attribution", "names": ["haidai", "haidai"]}, "names", "an actor is named twice"),
        ("claim", {"stance": "retracts"}, "about", "a retraction is about the claim that it takes back"),
        ("claim", {"credibility": 7}, "credibility", "7 is more than 6"),
        ("claim", {"stance": None}, "stance", "null is not a word of this vocabulary"),
        ("source", {"url": "javascript:alert(1)"}, "url", "is not a link that begins with http:// or https://"),
        ("source", {"title": None}, "title", "null is not text"),
        (
            "actor",
            {"affiliations": [{"kind": "part_of", "actor": "haidai"}]},
            "affiliations",
            "an actor cannot belong to itself",
        ),
        ("source", {"title": 2022}, "title", '2022 is not text: write "2022", with quotation marks'),
        ("source", {"title": "x" * 1_001}, "title", "x… is longer than 1,000 characters"),
        ("source", {"published": 2022}, "published", "2022 is neither a date nor a table with the fields edtf, basis"),
        ("actor", {"aliases": "Гайдай"}, "aliases", "'Гайдай' is not a list: write [\"Гайдай\"]"),
        (
            "location",
            {"point": "38.44, 48.9"},
            "point",
            "'38.44, 48.9' is not a table with the fields longitude, latit",
        ),
        ("location", {"point": {**POINT, "latitude": "48,9"}}, "point.latitude", "'48,9' is not a number"),
        ("claim", {"inferred": "no"}, "inferred", "'no' is not true or false"),
        ("dataset", {"recorded_at": "1 June 2031"}, "recorded_at", f"'1 June 2031' is not {MOMENT} (did you mean 2031"),
        ("dataset", {"recorded_at": 20310601}, "recorded_at", f"20310601 is not {MOMENT}; write a day, 2031-06-01, or"),
        ("dataset", {"recorded_at": "2031-06-01T10:00"}, "recorded_at", "'2031-06-01T10:00' has no time zone; write a"),
        ("dataset", {"recorded_at": "0001-01-01T00:00+02:00"}, "recorded_at", "is not in the years 0001 to 9999"),
        ("location", {"within": "lysychansk"}, "within", "a location cannot lie within itself"),
        ("location", {"point": {**POINT, "source": None}}, "point", "a point needs a source"),
        ("location", {"point": {**POINT, "longitude": 181}}, "point.longitude", "181 is more than 180"),
        ("dating", {"claim": "lysychansk-s06a"}, "event", "a dating is of one event or of one claim"),
        ("dating", {"event": None}, "event", "a dating is of one event or of one claim"),
    ],
)
def test_a_record_is_refused(kind: str, changes: dict[str, Any], field: str, said: str) -> None:
    found = refused(entry(kind, RECORDS[kind] | changes, "lysychansk", HERE))
    assert [(refusal.field, said in str(refusal)) for refusal in found] == [(field, True)], list(map(str, found))


WRONG: list[Any] = [
    *(1, 1.5, -1, 10**20, float("nan"), float("inf"), True, None, b"x", "", " ", "x", "x" * 60_000, "a\x00", "\ud800"),
    *("1 June 2031", "2031-06-31", "2031-06-01T10:00", date(2031, 6, 1), datetime(2031, 6, 1, tzinfo=UTC), time(1, 2)),
    *([], ["x"], [1], [[]], [{}], {}, {"x": 1}, ["x"] * 1_001, {"edtf": 1}, {"edtf": "x", "basis": 1}),
]


def filled(kind: str) -> Iterator[dict[str, Any]]:
    """A record with one wrong value in each field of it and of its parts."""

    def within(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
        for name, info in model.model_fields.items():
            yield from ({name: wrong} for wrong in WRONG)
            for part in parts_of(info.annotation):
                if issubclass(part, BaseModel):
                    many = "list" in str(info.annotation)
                    yield from ({name: [one] if many else one} for one in within(part))

    yield from (RECORDS[kind] | changes for changes in within(INPUT_MODELS[kind]))


@pytest.mark.parametrize("kind", RECORDS)
def test_no_refusal_is_in_the_words_of_the_validation_library(kind: str) -> None:
    told = [str(one) for given in filled(kind) for one in refused(entry(kind, given, "lysychansk", HERE))]
    strange = re.compile(r"\b(?:input|valid|instance|string should|datetime|None|True|dictionary)\b")
    assert len(told) > len(WRONG)
    assert [one for one in told if strange.search(one)] == []


@pytest.mark.parametrize(
    ("numbers", "flags"),
    [({"low": 8, "best": 9, "high": 7.5}, ["contradictory"]), ({"low": 5, "best": 9, "high": 7}, [])],
)
def test_a_figure_as_its_source_has_it_is_taken(numbers: dict[str, float], flags: list[str]) -> None:
    """A source that contradicts itself is flagged so; a sum of incidents may lie above its highest estimate."""
    citations = [{"source": "wikipedia-battle-of-lysychansk", "role": "carries", "flags": flags}]
    changes = {"value": KM | numbers, "citations": citations}
    assert isinstance(entry("claim", RECORDS["claim"] | changes, "lysychansk", HERE), Entry)


@pytest.mark.parametrize("kind", RECORDS)
def test_the_records_above_are_fine_as_they_are(kind: str) -> None:
    assert isinstance(entry(kind, RECORDS[kind], "lysychansk", HERE), Entry)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"events = [", "is not TOML"),
        (b"# \xff", "is not UTF-8: byte 2"),
        (b"a = " + b"[" * 5_000 + b"]" * 5_000, "is nested too deep"),
        (b"[[events]]\n", "dataset: is missing"),
        (b'dataset = "x"\n[[event]]\n', "there is no such table; did you mean events?"),
        (b'dataset = "x"\nevents = 1\n', "is written [[events]], once for each record"),
        (b'dataset = "x"\nevents = [1]\n', "1"),
        (
            b'dataset = "x"\n[[datasets]]\nid = "y"\ntitle = "Y"\nrecorded_at = 2026-11-22T00:00:00Z\n',
            "the file belongs to 'x'",
        ),
    ],
)
def test_a_file_is_refused(tmp_path: Path, written: bytes, said: str) -> None:
    path = tmp_path / "battle.toml"
    path.write_bytes(written)
    refused = list(read([path]))
    assert len(refused) == 1
    assert str(refused[0]).startswith(str(path))
    assert said in str(refused[0])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (refused,) = read([tmp_path / "nowhere.toml"])
    assert "there is no such file" in str(refused)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(5 * 2**20)
    (refused,) = read([path])
    assert "is larger than 4 MB; split it" in str(refused)
