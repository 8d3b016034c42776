"""A judge by brute force, written from the design's words alone: it shares no code with the service but the vocabulary.

Claims and affiliations are taken as the service exports them. It is slow and plain on purpose: for each question it
looks at every claim of every party again.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

Document = dict[str, Any]
Key = tuple[str, str, str, str]
BELONGS = {"part_of", "member_of", "represents", "commands", "same_as"}
SUPPORT = {"asserts", "concedes", "corroborates"}
OPPOSE = {"denies", "doubts"}
LATE = "9999-99-99"


class Judge:
    """What claims add up to."""

    def __init__(self, actors: Iterable[Document], datasets: Iterable[Document], lent: dict[str, str]) -> None:
        """`lent`: by claim, the dataset that lends its date."""
        self.kinds = {actor["id"]: actor["kind"] for actor in actors}
        self.up = {
            actor["id"]: {link["actor"]["id"] for link in actor["affiliations"] if link["kind"] in BELONGS}
            for actor in actors
        }
        self.recorded = {dataset["id"]: dataset["recorded_at"][:10] for dataset in datasets}
        self.lent = lent

    def around(self, actor: str) -> set[str]:
        """The actor and all it belongs to."""
        found, new = {actor}, {actor}
        while new:
            new = {other for one in new for other in self.up.get(one, ())} - found
            found |= new
        return found

    def party(self, claim: Document) -> str | None:
        """The speaker's side, else the outermost actor, else the speaker."""
        return None if claim["speaker"] is None else self.outermost(claim["speaker"]["id"])

    def outermost(self, actor: str) -> str:
        around = self.around(actor)
        sides = {one for one in around if self.kinds[one] == "side"} or around
        return min(one for one in sides if all(one in self.around(other) for other in self.around(one) & sides))

    def voice(self, claim: Document) -> str | None:
        """Whose voice it is: the relay's, where the speaker has no side; none for narrators and aggregators."""
        speaker, via = claim["speaker"], claim["via"]
        own = "" if speaker is None else self._own_voice(speaker["id"])
        if via is None or own is None or (speaker is not None and self.kinds[self.outermost(speaker["id"])] == "side"):
            return own
        return self._own_voice(via["id"])

    def _own_voice(self, actor: str) -> str | None:
        party = self.outermost(actor)
        return None if {self.kinds[actor], self.kinds[party]} & {"narrator", "aggregator"} else party

    def when(self, claim: Document) -> tuple[str, str]:
        """Sort key of the day it was said; an open end is the last of all."""
        said = claim["said"]
        if said["latest"] is None:
            return said["earliest"] or "", LATE
        return said["earliest"] or "", self.end(claim)

    def end(self, claim: Document) -> str:
        """The last day on which it can have been said."""
        recorded: str = self.recorded[claim["dataset"]["id"]]
        if claim["id"] in self.lent:
            recorded = min(recorded, self.recorded[self.lent[claim["id"]]])
        earliest, latest = str(claim["said"]["earliest"] or ""), str(claim["said"]["latest"] or LATE)
        end = min(latest, recorded)
        return max(earliest, end)

    def said_by(self, claims: Iterable[Document], day: str, known: str) -> list[Document]:
        """The claims said by the day, for certain or possibly; undated ones never."""
        dated = [claim for claim in claims if claim["said"]["earliest"] or claim["said"]["latest"]]
        if known == "possible":
            return [claim for claim in dated if (claim["said"]["earliest"] or "") <= day]
        return [claim for claim in dated if self.end(claim) <= day]

    def event(self, claims: list[Document]) -> "Event":
        """The claims about one event, to be judged."""
        return Event(self, {claim["id"]: claim for claim in claims})

    def assess(self, claims: list[Document]) -> dict[Key, tuple[str, int, bool]]:
        """By question: status, voices in support, and whether it hinges on what is inferred."""
        without = self.statuses([claim for claim in claims if not claim["inferred"]])
        return {
            question: (status, count, question not in without or without[question][0] != status)
            for question, (status, count) in self.statuses(claims).items()
        }

    def statuses(self, claims: list[Document]) -> dict[Key, tuple[str, int]]:
        """By question, status and voices."""
        event = self.event(claims)
        return {question: event.judged(question) for question in {event.question(claim) for claim in claims}}


class Event:
    """The claims about one event."""

    def __init__(self, judge: Judge, claims: dict[str, Document]) -> None:
        self.judge, self.claims = judge, claims

    def question(self, claim: Document) -> Key:
        """An aspect, of figures with measure, whose and unit; of denials and retractions, of what they are about."""
        met = []
        while claim["about"] in self.claims and claim["id"] not in met:
            about = self.claims[claim["about"]]
            denies = claim["stance"] in OPPOSE and about["aspect"] == claim["aspect"]
            if (not denies and claim["stance"] != "retracts") or about["id"] in met:
                break
            met.append(claim["id"])
            claim = about
        value = claim["value"]
        if value is None:
            return claim["aspect"], "", "", ""
        return claim["aspect"], value["measure"], value["of"]["id"] if value["of"] else "", value["unit"]

    def taken_back(self, claim: Document) -> bool:
        """A retraction by the same party, not taken back itself, is about it."""
        return any(
            other["stance"] == "retracts"
            and other["about"] == claim["id"]
            and self.judge.party(other) == self.judge.party(claim)
            and self.rooted(other)
            and not self.taken_back(other)
            for other in self.claims.values()
        )

    def rooted(self, claim: Document) -> bool:
        """What it is about is there, and so on."""
        met = set()
        while claim["about"] is not None:
            if claim["id"] in met or claim["about"] not in self.claims:
                return False
            met.add(claim["id"])
            claim = self.claims[claim["about"]]
        return True

    def weight(self, claim: Document) -> int | None:
        """1 supports, -1 opposes, 0 neither, null: does not count."""
        own = (claim["stance"] in SUPPORT) - (claim["stance"] in OPPOSE)
        if not self.rooted(claim) or self.taken_back(claim):
            return None
        if claim["about"] is None or claim["stance"] == "retracts":
            return own
        about = self.claims[claim["about"]]
        other = self.weight(about)
        if other is None:
            return None
        return own * other if self.question(about) == self.question(claim) else own

    def judged(self, question: Key) -> tuple[str, int]:
        """Status and voices of a question."""
        ends = self.ends(question)
        supports = [end for end in ends if end["weight"] == 1]
        count = self.voices([claim for end in supports for claim in end["claims"]])
        if not ends:
            return "unaddressed", 0
        if not supports:
            return "denied", 0
        if len(supports) < len(ends) or any(self.clash(one, other) for one, other in combinations(supports, 2)):
            return "disputed", count
        standing = [claim for end in supports for claim in end["claims"]]
        if any(claim["stance"] == "concedes" for claim in standing) or any(
            end["opposed"] and self.judge.kinds.get(end["party"]) == "side" for end in supports
        ):
            return "conceded", count
        instrument = any(c["speaker"] and self.judge.kinds[c["speaker"]["id"]] == "instrument" for c in standing)
        return "corroborated" if count > 1 or instrument else "claimed", count

    def on(self, question: Key) -> list[Document]:
        """The claims on a question."""
        return [claim for claim in self.claims.values() if self.question(claim) == question]

    def ends(self, question: Key) -> list[Document]:
        """Where each party that takes a position stands."""
        on = self.on(question)
        parties = {self.judge.party(claim) for claim in on}
        return [end for party in parties if (end := self.stand(on, party)) is not None]

    def because(self, question: Key) -> tuple[set[str], set[str]]:
        """The claims a status rests on: those it must name, and those it may.

        Each party's claims since it last changed its mind, the opposition that a concession ended, the retractions, and
        the claims that these are about. Where one of those is an earlier word of a party, or a figure or culprits of
        before still hold, other words of that party may come along; nothing else may.
        """
        on, ends = self.on(question), self.ends(question)
        if not ends:
            return {claim["id"] for claim in on}, {claim["id"] for claim in on}
        found = [c for c in on if c["stance"] == "retracts" and self.takes_back(c)]
        for end in ends:
            found += end["claims"]
            concedes = any(claim["stance"] == "concedes" for claim in end["claims"])
            if end["weight"] == 1 and (concedes or self.judge.kinds.get(end["party"]) == "side"):
                found += end["opposition"]
        needed = self.with_what_they_are_about(found)
        last = {claim["id"] for end in ends for claim in end["claims"]}
        taking = {self.judge.party(self.claims[id_]) for id_ in needed - last}
        taking |= {end["party"] for end in ends if end["held_over"]}
        own = [claim for claim in on if self.judge.party(claim) in taking]
        return needed, needed | self.with_what_they_are_about(own)

    def takes_back(self, claim: Document) -> bool:
        """Whether a retraction takes anything back."""
        about = self.claims.get(claim["about"])
        own = about is not None and self.judge.party(about) == self.judge.party(claim)
        return own and self.rooted(claim) and not self.taken_back(claim)

    def with_what_they_are_about(self, claims: list[Document]) -> set[str]:
        """The claims, what they are about, and so on."""
        found: set[str] = set()
        for claim in claims:
            here: Document | None = claim
            while here is not None and here["id"] not in found:
                found.add(here["id"])
                here = self.claims.get(here["about"])
        return found

    def stand(self, on: list[Document], party: str | None) -> Document | None:
        """Where a party's latest word leaves it."""
        own = [c for c in on if self.judge.party(c) == party and self.weight(c)]
        own.sort(key=lambda c: (self.judge.when(c), 2 * (c["stance"] == "concedes") + (self.weight(c) == -1), c["id"]))
        support: list[Document] = []
        against: list[Document] = []
        weight, opposed = 0, False
        for claim in own:
            if self.weight(claim) == 1:
                support.append(claim)
                weight = 1
                continue
            about = self.claims.get(claim["about"])
            anothers = claim["stance"] in OPPOSE and about is not None and self.judge.party(about) != party
            if anothers and weight == 1 and any(c["value"] for c in support):
                continue  # a denial of another's figure never takes back one's own
            against = [*against, claim] if weight == -1 else [claim]
            support, weight, opposed = [], -1, True
        if weight == 0:
            return None
        content = self.content(support)
        if weight == -1:
            content["claims"] = against
        return {"party": party, "weight": weight, "opposed": opposed, "opposition": against, **content}

    def content(self, support: list[Document]) -> Document:
        """The figure and the culprits of the latest day that gives any, and the claims since they last changed."""
        figure: list[Document] = []
        names: set[str] = set()
        claims: list[Document] = []
        held_over = False
        for day in sorted({self.judge.when(claim) for claim in support}):
            said = [claim for claim in support if self.judge.when(claim) == day]
            now = [claim["value"] for claim in said if claim["value"]]
            blamed = {one["id"] for claim in said for one in claim["names"]}
            if (now and figure and together(now) != together(figure)) or (blamed and names and blamed != names):
                claims = []
                held_over = bool((figure and not now) or (names and not blamed))
            claims += said
            figure, names = now or figure, blamed or names
        return {"claims": claims, "figure": figure, "names": names, "held_over": held_over}

    def clash(self, one: Document, other: Document) -> bool:
        """Both cannot be true."""
        if one["figure"] and other["figure"]:
            (low, high, _), (least, most, _) = together(one["figure"]), together(other["figure"])
            if low > most or least > high:
                return True
        if not one["names"] or not other["names"]:
            return False
        around = self.judge.around
        return not any(
            a in around(b) or b in around(a) or any(self.judge.kinds[x] == "side" for x in around(a) & around(b))
            for a in one["names"]
            for b in other["names"]
        )

    def voices(self, claims: list[Document]) -> int:
        """The fewest voices that can account for all that is said."""
        heard: dict[str, set[str]] = {}
        for claim in claims:
            voice, party = self.judge.voice(claim), self.judge.party(claim) or ""
            if voice is not None:
                heard.setdefault(party, set()).add(voice)
        sets = [{party} if party in spoken else spoken | {party} for party, spoken in heard.items()]
        everybody = sorted(set().union(*sets))
        return next(
            size
            for size in range(len(everybody) + 1)
            if any(all(one & set(some) for one in sets) for some in combinations(everybody, size))
        )


def together(values: list[Document]) -> tuple[float, float, float | None]:
    """From the lowest low to the highest high, and the best number if there is one."""
    spans = []
    for value in values:
        low, best, high = value["low"], value["best"], value["high"]
        ends = [number for number in (low, best, high) if number is not None]
        if low is None and best is None:
            ends.append(0 if high is None or high >= 0 else float("-inf"))
        if high is None and best is None:
            ends.append(float("inf"))
        spans.append((min(ends), max(ends)))
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    best = {value["best"] for value in values}
    return low, high, low if low == high else best.pop() if len(best) == 1 else None
