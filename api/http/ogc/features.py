"""Records as GeoJSON features of one form: every property in each, numbers that stay numbers, and two dates alone."""

from typing import Any

import orjson

from api.domain.dates import date_in_words
from api.http import formats
from api.http.formats import Document

# Where the first features have whole numbers alone, GDAL makes a field of whole numbers, and cuts what comes later.
DECIMALS = {"longitude", "latitude", "radius_m", "value_low", "value_best", "value_high"}
DATES = {"events": "date", "claims": "said"}


def properties(collection: str, document: Document) -> dict[str, Any]:
    """The columns of the CSV, renamed so that none has the name of a parameter that means another thing.

    A client that filters by a property sends the parameter of that name, and trusts the answer. And it takes every text
    that looks like a day for a date, and a condition on any of them for `datetime`: so the days between which a thing
    lies are the only ones, and the rest of the date is in words.
    """
    columns = formats.COLUMNS[collection](document)
    when = DATES.get(collection)
    found: dict[str, Any] = {}
    for name, value in columns.items():
        if name == when:
            found[f"{name}_in_words"] = date_in_words(value)
            found[f"{name}_edtf"] = value and f"EDTF {value}"
        elif f"{name}_id" in columns:
            found[f"{name}_name"] = value
        else:
            found[name] = _plain(name, value)
    return found


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return "|".join(value)
    return float(value) if name in DECIMALS and value is not None else value


def ogc_feature(collection: str, body: str | bytes, links: list[dict[str, str]] | None = None) -> bytes:
    """A stored document as a feature."""
    document = orjson.loads(body)
    found = properties(collection, document)
    longitude = found.get("longitude")
    point = {"type": "Point", "coordinates": [longitude, found["latitude"]]} if longitude is not None else None
    shown = {"type": "Feature", "id": document["id"], "geometry": point, "properties": found}
    return orjson.dumps(shown if links is None else {**shown, "links": links})
