"""NASA FIRMS: a row becomes a detection at a point, and the instrument's claim that it saw it."""

from collections.abc import Iterator, Mapping
from typing import Any

from seed.importers.cells import identity, slug
from seed.importers.formats import Made, Row, choice, graded, table

INSTRUMENT = "firms"
SOURCE = "firms-detections"


def records(row: Row) -> Iterator[Made]:
    """Everything that one row says."""
    cells = row.cells
    latitude, longitude = cells["latitude"], cells["longitude"]
    seen_by = slug(cells["instrument"] or "")
    radius = table("firms").lists["radius_m"].get(seen_by.upper())
    spot = f"{abs(latitude)}{'s' if latitude < 0 else 'n'}-{abs(longitude)}{'w' if longitude < 0 else 'e'}"
    place = identity("firms", seen_by, spot)
    point = {"longitude": longitude, "latitude": latitude, "radius_m": radius, "method": "detected", "source": SOURCE}
    yield Made("location", {"id": place, "kind": "point", "name": f"{latitude}, {longitude}", "point": point})
    when = {"edtf": str(cells["day"]), "basis": "stated"}
    event = identity("firms", cells["day"], slug(cells["time"] or ""), slug(cells["satellite"] or ""), seen_by, spot)
    yield Made(
        "event",
        {
            "id": event,
            "kind": "detection",
            "title": f"Heat detected at {latitude}, {longitude}",
            "date": when,
            "location": place,
            "participants": [{"actor": INSTRUMENT, "role": "observer"}],
            "extra": dict(row.given),
        },
    )
    yield Made(
        "claim",
        {
            "id": f"{event}-seen",
            "event": event,
            "speaker": INSTRUMENT,
            "stance": "asserts",
            "aspect": "occurrence",
            "certainty": certainty(cells["confidence"]),
            "summary": "A satellite detected heat here.",
            "said": when,
            "citations": [{"source": SOURCE, "role": "carries"}],
        },
    )


def certainty(confidence: str | None) -> str:
    """What the instrument's confidence is in our words; without any, it says what it says."""
    lists: Mapping[str, Any] = table("firms").lists
    if confidence is None:
        return "stated"
    if confidence.isdecimal():
        return graded("confidence", int(confidence), lists["percent"])
    return str(choice("confidence", confidence.lower(), lists["confidence"]))
