"""By which way records that hold some words are found soonest: their index, a walk in order of days, or facets."""

from collections.abc import Sequence
from enum import Enum, auto
from math import prod
from typing import NamedTuple

from api.query.word_conditions import Begun

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
    """To read a record's number in the index, of all that hold words that begin alike."""
    spelled: float | None
    """To have the index give the records of one more word in order; None: it cannot."""
    hit: float
    """To read the words of a record that the index leads to."""
    walked: float
    """To look at the words of the next record."""
    filed: float
    """To look at the words of the record of a facet's row."""


COSTS = {"sqlite": Costs(0.2, 10, 1.5, 0.3, 1.2), "postgresql": Costs(0.02, None, 1.0, 0.4, 2.0)}


class Sizes(NamedTuple):
    """What is known of a question before it is asked."""

    records: int
    held: Sequence[Begun]
    """Of each of the words, those that begin like it."""
    driver: int
    """How many are in the rarest of the other filters."""
    crowd: int | None
    """How many are of one day, where many are; None: something else than words is asked for."""


class Effort(NamedTuple):
    """How to go about it."""

    way: Way
    holders: int
    """About how many records hold all of the words."""
    held: Sequence[Begun]
    long: bool


def effort_for(backend: str, sizes: Sizes) -> Effort:
    """The least that an answer takes, as if words and filters met by chance."""
    costs, records = COSTS[backend], max(1, sizes.records)
    held = [one.records for one in sizes.held]
    holders = min(*held, records * prod(each / records for each in held))
    share = min(1.0, sizes.driver / records)
    doubt = DOUBT if len(held) > 1 else 1
    read = min(sizes.driver, doubt * PAGE * records / holders if holders else records)
    efforts = {Way.INDEX: _by_index(costs, sizes.held, holders, share, doubt), Way.FACETS: costs.filed * read}
    if sizes.crowd is not None:
        efforts[Way.WALK] = costs.walked * (read + sizes.crowd)
    way = min(efforts, key=lambda way: efforts[way])
    return Effort(way, round(holders), sizes.held, efforts[way] > LONG_US)


def _by_index(costs: Costs, held: Sequence[Begun], holders: float, share: float, doubt: int) -> float:
    if costs.spelled is None:
        return costs.entry * sum(one.records for one in held) + costs.hit * holders
    met = min(holders, doubt * PAGE / share if share else holders)
    among = doubt * met / holders if holders and doubt > 1 else 0  # of each word's records, to find those of all words
    return costs.hit * met + sum(
        costs.entry * one.records
        if one.words is None
        else costs.spelled * len(one.words) + costs.entry * one.records * min(1, among)
        for one in held
    )
