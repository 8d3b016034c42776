"""A date said in plain English, as exactly as it is known: "2 or 3 July 2022", "July 2022 or later", "date unknown"."""

import re
from datetime import date, timedelta
from functools import lru_cache

UNKNOWN = "date unknown"
_QUALIFIERS = {"?": "{}, uncertain", "~": "about {}", "%": "about {}, uncertain"}
_SET = re.compile(r"\[(.*)\.\.(.*)\]")
_DAY = 3


@lru_cache(4_096)
def day_in_words(day: date) -> str:
    """2 July 2022."""
    return f"{day.day} {day:%B} {day.year}"


@lru_cache(4_096)
def date_in_words(edtf: str | None) -> str:
    """What the text of a date says; the text itself where it is of no form that is understood."""
    if edtf is None:
        return UNKNOWN
    if found := _SET.fullmatch(edtf):
        return _one_moment(found[1], found[2])
    start, slash, end = edtf.partition("/")
    if not slash:
        return _part(edtf)
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
    first, last = _day(start), _day(end)
    if first and last and last - first == timedelta(days=1):
        return f"{_shortened(start, end)} or {_part(end)}"
    return f"once between {_shortened(start, end)} and {_part(end)}"


def _shortened(start: str, end: str) -> str:
    """The first end, without the year or month that the second one says too."""
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
    """One date: a day, a month or a year, with what qualifies it."""
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
