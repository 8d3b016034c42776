"""Judgement of imported data, loaded beside the dossier: the same questions, answered in the same shapes."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from api.schemas.pages import Briefing, Comparison, Control, DisputePage, HistoryPage
from seed.importers.command import Wish, import_files
from tests.support.imitations import CONTROL, FIRMS, UCDP, Cells, ucdp, write
from tests.support.live import Api, serving

DAYS = {"date_from": "2031-05-01", "date_to": "2031-05-31"}
FILES: dict[str, list[Cells]] = {
    "ucdp": [UCDP, ucdp(id=900002, best=9), ucdp(id=900010, side_a_new_id=61, side_a="Government of Ukraine")],
    "firms": [FIRMS],
    "control": [
        CONTROL,
        CONTROL | {"update": "9 May 2031 08h50 UTC", "As of": "9\xa0May\xa02031", "Held by": "Russia"},
    ],
}


@pytest.fixture
def mixed(dossier_url: str, tmp_path: Path) -> Iterator[Api]:
    """Serves the dossier and imitations of three formats."""
    for name, rows in FILES.items():
        outcome = import_files(
            dossier_url, name, [write(tmp_path / f"{name}.csv", rows)], Wish(), Console(file=io.StringIO())
        )
        assert outcome.refused == []
    with serving(dossier_url) as api:
        yield api


def test_judgement_of_imported_data(mixed: Api) -> None:
    page = mixed.get("/briefing", total=True, **DAYS)
    Briefing.model_validate(page)
    events = mixed.ids("/events", as_of="2031-05-31", dataset=list(FILES))
    assert {row["event"]["id"] for row in page["data"]} == set(events)
    assert page["meta"]["total"] == len(events) >= 6
    for event in events:
        history = mixed.get(f"/events/{event}/positions", as_of="2031-05-31")
        HistoryPage.model_validate(history)
        parties = {row["party"]["id"] for row in history["data"] if row["party"]}
        compared = mixed.get(f"/events/{event}/compare", party=[*parties, "isw"], as_of="2031-05-31")
        Comparison.model_validate(compared)
        for aspect in compared["data"]:
            assert aspect["parties"][-1]["silent"] is True
            claims = {claim["id"] for voice in aspect["parties"] for claim in voice["claims"]}
            assert claims >= {
                id_ for row in history["data"] for step in row["positions"] for id_ in step["claims"]
            } & set(aspect["assessment"]["because"])


def test_the_latest_report_of_control_counts(mixed: Api) -> None:
    (place,) = {event["location"]["id"] for event in mixed.get("/events", kind="control_report")["data"]}
    for as_of, day in (("2031-05-08", "2031-05-01"), ("2031-05-20", "2031-05-09")):
        page = mixed.get(f"/locations/{place}/control", as_of=as_of)
        Control.model_validate(page)
        (row,) = page["data"]
        assert day <= row["claim"]["said"]["edtf"] <= as_of
    holders = [
        mixed.get(f"/locations/{place}/control", as_of=day)["data"][0]["event"]["participants"][0]["actor"]["name"]
        for day in ("2031-05-08", "2031-05-20")
    ]
    assert holders == ["Ukraine", "Russia"]


def test_disputes_of_the_dossier_are_the_same_with_imports(mixed: Api, api: Api) -> None:
    page = mixed.get("/disputes")
    DisputePage.model_validate(page)
    assert page["data"] == api.get("/disputes")["data"]
