"""UCDP GED: a row becomes an event, its two sides, its place, the articles it cites, and claims of how many died."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from seed.importers import ucdp_articles
from seed.importers.cells import identity, parts, short, slug
from seed.importers.formats import CellError, InputRow, MadeRecord, choice, format_table
from seed.importers.survey import Told
from seed.importers.ucdp_places import containers, place

DATASET_SOURCE = "ucdp-ged"
CODER = "ucdp"
KILLED = {"unit": "people", "measure": "killed"}
SUMMED = 2
"""`event_clarity` if the source summarizes several incidents."""
CIVILIANS = "civilians"
GOVERNMENT = "government of "
PLACEHOLDER = re.compile(r"XXX[0-9]*")
UNIDENTIFIED = "a side not identified yet"


def records(row: InputRow) -> Iterator[MadeRecord]:
    """The records of one row."""
    lists = format_table("ucdp").lists
    if row.cells["id"] < 1:
        raise CellError("id", f"{row.cells['id']} is not a number of an event, which is 1 or more")
    cells = {**row.cells, **{f"side_{letter}_words": in_words(row.cells[f"side_{letter}"]) for letter in "ab"}}
    violence = choice("type_of_violence", cells["type_of_violence"], lists["violence"])
    dated = when(cells)
    sides = [MadeRecord("actor", side(cells, letter)) for letter in "ab"]
    if sides[0].fields["id"] == sides[1].fields["id"]:
        sides.pop()
    yield from sides
    where, relation = yield from place(cells)
    event = f"ucdp-{cells['id']}"
    name = cells["where_coordinates"] or cells["country"]
    title = titled(violence["title"], cells) + (f": {name}" if name else "")
    yield MadeRecord(
        "event",
        {
            "id": event,
            "kind": violence["kind"],
            "title": short(title),
            "summary": cells["where_description"],
            "date": dated,
            "location": where,
            "place_relation": relation,
            "participants": [
                {"actor": one.fields["id"], "role": role}
                for one, role in zip(sides, ("side_a", "side_b"), strict=False)
            ],
            "extra": dict(row.given),
        },
    )
    yield from claims(cells, event, [one.fields["id"] for one in sides])


def when(cells: Mapping[str, Any]) -> dict[str, Any]:
    """When it happened: a day, days it lasted, or days among which one is meant.

    `date_start` and `date_end` are the earliest and the latest possible day (UCDP's codebook). Several days are a
    duration if the exact date is known (`date_prec` 1) or if the source only gives a total of several incidents
    (`event_clarity` 2); otherwise it happened once, on one of them.
    """
    start, end, precision = cells["date_start"], cells["date_end"], cells["date_prec"]
    known = said_of("date_prec", cells)
    summed = said_of("event_clarity", cells)
    if end < start:
        raise CellError("date_end", f"{end} is before date_start, {start}")
    if start < end:
        lasted = precision == 1 or summed["lasted"]
        note = " ".join(one["note"] for one in (known, summed) if one["note"])
        return {"edtf": f"{start}/{end}" if lasted else span(start, end), "basis": "stated", "note": note or None}
    if precision == 1:
        return {"edtf": str(start), "basis": "stated"}
    around = timedelta(days=known["days"])
    note = f"{known['note']} The row gives {start} alone; the date is widened to what that leaves possible."
    return {"edtf": f"[{start - around}..{end + around}]", "basis": "inferred", "note": note}


def span(start: date, end: date) -> str:
    """An EDTF for one moment within the days; whole months and years are abbreviated."""
    whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1
    if whole_months and (start.year, start.month) == (end.year, end.month):
        return f"{start:%Y-%m}"
    if whole_months and start.year == end.year and (start.month, end.month) == (1, 12):
        return f"{start:%Y}"
    return f"[{start}..{end}]"


def told(cells: Mapping[str, Any]) -> Told:
    """What a row says that may differ in another release."""
    country = next((("location", one["id"], one["name"]) for one in containers(cells)[:1] if cells["country"]), None)
    sides = [side(cells, letter) for letter in "ab" if not PLACEHOLDER.fullmatch(cells[f"side_{letter}"])]
    names = [("actor", one["id"], one["name"]) for one in sides if cells["side_a_id"] and cells["side_b_id"]]
    return Told(
        key=str(cells["id"]),
        rank=0,
        day=cells["date_end"],
        country=country and country[1],
        names=(*names, *([country] if country else [])),
    )


def said_of(column: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """The codebook entry of a code with its notes filled in, or the fallback for unknown codes."""
    given = "" if cells[column] is None else cells[column]
    known = choice(column, given, format_table("ucdp").lists[column])
    return {**known, "note": known["note"].format(**cells)}


def in_words(side: str) -> str:
    """The name of a side in a sentence."""
    return UNIDENTIFIED if PLACEHOLDER.fullmatch(side) else side


def titled(words: str, cells: Mapping[str, Any]) -> str:
    """A title with both sides, or that they are not identified yet."""
    if cells["side_a_words"] == cells["side_b_words"] == UNIDENTIFIED:
        return "Sides not identified yet"
    title = words.format(**cells)
    return title[0].upper() + title[1:] if title.startswith(UNIDENTIFIED) else title


def side(cells: Mapping[str, Any], letter: str) -> dict[str, Any]:
    """A side as an actor, by UCDP's number, or by its name in a release without numbers.

    Candidate releases write `XXX` and a number for a side that is not identified yet. Two such sides may be different
    groups, so each is an actor of its event.
    """
    id_, name = cells[f"side_{letter}_id"], cells[f"side_{letter}"]
    if PLACEHOLDER.fullmatch(name):
        where = f" ({cells['country']})" if cells["country"] else ""
        return {
            "id": f"ucdp-unidentified-{cells['id']}-{letter}",
            "kind": "unnamed",
            "name": short(f"Side not identified yet{where}"),
            "description": f"UCDP writes {name} in this row, which stands for no group.",
        }
    folded = name.casefold()
    kind = "civilians" if folded == CIVILIANS else "government" if folded.startswith(GOVERNMENT) else "armed_group"
    own = f"ucdp-actor-{number(id_)}" if id_ else identity("ucdp-actor", slug(name), of=(name,))
    return {"id": own, "kind": kind, "name": short(name)}


def number(given: str) -> str:
    """UCDP's number, or the code of another release, as part of an id."""
    plain = given.removesuffix(".0")
    return plain if plain.isascii() and plain.isalnum() else identity(slug(plain), of=(given,))


def claims(cells: Mapping[str, Any], event: str, sides: Sequence[str]) -> Iterator[MadeRecord]:
    """Claims of the deaths in all and on each side with deaths: UCDP's own figures, and their sources.

    The original sources in the row are cited by all, because UCDP does not say which figure is from which.
    """
    found = ucdp_articles.articles_of(cells["source_article"])
    sources = [article.record for article in found] + list(informants(cells))
    yield from sources
    cites = [{"source": source.fields["id"], "role": "cites"} for source in sources]
    standing = choice("code_status", cells["code_status"] or "", format_table("ucdp").lists["code_status"]).format(
        **cells
    )
    own = {
        "event": event,
        "speaker": CODER,
        "stance": "asserts",
        "aspect": "casualties",
        "said": said(found, cells["date_start"]),
    }
    for suffix, summary, value, flags in figures(cells, sides):
        told = f"{summary} {standing}".rstrip()
        marks = [*flags, "provisional"] if standing else flags
        carries = {"source": DATASET_SOURCE, "role": "carries", "flags": marks}
        id_ = identity(event, suffix)
        yield MadeRecord("claim", {"id": id_, **own, "summary": told, "value": value, "citations": [carries, *cites]})


def figures(cells: Mapping[str, Any], sides: Sequence[str]) -> Iterator[tuple[str, str, dict[str, Any], list[str]]]:
    """Each number: the end of its claim's id, its words, its value, and its flags.

    A column of zero may mean unknown or no deaths, so it makes no claim; the row keeps it. If the source only sums up
    several incidents (`event_clarity` 2), a high below the best is not a contradiction; one below the low is.
    """
    for column in ("low", "best", "high", *format_table("ucdp").lists["deaths"]):
        if (cells[column] or 0) < 0:
            raise CellError(column, f"{cells[column]} is less than zero")
    low, best, high = cells["low"], cells["best"], cells["high"]
    summed = cells["event_clarity"] == SUMMED and high is not None and high < best
    given = [value for value in (low, best, None if summed else high) if value is not None]
    crossed = low is not None and high is not None and low > high
    flags = ["contradictory"] if crossed or given != sorted(given) else []
    bounds = [f"{word} {value}" for word, value in (("low", low), ("high", high)) if value is not None]
    words = f"Killed in all: {best}" + (f" ({', '.join(bounds)})." if bounds else ".")
    yield "total", words, KILLED | {"low": low, "best": best, "high": high}, flags
    for column, claim in format_table("ucdp").lists["deaths"].items():
        if cells[column]:
            words = claim["summary"].format(**cells, number=cells[column])
            words = words.replace(f"the side of {UNIDENTIFIED}", UNIDENTIFIED)
            of = sides[min(claim["side"], len(sides) - 1)] if "side" in claim else claim["of"]
            yield claim["id"], words, KILLED | {"best": cells[column], "of": of}, []


def informants(cells: Mapping[str, Any]) -> Iterator[MadeRecord]:
    """The sources in `source_original`, without duplicates.

    They are distinguished by country: the police of one are not those of another.
    """
    country = cells["country_id"] if cells["country_id"] is not None else slug(cells["country"] or "")
    for text in parts(cells["source_original"]):
        if any(map(str.isalnum, text)):
            id_ = identity("ucdp-informant", country, slug(text), of=(text,))
            where = f" in events in {cells['country']}" if cells["country"] else ""
            told = f"Named so by UCDP as an original source{where}; who this is and what was said, UCDP does not say."
            yield MadeRecord("source", {"id": id_, "kind": "informant", "title": short(text), "note": told})


def said(found: list[ucdp_articles.Article], start: date) -> dict[str, Any]:
    """When UCDP said it, from the dates of the cited articles; dates before the event are errors and ignored."""
    days = sorted({article.day for article in found if article.day is not None and article.day >= start})
    if not days:
        return {"note": "The row gives no date of an article that could have carried it."}
    return {
        "edtf": f"[{days[-1]}..]",
        "basis": "inferred",
        "note": "UCDP's own figure, coded after the last article it cites.",
    }
