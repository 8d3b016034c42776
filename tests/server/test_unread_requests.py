"""An answer that is sent before its request has arrived is read whole; what still arrives is dropped, within limits."""

import socket
from contextlib import closing

import pytest

from api.server import transports
from api.server.transports import Farewell
from tests.support.live import Api, serving
from tests.support.wire import PATIENCE_S, Wire

BODY = 30_000_000
PART = b"x" * 65_536


def exchange(api: Api, head: bytes, size: int) -> bytes:
    """Send all of a request, then read until the server hangs up; a reset is an error."""
    with closing(socket.create_connection((api.client.base_url.host, api.client.base_url.port or 80))) as client:
        client.settimeout(PATIENCE_S)
        client.sendall(head + b"Host: x\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(0, size, len(PART)):
            client.sendall(PART)
        return b"".join(iter(lambda: client.recv(65_536), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /events HTTP/1.1\r\n", 405),
        (b"POST /events HTTP/1.0\r\n", 405),
        (b"PUT /nothing HTTP/1.1\r\n", 404),
        (b"FOO /events HTTP/1.1\r\n", 501),
        (b"POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\n", 413),
        (b"GET /%b HTTP/1.1\r\n" % (b"x" * 20_000), 414),
        (b"GET /events HTTP/1.1\r\nA: %b\r\n" % (b"x" * 20_000), 431),
        (b"GET /events/count HTTP/1.1\r\n", 200),
        (b"GET /events.csv HTTP/1.1\r\n", 200),
        (b"GET /explore HTTP/1.1\r\n", 200),
        (b"HEAD /events/count HTTP/1.1\r\n", 200),
        (b"GET /events/count HTTP/2.0\r\n", 505),
    ],
)
def test_the_answer_is_read_though_much_is_still_sent(sqlite_api: Api, head: bytes, status: int) -> None:
    answer = exchange(sqlite_api, head, BODY)
    fields, _, body = answer.partition(b"\r\n\r\n")
    assert int(answer.split()[1]) == status
    assert b"connection: close" in fields
    length = int(fields.split(b"content-length: ")[1].partition(b"\r\n")[0])
    assert len(body) == (0 if head.startswith(b"HEAD") else length)


@pytest.mark.parametrize(("name", "most"), [("FAREWELL_BYTES", 1_000_000), ("FAREWELL_SECONDS", 0)])
def test_no_more_is_read_than_allowed(
    dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(transports, name, most)
    with serving(dossier_of_sqlite) as api, pytest.raises(OSError, match=r"reset|pipe"):
        exchange(api, b"POST /events HTTP/1.1\r\n", 10**12)


def test_a_client_that_sends_nothing_more_is_not_waited_for(
    dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "FAREWELL_PAUSE", 0)
    with serving(dossier_of_sqlite) as api, Wire(str(api.client.base_url)) as wire:
        assert api.app is not None
        assert wire.ask("POST /events", f"Content-Length: {BODY}", body=b"x").closed
        connections = api.app.state.server.server_state.connections
        while connections:  # it is closed although the client keeps its own half open
            assert wire.ended()


def test_the_limits_of_time() -> None:
    class Halved:
        def write_eof(self) -> None:
            """Do nothing."""

    farewell = Farewell(Halved(), 100.0)  # type: ignore[arg-type]
    assert [farewell.is_over(now) for now in (100.0, 104.9, 105.0)] == [False, False, True]
    assert farewell.drop(1, 104.0)
    assert [farewell.is_over(now) for now in (108.9, 109.0)] == [False, True]
    for now in range(105, 130):
        assert farewell.drop(1, float(now))
        assert not farewell.is_over(float(now))
    assert farewell.is_over(130.0)
    hurried = Farewell(Halved(), 100.0)  # type: ignore[arg-type]
    hurried.hurry(101.0)
    assert [hurried.is_over(now) for now in (101.4, 101.5)] == [False, True]


def test_a_request_that_waits_its_turn_is_answered_before_it_has_arrived(sqlite_api: Api) -> None:
    """Of two requests sent at once, the second one without its body, both are answered."""
    with Wire(str(sqlite_api.client.base_url)) as wire:
        wire.send(
            b"GET /claims.csv HTTP/1.1\r\nHost: x\r\n\r\nPOST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
        )
        first, second = wire.answer(), wire.answer()
        assert [(answer.status, answer.closed) for answer in (first, second)] == [(200, False), (405, True)]
        assert wire.ended()


def test_a_request_that_arrived_whole_keeps_its_connection(sqlite_api: Api) -> None:
    with Wire(str(sqlite_api.client.base_url)) as wire:
        for line, status in (("POST /events", 405), ("GET /events/count", 200), ("HEAD /events", 200)):
            answer = wire.ask(line, "Content-Length: 3", body=b"abc")
            assert (answer.status, answer.closed) == (status, False)
