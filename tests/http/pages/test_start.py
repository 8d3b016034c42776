"""The first page: for people and for programs, each with a tag of its own."""

from tests.http.pages.reader import page
from tests.support.live import Api


def test_a_browser_gets_a_page_and_a_program_gets_links(api: Api) -> None:
    shown = page(api, "/")
    assert "Map and timeline of 27 events" in shown.text
    assert "/explore/events/capture-of-luhansk-oblast" in shown.links
    landing = api.ask("/", {"Accept": "application/json"})
    assert landing.headers["content-type"] == "application/json"
    for link in landing.json()["links"]:
        assert api.ask(link["href"]).status_code == 200, link


def test_page_and_links_are_told_apart_by_caches(api: Api) -> None:
    seen = api.ask("/", {"Accept": "text/html"})
    sent = api.ask("/", {"Accept": "*/*"})
    assert sent.headers["content-type"] == "application/json"
    assert seen.headers["etag"] != sent.headers["etag"]
    for answer in (seen, sent):
        assert answer.headers["vary"].split(", ").count("Accept") == 1
    again = api.ask("/", {"Accept": "text/html", "If-None-Match": seen.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Accept" in again.headers["vary"].replace("Accept-Encoding", "")
    other = api.ask("/", {"Accept": "application/json", "If-None-Match": seen.headers["etag"]})
    assert other.status_code == 200
    for accept in ("application/json, text/html;q=0.5", "text/html;q=0, */*", "text/html;q=0.1, */*;q=0.2"):
        assert api.ask("/", {"Accept": accept}).headers["content-type"] == "application/json", accept


def test_files_of_pages_can_be_kept(api: Api) -> None:
    for name in ("pages.css", "pages.js", "icon.svg"):
        answer = api.good(f"/explore/static/{name}")
        assert api.ask(f"/explore/static/{name}", {"If-None-Match": answer.headers["etag"]}).status_code == 304
    api.problem("/explore/static/nothing.css", 404)
    api.problem("/explore/static/..%2Fframe.py", 400)


def test_a_dispute_of_many_parties_is_told_in_short(shipped_api: Api) -> None:
    shown = page(shipped_api, "/")
    disputes = shipped_api.get("/disputes", sort="-date", limit=8)["data"]
    stand = [len([held for held in one["positions"] if held["stance"] != "neutral"]) for one in disputes]
    assert max(stand) > 5
    for size in stand:
        assert size <= 4 or f"and {size - 4} other part{'y' if size == 5 else 'ies'}" in shown.text
