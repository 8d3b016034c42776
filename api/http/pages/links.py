"""Addresses that pages lead to: other views of the same, and the API's requests that say the same."""

from dataclasses import dataclass
from datetime import date
from shlex import quote
from urllib.parse import parse_qsl, urlencode

PAGE_ONLY = frozenset({"embed"})
"""Parameters of pages that the API does not have."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where the same is to be had in another form."""

    name: str
    href: str
    type: str


def _split(address: str) -> tuple[str, list[tuple[str, str]]]:
    path, _, query = address.partition("?")
    return path, parse_qsl(query, keep_blank_values=True)


def _joined(path: str, sent: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(sent)}" if sent else path


def without(address: str, *names: str) -> str:
    """An address without some of its parameters."""
    path, sent = _split(address)
    return _joined(path, [(name, value) for name, value in sent if name not in names])


def changed(address: str, **values: str | None) -> str:
    """An address with some parameters set to one value, or left out."""
    path, sent = _split(without(address, *values))
    return _joined(path, [*sent, *((name, value) for name, value in values.items() if value is not None)])


def cleaned(query: str) -> str:
    """A query without the parameters that a form left empty."""
    sent = parse_qsl(query, keep_blank_values=True)
    return query if all(value for _, value in sent) else urlencode([(name, value) for name, value in sent if value])


def same_in_api(query: str, path: str, *dropped: str) -> str:
    """The API's request that says the same as a page's query."""
    return without(f"{path}?{query}" if query else path, *PAGE_ONLY, *dropped)


def curl(base: str, path: str) -> str:
    """A line for a shell that fetches the same."""
    return f"curl {quote(base + path)}"


def exports(path: str, forms: tuple[str, ...]) -> list[Link]:
    """A list in every form that it is sent in: JSON, and exports of everything that the same filters match."""
    bare, _, query = path.partition("?")
    found = [Link("JSON", path, "application/json")]
    for form in forms:
        name, media_type = FORMS[form]
        address = without(f"{bare}.{form}?{query}" if query else f"{bare}.{form}", "cursor", "limit", "sort", "total")
        found.append(Link(name, address, media_type))
    return found


def feed(day: date | str | None, query: str = "", **more: str) -> list[Link]:
    """What becomes known from a day on, to follow: of the party and the place that a query names. No day: none."""
    if day is None:
        return []
    kept = [(name, value) for name, value in parse_qsl(query) if name in {"party", "location"}]
    asked = [("date_from", str(day)), ("date_to", date.max.isoformat()), *kept, *more.items()]
    return [Link("Atom, of what becomes known", _joined("/briefing.atom", asked), "application/atom+xml")]


FORMS = {
    "csv": ("CSV", "text/csv"),
    "ndjson": ("NDJSON", "application/x-ndjson"),
    "geojson": ("GeoJSON", "application/geo+json"),
    "kml": ("KML", "application/vnd.google-earth.kml+xml"),
}
