"""SQLite and PostgreSQL answer alike, to the byte."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import questions
from tests.support.exchanges import LISTS, REQUESTS
from tests.support.live import Api, Params

HEADERS = (
    "content-type",
    "content-encoding",
    "content-length",
    "etag",
    "cache-control",
    "vary",
    "link",
    "counterclaim-count",
    "allow",
)
REQUESTED = 400
HOSTILE = (
    *(
        "/events?q=%25",
        "/events?q=_",
        "/events?q='",
        "/events?q=a%5C",
        "/events?party=%27%3B--",
        "/events?kind=capture'",
    ),
    *("/events?limit=1e3", "/events?cursor=AAAA", "/events?cursor=", "/events?sort=date;drop", "/claims?about=x%00"),
    *("/events/%FF", "/events/" + "x" * 300, "/events/count/", "//events", "/nothing", "/problems/", "/events?&&&"),
    *("/sources?publisher=%F0%9F%98%80", "/actors?q=%F0%9F%98%80a", "/locations?bbox=0,0,0,0", "/events?party=ISW"),
)


def told(answer: httpx.Response) -> Any:
    """All of an answer that must be the same; loads are made at different moments, and servers have ports."""
    content = answer.content.replace(answer.request.url.netloc, b"counterclaim.test")
    if re.search("/(revisions|changes)", answer.request.url.path):
        content = re.sub(rb'(?<="recorded_at":")[^"]*', b"", content)
    # At the foot of a page.
    content = re.sub(rb"(?<=, loaded )\d{4}-\d\d-\d\d \d\d:\d\d(?= UTC)", b"", content)
    return answer.status_code, {name: answer.headers.get(name) for name in HEADERS}, content


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Params]:
    """A list, a count, an export or an item; some with a parameter that is wrong."""
    name = draw(st.sampled_from([name for name in LISTS if name in questions.FILTERS]))
    filters = draw(questions.filters(name))
    form = draw(st.sampled_from(["", "", "", "/count", ".csv", ".ndjson", ".geojson"]))
    if form == "":
        paging = {"sort": st.sampled_from(questions.SORTS[name]), "limit": st.integers(1, 60), "total": st.booleans()}
        filters |= {parameter: draw(values) for parameter, values in paging.items() if draw(st.booleans())}
    if draw(st.integers(0, 5)) == 0:
        filters[draw(st.sampled_from(["kind", "party", "dataset", "source", "limit", "datefrom"]))] = draw(
            st.sampled_from(["lysichansk", "Ukraine", "", "0", "Ж"])
        )
    return f"/{name}{form}", filters


def test_both_databases_answer_random_requests_alike(sqlite_api: Api, postgresql_api: Api) -> None:
    asked = []

    @settings(
        max_examples=REQUESTED,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def ask(request: tuple[str, Params]) -> None:
        path, filters = request
        one, other = (told(api.ask(path, **filters)) for api in (sqlite_api, postgresql_api))
        assert one == other
        asked.append(one[0])

    ask()
    assert len(asked) >= 300
    assert set(asked) == {200, 404, 422}


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        *((f"/ogc{path}", "*/*") for path in ("", "/api", "/conformance", "/collections", "/collections/claims")),
        *((f"/ogc/collections/{name}/items?limit=1000", "*/*") for name in ("events", "claims", "locations")),
        ("/ogc/collections/events/items?bbox=38,48,39,49&datetime=2022-07-02/..&kind=capture", "*/*"),
        ("/ogc/collections/events/items/capture-of-lysychansk", "*/*"),
        ("/ogc/collections/events/items?kind=captur", "*/*"),
        *((f"/{name}?limit=1000", "application/ld+json") for name in ("events", "claims", "actors", "locations")),
        *((f"/events.{form}?as_of=2022-07-02&undated=include", "*/*") for form in ("kml", "timeline.json", "jsonld")),
        ("/briefing.atom?date_from=2022-06-25&date_to=2022-07-04", "*/*"),
        ("/claims.jsonld", "*/*"),
        ("/llms.txt", "*/*"),
        ("/ns", "*/*"),
        *(
            (path, "text/html")
            for path in ("/", "/explore", "/explore?as_of=2022-07-02&party=lpr", "/explore/disputes")
        ),
        ("/explore/events/capture-of-lysychansk?as_of=2022-07-03", "text/html"),
        ("/explore/places/lysychansk", "text/html"),
        ("/explore/actors/haidai", "text/html"),
        ("/explore/sources/wikipedia-ref-47", "text/html"),
        ("/explore?party=ukrain", "text/html"),
        *((f"/explore/{name}.svg?location=donbas", "*/*") for name in ("map", "timeline")),
    ],
)
def test_every_other_format_and_page(sqlite_api: Api, postgresql_api: Api, path: str, accept: str) -> None:
    one, other = (told(api.ask(path, {"accept": accept})) for api in (sqlite_api, postgresql_api))
    assert (one[0], one[2]) == (other[0], other[2])
    assert one[0] == (400 if path.endswith("=captur") else 422 if "ukrain" in path else 200)


def records(api: Api) -> Iterator[str]:
    for name in LISTS[:2] + LISTS[3:]:
        yield from (f"/{name}/{identifier}" for identifier in api.ids(f"/{name}", limit=1000))


def test_every_record(sqlite_api: Api, postgresql_api: Api) -> None:
    for path in records(sqlite_api):
        assert told(sqlite_api.ask(path)) == told(postgresql_api.ask(path)), path


@pytest.mark.parametrize("path", [*HOSTILE, *(path for paths in REQUESTS.values() for path in paths)])
def test_both_databases_answer_examples_and_hostile_requests_alike(
    sqlite_api: Api, postgresql_api: Api, path: str
) -> None:
    assert told(sqlite_api.ask(path)) == told(postgresql_api.ask(path))
