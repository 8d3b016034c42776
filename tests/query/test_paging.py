"""Pages: cursors belong to one question, and whoever tampers with one is told."""

import base64
import json
from typing import Any

import pytest

from api.storage.database import engine
from migrations import migrate
from seed.files import read
from seed.load import load, withdraw
from tests.support.databases import LYSYCHANSK
from tests.support.dossiers import SHIPPED
from tests.support.live import Api, Params, serving

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
    assert message == "belongs to another list, sort or set of filters; start again without it"


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
def test_invalid_cursors_are_refused(api: Api, text: str) -> None:
    assert refused(api, "/events", text) == "is damaged; copy all of it from links.next"


def test_a_cursor_that_is_too_long(api: Api) -> None:
    assert refused(api, "/events", "W" * 2_001) == "is longer than 2000 characters"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (1, 5),
        (2, None),
        (2, "1"),
        (2, True),
        (3, 7),
        (3, None),
        (4, 2),
        (4, "0"),
        (4, None),
        (5, "2022-07-01"),
        (5, 10**10),
        (5, 2.5),
        (5, True),
        (6, 7),
        (6, "a\0"),
        (7, None),
    ],
)
def test_a_cursor_that_was_tampered_with(api: Api, place: int, value: object) -> None:
    text = remade(cursor(api, "/events"), place, value)
    assert refused(api, "/events", text) == "is damaged; copy all of it from links.next"


def test_a_cursor_cut_short(api: Api) -> None:
    text = cursor(api, "/events")
    assert refused(api, "/events", text[:-5]) == "is damaged; copy all of it from links.next"


def test_a_cursor_of_another_release(api: Api) -> None:
    text = remade(cursor(api, "/events"), 0, 99)
    assert refused(api, "/events", text) == "is of another release of this service; start again without it"


def test_links_keep_the_question(api: Api) -> None:
    links = api.get("/events?kind=capture&q=%D0%BB%D0%B8%D1%81&kind=entry&limit=1")["links"]
    assert links["self"] == "/events?kind=capture&q=%D0%BB%D0%B8%D1%81&kind=entry&limit=1"
    assert links["next"].startswith(f"{links['self']}&cursor=")
    assert "cursor" not in api.get("/events?limit=1000")["links"]["self"]


BEGINS = {
    "/events": "/events?limit=1&party=ukraine",
    "/claims": "/claims?limit=2&sort=-said",
    "/sources": "/sources?limit=1",
    "/disputes": "/disputes?limit=1",
    "/events/capture-of-lysychansk/claims": "/events/capture-of-lysychansk/claims?limit=1",
    "/ogc/collections/events/items": "/ogc/collections/events/items?limit=1",
    "/changes": "/changes?limit=3",
    "/revisions": "/revisions?limit=1",
}


def following(api: Api, first: str) -> str:
    """Where the second page is."""
    page = api.good(first).json()
    links = page["links"]
    if isinstance(links, list):
        links = {"next": next(link["href"] for link in links if link["rel"] == "next")}
    return str(links["next"]).removeprefix(str(api.client.base_url).rstrip("/"))


def test_a_page_never_follows_on_one_of_other_data(dossier_url: str) -> None:
    """After a load, or at a server that knows an older revision, a walk begins again; what only grows goes on."""
    made = engine(dossier_url)
    withdraw(made, "lysychansk-context")
    with serving(dossier_url) as api:
        after = {path: following(api, first) for path, first in BEGINS.items()}
        assert [api.ask(address).status_code for address in after.values()] == [200] * len(after)
        later = {path: ahead(address) for path, address in after.items()}
        for path, first in BEGINS.items():
            refuses(api, later[path], first, (3, 2), "does not know of it yet and has 2")
        load(made, read([LYSYCHANSK], ["lysychansk-context"]))
        for path, first in BEGINS.items():
            if path in {"/changes", "/revisions"}:
                assert api.ask(after[path]).status_code == 200
            else:
                refuses(api, after[path], first, (2, 3), "now has 3")
        assert [api.ask(address).status_code for address in (following(api, first) for first in BEGINS.values())] == [
            200
        ] * len(BEGINS)
        text = ahead(following(api, "/events?limit=1")).partition("cursor=")[2]
        page = api.ask(f"/explore?cursor={remade(text, 2, 9)}&sort=date")
        assert page.status_code == 409
        assert '<a href="/explore?sort=date">Begin again</a>' in page.text
    made.dispose()


def ahead(address: str) -> str:
    """The address of a page after one of the next revision."""
    start, _, text = address.partition("cursor=")
    return f"{start}cursor={remade(text, 2, 3)}"


def refuses(api: Api, address: str, first: str, revisions: tuple[int, int], said: str) -> None:
    answer = api.ask(address)
    assert answer.status_code == 409, (address, answer.text)
    problem = answer.json()
    assert (problem["type"], problem["url"]) == ("/problems/revision-differs", first)
    assert (problem["page_revision"], problem["revision"]) == revisions
    told = f"The previous page was of revision {revisions[0]}, and this server {said}: start again."
    assert problem["detail"] == told
    assert answer.headers["link"] == f'<{first}>; rel="first"'
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_never_follows_on_one_of_another_history(dossier_url: str, blank_url: str) -> None:
    """Two servers that were both loaded may have come to the same number; what they have in common still goes on."""
    one, other = engine(dossier_url), engine(blank_url)
    migrate(blank_url)
    load(other, read([LYSYCHANSK]))
    with serving(dossier_url) as here, serving(blank_url) as there:
        common = following(here, BEGINS["/changes"])
        assert there.ask(common).status_code == 200
        load(one, read(SHIPPED[:1]))
        withdraw(other, "lysychansk-context")
        assert there.ask(common).status_code == 200
        after = {path: following(here, first) for path, first in BEGINS.items()}
        for path, first in BEGINS.items():
            assert here.ask(after[path]).status_code == 200
            refuses(there, after[path], first, (2, 2), "has 2 of another history")
        load(other, read([LYSYCHANSK], ["lysychansk-context"]))
        refuses(there, after["/changes"], BEGINS["/changes"], (2, 3), "has 3 of another history")
        assert there.ask(common).status_code == 200
    one.dispose()
    other.dispose()
