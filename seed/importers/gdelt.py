"""GDELT: a row of events becomes an event with actors and place, a row of mentions becomes a claim read on a page.

GDELT has no speakers: a page that mentions an event is a claim by an unnamed speaker, passed on by GDELT.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from io import BufferedReader
from typing import Any
from urllib.parse import urlsplit

from api.domain.geo import code_of
from api.models.base import URL_LENGTH
from seed.importers import csv_files
from seed.importers.cells import identity, mark, short, slug
from seed.importers.formats import InputRow, MadeRecord, RowOrRefusal, Table, choice, format_table, graded, table_of
from seed.refusals import Place, Refusal

AGGREGATOR = "gdelt"
MENTIONS, EVENTS = "gdelt-mentions", "gdelt-events"
FIRST_VERSION = 57
"""The number of columns of events in GDELT 1.0, which has no mentions; some of its files lack the last one."""
LINK = re.compile(r"(?i)https?://[^\s/?#]\S*")
LANGUAGE = re.compile(r"\bsrclc:\s*([a-z]{3})\b")


@cache
def events_table() -> Table:
    """The declarative part of the table of events."""
    return table_of({**format_table("gdelt").lists["events"]})


def rows(stream: BufferedReader, file: str, mentions: Table) -> Iterator[RowOrRefusal]:
    """The rows of a file of mentions or events."""
    first = stream.peek(csv_files.READ_BYTES).partition(b"\n")[0].lower()
    cells = first.count(b"\t") + 1
    if cells in {FIRST_VERSION, FIRST_VERSION + 1}:
        yield Refusal(Place(file, 1), "", "", f"has {cells} columns as GDELT 1.0 has; events of GDELT 2.0 have 61")
        return
    told = cells == len(events_table().order) or b"sqldate" in first
    yield from csv_files.rows(stream, file, events_table() if told else mentions)


def told_of(cells: Mapping[str, Any]) -> tuple[str, bool]:
    """The event of a row, and whether the row describes it fully; mentions do not."""
    return f"gdelt-{cells['event']}", "root" in cells


def records(row: InputRow) -> Iterator[MadeRecord]:
    """The records of one row."""
    yield from happened(row) if "root" in row.cells else mentioned(row)


def happened(row: InputRow) -> Iterator[MadeRecord]:
    """An event as coded by GDELT's programs, and the claim that they coded it."""
    cells, lists = row.cells, format_table("gdelt").lists
    root = choice("root", cells["root"].zfill(2), lists["roots"])
    actors = [one for letter in "ab" if (one := actor(cells, letter)) is not None]
    yield from actors
    where = place(cells)
    if where is not None:
        yield from named(where)
        yield where
    event = f"gdelt-{cells['event']}"
    who = " and ".join(dict.fromkeys(one.fields["name"] for one in actors))
    name = f": {where.fields['name']}" if where is not None else ""
    roles = zip(actors, ("side_a", "side_b"), strict=False)
    yield MadeRecord(
        "event",
        {
            "id": event,
            "kind": lists["fighting"].get(cells["base"] or "", "reported_event"),
            "title": short(f"{root} ({who}){name}" if who else f"{root}{name}"),
            "date": {
                "edtf": str(cells["day"]),
                "basis": "inferred",
                "note": "The day of the event according to GDELT's programs.",
            },
            "location": where and where.fields["id"],
            "participants": [{"actor": one.fields["id"], "role": role} for one, role in roles],
            "extra": dict(row.given),
        },
    )
    yield from coded(cells, event, root)


def actor(cells: Mapping[str, Any], letter: str) -> MadeRecord | None:
    """One of the two actors of an event as found by a program; None if it found nobody."""
    code, name = cells[f"code_{letter}"], cells[f"name_{letter}"]
    called = name or code
    if called is None:
        return None
    kind, country = cells[f"type_{letter}"] or "", cells[f"country_{letter}"]
    kinds = format_table("gdelt").lists["actor_kinds"]
    known = kinds["?"] if not kind and country is None else choice("type", kind, kinds)
    id_ = identity("gdelt-actor", slug(called), of=(code, name))
    return MadeRecord("actor", {"id": id_, "kind": known, "name": short(called)})


def place(cells: Mapping[str, Any]) -> MadeRecord | None:
    """The place of the action."""
    name, known = cells["place"], format_table("gdelt").lists["places"].get(str(cells["geo"]))
    if name is None or known is None:
        return None
    longitude, latitude, point = cells["longitude"], cells["latitude"], None
    if known["kind"] != "country" and longitude is not None and latitude is not None:
        point = {"longitude": longitude, "latitude": latitude, "method": "stated", "source": EVENTS}
        point["radius_m"] = known.get("radius_m")
    listed = [f"{known['gazetteer']}:{cells['feature']}"] if "gazetteer" in known and cells["feature"] else []
    of = (cells["geo"], name, cells["fips"], longitude, latitude, cells["feature"])
    return MadeRecord(
        "location",
        {
            "id": identity("gdelt", slug(name), of=of),
            "kind": known["kind"],
            "name": short(name),
            "within": identity("gdelt-place", slug(name), of=(name, cells["fips"])) if "gazetteer" in known else None,
            "country": code_of("fips", cells["fips"]),
            "gazetteers": [one for one in listed if re.fullmatch(r"[a-z]+:[A-Za-z0-9._-]+", one)],
            "point": point,
        },
    )


def named(where: MadeRecord) -> Iterator[MadeRecord]:
    """The place for GDELT's name of a town, regardless of point and number, so that a reviewed pair can map it."""
    if where.fields["within"] is not None:
        whole = {one: where.fields[one] for one in ("kind", "name", "country")}
        yield MadeRecord("location", {"id": where.fields["within"], **whole})


def coded(cells: Mapping[str, Any], event: str, root: str) -> Iterator[MadeRecord]:
    """The claim that GDELT's programs read it on a page."""
    cites = []
    if cells["link"] is not None:
        link = cells["link"] if LINK.fullmatch(cells["link"]) and len(cells["link"]) <= URL_LENGTH else None
        page = {
            "id": identity("gdelt-page", of=(cells["link"],)),
            "kind": "news",
            "title": short(cells["link"]),
            "publisher": short(host) if link and (host := _host(link)) else None,
            "url": link,
        }
        yield MadeRecord("source", page)
        cites = [{"source": page["id"], "role": "cites"}]
    yield MadeRecord(
        "claim",
        {
            "id": f"{event}-coded",
            "event": event,
            "via": AGGREGATOR,
            "stance": "asserts",
            "aspect": "occurrence",
            "certainty": "reported",
            "summary": f"GDELT's programs coded a page that they read as: {root}.",
            "said": {"edtf": str(cells["added"]), "basis": "stated", "note": "The day on which GDELT read it, UTC."},
            "citations": [{"source": EVENTS, "role": "carries", "flags": ["machine_coded"]}, *cites],
        },
    )


def _host(link: str) -> str | None:
    try:
        return urlsplit(link).hostname
    except ValueError:
        return None


def mentioned(row: InputRow) -> Iterator[MadeRecord]:
    """The claim that a page mentions an event, which GDELT's other table describes."""
    cells, lists = row.cells, format_table("gdelt").lists
    kind = choice("kind", cells["kind"], lists["kinds"])
    certainty = graded("confidence", cells["confidence"], lists["confidence"])
    event = f"gdelt-{cells['event']}"
    yield MadeRecord("event", reported(cells["event"], str(cells["recorded"])), in_passing=True)
    source = document(cells["document"], kind, cells["outlet"], cells["translation"])
    yield source
    where = (cells["sentence"], cells["actor1"], cells["actor2"], cells["action"])
    yield MadeRecord(
        "claim",
        {
            "id": f"{event}-{mark(cells['moment'], cells['document'], *where)}",
            "event": event,
            "via": AGGREGATOR,
            "stance": "asserts",
            "aspect": "occurrence",
            "certainty": certainty,
            "summary": f"Mentioned by {short(cells['outlet'])}, read with {cells['confidence']} % confidence.",
            "said": {
                "edtf": str(cells["mentioned"]),
                "basis": "stated",
                "note": "The day on which GDELT read it, UTC.",
            },
            "citations": [
                {"source": MENTIONS, "role": "carries", "flags": ["machine_coded"]},
                {
                    "source": source.fields["id"],
                    "role": "cites",
                    "locator": f"sentence {cells['sentence']}" if cells["sentence"] else None,
                },
            ],
        },
    )


def reported(number: int, recorded: str) -> dict[str, object]:
    """An event with only its number and the day of its first record."""
    return {
        "id": f"gdelt-{number}",
        "kind": "reported_event",
        "title": f"GDELT event {number}",
        "date": {
            "edtf": f"[..{recorded}]",
            "basis": "inferred",
            "note": "GDELT first recorded it on this day; mentions do not say when it happened.",
        },
        "extra": {"globaleventid": number},
    }


def document(identifier: str, kind: str, outlet: str, translation: str | None) -> MadeRecord:
    """The document that mentions an event; only links become URLs."""
    language = LANGUAGE.search(translation or "")
    link = identifier if LINK.fullmatch(identifier) and len(identifier) <= URL_LENGTH else None
    fields = {
        "id": identity("gdelt", slug(outlet), of=(identifier, kind, outlet, language and language.group(1))),
        "kind": kind,
        "title": short(identifier),
        "publisher": short(outlet),
        "url": link,
        "language": language and language.group(1),
    }
    return MadeRecord("source", fields)
