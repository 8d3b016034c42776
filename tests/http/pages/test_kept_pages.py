"""Finished pages are kept for a revision, bounded in bytes, and never outlive it."""

from api.http.pages.frame import Kept
from tests.http.pages.reader import page
from tests.support.live import Api


def test_the_least_recently_used_pages_are_dropped_first() -> None:
    kept = Kept(most=10)
    kept.put(("a",), (b"12345", {}))
    kept.put(("b",), (b"1234", {}))
    assert kept.get(("a",)) == (b"12345", {})
    kept.put(("c",), (b"123", {}))
    assert (kept.get(("a",)), kept.get(("b",)), kept.get(("c",))) == ((b"12345", {}), None, (b"123", {}))
    kept.put(("d",), (b"12345678901", {}))
    assert [kept.get((name,)) for name in "acd"] == [None, None, None]


def test_a_page_names_the_host_that_it_was_asked_from(api: Api) -> None:
    path = "/explore/events/capture-of-lysychansk"
    for host in ("one.example", "other.example", "one.example"):
        assert f"http://{host}{path}" in api.ask(path, {"Host": host}).text
    assert page(api, path).source == page(api, path).source
