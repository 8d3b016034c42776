"""Exports in parts: how long they are, one range of their bytes, and what goes for a part of another state."""

import re

import pytest

from tests.support.live import Api

PATHS = ("/events.csv", "/claims.ndjson", "/locations.geojson", "/events.ndjson?as_of=2022-07-02", "/disputes.csv")


@pytest.mark.parametrize("path", PATHS)
def test_the_length_is_sent(api: Api, path: str) -> None:
    whole = api.good(path)
    assert "transfer-encoding" not in whole.headers
    assert whole.headers["content-length"] == str(len(whole.content))
    head = api.client.head(path)
    assert head.content == b""
    for name in (
        "content-length",
        "content-type",
        "accept-ranges",
        "etag",
        "last-modified",
        "counterclaim-count",
        "link",
    ):
        assert head.headers[name] == whole.headers[name]
    assert head.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "behind"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, None),
        ("bytes=-100", -100, None),
        ("bytes=-1", -1, None),
        ("bytes=-99999999", 0, None),
        ("bytes=100-99999999", 100, None),
        (f"bytes=100-{'9' * 5_000}", 100, None),
        (f"bytes=-{'9' * 5_000}", 0, None),
        ("Bytes = 100 - 199", 100, 200),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_one_part(api: Api, path: str, asked: str, first: int, behind: int | None) -> None:
    whole = api.good(path)
    part = api.client.get(path, headers={"Range": asked})
    assert (part.status_code, part.content) == (206, whole.content[first:behind])
    begin = first if first >= 0 else len(whole.content) + first
    assert part.headers["content-range"] == f"bytes {begin}-{begin + len(part.content) - 1}/{len(whole.content)}"
    assert part.headers["content-length"] == str(len(part.content))
    for name in ("content-type", "accept-ranges", "etag", "last-modified", "counterclaim-count", "vary"):
        assert part.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-0,5-6", "bytes=", "bytes=-", "bytes=9-3", "bytes=a-b", "lines=0-1", "0-1", "bytes=-1-2", "bytes=--1"],
)
def test_other_than_a_single_range_is_answered_in_full(api: Api, asked: str) -> None:
    answer = api.client.get("/events.csv", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, api.good("/events.csv").content)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=99999999-99999999", "bytes=-0", f"bytes={'9' * 5_000}-"])
def test_a_part_behind_the_end(api: Api, asked: str) -> None:
    size = len(api.good("/events.csv").content)
    answer = api.client.get("/events.csv", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.json()["type"] == "/problems/range-not-satisfiable"
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert api.client.head("/events.csv", headers={"Range": asked}).status_code == 200


def test_a_part_of_nothing_is_nothing(api: Api) -> None:
    answer = api.client.get("/events.ndjson?kind=loss_report", headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_a_part_is_of_the_state_that_the_client_has(api: Api) -> None:
    whole = api.good("/events.csv")
    tag, loaded = whole.headers["etag"], whole.headers["last-modified"]
    for condition, status in ((tag, 206), ('"other"', 200), (f"W/{tag}", 200), (loaded, 200)):
        answer = api.client.get("/events.csv", headers={"Range": "bytes=10-19", "If-Range": condition})
        assert answer.status_code == status
        assert answer.content == (whole.content[10:20] if status == 206 else whole.content)
    kept = api.client.get("/events.csv", headers={"Range": "bytes=10-19", "If-None-Match": tag})
    assert (kept.status_code, kept.content) == (304, b"")


def test_parts_make_the_whole(api: Api) -> None:
    whole = api.good("/claims.csv").content
    parts = [
        api.client.get("/claims.csv", headers={"Range": f"bytes={first}-{first + 4_095}"}).content
        for first in range(0, len(whole), 4_096)
    ]
    assert b"".join(parts) == whole


def test_pages_have_no_parts(api: Api) -> None:
    answer = api.client.get("/events", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.json()["data"][0]["id"]) == (200, api.ids("/events")[0])
    assert "accept-ranges" not in answer.headers


def test_scripts_of_other_pages_may_read_what_tells_of_parts(api: Api) -> None:
    exposed = re.split(", ", api.good("/events.csv").headers["access-control-expose-headers"])
    assert {"Accept-Ranges", "Content-Length", "Content-Range", "ETag"} <= set(exposed)
    preflight = api.client.options("/events.csv").headers["access-control-allow-headers"]
    assert {"Range", "If-Range", "If-Modified-Since"} <= set(preflight.split(", "))
