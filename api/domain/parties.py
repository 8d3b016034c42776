"""The party and voice of each speaker: what actors belong to, and on whose behalf they speak."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from api.domain.vocabulary import BELONGING, ActorKind

NOBODY = ""  # the voice of nobody named; no actor has this id
VOICELESS = frozenset({ActorKind.NARRATOR, ActorKind.AGGREGATOR})
TELLING = frozenset({ActorKind.SIDE, ActorKind.INSTRUMENT}) | VOICELESS
"""The kinds of actors that matter for parties; other kinds need not be known."""
REMEMBERED = 20_000


class PartyAndVoice(NamedTuple):
    """On whose behalf a speaker speaks, as fields of a `Statement`."""

    party: str | None
    voice: str | None
    instrument: bool
    sided: bool


class Parties:
    """The party and voice of every actor, from the actors' kinds and affiliations as (actor, kind, other)."""

    def __init__(self, kinds: Mapping[str, str], affiliations: Iterable[tuple[str, str, str]]) -> None:
        self._kinds = kinds
        self._others: defaultdict[str, set[str]] = defaultdict(set)
        self._closures: dict[str, frozenset[str]] = {}
        self._parties: dict[str, str] = {}
        self._found: dict[tuple[str | None, str | None], PartyAndVoice] = {}
        for actor, kind, other in affiliations:
            if kind in BELONGING:
                self._others[actor].add(other)

    def trim(self) -> None:
        """Empty the caches if they have grown too large."""
        if len(self._closures) > REMEMBERED:
            self._closures.clear()
            self._parties.clear()
        if len(self._found) > REMEMBERED:
            self._found.clear()

    def closure(self, actor: str) -> frozenset[str]:
        """The actor and all it belongs to, directly or through others; alliances do not count. Cycles are allowed."""
        found = self._closures.get(actor)
        if found is None:
            reached, waiting = {actor}, [actor]
            while waiting:
                new = self._others.get(waiting.pop(), set()) - reached
                reached |= new
                waiting += new
            found = self._closures[actor] = frozenset(reached)
        return found

    def sides(self, actor: str) -> frozenset[str]:
        """The sides that the actor is on."""
        return frozenset(other for other in self.closure(actor) if self._kinds.get(other) == ActorKind.SIDE)

    def party(self, actor: str) -> str:
        """The actor's side, else the outermost actor it belongs to, else itself; among several, the smallest id.

        If sides belong to each other, the outermost counts. In a cycle, all are outermost.
        """
        found = self._parties.get(actor)
        if found is None:
            around = self.closure(actor)
            pool = {other for other in around if self._kinds.get(other) == ActorKind.SIDE} or around
            found = self._parties[actor] = min(
                other for other in pool if all(other in self.closure(outer) for outer in self.closure(other) & pool)
            )
        return found

    def of(self, speaker: str | None, via: str | None = None) -> PartyAndVoice:
        """Party and voice of a speaker whose claim was relayed by `via`.

        The party is the speaker's own. A speaker without a side has the voice of the actor that relayed it.
        Narrators and aggregators, their members and what they relay do not count as voices.
        """
        found = self._found.get((speaker, via))
        if found is None:
            found = self._found[speaker, via] = self._of(speaker, via)
        return found

    def _of(self, speaker: str | None, via: str | None) -> PartyAndVoice:
        if speaker is None:
            return PartyAndVoice(None, NOBODY if via is None else self._voice(via), instrument=False, sided=False)
        party = self.party(speaker)
        kind, sided = self._kinds.get(speaker), self._kinds.get(party) == ActorKind.SIDE
        voice = self._voice(speaker)
        if via is not None and voice is not None and not sided:
            voice = self._voice(via)
        return PartyAndVoice(party, voice, kind == ActorKind.INSTRUMENT, sided)

    def _voice(self, actor: str) -> str | None:
        party = self.party(actor)
        return None if {self._kinds.get(actor), self._kinds.get(party)} & VOICELESS else party
