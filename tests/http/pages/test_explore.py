"""The page of events: the filters of `/events`, said and refused as the API does."""

import pytest

from tests.http.pages.reader import page
from tests.support.live import Api


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
def test_what_is_wrong_is_said_as_the_api_says_it(api: Api, query: str) -> None:
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
def test_what_is_not_there_is_a_page_too(api: Api, path: str) -> None:
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
