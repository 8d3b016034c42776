"""Types of record fields: what texts, dates, numbers and tables may contain."""

import json
import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from itertools import chain
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, FiniteFloat, StringConstraints

from api.domain import dates
from api.domain.geo import known
from api.models.base import EDTF_LENGTH, ID_LENGTH, NAME_LENGTH, TEXT_LENGTH, URL_LENGTH, WORD_LENGTH

DEEPEST, LONGEST_EXTRA, MOST_PARTS = 20, 200_000, 1_000
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
FURTHEST_M = 20_037_508
LONGEST_SHOWN = 80
"""The number of characters of a value that messages repeat."""
MOMENTS = "write a day, 2031-06-01, or a moment with its time zone, 2031-06-01T10:00:00Z"
# The escapes that `json.dumps` writes for control characters other than tab, line feed and carriage return.
CONTROL = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u00|b|f)|[\x7f-\x9f]")


def known_edtf(text: str) -> str:
    """The text, if it is a supported EDTF date."""
    dates.parse(text)
    return text


def as_day(given: object) -> object:
    """The EDTF of a day that TOML has without quotation marks; other values are unchanged."""
    if isinstance(given, datetime):
        raise ValueError(f"{shown(given)} is a moment, but a day is required")  # noqa: TRY004 - Pydantic expects a ValueError
    return given.isoformat() if isinstance(given, date) else given


def no_boolean(given: object) -> object:
    """The value, unless it is a boolean, which Python would treat as 1 or 0."""
    if isinstance(given, bool):
        raise ValueError(f"{shown(given)} is not a number")  # noqa: TRY004 - Pydantic expects a ValueError
    return given


def as_moment(given: object) -> datetime:
    """A moment with its time zone, or the first one of a day, in UTC. Raises `ValueError` with the reason."""
    found = given
    if isinstance(given, str) and (DAY.fullmatch(given) or MOMENT.fullmatch(given.upper())):
        with suppress(ValueError):
            found = date.fromisoformat(given) if DAY.fullmatch(given) else datetime.fromisoformat(given.upper())
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day, tzinfo=UTC)
    if not isinstance(found, datetime):
        days = " or ".join(dates.days_meant(given)) if isinstance(given, str) else ""
        meant = f" (did you mean {days}?)" if days else ""
        raise ValueError(f"{shown(given)} is not a day or a moment{meant}; {MOMENTS}")  # noqa: TRY004 - Pydantic expects a ValueError
    if found.tzinfo is None:
        raise ValueError(f"{shown(given)} has no time zone; {MOMENTS}")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{shown(given)} is not in the years 0001 to 9999 in UTC") from None


def shown(given: object) -> str:
    """The value as files write it, shortened and safe to print in a terminal."""
    match given:
        case bool() | None:
            text = json.dumps(given)
        case date() | time():
            text = given.isoformat()
        case _:
            text = ascii(given) if isinstance(given, str) and not given.isprintable() else repr(given)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def line(longest: int, pattern: str = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$") -> Any:  # noqa: ANN401 - a type's metadata
    return StringConstraints(strict=True, min_length=1, max_length=longest, pattern=pattern)


Id = Annotated[str, line(ID_LENGTH, r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Name = Annotated[str, line(NAME_LENGTH)]
Mark = Annotated[str, line(WORD_LENGTH)]
Text = Annotated[str, line(TEXT_LENGTH, r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")]
Url = Annotated[str, line(URL_LENGTH, r"^(?i:https?)://[^\s/?#\x00-\x1f\x7f-\x9f][^\s\x00-\x1f\x7f-\x9f]*$")]
Date = Annotated[str, line(EDTF_LENGTH), AfterValidator(known_edtf), BeforeValidator(as_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(as_moment)]
Country = Annotated[str, line(NAME_LENGTH), AfterValidator(known)]
GazetteerId = Annotated[str, line(ID_LENGTH, r"^[a-z][a-z0-9-]*:[A-Za-z0-9._-]+$")]
Sha256 = Annotated[str, line(64, "^[0-9a-f]{64}$")]
Names = Annotated[list[Name], Field(max_length=MOST_PARTS)]
Number = Annotated[FiniteFloat, AfterValidator(lambda number: number + 0.0), BeforeValidator(no_boolean)]
"""A number without negative zero, which not every database keeps."""


def depth(value: object) -> int:
    """The depth of nested lists and tables."""
    deepest, layer = 0, [value]
    while layer := [part for part in layer if isinstance(part, dict | list)]:
        deepest += 1
        if deepest > DEEPEST:
            break
        layer = list(chain.from_iterable(part.values() if isinstance(part, dict) else part for part in layer))
    return deepest


def storable(value: dict[str, Any]) -> dict[str, Any]:
    """A table that every server can send as JSON and every client can read."""
    if depth(value) > DEEPEST:
        raise ValueError(f"is nested more than {DEEPEST} deep")
    try:
        text = as_json(value)
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("contains a lone surrogate (half a character)") from None
    except TypeError as error:
        raise ValueError(f"holds what JSON cannot say: {error}") from None
    except ValueError:
        raise ValueError("holds a number that is not finite") from None
    if CONTROL.search(text):
        raise ValueError("contains a control character")
    if len(text) > LONGEST_EXTRA:
        raise ValueError(f"is longer than {LONGEST_EXTRA} characters")
    return value


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def as_json(value: object) -> str:
    """JSON as stored: compact, without ASCII escapes, in the given order."""
    return _ENCODER.encode(value)


Extra = Annotated[dict[str, Any], AfterValidator(storable)]
