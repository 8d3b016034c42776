"""The cost of one more record and one more month: in a small database, a large one, and one without events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from sqlalchemy import text

from api.storage.database import engine
from bench.servers import used_s
from bench.world import Fields, World
from seed.load import load
from seed.refusals import Entry, Refusal

ROUNDS = 5
FIRST, NEXT_MONTH, DAYS = 9_000_000, date(2024, 1, 1), 31
"""The first number and day of new events, after all others."""
MONTHS_OF_LARGEST = 230
"""The share of a month: UCDP's candidate events are 1,700 of 386,000."""


class Additions(NamedTuple):
    """Seconds of processor time, of one record added or changed, and of a month."""

    one_in_small: float
    one_in_large: float
    month_in_large: float
    month_in_empty: float


@dataclass
class Month(World):
    """A later month of the same world: events and claims of existing actors, places and sources."""

    first: int = FIRST
    draw: int = 0
    """The record with another number and month, and the same words and places."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.chance.seed(self.draw)

    def records(self) -> Iterator[tuple[str, Fields]]:
        """Events and their claims."""
        for number in range(self.events):
            yield from self._event(self.first + number)

    def _day(self) -> date:
        return NEXT_MONTH + timedelta(days=self.chance.randrange(DAYS))


def measure(small: str, large: str, empty: str, events: int, postmaster: int | None) -> Additions:
    """Add and change single records in turns, then a month; `empty` gets all but the events first."""
    taken: dict[str, list[float]] = {small: [], large: []}
    first, size = FIRST + _added(large), max(1, events // MONTHS_OF_LARGEST)
    for number in range(ROUNDS):
        for url, samples in taken.items():
            added, changed = (Month(1, first=first + number, draw=draw) for draw in (number, number + ROUNDS))
            samples += [_load(url, one.entries(), postmaster) for one in (added, changed)]
    _load(empty, (one for one in World(max(200, size)).entries() if _surrounds(one)), postmaster)
    month = first + ROUNDS
    return Additions(
        median(taken[small]),
        median(taken[large]),
        _load(large, Month(size, first=month).entries(), postmaster),
        _load(empty, Month(size, first=month).entries(), postmaster),
    )


def _added(url: str) -> int:
    """The number of events that earlier runs added to a database that was kept."""
    made = engine(url)
    with made.connect().execution_options(read_only=True) as connection:
        query = text("SELECT count(*) FROM event WHERE id >= :first AND id < 'event-A'")
        found: int = connection.scalar(query, {"first": f"event-{FIRST}"})
    made.dispose()
    return found


def _surrounds(one: Entry | Refusal) -> bool:
    return isinstance(one, Entry) and one.record.kind_of_record not in {"event", "claim"}


def _load(url: str, entries: Iterable[Entry | Refusal], postmaster: int | None) -> float:
    """Seconds of processor time, including the database server's."""
    made = engine(url)
    before = used_s(postmaster)
    load(made, entries)
    used = used_s(postmaster) - before
    made.dispose()
    return used
