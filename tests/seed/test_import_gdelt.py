"""GDELT 2.0: events joined to their mentions, in one import or in several, with nobody made to speak."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.storage.database import engine
from seed.importers import gdelt
from seed.importers.command import Wish, import_files
from seed.importers.formats import CellError, InputRow, MadeRecord
from seed.importers.formats import format_table as declared
from seed.importers.outcome import Outcome
from seed.verify import verify
from tests.support.imitations import MENTION, as_csv, of, stream
from tests.support.live import serving

EVENT = dict.fromkeys(gdelt.events_table().order, "") | {
    "globaleventid": "70000001",
    "sqldate": "20310502",
    "actor1code": "TSTMIL",
    "actor1name": "TESTLAND ARMY",
    "actor1countrycode": "TST",
    "actor1type1code": "MIL",
    "actor2code": "SMP",
    "actor2name": "SAMPLIA",
    "actor2countrycode": "SMP",
    "isrootevent": "1",
    "eventcode": "1941",
    "eventbasecode": "194",
    "eventrootcode": "19",
    "quadclass": "4",
    "actiongeo_type": "4",
    "actiongeo_fullname": "Sampletown, Sample Oblast, Ukraine",
    "actiongeo_countrycode": "UP",
    "actiongeo_adm1code": "UP99",
    "actiongeo_lat": "10.5",
    "actiongeo_long": "20.25",
    "actiongeo_featureid": "-1000001",
    "dateadded": "20310502101500",
    "sourceurl": "https://news.example/a",
}


def bare(path: Path, *rows: Mapping[str, str]) -> Path:
    """A file as GDELT publishes them: tabs, no header, no quotation marks."""
    path.write_text("".join("\t".join(row.values()) + "\n" for row in rows))
    return path


def brought(url: str, *paths: Path, **wish: Any) -> Outcome:
    outcome = import_files(url, "gdelt", list(paths), Wish(**wish), Console(file=io.StringIO()))
    assert [str(one) for one in outcome.refused] == []
    return outcome


def made(cells: dict[str, str]) -> list[MadeRecord]:
    text = "\t".join((EVENT | cells).values()) + "\n"
    (row,) = gdelt.rows(stream(text.encode()), "events.csv", declared("gdelt"))
    assert isinstance(row, InputRow), row
    return list(gdelt.records(row))


def test_a_row_becomes_an_event_with_actors_and_place_and_nobody_speaks() -> None:
    assert len(EVENT) == 61
    found = made({})
    (event,), (claim,), (whole, place), (page,) = (of(kind, found) for kind in ("event", "claim", "location", "source"))
    assert (event["id"], event["kind"]) == ("gdelt-70000001", "shelling")
    assert event["title"] == "Fight (TESTLAND ARMY and SAMPLIA): Sampletown, Sample Oblast, Ukraine"
    assert (event["date"]["edtf"], event["date"]["basis"]) == ("2031-05-02", "inferred")
    actors = of("actor", found)
    assert [(one["kind"], one["name"]) for one in actors] == [("armed_force", "TESTLAND ARMY"), ("state", "SAMPLIA")]
    assert [one["role"] for one in event["participants"]] == ["side_a", "side_b"]
    assert event["extra"] == EVENT
    assert (whole["id"], whole["name"]) == (place["within"], place["name"])
    assert (place["kind"], place["country"], place["gazetteers"]) == ("place", "UA", ["gns:-1000001"])
    assert (place["point"]["longitude"], place["point"]["latitude"]) == (20.25, 10.5)
    assert (claim.get("speaker"), claim["via"], claim["certainty"]) == (None, "gdelt", "reported")
    assert claim["citations"] == [
        {"source": "gdelt-events", "role": "carries", "flags": ["machine_coded"]},
        {"source": page["id"], "role": "cites"},
    ]
    assert (page["url"], page["publisher"]) == ("https://news.example/a", "news.example")


@pytest.mark.parametrize(
    ("cells", "kind", "place"),
    [
        ({"eventbasecode": "195"}, "airstrike", "place"),
        ({"eventrootcode": "3", "eventbasecode": "030"}, "reported_event", "place"),
        ({"actiongeo_type": "1", "actiongeo_featureid": "UP"}, "shelling", "country"),
        ({"actiongeo_type": "5"}, "shelling", "oblast"),
        ({"actiongeo_type": "0", "actiongeo_fullname": ""}, "shelling", None),
    ],
)
def test_codes_say_what_and_where(cells: dict[str, str], kind: str, place: str | None) -> None:
    found = made(cells)
    assert of("event", found)[0]["kind"] == kind
    assert [one["kind"] for one in of("location", found)] == ([place] * (2 if place == "place" else 1) if place else [])
    if place == "country":
        assert of("location", found)[0]["point"] is None


def test_an_unknown_root_is_refused() -> None:
    with pytest.raises(CellError, match="not one of 01, 02"):
        made({"eventrootcode": "21"})


def test_without_actors_there_are_no_participants() -> None:
    found = made({name: "" for name in EVENT if name.startswith("actor")})
    assert of("event", found)[0]["participants"] == []
    assert of("event", found)[0]["title"] == "Fight: Sampletown, Sample Oblast, Ukraine"


@pytest.mark.parametrize("together", [True, False], ids=["in one import", "events first"])
def test_mentions_are_claims_about_the_event_described_in_full(
    empty_url: str, tmp_path: Path, *, together: bool
) -> None:
    events = bare(tmp_path / "export.CSV", EVENT, EVENT | {"globaleventid": "70000002"})
    mentions = bare(tmp_path / "mentions.CSV", MENTION, MENTION | {"GLOBALEVENTID": "70000003"})
    for files in [(mentions, events)] if together else [(events,), (mentions,)]:
        brought(empty_url, *files)
    with serving(empty_url) as api:
        titles = {event["id"]: event["title"] for event in api.ndjson("/events.ndjson")}
        assert titles["gdelt-70000001"].startswith("Fight")
        assert titles["gdelt-70000003"] == "GDELT event 70000003"
        claims = api.get("/events/gdelt-70000001/claims")["data"]
        assert [(one["speaker"], one["via"]["id"]) for one in claims] == [(None, "gdelt")] * 2
        assert api.get("/events/gdelt-70000001")["assessments"][0]["voices"] == 0
        assert api.ids("/events", country="UA") == ["gdelt-70000001", "gdelt-70000002"]
    assert brought(empty_url, mentions, events).loaded is False
    made_ = engine(empty_url)
    assert list(verify(made_)) == []
    made_.dispose()


def test_an_event_told_later_takes_the_place_of_the_one_named_in_passing(empty_url: str, tmp_path: Path) -> None:
    brought(empty_url, bare(tmp_path / "mentions.CSV", MENTION))
    assert brought(empty_url, bare(tmp_path / "export.CSV", EVENT)).report.changed["event"] == 1
    header = tmp_path / "bigquery.csv"
    header.write_text(as_csv([EVENT]))
    assert brought(empty_url, header).report.changed == {"dataset": 1}


def test_events_of_the_first_version_are_named(empty_url: str, tmp_path: Path) -> None:
    path = tmp_path / "20041126.export.CSV"
    path.write_text("\t".join(["1"] * 58) + "\n")
    outcome = import_files(empty_url, "gdelt", [path], Wish(), Console(file=io.StringIO()))
    assert [one.message for one in outcome.refused] == ["has 58 columns as GDELT 1.0 has; events of GDELT 2.0 have 61"]
