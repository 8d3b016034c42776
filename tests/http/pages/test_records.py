"""The pages of disputes, places, actors and sources say what the API says, and every picture is a file too."""

from xml.etree import ElementTree as ET

import pytest

from api.http.words import STANCES, figure
from tests.http.pages.reader import page
from tests.support.live import Api

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("query", ["", "as_of=2022-07-02", "party=russian-side&aspect=control"])
def test_every_dispute_is_shown_with_its_positions(api: Api, query: str) -> None:
    shown = page(api, f"/explore/disputes?{query}")
    answer = api.get(f"/disputes?{query}&total=true".replace("?&", "?"))
    assert answer["data"]
    for dispute in answer["data"]:
        assert dispute["event"]["title"] in shown.text
        for position in dispute["positions"]:
            assert position["party"] is None or f"/explore/actors/{position['party']['id']}" in shown.links
    total = answer["meta"]["total"]
    assert f"{total} dispute{'' if total == 1 else 's'}." in shown.text


def test_a_place_shows_who_says_who_holds_it(api: Api) -> None:
    shown = page(api, "/explore/places/lysychansk?as_of=2022-07-02")
    control = api.get("/locations/lysychansk/control?as_of=2022-07-02")["data"]
    assert len(control) >= 2
    for held in control:
        assert f"/explore/actors/{held['party']['id']}" in shown.links
    total = api.get("/events/count?location=lysychansk&as_of=2022-07-02")["count"]
    assert f"{total} events here or within it" in shown.text
    assert "Лисичанськ" in page(api, "/explore/places/lysychansk").text


@pytest.mark.parametrize("place", ["pryvillia", "lysychansk-centre"])
def test_a_word_on_a_wider_place_is_shown_as_that(api: Api, place: str) -> None:
    shown = page(api, f"/explore/places/{place}")
    rows = api.get(f"/locations/{place}/control")["data"]
    wider = [claim for row in rows for claim in row["wider"]]
    assert wider == ["lysychansk-s16a"]
    word = api.get("/claims/lysychansk-s16a")
    said = f"{word['speaker']['name']} {STANCES[word['stance']]}: {word['summary']}"
    assert f"Of a place that contains it, which says nothing of this part: {said}" in shown.text
    assert f"/explore/events/{word['event']['id']}#lysychansk-s16a" in shown.links
    silent = any(row["claim"] is None for row in rows)
    assert ("has said nothing of this place" in shown.text) == silent == (place == "pryvillia")


def test_every_page_of_every_record_is_there(shipped_api: Api) -> None:
    for kind, name in (("events", "events"), ("places", "locations"), ("actors", "actors"), ("sources", "sources")):
        for identifier in shipped_api.ids(f"/{name}", limit=1000):
            shipped_api.good(f"/explore/{kind}/{identifier}")


def test_figures_and_culprits_stand_beside_the_position(shipped_api: Api) -> None:
    shown = page(shipped_api, "/explore/events/khasham-coalition-strikes")
    assert "asserted it, and holds responsible: " in shown.text
    culprit = shipped_api.get("/claims/khasham-k68")["names"][0]
    assert f"Holds responsible: {culprit['name']}" in shown.text
    assert f"/explore/actors/{culprit['id']}" in shown.links
    deaths = page(shipped_api, "/explore/events/khasham-deaths")
    steps = [
        step
        for history in shipped_api.get("/events/khasham-deaths/positions")["data"]
        for step in history["positions"]
        if step["value"] is not None
    ]
    assert len(steps) >= 5
    for step in steps:
        assert f" it: {figure(step['value'])}, since" in deaths.text or step["stance"] != "support"


def test_an_actor_shows_where_it_has_stood(api: Api) -> None:
    shown = page(api, "/explore/actors/haidai")
    for history in api.get("/actors/haidai/positions")["data"]:
        assert history["event"]["title"] in shown.text
    assert "/explore/actors/ukrainian-side" in shown.links


def test_a_source_shows_what_rests_on_it(api: Api) -> None:
    shown = page(api, "/explore/sources/isw-2022-07-02")
    claims = api.ids("/claims", source="isw-2022-07-02")
    assert claims
    assert set(claims) <= shown.ids()
    meanings = {word["word"]: word["meaning"] for word in api.get("/vocabulary")["reliability"]}
    grade = api.get("/sources/isw-2022-07-02")["reliability"]
    assert f"{grade}: {meanings[grade]}" in shown.text


@pytest.mark.parametrize("kind", ["places", "actors", "sources"])
def test_an_unknown_record_is_answered_with_the_nearest_ids(api: Api, kind: str) -> None:
    shown = page(api, f"/explore/{kind}/lysychanks", 404)
    assert "There is no " in shown.text


def test_the_map_is_a_file_that_stands_alone(api: Api) -> None:
    answer = api.good("/explore/map.svg?as_of=2022-07-02")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    marks = {use.get("href") for use in root.iter(f"{SVG}use")}
    symbols = {f"#{symbol.get('id')}" for symbol in root.iter(f"{SVG}symbol")}
    assert marks
    assert marks <= symbols
    rings = [ring.get("class") for ring in root.iter(f"{SVG}circle") if (ring.get("class") or "").startswith("ring")]
    assert len(rings) >= 3
    again = api.ask("/explore/map.svg?as_of=2022-07-02", {"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_timeline_is_a_file_with_a_lane_for_each_party(api: Api) -> None:
    root = ET.fromstring(api.good("/explore/timeline.svg").content)  # noqa: S314 - our own
    lanes = [group.get("aria-label") for group in root.iter(f"{SVG}g") if group.get("class") == "lane"]
    assert lanes[:2] == ["Russian side", "Ukrainian side"]
    api.problem("/explore/timeline.svg?kind=bogus", 422)


def test_undated_and_unplaced_events_stand_beside_the_pictures(api: Api) -> None:
    shown = page(api, "/explore")
    events = api.get("/events?limit=1000")["data"]
    undated = [event for event in events if event["date"]["edtf"] is None]
    unplaced = [event for event in events if not (event["location"] and event["location"]["point"])]
    assert f"{len(undated)} events without a date" in shown.text
    assert f"{len(unplaced)} events without a recorded point" in shown.text
    drawn = ET.fromstring(api.good("/explore/map.svg").content)  # noqa: S314 - our own
    signs = [sign.get("aria-label") or "" for sign in drawn.iter(f"{SVG}a")]
    told = sum(int(sign.rpartition(": ")[2].split()[0]) for sign in signs)
    assert told == len(events) - len(unplaced)


def test_both_databases_send_the_same(sqlite_api: Api, postgresql_api: Api) -> None:
    for path in (
        "/explore",
        "/explore/events/capture-of-lysychansk",
        "/explore/disputes",
        "/explore/places/lysychansk",
    ):
        one, other = (
            found.ask(path, {"Host": "same"}).text.partition("Revision ")[0] for found in (sqlite_api, postgresql_api)
        )
        assert one == other, path


def test_files_of_thousands_of_events_say_what_they_leave_out(late_api: Api) -> None:
    for name, first, title in (
        ("map", "The first 1,000 of 2,500 events", "Map of the first 1,000 of 2,500 events"),
        ("timeline", "The first 500 of 2,500 events", "Timeline of the first 500 of 2,500 events by party"),
    ):
        answer = late_api.good(f"/explore/{name}.svg")
        drawn = ET.fromstring(answer.content)  # noqa: S314 - our own answer
        assert drawn.findtext(f"{SVG}title") == title
        assert first in [text.text for text in drawn.iter(f"{SVG}text")]
    whole = late_api.good("/explore/map.svg", location="late-place")
    assert b"Map of 100 events<" in whole.content
    assert b"The first" not in whole.content
