"""What every path promises, whatever it is about."""

import gzip
import re
from datetime import datetime, timedelta, tzinfo
from email.utils import format_datetime, parsedate_to_datetime
from typing import Self

import httpx
import pytest

from api.http import caching
from tests.support.exchanges import REQUESTS
from tests.support.live import Api
from tests.support.questions import EXPORTS, SORTS

GOOD = [paths[0] for paths in REQUESTS.values()]
BAD = [path for paths in REQUESTS.values() for path in paths[1:]]
EXPORTED = [path for path in GOOD if re.search(r"\.(csv|ndjson|geojson)\b", path)]
UNSTORED = ["/health/live", "/problems/not-found"]
STORED = [path for path in GOOD if path not in UNSTORED]
LARGE = "/events?limit=20"
CHANGING = {"date", "x-request-id", "content-length", "transfer-encoding"}


def fixed(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in CHANGING}


@pytest.mark.parametrize("path", [*GOOD, *BAD, "/docs", "/openapi.json", "/", "/health", "/nothing"])
def test_head_answers_as_get_without_a_body(api: Api, path: str) -> None:
    head, get = api.client.head(path), api.client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert fixed(head) == fixed(get)
    length = get.headers.get("content-length")
    assert head.headers.get("content-length") == length


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_nothing_can_be_written(sqlite_api: Api, method: str) -> None:
    for path in GOOD:
        answer = sqlite_api.client.request(method, path)
        assert answer.status_code == 405, path
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
        assert answer.headers["content-type"] == "application/problem+json"


def test_any_web_page_may_read(sqlite_api: Api) -> None:
    asking = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    for path in GOOD:
        answer = sqlite_api.client.get(path, headers={"Origin": "https://example.org"})
        assert answer.headers["access-control-allow-origin"] == "*", path
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"ETag", "Link", "Counterclaim-Count"} <= set(exposed)
        assert "set-cookie" not in answer.headers
        preflight = sqlite_api.client.options(path, headers=asking)
        assert (preflight.status_code, preflight.content) == (204, b"")
        assert "GET" in preflight.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", STORED)
def test_a_copy_can_be_kept_until_something_is_loaded(api: Api, path: str) -> None:
    answer = api.client.get(path)
    tag = answer.headers["etag"]
    assert re.fullmatch(r'"1\.1\.[0-9a-f]{18}(\.gzip)?"', tag)
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert parsedate_to_datetime(answer.headers["last-modified"]) <= parsedate_to_datetime(answer.headers["date"])
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = api.client.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["last-modified"] == answer.headers["last-modified"]
    assert api.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", STORED)
def test_a_copy_can_be_kept_by_its_day(api: Api, path: str) -> None:
    whole = api.client.get(path)
    loaded = whole.headers["last-modified"]
    for method in ("GET", "HEAD"):
        again = api.client.request(method, path, headers={"If-Modified-Since": loaded})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["last-modified"] == loaded
    earlier = format_datetime(parsedate_to_datetime(loaded) - timedelta(seconds=1), usegmt=True)
    ahead = format_datetime(parsedate_to_datetime(loaded) + timedelta(days=366), usegmt=True)
    for since in (earlier, ahead, "yesterday", "", "0"):
        answer = api.client.get(path, headers={"If-Modified-Since": since})
        assert (answer.status_code, answer.content) == (200, whole.content)
    both = {"If-Modified-Since": loaded, "If-None-Match": '"other"'}
    assert api.client.get(path, headers=both).status_code == 200


def test_a_tag_belongs_to_one_question(api: Api) -> None:
    tags = {api.client.get(path).headers["etag"] for path in STORED}
    assert len(tags) == len(STORED)


@pytest.mark.parametrize("path", BAD)
def test_a_problem_is_never_kept(api: Api, path: str) -> None:
    loaded = api.client.get("/events").headers["last-modified"]
    for headers in ({}, {"If-None-Match": "*"}, {"If-Modified-Since": loaded}):
        answer = api.client.get(path, headers=headers)
        assert answer.status_code in {404, 422}
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "coded"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("br", False),
        ("identity", False),
        ("", False),
    ],
)
def test_gzip_has_a_tag_of_its_own(api: Api, accepted: str, coded: bool) -> None:
    plain = api.client.get(LARGE, headers={"Accept-Encoding": "identity"})
    with api.client.stream("GET", LARGE, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == ("gzip" if coded else None)
    assert (gzip.decompress(raw) if coded else raw) == plain.content
    assert answer.headers["etag"] == (plain.headers["etag"][:-1] + '.gzip"' if coded else plain.headers["etag"])
    again = api.client.get(LARGE, headers={"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, answer.headers["etag"])


@pytest.mark.parametrize("path", EXPORTED)
def test_an_export_says_how_much_follows_and_where_the_licence_stands(api: Api, path: str) -> None:
    answer = api.client.get(path)
    assert answer.headers["link"] == '</datasets>; rel="license"'
    assert api.client.head(path).headers["counterclaim-count"] == answer.headers["counterclaim-count"]
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("name", SORTS)
def test_the_next_page_is_a_link_too(api: Api, name: str) -> None:
    answer = api.client.get(f"/{name}?limit=1")
    following = answer.json()["links"]["next"]
    assert following.startswith(f"/{name}?limit=1&cursor=")
    assert answer.headers["link"] == f'<{following}>; rel="next"'
    last = api.client.get(f"/{name}?limit=1000")
    assert last.json()["links"] == {"self": f"/{name}?limit=1000", "next": None}
    assert "link" not in last.headers


@pytest.mark.parametrize("name", SORTS)
def test_an_item_is_its_row_in_the_list(api: Api, name: str) -> None:
    rows = api.get(f"/{name}", limit=1000)["data"]
    assert len(rows) == api.get(f"/{name}/count")["count"] > 0
    assert [api.get(f"/{name}/{row['id']}") for row in rows] == rows
    assert api.ndjson(f"/{name}.ndjson") == api.get(f"/{name}", limit=1000, sort=SORTS[name][0])["data"]


@pytest.mark.parametrize("name", SORTS)
def test_every_page_size_walks_the_whole_list(api: Api, name: str) -> None:
    for sort in SORTS[name]:
        whole = api.ids(f"/{name}", sort=sort, limit=1000)
        assert len(set(whole)) == len(whole)
        for limit in (1, 2, 7, len(whole) - 1, len(whole), len(whole) + 1):
            assert api.ids(f"/{name}", sort=sort, limit=max(limit, 1)) == whole


@pytest.mark.parametrize("name", SORTS)
def test_down_is_the_exact_reverse_of_up_but_for_the_undated(api: Api, name: str) -> None:
    field = {"events": "date", "claims": "said", "sources": "published"}.get(name)
    for sort in SORTS[name]:
        if sort.startswith("-"):
            continue
        up, down = (api.get(f"/{name}", sort=order, limit=1000)["data"] for order in (sort, f"-{sort}"))
        undated = [] if sort != field else [row for row in up if row[field]["precision"] == "unknown"]
        dated = up[: len(up) - len(undated)]
        assert up == dated + undated
        assert down == dated[::-1] + undated
        assert [row["id"] for row in undated] == sorted(row["id"] for row in undated)


@pytest.mark.parametrize("name", EXPORTS)
def test_geojson_has_a_feature_for_each_record(api: Api, name: str) -> None:
    features = api.geojson(f"/{name}.geojson")
    rows = api.csv(f"/{name}.csv")
    assert [feature["id"] for feature in features] == [row["id"] for row in rows]
    for feature, row in zip(features, rows, strict=True):
        assert feature["type"] == "Feature"
        assert list(feature["properties"]) == list(row)
        if row["longitude"]:
            coordinates = [float(row["longitude"]), float(row["latitude"])]
            assert feature["geometry"] == {"type": "Point", "coordinates": coordinates}
        else:
            assert feature["geometry"] is None


def test_a_clock_that_is_behind_the_data_dates_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `Last-Modified` is later than `Date` (RFC 9110, section 8.8.2.1); copies are known by their tags as ever."""

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(1970, 1, 2, tzinfo=tz)

    path = "/events?limit=1"
    before = api.good(path)
    monkeypatch.setattr(caching, "datetime", Earlier)
    answer, export = api.good(path), api.good("/events.csv")
    same = api.ask(path, {"If-None-Match": before.headers["etag"]})
    older = api.ask(path, {"If-Modified-Since": "Fri, 02 Jan 1970 00:00:00 GMT"})
    assert [one.status_code for one in (answer, export, same, older)] == [200, 200, 304, 200]
    assert [one for one in (answer, export, same, older) if "last-modified" in one.headers] == []
    assert answer.headers["etag"] == before.headers["etag"] == same.headers["etag"]
