"""How many independent voices speak: ten copies of one report are one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations

from api.domain.parties import NOBODY
from api.domain.statements import Statement

MOST_RELAYS = 16
"""Beyond so many relays of words that nobody said for himself, the count takes the relay of most words first."""


def voices(claims: Sequence[Statement]) -> int:
    """The fewest voices that can account for all of the claims.

    A party that spoke for itself is its own voice. One that was only ever relayed is one voice with each of those who
    relayed it, so that however many pass its words on, they add nothing.
    """
    if len(claims) == 1:
        return int(claims[0].voice is not None)
    heard: defaultdict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.voice is not None:
            heard[claim.party or NOBODY].add(claim.voice)
    own = {party for party, spoken in heard.items() if party in spoken}
    relayed = [spoken | {party} for party, spoken in heard.items() if party not in own and own.isdisjoint(spoken)]
    return len(own) + (len(relayed) if len(relayed) < 2 else _fewest(relayed))  # noqa: PLR2004 - one is one


def _fewest(relayed: Sequence[Collection[str]]) -> int:
    """How many relays at least it takes to have one of each party's: exactly, unless there are very many."""
    waiting = [set(spoken) for spoken in relayed]
    relays = sorted({relay for spoken in waiting for relay in spoken})
    if len(relays) <= MOST_RELAYS:
        return next(
            size
            for size in range(1, len(relays) + 1)
            if any(all(not spoken.isdisjoint(some) for spoken in waiting) for some in combinations(relays, size))
        )
    count = 0
    while waiting:
        most = max(relays, key=lambda relay: (sum(relay in spoken for spoken in waiting), relay))
        waiting = [spoken for spoken in waiting if most not in spoken]
        count += 1
    return count
