"""Pages of records at the edge of what may be loaded, and of nothing at all."""

import re

import pytest

from api.http.pages import pictures, records
from api.http.pages.data import Reading
from api.http.words import since
from tests.http.pages.reader import page
from tests.support import odd
from tests.support.live import Api, serving

KINDS = {"events": "events", "places": "locations", "actors": "actors", "sources": "sources"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_has_a_page_on_every_day(odd_api: Api, kind: str) -> None:
    for identifier in odd_api.ids(f"/{KINDS[kind]}", limit=1000):
        days = ("", "as_of=0001-01-01", "as_of=2024-01-05", "as_of=9999-12-31&known=possible")
        for day in days if kind != "sources" else ("",):
            for embed in ("", "&embed=true"):
                assert "alert(1)</script>" not in page(odd_api, f"/explore/{kind}/{identifier}?{day}{embed}").source


def test_markup_in_names_is_written_out(odd_api: Api) -> None:
    for path in ("/", "/explore", "/explore/disputes", "/explore/events/odd-answered", "/explore/actors/odd-b"):
        shown = page(odd_api, path)
        assert "<script>alert" not in shown.source
    assert odd.MARKUP in page(odd_api, "/explore/actors/odd-b").text
    for path in ("/explore/map.svg", "/explore/timeline.svg"):
        assert "<script" not in odd_api.good(path).text


def test_figures_of_one_day_that_are_open_both_ways_are_any_number(odd_api: Api) -> None:
    shown = page(odd_api, "/explore/events/odd-figures")
    assert "asserted it: any number of people attackers, since 5 January 2024" in shown.text
    assert shown.text.count(", revised") == odd.FIGURES // 2


def test_a_speaker_without_a_position_is_not_called_silent(odd_api: Api) -> None:
    """The denial fell with the claim that it was about, which was taken back."""
    shown = page(odd_api, "/explore/events/odd-answered")
    table = re.search(r'<table class="trails">.*?</table>', shown.source, re.DOTALL)
    assert table is not None
    rows = [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in re.findall("<tr.*?</tr>", table[0], re.DOTALL)]
    assert rows[2].endswith("speaks of it, but takes no position that counts: odd-answer")
    assert rows[3] == "Side C, which says nothing says nothing of this on record"
    assert "Side C, which says nothing 0 claims Silent: nothing of it is on record." in shown.text


@pytest.mark.parametrize(
    ("edtf", "told"),
    [
        (None, "on a day unknown"),
        ("2024-01-05", "since 5 January 2024"),
        ("[2024-01-05..2024-01-06]", "since 5 or 6 January 2024"),
        ("[2024-01-05..2024-01-08]", "since some day between 5 and 8 January 2024"),
        ("2024-01-05/..", "said from 5 January 2024 on, end unknown"),
    ],
)
def test_since_when_somebody_stands_there_is_said_in_words(edtf: str | None, told: str) -> None:
    assert since({"edtf": edtf}) == told


@pytest.mark.parametrize(
    "path",
    [
        "/explore/events/odd-figures?revision=1",
        "/explore/actors/odd-a?revision=1",
        "/explore/places/one-spot?revision=1",
    ],
)
def test_pages_show_the_newest_revision_alone(odd_api: Api, path: str) -> None:
    assert "there is no such parameter" in page(odd_api, path, 422).text


def test_without_a_record_every_page_says_that_there_is_none(empty_url: str) -> None:
    with serving(empty_url) as served:
        assert "Nothing is in dispute." in page(served, "/").text
        for path, told in (
            ("/explore", "0 events."),
            ("/explore?as_of=2022-07-02", "0 events."),
            ("/explore/disputes", "0 disputes."),
        ):
            assert told in page(served, path).text
        for path in ("/explore/map.svg", "/explore/timeline.svg"):
            assert served.good(path).headers["content-type"] == "image/svg+xml"


def test_links_out_of_an_embedded_view_leave_the_frame(odd_api: Api) -> None:
    """What they lead to may stand in no frame; those of the view itself stay in it."""
    for path in ("/explore", "/explore/disputes", "/explore/events/odd-answered", "/explore/places/one-spot"):
        shown = page(odd_api, f"{path}?as_of=2024-01-05&embed=true")
        links = [fields for tag, fields in shown.elements if tag == "a" and (fields["href"] or "").startswith("/")]
        assert any("embed=true" in (fields["href"] or "") for fields in links)
        for fields in links:
            assert ("embed=true" in (fields["href"] or "")) == (fields.get("target") is None), fields


def test_an_error_of_an_embedded_view_is_shown_in_its_frame(odd_api: Api) -> None:
    answer = odd_api.ask("/explore?embed=true&kind=bogus", {"Accept": "text/html"})
    assert (answer.status_code, "frame-ancestors *" in answer.headers["content-security-policy"]) == (422, True)
    assert 'class="brand"' not in answer.text


def test_a_defect_is_a_page_to_people(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Reading, "positions", broken)
    shown = page(api, "/explore/events/capture-of-lysychansk?as_of=2022-06-30", 500)
    assert "Something went wrong on our side The request could not be answered." in shown.text
    assert "/explore" in shown.links


def test_claims_that_a_page_leaves_out_are_counted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    event = "/explore/events/capture-of-lysychansk?as_of=2023-03-03"
    place = "/explore/places/lysychansk?as_of=2023-03-03"
    said = api.get("/claims", total="true", event="capture-of-lysychansk", as_of="2023-03-03")["meta"]["total"]
    held = api.get("/claims", total="true", location="lysychansk", aspect="control", as_of="2023-03-03")["meta"][
        "total"
    ]
    for whole in (event, place):  # on another day than any test asks for: what a page says is kept
        assert "The first" not in page(api, whole.replace("03-03", "03-04")).text
    monkeypatch.setattr(records, "MAX_LIMIT", 3)
    for module in (records, pictures):
        monkeypatch.setattr(module, "MOST", 2)
    shown = page(api, event).text
    assert f"The first 2 of {said} claims are drawn." in shown
    assert f"The first 3 of {said} claims stand here and are counted; “claims as CSV” below has all of them." in shown
    shown = page(api, place).text
    assert f"The first 2 of {held} claims are drawn." in shown
    assert f"The first 3 of {held} claims are shown." in shown


def test_a_slip_in_the_address_of_the_first_page_is_said_to_a_browser_as_a_page(odd_api: Api) -> None:
    shown = page(odd_api, "/?fbclid=1", 422)
    assert "fbclid = 1: there is no such parameter" in shown.text
    assert odd_api.problem("/", fbclid="1")["errors"][0]["parameter"] == "fbclid"
