"""2,500 events whose radii, summaries and figures come last: for clients that learn the fields from the first few."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from seed.refusals import Entry, Place, Refusal, entry

EVENTS, FROM = 2_500, 2_400
"""So many events, and the first of those that have what the others lack."""
DATASET = "late"
TOWNS, A_DAY = 30, 10
"""So many towns have a point without a radius, and so many events are of one day; one of these is in a town."""


def entries() -> Iterator[Entry | Refusal]:
    """The records as a load takes them."""
    for kind, fields in _records():
        found = entry(kind, fields, DATASET, Place("late", 1))
        yield from found if isinstance(found, list) else [found]


def _records() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "dataset", {"id": DATASET, "title": "What comes late", "recorded_at": "2024-06-01T00:00:00Z"}
    yield "source", {"id": "late-source", "kind": "news", "title": "A report"}
    point = {"longitude": 38.25, "latitude": 48.5, "radius_m": 12.5, "method": "stated", "source": "late-source"}
    yield "location", {"id": "late-place", "kind": "town", "name": "Late", "point": point}
    yield "location", {"id": "late-land", "kind": "region", "name": "Land"}
    for number in range(TOWNS):
        point = {"longitude": 36 + number / 10, "latitude": 48.5, "method": "stated", "source": "late-source"}
        yield "location", {"id": f"late-town-{number}", "kind": "town", "name": f"Town {number}", "point": point}
    for number in range(EVENTS):
        late, event = number >= FROM, f"late-{number:04}"
        day = (date(2022, 1, 1) + timedelta(days=number // A_DAY)).isoformat()
        fields = {
            "id": event,
            "kind": "shelling",
            "title": f"Event {number}",
            "date": {"edtf": day, "basis": "stated"},
        }
        town = f"late-town-{number // A_DAY % TOWNS}" if number % A_DAY == 0 else "late-land"
        place = {"location": "late-place" if late else town, "place_relation": "at"}
        yield "event", {**fields, **place, "summary": f"Summary {number}" if late else None}
        claim = {"id": f"{DATASET}-claim-{number:04}", "event": event, "stance": "asserts", "aspect": "occurrence"}
        value = {"best": 20.75, "unit": "km", "measure": "distance"}
        more = {"aspect": "quantity", "value": value, "inferred": False} if late else {}
        said = {"edtf": day, "basis": "stated"}
        cited = [{"source": "late-source", "role": "carries"}]
        yield "claim", {**claim, **more, "summary": "It was so.", "said": said, "citations": cited}
