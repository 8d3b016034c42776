"""HTTP to the letter (RFC 9110, 9112): each request of a table, sent as bytes, gets exactly its answer."""

import json
import re
import time

import pytest

from api.settings import PROJECT
from tests.support.live import Api
from tests.support.wire import Wire

TABLE = PROJECT / "tests" / "support" / "raw_requests.txt"
ROWS = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]


def head(request: str) -> bytes:
    lines = request.encode().decode("unicode_escape").split("|")
    if not lines[0].endswith("HTTP/1.0") and not any(line.startswith("Host:") for line in lines):
        lines.append("Host: x")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_the_table_is_long_enough() -> None:
    assert len({row.split("  ")[0] for row in ROWS}) >= 60


@pytest.mark.parametrize("row", ROWS)
def test_a_request(api: Api, row: str) -> None:
    request, status, said = re.fullmatch(r"(.*?) +(\d{3})(?: (.*))?", row).groups()  # type: ignore[union-attr]
    with Wire(str(api.client.base_url)) as wire:
        wire.send(head(request))
        answer = wire.answer()
        assert "date" in answer.headers  # RFC 9110, section 6.6.1
        text = answer.body.decode()
        assert answer.status == int(status)
        assert (json.loads(text)["detail"] if answer.status >= 400 else text) == (said or "")
        if answer.status in {501, 505}:
            assert wire.ended()


@pytest.mark.parametrize(("line", "status"), [(b"GET / RTSP/1.0", 505), (b"GET / HTTP/2.0", 505)])
def test_a_request_line_that_arrives_in_parts(sqlite_api: Api, line: bytes, status: int) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        for part in (b"\r\n", line[:2], line[2:-5], line[-5:], b"\r\nHost: x\r\n\r\n"):
            wire.send(part)
            time.sleep(0.02)  # or they would arrive together
        assert wire.answer().status == status


def test_head_of_the_numbers_is_their_get_without_the_body(sqlite_api: Api) -> None:
    found = []
    for method in ("HEAD", "GET"):
        with Wire(str(sqlite_api.client.base_url)) as wire:
            wire.send(f"{method} /metrics HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = wire.answer(head=method == "HEAD")
            changing = {"date", "x-request-id", "content-length"}
            found.append((answer.status, {k: v for k, v in answer.headers.items() if k not in changing}))
    assert found[0] == found[1]


UPGRADE = b"Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(
    "request_sent",
    [
        b"GET /health/live HTTP/1.1\r\n" + UPGRADE + b"\r\n",
        b"GET /health/live HTTP/1.1\r\n"
        + UPGRADE
        + b"Content-Length: 43\r\n\r\nGET /health/live HTTP/1.1\r\nHost: hidden\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\n" + UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_a_wish_for_another_protocol_is_ignored(sqlite_api: Api, request_sent: bytes, *, apart: bool) -> None:
    """Its body is no request of its own, and what follows on the connection is answered."""
    with Wire(str(sqlite_api.client.base_url)) as wire:
        following = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
        if apart:
            head, end, body = request_sent.partition(b"\r\n\r\n")
            for part in (head + end, body, following):
                wire.send(part)
        else:
            wire.send(request_sent + request_sent + following)
            assert wire.answer().status == 200
        answer = wire.answer()
        assert answer.status == 200
        if answer.closed:  # it was sent before the body had arrived
            assert wire.ended()
        else:
            assert wire.answer().status == 404


def test_clients_that_wish_for_http_2_can_send_a_body(sqlite_api: Api) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        fields = ["Content-Type: application/json", "Accept: application/json, text/event-stream"]
        wish = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]
        line = "POST http://localhost/mcp"
        answer = wire.ask(line, *fields, *wish, f"Content-Length: {len(PING)}", body=PING)
        assert (answer.status, json.loads(answer.body)["result"]) == (200, {})


EXPECTING = "POST /mcp HTTP/{}|Host: localhost|Content-Type: application/json|Expect: 100-continue|Content-Length: {}"


def test_a_client_that_waits_to_send_its_body_is_told_to(sqlite_api: Api) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        wire.send(head(EXPECTING.format("1.1", len(PING)) + "|Accept: application/json, text/event-stream"))
        assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(PING)
        answer = wire.answer()
        assert (answer.status, json.loads(answer.body)["result"]) == (200, {})
        assert wire.ask("GET /nothing").status == 404


def test_http_1_0_has_no_100(sqlite_api: Api) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        wire.send(head(EXPECTING.format("1.0", len(PING)) + "|Accept: application/json, text/event-stream") + PING)
        answer = wire.answer()
        assert (answer.status, json.loads(answer.body)["result"], wire.ended()) == (200, {}, True)


def test_a_body_that_cannot_be_read_is_refused(sqlite_api: Api) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        answer = wire.ask("POST /mcp", "Transfer-Encoding: chunked", body=b"zz\r\n")
        assert (answer.status, answer.closed, wire.ended()) == (400, True, True)


def test_the_host_of_an_absolute_target_is_the_one_asked(sqlite_api: Api) -> None:
    """Whatever the field says (RFC 9112, section 3.2.2); a target without a path is the service's root."""
    with Wire(str(sqlite_api.client.base_url)) as wire:
        feed = wire.ask("GET http://asked.test/briefing.atom?date_from=2022-07-01&date_to=2022-07-02")
        assert (feed.status, b"http://asked.test/" in feed.body, b"counterclaim.test" in feed.body) == (
            200,
            True,
            False,
        )
        for line in ("GET http://asked.test", "GET HTTPS://asked.test:443?"):
            assert wire.ask(line, "Accept: application/json").body == wire.ask("GET /", "Accept: application/json").body
