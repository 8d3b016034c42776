"""NASA FIRMS: a row becomes a detection at a point, and the instrument's claim that it saw it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seed.field_types import shown
from seed.importers.cells import identity, slug, whole_number
from seed.importers.formats import CellError, InputRow, MadeRecord, choice, format_table, graded
from seed.importers.survey import Told

INSTRUMENT = "firms"
SOURCE = "firms-detections"
TIME = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]")
WRITTEN_TIME = re.compile(r"[0-9]{1,4}|[0-9]{1,2}:[0-9]{2}")
PERCENT = re.compile(r"[0-9]{1,3}(\.0*)?")


def records(row: InputRow) -> Iterator[MadeRecord]:
    """The records of one row.

    A detection is identified by minute and point, because deliveries omit the satellite or spell it differently.
    """
    cells = row.cells
    latitude, longitude = cells["latitude"], cells["longitude"]
    seen_by = instrument(cells)
    radius = format_table("firms").lists["instruments"].get(seen_by, {}).get("radius_m")
    place = identity("firms", slug(seen_by), spot(cells))
    point = {"longitude": longitude, "latitude": latitude, "radius_m": radius, "method": "detected", "source": SOURCE}
    yield MadeRecord("location", {"id": place, "kind": "point", "name": f"{latitude}, {longitude}", "point": point})
    when = {"edtf": str(cells["day"]), "basis": "stated", "note": "The satellite's day, UTC."}
    event = detection(cells)
    yield MadeRecord(
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
    yield MadeRecord("claim", seen(cells, event, when))


def told(cells: Mapping[str, Any]) -> Told:
    """What identifies a row's detection in better deliveries."""
    deliveries, version = format_table("firms").lists["deliveries"], (cells["version"] or "").upper()
    rank = next((one["rank"] for one in deliveries if version.endswith(one["ends"])), len(deliveries))
    return Told(detection(cells), rank, cells["day"], spot=(cells["longitude"], cells["latitude"]))


def detection(cells: Mapping[str, Any]) -> str:
    """The id of a detection, from minute and point."""
    return identity("firms", cells["day"], clock(cells["time"]), spot(cells))


def spot(cells: Mapping[str, Any]) -> str:
    """A point as part of an id."""
    latitude, longitude = cells["latitude"], cells["longitude"]
    return f"{abs(latitude)}{'s' if latitude < 0 else 'n'}-{abs(longitude)}{'w' if longitude < 0 else 'e'}"


def seen(cells: Mapping[str, Any], event: str, when: Mapping[str, Any]) -> dict[str, Any]:
    """The instrument's claim that it detected the event."""
    delivery = provisional(cells["version"])
    words = ["A satellite detected heat here.", format_table("firms").lists["types"].get(cells["type"]), delivery]
    return {
        "id": f"{event}-seen",
        "event": event,
        "speaker": INSTRUMENT,
        "stance": "asserts",
        "aspect": "occurrence",
        "certainty": certainty(cells["confidence"]),
        "summary": " ".join(filter(None, words)),
        "said": when,
        "citations": [{"source": SOURCE, "role": "carries", "flags": ["provisional"] if delivery else []}],
    }


def instrument(cells: Mapping[str, Any]) -> str:
    """The instrument: from the row, or else from its satellite or columns; None if these do not tell."""
    known: Mapping[str, Any] = format_table("firms").lists["instruments"]
    named, satellite = (cells["instrument"] or "").upper(), slug(cells["satellite"] or "")
    if named:
        return named
    carried = [name for name, one in known.items() if satellite in one["satellites"]]
    return (carried + ["VIIRS"] * bool(cells["viirs"]) + ["OLI"] * bool(cells["landsat"]) + [""])[0]


def provisional(version: str | None) -> str | None:
    """A note on deliveries that NASA will replace by better ones."""
    ends = [
        one["words"]
        for one in format_table("firms").lists["deliveries"]
        if (version or "").upper().endswith(one["ends"])
    ]
    return ends[0] if ends else None


def clock(time: str | None) -> str:
    """The time as HHMM; spreadsheets and other programs drop leading zeros or add a colon."""
    if time is None:
        return ""
    digits = time.replace(":", "").zfill(4)
    if WRITTEN_TIME.fullmatch(time) is None or TIME.fullmatch(digits) is None:
        raise CellError("time", f"{shown(time)} is not a time such as 0112")
    return digits


def certainty(confidence: str | None) -> str:
    """The certainty for the instrument's confidence; `stated` without any."""
    lists: Mapping[str, Any] = format_table("firms").lists
    if confidence is None:
        return "stated"
    if any(map(str.isdigit, confidence)):
        if not PERCENT.fullmatch(confidence):
            raise CellError("confidence", f"{shown(confidence)} is neither a grade nor per cent")
        return graded("confidence", whole_number(confidence), lists["percent"])
    return str(choice("confidence", confidence.lower(), lists["confidence"]))
