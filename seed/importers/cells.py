"""Parses cells: text to numbers, days and ids. Raises `ValueError` with the reason."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b

from api.models.base import NAME_LENGTH
from seed.field_types import shown

REMEMBERED = 65_536
SLUG_LENGTH = 48
EARLIEST, LATEST = 1500, 2199
"""Years; outside of them, a day is what programs write where they know none, such as 0001-01-01 and 9999-12-31."""
# What R, pandas, databases and spreadsheets write into a cell that holds nothing.
# Not in any case: there are places called Nan and Na.
NOTHING = {
    *("", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "null", "None", "NaT"),
    *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}(?:\.0*)?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?")
_WITH_COMMA = re.compile(r"[+-]?[0-9]{1,15},(?![0-9]{3}$)[0-9]{1,20}")  # `1,000` may be a thousand
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?")
_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{6})?")
_WRITTEN = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})(?: +([0-9]{2})h([0-9]{2}) UTC)?")


def parts(given: str | None, separator: str = ";") -> list[str]:
    """The items of a list in a cell, without duplicates and missing values."""
    found = dict.fromkeys(part.strip() for part in (given or "").split(separator))
    return [part for part in found if part not in NOTHING]


def line(given: str) -> str:
    """Text on one line, with any white space as one space."""
    return " ".join(given.split())


def short(given: str, longest: int = NAME_LENGTH) -> str:
    """Text on one line, shortened to the maximum length of a name."""
    text = line(given)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def whole_number(given: str) -> int:
    """`369`, also if a spreadsheet made it `369.0`."""
    if not _WHOLE.fullmatch(given):
        raise ValueError(f"{shown(given)} is not a whole number")
    return int(given.partition(".")[0])


def number(given: str) -> float:
    if not _NUMBER.fullmatch(given):
        meant = f": write {given.replace(',', '.')}" if _WITH_COMMA.fullmatch(given) else ""
        raise ValueError(f"{shown(given)} is not a number{meant}")
    return float(given)


def day(given: str) -> date:
    """`2014-01-22`, also if a database made it `2014-01-22 00:00:00.000`."""
    match = _DAY.fullmatch(given)
    return _existing(given, match and match.group(1))


def stamp(given: str) -> date:
    """The day of `20170701234500`."""
    match = _STAMP.fullmatch(given)
    return _existing(given, match and "-".join(match.groups()))


def written(given: str) -> date:
    """The day of `2 July 2022` or `2 July 2022 08h50 UTC`."""
    match = _WRITTEN.fullmatch(line(given))
    if match is None or match.group(2) not in MONTHS:
        raise ValueError(f"{shown(given)} is not a day such as 2 July 2022")
    return _existing(given, f"{match.group(3)}-{MONTHS.index(match.group(2)) + 1:02}-{int(match.group(1)):02}")


def _existing(given: str, iso: str | None) -> date:
    try:
        found = date.fromisoformat(iso or "")
    except ValueError:
        raise ValueError(f"{shown(given)} is not a day") from None
    return _sensible(given, found)


def _sensible(given: str, found: date) -> date:
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(f"{shown(given)} is not a day of the years {EARLIEST} to {LATEST}")
    return found


def any_day(given: str) -> date:
    """A day in any of the formats above."""
    for read in (day, stamp, written):
        try:
            return read(given)
        except ValueError:
            continue
    raise ValueError(f"{shown(given)} is not a day such as 2022-07-02, 20220702 or 2 July 2022")


def epoch(given: str) -> date:
    """The day, UTC, of a number of seconds since 1970."""
    seconds = whole_number(given)
    try:
        return _sensible(given, datetime.fromtimestamp(seconds, UTC).date())
    except (OverflowError, OSError, ValueError):
        told = f"{shown(given)} is not a number of seconds since 1970 in the years {EARLIEST} to {LATEST}"
        raise ValueError(told) from None


TYPES: dict[str, Callable[[str], object]] = {
    "text": str,
    "line": line,
    "whole": whole_number,
    "number": number,
    "day": day,
    "stamp": stamp,
    "written": written,
    "any_day": any_day,
    "epoch": epoch,
}


@lru_cache(REMEMBERED)
def slug(text: str) -> str:
    """The readable part of an id, which need not be unique."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")


def mark(*parts: object) -> str:
    """The part of an id that makes it unique."""
    text = "\x00".join("" if part is None else str(part) for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def identity(*readable: object, of: tuple[object, ...] = ()) -> str:
    """An id of readable parts and a hash of what they stand for."""
    parts = [str(part) for part in readable if part not in {"", None}]
    return "-".join([*parts, mark(*of)] if of else parts)
