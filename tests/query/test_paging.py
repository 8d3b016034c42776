"""Pages: cursors belong to one question, and whoever tampers with one is told."""

import base64
import json
from typing import Any

import pytest

from tests.support.live import Api, Params

LISTS = ("events", "claims", "disputes", "sources", "actors", "locations", "datasets")
QUESTION = {"party": "russian-side", "kind": ["capture", "armed_clash"]}


def cursor(api: Api, path: str, **filters: Any) -> str:
    """Where the second page begins."""
    following: str = api.get(path, **filters, limit=1)["links"]["next"]
    return following.partition("cursor=")[2]


def remade(text: str, place: int, value: object) -> str:
    """The cursor with one part replaced."""
    parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    parts[place] = value
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def refused(api: Api, path: str, text: str, **filters: Any) -> str:
    (error,) = api.problem(path, **filters, cursor=text)["errors"]
    assert (error["parameter"], error["value"]) == ("cursor", text[:200])
    message: str = error["message"]
    return message


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_leads_on(api: Api, name: str) -> None:
    whole = api.get(f"/{name}", limit=1000)["data"]
    rest = api.get(f"/{name}", limit=1000, cursor=cursor(api, f"/{name}"))
    assert rest["data"] == whole[1:]
    assert rest["links"]["next"] is None
    assert "left_out" not in rest["meta"]


@pytest.mark.parametrize(
    "other",
    [
        {"sort": "-date"},
        {"sort": "id"},
        {"party": "russia"},
        {"kind": ["capture"]},
        {"date_from": "2022-07-01"},
        {"match": "certain"},
        {"undated": "include"},
        {"as_of": "2022-07-02"},
        {"disputed": False},
    ],
)
def test_a_cursor_belongs_to_its_question(api: Api, other: Params) -> None:
    text = cursor(api, "/events", **QUESTION)
    message = refused(api, "/events", text, **{**QUESTION, **other})
    assert message == "belongs to another list, sort or set of filters; begin again without it"


def test_a_cursor_belongs_to_its_list(api: Api) -> None:
    assert refused(api, "/sources", cursor(api, "/actors")).startswith("belongs to another list")
    claims = "/events/capture-of-lysychansk/claims"
    assert refused(api, "/events/capture-of-luhansk-oblast/claims", cursor(api, claims)).startswith("belongs to")


def test_a_cursor_does_not_mind_the_order_of_filters_or_the_size_of_pages(api: Api) -> None:
    text = cursor(api, "/events", **QUESTION)
    whole = api.ids("/events", **QUESTION)
    again = api.get("/events", kind=QUESTION["kind"][::-1], party="russian-side", limit=2, total=True, cursor=text)
    assert [row["id"] for row in again["data"]] == whole[1:3]
    assert again["meta"]["total"] == len(whole)


def test_the_claims_of_an_event_can_be_walked_on_either_path(api: Api) -> None:
    text = cursor(api, "/claims", event="capture-of-lysychansk")
    one = api.get("/claims", event="capture-of-lysychansk", cursor=text)
    other = api.get("/events/capture-of-lysychansk/claims", cursor=text)
    assert one["data"] == other["data"]


@pytest.mark.parametrize("text", ["", "x", "AAAA", "!!!!", "e30", "W10", "bnVsbA", "Лисичанськ", "%00", "W" * 2_000])
def test_what_is_no_cursor(api: Api, text: str) -> None:
    assert refused(api, "/events", text) == "is damaged; take it whole from links.next"


def test_a_cursor_that_is_too_long(api: Api) -> None:
    assert refused(api, "/events", "W" * 2_001) == "is longer than 2000 characters"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (1, 5),
        (2, 2),
        (2, "0"),
        (2, None),
        (3, "2022-07-01"),
        (3, 10**10),
        (3, 2.5),
        (3, True),
        (4, 7),
        (4, "a\0"),
        (5, None),
    ],
)
def test_a_cursor_that_was_tampered_with(api: Api, place: int, value: object) -> None:
    text = remade(cursor(api, "/events"), place, value)
    assert refused(api, "/events", text) == "is damaged; take it whole from links.next"


def test_a_cursor_cut_short(api: Api) -> None:
    text = cursor(api, "/events")
    assert refused(api, "/events", text[:-5]) == "is damaged; take it whole from links.next"


def test_a_cursor_of_another_release(api: Api) -> None:
    text = remade(cursor(api, "/events"), 0, 99)
    assert refused(api, "/events", text) == "is of another release of this service; begin again without it"


def test_links_keep_the_question(api: Api) -> None:
    links = api.get("/events?kind=capture&q=%D0%BB%D0%B8%D1%81&kind=entry&limit=1")["links"]
    assert links["self"] == "/events?kind=capture&q=%D0%BB%D0%B8%D1%81&kind=entry&limit=1"
    assert links["next"].startswith(f"{links['self']}&cursor=")
    assert "cursor" not in api.get("/events?limit=1000")["links"]["self"]
