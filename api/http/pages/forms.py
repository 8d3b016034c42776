"""The form that asks for events: what its fields offer, what they keep, and what the filters leave out."""

from typing import Any

from fastapi import Request

from api.domain import vocabulary as v
from api.http.pages import words
from api.http.pages.data import Known, Part

CHOICES = 400
"""A field with more choices than this is one to type in."""
_SHOWN = frozenset({"q", "date_from", "date_to", "party", "location", "kind", "status", "dataset"})
_LACKING = {
    "undated": "without a date",
    "undated_claims": "missing only because claims about them are undated",
    "without_coordinates": "without a point",
}


def unshown(request: Request, asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Filters that stand in the address and not in the form, which must not lose them."""
    return [(name, value) for name, value in request.query_params.multi_items() if name in asked.keys() - _SHOWN]


def left_out(page: Part) -> list[str]:
    """What the filters leave out for want of a date or a point."""
    found = page.meta.get("left_out") or {}
    return [
        f"{words.count(size, 'event')} {_LACKING.get(name, words.plain(name))}" for name, size in found.items() if size
    ]


def choices(known: Known) -> dict[str, list[tuple[str, str]]]:
    """What the fields of the form offer; nothing where there is too much to choose from."""
    parties = sorted(
        known.actors.items(), key=lambda item: (item[1]["kind"] != "side", item[1]["name"].casefold(), item[0])
    )
    places = known.locations
    return {
        "party": [(identifier, actor["name"]) for identifier, actor in parties] if len(parties) <= CHOICES else [],
        "location": [(place["id"], place["name"]) for place in places] if len(places) <= CHOICES else [],
        "kind": [(kind.value, words.plain(kind.value)) for kind in v.EventKind],
        "status": [(status.value, words.plain(status.value)) for status in v.Status],
        "dataset": [(dataset["id"], dataset["title"]) for dataset in known.datasets],
    }
