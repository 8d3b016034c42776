"""UCDP: what a row becomes, and what it must never look like."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain import dates
from seed.importers.cells import line
from seed.importers.formats import CellError
from seed.importers.ucdp_articles import articles_of
from tests.support.imitations import ARTICLES, made, of, ucdp


def event(**cells: Any) -> dict[str, Any]:
    (found,) = of("event", made("ucdp", ucdp(**cells)))
    return found


def claims(**cells: Any) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in of("claim", made("ucdp", ucdp(**cells)))}


def locations(**cells: Any) -> list[dict[str, Any]]:
    return of("location", made("ucdp", ucdp(**cells)))


@pytest.mark.parametrize(
    ("precision", "start", "end", "expected", "basis"),
    [
        (1, "2031-05-02", "2031-05-02", "2031-05-02", "stated"),
        (1, "2031-05-02 00:00:00.000", "2031-05-03 00:00:00.000", "2031-05-02/2031-05-03", "stated"),
        (2, "2031-05-02", "2031-05-03", "[2031-05-02..2031-05-03]", "stated"),
        (2, "2031-05-02", "2031-05-02", "[2031-04-27..2031-05-07]", "inferred"),
        (3, "2031-05-02", "2031-05-08", "[2031-05-02..2031-05-08]", "stated"),
        (3, "2031-05-02", "2031-05-02", "[2031-04-26..2031-05-08]", "inferred"),
        (4, "2031-05-01", "2031-05-31", "2031-05", "stated"),
        (4, "2031-05-02", "2031-05-02", "[2031-04-02..2031-06-01]", "inferred"),
        (5, "2031-01-01", "2031-12-31", "2031", "stated"),
        (5, "2031-02-01", "2031-12-31", "[2031-02-01..2031-12-31]", "stated"),
        (5, "2031-05-02", "2031-05-02", "[2030-05-02..2032-05-01]", "inferred"),
    ],
)
def test_only_an_exact_date_is_a_day_or_lasts(precision: int, start: str, end: str, expected: str, basis: str) -> None:
    dated = event(date_prec=precision, date_start=start, date_end=end)["date"]
    assert (dated["edtf"], dated["basis"]) == (expected, basis)
    assert (dates.parse(expected).precision == "day") == (precision == 1 and start == end)
    assert ("/" in expected) == (precision == 1 and start != end)


@pytest.mark.parametrize(
    ("precision", "start", "end", "expected"),
    [
        (1, "2031-05-02", "2031-05-02", "2031-05-02"),
        (2, "2031-05-02", "2031-05-03", "2031-05-02/2031-05-03"),
        (4, "2031-05-01", "2031-05-31", "2031-05-01/2031-05-31"),
        (5, "2031-01-01", "2031-12-31", "2031-01-01/2031-12-31"),
        (2, "2031-05-02", "2031-05-02", "[2031-04-27..2031-05-07]"),
    ],
)
def test_incidents_that_a_source_sums_up_filled_their_days(precision: int, start: str, end: str, expected: str) -> None:
    cells = {"date_prec": precision, "date_start": start, "date_end": end}
    dated = event(event_clarity=2, **cells)["date"]
    assert dated["edtf"] == expected
    assert ("sums up several incidents" in (dated.get("note") or "")) == ("/" in expected)
    assert event(event_clarity=1, **cells) == event(**cells) | {"extra": ucdp(event_clarity=1, **cells)}


@pytest.mark.parametrize(
    ("precision", "kind", "radius", "relation"),
    [
        (1, "town", None, "at"),
        (2, "area", 25_000, "near"),
        (3, "raion", 50_000, "at"),
        (4, "oblast", 150_000, "at"),
        (5, "region", 100_000, "at"),
    ],
)
def test_a_place_is_as_exact_as_the_row(precision: int, kind: str, radius: int | None, relation: str) -> None:
    country, first, second, place = locations(where_prec=precision)
    found = event(where_prec=precision)
    assert (found["location"], found["place_relation"]) == (place["id"], relation)
    assert place["kind"] == kind
    assert place["point"] == {
        "longitude": 20.25,
        "latitude": 10.5,
        "radius_m": radius,
        "method": "stated",
        "source": "ucdp-ged",
    }
    assert [place["within"], second["within"], first["within"]] == [second["id"], first["id"], country["id"]]
    assert [one.get("point") for one in (country, first, second)] == [None, None, None]


def test_a_country_and_the_sea_never_look_like_a_point() -> None:
    for precision in (6, 7):
        found = event(where_prec=precision)
        assert [one for one in locations(where_prec=precision) if one.get("point")] == []
        assert found["location"] is not None
        assert found["extra"]["latitude"] == "10.5"
    assert event(where_prec=6, adm_1="", adm_2="")["location"] == "ucdp-country-990"
    assert event(where_prec=6, country="", country_id="", adm_1="", adm_2="")["location"] is None


def test_the_same_name_elsewhere_or_less_exact_is_another_place() -> None:
    found = {
        locations(**cells)[-1]["id"]
        for cells in ({}, {"latitude": "11.5"}, {"where_prec": 2}, {"adm_2": "Other"}, {"where_coordinates": "Other"})
    }
    assert len(found) == 5


def test_places_without_names_or_points() -> None:
    bare = {"adm_1": "", "adm_2": "", "where_coordinates": "", "where_description": ""}
    assert [one["name"] for one in locations(**bare)] == ["Testland", "10.5, 20.25"]
    nowhere = bare | {"latitude": "", "longitude": "NA"}
    assert event(**nowhere)["location"] == "ucdp-country-990"
    assert event(**nowhere)["title"] == "Government of Testland and Northern - Southern Front: Testland"
    unnumbered = locations(country_id="")[0]
    assert unnumbered["id"] == "ucdp-country-testland"


def test_sides_are_taken_whole() -> None:
    actors = {one["id"]: (one["kind"], one["name"]) for one in of("actor", made("ucdp", ucdp()))}
    assert actors["ucdp-actor-9003"] == ("government", "Government of Testland")
    assert actors["ucdp-actor-9004"] == ("armed_group", "Northern - Southern Front")
    found = event()
    assert found["id"] == "ucdp-900001"
    assert (found["kind"], found["title"]) == (
        "armed_clash",
        "Government of Testland and Northern - Southern Front: Sampletown town",
    )
    assert found["participants"] == [
        {"actor": "ucdp-actor-9003", "role": "side_a"},
        {"actor": "ucdp-actor-9004", "role": "side_b"},
    ]


def test_one_sided_violence() -> None:
    cells = {"type_of_violence": "3", "side_b": "Civilians", "side_b_new_id": "9999.0"}
    found = event(**cells)
    assert (found["kind"], found["title"]) == (
        "one_sided_violence",
        "Government of Testland against Civilians: Sampletown town",
    )
    assert of("actor", made("ucdp", ucdp(**cells)))[1] == {
        "id": "ucdp-actor-9999",
        "kind": "civilians",
        "name": "Civilians",
    }


def test_other_releases_number_their_sides_otherwise() -> None:
    row = ucdp()
    del row["side_a_new_id"], row["side_b_new_id"]
    row |= {"side_a_dset_id": "1-128", "side_b_dset_id": "77", "best_est": row.pop("best")}
    first, second, *_ = of("actor", made("ucdp", row))
    assert first["id"].startswith("ucdp-actor-1-128-")
    assert second["id"] == "ucdp-actor-77"
    del row["side_a_dset_id"]
    first, *_ = of("actor", made("ucdp", row))
    assert first["id"].startswith("ucdp-actor-government-of-testland-")


def test_a_side_that_fights_itself_takes_part_once() -> None:
    assert len(event(side_b_new_id="9003", side_b="Government of Testland")["participants"]) == 1


def test_the_whole_row_is_kept() -> None:
    assert event(conflict_dset_id="1-1")["extra"] == ucdp(conflict_dset_id="1-1")


KILLED = {"unit": "people", "measure": "killed"}


def test_figures_are_the_coders_and_cite_whom_it_names() -> None:
    found = claims()
    assert sorted(found) == [f"ucdp-900001-{name}" for name in ("side-a", "side-b", "total", "unknown")]
    total = found["ucdp-900001-total"]
    assert total["value"] == KILLED | {"low": 3, "best": 4, "high": 6}
    assert total["summary"] == "Killed in all: 4 (low 3, high 6)."
    assert {(claim["speaker"], claim.get("via")) for claim in found.values()} == {("ucdp", None)}
    assert total["citations"][0] == {"source": "ucdp-ged", "role": "carries", "flags": []}
    assert [one["role"] for one in total["citations"]] == ["carries", *["cites"] * 5]
    assert found["ucdp-900001-side-b"]["value"] == KILLED | {"best": 2, "of": "ucdp-actor-9004"}
    assert found["ucdp-900001-unknown"]["value"]["of"] == "ucdp-unknown"
    assert claims(deaths_civilians="1")["ucdp-900001-civilians"]["value"]["of"] == "ucdp-civilians"
    assert found["ucdp-900001-side-b"]["summary"] == "Killed on the side of Northern - Southern Front: 2."
    informants = {one["id"]: one["title"] for one in of("source", made("ucdp", ucdp())) if one["kind"] == "informant"}
    assert list(informants.values()) == ["army spokesman Jo Test", "Front radio"]
    assert [one["source"] for one in total["citations"]][-2:] == list(informants)


def test_the_police_of_one_country_are_not_those_of_another() -> None:
    ids = {
        of("source", made("ucdp", ucdp(source_original="police", country_id=country)))[-1]["id"]
        for country in ("990", "991.0", "")
    }
    assert len(ids) == 3


def test_without_original_sources_none_are_cited() -> None:
    assert claims(source_original=" ; .") == claims(source_original="")
    total = claims(source_original=" ; ")["ucdp-900001-total"]
    assert [one["source"] for one in total["citations"] if "informant" in one["source"]] == []
    assert total["said"]["edtf"] == "[2031-05-05..]"


@pytest.mark.parametrize(
    ("low", "best", "high", "flags"),
    [("3", "4", "6", []), ("3", "7", "6", ["contradictory"]), ("5", "4", "6", ["contradictory"]), ("", "4", "", [])],
)
def test_estimates_that_contradict_themselves_are_kept(low: str, best: str, high: str, flags: list[str]) -> None:
    total = claims(low=low, best=best, high=high)["ucdp-900001-total"]
    assert total["citations"][0]["flags"] == flags
    assert total["value"]["best"] == int(best)


def test_a_sum_of_incidents_may_lie_above_its_highest_estimate() -> None:
    total = claims(event_clarity="2", low="3", best="9", high="6")["ucdp-900001-total"]
    assert (total["citations"][0]["flags"], total["value"]["high"]) == ([], 6)
    for low, best, high in (("10", "9", "6"), ("7", "9", "6"), ("1", "1", "0")):
        total = claims(event_clarity="2", low=low, best=best, high=high)["ucdp-900001-total"]
        assert total["citations"][0]["flags"] == ["contradictory"]


def test_an_estimate_of_zero_is_a_claim_only_in_the_total() -> None:
    nobody = dict.fromkeys(("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "low"), "0")
    assert list(claims(**nobody, source_original="army")) == ["ucdp-900001-total"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2031-05-03"], "[2031-05-03..]"),
        (["2031-05-05", "2031-05-03"], "[2031-05-05..]"),
        (["2031-04-30", "2031-05-03"], "[2031-05-03..]"),
        (["2031-04-30"], None),
        (["1753-01-01"], None),
        ([], None),
    ],
)
def test_said_after_the_last_article(dates: list[str], expected: str | None) -> None:
    articles = ";".join(f'"Testwire,{date},Number {number}"' for number, date in enumerate(dates))
    said = claims(source_article=articles)["ucdp-900001-total"]["said"]
    assert said.get("edtf") == expected
    assert said.get("basis") == (expected and "inferred")
    assert said["note"]


def test_articles_hold_anything() -> None:
    first, second, third = (one.record.fields for one in articles_of(ARTICLES.replace('""', '"')))
    assert [first["title"], second["title"], third["title"]] == [
        'Two killed; more hurt, say "officials"',
        "Toll rises",
        'Mayor says "no";"maybe"',
    ]
    assert third["publisher"] == "Imagined News, Evening Edition"
    assert third["published"] == {"edtf": "2031-05-05", "basis": "stated"}
    assert (first["kind"], first["id"][:25]) == ("news", "ucdp-testwire-2031-05-03-")


@given(
    st.lists(
        st.tuples(
            st.text("Tes ,&'é", min_size=1).map(line).filter(lambda office: office and office == office.strip(", ")),
            st.dates(date(1990, 1, 1), date(2040, 1, 1)),
            st.text("Hed ,;.'\"é", min_size=1).map(line).filter(lambda headline: headline and '""' not in headline),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_headline_is_found_whole(articles: list[tuple[str, date, str]]) -> None:
    text = ";".join(f'"{office},{day},{headline}"' for office, day, headline in articles)
    found = [(one.record.fields["publisher"], one.day, one.record.fields["title"]) for one in articles_of(text)]
    assert found == list(dict.fromkeys(articles))


def test_an_article_cited_twice_is_one_source() -> None:
    assert len(articles_of('"Testwire,2031-05-03,Same";"Testwire,2031-05-03,Same"')) == 1


@pytest.mark.parametrize(
    "text",
    [
        'Testwire 2031-05-03 "OLD HEADLINE; WITH, SIGNS',
        '"no date here";"nor here"',
        '"Testwire,2031-13-03,No such day"',
        '"',
    ],
)
def test_free_text_is_one_document_without_a_date(text: str) -> None:
    (found,) = articles_of(text)
    assert found.day is None
    assert (found.record.fields["kind"], found.record.fields.get("published")) == ("document", None)


def test_long_sources_are_kept_in_full() -> None:
    (free,), (dated,) = articles_of("x" * 1_500), articles_of(f'"Testwire,2031-05-03,{"y" * 1_500}"')
    for found, text in ((free, "x" * 1_500), (dated, "y" * 1_500)):
        assert (found.record.fields["title"], found.record.fields["note"]) == (text[:999] + "…", text)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_articles(text: str | None) -> None:
    assert articles_of(text) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type_of_violence", 4),
        ("date_end", "2031-05-01"),
        ("best", -1),
        ("deaths_civilians", -9),
    ],
)
def test_codes_that_mean_nothing(column: str, value: Any) -> None:
    with pytest.raises(CellError) as refused:
        made("ucdp", ucdp(**{column: value}))
    assert refused.value.column == column
