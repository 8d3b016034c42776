"""What holds of every judgement, whatever the claims."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.domain import assessment as a
from api.domain.assessment import (
    Assessment,
    Statement,
    all_said_by,
    assess,
    decode,
    encode,
    positions,
    said_by,
    trajectory,
)
from api.domain.vocabulary import OPPOSING, SUPPORTING, Aspect, Match, Position, Stance, Status, Undated
from tests.support.battle import standings

SPEAKERS = st.sampled_from(
    [None, "russia", "lpr", "haidai", "isw", "nasa", "nasa-firms", "observers", "reuters", "wikipedia"]
)
RELAYERS = st.sampled_from([None, None, "isw", "reuters", "miroshnik", "wikipedia"])
IDS = [f"c{number}" for number in range(9)]
NEUTRAL = sorted(set(Stance) - SUPPORTING - OPPOSING)
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


@st.composite
def statements(
    draw: st.DrawFn,
    stances: list[Stance] | None = None,
    id_: str | None = None,
    about: st.SearchStrategy[str | None] | None = None,
) -> Statement:
    speaker, via = draw(SPEAKERS), draw(RELAYERS)
    standing = standings().of(speaker, via)
    earliest, latest, dated, ends_open = draw(spans())
    return Statement(
        id=id_ or draw(st.sampled_from(IDS)),
        party=standing.party,
        voice=standing.voice,
        instrument=standing.instrument,
        stance=draw(st.sampled_from(stances or [*PLAIN, *PLAIN, *Stance])),
        aspect=draw(st.sampled_from([Aspect.CONTROL, Aspect.CONTROL, Aspect.CONTROL, Aspect.INTENT, None])),
        earliest=earliest,
        latest=latest,
        dated=dated,
        about=draw(about if about is not None else st.none() | st.sampled_from(IDS)),
        inferred=draw(st.sampled_from([False, False, False, True])),
        speaker=speaker,
        sided=standing.sided,
        ends_open=ends_open,
    )


def events(max_size: int = 9) -> st.SearchStrategy[list[Statement]]:
    def unique(one: st.SearchStrategy[Statement]) -> st.SearchStrategy[list[Statement]]:
        return st.lists(one, min_size=1, max_size=max_size, unique_by=lambda s: s.id)

    return unique(statements()) | unique(statements(about=st.none())) | unique(statements(stances=PLAIN))


def by_aspect(spoken: list[Statement]) -> dict[Aspect, Assessment]:
    return {assessment.aspect: assessment for assessment in assess(spoken)}


@given(events())
def test_because_alone_gives_the_same_status(spoken: list[Statement]) -> None:
    for aspect, assessment in by_aspect(spoken).items():
        alone = [s for s in spoken if s.id in assessment.because]
        assert by_aspect(alone)[aspect].status == assessment.status
        assert len(alone) == len(assessment.because)


@given(events())
def test_because_holds_every_standing_position(spoken: list[Statement]) -> None:
    for aspect, assessment in by_aspect(spoken).items():
        for stand in positions(spoken, aspect):
            if stand.position != Position.NEUTRAL:
                assert set(stand.claims) <= set(assessment.because)


@given(events().flatmap(lambda spoken: st.tuples(st.just(spoken), st.permutations(spoken))))
def test_the_order_of_claims_does_not_matter(both: tuple[list[Statement], list[Statement]]) -> None:
    spoken, shuffled = both
    assert assess(shuffled) == assess(spoken)
    assert list(trajectory(shuffled, Aspect.CONTROL).items()) == list(trajectory(spoken, Aspect.CONTROL).items())


@given(events(), statements(stances=NEUTRAL, id_="neutral"))
def test_a_neutral_claim_never_changes_a_status_that_rests_on_positions(
    spoken: list[Statement], neutral: Statement
) -> None:
    after = by_aspect([*spoken, neutral])
    for aspect, assessment in by_aspect(spoken).items():
        if assessment.status != Status.UNADDRESSED:
            assert after[aspect].status == assessment.status
            assert after[aspect].because == assessment.because


@given(events(), st.data())
def test_a_copy_of_a_report_never_corroborates(spoken: list[Statement], data: st.DataObject) -> None:
    original = data.draw(st.sampled_from(spoken))
    relayer = data.draw(st.sampled_from(["isw", "reuters", "miroshnik", "wikipedia"]))
    copied = original.voice
    if copied is not None and original.speaker is not None:
        copied = data.draw(st.sampled_from([copied, standings().of(original.speaker, relayer).voice]))
    before = by_aspect(spoken)
    for aspect, assessment in by_aspect([*spoken, original._replace(id="copy", voice=copied)]).items():
        if assessment.status == Status.CORROBORATED:
            assert before[aspect].status == Status.CORROBORATED


@given(events())
def test_a_dispute_needs_two_parties_and_no_other_status_has_both(spoken: list[Statement]) -> None:
    for aspect, assessment in by_aspect(spoken).items():
        taken = {stand.position for stand in positions(spoken, aspect)} - {Position.NEUTRAL}
        assert (assessment.status == Status.DISPUTED) == (len(taken) == 2)
        assert (assessment.status == Status.DENIED) == (taken == {Position.OPPOSE})
        assert (assessment.status == Status.UNADDRESSED) == (not taken)


@given(events())
def test_one_party_alone_is_corroborated_only_by_an_instrument(spoken: list[Statement]) -> None:
    alone = [s._replace(party="isw", voice="isw", instrument=False, sided=False) for s in spoken]
    assert Status.CORROBORATED not in {assessment.status for assessment in assess(alone)}
    assert Status.DISPUTED not in {assessment.status for assessment in assess(alone)}


@given(events())
def test_inferred_is_what_leaving_the_inferred_claims_out_changes(spoken: list[Statement]) -> None:
    without = by_aspect([s for s in spoken if not s.inferred])
    for aspect, assessment in by_aspect(spoken).items():
        same = aspect in without and without[aspect].status == assessment.status
        assert assessment.inferred == (not same)


@given(events())
def test_the_short_way_and_the_long_way_agree(spoken: list[Statement]) -> None:
    for aspect in (Aspect.CONTROL, Aspect.INTENT):
        claims = [s for s in spoken if s.aspect == aspect]
        short = a._plainly(claims)  # noqa: SLF001 - the point of the test
        if claims and short is not None:
            status, grounds = a._in_full(claims, spoken)  # noqa: SLF001
            assert (status, sorted(s.id for s in grounds)) == (short[0], sorted(s.id for s in short[1]))


@given(events(), st.integers(0, 10), st.sampled_from(Undated))
def test_what_was_certainly_said_was_possibly_said_and_stays_said(
    spoken: list[Statement], day: int, undated: Undated
) -> None:
    possible = said_by(spoken, day, Match.POSSIBLE, undated)
    certain = said_by(spoken, day, Match.CERTAIN, undated)
    assert set(certain) <= set(possible)
    assert set(possible) <= set(said_by(spoken, day + 1, Match.POSSIBLE, undated))
    assert set(certain) <= set(said_by(spoken, day + 1, Match.CERTAIN, undated))


@given(events(), st.integers(1, 12), st.sampled_from(Match), st.sampled_from(Undated))
def test_what_stands_before_statements_tells_whether_all_count(
    spoken: list[Statement], day: int, match: Match, undated: Undated
) -> None:
    assert all_said_by(encode(spoken), day, match, undated) == (said_by(spoken, day, match, undated) == spoken)


@given(events())
def test_each_step_of_a_party_moves_away_from_the_one_before(spoken: list[Statement]) -> None:
    for party, steps in trajectory(spoken, Aspect.CONTROL).items():
        assert {stand.party for stand in steps} == {party}
        assert all(stand.since == stand.claims[0] for stand in steps)
        moves = [stand.position for stand in steps]
        assert Position.NEUTRAL not in moves[1:]
        assert all(before != after for before, after in pairwise(moves))


@given(events())
def test_any_statements_survive_the_round_trip_through_text(spoken: list[Statement]) -> None:
    assert decode(encode(spoken)) == spoken
