"""By which way records that hold some words are found soonest: their index, a walk in order of days, or facets."""

from collections.abc import Sequence
from enum import Enum, auto
from math import prod
from typing import NamedTuple

PAGE = 51
"""How many records are looked for."""
LONG_US = 5_000
"""What would hold up others if it were not given a thread."""
DOUBT = 4
"""Words may shun each other, or a filter: then so many times as many records are read in vain."""


class Way(Enum):
    """What drives."""

    FACETS = auto()
    """The rows of a facet, in order; the words of each are looked at."""
    WALK = auto()
    """All words, in order; no filter stands in the way."""
    INDEX = auto()
    """The index from words to records; whatever else is asked of each is looked up."""


class Costs(NamedTuple):
    """Microseconds, measured with a million events (`bench`)."""

    entry: float
    """To read a record's number in the index, for one word."""
    hit: float
    """To read the words of a record that the index leads to."""
    stops: bool
    """Whether the index gives numbers in order, so that no more are read than the page needs."""
    walked: float
    """To look at the words of the next record."""
    filed: float
    """To look at the words of the record of a facet's row."""


COSTS = {"sqlite": Costs(0.02, 1.5, True, 0.3, 1.2), "postgresql": Costs(0.02, 1.0, False, 0.4, 2.0)}


class Sizes(NamedTuple):
    """What is known of a question before it is asked."""

    records: int
    held: Sequence[int]
    """How many records hold each of the words."""
    driver: int
    """How many are in the rarest of the other filters."""
    crowd: int | None
    """The most there are of one day; None: something else than words is asked for."""


class Effort(NamedTuple):
    """How to go about it."""

    way: Way
    holders: int
    """About how many records hold all of the words."""
    long: bool


def effort_for(backend: str, sizes: Sizes) -> Effort:
    """The least that an answer takes, as if words and filters met by chance."""
    costs, records = COSTS[backend], max(1, sizes.records)
    holders = min(*sizes.held, records * prod(held / records for held in sizes.held))
    share = min(1.0, sizes.driver / records)
    met = holders if not costs.stops else min(holders, PAGE / share if share else holders)
    efforts = {Way.INDEX: costs.entry * sum(sizes.held) + costs.hit * met}
    doubt = DOUBT if len(sizes.held) > 1 else 1
    read = min(sizes.driver, doubt * PAGE * records / holders if holders else records)
    efforts[Way.FACETS] = costs.filed * read
    if sizes.crowd is not None:
        efforts[Way.WALK] = costs.walked * (read + sizes.crowd)
    way = min(efforts, key=lambda way: efforts[way])
    return Effort(way, round(holders), efforts[way] > LONG_US)
