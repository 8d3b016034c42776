"""Judgement: the dossier's tables, and each rule on the smallest case that shows it."""

from datetime import date

import pytest

from api.domain.assessment import Assessment, assess
from api.domain.positions import HeldPosition, latest_positions, position_history
from api.domain.statements import Question, Statement, decode, encode, said, said_by
from api.domain.vocabulary import Aspect, Known, Position, Stance, Status, Undated
from tests.support.battle import RECORDED_ON, claims, statement

CONTROL = Aspect.CONTROL


def known(event: str, as_of: str | None, *, context: bool, match: Known = Known.POSSIBLE) -> list[Statement]:
    day = date.fromisoformat(as_of).toordinal() if as_of else None
    return said_by(claims(event, context=context), day, match, Undated.EXCLUDE)


def judged(statements: list[Statement], aspect: str = "control") -> Assessment | None:
    return next((assessment for assessment in assess(statements) if assessment.aspect == aspect), None)


def answer(statements: list[Statement], aspect: str = "control") -> tuple[str, str, bool] | None:
    """Status, the claims it rests on and whether it hinges on inferred ones."""
    found = judged(statements, aspect)
    return (found.status.value, " ".join(found.because), found.inferred) if found else None


def about(*lines: str) -> list[Statement]:
    return [statement(line) for line in lines]


@pytest.mark.parametrize(
    ("event", "aspect", "expected"),
    [
        ("capture-of-lysychansk", "control", ("conceded", "s01a s01b s01c s14a", False)),
        ("capture-of-lysychansk", "intent", ("unaddressed", "s14b", False)),  # a pledge takes no position
        ("battle-of-lysychansk", "occurrence", ("unaddressed", "s17a", False)),
        ("battle-of-lysychansk", "intent", ("claimed", "s17a s17b", False)),  # Beale speaks about the silence
        ("capture-of-luhansk-oblast", "control", ("disputed", "s15a s16a s13a", False)),
        ("ukrainian-withdrawal-begins", "withdrawal", ("disputed", "s07a s09c", True)),
        ("activity-at-gelatin-plant", "occurrence", ("corroborated", "s03a s03b s03c", False)),
        ("separatist-entry", "occurrence", ("unaddressed", "s04c", False)),
        ("ukrainian-airstrikes", "occurrence", ("claimed", "s08a", False)),
        ("ukrainian-airstrikes", "quantity", ("claimed", "s08b", False)),
        ("initial-armoured-assault", "occurrence", ("claimed", "s02a", False)),
        ("ukrainian-retreat", "assessment", ("claimed", "s05e", False)),
        ("refinery-entry", "control", None),
    ],
)
def test_statuses_of_the_excerpt(event: str, aspect: str, expected: tuple[str, str, bool] | None) -> None:
    assert answer(claims(event, context=False), aspect) == expected


@pytest.mark.parametrize(
    ("match", "as_of", "expected"),
    [
        (Known.POSSIBLE, "2022-07-01", None),
        (Known.POSSIBLE, "2022-07-02", ("conceded", "s01a s01b s01c s14a", False)),
        (Known.CERTAIN, "2022-07-02", None),
        (Known.CERTAIN, "2022-07-03", ("claimed", "s01a s01b", False)),
        (Known.CERTAIN, "2025-12-31", ("claimed", "s01a s01b", False)),
        (Known.CERTAIN, "2026-01-01", ("conceded", "s01a s01b s01c s14a", False)),
    ],
)
def test_the_excerpt_leaves_the_days_of_the_capture_open(
    match: Known, as_of: str, expected: tuple[str, str, bool] | None
) -> None:
    assert answer(known("capture-of-lysychansk", as_of, context=False, match=match)) == expected


@pytest.mark.parametrize(
    ("event", "aspect", "as_of", "expected"),
    [
        ("capture-of-lysychansk", "control", "2022-07-01", None),
        ("capture-of-lysychansk", "control", "2022-07-02", ("disputed", "c07 c09 c10 s01b s01c", False)),
        ("capture-of-lysychansk", "control", "2022-07-03", ("conceded", "c07 c09 c10 s01b s01c c11 s01a s14a", False)),
        ("capture-of-lysychansk", "withdrawal", "2022-07-03", ("conceded", "c12 c13", False)),
        ("capture-of-luhansk-oblast", "control", "2022-07-02", None),
        ("capture-of-luhansk-oblast", "control", "2022-07-04", ("claimed", "s15a", False)),
        ("capture-of-luhansk-oblast", "control", "2022-07-06", ("disputed", "s15a c14 s16a", False)),
        ("capture-of-luhansk-oblast", "control", None, ("disputed", "s15a c14 s16a s13a", False)),
        ("capture-of-gelatin-plant", "control", "2022-07-01", ("disputed", "c05 s11b", False)),
        ("activity-at-gelatin-plant", "occurrence", "2022-06-25", ("corroborated", "s03a s03b s03c", False)),
        ("ukrainian-withdrawal-begins", "withdrawal", "2022-06-28", ("claimed", "c01 s07a", False)),
        ("ukrainian-withdrawal-begins", "withdrawal", "2022-06-30", ("disputed", "c01 s07a s09c", True)),
        ("encirclement-of-lysychansk", "occurrence", "2022-07-01", ("claimed", "s11d", False)),
        ("encirclement-of-lysychansk", "occurrence", "2022-07-02", ("disputed", "s11d c08", False)),
        ("ukrainian-retreat", "assessment", None, ("disputed", "c03 s05e", False)),
        ("refinery-entry", "control", None, ("conceded", "c04", False)),
    ],
)
def test_statuses_of_both_datasets(
    event: str, aspect: str, as_of: str | None, expected: tuple[str, str, bool] | None
) -> None:
    assert answer(known(event, as_of, context=True), aspect) == expected


def test_before_the_first_claim_nothing_is_judged() -> None:
    assert assess(known("capture-of-lysychansk", "2022-07-01", context=True)) == []


def test_assessments_stand_in_the_vocabularys_order() -> None:
    found = [assessment.aspect for assessment in assess(claims("capture-of-lysychansk", context=True))]
    assert found == [Aspect.CONTROL, Aspect.WITHDRAWAL, Aspect.INTENT]


def test_the_capture_party_by_party() -> None:
    assert latest_positions(known("capture-of-lysychansk", "2022-07-02", context=True), Question(CONTROL)) == [
        HeldPosition("isw", Position.SUPPORT, "c09", ("c09", "c10")),
        HeldPosition("russian-side", Position.SUPPORT, "s01b", ("s01b",)),
        HeldPosition("ukrainian-side", Position.OPPOSE, "c07", ("c07", "s01c")),
    ]


def test_position_changes_name_party_day_and_claim() -> None:
    assert position_history(claims("capture-of-lysychansk", context=True), Question(CONTROL)) == {
        "isw": [HeldPosition("isw", Position.SUPPORT, "c09", ("c09", "c10"))],
        "russian-side": [HeldPosition("russian-side", Position.SUPPORT, "s01b", ("s01b", "s01a"))],
        "ukrainian-side": [
            HeldPosition("ukrainian-side", Position.OPPOSE, "c07", ("c07", "s01c", "c11")),
            HeldPosition("ukrainian-side", Position.SUPPORT, "s14a", ("s14a",)),
        ],
    }


def test_a_party_that_was_silent_first_begins_neutral_and_nobody_named_comes_last() -> None:
    spoken = about(
        "a - asserts control 2022-07-01",
        "b haidai silent control 2022-07-01",
        "c haidai denies control 2022-07-02",
        "d haidai silent control 2022-07-03",
        "e reuters cannot_confirm control 2022-07-01",
    )
    assert position_history(spoken, Question(CONTROL)) == {
        "reuters": [HeldPosition("reuters", Position.NEUTRAL, "e", ("e",))],
        "ukrainian-side": [
            HeldPosition("ukrainian-side", Position.NEUTRAL, "b", ("b",)),
            HeldPosition("ukrainian-side", Position.OPPOSE, "c", ("c",)),
        ],
        None: [HeldPosition(None, Position.SUPPORT, "a", ("a",))],
    }


@pytest.mark.parametrize(
    ("match", "undated", "day", "expected"),
    [
        (Known.POSSIBLE, Undated.EXCLUDE, "2022-07-01", "b c"),
        (Known.POSSIBLE, Undated.EXCLUDE, "2022-07-02", "a b c d"),
        (Known.POSSIBLE, Undated.INCLUDE, "2022-07-01", "b c e"),
        (Known.CERTAIN, Undated.EXCLUDE, "2022-07-02", "c"),
        (Known.CERTAIN, Undated.INCLUDE, "2022-07-03", "a b c e"),
        (Known.CERTAIN, Undated.EXCLUDE, RECORDED_ON.isoformat(), "a b c d"),
        (Known.CERTAIN, Undated.EXCLUDE, None, "a b c d e"),
    ],
)
def test_claims_said_by_a_day(match: Known, undated: Undated, day: str | None, expected: str) -> None:
    spoken = about(
        "a lpr asserts control [2022-07-02..2022-07-03]",
        "b lpr asserts control [..2022-07-03]",
        "c lpr asserts control 2022-07-01",
        "d lpr asserts control [2022-07-02..]",
        "e lpr asserts control -",
    )
    by = date.fromisoformat(day).toordinal() if day else None
    assert " ".join(s.id for s in said_by(spoken, by, match, undated)) == expected


def test_an_open_end_never_closes_before_it_began() -> None:
    assert said(date(2027, 5, 1), None, RECORDED_ON).latest == date(2027, 5, 1).toordinal()


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2022-07-01", "2022-07-02"),
        ("[2022-07-01..2022-07-09]", "2022-07-02"),
        ("2022-07-02", "[2022-07-02..2022-07-03]"),
        ("[2022-07-02..2030]", "[2022-07-02..]"),
        ("[..2022-07-03]", "2022-01-01"),
        ("-", "0001"),
        ("[..2022-07-02]", "[..2022-07-03]"),
    ],
)
def test_the_later_word_of_a_party_counts(earlier: str, later: str) -> None:
    for first, last, status in [("asserts", "denies", "denied"), ("denies", "asserts", "claimed")]:
        spoken = about(f"a reuters {first} control {earlier}", f"b reuters {last} control {later}")
        assert answer(spoken) == (status, "b", False)


@pytest.mark.parametrize("day", ["2022-07-02", "[2022-07-02..]", "[..2022-07-02]", "2022-07", "-"])
def test_on_one_date_opposition_counts_after_support_and_concession_last(day: str) -> None:
    opposed = about(f"a haidai denies control {day}", f"b haidai asserts control {day}")
    assert answer(opposed) == ("denied", "a", False)
    conceded = about(f"b haidai concedes control {day}", f"c haidai denies control {day}")
    assert answer(conceded) == ("conceded", "b c", False)


def test_open_ends_are_the_same_date_whenever_their_datasets_were_recorded() -> None:
    denial, concession = about("a haidai denies control [2022-07-02..]", "b haidai concedes control [2022-07-02..]")
    assert denial.latest is not None
    assert answer([denial._replace(latest=denial.latest + 99), concession]) == ("conceded", "a b", False)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # A side that comes round concedes, however it says it; anybody else only by conceding.
        (["a haidai denies control 2022-07-01", "b haidai asserts control 2022-07-02"], ("conceded", "a b", False)),
        (["a isw denies control 2022-07-01", "b isw asserts control 2022-07-02"], ("claimed", "b", False)),
        (["a isw denies control 2022-07-01", "b isw concedes control 2022-07-02"], ("conceded", "a b", False)),
        (["a isw concedes control 2022-07-01", "b isw asserts control 2022-07-02"], ("conceded", "a b", False)),
        # A concession taken back is none.
        (["a isw concedes control 2022-07-01", "b isw denies control 2022-07-02"], ("denied", "b", False)),
        # It ends the opposition of its own party only.
        (
            [
                "a haidai denies control 2022-07-01",
                "b haidai concedes control 2022-07-02",
                "c isw doubts control 2022-07-01",
            ],
            ("disputed", "a c b", False),
        ),
        # One side is one voice, two are two; a narrator is none, nobody named is one.
        (["a lpr asserts control -", "b russia asserts control -"], ("claimed", "a b", False)),
        (["a lpr asserts control -", "b isw asserts control -"], ("corroborated", "a b", False)),
        (["a wikipedia asserts control -", "b isw asserts control -"], ("claimed", "a b", False)),
        (["a - asserts control -", "b - asserts control -"], ("claimed", "a b", False)),
        (["a - asserts control -", "b isw asserts control -"], ("corroborated", "a b", False)),
        (["a -(isw) asserts control -", "b isw asserts control -"], ("claimed", "a b", False)),
        # An instrument is enough, relayed or not, but not once it is superseded.
        (["a nasa-firms asserts control -"], ("corroborated", "a", False)),
        (["a nasa-firms(wikipedia) asserts control -"], ("corroborated", "a", False)),
        (["a nasa-firms asserts control -", "b nasa denies control 2022-07-01"], ("denied", "b", False)),
    ],
)
def test_status_by_positions_and_voices(lines: list[str], expected: tuple[str, str, bool]) -> None:
    assert answer(about(*lines)) == expected


@pytest.mark.parametrize(
    ("speakers", "status"),
    [
        (["observers(isw)", "isw"], "claimed"),
        (["observers(isw)", "beale(isw)"], "claimed"),
        (["observers(isw)", "beale(reuters)"], "corroborated"),
        (["observers", "observers(isw)", "observers(reuters)"], "claimed"),
        (["observers(isw)", "observers(reuters)"], "claimed"),
        (["observers(isw)", "observers(reuters)", "isw"], "claimed"),
        (["observers", "beale", "observers(reuters)", "beale(reuters)"], "corroborated"),
        (["observers(wikipedia)", "isw"], "claimed"),
        (["haidai(isw)", "isw"], "corroborated"),
        (["haidai(isw)", "zelenskyy(reuters)"], "claimed"),
        (["observers(haidai)", "zelenskyy"], "claimed"),
        (["observers(haidai)", "miroshnik"], "corroborated"),
    ],
)
def test_copies_of_one_report_are_one_voice(speakers: list[str], status: str) -> None:
    found = judged(about(*(f"{number} {who} asserts control -" for number, who in enumerate(speakers))))
    assert found
    assert found.status.value == status


@pytest.mark.parametrize(
    ("lines", "aspect", "expected"),
    [
        # On the same aspect by the product, over any number of claims.
        (["a haidai denies control -", "b isw[a] doubts control -"], "control", ("disputed", "a b", False)),
        (["a haidai asserts control -", "b isw[a] doubts control -"], "control", ("disputed", "a b", False)),
        (["a haidai denies control -", "b isw[a] corroborates control -"], "control", ("denied", "a b", False)),
        (
            ["a haidai denies control -", "b isw[a] doubts control -", "c lpr[b] denies control -"],
            "control",
            ("disputed", "a b c", False),
        ),
        (["a haidai silent control -", "b isw[a] denies control -"], "control", ("unaddressed", "a b", False)),
        # On another aspect for itself, and with what it is about among its grounds.
        (["a haidai denies control -", "b isw[a] asserts intent -"], "intent", ("claimed", "a b", False)),
        # A claim about what is not there, or about itself in the end, does not count.
        (["b isw[a] asserts control -"], "control", ("unaddressed", "b", False)),
        (["a isw[b] asserts intent -", "c lpr[a] asserts control -"], "control", ("unaddressed", "c", False)),
        (["a isw[b] asserts control -", "b lpr[a] asserts control -"], "control", ("unaddressed", "a b", False)),
        (
            ["a isw[b] asserts control -", "b lpr[a] denies control -", "c lpr[b] denies control -"],
            "control",
            ("unaddressed", "a b c", False),
        ),
        (["a isw[a] asserts control -", "b lpr asserts control -"], "control", ("claimed", "b", False)),
        # What was said about a claim stands when that claim is superseded.
        (
            [
                "a haidai denies control 2022-07-01",
                "b isw[a] doubts control 2022-07-02",
                "c haidai concedes control 2022-07-03",
            ],
            "control",
            ("conceded", "a b c", False),
        ),
    ],
)
def test_claims_about_claims(lines: list[str], aspect: str, expected: tuple[str, str, bool]) -> None:
    assert answer(about(*lines), aspect) == expected


def test_a_claim_about_another_events_claim_counts_for_itself_once_that_is_said() -> None:
    (other,) = about("a haidai denies control -")
    spoken = about("b isw[a] doubts control -")
    assert answer(spoken) == ("unaddressed", "b", False)
    assert answer([other._replace(aspect=None), *spoken]) == ("denied", "a b", False)
    assert [assessment.aspect for assessment in assess([other._replace(aspect=None), *spoken])] == [CONTROL]


def test_an_earlier_support_among_the_grounds_brings_the_opposition_in_between() -> None:
    spoken = about(
        "a isw concedes control 2022-07-01",
        "b isw denies control 2022-07-02",
        "c isw asserts control 2022-07-03",
        "d reuters[a] corroborates control 2022-07-01",
    )
    assert answer(spoken) == ("corroborated", "a d b c", False)


@pytest.mark.parametrize(
    ("lines", "inferred"),
    [
        (["a lpr asserts control -", "b* isw asserts control -"], True),
        (["a lpr asserts control -", "b* russia asserts control -"], False),
        (["a* lpr asserts control -"], True),
        (["a* lpr silent control -"], True),
        (["a lpr asserts control -", "b* isw silent control -"], False),
        (["a lpr asserts control -", "b* haidai denies control -", "c isw denies control -"], False),
        # Without the inferred claim what is about it does not count either.
        (["a lpr asserts control -", "b* haidai silent control -", "c isw[b] denies control -"], False),
        (["a lpr asserts control -", "b* haidai asserts intent -", "c isw[b] denies control -"], True),
    ],
)
def test_inferred_tells_that_the_status_hinges_on_inferred_claims(lines: list[str], inferred: bool) -> None:
    found = judged(about(*lines))
    assert found
    assert found.inferred is inferred


def test_statements_survive_the_round_trip_through_text() -> None:
    spoken = claims("capture-of-lysychansk", context=True)
    assert decode(encode(spoken)) == spoken
    assert decode(encode([spoken[0]._replace(aspect=None)])) == [spoken[0]._replace(aspect=None)]
    assert {type(s.stance) for s in decode(encode(spoken))} == {Stance}
    assert decode(encode([])) == []
    assert encode(about("a - silent control -")) == '[[0,0,1],["a",null,"","silent","control",null,null,null,null,0]]'


def test_every_status_can_be_reached() -> None:
    reached = {
        assessment.status
        for event in ("capture-of-lysychansk", "capture-of-luhansk-oblast", "activity-at-gelatin-plant")
        for assessment in assess(claims(event, context=True))
    }
    reached |= {assessment.status for assessment in assess(claims("separatist-entry", context=True))}
    reached |= {assessment.status for assessment in assess(about("a haidai denies control -"))}
    assert reached == set(Status)
