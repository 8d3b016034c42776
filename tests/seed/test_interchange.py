"""Exports in other models' terms: whole, the same from both databases, and saying what they lose."""

import json
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from seed.export import ExportUnusableError, export
from seed.interchange.command import FORMS, export_as
from seed.interchange.ftm import entity_id
from seed.interchange.stix import uri
from tests.support import databases

KINDS = ("datasets", "actors", "locations", "sources", "events", "claims")
STIX_ID = re.compile("[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def written(url: str, folder: Path, form: str, datasets: list[str] | None = None) -> tuple[str, str, dict[str, int]]:
    """The file, what it says to have lost, and the counts."""
    counts = export_as(url, folder / form, form, datasets)
    return (folder / form / FORMS[form]().file).read_text(), (folder / form / "LOST.md").read_text(), counts


def test_stix(dossier_url: str, tmp_path: Path) -> None:
    text, lost, counts = written(dossier_url, tmp_path, "stix")
    bundle = json.loads(text)
    objects: list[Any] = bundle["objects"]
    rows = export(dossier_url, tmp_path / "package")
    assert {kind: counts[kind] for kind in KINDS} == {kind: rows[kind] for kind in KINDS}
    assert counts["objects"] == len(objects)
    by_id = {one["id"]: one for one in objects}
    assert len(by_id) == len(objects)
    assert [one["id"] for one in (bundle, *objects) if not STIX_ID.fullmatch(one["id"])] == []
    for one in objects:
        assert one["spec_version"] == "2.1"
        named = [one.get("created_by_ref"), one.get("source_ref"), one.get("target_ref"), *one.get("object_refs", [])]
        assert {name for name in named if name is not None} <= by_id.keys()
    opinions = [one for one in objects if one["type"] == "opinion"]
    assert len(opinions) == rows["claims"]
    assert {one["opinion"] for one in opinions if "stance:denies" in one["labels"]} == {"strongly-disagree"}
    (capture,) = [one for one in objects if one.get("name") == "Capture of Lysychansk"]
    assert capture["type"] == "incident"
    assert "When: 2 or 3 July 2022." in capture["description"]
    assert "status:control:conceded" in capture["labels"]
    assert "Where: at Lysychansk." in capture["description"]
    assert "\n- donbas\n" in lost
    assert "\n- luhansk-oblast\n" not in lost  # it has no point, but a country
    (oblast,) = [one for one in objects if one["type"] == "location" and one["name"] == "Luhansk Oblast"]
    assert (oblast["country"], "latitude" in oblast) == ("UA", False)
    assert "licence: CC BY-SA 4.0" in lost


def test_a_name_that_ends_in_zip_is_a_zip_file_here_too(dossier_url: str, tmp_path: Path) -> None:
    text, lost, _ = written(dossier_url, tmp_path, "ftm")
    export_as(dossier_url, tmp_path / "ftm.ZIP", "ftm")
    with ZipFile(tmp_path / "ftm.ZIP") as packed:
        assert {name: packed.read(name).decode() for name in packed.namelist()} == {
            FORMS["ftm"]().file: text,
            "LOST.md": lost,
        }
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix != ".db") == ["ftm", "ftm.ZIP"]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("1000-01-01", "2999-12-31", True),
        ("0999-12-31", "1000-01-01", False),
        ("2999-01-01", "3000-01-01", False),
        (None, "2022-07-02", False),
    ],
)
def test_ftm_has_the_days_that_it_does_not_drop(first: str | None, last: str, days: bool) -> None:
    """FollowTheMoney 4.11.2 leaves out what is before the year 1000 or after 2999 when it reads an entity."""
    when = {"edtf": "2022", "earliest": first, "latest": last}
    event: dict[str, Any] = {
        "id": "e",
        "kind": "capture",
        "title": "E",
        "summary": None,
        "date": when,
        "location": None,
    }
    form = FORMS["ftm"]()
    (entity,) = form.objects("event", {**event, "participants": [], "assessments": []})
    assert ("startDate" in entity["properties"], "endDate" in entity["properties"]) == (days, days)
    assert list(form.losses.values()) == [[] if days else ["e"]]


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        ("event-1.b", "counterclaim-event-event-1.b"),
        ("a_b", "counterclaim-event-a-b-5035d381f0e4"),
        ("a-b", "counterclaim-event-a-b"),
        ("a.", "counterclaim-event-a.-ef08376e88d1"),
        ("a__", "counterclaim-event-a---25f6bb515a78"),
    ],
)
def test_every_id_of_ftm_can_be_referred_to(identifier: str, found: str) -> None:
    """FollowTheMoney 4.11.2 drops a reference to an id that this pattern of its own does not match."""
    assert entity_id("event", identifier) == found
    assert re.fullmatch(r"[0-9a-zA-Z]([0-9a-zA-Z\.\-]*[0-9a-zA-Z])?", found)


def test_odd_ids_are_told_apart_in_ftm(tmp_path: Path) -> None:
    with databases.copy("sqlite", tmp_path, databases.odd("sqlite")) as url:
        text, _, counts = written(url, tmp_path, "ftm")
    entities = [json.loads(line) for line in text.splitlines()]
    (west,) = [one for one in entities if one["properties"].get("recordId") == ["odd-fiji.west_1"]]
    assert west["id"].startswith("counterclaim-event-odd-fiji.west-1-")
    assert len({one["id"] for one in entities}) == counts["objects"]
    assert [one["id"] for one in entities if "_" in one["id"]] == []


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://example.org/a?b=1&c=%20#d", "https://example.org/a?b=1&c=%20#d"),
        ('https://example.org/?q="a"|{b}', "https://example.org/?q=%22a%22%7C%7Bb%7D"),
        ("https://[2001:db8::1]:8080/x?ids[]=1", "https://[2001:db8::1]:8080/x?ids%5B%5D=1"),
        ("https://пример.test/ї", "https://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.test/%D1%97"),
        ("https://example.org/100%/#a#b", "https://example.org/100%25/#a%23b"),
    ],
)
def test_addresses_of_stix_are_uris(address: str, found: str) -> None:
    assert uri(address) == found


def linked(objects: list[Any], words: str) -> set[tuple[str, str]]:
    """Whom relationships of these words lead to whom: names, or what an opinion says."""
    said = {one["id"]: one.get("name") or one.get("explanation", "") for one in objects}
    ends = [(one["source_ref"], one["target_ref"]) for one in objects if one.get("description") == words]
    return {(said[source], said[target]) for source, target in ends}


def test_stix_keeps_every_actor_of_a_claim(tmp_path: Path) -> None:
    with databases.copy("sqlite", tmp_path, databases.shipped("sqlite")) as url:
        text, _, _ = written(url, tmp_path, "stix")
        rows = export(url, tmp_path / "package")
        claims = list(map(json.loads, (tmp_path / "package" / "claims.ndjson").read_text().splitlines()))
    objects: list[Any] = json.loads(text)["objects"]
    assert rows["claims"] == len(claims)
    links = [one.get("description") for one in objects if one["type"] == "relationship"]
    assert links.count("by way of") == sum(claim["via"] is not None for claim in claims) > 0
    assert links.count("about the claim") == sum(claim["about"] is not None for claim in claims) > 0
    assert links.count("holds responsible") == sum(len(claim["names"]) for claim in claims) > 0
    assert ("Capture of Lysychansk", "Battle of Lysychansk") in linked(objects, "part of")
    opinions = [one for one in objects if one["type"] == "opinion"]
    assert {label for one in opinions for label in one["labels"] if label.startswith("credibility:")} >= {
        "credibility:6"
    }
    assert sum("inferred" in one["labels"] for one in opinions) == sum(claim["inferred"] for claim in claims) > 0
    figures = [one["explanation"] for one in opinions if "Figure: " in one["explanation"]]
    assert len(figures) == sum(claim["value"] is not None for claim in claims)
    assert any("Figure: best 45 people (killed, of " in words for words in figures)
    assert any(ref.get("url", "").startswith("https://") for one in opinions for ref in one["external_references"])


def test_follow_the_money(dossier_url: str, tmp_path: Path) -> None:
    text, lost, counts = written(dossier_url, tmp_path, "ftm")
    entities = {one["id"]: one for one in map(json.loads, text.splitlines())}
    assert len(entities) == counts["objects"]
    for one in entities.values():
        for values in one["properties"].values():
            assert values
            assert all(isinstance(value, str) and value for value in values)
        named = [
            name for part in ("entity", "involved", "proof", "subject") for name in one["properties"].get(part, [])
        ]
        assert set(named) <= entities.keys()
    capture = entities["counterclaim-event-capture-of-lysychansk"]
    assert capture["schema"] == "Event"
    assert (capture["properties"]["startDate"], capture["properties"]["endDate"]) == (["2022-07-02"], ["2022-07-03"])
    assert capture["properties"]["summary"][0].endswith("When: 2 or 3 July 2022.")
    oblast = entities["counterclaim-event-capture-of-luhansk-oblast"]["properties"]
    assert "startDate" not in oblast
    assert oblast["summary"][0].endswith("When: 2 July 2022 or later.")
    assert "\n- capture-of-luhansk-oblast\n" in lost
    assert "licence: CC BY-SA 4.0" in lost
    strikes = entities["counterclaim-event-strikes-from-the-south"]["properties"]
    assert "Where: near Lysychansk." in strikes["summary"][0]
    notes = [one["properties"] for one in entities.values() if one["schema"] == "Note"]
    assert any("Figure: " in note["description"][0] for note in notes)
    assert any("By way of " in note["description"][0] for note in notes)
    assert all(any(word.startswith("credibility:") for word in note["keywords"]) for note in notes)


@pytest.mark.parametrize("form", FORMS)
def test_both_databases_write_the_same(tmp_path: Path, form: str) -> None:
    found = []
    for backend in ("sqlite", "postgresql"):
        folder = tmp_path / backend
        folder.mkdir()
        with databases.copy(backend, folder, databases.shipped(backend)) as url:
            found.append(written(url, folder, form))
    assert found[0] == found[1]


@pytest.mark.parametrize("form", FORMS)
def test_one_dataset_alone(dossier_url: str, tmp_path: Path, form: str) -> None:
    _, _, counts = written(dossier_url, tmp_path, form, ["lysychansk"])
    rows = export(dossier_url, tmp_path / "package", ["lysychansk"])
    assert {kind: counts[kind] for kind in KINDS} == {kind: rows[kind] for kind in KINDS}
    assert 0 < counts["claims"] < export(dossier_url, tmp_path / "all")["claims"]


def test_unwritable_exports_are_refused(dossier_url: str, tmp_path: Path) -> None:
    with pytest.raises(ExportUnusableError, match="exists already"):
        export_as(dossier_url, tmp_path, "stix")
    with pytest.raises(ExportUnusableError, match="lysychansk"):
        export_as(dossier_url, tmp_path / "x", "ftm", ["lisichansk"])
    with pytest.raises(ExportUnusableError, match="leave out"):
        export_as(dossier_url, tmp_path / "x", "ftm", parquet=True)
    assert list(tmp_path.glob(".*")) == []
