"""Whatever a stranger sends is answered exactly as it should be, by both databases alike, and nothing breaks."""

import base64
import json
import re

import httpx
import pytest

from api.http.problems import PROBLEM_TYPES
from api.settings import PROJECT
from tests.support.live import Api
from tests.support.wire import Answer, Wire

TABLE = PROJECT / "tests" / "support" / "hostile.txt"
ROWS = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]
OF_THE_INSIDE = re.compile(r"Traceback|File \\?\"|sqlite3|asyncpg|sqlalchemy|pydantic|SELECT ", re.IGNORECASE)
TITLES = {kind.status: (f"/problems/{kind.slug}", kind.title) for kind in PROBLEM_TYPES.values()}


def cursor(api: Api, kind: str, path: str) -> str:
    following = api.get(path)["links"]["next"]
    found = str(httpx.URL(following).params["cursor"])
    if kind == "shortened":
        return found[:-5]
    if kind == "release":
        version, *rest = json.loads(base64.urlsafe_b64decode(found + "=" * (-len(found) % 4)))
        return base64.urlsafe_b64encode(json.dumps([version + 1, *rest]).encode()).decode().rstrip("=")
    return found


def written_out(text: str, api: Api) -> str:
    def one(found: re.Match[str]) -> str:
        word, times = re.fullmatch(r"(.+)\*(\d+)|.*", found[1]).groups()  # type: ignore[union-attr]
        if word is not None:
            return str(word) * int(times)
        return cursor(api, *found[1].split(":", 1))

    return re.sub(r"\{([^{}\"]+)\}", one, text)


def sent(api: Api, request: str, *headers: str, body: bytes = b"") -> Answer:
    with Wire(str(api.client.base_url)) as wire:
        return wire.ask(written_out(request, api), *headers, body=body)


def is_an_answer(answer: Answer, request: str) -> None:
    """Every answer has these headers, and none says anything of the inside."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "server" not in answer.headers
    assert answer.status < 500 or answer.status in {501, 505}  # of HTTP that is not spoken here
    if answer.status >= 400:
        assert not OF_THE_INSIDE.search(answer.body.decode())
        assert answer.headers["content-type"] == "application/problem+json"
        if not request.startswith("HEAD "):
            problem = json.loads(answer.body)
            assert (problem["type"], problem["title"]) == TITLES[answer.status]
            assert problem["status"] == answer.status


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 120
    assert len({row.split(" ")[1] for row in ROWS}) >= 120


@pytest.mark.parametrize("row", ROWS)
def test_a_hostile_request(sqlite_api: Api, postgresql_api: Api, row: str) -> None:
    request, status, said = re.fullmatch(r"(\S+ \S+) +(\d{3})(?: (.*))?", row).groups()  # type: ignore[union-attr]
    answers = [sent(api, request) for api in (sqlite_api, postgresql_api)]
    for answer in answers:
        is_an_answer(answer, request)
        assert answer.status == int(status)
        if said == "…":
            continue
        assert shown(answer) == written_out(said or "", sqlite_api)
    if not re.match(r"GET /(health|metrics)", request):
        assert answers[0].body == answers[1].body


def shown(answer: Answer) -> str:
    if answer.status >= 400 and answer.body:
        return str(json.loads(answer.body)["detail"])
    return answer.body.decode()


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "image/*", "*/*;q=0", "", "nonsense", "a/b;q=x, */*;q=2", "/" * 4_000]
)
@pytest.mark.parametrize("path", ["/events/count", "/events?q=", "/events.csv", "/vocabulary"])
def test_accept_changes_nothing(sqlite_api: Api, path: str, accept: str) -> None:
    """There is one form of each answer, and a client that asks for another is better off with it than with none."""
    plain, asked = sent(sqlite_api, f"GET {path}"), sent(sqlite_api, f"GET {path}", f"Accept: {accept}")
    assert (plain.status, plain.body, plain.headers["content-type"]) == (
        asked.status,
        asked.body,
        asked.headers["content-type"],
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["If-None-Match: \x80\xff"], 200),
        (["If-None-Match: *"], 304),
        (["If-None-Match: " + '"a", ' * 2_000], 200),
        (['If-None-Match: W/"'], 200),
        (["If-Modified-Since: yesterday"], 200),
        (["Range: bytes=0-0"], 200),
        (["Accept-Encoding: gzip;q=nonsense, identity;q=0"], 200),
        (["Accept-Encoding: \xff"], 200),
        (["Cookie: a=b; c"], 200),
        (["Authorization: Bearer x"], 200),
        (["X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: javascript", "X-Forwarded-Prefix: //evil"], 200),
        (["X-HTTP-Method-Override: DELETE"], 200),
        (["Origin: null"], 200),
        (["Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: x"], 200),
        (["Connection: upgrade", "Upgrade: h2c"], 200),
        (["Expect: 100-continue-not"], 200),
        (["Content-Type: application/json", "Content-Length: 0"], 200),
        (["Content-Length: 3", "Content-Length: 4"], 400),
        (["Content-Length: -1"], 400),
        (["Content-Length: 5", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: chunked, identity"], 400),
        (["X: a\x00b"], 400),
        (["X y: z"], 400),
        ([": no name"], 400),
        (["Host: another.test"], 400),
        (["HOST: counterclaim.test"], 400),
        (["X: a\r\n folded: b"], 400),
        (["X: " + "y" * 17_000], 431),
        (["X: " + "y" * 200_000], 431),
        (["X: y"] * 101, 431),
        (["X: y"] * 20_000, 431),
    ],
)
def test_hostile_headers(sqlite_api: Api, headers: list[str], status: int) -> None:
    answer = sent(sqlite_api, "GET /events/count", *headers)
    assert answer.status == status
    is_an_answer(answer, "")


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n\r\n\r\nGET\r\n\r\n",
        b"GET /events HTTP/9.9\r\n\r\n",
        b"GET /events\r\nHost: x\r\n\r\n" * 2,
        b"GET /events/count HTTP/1.1\r\n\r\n",
        b"GET http://counterclaim.test/events/count HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        b"GET /\xd0\x9b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /events?q=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00" * 1_000,
    ],
)
def test_invalid_requests(sqlite_api: Api, data: bytes) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        wire.send(data)
        answer = wire.answer()
    if answer.status != 200:  # HTTP/0.9 names no version, and is answered
        assert answer.status in {400, 505}
        is_an_answer(answer, "")


@pytest.mark.parametrize("asked", ["abc", "5-2", "99999999-", "0-4", "0-0,2-3", "-5"])
@pytest.mark.parametrize("path", ["/events/count", "/docs", "/static-offline-docs/favicon.png"])
def test_every_answer_is_whole(sqlite_api: Api, path: str, asked: str) -> None:
    """Ranges are served of exports alone; elsewhere they are no reason to refuse (RFC 9110, section 14.2)."""
    whole, part = sent(sqlite_api, f"GET {path}"), sent(sqlite_api, f"GET {path}", f"Range: bytes={asked}")
    assert (part.status, part.body, part.headers.get("content-range")) == (200, whole.body, None)


def test_a_list_in_the_head_may_take_several_lines(sqlite_api: Api) -> None:
    plain = sent(sqlite_api, "GET /events")
    tag = plain.headers["etag"]
    assert sent(sqlite_api, "GET /events", 'If-None-Match: "a"', f"If-None-Match: {tag}").status == 304
    packed = sent(sqlite_api, "GET /events", "Accept-Encoding: br", "Accept-Encoding: gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert sent(sqlite_api, "GET /events", "Accept-Encoding: gzip;q=0", "Accept-Encoding: *").body == plain.body


@pytest.mark.parametrize("path", ["/events", "/events/count", "/events/capture-of-lysychansk", "/vocabulary", "/docs"])
def test_head_is_get_without_the_body(sqlite_api: Api, path: str) -> None:
    changing = {"date", "x-request-id"}
    head, get = (sent(sqlite_api, f"{method} {path}") for method in ("HEAD", "GET"))
    assert head.body == b""
    assert {name: value for name, value in head.headers.items() if name not in changing} == {
        name: value for name, value in get.headers.items() if name not in changing
    }


def test_a_preflight_is_allowed_to_read_and_nothing_else(sqlite_api: Api) -> None:
    asking = ("Origin: https://example.org", "Access-Control-Request-Method: DELETE")
    headers = sent(sqlite_api, "OPTIONS /events", *asking).headers
    assert headers["access-control-allow-methods"] == headers["allow"] == "GET, HEAD, OPTIONS"
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert sent(sqlite_api, "DELETE /events", *asking).headers["allow"] == "GET, HEAD, OPTIONS"
