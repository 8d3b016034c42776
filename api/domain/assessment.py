"""Judgement of the claims about one event: the status of each question, its independent voices, and its grounds.

Everything here is pure. It runs when a record is loaded, and again for `as_of` on the claims made by that day. Odd data
raises no errors: a claim about a missing claim, or about itself through others, does not count until its target counts.
Ten copies of one report are one voice.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from api.domain.parties import NOBODY
from api.domain.positions import SUPPORT, Step, Weights, steps_of, weigh
from api.domain.statements import Culprit, Question, Statement, in_order_said
from api.domain.vocabulary import Aspect, Stance, Status

MOST_RELAYS = 16
"""Beyond this number of relays of claims by parties that never spoke themselves, the count is greedy, not exact."""


def voices(claims: Sequence[Statement]) -> int:
    """The smallest number of voices that can account for all of the claims.

    A party that spoke for itself is its own voice. A party that was only relayed shares one voice with those who
    relayed it, so the number of relays adds nothing.
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
    """The smallest number of relays that covers every party; exact, unless there are very many."""
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


Grounds = Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the claims on one question add up to, and the ids of those it rests on, in the order said."""

    question: Question
    status: Status
    voices: int
    """The number of independent voices in support."""
    because: tuple[str, ...]
    inferred: bool

    @property
    def aspect(self) -> Aspect:
        """The aspect of the question."""
        return self.question.aspect

    def as_sent(self, actor: Callable[[str | None], object]) -> dict[str, object]:
        """The assessment as sent; `actor` makes a reference."""
        return {
            **self.question.as_sent(actor),
            "status": self.status,
            "voices": self.voices,
            "because": self.because,
            "inferred": self.inferred,
        }


def assess(statements: Sequence[Statement]) -> list[Assessment]:
    """One assessment for each question that any claim of the event is on, in the order of questions."""
    return assess_weighed(Weights(statements))


def assess_weighed(weights: Weights) -> list[Assessment]:
    """The same, by claims whose weights are known."""
    without: Weights | None = None
    judged = []
    for question, claims in weights.questions().items():
        status, count, grounds = _judge(claims, weights)
        inferred = False
        if weights.guessed:
            without = without or Weights([s for s in weights.statements if not s.inferred])
            kept = without.questions().get(question)
            inferred = kept is None or _judge(kept, without)[0] != status
        judged.append(Assessment(question, status, count, _in_order(grounds), inferred))
    if len(judged) > 1:
        judged.sort(key=lambda assessment: assessment.question.order)
    return judged


def _judge(claims: Sequence[Statement], weights: Weights) -> tuple[Status, int, Grounds]:
    """Status, number of supporting voices, and grounds from the claims on one question."""
    return _plainly(claims) or _in_full(claims, weights)


def _plainly(claims: Sequence[Statement]) -> tuple[Status, int, Grounds] | None:
    """The usual case: every position still holds, and no two figures or culprits can clash.

    No claim is about another, no party is on both sides, and at most one gives a figure or names anybody.
    """
    supporting, opposing = [], []
    telling = 0
    for claim in claims:
        if claim.about is not None:
            return None
        telling += claim.figure is not None or bool(claim.names)
        weight = weigh(claim.stance)
        if weight > 0:
            supporting.append(claim)
        elif weight < 0:
            opposing.append(claim)
    if telling > 1:
        return None
    if not supporting:
        return (Status.DENIED, 0, opposing) if opposing else (Status.UNADDRESSED, 0, claims)
    count = voices(supporting)
    if not opposing:
        return _unopposed(supporting, count), count, supporting
    if {claim.party for claim in supporting}.isdisjoint([claim.party for claim in opposing]):
        return Status.DISPUTED, count, supporting + opposing
    return None


def _in_full(claims: Sequence[Statement], weights: Weights) -> tuple[Status, int, Grounds]:
    """The full rules: claims about claims, retractions, and each party's latest position, figure and culprits."""
    parties = {party: steps for party, steps in steps_of(claims, weights).items() if any(step.weight for step in steps)}
    if not parties:
        return Status.UNADDRESSED, 0, claims
    standing = [steps[-1] for steps in parties.values()]
    supports = [step for step in standing if step.weight == SUPPORT]
    supporting = [claim for step in supports for claim in step.claims]
    count = voices(supporting)
    grounds = _grounds(parties, claims, weights)
    if not supports:
        return Status.DENIED, 0, grounds
    if len(supports) < len(standing) or clash(supports):
        return Status.DISPUTED, count, grounds
    if any(step.claims[0].sided and _opposed(parties[step.claims[0].party]) for step in supports):
        return Status.CONCEDED, count, grounds
    return _unopposed(supporting, count), count, grounds


def clash(supports: Sequence[Step]) -> bool:
    """Whether two of several parties' supports contradict each other by their figures or culprits."""
    spans = [step.figure.span for step in supports if step.figure is not None]
    if len(spans) > 1 and max(low for low, _ in spans) > min(high for _, high in spans):
        return True
    named = [step.names for step in supports if step.names]
    return any(not _agree(one, other) for number, one in enumerate(named) for other in named[:number])


def _agree(one: Iterable[Culprit], other: Sequence[Culprit]) -> bool:
    return any(culprit.agrees_with(second) for culprit in one for second in other)


def _opposed(steps: Sequence[Step]) -> bool:
    """Whether a party ever opposed it."""
    return any(step.weight < 0 for step in steps)


def _unopposed(supporting: Sequence[Statement], count: int) -> Status:
    """The status of support that nobody opposes, if no side has changed its mind."""
    if any(claim.stance == Stance.CONCEDES for claim in supporting):
        return Status.CONCEDED
    if count > 1 or any(claim.instrument for claim in supporting):
        return Status.CORROBORATED
    return Status.CLAIMED


def _grounds(parties: Mapping[str | None, Sequence[Step]], claims: Sequence[Statement], weights: Weights) -> Grounds:
    """Each party's claims since it last changed its mind, opposition ended by a concession, and retractions.

    The claims that these are about are included. If one of them is an earlier claim of a party, the claims in between
    are included too, because otherwise the party would seem never to have changed its mind.
    """
    grounds: dict[str, Statement] = {}
    waiting = [claim for claim in claims if claim.id in weights.retractions]
    for steps in parties.values():
        waiting += [*steps[-1].claims, *steps[-1].carried]
        if steps[-1].weight == SUPPORT and _concedes(steps[-1]):
            waiting += _last_opposition(steps)
    own = {claim.id for claim in claims}
    while waiting:
        claim = waiting.pop()
        if claim.id in grounds:
            continue
        grounds[claim.id] = claim
        if claim.about is not None and claim.about in weights.by_id:
            waiting.append(weights.by_id[claim.about])
        if claim.id in own:
            waiting += _between(parties.get(claim.party, ()), claim, claims, weights)
    return list(grounds.values())


def _between(
    steps: Sequence[Step], claim: Statement, claims: Sequence[Statement], weights: Weights
) -> Sequence[Statement]:
    """The claims between an earlier claim of a party and its current position, which show that it changed its mind."""
    if not steps or claim in steps[-1].claims or weights.of[claim.id] is None:
        return ()
    if any(step.figure is not None or step.names for step in steps):
        return [one for one in claims if one.party == claim.party and weights.of[one.id]]
    return (
        steps[-2].claims if weights.of[claim.id] == SUPPORT and any(claim in one.claims for one in steps[:-2]) else ()
    )


def _concedes(step: Step) -> bool:
    """Whether support after opposition is a concession: always for a side, for others if they say so."""
    return step.claims[0].sided or any(claim.stance == Stance.CONCEDES for claim in step.claims)


def _last_opposition(steps: Sequence[Step]) -> Sequence[Statement]:
    return next((step.claims for step in reversed(steps) if step.weight < 0), ())


def _in_order(claims: Sequence[Statement]) -> tuple[str, ...]:
    """Ids in the order said: by earliest day, or latest if there is no earliest; undated last; ties by id."""
    if len(claims) == 1:
        return (claims[0].id,)
    return tuple([claim.id for claim in in_order_said(claims)])
