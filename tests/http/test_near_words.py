"""A word that finds nothing gets the nearest recorded words, in every script, on both databases."""

from typing import Any

import pytest

from api.query import why_empty
from tests.support.live import Api, Params


@pytest.mark.parametrize(
    ("path", "filters", "near"),
    [
        ("/events", {"q": "refinary"}, ["refinery"]),
        ("/events", {"q": "Lysychnask captrue"}, ["lysychansk", "lisichansk", "capture", "captures", "captured"]),
        ("/events", {"q": "refinery captrue"}, ["capture", "captures", "captured"]),
        ("/events", {"q": "Лисичнаськ"}, ["лисичанськ", "лисичанск", "лисичанськии"]),
        ("/events", {"q": "refinary", "kind": "capture", "as_of": "2022-07-02"}, ["refinery"]),
        ("/claims", {"q": "withdrwa"}, ["withdrawal", "withdraw"]),
        ("/actors", {"q": "haidia"}, ["haidai"]),
        ("/locations", {"q": "prvyillia"}, ["pryvillia", "pryvillya", "privillja"]),
        ("/sources", {"q": "interfacs"}, ["interfax"]),
        ("/events", {"q": "zzzzqqq"}, None),
        ("/events", {"q": "2023"}, None),
        ("/events", {"q": "refinary" * 9}, None),
        ("/events", {"q": "refinery", "kind": "detection"}, None),
        ("/events", {"q": "refinery", "date_to": "2000-01-01"}, None),
        ("/events", {"q": "lysych"}, None),
        ("/events", {}, None),
    ],
)
def test_suggestions_for_misspelled_words(api: Api, path: str, filters: Params, near: list[str] | None) -> None:
    assert api.get(path, **filters)["meta"].get("did_you_mean") == near


def test_a_suggested_word_finds_records(api: Api) -> None:
    for path in ("/events", "/claims", "/actors", "/locations", "/sources"):
        for word in ("lysychnask", "prvyillia", "russsian", "ukrianian", "интерфкас"):
            page = api.get(path, q=word)
            for near in page["meta"].get("did_you_mean", []):
                assert api.get(f"{path}/count", q=near)["count"] > 0


@pytest.mark.parametrize("whole", [0, 10_000])
def test_among_many_words_only_alphabetical_neighbours_are_compared(
    sqlite_api: Api, postgresql_api: Api, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(why_empty, "MOST_COMPARED", whole)
    monkeypatch.setattr(why_empty, "MOST_NEIGHBOURS", 40)
    found: list[Any] = [api.get("/events", q="refinary")["meta"] for api in (sqlite_api, postgresql_api)]
    assert found[0] == found[1]
    assert found[0]["did_you_mean"] == ["refinery"]


def test_notes_on_participants_are_searched(shipped_api: Api) -> None:
    noted = {
        (event["id"], part["note"])
        for event in shipped_api.ndjson("/events.ndjson")
        for part in event["participants"]
        if part["note"]
    }
    assert noted
    for event, note in noted:
        assert event in shipped_api.ids("/events", q=" ".join(note.split()[:6]))
