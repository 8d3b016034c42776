"""Mapping files: any CSV becomes records without code; ACLED's exports and VIINA by the ones that are shipped."""

import io
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from seed.importers import csv_files
from seed.importers.command import ImportUnusableError, Wish, import_files
from seed.importers.formats import InputRow, MadeRecord
from seed.importers.mapped import MAPPINGS, mapping, shipped
from seed.importers.outcome import Outcome
from tests.support.imitations import as_csv, of, stream, write
from tests.support.live import serving

ACLED = {
    "event_id_cnty": "TST123",
    "event_date": "02 May 2031",
    "year": "2031",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "Military Forces of Testland (2030-)",
    "assoc_actor_1": "",
    "inter1": "State forces",
    "actor2": "TLF: Testland Front",
    "assoc_actor_2": "",
    "inter2": "Rebel group",
    "interaction": "State forces-Rebel group",
    "civilian_targeting": "",
    "iso": "990",
    "region": "Testworld",
    "country": "Testland",
    "admin1": "Sample",
    "admin2": "",
    "admin3": "",
    "location": "Sampletown",
    "latitude": "10.5",
    "longitude": "20.25",
    "geo_precision": "2",
    "source": "Testwire; Imagined News",
    "source_scale": "National",
    "notes": "On 2 May, forces clashed. 3 dead.",
    "fatalities": "3",
    "tags": "",
    "timestamp": "1935532800",
}
VIINA = {
    "event_id": "7",
    "date": "20310502",
    "geonameid": "990001",
    "asciiname": "Sampletown",
    "longitude": "20.25",
    "latitude": "10.5",
    "source": "testwire",
    "url": "https://news.example/a",
    "text": "A report.",
}


def became(name: str, cells: Mapping[str, str]) -> list[MadeRecord]:
    form = mapping(name)
    assert form is not None
    (row,) = csv_files.rows(stream(as_csv([cells]).encode()), "f.csv", form.table)
    assert isinstance(row, InputRow), row
    return list(form.records(row))


def only(kind: str, name: str, cells: Mapping[str, str]) -> dict[str, Any]:
    (found,) = of(kind, became(name, cells))
    return found


def load(url: str, name: str, path: Path) -> Outcome:
    return import_files(url, name, [path], Wish(), Console(file=io.StringIO()))


def test_a_row_of_acled_becomes_an_event_and_acleds_word(empty_url: str, tmp_path: Path) -> None:
    assert len(ACLED) == 31
    event = only("event", "acled", ACLED)
    assert event == {
        "id": "acled-tst123",
        "kind": "armed_clash",
        "title": "Battles: Sampletown",
        "summary": "On 2 May, forces clashed. 3 dead.",
        "date": {"edtf": "2031-05-02", "basis": "stated"},
        "location": event["location"],
        "place_relation": "near",
        "participants": [
            {"actor": one["id"], "role": role}
            for one, role in zip(of("actor", became("acled", ACLED)), ("side_a", "side_b"), strict=True)
        ],
        "extra": ACLED,
    }
    assert [(one["kind"], one["name"]) for one in of("actor", became("acled", ACLED))] == [
        ("armed_force", "Military Forces of Testland (2030-)"),
        ("armed_group", "TLF: Testland Front"),
    ]
    assert [one["title"] for one in of("source", became("acled", ACLED))] == ["Testwire", "Imagined News"]
    occurred, killed = of("claim", became("acled", ACLED))
    assert (occurred["speaker"], occurred["aspect"], occurred["said"]["edtf"]) == ("acled", "occurrence", "2031-05-03")
    assert killed["id"] == "acled-tst123-killed"
    assert killed["value"] == {"best": 3, "unit": "people", "measure": "killed"}
    path = write(tmp_path / "acled.csv", [ACLED, ACLED | {"event_id_cnty": "TST124", "fatalities": "0"}])
    assert load(empty_url, "acled", path).report.new == {
        "dataset": 1,
        "source": 3,
        "actor": 3,
        "location": 3,
        "event": 2,
        "claim": 3,
    }
    assert load(empty_url, "acled", path).loaded is False
    with serving(empty_url) as api:
        place = api.get("/events/acled-tst123")["location"]
        assert (place["admin1"], place["point"]["radius_m"]) == ("Sample", 25_000)


@pytest.mark.parametrize(
    ("cells", "edtf", "basis"),
    [
        ({"time_precision": "2"}, "[2031-04-26..2031-05-08]", "inferred"),
        ({"time_precision": "3"}, "2031-05", "inferred"),
        ({"event_date": "2031-05-02"}, "2031-05-02", "stated"),
    ],
)
def test_acled_knows_days_as_exactly_as_it_says(cells: dict[str, str], edtf: str, basis: str) -> None:
    date = only("event", "acled", ACLED | cells)["date"]
    assert (date["edtf"], date["basis"]) == (edtf, basis)


def test_an_empty_cell_leaves_out_what_rests_on_it() -> None:
    found = became("acled", ACLED | {"actor2": "", "fatalities": "0", "latitude": "NA"})
    assert [one["role"] for one in only_event(found)["participants"]] == ["side_a"]
    assert [one["id"] for one in of("claim", found)] == ["acled-tst123-occurred"]
    assert [one.get("point") for one in of("location", found)] == [None, None, None]


def only_event(found: list[MadeRecord]) -> dict[str, Any]:
    (event,) = of("event", found)
    return event


def test_viinas_mapping_is_an_example_that_works(empty_url: str, tmp_path: Path) -> None:
    assert shipped() == ["acled", "viina"]
    assert only("event", "viina", VIINA)["date"]["edtf"] == "[..2031-05-02]"
    assert only("source", "viina", VIINA)["url"] == "https://news.example/a"
    own = tmp_path / "own.toml"
    own.write_text((MAPPINGS / "viina.toml").read_text().replace("viina-", "own-").replace('"viina"', '"own"'))
    outcome = load(empty_url, str(own), write(tmp_path / "own.csv", [VIINA]))
    assert outcome.report.new == {"dataset": 1, "source": 2, "actor": 1, "location": 1, "event": 1, "claim": 1}
    with serving(empty_url) as api:
        assert api.ids("/events", dataset="own") == ["own-7"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[columns]", "[colums]", "columns: is missing"),
        ("{name}", "{nmae}", "there is no column nmae; did you mean name?"),
        ("{each|mark}", "{each|marc}", "marc is neither a table nor one of slug, id, mark,"),
        ('kind = "location"', 'kind = "place"', "records[1].kind: 'place' is not a kind (one of dataset,"),
        ('"{name}"', '"{name|month}"', "month comes first after a column of the type any_day or day or"),
        ('"{name}"', '"{name|positive}"', "positive comes first after a column of the type whole or number"),
        ('"{name}"', '"{Name}"', "records[3].fields: '{Name}' is neither {column} nor {column|filter}"),
        ('"{name}"', '"{ name }"', "records[3].fields: '{ name }' is neither {column} nor {column|filter}"),
        ('"{name}"', '"{name|Slug}"', "'{name|Slug}' is neither {column} nor {column|filter}, in lower case"),
        ('each = "links"', 'each = "linked"', "records[4].each: there is no column linked; did you mean links?"),
        ('mark = ["place", ', 'mark = ["plaice", ', "records[3].mark: there is no column plaice; did you mean place?"),
        ('each = "links"', 'each = "links"\nsplit = ""', "records[4].split: is empty"),
        ("[[datasets]]", "[datasets]", "datasets: is not a list"),
        ('id = "viina"\ntitle', "title", "datasets[1].id: is missing"),
        ("[[datasets]]", 'release = "(a"\n[[datasets]]', "release: '(a' is not a regular expression: missing )"),
        ("[[datasets]]", 'release = "abc"\n[[datasets]]', "release: 'abc' has no group"),
        ('fields = { kind = "news", title = "{each}", url = "{each}" }', 'fields = "x"', "fields: is not a table"),
        ("[columns]\n", '[slug]\na = "b"\n[columns]\n', "slug: is the name of a filter: call the table something else"),
        ("needed = true", 'needed = "yes"', "columns.id.needed: is neither true nor false"),
        ('headers = ["date"]', 'headers = "date"', "columns.day.headers: is not a list"),
        (
            'headers = ["date"]',
            'header = ["date"]',
            "columns.day.header: there is no such field; did you mean headers?",
        ),
        ("[columns]\n", '[columns]\nx = "y"\n', "columns.x: is not a table"),
        (
            'name = "{name}"\n',
            'name = "{name|a}"\n' + "".join(f'[{x}]\nx = "{{name|{y}}}"\n' for x, y in pairwise("abcdef")) + "[f]\n",
            "records[3].fields: tables name each other more than 3 deep",
        ),
        ('type = "any_day"', 'type = "anyday"', "columns.day: there is no type anyday; did you mean any_day?"),
        ("[columns]", "[columns", "is not TOML"),
    ],
)
def test_a_faulty_mapping_says_where(empty_url: str, tmp_path: Path, before: str, after: str, told: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text((MAPPINGS / "viina.toml").read_text().replace(before, after))
    with pytest.raises(ImportUnusableError) as refused:
        load(empty_url, str(own), write(tmp_path / "own.csv", [VIINA]))
    assert str(own) in str(refused.value)
    assert told in str(refused.value)


def test_an_id_that_a_table_makes_a_list_is_refused_with_its_row(empty_url: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    viina = (MAPPINGS / "viina.toml").read_text()
    own.write_text(viina.replace('id = "viina-{id}"', 'id = "{text|odd}"') + '[odd]\n"?" = ["a", "b"]\n')
    outcome = load(empty_url, str(own), write(tmp_path / "own.csv", [VIINA]))
    told = f"{tmp_path / 'own.csv'} row 2: text: '{{text|odd}}' gives a list or a table, where an id is a text"
    assert [str(one) for one in outcome.refused] == [told]


def test_a_dataset_that_is_refused_is_named_with_its_field_alone(empty_url: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    viina = (MAPPINGS / "viina.toml").read_text()
    own.write_text(viina.replace("licence", "licens"))
    outcome = load(empty_url, str(own), write(tmp_path / "own.csv", [VIINA]))
    told = f"{own}: dataset viina: licens: there is no such field; did you mean licence?"
    assert [str(one) for one in outcome.refused] == [told]


def test_the_end_of_a_mappings_name_may_be_in_capitals(empty_url: str, tmp_path: Path) -> None:
    own = tmp_path / "OWN.TOML"
    own.write_text((MAPPINGS / "viina.toml").read_text())
    assert load(empty_url, str(own), write(tmp_path / "own.csv", [VIINA])).refused == []
