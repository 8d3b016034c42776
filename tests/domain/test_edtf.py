"""The EDTF subset: which days a text covers, what is refused, and where the `edtf` package differs."""

import warnings
from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.domain.dates import Edtf, EdtfError, parse
from api.domain.vocabulary import DatePrecision

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its grammar trips over pyparsing's newer diagnostics
    from edtf import parse_edtf  # type: ignore[import-untyped,unused-ignore]

DAY, MONTH, YEAR, RANGE = DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR, DatePrecision.RANGE


def day(text: str) -> date | None:
    return None if text == ".." else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2022", "2022-01-01", "2022-12-31", YEAR),
        ("2022-06", "2022-06-01", "2022-06-30", MONTH),
        ("2022-07-02", "2022-07-02", "2022-07-02", DAY),
        ("2022?", "2022-01-01", "2022-12-31", YEAR),
        ("2022-06~", "2022-06-01", "2022-06-30", MONTH),
        ("2022-07-02%", "2022-07-02", "2022-07-02", DAY),
        ("2022-06-25/2022-07-03", "2022-06-25", "2022-07-03", RANGE),
        ("2022-06-25/..", "2022-06-25", "..", RANGE),
        ("../2022-07-03", "..", "2022-07-03", RANGE),
        ("[2022-07-02..2022-07-03]", "2022-07-02", "2022-07-03", RANGE),
        ("[..2022-06-28]", "..", "2022-06-28", RANGE),
        ("[2022-07-02..]", "2022-07-02", "..", RANGE),
        ("2022/2022-07-03", "2022-01-01", "2022-07-03", RANGE),
        ("[2022-06..2022]", "2022-06-01", "2022-12-31", RANGE),
        ("2022-07-15/2022-07", "2022-07-15", "2022-07-31", RANGE),
        ("2022-06~/2022-07-03?", "2022-06-01", "2022-07-03", RANGE),
        ("[2022-07-02?..]", "2022-07-02", "..", RANGE),
        ("2022-07-02/2022-07-02", "2022-07-02", "2022-07-02", DAY),
        ("[2022-07-02..2022-07-02]", "2022-07-02", "2022-07-02", DAY),
        ("2022-07/2022-07", "2022-07-01", "2022-07-31", RANGE),
        ("0001", "0001-01-01", "0001-12-31", YEAR),
        ("9999-12-31", "9999-12-31", "9999-12-31", DAY),
        ("2024-02", "2024-02-01", "2024-02-29", MONTH),
        ("1900-02", "1900-02-01", "1900-02-28", MONTH),
    ],
)
def test_a_text_covers_these_days(text: str, earliest: str, latest: str, precision: DatePrecision) -> None:
    assert parse(text) == Edtf(text, day(earliest), day(latest), precision)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a date or '..' is missing"),
        ("yesterday", "'yesterday' is not a date"),
        ("0000", "years run from 0001 to 9999"),
        ("0000-01-01", "years run from 0001 to 9999"),
        ("2022-13", "there is no month 13"),
        ("2022-00", "there is no month 00"),
        ("2022-21", "there is no month 21"),
        ("2022-06-31", "2022-06 has no day 31"),
        ("2022-06-00", "2022-06 has no day 00"),
        ("2022-02-29", "2022-02 has no day 29"),
        ("2022-07-03/2022-07-02", "it ends before it starts"),
        ("[2022-07..2022-06]", "it ends before it starts"),
        ("../..", "only one end may be open"),
        ("[..]", "only one end may be open"),
        ("2022-07-02/", "a date or '..' is missing"),
        ("/2022-07-02", "a date or '..' is missing"),
        ("2022/2023/2024", "an interval has two ends"),
        ("[2022-07-02]", "a set is two ends with '..' between them"),
        ("[2022-07-02..2022-07-03", "a set is two ends with '..' between them"),
        ("[2022-07-02,2022-07-03]", "a set is two ends with '..' between them"),
        ("{2022-07-02..2022-07-03}", "two ends with '..' between them need brackets"),
        ("{2022,2023}", "lists and all-of sets are not supported"),
        ("2022-07-02..2022-07-03", "two ends with '..' between them need brackets"),
        ("[2022-07-02..2022-07-03]?", "a set is two ends with '..' between them"),
        ("2022-07-02T12:00:00Z", "times of day are not kept"),
        ("2022-07-XX", "unspecified digits are not supported"),
        ("Y12022", "a year has four digits"),
        ("-0044", "a year has four digits"),
        ("12022", "a year has four digits"),
        ("202", "digits are missing"),
        ("2022-7-2", "digits are missing"),
        ("2022??", "'2022??' is not a date"),
        ("?2022", "'?2022' is not a date"),
        ("20220702", "a year has four digits"),
        ("44744", "it looks like a spreadsheet's number of a day: format the cells as dates"),
        ("44744.5", "it looks like a spreadsheet's number of a day: format the cells as dates"),
        (" 2022", "it contains a space"),
        ("2022-07-02\n", "it contains a space"),
        ("[2022..2023]\n", "a set is two ends"),
        ("٢٠٢٢", "'٢٠٢٢' is not a date"),
        ("2022-07-02/٢٠٢٢", "'٢٠٢٢' is not a date"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(EdtfError) as caught:
        parse(text)
    assert f"is not understood as a date: {why}" in str(caught.value)
    assert "YYYY-MM-DD" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2 May 2031", "2031-05-02"),
        ("May 2nd, 2031", "2031-05-02"),
        ("2-Sept-2031", "2031-09-02"),
        ("May 2031", "2031-05"),
        ("3.5.2031", "2031-05-03"),
        ("05/03/2031", "2031-03-05 or 2031-05-03"),
        ("13/05/2031", "2031-05-13"),
        ("05-05-2031", "2031-05-05"),
        ("2031/5/3", "2031-05-03"),
        ("20310503", "2031-05-03"),
        ("2031-5-3", "2031-05-03"),
        ("2031-05-03T12:00:00Z", "2031-05-03"),
        ("2031-05-03 00:00", "2031-05-03"),
    ],
)
def test_a_day_that_is_written_otherwise_is_suggested(text: str, days: str) -> None:
    with pytest.raises(EdtfError) as caught:
        parse(text)
    assert f" (did you mean {days}?); write YYYY" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["31/31/2031", "2031-02-30", "2031-13", "spring 2031", "2 Ma 2031", "44744", "1 May 2 2031"]
)
def test_no_day_is_suggested_that_is_in_no_calendar(text: str) -> None:
    with pytest.raises(EdtfError) as caught:
        parse(text)
    assert "did you mean" not in str(caught.value)


def test_a_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(EdtfError) as caught:
        parse("x" * 100_000)
    assert len(str(caught.value)) < 400


DAYS = st.dates()


@st.composite
def plain(draw: st.DrawFn) -> str:
    """One date of any precision, with or without a qualifier."""
    text = draw(DAYS).isoformat()
    return draw(st.sampled_from([text, text[:7], text[:4]])) + draw(st.sampled_from(["", "?", "~", "%"]))


@st.composite
def written(draw: st.DrawFn) -> str:
    """Any text of the subset, but for ends in the wrong order."""
    start, end = draw(plain()), draw(plain())
    forms = [start, f"{start}/{end}", f"{start}/..", f"../{end}", f"[{start}..{end}]", f"[{start}..]", f"[..{end}]"]
    return draw(st.sampled_from(forms))


def understood(text: str) -> Edtf:
    try:
        return parse(text)
    except EdtfError as error:
        assume("it ends before it starts" not in str(error))
        raise


@given(written())
def test_ends_are_in_order_and_the_text_is_kept(text: str) -> None:
    edtf = understood(text)
    assert edtf.text == text
    assert (edtf.earliest is None) == (text.startswith(("../", "[..")))
    assert (edtf.latest is None) == (text.endswith(("/..", "..]")))
    if edtf.earliest and edtf.latest:
        assert edtf.earliest <= edtf.latest


@given(DAYS, DAYS)
def test_days_survive_the_round_trip_through_text(one: date, other: date) -> None:
    start, end = sorted([one, other])
    narrow = DAY if start == end else RANGE
    assert parse(start.isoformat()) == Edtf(start.isoformat(), start, start, DAY)
    for text in (f"{start}/{end}", f"[{start}..{end}]"):
        assert parse(text) == Edtf(text, start, end, narrow)
    assert parse(f"[{start}..]").earliest == parse(f"{start}/..").earliest == start
    assert parse(f"[..{end}]").latest == parse(f"../{end}").latest == end
    if start < end:
        with pytest.raises(EdtfError, match="it ends before it starts"):
            parse(f"{end}/{start}")


@given(st.integers(1, 9999))
def test_february_has_a_leap_day_in_leap_years_only(year: int) -> None:
    february = parse(f"{year:04}-02")
    assert february.latest == date(year, 3, 1) - timedelta(days=1)
    if isleap(year):
        assert parse(f"{year:04}-02-29").earliest == february.latest
    else:
        with pytest.raises(EdtfError, match="has no day 29"):
            parse(f"{year:04}-02-29")


@given(plain(), st.sampled_from("?~%"))
def test_a_qualifier_widens_nothing(text: str, qualifier: str) -> None:
    bare = parse(text.rstrip("?~%"))
    qualified = parse(bare.text + qualifier)
    assert (qualified.earliest, qualified.latest, qualified.precision) == (bare.earliest, bare.latest, bare.precision)


@given(st.text(st.sampled_from("0123456789-/.[]?~%, TX"), max_size=24) | st.text())
def test_nonsense_is_refused_and_never_crashes(text: str) -> None:
    try:
        edtf = parse(text)
    except EdtfError:
        return
    assert edtf.earliest or edtf.latest


def strict(bound: object) -> date | None:
    """A bound of the package: infinite where open, else a moment of which the day counts."""
    return None if isinstance(bound, float) else date(*tuple(bound)[:3])  # type: ignore[arg-type]


# The package's `lower_strict` and `upper_strict` agree with us. It is no oracle for the rest:
# - its `lower_fuzzy` and `upper_fuzzy` widen a qualified date by whole months or years (2022-07-02? reaches back
#   to 2021-06-01);
# - it takes ends in the wrong order, `../..`, the year 0000 and unknown ends (`2022/`, ten years long);
# - it refuses sets that begin with a year or whose ends are qualified.
@pytest.mark.parametrize(
    "text",
    [
        "2022",
        "2024-02",
        "1900-02~",
        "2022-07-02",
        "2022-07-02?",
        "2022%",
        "2022-07-02/2022-07-03",
        "2022-06/2022-07-03",
        "2022-07-15/2022-07",
        "2022-07-02?/2022-07-03~",
        "2022-07-02/..",
        "../2022-07-03",
        "[2022-07-02..2022-07-03]",
        "[..2022-07-03]",
        "[2022-07-02..]",
        "[2022..]",
        "[..2022]",
        "0001",
        "9999",
    ],
)
def test_the_edtf_package_agrees(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = parse_edtf(text)
    ours = parse(text)
    assert (strict(theirs.lower_strict()), strict(theirs.upper_strict())) == (ours.earliest, ours.latest)


@pytest.mark.parametrize("text", ["2022-07-03/2022-07-02", "../..", "0000", "2022/", "[2022-07-03..2022-07-02]"])
def test_the_edtf_package_takes_what_we_refuse(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert parse_edtf(text)
    with pytest.raises(EdtfError):
        parse(text)
