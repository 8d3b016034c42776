"""The fast path answers what the framework would have answered, and leaves it whatever is out of the ordinary."""

import contextlib
import gc
import http.client
from collections.abc import Iterator

import httpx
import pytest

from api.server import middleware
from tests.support import databases
from tests.support.live import Api, serving

PLAIN = (
    "/events",
    "/events?party=russian-side&date_from=2022-06-25&date_to=2022-07-03&limit=3",
    "/events?party=lpr&party=ukraine&kind=capture&kind=shelling&as_of=2022-07-04",
    "/events?q=refinery&sort=-date&total=true",
    "/events/count?disputed=true",
    "/events/capture-of-lysychansk",
    "/events/capture-of-lysychansk?as_of=2022-07-02",
    "/events/capture-of-lysychansk/claims?stance=denies",
    "/claims?event=capture-of-lysychansk&limit=2",
    "/sources?sort=title&limit=2",
    "/actors/russian-side",
    "/locations/lysychansk",
    "/datasets",
    "/disputes?aspect=control",
    "/",
    "/explore?date_from=2022-06-25&date_to=2022-07-03",
    "/explore/map.svg?party=lpr",
)
ODD = (
    "/events?partyy=lpr",
    "/events?limit=",
    "/events?limit=0",
    "/events?limit=2&limit=3",
    "/events?kind=",
    "/events?kind=quarrel",
    "/events?date_from=2022-07-03&date_to=2022-07-01",
    "/events?party=nobody",
    "/events?cursor=bm8",
    "/events/no-such-event",
    "/events/no%20id",
    "/events/capture-of-lysychansk/claims?event=other",
    "/events/count/claims",
    "/eventss",
    "/explore?party=nobody",
    "/explore?kind=&party=lpr",
    "/explore?limit=5",
    "/explore/disputes?aspect=quarrel",
    "/explore/map.svg?party=nobody",
)


@pytest.fixture(scope="module")
def long_way(sqlite_api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves the dossier without the fast path; the server with it has started before."""
    assert sqlite_api.client.base_url.host == "127.0.0.1"
    folder, patch = tmp_path_factory.mktemp("long"), pytest.MonkeyPatch()
    patch.setattr(middleware.FastPath, "answer", _none)
    with databases.copy("sqlite", folder, databases.dossier("sqlite")) as url, serving(url) as served:
        patch.undo()
        yield served


async def _none(*_: object) -> None:
    """No way but the long one."""


@pytest.mark.parametrize("path", [*PLAIN, *ODD])
def test_the_fast_path_gives_the_same_answers(sqlite_api: Api, long_way: Api, path: str) -> None:
    short, long = sqlite_api.ask(path), long_way.ask(path)
    texts = [answer.text.replace(answer.request.url.netloc.decode(), "here") for answer in (short, long)]
    assert (short.status_code, texts[0]) == (long.status_code, texts[1])
    assert _headers(short) == _headers(long)


def _headers(answer: httpx.Response) -> dict[str, str]:
    differ = {"date", "x-request-id"} | (
        {"content-length"} if "text/html" in answer.headers.get("content-type", "") else set()
    )
    return {name: value for name, value in answer.headers.items() if name not in differ}


def test_a_plain_answer_leaves_no_reference_cycles(api: Api) -> None:
    with contextlib.closing(http.client.HTTPConnection(api.client.base_url.netloc.decode())) as connection:
        for path in ("/events/capture-of-lysychansk", "/events/capture-of-lysychansk/claims", "/events?limit=2"):
            _ask(connection, path)
            gc.collect()
            gc.disable()
            try:
                for _ in range(100):
                    _ask(connection, path)
                assert gc.collect() < 100
            finally:
                gc.enable()


def _ask(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    assert connection.getresponse().read()
