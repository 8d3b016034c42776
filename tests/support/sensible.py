"""What Schemathesis makes of the OpenAPI document, put right where a document cannot say what makes sense.

A schema can tell the form of an id, not that it names a record; that a date is a day, not that `date_from` comes before
`date_to`. Of requests that are meant to be right, this puts that right, so that whatever is then refused is a defect.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis import Case, GenerationMode, HookContext

from api.domain.text import fold
from api.server.request_limits import CONTROL
from api.settings import Settings
from seed.files import read
from seed.refusals import Entry
from tests.support.databases import LYSYCHANSK

KINDS = {
    **dict.fromkeys(("party", "with_party", "speaker", "via", "names", "of"), "actor"),
    **dict.fromkeys(("location", "within"), "location"),
    **dict.fromkeys(("event", "part_of"), "event"),
    "about": "claim",
    "source": "source",
    "dataset": "dataset",
}
DAYS = (("date_from", "date_to"), ("said_from", "said_to"), ("published_from", "published_to"))
CIRCLE = {"longitude": "38.44", "latitude": "48.9", "radius_km": "15"}
BOXES = ("38.0,48.6,38.8,49.1", "170,-10,-170,10", "-180,-90,180,90", "0,0,0,0")


def _known() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"publisher": []}
    for entry in read([LYSYCHANSK]):
        assert isinstance(entry, Entry)
        found.setdefault(entry.record.kind_of_record, []).append(entry.record.id)
        if publisher := getattr(entry.record, "publisher", None):
            found["publisher"].append(publisher)
    return found


KNOWN = _known()


def one_of(kind: str, value: object) -> str:
    """A record of the kind, the same for the same value."""
    return KNOWN[kind][crc32(repr(value).encode()) % len(KNOWN[kind])]


def decimal(value: object) -> object:
    """A number as the service takes it: decimal, without an exponent."""
    number = float(str(value))
    return f"{max(number, 0.001) if 0 < number < 1 else number:.12f}"


def legible(value: str) -> str:
    """Words without control characters, of which one at least has a letter."""
    kept = CONTROL.sub("", value)[:180]
    return kept if fold(kept) else f"{kept} refinery"


MENDERS: dict[str, Callable[[Any], Any]] = {
    **{name: partial(one_of, kind) for name, kind in KINDS.items()},
    "publisher": partial(one_of, "publisher"),
    "country": lambda value: ("UA", "SY", "FR")[crc32(repr(value).encode()) % 3],
    "q": lambda value: legible(str(value)),
    "bbox": lambda value: BOXES[crc32(repr(value).encode()) % len(BOXES)],
    **dict.fromkeys((*CIRCLE, "radius_max_m"), decimal),
}


def mended(query: dict[str, Any]) -> dict[str, Any]:
    """A query that makes sense."""
    made: dict[str, Any] = {}
    for name, value in query.items():
        mend = MENDERS.get(name, lambda same: same)
        made[name] = [mend(one) for one in value[:8]] if isinstance(value, list) else mend(value)
    made.pop("cursor", None)
    if "changed_since" in made:
        made["changed_since"] = 1
    made.pop("since", None)  # a revision that there may not be
    made.pop("fields", None)  # the schema describes records with all of them
    if "expand" in made:
        made.pop("limit", None)
        made.pop("revision", None)
    if "as_of" in made:
        made.pop("revision", None)
    else:
        made.pop("known", None)
        made.update({"revision": 1} if "revision" in made else {})
    for first, last in DAYS:
        if first in made and last in made:
            made[first], made[last] = sorted((made[first], made[last]))
    if made.keys() & CIRCLE.keys():
        made = CIRCLE | made
    while sum(len(value) if isinstance(value, list) else 1 for value in made.values()) > Settings().parameters:
        made.popitem()
    return made


def rolled_up(query: dict[str, Any]) -> dict[str, Any]:
    """A query by an axis that a level of parties or of places goes with, and by a period."""
    axis = "party" if "party_level" in query else "location" if "location_level" in query else "kind"
    kept = {name: value for name, value in query.items() if name != "location_level" or axis == "location"}
    return {**kept, "by": [axis, "year"]}


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], __: dict[str, Any]) -> None:
    """Mend what is meant to be right, and leave alone what is meant to be wrong."""
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.query = mended(dict(case.query or {}))
        if "/rollup" in case.path:
            case.query = rolled_up(case.query)
        if case.path.endswith("/compare"):
            case.query["party"] = ["russian-side", "ukrainian-side"]
        if case.path in {"/briefing", "/briefing.atom"} and not case.query.keys() & {"date_from", "date_to"}:
            case.query["date_from"] = "2022-07-02"
