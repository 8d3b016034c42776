"""Files of the trade as they really come: each kind of trouble, and the right value."""

import io
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from seed.importers import csv_files
from seed.importers.command import Wish, import_files
from seed.importers.formats import CellError, InputRow, format_table
from seed.importers.outcome import Outcome
from seed.refusals import Refusal
from tests.support.imitations import FIRMS, UCDP, as_csv, made, of, stream, ucdp, write
from tests.support.live import serving

ORDER = format_table("ucdp").order
VIIRS = {
    "latitude": "48.83612",
    "longitude": "38.44331",
    "bright_ti4": "330.2",
    "acq_date": "2026-06-25",
    "acq_time": "0024",
    "satellite": "N",
    "confidence": "n",
    "version": "2.0NRT",
    "frp": "4.2",
}


def load(url: str, form: str, *paths: Path, **wish: Any) -> Outcome:
    return import_files(url, form, list(paths), Wish(**wish), Console(file=io.StringIO()))


def only(kind: str, form: str, cells: Mapping[str, str]) -> dict[str, Any]:
    (found,) = of(kind, made(form, cells))
    return found


def refused(raw: bytes, form: str = "ucdp") -> list[str]:
    return [str(one) for one in csv_files.rows(stream(raw), "f", format_table(form)) if isinstance(one, Refusal)]


# FIRMS


@pytest.mark.parametrize(
    ("satellite", "grade", "certainty"),
    [("L9", "M", "likely"), ("L9", "H", "stated"), ("L8", "L", "possible"), ("Landsat 8", "medium", "likely")],
)
def test_landsat_tells_its_instrument_and_has_a_middle_grade(satellite: str, grade: str, certainty: str) -> None:
    cells = {"latitude": "48.836112", "longitude": "38.443306", "path": "176", "row": "26", "acq_date": "2026-06-25"}
    cells |= {"acq_time": "832", "satellite": satellite, "confidence": grade}
    assert only("claim", "firms", cells)["certainty"] == certainty
    assert only("location", "firms", cells)["id"] == "firms-oli-48.836112n-38.443306e"
    assert only("location", "firms", cells)["point"]["radius_m"] == 30


@pytest.mark.parametrize(
    ("satellite", "radius"),
    [
        *((name, 375) for name in ("N", "NPP", "Suomi NPP", "N20", "NOAA-20", "NOAA20", "1", "N21", "noaa-21")),
        *((name, 1_000) for name in ("T", "Terra", "A", "Aqua")),
        *((name, 10_000) for name in ("Meteosat-9", "METEOSAT-11", "GOES-16", "Himawari-9")),
        *(("Meteosat-12", 5_000), ("Sputnik", None), ("", None)),
    ],
)
def test_a_satellite_tells_its_instrument_however_it_is_spelled(satellite: str, radius: int | None) -> None:
    cells = FIRMS | {"satellite": satellite}
    assert only("location", "firms", cells)["point"]["radius_m"] == radius
    assert only("event", "firms", cells)["id"] == "firms-2031-05-02-0112-10.5s-20.25e"


def test_one_detection_is_one_event_whatever_a_delivery_leaves_out() -> None:
    text = VIIRS | {"confidence": "nominal"}
    area = VIIRS | {"country_id": "UKR", "instrument": "VIIRS", "acq_time": "24"}
    bare = {name: VIIRS[name] for name in ("latitude", "longitude", "acq_date", "acq_time", "bright_ti4")}
    (place,) = {only("location", "firms", cells)["id"] for cells in (text, area, bare)}
    (event,) = {only("event", "firms", cells)["id"] for cells in (text, area, bare)}
    assert (event, place) == ("firms-2026-06-25-0024-48.83612n-38.44331e", "firms-viirs-48.83612n-38.44331e")


@pytest.mark.parametrize(
    ("version", "kind", "summary", "flags"),
    [
        ("2.0URT", "", "Delivered in ultra real time, and provisional.", ["provisional"]),
        ("6.1NRT", "", "Delivered in near real time, and provisional.", ["provisional"]),
        ("2.0RT", "", "Delivered in real time, and provisional.", ["provisional"]),
        ("2", "2", "NASA's class: another static source on land.", []),
        ("", "", "", []),
    ],
)
def test_a_detection_says_its_delivery_and_its_type(version: str, kind: str, summary: str, flags: list[str]) -> None:
    claim = only("claim", "firms", VIIRS | {"version": version, "type": kind})
    assert claim["summary"] == f"A satellite detected heat here. {summary}".strip()
    assert claim["citations"] == [{"source": "firms-detections", "role": "carries", "flags": flags}]


# UCDP


def test_unknown_codes_are_kept_and_reported(empty_url: str, tmp_path: Path) -> None:
    over_new_year = ucdp(date_prec=0, date_start="2025-12-29 00:00:00.000", date_end="2026-01-06 00:00:00.000")
    date = only("event", "ucdp", over_new_year)["date"]
    note = "UCDP's date_prec 0 is in no codebook."
    assert date == {"edtf": "[2025-12-29..2026-01-06]", "basis": "stated", "note": note}
    single = only("event", "ucdp", ucdp(date_prec=0))["date"]
    assert (single["edtf"], single["basis"]) == ("[2030-05-02..2032-05-01]", "inferred")
    assert only("event", "ucdp", ucdp(event_clarity=3, date_prec=2, date_end="2031-05-03"))["date"]["note"] == (
        "UCDP knows the date only within 2 to 6 days. UCDP's event_clarity 3 is in no codebook."
    )
    *_, place = of("location", made("ucdp", ucdp(where_prec=9)))
    assert (place["kind"], place["point"]) == ("area", None)
    outcome = load(empty_url, "ucdp", write(tmp_path / "f.csv", [over_new_year, ucdp(id=2, where_prec=9)]))
    assert (outcome.loaded, outcome.tally.unknown) == (True, {"date_prec 0": 1, "where_prec 9": 1})
    assert "date_prec 0 is in no codebook: kept in 1 rows, and read with care." in list(outcome.as_text())
    assert outcome.as_json()["unknown_codes"] == {"date_prec 0": 1, "where_prec 9": 1}


def test_unidentified_sides_are_separate_actors() -> None:
    placeholder = {"side_a": "XXX990", "side_a_new_id": "3607", "side_b": "XXX990", "side_b_new_id": "3607"}
    rows = [ucdp(**placeholder), ucdp(**placeholder, id=900002)]
    actors = [one for row in rows for one in of("actor", made("ucdp", row)) if "unidentified" in one["id"]]
    assert len({one["id"] for one in actors}) == 4
    assert {(one["kind"], one["name"]) for one in actors} == {("unnamed", "Side not identified yet (Testland)")}
    event = only("event", "ucdp", rows[0])
    assert event["title"] == "Sides not identified yet: Sampletown town"
    assert event["participants"] == [
        {"actor": "ucdp-unidentified-900001-a", "role": "side_a"},
        {"actor": "ucdp-unidentified-900001-b", "role": "side_b"},
    ]
    words = {one["summary"] for one in of("claim", made("ucdp", rows[0]))}
    assert "Killed on a side not identified yet: 2." in words
    assert "XXX" not in "".join(words) + event["title"]
    one_sided = ucdp(side_a="XXX991", side_b="Civilians", side_b_new_id=9999, type_of_violence=3)
    assert only("event", "ucdp", one_sided)["title"] == "A side not identified yet against Civilians: Sampletown town"


def test_a_row_that_ucdp_has_yet_to_check_is_provisional() -> None:
    plain = of("claim", made("ucdp", ucdp()))
    clear = of("claim", made("ucdp", ucdp(code_status="Clear")))
    assert clear == plain
    for one, other in zip(plain, of("claim", made("ucdp", ucdp(code_status="Check deaths"))), strict=True):
        assert other["citations"][0]["flags"] == ["provisional"]
        assert other["summary"] == f"{one['summary']} UCDP marks it Check deaths: it may still change."


def test_a_file_without_a_header_has_the_order_of_its_releases() -> None:
    cells = dict.fromkeys(ORDER, "") | {name: value for name, value in ucdp().items() if name in ORDER}
    text = as_csv([cells]).partition("\r\n")[2]
    (row,) = csv_files.rows(stream(text.encode()), "f", format_table("ucdp"))
    assert isinstance(row, InputRow)
    assert (row.place.row, row.given) == (1, cells)
    assert len(ORDER) == 49
    told = (
        "f row 1: has none of the columns id, type_of_violence, side_a, side_b, where_prec, date_prec, date_start, "
        "date_end, best; without a header it would have 49 columns, not 2"
    )
    assert refused(b"1,2\n3,4\n") == [told]


@pytest.mark.parametrize("word", ["NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null", "NaN", "nan", "NaT", "None"])
def test_words_for_a_missing_value_are_nothing_in_columns_of_text_too(word: str) -> None:
    texts = ("adm_1", "adm_2", "where_coordinates", "where_description", "source_original", "source_article")
    empty, given = ucdp(**dict.fromkeys(texts, "")), ucdp(**dict.fromkeys(texts, word))
    without = [(one.kind, one.fields | {"extra": None}) for one in made("ucdp", empty)]
    assert [(one.kind, one.fields | {"extra": None}) for one in made("ucdp", given)] == without
    (row,) = csv_files.rows(stream(as_csv([ucdp(side_b=word)]).encode()), "f", format_table("ucdp"))
    assert [str(one) for one in row if isinstance(one, Refusal)] == ["f row 2: side_b: is empty"]
    assert only("claim", "firms", FIRMS | {"confidence": word})["certainty"] == "stated"


# What is no CSV


def test_json_of_an_interface_and_of_an_archive_is_read(empty_url: str, tmp_path: Path) -> None:
    page = {"TotalCount": 1, "TotalPages": 1, "NextPageUrl": "", "Result": [ucdp(date_start="2031-05-02T00:00:00")]}
    for name, held in (("page.json", page), ("list.json", page["Result"])):
        (tmp_path / name).write_text(json.dumps(held))
        assert [
            one.cells["id"]
            for one in csv_files.rows(stream((tmp_path / name).read_bytes()), "f", format_table("ucdp"))
            if isinstance(one, InputRow)
        ] == [900001]
    assert load(empty_url, "ucdp", tmp_path / "page.json").report.new["event"] == 1
    assert load(empty_url, "ucdp", tmp_path / "list.json").report.changed == {"dataset": 1}  # another file
    archive = [{**VIIRS, "latitude": 48.83612, "longitude": 38.44331, "instrument": "VIIRS", "version": "2", "type": 2}]
    (tmp_path / "archive.json").write_text(json.dumps(archive))
    load(empty_url, "firms", tmp_path / "archive.json")
    with serving(empty_url) as api:
        assert api.ids("/events", dataset="firms") == ["firms-2026-06-25-0024-48.83612n-38.44331e"]


def test_a_response_with_missing_pages_is_reported_and_not_pruned_by(empty_url: str, tmp_path: Path) -> None:
    """The rows of a page that was not given are no rows that were taken back."""
    paths = [tmp_path / f"page{number}.json" for number in range(3)]
    for number, path in enumerate(paths):
        page = {"TotalCount": 3, "TotalPages": 3, "NextPageUrl": "", "Result": [ucdp(id=900001 + number)]}
        path.write_text(json.dumps(page))
    assert load(empty_url, "ucdp", *paths).report.new["event"] == 3
    outcome = load(empty_url, "ucdp", paths[1], dry_run=True)
    told = f"{paths[1]}: holds 1 of the 3 rows that it says there are: import the other pages with it"
    assert (outcome.as_json()["partial"], told in outcome.as_text(), outcome.report.refusals) == ([told], True, 0)
    for given in ([paths[1]], [paths[1], paths[1]]):
        outcome = load(empty_url, "ucdp", *given, prune=True)
        (line,) = [str(one) for one in outcome.report.refused]
        assert line.startswith(f"{paths[1]}: ")
        assert line.endswith("import the other pages with it, for --prune would withdraw what is on them")
        assert (outcome.loaded, outcome.report.withdrawn) == (False, False)
    outcome = load(empty_url, "ucdp", *paths, prune=True)
    assert (outcome.as_json()["partial"], outcome.report.refusals, outcome.report.vanished.total()) == ([], 0, 0)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"<!DOCTYPE html><html><head><title>404</title></head></html>\n", "is an HTML page: the download failed"),
        (b"\n<HTML><body>x", "is an HTML page: the download failed"),
        (b"<?xml version='1.0'?><Error/>", "is XML, not CSV"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer, not the file itself"),
        (b"/annex/objects/SHA256E-s1--0.csv\n", "is a git-annex pointer, not the file itself"),
        (b"PAR1\x15\x04\x15", "is Parquet, not CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel file (XLS)"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml", "is a spreadsheet (XLSX)"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"ged.csv", "is compressed (zip): decompress it first"),
        (b"%PDF-1.7\n", "is a PDF, not CSV"),
        (b"SQLite format 3\x00", "is an SQLite database"),
        (b"id,a\n1,\x00\x01\n", "is binary, not text"),
    ],
)
@pytest.mark.parametrize("form", ["ucdp", "firms", "losses"])
def test_files_that_are_not_data_are_recognised(form: str, raw: bytes, told: str) -> None:
    (found,) = refused(raw, form)
    assert found.startswith(f"f row 1: {told}")


def test_numbers_that_cannot_be_are_still_refused() -> None:
    for cells in ({"type_of_violence": 4}, {"best": -1}, {"date_end": "2031-05-01"}):
        with pytest.raises(CellError):
            made("ucdp", ucdp(**cells))
    assert set(UCDP) <= {*ORDER}  # as in files without a header


# Several files, or one file with several deliveries

ANNUAL = [
    ucdp(id=1, side_b="Testland Liberation Front", date_start="2030-03-01", date_end="2030-03-01"),
    ucdp(id=2, side_b="Testland Liberation Front", date_start="2030-05-01", date_end="2030-05-01"),
]
JANUARY = [ucdp(id=3, side_b="TLF", date_start="2031-01-09", date_end="2031-01-09", code_status="Check deaths")]
FEBRUARY = [ucdp(id=3, side_b="TLF", date_start="2031-01-09", date_end="2031-01-09", best=9, high=9, deaths_a=0)]


@pytest.fixture
def releases(tmp_path: Path) -> list[Path]:
    given = (("annual", ANNUAL), ("january", JANUARY), ("february", FEBRUARY))
    return [write(tmp_path / f"{name}.csv", rows, [*UCDP, "code_status"], restval="") for name, rows in given]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"date_start": "2031-01-10"}, "2: date_end: 2031-01-09 is before date_start, 2031-01-10"),
        ({"latitude": "95"}, "2: latitude: 95.0 is more than 90"),
    ],
)
def test_a_skipped_later_row_replaces_no_earlier_one(
    empty_url: str, releases: list[Path], cells: dict[str, str], told: str
) -> None:
    write(releases[2], [{**FEBRUARY[0], **cells}], [*UCDP, "code_status"], restval="")
    outcome = load(empty_url, "ucdp", *releases, skip_refused=True)
    tally = outcome.tally
    assert (outcome.loaded, tally.rows, tally.rows_refused, tally.superseded) == (True, 4, 1, 0)
    assert [str(one).partition(" row ")[2] for one in tally.passed_over] == [told]
    with serving(empty_url) as api:
        assert api.ids("/events") == ["ucdp-1", "ucdp-2", "ucdp-3"]


def test_files_given_later_win_and_older_names_stay(empty_url: str, releases: list[Path]) -> None:
    outcome = load(empty_url, "ucdp", *releases)
    assert (outcome.loaded, outcome.tally.superseded, outcome.report.new["event"]) == (True, 1, 3)
    told = "1 rows superseded by a later file or a better delivery."
    assert told in list(outcome.as_text())
    assert load(empty_url, "ucdp", *releases).loaded is False
    with serving(empty_url) as api:
        front = api.get("/actors/ucdp-actor-9004")
        assert (front["name"], front["aliases"]) == ("TLF", ["Testland Liberation Front"])
        assert api.ids("/actors", q="Liberation") == ["ucdp-actor-9004"]
        assert api.get("/claims/ucdp-3-total")["value"]["best"] == 9
        assert "ucdp-3-side-a" not in api.ids("/claims", event="ucdp-3")
        assert api.ids("/claims", flag="provisional") == []


def test_one_after_the_other_keeps_the_older_names_too(empty_url: str, releases: list[Path]) -> None:
    for path in (*releases, *releases[1:]):
        load(empty_url, "ucdp", path)
    with serving(empty_url) as api:
        front = api.get("/actors/ucdp-actor-9004")
        assert (front["name"], front["aliases"]) == ("TLF", ["Testland Liberation Front"])


def test_pruning_reaches_no_further_than_what_the_files_cover(empty_url: str, releases: list[Path]) -> None:
    annual, january, february = releases
    load(empty_url, "ucdp", annual, january)
    others = ucdp(id=4, date_start="2031-01-20", date_end="2031-01-20", country="Elsewhere", country_id=991, adm_1="")
    load(empty_url, "ucdp", write(annual.parent / "others.csv", [others]))
    load(
        empty_url,
        "ucdp",
        write(annual.parent / "more.csv", [ucdp(id=5, date_start="2031-01-31", date_end="2031-01-31")]),
    )
    outcome = load(empty_url, "ucdp", february, prune=True)
    assert outcome.report.vanished["event"] == 1
    assert outcome.report.vanished_ids[-1] == "event ucdp-5"
    with serving(empty_url) as api:
        assert sorted(api.ids("/events")) == ["ucdp-1", "ucdp-2", "ucdp-3", "ucdp-4"]
        assert api.get("/claims/ucdp-3-total")["value"]["best"] == 9
        assert "ucdp-3-side-a" not in api.ids("/claims")
        assert api.ids("/claims", event="ucdp-1") != []


def test_the_better_delivery_of_a_detection_counts(empty_url: str, tmp_path: Path) -> None:
    urt, nrt, standard = (
        VIIRS | {"version": version, "frp": frp}
        for version, frp in (("2.0URT", "4.2"), ("2.0NRT", "4.3"), ("2", "4.4"))
    )
    outcome = load(empty_url, "firms", write(tmp_path / "both.csv", [nrt, urt]))
    assert (outcome.loaded, outcome.tally.superseded) == (True, 1)
    paths = [write(tmp_path / f"{number}.csv", [row]) for number, row in enumerate((standard, nrt, urt))]
    assert load(empty_url, "firms", *paths).tally.superseded == 2
    with serving(empty_url) as api:
        (event,) = api.get("/events", dataset="firms")["data"]
        assert event["extra"]["frp"] == "4.4"


def test_a_pipe_can_be_imported(empty_url: str, releases: list[Path], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(releases[0].read_bytes()))
    writer.start()
    assert load(empty_url, "ucdp", pipe).report.new["event"] == 2
    writer.join()
