"""Reads and checks records in a second process, ahead of the one that loads them."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from api.index.worker import cores, helped, helper, posted
from seed.importers.intake import Tally
from seed.ready import Ready, pack, unpack
from seed.refusals import Entry, Refusal

BATCH = 1_000


class Source(Protocol):
    """Whatever makes records; another process gets a copy of it."""

    def entries(self) -> Iterator[Entry | Refusal]:
        """Records fit to be loaded, and why others are not."""


def ahead(source: Source, tally: Tally | None = None) -> Iterator[Entry | Ready | Refusal]:
    """The source's records, and what it tells its tally; by another process if there is a core for it."""
    if cores() == 1:
        yield from source.entries()
        return
    with helper("seed.ahead") as line:
        line.send((source, tally))
        while (said := line.recv()) is not None:
            packed, news = said
            if tally is not None:
                tally.learn(news)
            yield from unpack(packed)


def work(descriptor: int) -> None:
    """What the helper does."""
    with helped(descriptor) as line, posted(line) as send:
        source, tally = line.recv()
        entries = source.entries()
        while batch := list(islice(entries, BATCH)):
            send((pack(batch), tally and tally.news()))
        send((b"", tally and tally.news()))
        send(None)
