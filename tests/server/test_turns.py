"""An answer that is made of many records lets others have their turn: counted by a clock of the test's own."""

import asyncio
import threading
import zlib
from typing import Any

import pytest

from api.http import caching
from api.query import session
from api.query.lists import in_turns
from api.query.session import TURN_SECONDS, ReadSession
from tests.support.live import Api


def reading() -> ReadSession:
    """One that reads nothing."""
    unread: Any = None
    return ReadSession(unread, unread, unread, {})


@pytest.mark.parametrize(("each_s", "turns"), [(TURN_SECONDS / 4, 2), (TURN_SECONDS * 2, 10), (0, 0)])
def test_others_have_their_turn(monkeypatch: pytest.MonkeyPatch, each_s: float, turns: int) -> None:
    """Of ten records, each of which takes so long, others come in between after every two milliseconds."""
    now, had, here = 1_000.0, 0, threading.get_ident()
    monkeypatch.setattr(session, "perf_counter", lambda: now)
    monkeypatch.setattr(session, "_last_checkpoint", now)

    async def main() -> None:
        nonlocal now, had
        before = asyncio.sleep

        async def counted(seconds: float) -> None:
            nonlocal had
            had += threading.get_ident() == here  # servers of other tests sleep in threads of their own
            await before(seconds)

        monkeypatch.setattr("api.query.session.asyncio.sleep", counted)
        now += each_s  # what came before them
        async for _ in in_turns(reading(), range(10)):
            now += each_s

    asyncio.run(main())
    assert had == turns


def test_long_answers_are_compressed_aside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "ASIDE_FROM", 50_000)
    with api.client.stream("GET", "/claims?limit=1000", headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
    plain = api.ask("/claims?limit=1000", {"Accept-Encoding": "identity"})
    assert zlib.decompress(sent, wbits=31) == plain.content
    assert len(plain.content) > caching.ASIDE_FROM
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["etag"] == plain.headers["etag"].removesuffix('"') + '.gzip"'
    assert answer.headers["content-type"] == "application/json"
