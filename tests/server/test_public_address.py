"""Behind a proxy: every link, page and schema works under a path of its own, and under the public address."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.http import caching
from api.settings import Settings
from tests.support.live import Api, serving

PREFIX = "/conflict"
PUBLIC = f"https://example.org{PREFIX}"


@pytest.fixture
def behind(dossier_url: str) -> Iterator[Api]:
    """The service as a proxy sees it that lends it the path `/conflict`."""
    with serving(dossier_url, public_url=f"{PUBLIC}/") as api:
        yield api


def linked(value: Any) -> Iterator[str]:
    """Every address of ours in an answer."""
    if isinstance(value, dict):
        for name, found in value.items():
            if name in {"url", "self", "next", "href", "file"} and isinstance(found, str):
                yield found
            yield from linked(found)
    elif isinstance(value, list):
        for found in value:
            yield from linked(found)


def ours(address: str) -> str | None:
    """The path of an address of ours; None: it leads elsewhere."""
    parts = urlsplit(address)
    if parts.netloc not in {"", "example.org"}:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/events?limit=3",
        "/events/capture-of-lysychansk",
        "/events/capture-of-lysychansk/claims?limit=2",
        "/claims?limit=3",
        "/actors/haidai",
        "/locations?limit=2",
        "/briefing?date_from=2022-07-03&limit=1",
        "/events.geojson",
        "/ogc",
        "/ogc/collections",
        "/ogc/collections/events/items?limit=2",
        "/ogc/collections/events/items/capture-of-lysychansk",
    ],
)
def test_every_link_leads_back_through_the_proxy(behind: Api, path: str) -> None:
    for asked in (path, PREFIX + path):  # some proxies take the prefix away, some leave it
        answer = behind.good(asked)
        found = {ours(address) for address in linked(answer.json())} - {None}
        assert found
        assert [one for one in found if one and not f"{one}/".startswith(f"{PREFIX}/")] == []
        for one in sorted(one for one in found if one)[:5]:
            assert behind.ask(one).status_code == 200, one


def test_headers_lead_back_too(behind: Api) -> None:
    following = behind.good("/events", limit=1).headers["link"]
    assert following.startswith(f"<{PREFIX}/events?limit=1&cursor=")
    assert behind.good("/events.csv").headers["link"] == f'<{PREFIX}/datasets>; rel="license"'
    for path in ("/explore?party=lpr", "/explore/events/capture-of-lysychansk", "/explore/disputes"):
        named = re.findall("<([^>]*)>", behind.ask(path, {"Accept": "text/html"}).headers["link"])
        assert len(named) > 3
        assert [target for target in named if not (ours(target) or "").startswith(f"{PREFIX}/")] == []
        assert [behind.ask(target).status_code for target in named] == [200] * len(named)


def test_the_file_of_a_release_leads_back_too() -> None:
    token = caching.PUBLIC.set(caching.Public(None, PREFIX))
    try:
        assert caching.placed(b'{"url":"/releases/a","file":"/releases/a.zip"}', "application/json") == (
            b'{"url":"/conflict/releases/a","file":"/conflict/releases/a.zip"}'
        )
    finally:
        caching.PUBLIC.reset(token)


def test_lines_and_columns_lead_back_too(behind: Api) -> None:
    assert {row["url"].partition("/events/")[0] for row in behind.ndjson("/events.ndjson")} == {PREFIX}
    text = behind.good("/claims.csv").text
    assert {row["url"].rpartition("/")[0] for row in csv.DictReader(io.StringIO(text))} == {f"{PREFIX}/claims"}
    assert behind.csv("/claims.csv", fields="url,id")[0]["url"].startswith(f"{PREFIX}/claims/")
    assert behind.get("/claims", fields="url", limit=1)["data"][0]["url"].startswith(f"{PREFIX}/claims/")
    assert f"{PUBLIC}/events/refinery-entry" in behind.good("/events.kml").text
    assert f"{PUBLIC}/claims/lysychansk-s14a" in behind.good("/claims.jsonld").text
    assert f'href="{PUBLIC}/briefing?date_from=2022-07-03"' in behind.good("/briefing.atom?date_from=2022-07-03").text


def test_problems_pages_and_schema(behind: Api) -> None:
    for path in ("/events", f"{PREFIX}/events"):
        problem = behind.problem(path, party="ukrain")
        assert problem["type"] == f"{PREFIX}/problems/invalid-parameter"
        page = behind.good(problem["type"]).text
        assert "Status 422" in page
        assert f"<code>{problem['type']}</code>" in page
    assert behind.get("/openapi.json")["servers"] == [{"url": PREFIX}]
    page = behind.good(f"{PREFIX}/docs").text
    named = re.findall('(?:href|src)="([^"]+)"', page)
    assert {"docs/start.js", "docs/start.css", "docs/story", "vocabulary", "explore"} < set(named)
    assert {behind.ask(f"{PREFIX}/{name}").status_code for name in named} == {200}


def test_a_mistyped_path_leads_back_too(behind: Api) -> None:
    problem = behind.problem("/event", 404)
    assert problem["detail"] == f"There is nothing at {PREFIX}/event."
    assert problem["did_you_mean"][0] == f"{PREFIX}/events"
    shown = behind.ask("/event", {"accept": "text/html"}).text
    assert f'href="{PREFIX}/events"' in shown
    assert PREFIX * 2 not in shown


def test_answers_under_both_paths_are_the_same(behind: Api) -> None:
    path = "/claims?limit=5&total=true"
    first, second = behind.good(path), behind.good(PREFIX + path)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert behind.ask(PREFIX + path, {"If-None-Match": first.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/events?limit=2", "/events.kml", "/events.ndjson", "/briefing.atom?date_from=2022-07-03", "/ogc", "/explore"],
)
def test_answers_with_other_links_have_another_tag(dossier_of_sqlite: str, path: str) -> None:
    """A client that had asked before the address changed got 304, and went on with links to the old one."""
    addresses = (None, "https://example.org", "https://example.org/conflict", "https://other.example/conflict")
    html = {"Accept": "text/html"}
    tags = {}
    for address in addresses:
        with serving(dossier_of_sqlite, public_url=address) as api:
            tags[address] = api.ask(path, html).headers["etag"]
            assert api.ask(path, {**html, "If-None-Match": tags[address]}).status_code == 304
            assert api.ask(path, {**html, "If-None-Match": tags[None]}).status_code == (200 if address else 304)
    assert len(set(tags.values())) == len(addresses)


def test_forwarded_headers_are_part_of_the_etag(dossier_of_sqlite: str) -> None:
    proxies = Settings(trusted_proxies="127.0.0.0/8").trusted_proxies
    with serving(dossier_of_sqlite, trusted_proxies=proxies) as api:
        hosts = [{"X-Forwarded-Host": name, "X-Forwarded-Proto": "https"} for name in ("a.example", "b.example")]
        assert len({api.ask("/events.kml", host).headers["etag"] for host in (*hosts, *hosts)}) == len(hosts)


@pytest.mark.parametrize("path", ["/", "/explore", "/explore/events/capture-of-lysychansk", "/explore?party=ukrain"])
def test_pages_lead_back_too(behind: Api, path: str) -> None:
    page = behind.ask(PREFIX + path, {"Accept": "text/html"}).text
    named = set(re.findall("(?:href|src|action)=[\"'](/[^\"'#]*)", page))
    assert len(named) > 3
    assert [name for name in named if not f"{name}/".startswith(f"{PREFIX}/")] == []
    assert {f"{PREFIX}/explore", f"{PREFIX}/docs"} <= named
    assert behind.ask(f"{PREFIX}/explore", {"Accept": "text/html"}).status_code == 200


def test_a_path_that_only_begins_like_the_prefix_is_not_found(behind: Api) -> None:
    assert behind.problem(f"{PREFIX}s/events", 404)["type"] == f"{PREFIX}/problems/not-found"


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}, "https://example.org"),
        ({"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "a.example:8443, b"}, "https://a.example:8443"),
        ({"X-Forwarded-Proto": "javascript", "X-Forwarded-Host": "example.org"}, "http://here:80"),
        ({"X-Forwarded-Host": "a<b"}, "http://here:80"),
        ({"X-Forwarded-Host": "a.example:65535"}, "http://a.example:65535"),
        ({"X-Forwarded-Host": "a.example:65536"}, "http://here:80"),
        ({}, "http://here:80"),
    ],
)
@pytest.mark.parametrize("trusted", [True, False])
def test_only_trusted_proxies_are_believed(
    dossier_of_sqlite: str, headers: dict[str, str], root: str, trusted: bool
) -> None:
    proxies = Settings(trusted_proxies="127.0.0.0/8" if trusted else "10.0.0.0/8").trusted_proxies
    with serving(dossier_of_sqlite, trusted_proxies=proxies) as api:
        links = api.ask("/ogc", {"Host": "here:80", **headers}).json()["links"]
    assert links[0]["href"] == f"{root if trusted else 'http://here:80'}/ogc"
