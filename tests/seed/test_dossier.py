"""The dossier's files hold what was read, no more and no less; they are read as they are, without a database."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.domain import vocabulary as v
from tests.support.dossiers import EXCERPT, NO_READING

Record = dict[str, Any]
Records = dict[str, list[Record]]

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "seed" / "lysychansk").glob("*.toml"))
DATASETS = ("lysychansk", "lysychansk-context")
WIKIPEDIA = "wikipedia-battle-of-lysychansk"

MARKS = "28 4 45 46 47 54 55 56 65 66"
GAZETTEER = "geonames geonames-702972 geonames-696218 geonames-694403 geonames-713174"
ACTORS = """
    russian-side ukrainian-side russia russian-forces russian-defence-ministry putin lpr lpr-forces miroshnik ukraine
    ukrainian-forces ukrainian-general-staff ukrainian-officials haidai zelenskyy belarusian-volunteers marchuk isw nasa
    nasa-firms british-defence-ministry ukrainian-government western-governments crawford beale interviewed-civilians
    observers wikipedia unnamed-reports
"""
LOCATIONS = """
    donbas luhansk-oblast lysychansk lysychansk-centre gelatin-plant mine lysychansk-western-outskirts verkhniokamianka
    lysychansk-oil-refinery pryvillia siversk bakhmut lysychansk-bakhmut-highway
"""
EVENTS = """
    battle-of-lysychansk capture-of-lysychansk initial-armoured-assault activity-at-gelatin-plant strikes-from-the-south
    separatist-entry russian-breakthrough ukrainian-retreat death-of-marchuk refinery-entry refinery-consolidation
    ukrainian-withdrawal-begins ukrainian-airstrikes clashes-around-refinery holding-the-city crawford-interviews
    capture-of-mine capture-of-gelatin-plant capture-of-pryvillia encirclement-of-lysychansk highway-interdiction
    shelling-of-lysychansk repulse-toward-verkhniokamianka repulse-at-gelatin-plant capture-of-luhansk-oblast
    reprieve-order clashes-west-of-lysychansk
"""
CLAIMS = """
    s01a s01b s01c s02a s02b s03a s03b s03c s04a s04b s04c s05a s05b s05c s05d s05e s06a s06b s06c s07a s08a s08b s09a
    s09b s09c s10a s10b s10c s11a s11b s11c s11d s11e s12a s12b s12c s13a s13b s14a s14b s15a s15b s16a s16b s17a s17b
"""
CONTEXT_SOURCES = """
    isw-2022-06-25 kalinouski-regiment-2022-06 tass-2022-06-28 isw-2022-06-28 haidai-2022-06-30
    british-mod-2022-06-30 sky-crawford-2022-06-30 russian-mod-2022-07-01 reuters-jpost-2022-07-01 isw-2022-07-01
    censor-2022-07-02 interfax-ukraine-2022-07-02 aljazeera-2022-07-02 isw-2022-07-02 telesur-2022-07-03 tass-2022-07-03
    bbc-2022-07-03 france24-2022-07-03 bbc-beale-2022-07-04 isw-2022-07-04 interfax-ukraine-2022-07-06 nasa-firms-2022
"""
CONTEXT_ACTORS = """
    ukrainian-national-guard muzychuk kalinouski-regiment reuters lysychansk-residents
"""
CONTEXT_CLAIMS = "c01 c02 c03 c04 c05 c06a c06b c07 c08 c09 c10 c11 c12 c13 c14 c15 c16"

# Only words that stand in quotation marks in the article are quotes; whose they are, where the article says so.
QUOTES = {
    "s03b": ("heat anomalies", "isw"),
    "s08b": ("up to 10 airstrikes", None),
    "s10c": ("not insignificant", None),
    "s12a": ("high density", "haidai"),
    "s14b": ("thanks to the increase in the supply of modern weapons", "zelenskyy"),
    "s17a": ("unusually quiet", "beale"),
}
# (mark, flags, basis) -> claims; the other marks belong to sentences that were not read.
CITED = {
    ("46", "", "likely"): "s05a s05b s05c s05d s05e",
    ("47", "failed_verification", "likely"): "s06a s06b s06c",
    ("55", "", "likely"): "s11a s11b s11c s11d s11e",
    ("56", "", "likely"): "s11a s11b s11c s11d s11e",
    ("66", "", "proven"): "s14a s14b",
}
# (edtf, basis) -> dated records; all others are undated in the excerpt.
HAPPENED = {
    ("[2022-07-02..2022-07-03]", "stated"): "capture-of-lysychansk",
    ("[..2022-06-28]", "inferred"): "ukrainian-withdrawal-begins",
    ("[..2022-07-01]", "stated"): """
        capture-of-mine capture-of-gelatin-plant capture-of-pryvillia encirclement-of-lysychansk highway-interdiction
    """,
    ("[..2022-07-02]", "inferred"): """
        shelling-of-lysychansk repulse-toward-verkhniokamianka repulse-at-gelatin-plant
    """,
    ("[2022-07-02..]", "inferred"): "capture-of-luhansk-oblast reprieve-order",
}
SAID = {
    ("[2022-07-02..2022-07-03]", "stated"): "s01a s01b",
    ("[2022-07-02..]", "inferred"): "s01c s14a s14b s15a s16a s16b",
    ("2022-06-28", "stated"): "s07a",
    ("[2022-01-01..2022-07-01]", "stated"): "s11a s11b s11c s11d s11e",
    ("2022-07-02", "stated"): "s12a s12b s12c",
    ("2022-07-03", "stated"): "s17a",
}
CONTEXT_SAID = {
    ("2022-06-28", "stated"): "c01 c02",
    ("[2022-06-26..2022-06-29]", "inferred"): "c03 c15 c16",
    ("2022-06-30", "stated"): "c04",
    ("2022-07-01", "stated"): "c05 c06a c06b",
    ("2022-07-02", "stated"): "c07 c08 c09 c10",
    ("2022-07-03", "stated"): "c11 c12 c13",
    ("2022-07-06", "stated"): "c14",
}
# (edtf, source) -> records of the excerpt that the context layer dates; S11c and Pryvillia are left alone.
DATED = {
    ("2022-06-25", "isw-2022-06-25"): "activity-at-gelatin-plant s03a s03b s03c",
    ("2022-06-26", "kalinouski-regiment-2022-06"): """
        initial-armoured-assault russian-breakthrough ukrainian-retreat death-of-marchuk
    """,
    ("[2022-06-28..2022-06-30]", "haidai-2022-06-30"): "refinery-entry refinery-consolidation",
    ("2022-06-30", "british-mod-2022-06-30"): "clashes-around-refinery holding-the-city s09a s09b s09c",
    ("[2022-06-28..2022-06-30]", "sky-crawford-2022-06-30"): "crawford-interviews s10a s10b s10c",
    ("[2022-06-28..2022-07-01]", "russian-mod-2022-07-01"): "capture-of-mine capture-of-gelatin-plant",
    ("2022-07-01", "russian-mod-2022-07-01"): "s11a s11b s11d s11e",
    ("2022-07-01", "censor-2022-07-02"): "repulse-toward-verkhniokamianka repulse-at-gelatin-plant",
    ("2022-07-03", "telesur-2022-07-03"): "s01a s15a",
    ("2022-07-02", "aljazeera-2022-07-02"): "s01b",
    ("2022-07-02", "interfax-ukraine-2022-07-02"): "s01c",
    ("2022-07-03", "france24-2022-07-03"): "s14a s14b",
    ("2022-07-04", "isw-2022-07-04"): "reprieve-order",
    ("2022-07-06", "interfax-ukraine-2022-07-06"): "s16a s16b",
    ("2022-07-04", "bbc-beale-2022-07-04"): "s17b",
}
POINTS = {
    "lysychansk": (48.90421, 38.44094, 5000, "gazetteer", "geonames-702972"),
    "pryvillia": (49.00556, 38.29883, 2000, "gazetteer", "geonames-696218"),
    "siversk": (48.86588, 38.09779, 2000, "gazetteer", "geonames-694403"),
    "bakhmut": (48.59441, 37.99983, 5000, "gazetteer", "geonames-713174"),
    "lysychansk-oil-refinery": (48.841, 38.344, 4000, "derived", WIKIPEDIA),
}
VOCABULARIES: dict[str, dict[str, type[v.Word]]] = {
    "sources": {"kind": v.SourceKind, "reliability": v.Reliability},
    "actors": {"kind": v.ActorKind},
    "affiliations": {"kind": v.AffiliationKind},
    "locations": {"kind": v.LocationKind},
    "point": {"method": v.CoordinateMethod},
    "events": {"kind": v.EventKind, "place_relation": v.PlaceRelation},
    "participants": {"role": v.Role},
    "claims": {"stance": v.Stance, "aspect": v.Aspect, "certainty": v.Certainty},
    "citations": {"role": v.CitationRole, "basis": v.CitationBasis},
    "dates": {"basis": v.DateBasis},
}
REFERENCES: dict[str, dict[str, str]] = {
    "sources": {"parent": "sources"},
    "affiliations": {"actor": "actors", "source": "sources"},
    "locations": {"within": "locations"},
    "point": {"source": "sources"},
    "events": {"location": "locations", "part_of": "events"},
    "participants": {"actor": "actors"},
    "claims": {"event": "events", "speaker": "actors", "via": "actors", "about": "claims", "quote_by": "actors"},
    "citations": {"source": "sources"},
    "datings": {"event": "events", "claim": "claims", "source": "sources"},
}


def read(dataset: str) -> Records:
    """All records of a dataset, of all its files, and the tables within them."""
    records: Records = {table: [] for table in {*VOCABULARIES, *REFERENCES, "datasets"}}
    for content in (tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES):
        if content.pop("dataset") == dataset:
            for table, rows in content.items():
                records[table].extend(rows)
    for row in (row for rows in list(records.values()) for row in rows):
        for table in ("affiliations", "participants", "citations"):
            records[table].extend(row.get(table, []))
        records["point"].extend([row["point"]] if "point" in row else [])
        records["dates"].extend(row[key] for key in ("date", "said", "published") if key in row)
    return records


EXCERPT_LAYER, CONTEXT_LAYER = (read(dataset) for dataset in DATASETS)
BOTH = pytest.mark.parametrize("records", [EXCERPT_LAYER, CONTEXT_LAYER], ids=DATASETS)


def ids(records: Records, table: str) -> list[str]:
    return [row["id"] for row in records[table]]


def claim_ids(labels: str, dataset: str = "lysychansk") -> list[str]:
    return [f"{dataset}-{label}" for label in labels.split()]


def by_date(rows: list[Record], key: str) -> dict[tuple[str, str], list[str]]:
    """The dated rows' ids, by EDTF and basis."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if "edtf" in row.get(key, {}):
            found.setdefault((row[key]["edtf"], row[key]["basis"]), []).append(row["id"])
    return found


def test_the_excerpt_holds_exactly_the_records_that_were_read() -> None:
    assert [len(EXCERPT_LAYER[table]) for table in ("events", "actors", "locations", "claims")] == [27, 29, 13, 46]
    assert ids(EXCERPT_LAYER, "datasets") == ["lysychansk"]
    assert ids(EXCERPT_LAYER, "events") == EVENTS.split()
    assert ids(EXCERPT_LAYER, "actors") == ACTORS.split()
    assert ids(EXCERPT_LAYER, "locations") == LOCATIONS.split()
    assert ids(EXCERPT_LAYER, "claims") == claim_ids(CLAIMS)
    references = [f"wikipedia-ref-{mark}" for mark in MARKS.split()]
    assert ids(EXCERPT_LAYER, "sources") == [WIKIPEDIA, *references, *GAZETTEER.split()]
    assert EXCERPT_LAYER["datings"] == []


def test_the_context_adds_its_own_records_and_redefines_none() -> None:
    assert ids(CONTEXT_LAYER, "datasets") == ["lysychansk-context"]
    assert ids(CONTEXT_LAYER, "sources") == CONTEXT_SOURCES.split()
    assert ids(CONTEXT_LAYER, "actors") == CONTEXT_ACTORS.split()
    assert ids(CONTEXT_LAYER, "claims") == claim_ids(CONTEXT_CLAIMS, "lysychansk-context")
    assert CONTEXT_LAYER["events"] == CONTEXT_LAYER["locations"] == []
    for table in EXCERPT_LAYER:
        both = [row["id"] for row in EXCERPT_LAYER[table] + CONTEXT_LAYER[table] if "id" in row]
        assert len(both) == len(set(both)), table


@BOTH
def test_every_reference_resolves(records: Records) -> None:
    for table, columns in REFERENCES.items():
        for column, target in columns.items():
            known = {*ids(EXCERPT_LAYER, target), *(ids(CONTEXT_LAYER, target) if records is CONTEXT_LAYER else [])}
            assert {row[column] for row in records[table] if column in row} <= known, (table, column)


@BOTH
def test_a_claim_about_a_claim_speaks_of_the_same_event(records: Records) -> None:
    events = {claim["id"]: claim["event"] for claim in EXCERPT_LAYER["claims"] + CONTEXT_LAYER["claims"]}
    for claim in records["claims"]:
        assert events[claim.get("about", claim["id"])] == claim["event"], claim["id"]


@BOTH
def test_every_word_is_of_its_vocabulary(records: Records) -> None:
    for table, columns in VOCABULARIES.items():
        for column, vocabulary in columns.items():
            assert {row[column] for row in records[table] if column in row} <= set(vocabulary), (table, column)
    assert {flag for citation in records["citations"] for flag in citation.get("flags", [])} <= set(v.CitationFlag)


def test_quotes_are_the_articles_quotations_with_whose_words_they_are() -> None:
    quoted = {
        claim["id"]: (claim.get("quote"), claim.get("quote_by"))
        for claim in EXCERPT_LAYER["claims"] + CONTEXT_LAYER["claims"]
        if "quote" in claim or "quote_by" in claim
    }
    assert quoted == {f"lysychansk-{label}": quote for label, quote in QUOTES.items()}


def test_culprits_are_named_and_inferences_are_marked() -> None:
    claims = EXCERPT_LAYER["claims"]
    assert {claim["id"]: claim["names"] for claim in claims if "names" in claim} == {
        "lysychansk-s10a": ["ukrainian-government", "western-governments"]
    }
    assert [claim["id"] for claim in claims if claim.get("inferred")] == claim_ids("s09c s12b s12c")


def test_every_claim_of_the_excerpt_was_read_in_its_line_of_the_article() -> None:
    for claim in EXCERPT_LAYER["claims"]:
        [read_in] = [citation for citation in claim["citations"] if citation["role"] == "carries"]
        line = claim["id"].removeprefix("lysychansk-")[:3].upper()
        assert read_in == {"source": WIKIPEDIA, "role": "carries", "locator": line}


def test_every_mark_sits_where_the_article_puts_it() -> None:
    found: dict[tuple[str, str, str], list[str]] = {}
    for claim in EXCERPT_LAYER["claims"]:
        for citation in (citation for citation in claim["citations"] if citation["role"] == "cites"):
            assert citation["source"] == f"wikipedia-ref-{citation['mark']}"
            key = (citation["mark"], " ".join(citation.get("flags", [])), citation["basis"])
            found.setdefault(key, []).append(claim["id"])
    assert found == {key: claim_ids(labels) for key, labels in CITED.items()}


def test_a_mark_is_a_reference_of_the_article_and_says_where_it_is_printed() -> None:
    references = [source for source in EXCERPT_LAYER["sources"] if source["kind"] == "unknown_reference"]
    assert len(references) == 10
    for source in references:
        assert source["parent"] == WIKIPEDIA
        assert re.match(r"Printed at the head of S\d\d\b.*\((likely|proven)", source["note"]), source["id"]


def test_every_claim_of_the_context_rests_on_one_report() -> None:
    for claim in CONTEXT_LAYER["claims"]:
        [citation] = claim["citations"]
        assert citation["role"] == "carries"
        assert citation["source"] in CONTEXT_SOURCES.split()


def test_every_report_has_its_address_publisher_and_day_or_says_why_not() -> None:
    assert [source["id"] for source in CONTEXT_LAYER["sources"] if "url" not in source] == ["france24-2022-07-03"]
    assert all(source["publisher"] for source in CONTEXT_LAYER["sources"])
    undated = [source["id"] for source in CONTEXT_LAYER["sources"] if "edtf" not in source["published"]]
    assert undated == ["kalinouski-regiment-2022-06", "nasa-firms-2022"]


def test_no_point_lacks_a_source_or_a_derivation() -> None:
    found = {
        location["id"]: tuple(
            location["point"][key] for key in ("latitude", "longitude", "radius_m", "method", "source")
        )
        for location in EXCERPT_LAYER["locations"]
        if "point" in location
    }
    assert found == POINTS
    derived = [row for row in EXCERPT_LAYER["locations"] if row.get("point", {}).get("method") == "derived"]
    assert [row["phrase"] for row in derived] == ["around 10 kilometers southwest of the city center"]


@BOTH
def test_no_date_lacks_a_basis(records: Records) -> None:
    for date in records["dates"]:
        assert ("edtf" in date) == ("basis" in date), date
        assert "edtf" in date or "note" in date


def test_dates_and_their_bases_are_those_read() -> None:
    assert by_date(EXCERPT_LAYER["events"], "date") == {key: names.split() for key, names in HAPPENED.items()}
    assert by_date(EXCERPT_LAYER["claims"], "said") == {key: claim_ids(labels) for key, labels in SAID.items()}
    assert by_date(CONTEXT_LAYER["claims"], "said") == {
        key: claim_ids(labels, "lysychansk-context") for key, labels in CONTEXT_SAID.items()
    }


def test_the_context_dates_exactly_what_its_reports_date() -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for dating in CONTEXT_LAYER["datings"]:
        assert ("event" in dating) != ("claim" in dating)
        name = dating.get("event") or dating["claim"].removeprefix("lysychansk-")
        assert dating["id"] == f"lysychansk-context-date-{name}"
        found.setdefault((dating["edtf"], dating["source"]), []).append(name)
    assert found == {key: names.split() for key, names in DATED.items()}


@BOTH
def test_a_dataset_says_when_it_was_recorded_and_under_what_terms(records: Records) -> None:
    [dataset] = records["datasets"]
    assert dataset["recorded_at"] == datetime(2026, 11, 22, tzinfo=UTC)
    assert dataset["licence"]
    assert dataset["attribution"]


def test_the_year_is_said_once_to_be_inferred() -> None:
    assert "2022 is inferred" in EXCERPT_LAYER["datasets"][0]["summary"]
    assert sum(path.read_text(encoding="utf-8").count("2022 is inferred") for path in FILES) == 1


def words(text: str) -> list[str]:
    """The text's words; a quotation that may be kept counts as one word found nowhere else."""
    for quote, _ in QUOTES.values():
        text = text.replace(quote, "\0")
    return re.findall(r"[\w'-]+|\0", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold())


def runs(text: str, length: int = 9) -> Iterator[tuple[str, ...]]:
    """Every run of so many consecutive words."""
    found = words(text)
    return zip(*(found[start:] for start in range(length)), strict=False)


@pytest.mark.skipif(EXCERPT is None, reason=NO_READING)
def test_no_nine_words_of_the_article_stand_in_a_row_anywhere_in_the_repository() -> None:
    assert EXCERPT is not None
    lines = EXCERPT.read_text(encoding="utf-8").splitlines()
    article = {run for line in lines for run in runs(line)}
    assert len(article) > 200
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for path in (ROOT / name for name in tracked.split("\0") if name):
        if path.is_file():
            assert article.isdisjoint(runs(path.read_text(encoding="utf-8", errors="replace"))), path
