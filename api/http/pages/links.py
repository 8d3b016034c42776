"""The links of pages: other views and days, and API requests with the same data; and citations of pages."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from shlex import quote
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import orjson

from api.domain.dates import day_in_words
from api.schemas.records import Json

PAGE_ONLY = frozenset({"embed"})
"""Parameters of pages that the API does not have."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the same data in another format."""

    name: str
    href: str
    type: str


def _split(address: str) -> tuple[str, list[tuple[str, str]]]:
    path, _, query = address.partition("?")
    return path, parse_qsl(query, keep_blank_values=True)


def _joined(path: str, sent: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(sent)}" if sent else path


def without(address: str, *names: str) -> str:
    """A URL without some of its parameters."""
    path, sent = _split(address)
    return _joined(path, [(name, value) for name, value in sent if name not in names])


def changed(address: str, **values: str | None) -> str:
    """A URL with some parameters set to one value, or removed."""
    path, sent = _split(without(address, *values))
    return _joined(path, [*sent, *((name, value) for name, value in values.items() if value is not None)])


def corrected(address: str, word: str, parameter: str | None = None, value: object = None) -> str | None:
    """A URL with a suggested word instead of the wrong one; None if it is unclear where the wrong one is.

    Without a parameter, the word is the record's id, which ends the path, or another path.
    """
    if word.startswith("/"):
        return None if "{" in word else word
    path, sent = _split(address)
    if parameter is None:
        return f"{path.rpartition('/')[0]}/{quote_plus(word)}" + address[len(path) :]
    if parameter in dict(sent) and (parameter, str(value)) in sent:
        return _joined(path, [(name, word if (name, old) == (parameter, str(value)) else old) for name, old in sent])
    if value is None and parameter in dict(sent):  # an unknown parameter
        return _joined(path, [(word if name == parameter else name, old) for name, old in sent])
    return None


def cleaned(query: str) -> str:
    """A query without the parameters that a form sent empty."""
    sent = parse_qsl(query, keep_blank_values=True)
    if all(value for _, value in sent):
        return query
    lost = {"known"} if ("as_of", "") in sent else set()  # `known` has no meaning without `as_of`
    return urlencode([(name, value) for name, value in sent if value and name not in lost])


def same_in_api(query: str, path: str, *dropped: str) -> str:
    """The API request for the same data as a page."""
    return without(f"{path}?{query}" if query else path, *PAGE_ONLY, *dropped)


def curl(base: str, path: str) -> str:
    """A shell command that fetches the same data."""
    return f"curl {quote(base + path)}"


def exports(path: str, forms: tuple[str, ...], of: str = "") -> list[Link]:
    """Links to a list in every format: JSON, and exports with the same filters.

    `of` names the list, if a page links to several.
    """
    bare, _, query = path.partition("?")
    about = f"{of} as " if of else ""
    found = [Link(f"{about}JSON", path, "application/json")]
    for form in forms:
        name, media_type = FORMS[form]
        address = without(f"{bare}.{form}?{query}" if query else f"{bare}.{form}", "cursor", "limit", "sort", "total")
        found.append(Link(about + name, address, media_type))
    return found


def feed(day: date | str | None, query: str = "", **more: str) -> list[Link]:
    """The feed of what becomes known from a day on, with a query's party and place; none without a day."""
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


def same_day(query: object) -> str:
    """The parameters with which another page shows the same state of knowledge: `as_of` and `known`."""
    day, reading = getattr(query, "as_of", None), getattr(query, "known", None)
    return "?" + urlencode({"as_of": day} | ({"known": reading} if reading else {})) if day else ""


def day_steps(here: str, as_of: date | None, said: tuple[str, str] | None) -> dict[str, Any]:
    """The data of `day.html`: the requested day, the days next to it, and the first and last day of all claims."""
    path, _, query = here.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in {"as_of", "cursor"}]
    here = changed(here, cursor=None)
    first, last = said or (None, None)
    steps: dict[str, str | None] = {"before": None, "after": None, "all": None, "start": None}
    if as_of is not None:
        steps["all"] = changed(here, as_of=None, known=None)
        if first is not None and as_of.isoformat() > first:
            steps["before"] = changed(here, as_of=_moved(as_of, -1, last))
        if last is not None and as_of.isoformat() < last:
            steps["after"] = changed(here, as_of=_moved(as_of, 1, last))
    elif first is not None:
        steps["start"] = changed(here, as_of=first)
    value = None if as_of is None else as_of.isoformat()
    return {"path": path, "kept": kept, "value": value, "first": first, "last": last, **steps}


def _moved(day: date, days: int, last: str | None) -> str:
    """The day before or after; from beyond the last claim, back to that of the last claim."""
    if days < 0 and last is not None and day.isoformat() > last:
        return last
    return (day + timedelta(days)).isoformat()


TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "#$%&_{}"},
    }
)


def citation(title: str, dataset: Json | None, address: str, revision: int, accessed: date) -> dict[str, str]:
    """A page's citation in every format."""
    whole = "Counterclaim" if dataset is None else dataset["title"]
    if dataset is not None and dataset["version"]:
        whole = f"{whole}, version {dataset['version']}"
    state = f"{whole}, revision {revision}"
    key = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "counterclaim"
    text = f"“{title}”. {state}. Counterclaim. {address} (accessed {day_in_words(accessed)})."
    bibtex = "\n".join(
        (
            f"@misc{{{key},",
            f"  title = {{{title.translate(TEX)}}},",
            f"  howpublished = {{{state.translate(TEX)}. Counterclaim}},",
            f"  url = {{{address}}},",
            f"  urldate = {{{accessed.isoformat()}}},",
            "}",
        )
    )
    csl = {
        "id": key,
        "type": "webpage",
        "title": title,
        "container-title": whole,
        "publisher": "Counterclaim",
        "version": str(revision),  # styles write "Version" before it
        "URL": address,
        "accessed": {"date-parts": [[accessed.year, accessed.month, accessed.day]]},
    }
    return {"Text": text, "BibTeX": bibtex, "CSL-JSON": orjson.dumps([csl], option=orjson.OPT_INDENT_2).decode()}
