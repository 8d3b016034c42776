"""NASA FIRMS: a row becomes a detection at a point, and the instrument's claim that it saw it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seed.importers.cells import identity, slug, whole
from seed.importers.formats import CellError, Made, Row, choice, graded, table
from seed.refusals import shown

INSTRUMENT = "firms"
SOURCE = "firms-detections"
TIME = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]")
PERCENT = re.compile(r"[0-9]{1,3}(\.0*)?")


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
    when = {"edtf": str(cells["day"]), "basis": "stated", "note": "The satellite's day, UTC."}
    event = identity("firms", cells["day"], clock(cells["time"]), slug(cells["satellite"] or ""), seen_by, spot)
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


def clock(time: str | None) -> str:
    """The time as HHMM; spreadsheets and other programs drop the noughts that it begins with, or add a colon."""
    if time is None:
        return ""
    digits = time.replace(":", "").zfill(4)
    if TIME.fullmatch(digits) is None:
        raise CellError("time", f"{shown(time)} is not a time such as 0112")
    return digits


def certainty(confidence: str | None) -> str:
    """What the instrument's confidence is in our words; without any, it says what it says."""
    lists: Mapping[str, Any] = table("firms").lists
    if confidence is None:
        return "stated"
    if PERCENT.fullmatch(confidence):
        return graded("confidence", whole(confidence), lists["percent"])
    return str(choice("confidence", confidence.lower(), lists["confidence"]))
