"""The articles that a UCDP row cites: a small CSV of its own since 2013, free text before."""

import re
from datetime import date
from typing import NamedTuple

from seed.importers.cells import identity, line, short, slug
from seed.importers.formats import MadeRecord

# How an article begins; office names hold commas, headlines hold anything.
START = r"(?P<office>[^;]{1,300}?)\s*,\s*(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\s*,"
PARTS = re.compile(rf"\s*{START}(?P<headline>.*)", re.DOTALL)
# Between two articles: what a headline quotes is followed by no office and date.
BETWEEN = re.compile(rf'"\s*;\s*"(?=\s*{START.replace("?P<office>", "?:").replace("?P<day>", "?:")})')
# The lowest date of UCDP's database system stands where no date is known.
NO_DAY = date(1753, 1, 1)


class Article(NamedTuple):
    """A source that a row cites, and the day it was published."""

    record: MadeRecord
    day: date | None


def articles_of(text: str | None) -> list[Article]:
    """Each article once, in the row's order."""
    whole = line(text or "")
    if not whole:
        return []
    pieces = split(whole)
    found = [_dated(piece) for piece in pieces] if pieces else [_free(whole)]
    return list({article.record.fields["id"]: article for article in found}.values())


def split(text: str) -> list[str]:
    """The articles of a `"office,date,headline";"…"` list; none if the text is no such list."""
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
    """Where UCDP wrote its sources down as free text, that text is one source; no date is read out of it."""
    fields = {"id": identity("ucdp-source", slug(text), of=(text,)), "kind": "document", "title": short(text)}
    return Article(MadeRecord("source", fields | ({"note": text} if short(text) != text else {})), None)
