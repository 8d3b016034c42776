"""The page of one event says what the API says of it, whole and as of a day."""

import html
import re

import httpx
import pytest

from tests.http.pages.reader import page
from tests.support.live import Api

EVENT = "capture-of-lysychansk"


def test_every_claim_stands_on_the_page_in_the_column_of_its_party(api: Api) -> None:
    shown = page(api, f"/explore/events/{EVENT}")
    claims = api.ids(f"/events/{EVENT}/claims")
    assert set(claims) <= shown.ids()
    assert "Control" in shown.text
    assert "Nobody opposes it any more" in shown.text
    assert "conceded it, since 3 July 2022, by Serhiy Haidai" in shown.text
    ukrainian = api.get("/claims/count", event=EVENT, party="ukrainian-side")["count"]
    assert f"Ukrainian side {ukrainian} claims" in shown.text


def test_grounds_link_to_their_claims(api: Api) -> None:
    shown = page(api, f"/explore/events/{EVENT}")
    control = api.get(f"/events/{EVENT}")["assessments"][0]
    for claim in control["because"]:
        assert f"#{claim}" in shown.links


def test_as_of_a_day_the_governor_has_not_spoken(api: Api) -> None:
    before = page(api, f"/explore/events/{EVENT}?as_of=2022-07-02")
    assert "lysychansk-s14a" not in before.ids()
    assert "Some support it and others oppose it, and both stand." in before.text
    after = page(api, f"/explore/events/{EVENT}?as_of=2022-07-03")
    assert "lysychansk-s14a" in after.ids()
    nothing = page(api, f"/explore/events/{EVENT}?as_of=2022-06-01")
    assert "Capture of Lysychansk" in nothing.text
    assert not {id_ for id_ in nothing.ids() if id_.startswith("lysychansk-")}


def test_days_lead_on_without_a_script(api: Api) -> None:
    """From the first word on this event to the last one, and no further."""
    path = f"/explore/events/{EVENT}"
    first, last = (page(api, f"{path}?as_of=2022-07-0{day}").links for day in (2, 3))
    assert f"{path}?as_of=2022-07-03" in first
    assert f"{path}?as_of=2022-07-01" not in first
    assert f"{path}?as_of=2022-07-02" in last
    assert f"{path}?as_of=2022-07-04" not in last
    assert f"{path}?as_of=2022-07-02" in page(api, path).links


def test_without_a_day_nothing_is_asked_of_what_was_known_by_it(api: Api) -> None:
    path = f"/explore/events/{EVENT}"
    shown = page(api, f"{path}?as_of=2022-07-03&known=possible")
    assert path in shown.links
    assert f"{path}?known=possible&as_of=2022-07-02" in shown.links
    assert api.ask(f"{path}?as_of=&known=possible", {"Accept": "text/html"}).headers["location"] == path


def test_it_says_how_to_cite_it_and_how_to_get_the_same(api: Api) -> None:
    shown = page(api, f"/explore/events/{EVENT}?as_of=2022-07-03")
    base = str(api.client.base_url)
    assert f"curl '{base}/events/{EVENT}?as_of=2022-07-03'" in shown.text
    assert f"{base}/explore/events/{EVENT}?as_of=2022-07-03 (accessed " in shown.text
    assert "@misc{capture-of-lysychansk," in shown.text
    dataset = api.get(f"/events/{EVENT}")["dataset"]
    version = api.get(f"/datasets/{dataset['id']}")["version"]
    whole = f"{dataset['title']}, version {version}" if version else dataset["title"]
    assert '"type": "webpage"' in shown.text
    assert f'"container-title": "{whole}"' in shown.text
    assert '"version": "1"' in shown.text
    assert f"{whole}, revision 1. Counterclaim." in shown.text


@pytest.mark.parametrize("day", ["2022-07-02", "2022-07-04"])
def test_a_shared_link_has_a_title_and_description(api: Api, day: str) -> None:
    """The Open Graph protocol's four, of the page and day that the address names."""
    path = f"/explore/events/{EVENT}?as_of={day}"
    shown = api.good(path).text
    tags = {
        name: html.unescape(text) for name, text in re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', shown)
    }
    event = api.get(f"/events/{EVENT}")
    assert event["title"] in tags["title"]
    assert tags["description"] == html.unescape(re.findall(r'<meta name="description" content="([^"]*)">', shown)[0])
    assert (tags["type"], tags["url"]) == ("article", f"{api.client.base_url}{path}".replace("//explore", "/explore"))
    assert tags["description"]


def test_a_page_is_kept_until_data_is_loaded(api: Api) -> None:
    answer = api.good(f"/explore/events/{EVENT}")
    again = api.ask(f"/explore/events/{EVENT}", {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("content-security-policy", "etag", "cache-control"):  # with these a browser renews those of its copy
        assert again.headers[name] == answer.headers[name]
    assert api.get(f"/events/{EVENT}")["id"] == EVENT


@pytest.mark.parametrize(("query", "ancestors"), [("", "'none'"), ("?embed=true", "*"), ("?embed=false", "'none'")])
def test_only_an_embedded_page_may_be_framed(api: Api, query: str, ancestors: str) -> None:
    answer = api.good(f"/explore/events/{EVENT}{query}")
    assert answer.headers["content-security-policy"].endswith(f"frame-ancestors {ancestors}")


def links_of(answer: httpx.Response) -> list[str]:
    return [part.strip() for part in answer.headers["link"].split(", ")]


LISTED = ["application/json", "text/csv"]
PLACED = ["application/geo+json", "application/vnd.google-earth.kml+xml", "application/atom+xml"]


@pytest.mark.parametrize(
    ("path", "first", "types"),
    [
        (
            "/explore?party=lpr&kind=capture",
            "/events?party=lpr&kind=capture",
            [*LISTED, "application/x-ndjson", *PLACED],
        ),
        ("/explore/disputes?party=lpr", "/disputes?party=lpr", [*LISTED, "application/x-ndjson", PLACED[-1]]),
        (
            "/explore/places/lysychansk?as_of=2022-07-02",
            "/locations/lysychansk/control?as_of=2022-07-02",
            [LISTED[0], *LISTED, *PLACED],
        ),
        ("/explore/actors/haidai", "/actors/haidai/positions", [LISTED[0], *LISTED, *PLACED]),
        (f"/explore/events/{EVENT}", f"/events/{EVENT}", [LISTED[0], *LISTED, "application/x-ndjson"]),
        ("/", "/briefing.atom?date_from=2022-07-06&date_to=9999-12-31", PLACED[-1:]),
    ],
)
def test_alternates_lead_to_the_same(api: Api, path: str, first: str, types: list[str]) -> None:
    answer = api.ask(path, {"Accept": "text/html"})
    links = links_of(answer)
    assert [link.partition('type="')[2].strip('"') for link in links] == types
    assert links[0].startswith(f"<{first}>")
    for link in links:
        address = link[1 : link.index(">")]
        assert f'href="{address}"'.replace("&", "&amp;") in answer.text
        sent = api.ask(address)
        assert sent.status_code == 200, link
        assert sent.headers["content-type"].partition(";")[0] in link


@pytest.mark.parametrize(
    ("event", "heading", "reason"),
    [
        (
            "khasham-russian-deaths",
            "Casualties: people killed of Russian contractors",
            "Parties support what cannot all be true: figures without a common number, or different sides to blame.",
        ),
        ("capture-of-gelatin-plant", "Control", "Some support it and others oppose it, and both stand."),
    ],
)
def test_why_a_question_is_disputed(shipped_api: Api, event: str, heading: str, reason: str) -> None:
    shown = page(shipped_api, f"/explore/events/{event}")
    told = shown.text.partition(f"{heading} disputed ")[2]
    assert told.startswith(reason)


def test_the_basis_of_a_day_is_in_words(api: Api) -> None:
    assert "said 3 July 2022 (dated by another report)" in page(api, f"/explore/events/{EVENT}").text
