"""What a client can send to hold up all others is read in small parts, or refused before much is done about it."""

import threading
from typing import Any

import pytest

from api.http.parameters import SUGGESTED
from api.server import transports
from api.server.server import Connection
from api.server.transports import PARSE_SECONDS, PIECE_BYTES, Inbox
from tests.support.live import Api
from tests.support.wire import Wire


def test_what_arrives_is_parsed_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the test's own clock each piece takes longer than a turn may, until there is no time to lose."""
    now, parsed, allowed = 0.0, b"", True

    def parse(piece: bytes) -> None:
        nonlocal now, parsed
        now, parsed = now + PARSE_SECONDS * 2, parsed + piece

    monkeypatch.setattr(transports, "perf_counter", lambda: now)
    sent = bytes(range(256)) * 20
    inbox = Inbox(parse, lambda: allowed)
    inbox.add(sent[:10])
    assert (inbox.parse(), inbox.empty(), parsed) == (True, True, sent[:10])
    inbox.add(sent[10:4_000])
    assert (inbox.parse(), inbox.empty(), len(parsed)) == (False, False, 10 + PIECE_BYTES)
    inbox.add(sent[4_000:])
    allowed = False
    assert (inbox.parse(), inbox.empty(), len(parsed)) == (True, False, 10 + PIECE_BYTES)
    allowed = True
    turns = sum(1 for _ in iter(inbox.parse, True))
    assert (turns, inbox.empty(), parsed) == (len(sent[10:]) // PIECE_BYTES - 1, True, sent)


def test_few_requests_wait_for_the_answer_to_the_one_before(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thousands in one packet; all are answered, in their order, and so is what comes after a body among them."""
    waiting = 0
    before = Connection.on_headers_complete

    def noted(connection: Connection) -> None:
        nonlocal waiting
        before(connection)
        waiting = max(waiting, len(connection.pipeline))

    monkeypatch.setattr(Connection, "on_headers_complete", noted)
    many, body = 1_000, b"x" * PIECE_BYTES * 3
    heads = [b"GET /no/%d HTTP/1.1\r\nHost:x\r\n" % number for number in range(many)]
    heads[1] += b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    sent = b"".join(head + (b"" if number == 1 else b"\r\n") for number, head in enumerate(heads))
    with Wire(str(api.client.base_url)) as wire:
        sending = threading.Thread(target=wire.send, args=(sent,))
        sending.start()
        for number in range(many):
            answer = wire.answer()
            assert (answer.status, f"/no/{number}." in answer.body.decode()) == (404, True)
        sending.join()
    assert 0 < waiting <= PIECE_BYTES // 20


@pytest.mark.parametrize("sent", [[f"party{number}=1" for number in range(40)], ["kind=captur"] * 40])
def test_only_some_wrong_parameters_get_suggestions(api: Api, sent: list[str]) -> None:
    """To look for what each of them may mean takes long."""
    errors = api.problem(f"/events?{'&'.join(sent)}", 422)["errors"]
    assert [bool(error["did_you_mean"]) for error in errors] == [number < SUGGESTED for number in range(40)]
    assert len({error["message"] for error in errors}) == 1


def test_a_text_that_is_too_long_is_not_searched_for_words(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(text: str) -> tuple[str, ...]:
        read.append(text)
        return (text,)

    monkeypatch.setattr("api.query.filters.fold", noted)
    ligature = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"
    assert [api.ask(f"/events?q={ligature * number}").status_code for number in (900, 1)] == [422, 200]
    assert read == [ligature]


def test_thousands_of_arguments_are_counted_before_they_are_encoded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []

    def noted(parameters: dict[str, Any]) -> str:
        encoded.append(len(parameters))
        return ""

    monkeypatch.setattr("api.http.mcp.server._query", noted)
    for filters in ({f"k{number}": "1" for number in range(3_000)}, {"party": ["a"] * 3_000}):
        called = {"name": "search", "arguments": {"what": "events", "filters": filters}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
        answer = api.client.post("/mcp", json=message, headers={"accept": "application/json, text/event-stream"})
        assert "has more than 50 parameters" in answer.text
    assert encoded == []
