"""The page of events: the filters of `/events`, said and refused as the API does."""

import gzip
import re
from collections import Counter
from typing import Any

import pytest

from api.errors import Unavailable
from api.http.pages.data import Reading
from api.query.session import Data
from tests.http.pages.reader import page
from tests.support.late import EVENTS
from tests.support.live import Api, serving


@pytest.mark.parametrize(
    "query",
    [
        "",
        "party=lpr&kind=capture",
        "disputed=true&as_of=2022-07-02",
        "date_from=2022-07-01&date_to=2022-07-03&match=certain",
        "bbox=38.0,48.6,38.8,49.1&status=conceded",
        "q=refinery",
        "part_of=battle-of-lysychansk&sort=-date",
    ],
)
def test_it_lists_what_the_api_lists(api: Api, query: str) -> None:
    shown = page(api, f"/explore?{query}")
    answer = api.get(f"/events?{query}&total=true".replace("?&", "?"))
    for event in answer["data"]:
        assert any(link.startswith(f"/explore/events/{event['id']}") for link in shown.links), event["id"]
    total = answer["meta"]["total"]
    assert f"{total} event{'' if total == 1 else 's'}." in shown.text
    assert answer["meta"]["description"] in shown.text


def test_nothing_found_is_said_with_the_reason(api: Api) -> None:
    shown = page(api, "/explore?kind=airstrike&as_of=2022-01-01")
    why = api.get("/events?kind=airstrike&as_of=2022-01-01")["meta"]["why_empty"]
    assert "0 events." in shown.text
    assert why in shown.text


@pytest.mark.parametrize(
    "query",
    ["kind=bogus", "colour=red", "date_from=2022-07-03&date_to=2022-07-01", "party=nobody", "as_of=1&as_of=2", "q=!"],
)
def test_a_page_words_errors_as_the_api_does(api: Api, query: str) -> None:
    problem = api.problem(f"/events?{query}")
    shown = page(api, f"/explore?{query}", 422)
    assert problem["title"] in shown.text
    for error in problem["errors"]:
        assert error["message"] in shown.text
    assert "/explore" in shown.links


def test_a_script_is_shown_and_not_run(api: Api) -> None:
    answer = api.good("/explore", q="<script>alert(1)</script>")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    wrong = api.ask("/explore", kind="<img src=x onerror=alert(1)>")
    assert wrong.status_code == 422
    assert "<img" not in wrong.text


def test_fields_left_empty_ask_for_nothing(api: Api) -> None:
    answer = api.ask("/explore?q=&kind=capture&as_of=&location=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/explore?kind=capture")
    answer = api.ask("/explore?q=&kind=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/explore")


@pytest.mark.parametrize("path", ["/explore/events/nobody-knows", "/explore/nothing/at-all"])
def test_not_found_is_a_page(api: Api, path: str) -> None:
    shown = page(api, path, 404)
    assert "There is no such record or page" in shown.text


def test_the_form_keeps_filters_that_it_does_not_show(api: Api) -> None:
    shown = page(api, "/explore?role=attacker&kind=capture")
    hidden = {
        (values.get("name"), values.get("value"))
        for tag, values in shown.elements
        if tag == "input" and values.get("type") == "hidden"
    }
    assert ("role", "attacker") in hidden


def test_pages_of_the_list_follow_each_other(api: Api) -> None:
    cursor = api.get("/events?limit=20")["links"]["next"].partition("cursor=")[2]
    shown = page(api, f"/explore?cursor={cursor}")
    assert "/explore/events/ukrainian-airstrikes" in shown.links
    assert "/explore" in shown.links
    wrong = page(api, "/explore?cursor=abc", 422)
    assert "is damaged" in wrong.text


def test_thousands_of_events_are_answered_within_bounds_and_say_what_is_not_drawn(
    late_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()

    def counted(name: str) -> Any:
        plain = getattr(Reading, name)

        async def call(self: Reading, **filters: Any) -> Any:
            asked[name] += 1
            return await plain(self, **filters)

        return call

    for name in ("events", "count_events"):
        monkeypatch.setattr(Reading, name, counted(name))
    shown = page(late_api, "/explore?kind=shelling&sort=-date")
    drawn = 1_000
    assert f"The pictures show the first {drawn:,} of {EVENTS:,} events" in shown.text
    assert len([link for link in shown.links if link.startswith("/explore/events/late-24")]) >= 50
    assert f"{drawn - 100} events without a recorded point" in shown.text
    assert "… and 700 more, in the list." in shown.text
    bars = re.findall(r'aria-label="(\w+ 2022): ([\d,]+) certain, ([\d,]+) possible"', shown.source)
    assert [name.split()[0] for name, _, _ in bars][:3] == ["January", "February", "March"]
    assert sum(int(certain.replace(",", "")) for _, certain, _ in bars) == EVENTS
    assert asked["events"] <= 5  # the list, what is drawn, both ends of the bars, and what has no date
    assert asked["count_events"] == 2 * len(bars) == 18
    assert len(gzip.compress(shown.source.encode())) <= 60_000


def test_a_record_without_a_date_is_told_beside_the_bars(shipped_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.pages.explore.DRAWN", 10)
    total = shipped_api.get("/events?total=true")["meta"]["total"]
    dated = shipped_api.get("/events/count", date_from="0001-01-01")["count"]
    shown = page(shipped_api, "/explore?dataset=lysychansk")
    of = shipped_api.get("/events/count", dataset="lysychansk")["count"]
    with_date = shipped_api.get("/events/count", dataset="lysychansk", date_from="0001-01-01")["count"]
    assert total > dated
    assert f"{of - with_date} events without a date stand in no bar" in shown.text


@pytest.mark.parametrize(
    ("path", "meant"), [("/event", "/events"), ("/clams", "/claims"), ("/explore/event", "/explore")]
)
def test_a_mistyped_path_leads_to_the_one_that_was_meant(api: Api, path: str, meant: str) -> None:
    shown = page(api, path, 404)
    assert meant in shown.links
    assert not [link for link in shown.links if "{" in link or "%" in link]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/no/such/page", 404, "There is nothing at /no/such/page."),
        ("/explore?q=" + "x" * 17_000, 414, "The path and query are longer than 16384 bytes."),
        ("/explore?q=%00", 400, "The query contains control characters."),
        ("/explore?" + "&".join(f"a{number}=1" for number in range(60)), 422, "has more than 50 parameters"),
    ],
)
def test_a_refusal_is_a_page_for_browsers_and_a_problem_for_programs(
    api: Api, path: str, status: int, said: str
) -> None:
    shown = page(api, path, status)
    assert said in shown.text
    assert "/explore" in shown.links
    assert f"(status {status})" in shown.text
    if not path.startswith("/explore"):
        api.problem(path, status)


def test_too_many_requests_and_too_many_at_once_are_pages_that_say_when_to_try_again(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, rate_limit=1) as limited:
        limited.good("/explore")
        shown = page(limited, "/explore?kind=capture", 429)
        assert "At most 1 requests per minute are answered." in shown.text
        assert "/explore?kind=capture" in shown.links
        assert re.search(r"Try again, in \d+ seconds? at the earliest", shown.text)
        limited.problem("/events", 429)


def test_a_database_that_is_away_is_a_page(dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("The database is away.")

    with serving(dossier_of_sqlite) as served:
        monkeypatch.setattr(Data, "ask", away)
        shown = page(served, "/explore", 503)
        assert "The database is away." in shown.text
        assert "Try again" in shown.text
        served.problem("/events", 503)


def test_links_to_events_keep_the_day_and_its_reading(api: Api) -> None:
    for query, sent in (("as_of=2022-07-02", "as_of=2022-07-02"), ("known=possible&as_of=2022-07-02",) * 2):
        told = sorted(sent.split("&"))
        for path in ("/explore", "/explore/disputes"):
            links = [link for link in page(api, f"{path}?{query}").links if link.startswith("/explore/events/")]
            assert links
            assert {tuple(sorted(link.partition("?")[2].split("&"))) for link in links} == {tuple(told)}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/explore?location=lysychans&kind=capture", "/explore?location=lysychansk&kind=capture"),
        ("/explore?party=haidai&kind=captur", "/explore?party=haidai&kind=capture"),
        ("/explore?locatio=lysychansk", "/explore?location=lysychansk"),
        ("/explore/places/lysychans", "/explore/places/lysychansk"),
        (
            "/explore/events/capture-of-lysychans?as_of=2022-07-03",
            "/explore/events/capture-of-lysychansk?as_of=2022-07-03",
        ),
    ],
)
def test_a_suggestion_is_a_link(api: Api, asked: str, meant: str) -> None:
    shown = page(api, asked, 404 if "/explore/" in asked else 422)
    assert meant in shown.links
    page(api, meant)
