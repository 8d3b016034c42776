"""HTTP to the letter (RFC 9110, 9112): each request of a table, sent as bytes, gets exactly its answer."""

import json
import re

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
def test_a_request(sqlite_api: Api, row: str) -> None:
    request, status, said = re.fullmatch(r"(.*?) +(\d{3})(?: (.*))?", row).groups()  # type: ignore[union-attr]
    with Wire(str(sqlite_api.client.base_url)) as wire:
        wire.send(head(request))
        answer = wire.answer()
        text = answer.body.decode()
        assert answer.status == int(status)
        assert (json.loads(text)["detail"] if answer.status >= 400 else text) == (said or "")
        if answer.status in {501, 505}:
            assert wire.ended()


def test_head_of_the_numbers_is_their_get_without_the_body(sqlite_api: Api) -> None:
    found = []
    for method in ("HEAD", "GET"):
        with Wire(str(sqlite_api.client.base_url)) as wire:
            wire.send(f"{method} /metrics HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = wire.answer(head=method == "HEAD")
            changing = {"date", "x-request-id", "content-length"}
            found.append((answer.status, {k: v for k, v in answer.headers.items() if k not in changing}))
    assert found[0] == found[1]
