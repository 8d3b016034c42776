"""Judgement: what the claims about one event add up to, aspect by aspect, and where each party stands.

Everything here is pure. It is used when a record is loaded and again for `as_of`, on the claims said by that day. Days
are proleptic ordinals (`date.toordinal()`). Nothing raises for odd data: a claim about a claim that is not there, or
that leads back to itself, does not count until what it is about counts.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import orjson

from api.domain.parties import NOBODY
from api.domain.vocabulary import OPPOSING, SUPPORTING, Aspect, Match, Position, Stance, Status, Undated

FAR = date.max.toordinal() + 1  # later than every day: an open end, and undated claims in lists

_WEIGHT = {stance: (stance in SUPPORTING) - (stance in OPPOSING) for stance in Stance}
_POSITION = {1: Position.SUPPORT, -1: Position.OPPOSE, 0: Position.NEUTRAL}
_RANK = {aspect: rank for rank, aspect in enumerate(Aspect)}
_STANCES = {stance.value: stance for stance in Stance}
_ASPECTS: dict[str | None, Aspect | None] = {None: None, **{aspect.value: aspect for aspect in Aspect}}


class Statement(NamedTuple):
    """A claim as judgement sees it; a tuple, because pages make thousands of them.

    party: whose position it is (an actor's id); null: nobody named.
    voice: whose voice counts for corroboration; null: none.
    instrument: the speaker is an instrument. sided: the party is an actor of kind `side`.
    aspect: null for a claim about another event, which is here only because a claim about it is.
    earliest, latest: the days between which it was said; null: open start, or undated. An open end is already closed
        with the day its dataset was recorded, and marked `ends_open`.
    """

    id: str
    party: str | None
    voice: str | None
    instrument: bool
    stance: Stance
    aspect: Aspect | None
    earliest: int | None
    latest: int | None
    dated: bool
    about: str | None = None
    inferred: bool = False
    speaker: str | None = None
    sided: bool = False
    ends_open: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the claims on one aspect add up to, and the ids of those it rests on, in the order said."""

    aspect: Aspect
    status: Status
    because: tuple[str, ...]
    inferred: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """One position of a party on an aspect: held unbroken since claim `since`, by `claims` in the order they count."""

    party: str | None
    position: Position
    since: str
    claims: tuple[str, ...]


class Said(NamedTuple):
    """When a claim was said, in the fields of a `Statement`."""

    earliest: int | None
    latest: int | None
    dated: bool
    ends_open: bool


def said(earliest: date | None, latest: date | None, recorded_on: date) -> Said:
    """The days of a said date; an open end closes with the day on which the claim's dataset was recorded."""
    start = earliest.toordinal() if earliest else None
    if latest:
        return Said(start, latest.toordinal(), dated=True, ends_open=False)
    if start is None:
        return Said(None, None, dated=False, ends_open=False)
    return Said(start, max(start, recorded_on.toordinal()), dated=True, ends_open=True)


def said_by(statements: Iterable[Statement], day: int | None, match: Match, undated: Undated) -> list[Statement]:
    """The claims said by the day, possibly or certainly; no day: all, dated or not. `undated` decides on the rest."""
    if day is None:
        return list(statements)
    too = undated == Undated.INCLUDE
    if match == Match.POSSIBLE:
        return [s for s in statements if (s.earliest is None or s.earliest <= day if s.dated else too)]
    return [s for s in statements if (s.latest is not None and s.latest <= day if s.dated else too)]


def assess(statements: Sequence[Statement]) -> list[Assessment]:
    """One assessment per aspect that any claim of the event is on, in the vocabulary's order of aspects."""
    aspects: defaultdict[Aspect | None, list[Statement]] = defaultdict(list)
    guessed = False
    for statement in statements:
        aspects[statement.aspect].append(statement)
        guessed = guessed or statement.inferred
    judged = []
    for aspect, claims in aspects.items():
        if aspect is None:
            continue
        status, grounds = _judge(claims, statements)
        inferred = guessed and _hinges(status, claims, statements)
        judged.append(Assessment(aspect, status, _in_order(grounds), inferred))
    if len(judged) > 1:
        judged.sort(key=lambda assessment: _RANK[assessment.aspect])
    return judged


def trajectory(statements: Sequence[Statement], aspect: Aspect) -> dict[str | None, list[Stand]]:
    """Every position that each party has taken on the aspect, first to last; parties by id, nobody named last.

    A party that speaks of it before it takes a position begins neutral; what is neutral later changes no position.
    Each step but the first is a move: made by the claim `since`, against the step before.
    """
    weights = weigh(statements)
    parties = _steps([s for s in statements if s.aspect == aspect], weights)
    ordered = sorted(parties.items(), key=lambda item: (item[0] is None, item[0] or ""))
    return {party: [_stand(step, weights) for step in steps] for party, steps in ordered}


def course(statements: Sequence[Statement], aspect: Aspect, speakers: Container[str | None]) -> list[Stand]:
    """As `trajectory`, for some speakers alone, taken as one party whatever party each belongs to."""
    weights = weigh(statements)
    own = [s._replace(party=None) for s in statements if s.aspect == aspect and s.speaker in speakers]
    return [_stand(step, weights) for step in _steps(own, weights).get(None, ())]


def aspects_of(statements: Iterable[Statement]) -> list[Aspect]:
    """The aspects that are spoken of, in the vocabulary's order."""
    return sorted({s.aspect for s in statements if s.aspect is not None}, key=_RANK.__getitem__)


def in_order_said(statements: Iterable[Statement]) -> list[Statement]:
    """By earliest day, or latest where there is no earliest; undated last; ties by id."""
    return sorted(statements, key=lambda s: (s.earliest or s.latest or FAR, s.id))


def positions(statements: Sequence[Statement], aspect: Aspect) -> list[Stand]:
    """Where each party that speaks of the aspect stands in the end; parties by id, nobody named last."""
    return [steps[-1] for steps in trajectory(statements, aspect).values()]


def lateness(statement: Statement, weight: int) -> tuple[int, int, int, str]:
    """Sort key: the later word counts.

    Later is the later `earliest` (undated or open: first of all), then the later `latest` (open: last of all). Of one
    and the same date, a concession is the later word, then an opposition. The id only makes the order complete.
    """
    latest = FAR if statement.latest is None or statement.ends_open else statement.latest
    last_word = 2 * (statement.stance == Stance.CONCEDES) + (weight < 0)
    return statement.earliest or 0, latest, last_word, statement.id


def encode(statements: Iterable[Statement]) -> str:
    """Statements as compact JSON, stored beside the event's document; `decode` reads it back.

    Before them stands by which day all that are dated were possibly and certainly said, and whether any is undated.
    """
    possible = certain = unsaid = 0
    rows: list[tuple[object, ...]] = [()]
    for s in statements:
        possible, certain = max(possible, s.earliest or 0), max(certain, s.latest or FAR * s.dated)
        unsaid = unsaid or int(not s.dated)
        row = (
            s.id,
            s.party,
            s.voice,
            str(s.stance),
            s.aspect and str(s.aspect),
            s.earliest,
            s.latest,
            s.about,
            s.speaker,
            s.instrument + 2 * s.dated + 4 * s.inferred + 8 * s.sided + 16 * s.ends_open,
        )
        rows.append(row)
    rows[0] = possible, certain, unsaid
    return orjson.dumps(rows).decode()


def all_said_by(text: str, day: int, match: Match, undated: Undated) -> bool:
    """Whether `said_by` would leave out none of the statements that `encode` wrote."""
    possible, certain, unsaid = text[2 : text.index("]")].split(",")
    if unsaid != "0" and undated != Undated.INCLUDE:
        return False
    return int(possible if match == Match.POSSIBLE else certain) <= day


def decode(text: str | bytes) -> list[Statement]:
    """What `encode` wrote; anything else is an error of ours and raises ValueError, KeyError or TypeError."""
    return [
        Statement(
            id_,
            party,
            voice,
            flags & 1 > 0,
            _STANCES[stance],
            _ASPECTS[aspect],
            earliest,
            latest,
            flags & 2 > 0,
            about,
            flags & 4 > 0,
            speaker,
            flags & 8 > 0,
            flags & 16 > 0,
        )
        for id_, party, voice, stance, aspect, earliest, latest, about, speaker, flags in orjson.loads(text)[1:]
    ]


def _judge(claims: Sequence[Statement], statements: Sequence[Statement]) -> tuple[Status, Sequence[Statement]]:
    """Status and grounds of the claims on one aspect, given all claims of the event."""
    return _plainly(claims) or _in_full(claims, statements)


def _plainly(claims: Sequence[Statement]) -> tuple[Status, Sequence[Statement]] | None:
    """The usual case: no claim is about another and no party is on both sides, so every position is a standing one."""
    supporting, opposing = [], []
    for claim in claims:
        if claim.about is not None:
            return None
        weight = _WEIGHT[claim.stance]
        if weight > 0:
            supporting.append(claim)
        elif weight < 0:
            opposing.append(claim)
    if not supporting:
        return (Status.DENIED, opposing) if opposing else (Status.UNADDRESSED, claims)
    if not opposing:
        return _unopposed(supporting), supporting
    if {claim.party for claim in supporting}.isdisjoint([claim.party for claim in opposing]):
        return Status.DISPUTED, supporting + opposing
    return None


def _in_full(claims: Sequence[Statement], statements: Sequence[Statement]) -> tuple[Status, Sequence[Statement]]:
    """The rules whole: claims about claims by product, and of each party the latest position."""
    weights = weigh(statements)
    parties = {
        party: taken
        for party, steps in _steps(claims, weights).items()
        if (taken := [step for step in steps if weights[step[0].id]])
    }
    if not parties:
        return Status.UNADDRESSED, claims
    standing = [steps[-1] for steps in parties.values()]
    supporting = [claim for step in standing if weights[step[0].id] == 1 for claim in step]
    grounds = _grounds(parties, weights, {s.id: s for s in statements})
    if not supporting:
        return Status.DENIED, grounds
    if any(weights[step[0].id] == -1 for step in standing):
        return Status.DISPUTED, grounds
    if any(steps[0][0].sided and len(steps) > 1 for steps in parties.values()):
        return Status.CONCEDED, grounds
    return _unopposed(supporting), grounds


def _unopposed(supporting: Sequence[Statement]) -> Status:
    """The status of standing support that nobody opposes, where no side has changed its mind."""
    corroborated = False
    for claim in supporting:
        if claim.stance == Stance.CONCEDES:
            return Status.CONCEDED
        corroborated = corroborated or claim.instrument
    if corroborated or (len(supporting) > 1 and _several_voices(supporting)):
        return Status.CORROBORATED
    return Status.CLAIMED


def _several_voices(claims: Sequence[Statement]) -> bool:
    """Whether no single voice can account for all of it.

    A party that spoke for itself is its own voice. One that was only ever relayed is one voice with each of those who
    relayed it, so that however many pass its words on, they add nothing.
    """
    heard: defaultdict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.voice is not None:
            heard[claim.party or NOBODY].add(claim.voice)
    if len(heard) < 2:  # noqa: PLR2004 - it takes two
        return False
    return not set.intersection(*({own} if own in voices else voices | {own} for own, voices in heard.items()))


def weigh(statements: Iterable[Statement]) -> dict[str, int | None]:
    """By claim id: 1 supports, -1 opposes, 0 does neither, null does not count.

    A claim about another counts once that one counts: on the same aspect by the product of the two, else for itself.
    """
    by_id = {statement.id: statement for statement in statements}
    weights: dict[str, int | None] = {}
    for statement in by_id.values():
        chain: list[Statement] = []
        link: Statement | None = statement
        while link is not None and link.id not in weights:
            weights[link.id] = None  # and so it stays where a chain runs into itself or into nothing
            chain.append(link)
            link = by_id.get(link.about) if link.about is not None else None
        for claim in reversed(chain):
            weight = _WEIGHT[claim.stance]
            if claim.about is None:
                weights[claim.id] = weight
            elif (other := weights.get(claim.about)) is not None:
                same = by_id[claim.about].aspect == claim.aspect
                weights[claim.id] = weight * other if same else weight
    return weights


def _steps(claims: Iterable[Statement], weights: Mapping[str, int | None]) -> dict[str | None, list[list[Statement]]]:
    """Per party, its claims in the order they count, cut where it changes its mind (see `trajectory`)."""
    counting = [(lateness(claim, weight), claim) for claim in claims if (weight := weights[claim.id]) is not None]
    parties: defaultdict[str | None, list[list[Statement]]] = defaultdict(list)
    for _, claim in sorted(counting, key=lambda pair: pair[0]):
        steps = parties[claim.party]
        if steps and weights[steps[-1][0].id] == weights[claim.id]:
            steps[-1].append(claim)
        elif not steps or weights[claim.id]:
            steps.append([claim])
    return parties


def _grounds(
    parties: Mapping[str | None, Sequence[Sequence[Statement]]],
    weights: Mapping[str, int | None],
    by_id: Mapping[str, Statement],
) -> list[Statement]:
    """Each party's claims since it last changed its mind, opposition that a concession ended, and what they are about.

    Where an earlier support is among the latter, the opposition that came between has to come along: without it the
    party would seem never to have changed its mind.
    """
    grounds: dict[str, Statement] = {}
    waiting: list[Statement] = []
    for steps in parties.values():
        waiting += steps[-1]
        if _conceding(steps, weights):
            waiting += steps[-2]
    while waiting:
        claim = waiting.pop()
        if claim.id in grounds:
            continue
        grounds[claim.id] = claim
        if claim.about is not None:
            waiting.append(by_id[claim.about])
        steps = parties.get(claim.party, ())
        if weights[claim.id] == 1 and any(claim in step for step in steps[:-2]):
            waiting += steps[-2]
    return list(grounds.values())


def _conceding(steps: Sequence[Sequence[Statement]], weights: Mapping[str, int | None]) -> bool:
    """Whether the party opposed it and has come round: a side by any support, others by a concession."""
    last = steps[-1]
    if len(steps) == 1 or weights[last[0].id] != 1:
        return False
    return last[0].sided or any(claim.stance == Stance.CONCEDES for claim in last)


def _hinges(status: Status, claims: Sequence[Statement], statements: Sequence[Statement]) -> bool:
    """Whether the status would differ, or there would be none, without the claims marked inferred."""
    kept = [claim for claim in claims if not claim.inferred]
    return not kept or _judge(kept, [s for s in statements if not s.inferred])[0] != status


def _stand(step: Sequence[Statement], weights: Mapping[str, int | None]) -> Stand:
    first = step[0]
    return Stand(first.party, _POSITION[weights[first.id] or 0], first.id, tuple(s.id for s in step))


def _in_order(claims: Sequence[Statement]) -> tuple[str, ...]:
    """Ids in the order said: by earliest day, or latest where there is no earliest; undated last; ties by id."""
    if len(claims) == 1:
        return (claims[0].id,)
    return tuple([claim.id for claim in in_order_said(claims)])
