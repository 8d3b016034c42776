"""One world across datasets: places that a reviewed pair unites are found, contained and controlled as one."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from api.storage.database import engine
from seed import load
from seed.importers.command import Wish, import_files
from seed.load import withdraw
from seed.verify import verify
from tests.support.imitations import CONTROL, write
from tests.support.live import serving

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
