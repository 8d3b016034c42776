"""Each party's positions on a question over time.

A claim about another claim counts by the product of the two; a retraction removes one claim; each party's latest
position, figure and culprits count.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from api.domain.statements import Culprit, Figure, Question, Statement, lateness
from api.domain.vocabulary import OPPOSING, SUPPORTING, Position, Stance

SUPPORT, OPPOSE = 1, -1
_WEIGHT = {stance: (stance in SUPPORTING) - (stance in OPPOSING) for stance in Stance}
_POSITION = {SUPPORT: Position.SUPPORT, OPPOSE: Position.OPPOSE, 0: Position.NEUTRAL}
_THEM = "\0"  # some speakers taken as one party; no actor has this id


@dataclass(frozen=True, slots=True)
class Step:
    """What a party holds until it changes its mind: a position, and for support its figure and culprits."""

    weight: int
    claims: Sequence[Statement]
    figure: Figure | None = None
    names: tuple[Culprit, ...] = ()
    carried: Sequence[Statement] = ()
    """Earlier claims whose figure or culprits still hold, because the later ones give none."""

    @property
    def content(self) -> tuple[int, object, object]:
        """What distinguishes this step from the next."""
        return self.weight, self.figure and measured(self.figure), {culprit.id for culprit in self.names}


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """One position of a party on a question: held unbroken since claim `since`, by `claims` in the order they count."""

    party: str | None
    position: Position
    since: str
    claims: tuple[str, ...]
    figure: Figure | None = None
    names: tuple[str, ...] = ()


def weigh(stance: Stance) -> int:
    """1 supports, -1 opposes, 0 does neither."""
    return _WEIGHT[stance]


class Weights:
    """The weight of each claim about one event on its question."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self.by_id = {statement.id: statement for statement in statements}
        self.guessed = any(statement.inferred for statement in statements)
        self.linked = any(statement.about is not None for statement in statements)
        self.retractions: frozenset[str] = frozenset()
        """Retractions of other claims."""
        self.of: Mapping[str, int | None]
        """The weight by claim: 1 supports, -1 opposes, 0 does neither, None does not count."""
        self._questions: dict[str, Question | None] = {}
        self._asked: dict[Question, list[Statement]] | None = None
        if self.linked:
            self._rooted = self._depths()
            self._gone = self._taken_out()
            self.of = self._products()
        else:
            self.of = {statement.id: _WEIGHT[statement.stance] for statement in statements}

    def question(self, statement: Statement) -> Question | None:
        """What a claim is on; null: another event.

        A denial or doubt about a claim falls on that claim's question, whether or not it gives a figure itself, and so
        does a retraction.
        """
        way: dict[str, None] = {}
        here = statement
        while here.id not in self._questions:
            way[here.id] = None
            about = self._about(here)
            falls = about is not None and here.stance in OPPOSING and here.aspect == about.aspect
            if about is None or about.id in way or not (falls or here.stance == Stance.RETRACTS):
                break
            here = about
        found = self._questions[here.id] if here.id in self._questions else _own_question(here)
        if self.linked and statement.id in self._rooted:
            self._questions.update(dict.fromkeys(way, found))
        return found

    def questions(self) -> dict[Question, list[Statement]]:
        """The claims on each question."""
        if self._asked is not None:
            return self._asked
        found: dict[Question, list[Statement]] = {}
        for statement in self.statements:
            if statement.about is not None:
                question = self.question(statement)
            elif statement.aspect is not None:
                question = Question(statement.aspect, statement.measure, statement.of, statement.unit)
            else:
                continue
            if question is not None:
                found.setdefault(question, []).append(statement)
        self._asked = found
        return found

    def answers_others(self, statement: Statement) -> bool:
        """Whether it denies or doubts another party's claim, which does not withdraw its own party's figure."""
        about = self._about(statement)
        return statement.stance in OPPOSING and about is not None and about.party != statement.party

    def _about(self, statement: Statement) -> Statement | None:
        return None if statement.about is None else self.by_id.get(statement.about)

    def _depths(self) -> dict[str, int]:
        """The distance of each claim from one that is not about a claim; claims without such an end are omitted."""
        found: dict[str, int | None] = {}
        for statement in self.statements:
            way: dict[str, None] = {}
            here: str | None = statement.id
            while here in self.by_id and here not in found and here not in way:
                way[here] = None
                here = self.by_id[here].about
            depth = -1 if here is None else found.get(here)
            for id_ in reversed(way):
                depth = found[id_] = None if depth is None else depth + 1
        return {id_: depth for id_, depth in found.items() if depth is not None}

    def _taken_out(self) -> set[str]:
        """Claims retracted by their own party; a retraction that was itself retracted has no effect."""
        takers: defaultdict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            about = self._about(statement)
            own = about is not None and about.party == statement.party and statement.id in self._rooted
            if statement.stance == Stance.RETRACTS and about is not None and own:
                takers[about.id].append(statement)
        gone: set[str] = set()
        for target in sorted(takers, key=lambda id_: -self._rooted[id_]):  # a retraction has a greater depth
            if any(taker.id not in gone for taker in takers[target]):
                gone.add(target)
        self.retractions = frozenset(taker.id for some in takers.values() for taker in some if taker.id not in gone)
        return gone

    def _products(self) -> dict[str, int | None]:
        """The weight of a claim about a claim that counts: their product on the same question, else its own."""
        found: dict[str, int | None] = {}
        for statement in self.statements:
            chain = [statement]
            while chain[-1].id in self._rooted and chain[-1].about is not None and chain[-1].about not in found:
                chain.append(self.by_id[chain[-1].about])
            for claim in reversed(chain):
                found[claim.id] = self._product(claim, found)
        return found

    def _product(self, claim: Statement, found: Mapping[str, int | None]) -> int | None:
        weight = _WEIGHT[claim.stance]
        if claim.id not in self._rooted or claim.id in self._gone:
            return None
        if claim.about is None or claim.stance == Stance.RETRACTS:
            return weight
        other = found[claim.about]
        if other is None:
            return None
        same = self.question(claim) == self.question(self.by_id[claim.about])
        return weight * other if same else weight


def _own_question(statement: Statement) -> Question | None:
    if statement.aspect is None:
        return None
    return Question(statement.aspect, statement.measure, statement.of, statement.unit)


def steps_of(claims: Iterable[Statement], weights: Weights) -> dict[str | None, list[Step]]:
    """Each party's claims on a question in the order they count, split where it changes its mind.

    A party that addresses the question before it takes a position begins neutral; later neutral claims change nothing.
    """
    parties: defaultdict[str | None, list[tuple[tuple[object, ...], Statement, int]]] = defaultdict(list)
    for claim in claims:
        weight = weights.of[claim.id]
        if weight is not None:
            parties[claim.party].append((lateness(claim, weight), claim, weight))
    return {
        party: _steps([(claim, weight) for _, claim, weight in sorted(found, key=lambda one: one[0])], weights)
        for party, found in parties.items()
    }


def _steps(ordered: Sequence[tuple[Statement, int]], weights: Weights) -> list[Step]:
    """The steps of one party, from its claims in the order they count."""
    runs: list[tuple[int, list[Statement]]] = []
    stated = False
    for claim, weight in ordered:
        if runs and weight == 0 and runs[-1][0] != 0:
            continue
        if weight == OPPOSE and stated and runs[-1][0] == SUPPORT and weights.answers_others(claim):
            continue
        if runs and runs[-1][0] == weight:
            runs[-1][1].append(claim)
        else:
            runs.append((weight, [claim]))
            stated = False
        stated = stated or (weight == SUPPORT and claim.figure is not None)
    steps: list[Step] = []
    for weight, run in runs:
        steps += _moves(run) if weight == SUPPORT else [Step(weight, run)]
    return steps


def _moves(run: Sequence[Statement]) -> list[Step]:
    """Split support where later figures or culprits replace earlier ones; those of the same day are combined."""
    if len(run) == 1 or not any(claim.figure is not None or claim.names for claim in run):
        return [Step(SUPPORT, run, run[0].figure, run[0].names)]
    steps = [Step(SUPPORT, ())]
    for _, group in groupby(run, key=lambda claim: claim.day):
        said = list(group)
        now, figure, names = steps[-1], together(said), _named(said)
        moved = (figure and now.figure and measured(figure) != measured(now.figure)) or (
            names and now.names and set(names) != set(now.names)
        )
        if moved:
            held = [*now.carried, *now.claims]
            carried = [
                claim
                for claim in held
                if (figure is None and claim.figure is not None) or (not names and bool(claim.names))
            ]
            steps.append(Step(SUPPORT, said, figure or now.figure, names or now.names, carried))
        else:
            steps[-1] = replace(now, claims=[*now.claims, *said], figure=figure or now.figure, names=names or now.names)
    return steps


def measured(figure: Figure) -> tuple[float, float, float | None]:
    """The identity of a figure: its span, and its best number if it lies within."""
    low, high = figure.span
    return low, high, low if low == high else figure.best


def together(claims: Iterable[Statement]) -> Figure | None:
    """The figures of one day combined, from the lowest low to the highest high."""
    figures = list(dict.fromkeys(claim.figure for claim in claims if claim.figure is not None))
    if len(figures) < 2:  # noqa: PLR2004 - one stands as it was given
        return figures[0] if figures else None
    lows = [figure.span[0] for figure in figures]
    highs = [figure.span[1] for figure in figures]
    from_open = any(figure.low is None and figure.best is None for figure in figures)
    to_open = any(figure.high is None and figure.best is None for figure in figures)
    best = {figure.best for figure in figures}
    return Figure(
        None if from_open else min(lows), best.pop() if len(best) == 1 else None, None if to_open else max(highs)
    )


def _named(claims: Iterable[Statement]) -> tuple[Culprit, ...]:
    found = {culprit.id: culprit for claim in claims for culprit in claim.names}
    return tuple([found[id_] for id_ in sorted(found)])


def position_history(statements: Sequence[Statement], question: Question) -> dict[str | None, list[HeldPosition]]:
    """All positions of each party on the question, first to last; parties by id, unnamed speakers last.

    Each step except the first is a change from the previous step, made by the claim `since`.
    """
    weights = Weights(statements)
    return _position_history(weights.questions().get(question, []), weights)


def _position_history(claims: Sequence[Statement], weights: Weights) -> dict[str | None, list[HeldPosition]]:
    """The same from the claims on the question."""
    if len(claims) == 1:
        stands = _history(claims, weights)
        return {claims[0].party: stands} if stands else {}
    parties = sorted({claim.party for claim in claims}, key=lambda party: (party is None, party or ""))
    found = {party: _history([claim for claim in claims if claim.party == party], weights) for party in parties}
    return {party: stands for party, stands in found.items() if stands}


def joint_position_history(
    statements: Sequence[Statement], question: Question, speakers: Container[str | None]
) -> list[HeldPosition]:
    """Like `position_history`, for some speakers only, treated as one party regardless of their own."""
    taken = [s._replace(party=_THEM) if s.speaker is not None and s.speaker in speakers else s for s in statements]
    weights = Weights(statements)
    own = {s.id for s in weights.questions().get(question, []) if s.speaker is not None and s.speaker in speakers}
    renamed = _Renamed(weights, taken)
    stands = _history([s for s in taken if s.id in own], renamed)
    return [replace(stand, party=None) for stand in stands]


class _Renamed(Weights):
    """The same weights, with some speakers treated as one party."""

    def __init__(self, weights: Weights, taken: Sequence[Statement]) -> None:
        self.statements, self.by_id = taken, {statement.id: statement for statement in taken}
        self.guessed, self.linked = weights.guessed, weights.linked
        self.of, self.retractions = weights.of, weights.retractions


def latest_positions(statements: Sequence[Statement], question: Question) -> list[HeldPosition]:
    """The final position of each party that addresses the question; parties by id, unnamed speakers last."""
    return [steps[-1] for steps in position_history(statements, question).values()]


def latest_positions_by_question(weights: Weights) -> dict[Question, list[HeldPosition]]:
    """The final positions on each question with claims; questions in order."""
    questions = sorted(weights.questions().items(), key=lambda one: one[0].order)
    return {
        question: [steps[-1] for steps in _position_history(claims, weights).values()] for question, claims in questions
    }


def questions_of(statements: Sequence[Statement]) -> list[Question]:
    """The questions with claims, in order."""
    return sorted(Weights(statements).questions(), key=lambda question: question.order)


def _history(claims: Sequence[Statement], weights: Weights) -> list[HeldPosition]:
    """A party's positions, first to last; a change caused by a retraction is a step too."""
    if len(claims) == 1 and not weights.linked:  # the most common case
        (claim,) = claims
        return [_stand(_moves(claims)[0] if weights.of[claim.id] == SUPPORT else Step(_WEIGHT[claim.stance], claims))]
    taken = sorted((s for s in claims if s.id in weights.retractions), key=lambda s: lateness(s, 0))
    gone = {s.about for s in taken}
    counting = [s for s in claims if weights.of[s.id] is not None or s.id in gone]
    if not taken:
        return [_stand(step) for step in _of_one(counting, weights)]
    stands: list[HeldPosition] = []
    late = {s.id: lateness(s, 0) for s in (*counting, *taken)}
    for number, until in enumerate([*taken, None]):
        withdrawn = {s.about for s in taken[:number]}
        reached = [s for s in counting if s.id not in withdrawn and (until is None or late[s.id] <= late[until.id])]
        steps = [_stand(step) for step in _of_one(reached, weights)]
        if number:
            by, last = taken[number - 1], stands[-1] if stands else None
            steps = _after(steps, by, last, {s.id for s in counting if late[s.id] > late[by.id]})
        stands += steps
    return stands


def _after(
    steps: Sequence[HeldPosition], by: Statement, last: HeldPosition | None, later: Container[str]
) -> list[HeldPosition]:
    """What a retraction and the later claims change, compared with the position before it."""
    held = [stand for stand in steps if stand.since not in later]
    left = held[-1] if held else HeldPosition(by.party, Position.NEUTRAL, by.id, ())
    moved = last is None or (left.position, left.figure, left.names) != (last.position, last.figure, last.names)
    found = [replace(left, since=by.id, claims=(by.id, *(id_ for id_ in left.claims if id_ != by.id)))] if moved else []
    return [*found, *(stand for stand in steps if stand.since in later)]


def _of_one(claims: Sequence[Statement], weights: Weights) -> list[Step]:
    """The steps of one party as if none of these claims had been retracted."""
    found = []
    for claim in claims:
        weight = weights.of[claim.id]
        if weight is None:
            weight = _WEIGHT[claim.stance]
        found.append((lateness(claim, weight), claim, weight))
    return _steps([(claim, weight) for _, claim, weight in sorted(found, key=lambda one: one[0])], weights)


def _stand(step: Step) -> HeldPosition:
    first = step.claims[0]
    names = tuple([culprit.id for culprit in step.names])
    ids = tuple([claim.id for claim in step.claims])
    return HeldPosition(first.party, _POSITION[step.weight], first.id, ids, step.figure, names)
