"""Claims: what each filter finds in the dossier, on both databases."""

import pytest

from tests.support.live import Api, Params


def claims(labels: str) -> list[str]:
    """Ids of claims by their labels: `s…` of the excerpt, `c…` of the reports."""
    return [f"lysychansk-{'context-' if label.startswith('c') else ''}{label}" for label in labels.split()]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"event": "capture-of-lysychansk", "stance": ["denies", "concedes"]}, "c07 s01c c12 c13 s14a"),
        ({"speaker": "haidai"}, "c04 s12a s12b s12c s14a c14 s16a s16b"),
        ({"speaker": "ukraine"}, "s01c"),
        ({"via": "isw"}, "s03b c05"),
        ({"via": "wikipedia"}, "s04c"),
        ({"speaker": "isw", "dataset": "lysychansk"}, "s03c"),
        ({"party": "lpr"}, "s07a s01b"),
        ({"party": "russian-side"}, "s11c s07a s11a s11b s11d s11e s01b s01a s15a"),
        ({"party": "ukrainian-side", "aspect": "withdrawal"}, "c12 c13"),
        ({"about": "lysychansk-s07a"}, "c02"),
        ({"stance": "silent"}, "s17a s04c"),
        ({"aspect": "quantity"}, "s08b"),
        ({"certainty": "possible"}, "s17b"),
        ({"certainty": ["likely", "possible"]}, "s09a s09c c09 c10 s17b"),
        ({"inferred": True}, "s09c s12b s12c"),
        ({"location": "lysychansk-oil-refinery"}, "c04 s09a s06a s06b s06c"),
        ({"location": "verkhniokamianka", "inferred": False}, "c04 s09a s06a s06b s06c"),
        ({"said_from": "2022-07-02", "said_to": "2022-07-02"}, "c07 c08 c09 c10 s01b s01c s12a s12b s12c"),
        ({"said_to": "2022-06-29", "match": "certain"}, "s03a s03b s03c c03 c15 c16 c01 c02 s07a"),
        ({"said_to": "2022-06-25"}, "s11c s03a s03b s03c"),
        ({"said_from": "2022-07-04"}, "s17b c14 s16a s16b"),
        (
            {"said_from": "2022-07-05", "undated": "include", "speaker": ["haidai", "wikipedia"]},
            "c14 s16a s16b s02a s02b s05a s05b s05c s05d s05e s06a s06b s06c s15b",
        ),
        ({"source": "wikipedia-ref-66"}, "s14a s14b"),
        ({"source": "isw-2022-07-02"}, "c09 c10"),
        ({"flag": "failed_verification"}, "s06a s06b s06c"),
        ({"flag": "uncited"}, ""),
        ({"flag": ["uncited", "failed_verification"], "aspect": "location"}, "s06c"),
        ({"cited": True}, "s11c s11a s11b s11d s11e s14a s14b s05a s05b s05c s05d s05e s06a s06b s06c"),
        ({"cited": False, "flag": "failed_verification"}, ""),
        ({"dataset": "lysychansk-context", "stance": "concedes"}, "c04 c12 c13"),
        ({"q": "дензалежно"}, ""),
        ({"q": "weapons"}, "s14b"),
        ({"q": "Гайдай fallen"}, "s14a"),
        ({"q": "зеленский"}, "c11 c13 s14b"),
        ({"as_of": "2022-06-27", "known": "possible"}, "s11c s03a s03b s03c c03 c15 c16"),
        ({"as_of": "2022-06-27", "known": "certain"}, "s03a s03b s03c"),
        ({"as_of": "2022-06-27", "match": "possible"}, "s03a s03b s03c"),
        ({"as_of": "2022-07-02", "event": "capture-of-lysychansk"}, "c07 c09 c10 s01b s01c"),
        ({"as_of": "2022-06-25", "undated": "include", "speaker": "ukrainian-general-staff"}, "s04a s04b s04c"),
    ],
)
def test_list_count_and_exports_agree(api: Api, filters: Params, expected: str) -> None:
    assert api.agreed("/claims", **filters) == claims(expected)


@pytest.mark.parametrize(
    ("filters", "undated"),
    [
        ({}, 0),
        ({"said_to": "2022-07-01"}, 18),
        ({"said_to": "2022-07-01", "undated": "include"}, 0),
        ({"said_to": "2022-07-01", "speaker": "wikipedia"}, 11),
        ({"as_of": "2022-07-01", "speaker": "ukrainian-general-staff"}, 3),
        ({"as_of": "2022-07-01", "undated": "include"}, 0),
    ],
)
def test_left_out_claims_are_counted(api: Api, filters: Params, undated: int) -> None:
    assert api.get("/claims", **filters)["meta"]["left_out"] == {
        "undated": undated,
        "undated_claims": 0,
        "without_coordinates": 0,
    }


def test_a_claim_is_there_once_it_is_said(api: Api) -> None:
    claim = api.get("/claims/lysychansk-s01b")
    assert api.get("/claims/lysychansk-s01b", as_of="2022-07-02") == claim
    problem = api.problem("/claims/lysychansk-s01b", 404, as_of="2022-07-01")
    assert problem["detail"] == "lysychansk-s01b is not known to have been said by that day."
    undated = api.get("/claims/lysychansk-s02a")
    assert api.get("/claims/lysychansk-s02a", as_of="2022-06-01", undated="include") == undated
    api.problem("/claims/lysychansk-s02a", 404, as_of="2026-01-01")


def test_a_claim_of_several_days_is_possibly_said_before_it_certainly_is(api: Api) -> None:
    path = "/claims/lysychansk-context-c03"  # said once from 26 to 29 June
    api.problem(path, 404, as_of="2022-06-25", known="possible")
    assert api.get(path, as_of="2022-06-26", known="possible") == api.get(path, as_of="2022-06-29")
    api.problem(path, 404, as_of="2022-06-28", known="certain")
    api.problem(path, 404, as_of="2022-06-28")


def test_a_claim_has_speaker_relayer_and_quoted_actor(api: Api) -> None:
    claim = api.get("/claims/lysychansk-s17a")
    assert claim["speaker"] == {"id": "ukrainian-officials", "name": "Ukrainian officials"}
    assert claim["via"] == claim["quote_by"] == {"id": "beale", "name": "Beale"}
    assert (claim["stance"], claim["quote"]) == ("silent", "unusually quiet")
    assert api.get("/claims/lysychansk-s17b")["about"] == "lysychansk-s17a"
    nobody = api.get("/claims/lysychansk-s08b")
    assert (nobody["speaker"], nobody["quote_by"]) == (None, None)
    value = {"low": None, "best": None, "high": 10, "unit": "airstrikes", "measure": "strikes", "of": None}
    assert nobody["value"] == value
    assert nobody["names"] == []


def test_a_row_of_the_csv(api: Api) -> None:
    (row,) = api.csv("/claims.csv", about="lysychansk-s03a", via="isw")
    assert {name: value for name, value in row.items() if value} == {
        "id": "lysychansk-s03b",
        "event_id": "activity-at-gelatin-plant",
        "event": "Military activity at the gelatin plant",
        "speaker_id": "nasa-firms",
        "speaker": "Fire Information for Resource Management System",
        "via_id": "isw",
        "via": "Institute for the Study of War",
        "about": "lysychansk-s03a",
        "stance": "corroborates",
        "aspect": "occurrence",
        "certainty": "stated",
        "credibility": "6",
        "credibility_meaning": "Cannot be judged.",
        "summary": row["summary"],
        "quote": "heat anomalies",
        "quote_by_id": "isw",
        "quote_by": "Institute for the Study of War",
        "said": "2022-06-25",
        "said_earliest": "2022-06-25",
        "said_latest": "2022-06-25",
        "said_precision": "day",
        "said_basis": "external",
        "inferred": "false",
        "sources": "wikipedia-battle-of-lysychansk",
        "dataset_id": "lysychansk",
        "dataset": row["dataset"],
        "url": "/claims/lysychansk-s03b",
    }
