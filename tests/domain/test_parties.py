"""In whose name actors speak, by the dossier's actors and by the odd cases no dossier has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.parties import NOBODY, Parties, PartyAndVoice
from tests.support.battle import ACTORS, AFFILIATIONS, parties

OWN = {"kinds": {"a": "organisation", "b": "organisation", "c": "organisation"}}


@pytest.mark.parametrize(
    ("actor", "closure"),
    [
        ("russian-side", {"russian-side"}),
        ("russia", {"russia", "russian-side"}),
        ("shoigu", {"shoigu", "russian-defence-ministry", "russia", "russian-side"}),
        ("marchuk", {"marchuk", "belarusian-volunteers", "ukrainian-side"}),
        ("nasa-firms", {"nasa-firms", "nasa"}),
        ("isw", {"isw"}),
    ],
)
def test_an_actor_belongs_to_itself_and_to_all_above_it(actor: str, closure: set[str]) -> None:
    assert parties().closure(actor) == closure


@pytest.mark.parametrize(
    ("speaker", "via", "expected"),
    [
        ("miroshnik", None, PartyAndVoice("russian-side", "russian-side", instrument=False, sided=True)),
        ("ukrainian-officials", "isw", PartyAndVoice("ukrainian-side", "ukrainian-side", instrument=False, sided=True)),
        ("lysychansk-residents", "miroshnik", PartyAndVoice("lysychansk-residents", "russian-side", False, False)),
        ("lysychansk-residents", None, PartyAndVoice("lysychansk-residents", "lysychansk-residents", False, False)),
        ("nasa-firms", "isw", PartyAndVoice("nasa", "isw", instrument=True, sided=False)),
        ("nasa-firms", None, PartyAndVoice("nasa", "nasa", instrument=True, sided=False)),
        ("wikipedia", None, PartyAndVoice("wikipedia", None, instrument=False, sided=False)),
        ("wikipedia", "isw", PartyAndVoice("wikipedia", None, instrument=False, sided=False)),
        ("observers", "wikipedia", PartyAndVoice("observers", None, instrument=False, sided=False)),
        ("haidai", "wikipedia", PartyAndVoice("ukrainian-side", "ukrainian-side", instrument=False, sided=True)),
        (None, None, PartyAndVoice(None, NOBODY, instrument=False, sided=False)),
        (None, "isw", PartyAndVoice(None, "isw", instrument=False, sided=False)),
        (None, "wikipedia", PartyAndVoice(None, None, instrument=False, sided=False)),
    ],
)
def test_party_and_voice_of_a_speaker(speaker: str | None, via: str | None, expected: PartyAndVoice) -> None:
    assert parties().of(speaker, via) == expected


def test_an_alliance_transfers_nothing() -> None:
    allied = Parties(ACTORS | {"belarus": "state"}, [*AFFILIATIONS, ("belarus", "allied_with", "russia")])
    assert allied.party("belarus") == "belarus"


def test_a_member_of_an_aggregator_is_not_a_voice() -> None:
    kinds = {"desk": "organisation", "database": "aggregator", "witness": "civilians"}
    mine = Parties(kinds, [("desk", "part_of", "database")])
    assert mine.of("desk").voice is None
    assert mine.of("witness", "desk").voice is None
    assert mine.of("witness").voice == "witness"


def test_another_datasets_name_for_a_state_speaks_for_its_side() -> None:
    mapped = Parties(ACTORS | {"ucdp-russia": "state"}, [*AFFILIATIONS, ("ucdp-russia", "same_as", "russia")])
    assert mapped.party("ucdp-russia") == "russian-side"


def test_the_smallest_id_of_several_sides_or_outermost_actors_counts() -> None:
    kinds = {"x": "person", "b": "side", "a": "side", "z": "organisation", "y": "organisation"}
    assert Parties(kinds, [("x", "member_of", "b"), ("x", "member_of", "a")]).party("x") == "a"
    assert Parties(kinds, [("x", "member_of", "z"), ("x", "member_of", "y")]).party("x") == "y"
    assert Parties(kinds, [("x", "member_of", "y"), ("x", "member_of", "b")]).party("x") == "b"


def test_the_outermost_of_nested_sides_counts() -> None:
    kinds = {"x": "person", "a": "side", "b": "side"}
    nested = Parties(kinds, [("x", "member_of", "a"), ("a", "part_of", "b")])
    assert nested.party("x") == nested.party("a") == nested.party("b") == "b"


def test_a_circle_of_belonging_is_one_party() -> None:
    circle = Parties(OWN["kinds"], [("b", "same_as", "a"), ("a", "same_as", "b"), ("c", "part_of", "b")])
    assert [circle.party(actor) for actor in "abc"] == ["a", "a", "a"]


PAIRS = st.lists(st.tuples(st.sampled_from("abcdef"), st.just("part_of"), st.sampled_from("abcdef")), max_size=14)


@given(PAIRS, st.sets(st.sampled_from("abcdef"), max_size=2))
def test_any_tangle_of_belonging_gives_everyone_a_party_above_them(
    affiliations: list[tuple[str, str, str]], sides: set[str]
) -> None:
    tangle = Parties({actor: "side" if actor in sides else "organisation" for actor in "abcdef"}, affiliations)
    for actor in "abcdef":
        party, closure = tangle.party(actor), tangle.closure(actor)
        assert party in closure
        assert (party in sides) == bool(closure & sides)
        assert tangle.party(party) == party
        for other in closure:
            assert tangle.closure(other) <= closure
