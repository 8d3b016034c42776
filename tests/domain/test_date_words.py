"""Dates in plain English say no more and no less than their text."""

import pytest

from api.domain.dates import date_in_words


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        (None, "date unknown"),
        ("2022-07-02", "2 July 2022"),
        ("2022-07", "July 2022"),
        ("0987", "987"),
        ("2022-07-02?", "2 July 2022, uncertain"),
        ("2022-07~", "about July 2022"),
        ("2022%", "about 2022, uncertain"),
        ("2022-06-25/2022-07-03", "from 25 June to 3 July 2022"),
        ("2022-07-01/2022-07-03", "from 1 to 3 July 2022"),
        ("2021-12-30/2022-01-02", "from 30 December 2021 to 2 January 2022"),
        ("2022-06/2022-07", "from June 2022 to July 2022"),
        ("2022-07-02/..", "from 2 July 2022 on, end unknown"),
        ("2022-07-02/2022-07-02", "2 July 2022"),
        ("2022-07-02~/2022-07-02~", "about 2 July 2022"),
        ("2022-07/2022-07", "from July 2022 to July 2022"),
        ("[2022-07-02..2022-07-02]", "2 July 2022"),
        ("[2022-07..2022-07]", "July 2022"),
        ("../2022-07-03", "until 3 July 2022, beginning unknown"),
        ("[2022-07-02..2022-07-03]", "2 or 3 July 2022"),
        ("[2022-06-30..2022-07-01]", "30 June or 1 July 2022"),
        ("[2022-06-28..2022-06-30]", "once between 28 and 30 June 2022"),
        ("[2022-06-28..2022-07~]", "once between 28 June 2022 and about July 2022"),
        ("[2022-07-02..]", "2 July 2022 or later"),
        ("[..2022-07-02]", "2 July 2022 or earlier"),
        ("no date at all", "no date at all"),
    ],
)
def test_a_date_in_words(edtf: str | None, words: str) -> None:
    assert date_in_words(edtf) == words
