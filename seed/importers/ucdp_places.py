"""The place of a UCDP row and the places that contain it, no more precise than the row."""

from collections.abc import Generator, Mapping
from typing import Any

from api.domain.geo import code_of
from seed.importers.cells import identity, short, slug
from seed.importers.formats import MadeRecord, choice, format_table

DATASET_SOURCE = "ucdp-ged"
COUNTRY = 6


def place(cells: Mapping[str, Any]) -> Generator[MadeRecord, None, tuple[str | None, str | None]]:
    """Add the locations of a row, outermost first; returns the event's location and its relation to it."""
    precision = choice("where_prec", cells["where_prec"], format_table("ucdp").lists["where_prec"])
    within = None
    for container in containers(cells):
        yield MadeRecord("location", {**container, "within": within})
        within = str(container["id"])
    if cells["where_prec"] == COUNTRY:
        return within, "at" if within else None
    name = next((cells[column] for column in ("where_coordinates", "where_description") if cells[column]), None)
    point = spot(cells, precision)
    if name is None and point is None:
        return within, "at" if within else None
    yield MadeRecord("location", exact(cells, precision, name, point, within))
    return str(exact(cells, precision, name, point, within)["id"]), precision.get("relation", "at")


def containers(cells: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Country, first and second division, if the row names them; they have no point."""
    country, first, second = cells["country"], cells["adm_1"], cells["adm_2"]
    number = cells["country_id"] if cells["country_id"] is not None else slug(country or "")
    named = [("country", country, ()), ("oblast", first, (first,)), ("raion", second, (first, second))]
    return [
        {
            "id": identity("ucdp", kind, number, *([slug(name)] if path else []), of=(number, *path) if path else ()),
            "kind": kind,
            "name": short(name),
            "country": code_of("gw", number) if kind == "country" else None,
        }
        for kind, name, path in named
        if name
    ]


def spot(cells: Mapping[str, Any], precision: Mapping[str, Any]) -> dict[str, Any] | None:
    """The point of a row, if its precision is sufficient."""
    pointless = cells["where_prec"] > COUNTRY or precision.get("pointless", False)
    if pointless or cells["latitude"] is None or cells["longitude"] is None:
        return None
    return {
        "longitude": cells["longitude"],
        "latitude": cells["latitude"],
        "radius_m": precision.get("radius_m"),
        "method": "stated",
        "source": DATASET_SOURCE,
    }


def exact(
    cells: Mapping[str, Any],
    precision: Mapping[str, Any],
    name: str | None,
    point: Mapping[str, Any] | None,
    within: str | None,
) -> dict[str, Any]:
    """The place itself, identified by name, point, precision and containing places."""
    position = (point["latitude"], point["longitude"]) if point else (None, None)
    shown = short(name) if name else f"{position[0]}, {position[1]}"
    kind = precision["kind"]
    if kind == "place":
        kind = format_table("ucdp").lists["places"].get(shown.rpartition(" ")[2].lower(), kind)
    of = (within, shown, *position, cells["where_prec"])
    return {
        "id": identity("ucdp", slug(shown), of=of),
        "kind": kind,
        "name": shown,
        "within": within,
        "point": point,
    }
