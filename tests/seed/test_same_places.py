"""One world across datasets: places that a reviewed pair unites are found, contained and controlled as one."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.storage.database import engine
from seed import load
from seed.importers.cells import mark
from seed.importers.command import Wish, import_files
from seed.load import withdraw
from seed.mapping import by_gazetteer
from seed.verify import verify
from tests.seed.test_import_gdelt import EVENT
from tests.seed.test_import_mapped import ACLED
from tests.support.imitations import CONTROL, UCDP, write
from tests.support.live import serving
from tests.support.worlds import entries

ROW = CONTROL | {
    "Name": "Lysychansk",
    "Held by": "Ukraine",
    "Lat": "48.9169",
    "Lon": "38.4306",
    "update": "2 July 2022 08h50 UTC",
}
PLACE = "control-lysychansk-3d13ed532f48"


def brought(url: str, path: Path) -> None:
    import_files(url, "control", [path], Wish(), Console(file=io.StringIO()))


def test_a_place_of_another_dataset_is_found_contained_and_controlled(dossier_url: str, tmp_path: Path) -> None:
    with serving(dossier_url) as api:
        events = api.get("/events/count", location="lysychansk")["count"]
        parties = len(api.get("/locations/lysychansk/control")["data"])
    brought(dossier_url, write(tmp_path / "control.csv", [ROW]))
    with serving(dossier_url) as api:
        assert api.get("/events/count", location="lysychansk") == {"count": events + 1}
        assert api.ids("/events", location="luhansk-oblast", dataset="control") == [f"{PLACE}-2022-07-02-ukraine"]
        assert api.ids("/events", location=PLACE) == [f"{PLACE}-2022-07-02-ukraine"]
        assert PLACE in api.ids("/locations", within="lysychansk")
        whole, part = api.get("/locations/lysychansk"), api.get(f"/locations/{PLACE}")
        assert whole["unites"] == [{"id": PLACE, "name": "Lysychansk"}]
        assert (whole["same_as"], part["unites"]) == (None, [])
        assert part["same_as"] == {"id": "lysychansk", "name": "Lysychansk"}
        rows = api.get("/locations/lysychansk/control")["data"]
        assert len(rows) >= parties
        assert PLACE in {one["location"]["id"] for row in rows for one in row["places"]}
        assert "lysychansk" in {
            one["location"]["id"] for row in api.get(f"/locations/{PLACE}/control")["data"] for one in row["places"]
        }
    made = engine(dossier_url)
    assert list(verify(made)) == []
    withdraw(made, "control")
    assert list(verify(made)) == []
    made.dispose()
    with serving(dossier_url) as api:
        assert api.get("/locations/lysychansk")["unites"] == []
        assert api.get("/events/count", location="lysychansk") == {"count": events}


def test_a_denial_about_a_place_counts_under_each_of_its_ids(empty_url: str) -> None:
    """Another dataset's record of a place is that place, not what contains it."""
    made = engine(empty_url)
    for dataset, stance, within in (("one", "asserts", None), ("two", "denies", "two-land")):
        head = {"id": dataset, "title": dataset, "recorded_at": "2031-06-01T00:00:00Z"}
        records: dict[tuple[str, str], dict[str, Any]] = {("dataset", dataset): head}
        if within is None:
            records["actor", "red"] = {"id": "red", "kind": "side", "name": "Red"}
        else:
            records["location", within] = {"id": within, "kind": "region", "name": "Land"}
        town = {"id": f"{dataset}-town", "kind": "town", "name": "Town", "gazetteers": ["geonames:1"]}
        records["location", f"{dataset}-town"] = {**town, "within": within}
        event = {"id": f"{dataset}-capture", "kind": "capture", "title": "Capture", "location": f"{dataset}-town"}
        records["event", f"{dataset}-capture"] = event
        said = {"edtf": "2031-05-01" if dataset == "one" else "2031-05-02", "basis": "stated"}
        claim = {
            "id": f"{dataset}-1",
            "event": f"{dataset}-capture",
            "speaker": "red",
            "stance": stance,
            "aspect": "control",
        }
        records["claim", f"{dataset}-1"] = {**claim, "said": said}
        load.load(made, entries(dataset, records))
    made.dispose()
    with serving(empty_url) as api:
        for place in ("one-town", "two-town"):
            (row,) = api.get(f"/locations/{place}/control")["data"]
            assert (row["stance"], row["claim"]["id"], row["wider"]) == ("oppose", "two-1", [])
            assert {one["location"]["id"]: one["stance"] for one in row["places"]} == {
                "one-town": "support",
                "two-town": "oppose",
            }


def test_a_pair_counts_while_both_places_are_there(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "SAME_AS", tmp_path / "none.toml")
    brought(empty_url, write(tmp_path / "control.csv", [ROW]))
    with serving(empty_url) as api:
        assert api.get(f"/locations/{PLACE}")["same_as"] is None
    made = engine(empty_url)
    assert list(verify(made)) == []
    made.dispose()


VIINA = {
    "event_id_1pd": "1",
    "date": "20220702",
    "geonameid": "702972",
    "asciiname": "Lisichansk",
    "ADM1_NAME": "Luhans'k",
    "longitude": "38.4",
    "latitude": "48.9",
    "sources_matching": "nv",
    "source_urls": "https://news.example/a",
    "representative_text": "A report.",
}


def viina(place: str) -> str:
    return f"viina-geonames-{place}-{mark(place, 38.4, 48.9)}"


def test_places_that_a_gazetteer_knows_by_one_id_unite_whatever_they_are_called(
    dossier_url: str, tmp_path: Path
) -> None:
    same, near = VIINA, VIINA | {"event_id_1pd": "2", "geonameid": "9", "asciiname": "Lysychansk"}
    path = write(tmp_path / "viina.csv", [same, near])
    outcome = import_files(dossier_url, "viina", [path], Wish(), Console(file=io.StringIO()))
    assert outcome.report.mapped_places == 1
    with serving(dossier_url) as api:
        assert api.ids("/events", location="lysychansk", dataset="viina") == ["viina-1"]
        assert api.get("/locations/lysychansk")["unites"] == [{"id": viina("702972"), "name": "Lisichansk"}]
        assert api.get(f"/locations/{viina('702972')}")["country"] == "UA"
        assert api.get(f"/locations/{viina('9')}")["same_as"] is None
        assert (
            api.get("/events/viina-2")["location"]["country"],
            api.ids("/events", country="UA", dataset="viina"),
        ) == (
            None,
            ["viina-1"],
        )
    made = engine(dossier_url)
    assert list(verify(made)) == []
    withdraw(made, "viina")
    assert list(verify(made)) == []
    made.dispose()
    with serving(dossier_url) as api:
        assert api.get("/locations/lysychansk")["unites"] == []


def test_places_with_one_gazetteer_id_are_represented_by_one() -> None:
    def known(**ids: str) -> dict[str, tuple[list[str], str | None]]:
        return {id_: (some.split(), "gazetteer" if id_ == "z" else "stated") for id_, some in sorted(ids.items())}

    assert by_gazetteer(known(a="g:1", z="g:1", m="g:2"), {}) == {"a": "z"}
    assert by_gazetteer(known(c="g:1 h:1", b="h:1", d="g:1"), {}) == {"c": "b", "d": "b"}
    assert by_gazetteer(known(a="g:1", b="g:1", c="g:1"), {"a": "x"}) == {"b": "x", "c": "x"}
    assert by_gazetteer(known(a="g:1", b="g:1", c="g:1"), {"a": "x", "x": "b"}) == {"c": "b"}
    assert by_gazetteer(known(a="g:1", b="g:1"), {"a": "x", "b": "y"}) == {}


ACLED_ROW = ACLED | {
    "iso": "804",
    "country": "Ukraine",
    "admin1": "Luhansk",
    "admin2": "Sievierodonetskyi",
    "location": "Lysychansk",
    "latitude": "48.9",
    "longitude": "38.4",
    "geo_precision": "1",
}
GDELT_ROW = EVENT | {
    "actiongeo_type": "4",
    "actiongeo_countrycode": "UP",
    "actiongeo_lat": "48.9",
    "actiongeo_long": "38.4",
    "actiongeo_featureid": "-1",
    "actiongeo_fullname": "Lisichansk, Luhans'ka Oblast', Ukraine",
}
UCDP_ROW = UCDP | {
    "country": "Ukraine",
    "country_id": "369",
    "adm_1": "Luhansk oblast",
    "adm_2": "Lysychanska raion",
    "where_coordinates": "Lysychansk town",
    "latitude": "48.910332",
    "longitude": "38.422454",
    "where_prec": "1",
}


def test_one_place_finds_the_events_of_every_dataset(dossier_url: str, tmp_path: Path) -> None:
    """By made-up rows of UCDP, ACLED, GDELT, VIINA and the list of cities; what is only near it is not there."""
    files = {
        "ucdp": [UCDP_ROW],
        "acled": [ACLED_ROW, ACLED_ROW | {"event_id_cnty": "TST9", "geo_precision": "2"}],
        "gdelt": [
            GDELT_ROW,
            GDELT_ROW | {"globaleventid": "70000002", "actiongeo_fullname": "Lysichansk, Luhans'ka Oblast', Ukraine"},
            GDELT_ROW
            | {"globaleventid": "70000003", "actiongeo_featureid": "-2", "actiongeo_fullname": "Lysychansk, Ukraine"},
        ],
        "viina": [VIINA],
        "control": [ROW],
    }
    for name, rows in files.items():
        path = write(tmp_path / f"{name}.csv", rows)
        assert import_files(dossier_url, name, [path], Wish(), Console(file=io.StringIO())).report.refused == []
    with serving(dossier_url) as api:
        found = {name: api.ids("/events", location="lysychansk", dataset=name) for name in files}
        assert found == {
            "ucdp": ["ucdp-900001"],
            "acled": ["acled-tst123"],
            "gdelt": ["gdelt-70000001", "gdelt-70000002"],
            "viina": ["viina-1"],
            "control": [f"{PLACE}-2022-07-02-ukraine"],
        }
        assert api.ids("/events", location="luhansk-oblast", dataset="acled") == ["acled-tst123", "acled-tst9"]
    made = engine(dossier_url)
    assert list(verify(made)) == []
    made.dispose()
