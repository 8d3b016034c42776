"""Dates as EDTF (ISO 8601-2): the supported subset, the days it covers, and dates in words.

Supported are `YYYY`, `YYYY-MM` and `YYYY-MM-DD` (years 0001 to 9999), each optionally followed by one of `?`
(uncertain), `~` (approximate) or `%` (both), and these as the ends of

- intervals, which are durations: `A/B`, `A/..`, `../B`;
- sets, which are one moment within: `[A..B]`, `[A..]`, `[..B]`.

A qualifier is kept in the text but widens nothing, because how far "about 2 July" reaches is unknown. In words, a date
is as precise as it is known: "2 or 3 July 2022", "July 2022 or later", "date unknown".
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from api.domain.vocabulary import DatePrecision

ALLOWED = (
    "write YYYY, YYYY-MM or YYYY-MM-DD, each optionally followed by ?, ~ or %; "
    "an interval A/B, A/.. or ../B; or a set [A..B], [A..] or [..B]"
)
SHOWN = 60
CACHED = 65_536
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[?~%]?")
_SET = re.compile(r"\[(.*)\.\.(.*)\]")
_TIME = re.compile(r"[T ]\s*[0-9]{1,2}:[0-9]{2}.*", re.DOTALL)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/. ]?)([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])\s*([0-9]{1,2})\2\s*([0-9]{4})")
_NAMED = re.compile(
    r"(?:([0-9]{1,2})(?:st|nd|rd|th|\.)?[ -])?([a-z]+)\.?,?[ -](?:([0-9]{1,2})(?:st|nd|rd|th)?,? )?([0-9]{4})"
)
# EDTF, or what is often mistaken for it, that is not supported; listed so that messages say what to change.
_LEFT_OUT = (
    (re.compile(r"^$"), "a date or '..' is missing"),
    (re.compile(r"\s"), "it contains a space"),
    (re.compile(r"\.\."), "two ends with '..' between them need brackets"),
    (re.compile(r"[{},]"), "lists and all-of sets are not supported"),
    (re.compile(r"[T:]"), "times of day are not kept"),
    (re.compile(r"[XxUu]"), "unspecified digits are not supported"),
    (
        re.compile(r"^[3-6][0-9]{4}(?:\.[0-9]+)?$"),
        "it looks like a spreadsheet's number of a day: format the cells as dates",
    ),
    (re.compile(r"[0-9]{5}|^[-+Y]"), "a year has four digits, without sign or prefix"),
    (re.compile(r"^[0-9]{1,3}(?![0-9])|-[0-9](?![0-9])"), "digits are missing"),
)


class EdtfError(ValueError):
    """The text is not a supported date; the message says what is wrong and what to write."""


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date's text and the days it covers, both inclusive; None is unbounded, and never both are."""

    text: str
    earliest: date | None
    latest: date | None
    precision: DatePrecision


@lru_cache(CACHED)
def parse(text: str) -> Edtf:
    """Parse a date. Raises `EdtfError`.

    An end that is a month or a year counts in full: `2022-06/2022-07` ends on 31 July. `precision` is that of the date;
    intervals and sets are a `range`, or a `day` if both ends are the same day.
    """
    if "/" in text:
        return _between(text, *_two(text.split("/"), text))
    if text.startswith("["):
        ends = _SET.fullmatch(text)
        if ends is None:
            raise _error(text, "a set is two ends with '..' between them, in brackets")
        return _between(text, *(end or ".." for end in ends.groups()))
    return Edtf(text, *_days(text, text))


def _two(ends: list[str], text: str) -> list[str]:
    if len(ends) != 2:  # noqa: PLR2004 - an interval has two ends
        raise _error(
            text, "a slash stands between the ends of an interval" if days_meant(text) else "an interval has two ends"
        )
    return ends


def _between(text: str, start: str, end: str) -> Edtf:
    """Parse an interval or a set, which covers the start's first day to the end's last."""
    if start == end == "..":
        raise _error(text, "only one end may be open")
    earliest = None if start == ".." else _days(start, text)[0]
    latest = None if end == ".." else _days(end, text)[1]
    if earliest and latest and earliest > latest:
        raise _error(text, "it ends before it starts")
    return Edtf(text, earliest, latest, DatePrecision.DAY if earliest == latest else DatePrecision.RANGE)


def _days(part: str, text: str) -> tuple[date, date, DatePrecision]:
    """First day, last day and precision of a single date, which may be the whole text or one end."""
    match = _DATE.fullmatch(part)
    if match is None:
        raise _error(
            text, next((why for wrong, why in _LEFT_OUT if wrong.search(part)), f"'{part[:SHOWN]}' is not a date")
        )
    year, month, day = (int(number) if number else None for number in match.groups())
    if not year:
        raise _error(text, "years run from 0001 to 9999")
    if month is None:
        return date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of the year
        raise _error(text, f"there is no month {month:02}")
    last = monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, last), DatePrecision.MONTH
    if not 1 <= day <= last:
        raise _error(text, f"{year:04}-{month:02} has no day {day:02}")
    return date(year, month, day), date(year, month, day), DatePrecision.DAY


def _error(text: str, why: str) -> EdtfError:
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    days = " or ".join(days_meant(text))
    return EdtfError(f"{shown!r} is not understood as a date: {why}{days and f' (did you mean {days}?)'}; {ALLOWED}")


def days_meant(text: str) -> list[str]:
    """The days that a usual writing of one may mean, as ISO 8601: `2 May 2031`, `2.5.2031`, `20310502`.

    `5/2/2031` may be 5 February or 2 May, and a month of some year stays a month.
    """
    if len(text) > SHOWN:
        return []
    plain = _TIME.sub("", text).strip().casefold()
    if found := _YEAR_FIRST.fullmatch(plain):
        return _existing(found[1], [(found[3], found[4])])
    if found := _YEAR_LAST.fullmatch(plain):
        orders = [(found[3], found[1]), (found[1], found[3])]
        return _existing(found[4], orders[:1] if found[2] == "." else orders)
    found = _NAMED.fullmatch(plain)
    if found is None or len(found[2]) < len(MONTHS[0]) or found[2][:3] not in MONTHS or (found[1] and found[3]):
        return []
    month = str(MONTHS.index(found[2][:3]) + 1)
    return _existing(found[4], [(month, found[1] or found[3])])


def _existing(year: str, orders: list[tuple[str, str | None]]) -> list[str]:
    """The days among these (month, day) that the calendar has."""
    days = []
    for month, day in orders:
        try:
            days.append(date(int(year), int(month), int(day or 1)).isoformat()[: None if day else len("YYYY-MM")])
        except ValueError:
            continue
    return sorted(set(days))


UNKNOWN = "date unknown"
_QUALIFIERS = {"?": "{}, uncertain", "~": "about {}", "%": "about {}, uncertain"}
_DAY = 3


@lru_cache(4_096)
def day_in_words(day: date) -> str:
    """2 July 2022."""
    return f"{day.day} {day:%B} {day.year}"


@lru_cache(4_096)
def date_in_words(edtf: str | None) -> str:
    """A date in words; the text itself if it is not a supported date."""
    if edtf is None:
        return UNKNOWN
    if found := _SET.fullmatch(edtf):
        return _one_moment(found[1], found[2])
    start, slash, end = edtf.partition("/")
    # From a day to itself is that day; a month from itself to itself may have lasted all of it.
    if not slash or (start == end and start.count("-") == _DAY - 1):
        return _part(start)
    if start == "..":
        return f"until {_part(end)}, beginning unknown"
    if end == "..":
        return f"from {_part(start)} on, end unknown"
    return f"from {_shortened(start, end)} to {_part(end)}"


def _one_moment(start: str, end: str) -> str:
    if not start:
        return f"{_part(end)} or earlier"
    if not end:
        return f"{_part(start)} or later"
    if start == end:
        return _part(start)
    first, last = _day(start), _day(end)
    if first and last and last - first == timedelta(days=1):
        return f"{_shortened(start, end)} or {_part(end)}"
    return f"once between {_shortened(start, end)} and {_part(end)}"


def _shortened(start: str, end: str) -> str:
    """The first end without the year or month that it shares with the second."""
    first, last = _day(start), _day(end)
    if first is None or last is None or first.year != last.year:
        return _part(start)
    return str(first.day) if first.month == last.month else f"{first.day} {first:%B}"


def _day(part: str) -> date | None:
    try:
        return date.fromisoformat(part)
    except ValueError:
        return None


def _part(part: str) -> str:
    """A single date in words: a day, month or year with its qualifier."""
    form = _QUALIFIERS.get(part[-1:], "{}")
    numbers = part.rstrip("?~%").split("-")
    if not all(number.isdecimal() for number in numbers) or len(numbers) > _DAY:
        return part
    year, month, day = (*map(int, numbers), 1, 1)[:_DAY]
    try:
        known = date(year, month, day)
    except ValueError:
        return part
    words = (f"{known.year}", f"{known:%B} {known.year}", day_in_words(known))[len(numbers) - 1]
    return form.format(words)
