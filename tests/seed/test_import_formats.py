"""The smaller formats: what a row of each becomes."""

import json
import tomllib
from typing import Any

import pytest

from seed.files import read
from seed.importers import json_files
from seed.importers.formats import FOLDER, CellError, InputRow, MadeRecord, format_table
from seed.importers.registry import FORMATS
from seed.records import Actor, Location
from seed.refusals import Entry, Place, entry
from tests.support.databases import LYSYCHANSK
from tests.support.dossiers import SHIPPED
from tests.support.imitations import CONTROL, FIRMS, MENTION, made, of, stream


def losses(given: dict[str, Any]) -> list[MadeRecord]:
    (row,) = json_files.rows(stream(json.dumps([given]).encode()), "imitation.json", format_table("losses"))
    assert isinstance(row, InputRow)
    return list(FORMATS["losses"].records(row))


def only(kind: str, records: list[MadeRecord]) -> dict[str, Any]:
    (found,) = of(kind, records)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_fixed_records_of_formats_are_valid(name: str) -> None:
    declared = format_table(name)
    assert declared.columns
    for one in declared.fixed:
        fields = one.fields | ({"recorded_at": "2031-05-02T00:00:00Z"} if one.kind == "dataset" else {})
        assert isinstance(entry(one.kind, fields, declared.dataset, Place(name)), Entry)


def test_every_pair_of_names_is_reviewed_and_names_somebody() -> None:
    pairs = tomllib.loads((FOLDER / "same_as.toml").read_text())["same_as"]
    reviewed = {one.record.id for one in read([LYSYCHANSK]) if isinstance(one, Entry) and isinstance(one.record, Actor)}
    fixed = {one.fields["id"] for name in FORMATS for one in format_table(name).fixed if one.kind == "actor"}
    for pair in pairs:
        assert pair.keys() == {"actor", "other", "basis"}
        assert pair["basis"].endswith(".")
        assert pair["other"] in reviewed or pair["other"].startswith("ucdp-actor-")
        assert pair["actor"] in fixed or pair["actor"].startswith("ucdp-")
    assert len({pair["actor"] for pair in pairs}) == len(pairs)
    places = tomllib.loads((FOLDER / "same_as.toml").read_text())["same_place"]
    known = {one.record.id for one in read(SHIPPED) if isinstance(one, Entry) and isinstance(one.record, Location)}
    for pair in places:
        assert pair.keys() == {"location", "other", "basis"}
        assert pair["basis"].endswith(".")
        assert pair["other"] in known
    assert len({pair["location"] for pair in places}) == len(places)


def test_a_detection_is_an_instruments_word() -> None:
    found = made("firms", FIRMS)
    place, event, claim = only("location", found), only("event", found), only("claim", found)
    assert place["id"] == "firms-10.5s-20.25e"
    assert place["point"] == {
        "longitude": 20.25,
        "latitude": -10.5,
        "radius_m": None,
        "method": "detected",
        "source": "firms-detections",
    }
    assert (event["id"], event["kind"]) == ("firms-2031-05-02-0112-10.5s-20.25e", "detection")
    assert event["extra"] == FIRMS
    assert (claim["speaker"], claim["aspect"], claim["certainty"]) == ("firms", "occurrence", "stated")
    assert (claim["said"], claim["said"]["edtf"]) == (event["date"], "2031-05-02")
    assert "UTC" in event["date"]["note"]


def test_a_time_is_the_same_however_it_is_written() -> None:
    ids = {only("event", made("firms", FIRMS | {"acq_time": time}))["id"] for time in ("0112", "112", "01:12", " 112 ")}
    assert ids == {"firms-2031-05-02-0112-10.5s-20.25e"}
    assert only("event", made("firms", FIRMS | {"acq_time": "5"}))["id"] == "firms-2031-05-02-0005-10.5s-20.25e"
    assert only("event", made("firms", FIRMS | {"acq_time": ""}))["id"] == "firms-2031-05-02-10.5s-20.25e"
    for time in ("2400", "0160", "noon", "11200", "1:2", "10:5", "::1", "1:1:2"):
        with pytest.raises(CellError, match="is not a time such as 0112"):
            made("firms", FIRMS | {"acq_time": time})


@pytest.mark.parametrize(
    ("confidence", "certainty"),
    [
        *(
            ("l", "possible"),
            ("Nominal", "likely"),
            ("h", "stated"),
            ("85", "stated"),
            ("85.0", "stated"),
            ("x", "possible"),
        ),
        *(("80", "stated"), ("79", "likely"), ("30", "likely"), ("29", "possible"), ("0", "possible")),
    ],
)
def test_a_detections_confidence(confidence: str, certainty: str) -> None:
    found = made("firms", FIRMS | {"instrument": "VIIRS", "satellite": "N", "confidence": confidence})
    assert only("claim", found)["certainty"] == certainty
    assert only("location", found)["point"]["radius_m"] == 375
    assert only("event", found)["id"] == "firms-2031-05-02-0112-10.5s-20.25e"


@pytest.mark.parametrize("confidence", ["101", "8.5", "-1"])
def test_a_confidence_that_means_nothing(confidence: str) -> None:
    with pytest.raises(CellError):
        made("firms", FIRMS | {"confidence": confidence})


def test_a_mention_is_a_claim_by_an_unnamed_speaker() -> None:
    found = made("gdelt", MENTION)
    event, claim, source = only("event", found), only("claim", found), only("source", found)
    assert (event["id"], event["kind"]) == ("gdelt-70000001", "reported_event")
    assert (event["date"]["edtf"], event["date"]["basis"]) == ("[..2031-05-02]", "inferred")
    assert of("actor", found) == []
    assert (claim.get("speaker"), claim["via"], claim["certainty"]) == (None, "gdelt", "likely")
    assert source["publisher"] == "news.example"
    assert claim["said"]["edtf"] == "2031-05-03"
    assert claim["citations"] == [
        {"source": "gdelt-mentions", "role": "carries", "flags": ["machine_coded"]},
        {"source": source["id"], "role": "cites", "locator": "sentence 4"},
    ]
    assert (source["kind"], source["url"], source["language"]) == ("news", "https://news.example/a?b=1", "fra")


def test_a_text_that_is_not_a_link_is_a_title() -> None:
    cells = MENTION | {"MentionType": "2", "MentionSourceName": "BBC Monitoring", "MentionIdentifier": "Radio Testland"}
    found = made("gdelt", cells | {"SentenceID": "", "MentionDocTranslationInfo": ""})
    source = only("source", found)
    assert (source["title"], source["url"], source["language"]) == ("Radio Testland", None, None)
    assert source["publisher"] == "BBC Monitoring"
    assert only("claim", found)["citations"][1]["locator"] is None


def test_each_mention_is_a_claim_of_its_own() -> None:
    ids = {
        only("claim", made("gdelt", MENTION | cells))["id"]
        for cells in ({}, {"SentenceID": "5"}, {"ActionCharOffset": "1"}, {"MentionTimeDate": "20310503121500"})
    }
    assert len(ids) == 4


@pytest.mark.parametrize(("column", "value"), [("MentionType", "9"), ("Confidence", "120")])
def test_mentions_that_mean_nothing(column: str, value: str) -> None:
    with pytest.raises(CellError):
        made("gdelt", MENTION | {column: value})


def test_control_is_the_lists_claim_of_that_day() -> None:
    found = made("control", CONTROL)
    place, event, claim = only("location", found), only("event", found), only("claim", found)
    assert (place["name"], place["point"]["latitude"]) == ("Sampletown", 48.5)
    assert (event["title"], event["date"]["edtf"]) == ("Sampletown held by Ukraine", "2031-05-02")
    assert event["participants"] == [{"actor": "control-ukraine", "role": "participant"}]
    assert event["id"] == f"{place['id']}-2031-05-02-ukraine"
    assert (claim["speaker"], claim["via"], claim["aspect"]) == ("control-list", "control-cities", "control")
    assert claim["said"]["edtf"] == "2031-05-02"
    assert claim["summary"] == "Held by Ukraine, as of 1 May 2031. Recaptured in April."
    assert [one["source"] for one in claim["citations"][:2]] == ["control-cities", "control-list"]
    assert claim["citations"][2]["basis"] == "likely"


def test_a_contested_place_has_no_holder() -> None:
    found = made("control", CONTROL | {"Held by": "Contested", "Lat": "", "sourceLink": "", "More information": ""})
    assert only("event", found)["participants"] == []
    assert only("location", found)["point"] is None
    assert only("claim", found)["summary"] == "Contested, as of 1 May 2031."
    assert of("source", found) == []


def test_an_unknown_holder() -> None:
    with pytest.raises(CellError, match="'Rusia' is not one of Russia, Ukraine, "):
        made("control", CONTROL | {"Held by": "Rusia"})


LOST = {"measure": "lost", "of": "losses-russia"}


def test_a_tally_of_equipment() -> None:
    found = losses({"date": "2031-05-02", "day": 3, "tank": 12, "drone": 0, "greatest losses direction": "Sampletown"})
    event, claim = only("event", found), only("claim", found)
    assert (event["id"], event["kind"]) == ("losses-equipment-2031-05-02", "loss_report")
    assert event["extra"]["greatest losses direction"] == "Sampletown"
    assert claim["id"] == "losses-equipment-2031-05-02-tank"
    assert (claim["aspect"], claim["value"]) == ("quantity", LOST | {"best": 12, "unit": "tanks"})
    assert (claim["speaker"], claim["via"]) == ("losses-ukrainian-defence-ministry", "losses-tally")


def test_a_tally_of_people() -> None:
    given = {"date": "2031-05-02", "day": 3, "personnel": 1200, "personnel*": "more", "POW": 5}
    personnel, prisoners = of("claim", losses(given))
    assert (personnel["aspect"], personnel["value"]) == ("casualties", LOST | {"low": 1200, "unit": "people"})
    assert personnel["summary"] == "Russia has lost more than 1,200 people since 24 February 2022."
    assert personnel["speaker"] == "losses-ukrainian-defence-ministry"
    captured = {"best": 5, "unit": "prisoners of war", "measure": "captured", "of": "losses-russia"}
    assert (prisoners["speaker"], prisoners["value"]) == ("losses-invaders", captured)
    assert only("event", losses(given))["id"] == "losses-personnel-2031-05-02"


def test_corrections_are_about_the_claims_of_that_day() -> None:
    given = {"date": "2031-05-02", "day": 3, "tank": -5, "drone": 0, "new thing": 2, "personnel": 160}
    tank, other, personnel = of("claim", losses(given))
    assert (tank["id"], tank["about"]) == (
        "losses-equipment-2031-05-02-tank-correction",
        "losses-equipment-2031-05-02-tank",
    )
    assert tank["value"] == LOST | {"best": -5, "unit": "tanks (correction)"}
    assert other["value"]["unit"] == "new thing (correction)"
    assert (personnel["about"], personnel["event"]) == (
        "losses-personnel-2031-05-02-personnel",
        "losses-personnel-2031-05-02",
    )
    assert of("event", losses(given)) == []


def test_people_without_a_hedge_are_a_tally() -> None:
    given = {"date": "2031-05-02", "day": 3, "personnel": 1200}
    claim = only("claim", losses(given))
    assert (claim["id"], claim["value"]) == (
        "losses-personnel-2031-05-02-personnel",
        LOST | {"best": 1200, "unit": "people"},
    )
    assert claim["summary"] == "Russia has lost 1,200 people since 24 February 2022."
    assert only("event", losses(given))["id"] == "losses-personnel-2031-05-02"


def test_a_missing_count_makes_no_claim() -> None:
    given = {"date": "2031-05-02", "day": 3, "tank": 12.0, "drone": None, "submarines": 0}
    assert only("claim", losses(given))["value"] == LOST | {"best": 12, "unit": "tanks"}
    assert only("event", losses(given))["extra"] == given


@pytest.mark.parametrize(
    "given",
    [
        *({"tank": -5}, {"tank": "12"}, {"drone": True}, {"tank": 1.5}),
        *({"personnel": 1, "personnel*": hedge} for hedge in ("under", ["more"], {"more": 1}, 7)),
    ],
)
def test_tallies_that_mean_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(CellError):
        losses({"date": "2031-05-02", "day": 3} | given)


def test_a_truth_value_in_the_column_that_tells_the_files_is_refused_with_the_row() -> None:
    given = json.dumps([{"date": "2031-05-02", "day": 3, "tank": True}])
    (found,) = json_files.rows(stream(given.encode()), "losses.json", format_table("losses"))
    assert isinstance(found, list)
    assert str(found[0]) == "losses.json row 1: tank: true is neither text nor a number"


def test_a_count_by_model_without_days_is_named() -> None:
    """Given with three others it refuses them all, so it has to say which one it is, and why."""
    held = json.dumps([{"country": "Russia", "equipment_type": "Tanks", "model": "T-1", "losses_total": 3}])
    (found,) = FORMATS["losses"].read(stream(held.encode()), "oryx.json", format_table("losses"))
    told = "counts losses by model, as Oryx does, without a day: import the other files without this one"
    assert str(found) == f"oryx.json: {told}"
