"""Countries by their ISO 3166-1 alpha-2 codes, and by what datasets write instead (`countries.tsv`).

The codes are facts of the standard; they say where a place lies, never who holds it or whose it should be.
"""

import csv
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

SHOWN = 80


class Country(NamedTuple):
    """A country: its code, and its numbers and codes elsewhere, as text; empty where there is none."""

    code: str
    numeric: str
    """ISO 3166-1 numeric, three digits: ACLED's `iso`."""
    fips: str
    """FIPS 10-4, two letters, several with blanks between them: GDELT's country codes."""
    gw: str
    """Gleditsch and Ward's number of the state: UCDP's `country_id`."""
    name: str


Coding = Literal["numeric", "fips", "gw", "name"]


@cache
def countries() -> dict[str, Country]:
    """Every country that the standard has a code for, by it."""
    text = Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {row["code"]: Country(**row) for row in rows}


@cache
def _coded(coding: Coding) -> dict[str, str]:
    """By each code of another kind, the country's own."""
    return {
        other: one.code
        for one in countries().values()
        for other in ([one.name] if coding == "name" else getattr(one, coding).split())
    }


def code_of(coding: Coding, given: object) -> str | None:
    """The alpha-2 code of the country that another coding calls so; null where that knows none."""
    text = str(given).strip()
    return _coded(coding).get(text.zfill(3) if coding == "numeric" else text)


def near(given: str) -> list[str]:
    """The codes of countries that somebody may have meant by what is no code: by letter case, or by name."""
    if (upper := given.strip().upper()) in countries():
        return [upper]
    names = {name.casefold(): code for name, code in _coded("name").items()}
    if (whole := names.get(given.strip().casefold())) is not None:
        return [whole]
    return [names[name] for name in get_close_matches(given.casefold(), list(names), n=3)]


def known(code: str) -> str:
    """The code, if it is a country's. Raises ValueError that says which may have been meant."""
    if code not in countries():
        meant = "".join(f"; did you mean {one}, {countries()[one].name}?" for one in near(code)[:1])
        raise ValueError(f"{code[:SHOWN]!r} is no country's code of ISO 3166-1 alpha-2, such as UA{meant}")
    return code
