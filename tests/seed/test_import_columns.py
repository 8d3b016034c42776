"""What imported events and datasets show beside their claims: the coder's deaths, and the files that were imported."""

import hashlib
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from api.storage.database import engine
from seed.export import export
from seed.importers.command import Wish, import_files
from seed.importers.outcome import Outcome
from seed.load import withdraw
from seed.verify import verify
from tests.support.imitations import CONTROL, FIRMS, ucdp, write
from tests.support.live import Api, serving

DEATHS = ("deaths_low", "deaths_best", "deaths_high", "deaths_claim")


def brought(url: str, name: str, *paths: Path, **wish: Any) -> Outcome:
    outcome = import_files(url, name, list(paths), Wish(**wish), Console(file=io.StringIO()))
    assert outcome.report.refusals == 0
    return outcome


def listed(api: Api, dataset: str) -> list[tuple[str, str | None]]:
    return [(one["file"], one["version"]) for one in api.get(f"/datasets/{dataset}")["releases"]]


def test_deaths_are_the_coders_and_stand_in_its_claim(empty_url: str, tmp_path: Path) -> None:
    brought(empty_url, "ucdp", write(tmp_path / "g.csv", [ucdp(), ucdp(id=900002, low="", high="", best=0)]))
    brought(empty_url, "firms", write(tmp_path / "f.csv", [FIRMS]))
    with serving(empty_url) as api:
        one, other = api.get("/events", dataset="ucdp", sort="id")["data"]
        assert one["deaths"] == {"low": 3, "best": 4, "high": 6, "claim": "ucdp-900001-total"}
        assert api.get("/claims/ucdp-900001-total")["speaker"]["id"] == "ucdp"
        assert other["deaths"] == {"low": None, "best": 0, "high": None, "claim": "ucdp-900002-total"}
        rows = {row["id"]: [row[name] for name in DEATHS] for row in api.csv("/events.csv")}
        assert rows.pop("ucdp-900001") == ["3.0", "4.0", "6.0", "ucdp-900001-total"]
        assert rows.pop("ucdp-900002") == ["", "0.0", "", "ucdp-900002-total"]
        assert list(rows.values()) == [["", "", "", ""]]
        (shape,) = [one for one in api.geojson("/events.geojson") if one["id"] == "ucdp-900001"]
        assert [shape["properties"][name] for name in DEATHS] == [3, 4, 6, "ucdp-900001-total"]
        # The articles are of 2031, and nothing was said before them.
        assert api.get("/events/ucdp-900001", as_of="2031-05-04")["deaths"] is None
        assert api.get("/events/ucdp-900001", as_of="9999-12-31")["deaths"]["best"] == 4
    made = engine(empty_url)
    assert list(verify(made)) == []
    made.dispose()


def test_no_event_of_the_dossiers_has_deaths_of_a_coder(shipped_api: Api) -> None:
    assert {event["deaths"] is None for event in shipped_api.ndjson("/events.ndjson")} == {True}


def test_the_files_stand_with_the_dataset(empty_url: str, tmp_path: Path) -> None:
    annual = write(tmp_path / "GEDEvent_v25_1.csv", [ucdp()])
    month = write(tmp_path / "GEDEvent_v26_0_1.csv", [ucdp(id=900002, date_start="2031-06-01", date_end="2031-06-01")])
    before = datetime.now(UTC).date()
    brought(empty_url, "ucdp", annual)
    brought(empty_url, "ucdp", month)
    with serving(empty_url) as api:
        dataset = api.get("/datasets/ucdp")
        assert dataset["version"] == "25.1, 26.0.1"
        first, second = dataset["releases"]
        assert before <= date.fromisoformat(first.pop("imported")) <= datetime.now(UTC).date()
        assert first == {
            "file": "GEDEvent_v25_1.csv",
            "version": "25.1",
            "sha256": hashlib.sha256(annual.read_bytes()).hexdigest(),
            "size": annual.stat().st_size,
        }
        assert second["file"] == "GEDEvent_v26_0_1.csv"
        (row,) = api.csv("/datasets.csv")
        assert (row["files"], row["versions"]) == ("GEDEvent_v25_1.csv|GEDEvent_v26_0_1.csv", "25.1|26.0.1")
    assert brought(empty_url, "ucdp", annual, month).loaded is False
    assert brought(empty_url, "ucdp", month, prune=True).loaded is False
    renamed = tmp_path / "copy.csv"
    renamed.write_bytes(month.read_bytes())
    assert brought(empty_url, "ucdp", renamed).loaded is False
    export(empty_url, tmp_path / "all")
    made = engine(empty_url)
    withdraw(made, "ucdp")
    made.dispose()
    brought(empty_url, "package", tmp_path / "all")
    with serving(empty_url) as api:
        assert listed(api, "ucdp") == [("GEDEvent_v25_1.csv", "25.1"), ("GEDEvent_v26_0_1.csv", "26.0.1")]


def test_a_release_is_recorded_and_complete_files_replace_earlier_ones(empty_url: str, tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.csv", [CONTROL]), write(tmp_path / "b.csv", [CONTROL | {"Population": "9"}])
    brought(empty_url, "control", first, release="July")
    with serving(empty_url) as api:
        assert (listed(api, "control"), api.get("/datasets/control")["version"]) == ([("a.csv", "July")], "July")
    outcome = brought(empty_url, "control", second)
    assert (outcome.report.changed, outcome.loaded) == ({"dataset": 1}, True)
    with serving(empty_url) as api:
        assert listed(api, "control") == [("a.csv", "July"), ("b.csv", None)]
    brought(empty_url, "control", second, prune=True)
    with serving(empty_url) as api:
        assert listed(api, "control") == [("b.csv", None)]
