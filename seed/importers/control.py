"""Control of cities: a row becomes the list's claim that a party holds a place on the day of the update."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seed.importers.cells import identity, mark, short, slug
from seed.importers.formats import InputRow, MadeRecord, choice, format_table

NARRATOR = "control-list"
SCRAPER = "control-cities"
LINK = re.compile(r"(?i)https?://[^\s/?#]\S*")


def records(row: InputRow) -> Iterator[MadeRecord]:
    """The records of one row."""
    cells = row.cells
    held = choice("held_by", cells["held_by"], format_table("control").lists["holders"])
    where = place(cells)
    yield where
    event = identity(
        where.fields["id"], cells["updated_on"], slug(held["words"]).removeprefix("held-by-").removeprefix("the-")
    )
    when = {"edtf": str(cells["updated_on"]), "basis": "stated"}
    yield MadeRecord(
        "event",
        {
            "id": event,
            "kind": "control_report",
            "title": short(f"{cells['name']} {held['words']}"),
            "date": when,
            "location": where.fields["id"],
            "participants": [{"actor": held["actor"], "role": "participant"}] if "actor" in held else [],
        },
    )
    yield from claim(cells, event, held["words"], when)


def place(cells: Mapping[str, Any]) -> MadeRecord:
    """A place, identified by name and point because names repeat."""
    latitude, longitude = cells["latitude"], cells["longitude"]
    point = None
    if latitude is not None and longitude is not None:
        point = {"longitude": longitude, "latitude": latitude, "method": "stated", "source": SCRAPER}
    id_ = identity("control", slug(cells["name"]), of=(cells["name"], latitude, longitude))
    return MadeRecord("location", {"id": id_, "kind": "place", "name": short(cells["name"]), "point": point})


def claim(cells: Mapping[str, Any], event: str, words: str, when: Mapping[str, Any]) -> Iterator[MadeRecord]:
    """The claim of a row. The pairing of rows with references was scraped and is not always right."""
    cites = []
    if LINK.fullmatch(cells["link"] or ""):
        source = identity("control-reference", of=(cells["link"],))
        yield MadeRecord(
            "source", {"id": source, "kind": "unknown_reference", "title": short(cells["link"]), "url": cells["link"]}
        )
        cites = [{"source": source, "role": "cites", "basis": "likely"}]
    told = mark(cells["updated_at"], cells["as_of"], cells["info"], cells["link"])
    yield MadeRecord(
        "claim",
        {
            "id": f"{event}-{told}",
            "event": event,
            "speaker": NARRATOR,
            "via": SCRAPER,
            "stance": "asserts",
            "aspect": "control",
            "summary": f"{words[0].upper()}{words[1:]}, as of {cells['as_of']}. {cells['info'] or ''}".strip(),
            "said": {**when, "note": f"Updated {cells['updated_at']}."},
            "citations": [{"source": SCRAPER, "role": "carries"}, {"source": "control-list", "role": "cites"}, *cites],
        },
    )
