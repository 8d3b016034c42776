"""Records as CSV, NDJSON and GeoJSON; columns and features are derived from the record's JSON document."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson

from api.domain.vocabulary import Aspect, Credibility, Reliability, Stance, Status
from api.http.caching import PUBLIC
from api.query.validity import BLANKS
from api.schemas.records import Json

Columns = Callable[[Json], dict[str, Any]]
_CREDIBILITY = {word.value: word.meaning for word in Credibility}
NUMBERS = frozenset({"longitude", "latitude", "radius_m"}) | {
    f"{figure}_{part}" for figure in ("value", "deaths") for part in ("low", "best", "high")
}
"""Columns whose whole numbers have a decimal point too: readers guess a column's type from its first rows."""
_WHOLE = ("claims_", "supports_")
_CONTEST = {
    status: rank
    for rank, status in enumerate(
        (Status.DISPUTED, Status.DENIED, Status.CONCEDED, Status.CORROBORATED, Status.CLAIMED, Status.UNADDRESSED)
    )
}
"""Ranks of statuses: if there are several questions on one aspect, the most contested one represents it."""
AREA = ("country", "admin1", "admin2")
MARK = "'"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", MARK)
_MARKED = frozenset({*DANGEROUS, "/"})
"""What a text begins with of which a cell is another text."""


@cache
def _under(name: str, parts: Iterable[str]) -> tuple[str, ...]:
    """The names of a column's parts."""
    return tuple(f"{name}_{part}" for part in parts)


POINT = ("longitude", "latitude", "radius_m", "method")
_DEATHS = ("low", "best", "high", "claim")
_WHEN = ("earliest", "latest", "precision", "basis")
# Names of columns are made once, and values fetched together: a column of an export costs less than its name would.
_of_area, _of_point, _of_deaths = (itemgetter(*names) for names in (AREA, POINT, _DEATHS))
_of_when = itemgetter("edtf", *_WHEN)
_NO_AREA, _NO_POINT, _NO_DEATHS = (dict.fromkeys(names) for names in (AREA, POINT, _under("deaths", _DEATHS)))
_OF_STANCES = tuple(zip(_under("claims", Stance), Stance, strict=True))
_OF_ASPECTS = dict(zip(Aspect, _under("status", Aspect), strict=True))
_NO_STATUSES = dict.fromkeys(_OF_ASPECTS.values())


def _ref(name: str, value: Json | None) -> dict[str, Any]:
    if value is None:
        return {f"{name}_id": None, name: None}
    return {f"{name}_id": value["id"], name: value["name"] if "name" in value else value.get("title")}


def _when(name: str, value: Json) -> dict[str, Any]:
    return dict(zip((name, *_under(name, _WHEN)), _of_when(value), strict=True))


def _point(point: Json | None) -> dict[str, Any]:
    return dict(zip(POINT, _of_point(point), strict=True)) if point else _NO_POINT


def _area(place: Json | None) -> dict[str, Any]:
    return dict(zip(AREA, _of_area(place), strict=True)) if place else _NO_AREA


def event_columns(event: Json) -> dict[str, Any]:
    """A flat event."""
    place, deaths, by_stance = event["location"], event["deaths"], event["claims"]["by_stance"]
    statuses = _NO_STATUSES.copy()
    for found in sorted(event["assessments"], key=lambda found: -_CONTEST[found["status"]]):
        statuses[_OF_ASPECTS[found["aspect"]]] = found["status"]
    return {
        "id": event["id"],
        "kind": event["kind"],
        "title": event["title"],
        "summary": event["summary"],
        **_when("date", event["date"]),
        **_ref("location", place),
        "location_kind": place and place["kind"],
        "place_relation": place and place["relation"],
        **_area(place),
        **_point(place and place["point"]),
        "participants": [part["actor"]["id"] for part in event["participants"]],
        "participant_roles": [part["role"] for part in event["participants"]],
        **_ref("part_of", event["part_of"]),
        "claims": event["claims"]["total"],
        **{column: by_stance.get(stance, 0) for column, stance in _OF_STANCES},
        **statuses,
        **(dict(zip(_NO_DEATHS, _of_deaths(deaths), strict=True)) if deaths else _NO_DEATHS),
        **_ref("dataset", event["dataset"]),
        "url": event["url"],
    }


def claim_columns(claim: Json) -> dict[str, Any]:
    """A flat claim."""
    value = claim["value"] or {}
    return {
        "id": claim["id"],
        **_ref("event", claim["event"]),
        **_ref("speaker", claim["speaker"]),
        **_ref("via", claim["via"]),
        "about": claim["about"],
        "stance": claim["stance"],
        "aspect": claim["aspect"],
        "certainty": claim["certainty"],
        "credibility": claim["credibility"],
        "credibility_meaning": claim["credibility"] and _CREDIBILITY[str(claim["credibility"])],
        "summary": claim["summary"],
        "quote": claim["quote"],
        **_ref("quote_by", claim["quote_by"]),
        "value_low": value.get("low"),
        "value_best": value.get("best"),
        "value_high": value.get("high"),
        "unit": value.get("unit"),
        "measure": value.get("measure"),
        **_ref("of", value.get("of")),
        "names": [actor["id"] for actor in claim["names"]],
        **_when("said", claim["said"]),
        "inferred": claim["inferred"],
        "sources": [citation["source"]["id"] for citation in claim["citations"]],
        "flags": list(dict.fromkeys(flag for citation in claim["citations"] for flag in citation["flags"])),
        **_ref("dataset", claim["dataset"]),
        "url": claim["url"],
    }


def source_columns(source: Json) -> dict[str, Any]:
    """A flat source."""
    plain = ("id", "kind", "title", "publisher", "author", "url", "archive_url", "language")
    return {
        **{part: source[part] for part in plain},
        **_when("published", source["published"]),
        **_ref("parent", source["parent"]),
        "reliability": source["reliability"],
        "reliability_meaning": source["reliability"] and Reliability[source["reliability"]].meaning,
        "note": source["note"],
        **{f"supports_{what}": number for what, number in source["supports"].items()},
        **_ref("dataset", source["dataset"]),
    }


def actor_columns(actor: Json) -> dict[str, Any]:
    """A flat actor."""
    return {
        **{part: actor[part] for part in ("id", "kind", "name", "aliases", "description")},
        "affiliations": [f"{link['kind']}:{link['actor']['id']}" for link in actor["affiliations"]],
        "affiliated": [f"{link['kind']}:{link['actor']['id']}" for link in actor["affiliated"]],
        **_ref("dataset", actor["dataset"]),
        "url": actor["url"],
    }


def location_columns(location: Json) -> dict[str, Any]:
    """A flat location."""
    return {
        **{part: location[part] for part in ("id", "kind", "name", "aliases")},
        **_ref("within", location["within"]),
        **_area(location),
        "gazetteers": location["gazetteers"],
        **_point(location["point"]),
        **_ref("dataset", location["dataset"]),
        "url": location["url"],
    }


def dataset_columns(dataset: Json) -> dict[str, Any]:
    """A flat dataset."""
    plain = {name: dataset[name] for name in BLANKS["dataset"] if name != "releases"}
    parts = {"files": "file", "versions": "version", "sha256": "sha256"}
    return {**plain, **{name: [one[part] or "" for one in dataset["releases"]] for name, part in parts.items()}}


def dispute_columns(dispute: Json) -> dict[str, Any]:
    """A flat dispute."""

    def parties(stance: str) -> list[str]:
        held = [position["party"] for position in dispute["positions"] if position["stance"] == stance]
        return ["" if party is None else party["id"] for party in held]

    event = dispute["event"]
    return {
        **_ref("event", event),
        **_when("date", event["date"]),
        "aspect": dispute["aspect"],
        "supporting_parties": parties("support"),
        "opposing_parties": parties("oppose"),
        "because": dispute["because"],
        "inferred": dispute["inferred"],
    }


def difference_columns(difference: Json) -> dict[str, Any]:
    """A difference between two versions of a record: texts as they are, everything else as JSON."""

    def cell(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
        return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()

    return {**difference, "before": cell(difference["before"]), "after": cell(difference["after"])}


def neutral(text: str) -> str:
    """Escape text that a spreadsheet would run as a formula, or that begins with an apostrophe, by an apostrophe."""
    return MARK + text if text.startswith(DANGEROUS) else text


def _cell(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return "true" if value else "false"
    if name in NUMBERS and isinstance(value, int):
        return f"{value}.0"
    if isinstance(value, list):
        value = "|".join(value)
    if name == "url" and isinstance(value, str) and value.startswith("/"):
        return PUBLIC.get().prefix + value
    return neutral(value) if isinstance(value, str) else value


def _cells(row: dict[str, Any], header: Sequence[str]) -> list[Any]:
    """Most values are written as they are: for these, no function is called."""
    return [
        value
        if (value := row[name]) is None
        or ((kind := value.__class__) is str and value[:1] not in _MARKED)
        or (kind is int and name not in NUMBERS)
        else _cell(name, value)
        for name in header
    ]


def csv_lines(rows: Iterable[dict[str, Any]], header: Sequence[str], *, first: bool) -> bytes:
    """Rows as CSV (RFC 4180) in UTF-8, preceded by the header if `header` is given. Null is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if first:
        writer.writerow(header)
    writer.writerows(_cells(row, header) for row in rows)
    return out.getvalue().encode()


def feature(columns: dict[str, Any], names: Sequence[str] | None) -> bytes:
    """A GeoJSON feature (RFC 7946) with some columns, or (None) all; a record without a point has a null geometry."""
    placed = columns.get("longitude") is not None
    geometry = {"type": "Point", "coordinates": [columns["longitude"], columns["latitude"]]} if placed else None
    shown = columns.copy() if names is None else {name: columns[name] for name in names}
    for name in _LISTS.intersection(shown):
        shown[name] = "|".join(shown[name])
    return orjson.dumps({"type": "Feature", "id": columns["id"], "geometry": geometry, "properties": shown})


def types(listing: str) -> dict[str, str]:
    """What each column of a list holds, in the words of JSON Schema, and `date` and `date-time`."""
    return {name: _type(name, blank) for name, blank in CSV_COLUMNS[listing](BLANKS[listing.removesuffix("s")]).items()}


def _type(name: str, blank: object) -> str:
    if isinstance(blank, list):
        return "array"
    if name in NUMBERS:
        return "number"
    if name.endswith(("_earliest", "_latest")):
        return "date"
    if name in {"claims", "credibility"} or name.startswith(_WHOLE):
        return "integer"
    return {"inferred": "boolean", "recorded_at": "date-time"}.get(name, "string")


CSV_COLUMNS: dict[str, Columns] = {
    "events": event_columns,
    "claims": claim_columns,
    "sources": source_columns,
    "actors": actor_columns,
    "locations": location_columns,
    "datasets": dataset_columns,
    "disputes": dispute_columns,
}
CSV_HEADERS = {name: tuple(columns(BLANKS[name.removesuffix("s")])) for name, columns in CSV_COLUMNS.items()}
_LISTS = frozenset(name for listing in CSV_HEADERS for name, kind in types(listing).items() if kind == "array")
CSV_HEADERS["differences"] = ("kind", "id", "op", "field", "before", "after", "url")
CSV_COLUMNS["differences"] = difference_columns
SPREAD: dict[str, dict[str, tuple[str, ...]]] = {
    "events": {
        "assessments": tuple(name for name in CSV_HEADERS["events"] if name.startswith("status_")),
        "deaths": tuple(name for name in CSV_HEADERS["events"] if name.startswith("deaths_")),
    },
    "claims": {
        "value": (
            *(name for name in CSV_HEADERS["claims"] if name.startswith("value_")),
            "unit",
            "measure",
            "of_id",
            "of",
        ),
        "citations": ("sources", "flags"),
    },
    "sources": {"supports": tuple(name for name in CSV_HEADERS["sources"] if name.startswith("supports_"))},
    "locations": {"point": POINT},
    "disputes": {"positions": ("supporting_parties", "opposing_parties")},
}
"""Fields of a record that become several columns with other names."""
