"""Events as KML and as a timeline, briefings as a feed: nothing is dropped, and no date is made sharper than it is."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid5
from xml.etree import ElementTree as ET

import pytest

from api.domain.vocabulary import Stance
from api.http import words
from api.http.feed import IDS
from api.http.resources.briefing import News
from api.storage.database import engine
from seed.load import load
from seed.refusals import Entry, Place
from seed.refusals import entry as checked
from tests.support import databases
from tests.support.live import Api, serving

KML = "{http://www.opengis.net/kml/2.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = ("/events.kml", "/events.timeline.json", "/briefing.atom?date_from=2022-07-03")
FILTERS: list[dict[str, Any]] = [
    {},
    {"party": "lpr", "kind": "capture"},
    {"date_from": "2022-07-02", "undated": "include", "as_of": "2022-07-02"},
    {"kind": "loss_report"},
]


def parsed(body: bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314 - our own answers


def placemarks(api: Api, **filters: Any) -> dict[str, ET.Element]:
    answer = api.good("/events.kml", **filters)
    assert answer.headers["content-type"] == "application/vnd.google-earth.kml+xml"
    found = {str(mark.get("id")): mark for mark in parsed(answer.content).iter(f"{KML}Placemark")}
    assert answer.headers["counterclaim-count"] == str(len(found))
    return found


def timeline(api: Api, **filters: Any) -> Any:
    return api.get("/events.timeline.json", **filters)


def entries(api: Api, **filters: Any) -> list[ET.Element]:
    answer = api.good("/briefing.atom", **filters)
    assert answer.headers["content-type"] == "application/atom+xml"
    return list(parsed(answer.content).iter(f"{ATOM}entry"))


def text(element: ET.Element, name: str) -> str | None:
    found = element.find(name)
    return None if found is None else found.text


@pytest.mark.parametrize("filters", FILTERS)
def test_every_event_that_matches_is_there(api: Api, filters: dict[str, Any]) -> None:
    ids = api.agreed("/events", **filters)
    assert list(placemarks(api, **filters)) == [f"event.{name}" for name in ids]
    slides = timeline(api, **filters)
    shown = [slide["unique_id"] for slide in slides["events"]]
    named = re.findall(r'/events/([^"]+)"', slides["title"]["text"]["text"])
    assert sorted(shown + named) == sorted(ids)


def test_a_placemark_says_what_kml_cannot(api: Api) -> None:
    capture = placemarks(api)["event.capture-of-lysychansk"]
    assert [
        (part.tag.removeprefix(KML), part.text) for part in capture.iter() if part.tag in {f"{KML}begin", f"{KML}end"}
    ] == [
        ("begin", "2022-07-02"),
        ("end", "2022-07-03"),
    ]
    told = text(capture, f"{KML}description")
    assert told is not None
    assert "When: 2 or 3 July 2022." in told
    assert " Where: at Lysychansk, within 5,000 m of the point. " in told
    assert told.endswith(f" {str(api.client.base_url).rstrip('/')}/explore/events/capture-of-lysychansk")
    assert text(capture, f"{KML}Point/{KML}coordinates") == "38.44094,48.90421"
    data = {part.get("name"): part.text for part in capture.iter(f"{KML}SimpleData")}
    assert data["url"] == f"{str(api.client.base_url).rstrip('/')}/events/capture-of-lysychansk"
    assert data["event_id"] == "capture-of-lysychansk"
    assert data["participants"] == "russian-forces|lpr-forces|ukrainian-forces"
    (row,) = [row for row in api.csv("/events.csv") if row["id"] == "capture-of-lysychansk"]
    assert (data["claims"], data["status_control"]) == (row["claims"], "conceded")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("strikes-from-the-south", "Where: near Lysychansk, within 5,000 m of the point."),
        ("repulse-toward-verkhniokamianka", "Where: toward Verkhniokamianka, "),
        ("clashes-west-of-lysychansk", "Where: at Western outskirts of Lysychansk, of which no point is recorded."),
    ],
)
def test_a_pin_is_not_taken_for_the_exact_place(api: Api, event: str, said: str) -> None:
    told = text(placemarks(api)[f"event.{event}"], f"{KML}description")
    assert told is not None
    assert said in told


def test_columns_have_their_types(api: Api) -> None:
    """GDAL makes fields of these; a figure that were text could not be compared."""
    schema = parsed(api.good("/events.kml").content).iter(f"{KML}SimpleField")
    types = {field.get("name"): field.get("type") for field in schema}
    assert {types[f"deaths_{part}"] for part in ("low", "best", "high")} == {"double"}
    assert {types[name] for name in ("longitude", "latitude", "radius_m")} == {"double"}
    assert {types[name] for name in ("claims", "claims_denies")} == {"int"}
    assert {types[name] for name in ("event_id", "date", "date_earliest", "deaths_claim")} == {"string"}


def test_open_ends_and_unknown_days_stay_so(api: Api) -> None:
    marks = placemarks(api)
    rows = {row["id"]: row for row in api.csv("/events.csv")}
    for name, mark in marks.items():
        row = rows[name.removeprefix("event.")]
        found = [text(mark, f"{KML}TimeSpan/{KML}{end}") for end in ("begin", "end")]
        assert found == [row["date_earliest"] or None, row["date_latest"] or None], name
        assert (mark.find(f"{KML}Point") is None) == (row["longitude"] == ""), name


def test_a_slide_has_a_start_and_its_date_in_words(api: Api) -> None:
    slides = {slide["unique_id"]: slide for slide in timeline(api)["events"]}
    capture = slides["capture-of-lysychansk"]
    assert capture["start_date"] == {"year": 2022, "month": 7, "day": 2}
    assert capture["end_date"] == {"year": 2022, "month": 7, "day": 3}
    assert capture["display_date"] == "2 or 3 July 2022"
    oblast = slides["capture-of-luhansk-oblast"]
    assert (oblast["display_date"], "end_date" in oblast) == ("2 July 2022 or later", False)
    shelling = slides["shelling-of-lysychansk"]
    assert (shelling["start_date"]["day"], "end_date" in shelling) == (2, False)
    assert shelling["display_date"] == "2 July 2022 or earlier"
    day = slides["activity-at-gelatin-plant"]
    assert (day["display_date"], "end_date" in day) == ("25 June 2022", False)


def test_exports_name_the_number_left_out_by_dates(api: Api) -> None:
    title = timeline(api, date_from="2022-07-02", date_to="2022-07-02")["title"]["text"]
    assert title["headline"] == "Events that may have happened on 2 July 2022"
    assert title["text"] == "<p>Left out: 5 undated.</p>"
    assert "Left out: 5 undated." in api.good("/events.kml", date_from="2022-07-02", date_to="2022-07-02").text


def test_a_feed_tells_each_claim_and_each_status_once(api: Api) -> None:
    days = {"date_from": "2022-07-03", "date_to": "2022-07-03"}
    rows = [row for page in api.pages("/briefing", **days) for row in page["data"]]
    found = entries(api, **days)
    assert len(found) == sum(len(row["claims"]) + len(row["assessments"]) for row in rows) > 10
    ids = [text(entry, f"{ATOM}id") for entry in found]
    assert len(set(ids)) == len(ids)
    assert {text(entry, f"{ATOM}updated") for entry in found} == {"2022-07-03T00:00:00Z"}
    titles = [text(entry, f"{ATOM}title") for entry in found]
    assert "Conceded by Serhiy Haidai (control): Capture of Lysychansk" in titles
    assert "Conceded, until then disputed (control): Capture of Lysychansk" in titles


def test_each_question_is_told_apart(shipped_api: Api) -> None:
    """Of one event, the dead and the wounded may be disputed each: one word on casualties would be of neither."""
    (deaths,) = [mark for name, mark in placemarks(shipped_api).items() if name == "event.khasham-deaths"]
    (slide,) = [one for one in timeline(shipped_api)["events"] if one["unique_id"] == "khasham-deaths"]
    for told in (text(deaths, f"{KML}description"), slide["text"]["text"]):
        assert told is not None
        assert "casualties (people killed of Pro-government forces): disputed" in told
        assert "casualties (people wounded of Pro-government forces): disputed" in told
    days = {"date_from": "2018-02-01", "date_to": "2018-12-31"}
    feed = [
        (text(entry, f"{ATOM}title") or "", text(entry, f"{ATOM}content") or "")
        for entry in entries(shipped_api, **days)
    ]
    changes = [title for title, content in feed if "Because of: " in content]
    assert len(set(changes)) == len(changes)
    killed = "Disputed (casualties: people killed of Pro-government forces): "
    assert [title for title in changes if title.startswith(killed)] != []
    contents = "\n".join(content for _, content in feed)
    rows = [row for page in shipped_api.pages("/briefing", **days) for row in page["data"]]
    figures = sum(claim["value"] is not None for row in rows for claim in row["claims"])
    assert contents.count("Figure: ") == figures > 0
    assert (
        "on casualties (people killed of Pro-government forces): support, with 200 to 300; until then none." in contents
    )


def test_titles_read_well_for_names_in_the_plural(shipped_api: Api) -> None:
    """No verb stands beside a name, for `officials denies` is no English."""
    found = entries(shipped_api, date_from="2022-06-01", date_to="2022-07-31")
    titles = [text(entry, f"{ATOM}title") or "" for entry in found]
    assert [title for title in titles if title.startswith("Denied by Ukrainian officials (control): ")] != []
    assert [words.told_by(stance, "officials") for stance in Stance] == [
        "Asserted by officials",
        "Conceded by officials",
        "Denied by officials",
        "Doubted by officials",
        "Corroborated by officials",
        "Not confirmed by officials",
        "Left out by officials",
        "Pledged by officials",
        "Retracted by officials",
    ]
    assert words.told_by("denies", "al-Masdar") == "Denied by al-Masdar"
    told = entries(shipped_api, date_from="2022-07-03")
    contents = " ".join(text(entry, f"{ATOM}content") or "" for entry in told)
    assert "New position of Ukrainian side on control: support; until then opposition." in contents


def redated() -> Iterator[Entry]:
    """A dataset that gives an event and a claim of the dossier two days each."""
    report = {"id": "later", "kind": "news", "title": "A <late> report"}
    records: list[tuple[str, dict[str, Any]]] = [
        ("dataset", {"id": "later", "title": "Later", "recorded_at": "2026-11-28T00:00:00Z"}),
        ("source", report),
    ]
    for kind, name in (("event", "activity-at-gelatin-plant"), ("claim", "lysychansk-s14a")):
        for day in ("2022-06-27", "2022-06"):
            fields = {"id": f"later-{kind}-{day}", kind: name, "edtf": day, "source": "later"}
            records.append(("dating", {**fields, "preferred": True} if day.count("-") > 1 else fields))
    for kind, fields in records:
        found = checked(kind, fields, "later", Place("later"))
        assert isinstance(found, Entry), found
        yield found


def test_the_days_that_other_reports_give_stand_in_every_form(tmp_path: Path) -> None:
    with databases.copy("sqlite", tmp_path, databases.excerpt("sqlite")) as url:
        made = engine(url)
        load(made, redated())
        made.dispose()
        with serving(url) as api:
            told = "Otherwise dated: June 2022 (A <late> report)."
            name = "activity-at-gelatin-plant"
            assert told in str(text(placemarks(api)[f"event.{name}"], f"{KML}description"))
            (slide,) = [one for one in timeline(api)["events"] if one["unique_id"] == name]
            assert slide["display_date"] == "27 June 2022"
            assert html.escape(told) in slide["text"]["text"]
            claims = [text(entry, f"{ATOM}content") or "" for entry in entries(api, date_from="2022-06-27")]
            assert len([content for content in claims if told in content]) == 1
            for event in (name, "capture-of-lysychansk"):
                page = api.ask(f"/explore/events/{event}", {"Accept": "text/html"})
                assert page.text.count(html.escape(told)) == 1, event


def test_readers_are_led_to_pages(api: Api) -> None:
    """A feed reader takes a link for the entry's own where it is HTML; so do people who click on a slide."""
    for entry in entries(api, date_from="2022-07-03"):
        page, record = entry.iter(f"{ATOM}link")
        assert (page.get("rel"), page.get("type")) == (record.get("rel"), "text/html")
        shown = api.ask(str(page.get("href")), {"Accept": "text/html"})
        assert shown.headers["content-type"].startswith("text/html")
        claim = str(page.get("href")).partition("#")[2]
        assert f'id="{claim}"' in shown.text or not claim
        assert api.get(str(record.get("href")))["id"] in {claim, str(page.get("href")).rpartition("/")[2]}
    (slide,) = [one for one in timeline(api)["events"] if one["unique_id"] == "capture-of-lysychansk"]
    assert '/explore/events/capture-of-lysychansk">Capture of Lysychansk</a>' in slide["text"]["headline"]


def test_ids_of_entries_do_not_depend_on_the_days_asked_for(api: Api) -> None:
    titles = {text(entry, f"{ATOM}id"): text(entry, f"{ATOM}title") for entry in entries(api, date_from="2022-07-03")}
    wide = {text(entry, f"{ATOM}id") for entry in entries(api, date_from="2022-06-01", date_to="2022-07-03")}
    kept = {title for name, title in titles.items() if name in wide}
    assert kept >= {
        title for title in titles.values() if title and "(control): " in title and "until then" not in title
    }
    assert "Conceded, until then disputed (control): Capture of Lysychansk" in kept


def test_a_feed_is_read_in_one_pass_and_says_how_many_entries_it_has(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"date_from": "2022-06-02", "date_to": "2022-07-30"}
    news = api.get("/briefing", **days, limit=1000)["data"]

    async def count(*_: object) -> int:
        raise AssertionError("counting costs as much as writing")

    monkeypatch.setattr(News, "count", count)
    found = len(entries(api, **days))
    assert found == sum(len(event["claims"]) + len(event["assessments"]) for event in news) > len(news) > 20
    assert api.good("/briefing.atom", **days).headers["counterclaim-count"] == str(found)
    assert api.client.head("/briefing.atom", params=days).headers["counterclaim-count"] == str(found)
    assert api.good("/briefing.atom", date_from="2021-01-01").headers["counterclaim-count"] == "0"
    answer = api.get("/openapi.json")["paths"]["/briefing.atom"]["get"]["responses"]["200"]
    assert answer["headers"]["Counterclaim-Count"]["description"] == "The number of entries."


def test_ids_of_entries_are_uuids_of_version_5(api: Api) -> None:
    found = {text(entry, f"{ATOM}id") for entry in entries(api, date_from="2022-07-03")}
    claims = [claim["id"] for row in api.get("/briefing", date_from="2022-07-03")["data"] for claim in row["claims"]]
    assert len(claims) > 5
    assert found >= {uuid5(IDS, f"claim\n{claim}").urn for claim in claims}


def test_an_empty_feed_is_a_feed(api: Api) -> None:
    feed = parsed(api.good("/briefing.atom", date_from="2021-01-01").content)
    assert text(feed, f"{ATOM}updated") == "2021-01-01T00:00:00Z"
    assert feed.find(f"{ATOM}entry") is None


@pytest.mark.parametrize("path", PATHS)
def test_a_mistake_is_a_problem_here_too(api: Api, path: str) -> None:
    sign = "&" if "?" in path else "?"
    problem = api.problem(f"{path}{sign}party=ukrain")
    assert problem["errors"][0]["did_you_mean"] == ["ukraine", "ukrainian-side"]
    assert api.client.head(path).status_code == 200
    tag = api.good(path).headers["etag"]
    assert api.ask(path, {"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/events.kml", "/events.timeline.json", "/briefing.atom?date_from=2022-06-01&date_to=2022-07-31"]
)
def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api, path: str) -> None:
    first, second = (
        api.good(path).text.replace(str(api.client.base_url).rstrip("/"), "") for api in (sqlite_api, postgresql_api)
    )
    assert first == second


def test_a_client_cannot_write_into_addresses(api: Api) -> None:
    answer = api.ask("/events.kml", {"Host": "a<b"}, kind="capture")
    assert "a<b" not in answer.text
