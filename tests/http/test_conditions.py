"""A client may ask for one version of an answer or none (RFC 9110, section 13)."""

from datetime import datetime, timedelta, tzinfo
from email.utils import format_datetime, parsedate_to_datetime
from typing import Self

import pytest

from api.http import caching
from tests.http.test_contract import LARGE, STORED
from tests.support.live import Api

TAGGED = [
    *(*STORED, LARGE, "/", "/openapi.json", "/llms.txt", "/ns", "/explore/disputes", "/explore/map.svg"),
    *("/docs", "/docs/start.js", "/docs/start.css"),
]
BEYOND = "bytes=999999999-"


@pytest.mark.parametrize("path", TAGGED)
@pytest.mark.parametrize(
    ("accept", "coding"), [("*/*", "identity"), ("text/html", "gzip"), ("application/ld+json", "gzip")]
)
def test_another_version_is_refused(api: Api, path: str, accept: str, coding: str) -> None:
    """Tags are compared strongly; `If-None-Match`, dates and `Range` come after `If-Match`."""
    fields = {"Accept": accept, "Accept-Encoding": coding}
    whole = api.ask(path, fields)
    tag = whole.headers["etag"]
    for sent in (tag, f'"other", {tag}', "*"):
        assert api.ask(path, {**fields, "If-Match": sent}).content == whole.content
        assert api.ask(path, {**fields, "If-Match": sent, "If-None-Match": tag}).status_code == 304
    modified = {"If-Modified-Since": whole.headers.get("last-modified", "")}
    for more in ({}, modified, {"If-None-Match": tag}, {"If-None-Match": "*"}, {"Range": BEYOND}):
        answer = api.ask(path, {**fields, "If-Match": '"other"', **more})
        assert (answer.status_code, answer.headers["cache-control"]) == (412, "no-store")
        assert "etag" not in answer.headers
    for sent in (f"W/{tag}", tag.strip('"'), ""):
        head = api.client.head(path, headers={**fields, "If-Match": sent})
        assert (head.status_code, head.content) == (412, b"")


@pytest.mark.parametrize("path", STORED)
def test_a_later_version_is_refused(api: Api, path: str) -> None:
    """`If-Unmodified-Since` counts only without `If-Match`, and only if it is a date."""
    whole = api.ask(path)
    loaded = parsedate_to_datetime(whole.headers["last-modified"])
    earlier, later = (format_datetime(loaded + timedelta(days=by), usegmt=True) for by in (-1, 366))
    for method in ("GET", "HEAD"):
        assert api.client.request(method, path, headers={"If-Unmodified-Since": earlier}).status_code == 412
    for since in (whole.headers["last-modified"], later, "yesterday", ""):
        assert api.ask(path, {"If-Unmodified-Since": since}).content == whole.content
    for match, status in ((whole.headers["etag"], 200), ('"other"', 412)):
        for since in (earlier, later):
            both = {"If-Match": match, "If-Unmodified-Since": since}
            assert api.ask(path, both).status_code == status


def test_the_refusal_names_the_current_version(api: Api) -> None:
    tag = api.good("/events").headers["etag"]
    answer = api.ask("/events", {"If-Match": '"other"'})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/precondition-failed",
        "title": "The data are not those that the request names",
        "status": 412,
        "detail": f"The entity tag of this answer is {tag}, which If-Match does not name.",
        "errors": [],
        "did_you_mean": [],
    }


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/events/nothing", 404), ("/events?limit=x", 422)])
def test_a_request_that_fails_anyway_has_no_version(api: Api, path: str, status: int) -> None:
    for sent in ('"other"', "*"):
        assert api.ask(path, {"If-Match": sent}).status_code == status
    assert api.client.post("/events", headers={"If-Match": '"other"'}).status_code == 405


def test_a_clock_that_is_behind_the_data_refuses_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(1970, 1, 2, tzinfo=tz)

    monkeypatch.setattr(caching, "datetime", Earlier)
    assert api.ask("/events", {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}).status_code == 200
