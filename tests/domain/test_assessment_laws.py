"""What holds of every judgement, whatever the claims."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain import assessment as a
from api.domain.assessment import Assessment, assess
from api.domain.positions import HeldPosition, Weights, latest_positions, position_history, questions_of
from api.domain.statements import Culprit, Figure, Question, Statement, all_said_by, decode, encode, said_by
from api.domain.vocabulary import OPPOSING, SUPPORTING, Aspect, Known, Position, Stance, Status, Undated
from tests.support.battle import parties

SPEAKERS = st.sampled_from(
    [None, "russia", "lpr", "haidai", "isw", "nasa", "nasa-firms", "observers", "reuters", "wikipedia"]
)
RELAYERS = st.sampled_from([None, None, "isw", "reuters", "miroshnik", "wikipedia"])
FIGURES = st.sampled_from(
    [
        Figure(10, None, None),
        Figure(None, 10, None),
        Figure(None, None, 10),
        Figure(None, 20, None),
        Figure(5, 10, 20),
        Figure(200, None, 300),
        Figure(3, 9, 6),
        Figure(-3, None, 0),
        Figure(None, None, -2),
    ]
)
ASPECTS = [Aspect.CONTROL, Aspect.CONTROL, Aspect.CASUALTIES, Aspect.ATTRIBUTION, Aspect.INTENT, None]
IDS = [f"c{number}" for number in range(9)]
NEUTRAL = sorted(set(Stance) - SUPPORTING - OPPOSING - {Stance.RETRACTS})
PLAIN = [Stance.ASSERTS, Stance.DENIES, Stance.CONCEDES]


@st.composite
def spans(draw: st.DrawFn) -> tuple[int | None, int | None, bool, bool]:
    """Earliest, latest, dated, ends_open; few different days, so that many dates are the same."""
    first, last = sorted([draw(st.integers(1, 3)), draw(st.integers(1, 3))])
    return draw(
        st.sampled_from(
            [
                (first, first, True, False),
                (first, first, True, False),
                (first, last, True, False),
                (None, last, True, False),
                (first, 9, True, True),
                (None, None, False, False),
            ]
        )
    )


def culprit(actor: str) -> Culprit:
    belongs = sorted(parties().closure(actor))
    return Culprit(actor, tuple(belongs), tuple(sorted(parties().sides(actor))))


@st.composite
def statements(
    draw: st.DrawFn,
    stances: list[Stance] | None = None,
    id_: str | None = None,
    about: st.SearchStrategy[str | None] | None = None,
) -> Statement:
    speaker, via = draw(SPEAKERS), draw(RELAYERS)
    standing = parties().of(speaker, via)
    earliest, latest, dated, ends_open = draw(spans())
    aspect = draw(st.sampled_from(ASPECTS))
    figure = draw(st.none() | FIGURES) if aspect in {Aspect.CASUALTIES, Aspect.CONTROL} else None
    of = draw(st.sampled_from([None, "lpr"])) if figure else None
    blamed = st.lists(st.sampled_from(["russia", "lpr", "haidai", "isw", "nasa"]), max_size=2, unique=True)
    names = tuple(map(culprit, sorted(draw(blamed)))) if aspect == Aspect.ATTRIBUTION else ()
    return Statement(
        id=id_ or draw(st.sampled_from(IDS)),
        party=standing.party,
        voice=standing.voice,
        instrument=standing.instrument,
        stance=draw(st.sampled_from(stances or [*PLAIN, *PLAIN, *Stance])),
        aspect=aspect,
        earliest=earliest,
        latest=latest,
        dated=dated,
        about=draw(about if about is not None else st.none() | st.sampled_from(IDS)),
        inferred=draw(st.sampled_from([False, False, False, True])),
        speaker=speaker,
        sided=standing.sided,
        ends_open=ends_open,
        figure=figure,
        measure=figure and "killed",
        of=of,
        unit=figure and "people",
        names=names,
        of_name=of and of.upper(),
    )


def events(max_size: int = 9) -> st.SearchStrategy[list[Statement]]:
    def unique(one: st.SearchStrategy[Statement]) -> st.SearchStrategy[list[Statement]]:
        return st.lists(one, min_size=1, max_size=max_size, unique_by=lambda s: s.id)

    return unique(statements()) | unique(statements(about=st.none())) | unique(statements(stances=PLAIN))


def by_question(spoken: list[Statement]) -> dict[Question, Assessment]:
    return {assessment.question: assessment for assessment in assess(spoken)}


@given(events())
def test_because_alone_gives_the_same_status(spoken: list[Statement]) -> None:
    for question, assessment in by_question(spoken).items():
        alone = [s for s in spoken if s.id in assessment.because]
        assert by_question(alone)[question].status == assessment.status
        assert len(alone) == len(assessment.because)


@given(events())
def test_because_holds_every_standing_position(spoken: list[Statement]) -> None:
    for question, assessment in by_question(spoken).items():
        for stand in latest_positions(spoken, question):
            if stand.position != Position.NEUTRAL:
                assert set(stand.claims) <= set(assessment.because)


@given(events().flatmap(lambda spoken: st.tuples(st.just(spoken), st.permutations(spoken))))
def test_the_order_of_claims_does_not_matter(both: tuple[list[Statement], list[Statement]]) -> None:
    spoken, shuffled = both
    assert assess(shuffled) == assess(spoken)
    for question in questions_of(spoken):
        assert list(position_history(shuffled, question).items()) == list(position_history(spoken, question).items())


@given(events())
def test_how_large_figures_are_does_not_matter_while_their_order_is_the_same(spoken: list[Statement]) -> None:
    """Loads judge events once whose figures stand in the same order; nought stays nought, which a figure may imply."""

    def stretched(figure: Figure) -> Figure:
        return Figure(*(number and number * abs(number) for number in figure))

    larger = [s._replace(figure=s.figure and stretched(s.figure)) for s in spoken]
    assert assess(larger) == assess(spoken)


@given(events(), statements(stances=NEUTRAL, id_="neutral"))
def test_a_neutral_claim_never_changes_a_status_that_rests_on_positions(
    spoken: list[Statement], neutral: Statement
) -> None:
    after = by_question([*spoken, neutral])
    for question, assessment in by_question(spoken).items():
        if assessment.status != Status.UNADDRESSED:
            assert after[question].status == assessment.status
            assert after[question].because == assessment.because


@given(events(), st.data())
def test_a_copy_of_a_report_never_corroborates(spoken: list[Statement], data: st.DataObject) -> None:
    original = data.draw(st.sampled_from(spoken))
    relayer = data.draw(st.sampled_from(["isw", "reuters", "miroshnik", "wikipedia"]))
    copied = original.voice
    if copied is not None and original.speaker is not None:
        copied = data.draw(st.sampled_from([copied, parties().of(original.speaker, relayer).voice]))
    before = by_question(spoken)
    for question, assessment in by_question([*spoken, original._replace(id="copy", voice=copied)]).items():
        if assessment.status == Status.CORROBORATED:
            assert before[question].status == Status.CORROBORATED


@given(events())
def test_a_dispute_needs_two_parties_and_no_other_status_has_both(spoken: list[Statement]) -> None:
    for question, assessment in by_question(spoken).items():
        standing = [stand for stand in latest_positions(spoken, question) if stand.position != Position.NEUTRAL]
        taken = {stand.position for stand in standing}
        if len(taken) == 2:
            assert assessment.status == Status.DISPUTED
        if assessment.status == Status.DISPUTED:
            assert len(standing) > 1
            assert len(taken) == 2 or any(stand.figure or stand.names for stand in standing)
        assert (assessment.status == Status.DENIED) == (taken == {Position.OPPOSE})
        assert (assessment.status == Status.UNADDRESSED) == (not taken)


@given(events())
def test_one_party_alone_is_corroborated_only_by_an_instrument(spoken: list[Statement]) -> None:
    alone = [s._replace(party="isw", voice="isw", instrument=False, sided=False) for s in spoken]
    assert Status.CORROBORATED not in {assessment.status for assessment in assess(alone)}
    assert Status.DISPUTED not in {assessment.status for assessment in assess(alone)}


@given(events())
def test_inferred_is_what_leaving_the_inferred_claims_out_changes(spoken: list[Statement]) -> None:
    without = by_question([s for s in spoken if not s.inferred])
    for question, assessment in by_question(spoken).items():
        same = question in without and without[question].status == assessment.status
        assert assessment.inferred == (not same)


@given(events())
def test_the_short_way_and_the_long_way_agree(spoken: list[Statement]) -> None:
    for claims in Weights(spoken).questions().values():
        short = a._plainly(claims)  # noqa: SLF001 - the point of the test
        if short is not None:
            status, count, grounds = a._in_full(claims, Weights(spoken))  # noqa: SLF001
            assert (status, count, sorted(s.id for s in grounds)) == (*short[:2], sorted(s.id for s in short[2]))


@given(events(), st.integers(0, 10), st.sampled_from(Undated))
def test_a_claim_certainly_said_is_possibly_said_and_stays_said(
    spoken: list[Statement], day: int, undated: Undated
) -> None:
    possible = said_by(spoken, day, Known.POSSIBLE, undated)
    certain = said_by(spoken, day, Known.CERTAIN, undated)
    assert set(certain) <= set(possible)
    assert set(possible) <= set(said_by(spoken, day + 1, Known.POSSIBLE, undated))
    assert set(certain) <= set(said_by(spoken, day + 1, Known.CERTAIN, undated))


@given(events(), st.integers(1, 12), st.sampled_from(Known), st.sampled_from(Undated))
def test_the_head_of_stored_statements_tells_whether_all_count(
    spoken: list[Statement], day: int, match: Known, undated: Undated
) -> None:
    assert all_said_by(encode(spoken), day, match, undated) == (said_by(spoken, day, match, undated) == spoken)


@given(events())
def test_each_step_of_a_party_moves_away_from_the_one_before(spoken: list[Statement]) -> None:
    back = {s.id for s in spoken if s.stance == Stance.RETRACTS}
    for question in questions_of(spoken):
        for party, steps in position_history(spoken, question).items():
            assert {stand.party for stand in steps} == {party}
            assert all(stand.since == stand.claims[0] for stand in steps)
            assert all(step.position != Position.NEUTRAL or step.since in back for step in steps[1:])
            assert all(before != after for before, after in pairwise(map(held, steps)))


def held(stand: HeldPosition) -> tuple[object, ...]:
    return stand.position, stand.figure, stand.names


@given(events(), st.data())
def test_disjoint_figures_of_two_parties_are_never_corroborated(spoken: list[Statement], data: st.DataObject) -> None:
    one, other = (
        data.draw(statements(stances=[Stance.ASSERTS], id_=id_, about=st.none()))._replace(
            aspect=Aspect.QUANTITY, measure="killed", of=None, unit="people", names=(), party=id_, figure=figure
        )
        for id_, figure in (("one", Figure(None, 10, None)), ("other", Figure(150, None, 250)))
    )
    assert by_question([*spoken, one, other])[Question(Aspect.QUANTITY, "killed", None, "people")].status == (
        Status.DISPUTED
    )


@given(events())
def test_a_party_never_disputes_itself(spoken: list[Statement]) -> None:
    alone = [s._replace(party="lpr", voice="lpr") for s in spoken]
    assert Status.DISPUTED not in {assessment.status for assessment in assess(alone)}


@given(events())
def test_a_figure_is_never_taken_back_by_denying_another_partys(spoken: list[Statement]) -> None:
    own = Statement(
        *("own", "cit", "cit", False, Stance.ASSERTS, Aspect.QUANTITY, 1, 1, True),
        figure=Figure(5, None, None),
        measure="killed",
        unit="people",
    )
    others = own._replace(id="others", party="usa", voice="usa", figure=Figure(None, 200, None))
    denial = own._replace(id="denial", stance=Stance.DENIES, earliest=2, latest=2, about="others", figure=None)
    question = Question(Aspect.QUANTITY, "killed", None, "people")
    stands = {stand.party: stand for stand in latest_positions([*spoken, own, others, denial], question)}
    assert (stands["cit"].position, stands["cit"].figure) == (Position.SUPPORT, Figure(5, None, None))


@given(events(), st.integers(1, 9))
def test_a_retraction_leaves_things_as_if_the_claim_had_not_been_made(spoken: list[Statement], number: int) -> None:
    taken = spoken[number % len(spoken)]
    linked = {s.about for s in spoken} | {s.id for s in spoken if s.stance == Stance.RETRACTS or s.about is not None}
    if taken.id in linked or taken.aspect is None or taken.stance == Stance.RETRACTS:
        return
    back = taken._replace(id="back", about=taken.id, stance=Stance.RETRACTS, figure=None, names=())
    without = by_question([s for s in spoken if s.id != taken.id])
    for question, assessment in by_question([*spoken, back]).items():
        expected = without[question].status if question in without else Status.UNADDRESSED
        assert assessment.status == expected
        if {taken.id, back.id} & set(assessment.because):
            assert {taken.id, back.id} <= set(assessment.because)


@pytest.mark.parametrize("length", [3_000, 3_001])
def test_a_long_chain_of_retractions_is_judged_from_its_end(length: int) -> None:
    plain = Statement("c0", "isw", "isw", False, Stance.ASSERTS, Aspect.CONTROL, 1, 1, True)
    back = plain._replace(stance=Stance.RETRACTS)
    chain = [plain, *(back._replace(id=f"c{n}", about=f"c{n - 1}") for n in range(1, length))]
    (found,) = assess(chain)
    assert found.status == (Status.CLAIMED if length % 2 else Status.UNADDRESSED)
    assert assess(list(reversed(chain))) == [found]


@given(events())
def test_any_statements_survive_the_round_trip_through_text(spoken: list[Statement]) -> None:
    assert decode(encode(spoken)) == spoken
