"""The articles that a UCDP row cites: a small CSV of its own since 2013, free text before."""

import re
from datetime import date
from typing import NamedTuple

from seed.importers.cells import identity, line, short, slug
from seed.importers.formats import MadeRecord

# The beginning of an article; names of offices may contain commas, headlines anything.
START = r"(?P<office>[^;]{1,300}?)\s*,\s*(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\s*,"
PARTS = re.compile(rf"\s*{START}(?P<headline>.*)", re.DOTALL)
# The separator between articles; a quotation in a headline is not followed by an office and a date.
BETWEEN = re.compile(rf'"\s*;\s*"(?=\s*{START.replace("?P<office>", "?:").replace("?P<day>", "?:")})')
# UCDP's database writes its minimum date if the date is unknown.
NO_DAY = date(1753, 1, 1)


class Article(NamedTuple):
    """A source cited by a row, and the day it was published."""

    record: MadeRecord
    day: date | None


def articles_of(text: str | None) -> list[Article]:
    """The articles of a row without duplicates, in order."""
    whole = line(text or "")
    if not whole:
        return []
    pieces = split(whole)
    found = [_dated(piece) for piece in pieces] if pieces else [_free(whole)]
    return list({article.record.fields["id"]: article for article in found}.values())


def split(text: str) -> list[str]:
    """The articles of a `"office,date,headline";"…"` list; none if the text is not such a list."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):  # noqa: PLR2004 - two quotation marks
        return []
    pieces = BETWEEN.split(text[1:-1])
    return pieces if PARTS.fullmatch(pieces[0]) else []


def _dated(piece: str) -> Article:
    match = PARTS.fullmatch(piece)
    office, day, headline = match.groups() if match else ("", "", piece)
    try:
        published = date.fromisoformat(day)
    except ValueError:
        return _free(piece)
    known = published if published != NO_DAY else None
    title = line(headline.replace('""', '"')) or office
    fields = {
        "id": identity("ucdp", slug(office), known, of=(office, day, headline.strip())),
        "kind": "news",
        "title": short(title),
        "publisher": short(office),
        "published": {"edtf": str(known), "basis": "stated"} if known else {},
        "note": None if len(title) == len(short(title)) else title,
    }
    return Article(MadeRecord("source", fields), known)


def _free(text: str) -> Article:
    """If UCDP gives its sources as free text, the text becomes one source without a date."""
    fields = {"id": identity("ucdp-source", slug(text), of=(text,)), "kind": "document", "title": short(text)}
    return Article(MadeRecord("source", fields | ({"note": text} if short(text) != text else {})), None)
