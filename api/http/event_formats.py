"""Events in formats of other programs: KML 2.2 and TimelineJS 3.

KML has a placemark for each event with the range of its date; what KML cannot express is given in words. TimelineJS has
a slide for each dated event, with the event's own precision; the title slide names the undated ones.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from api.domain.dates import date_in_words
from api.http import formats, words
from api.http.exports import escaped, left_out_in_words
from api.schemas.records import Json


def _page(base: str, event: str) -> str:
    """The page of an event; these formats link to pages because people read them."""
    return f"{base}/explore/events/{event}"


KML = "application/vnd.google-earth.kml+xml"
SCHEMA = "event"
# GDAL treats fields with these names as parts of the placemark itself, which would overwrite the columns.
RENAMED = {"id": "event_id", "summary": "event_summary"}
NOTE = (
    "A time span holds the days between which an event happened. KML cannot tell whether it lasted all those days or "
    "happened once among them: read each date in words. Events without a date have no time span, and events without a "
    "point have no place on the map; both are listed. A pin marks the middle of the area where an event may have "
    "happened: read how far that area reaches."
)


def _kind(column: str) -> str:
    if column in formats.NUMBERS:
        return "double"
    return "int" if column.startswith("claims") else "string"


def _schema() -> str:
    fields = (
        f'<SimpleField name="{RENAMED.get(column, column)}" type="{_kind(column)}"/>'
        for column in formats.CSV_HEADERS["events"]
    )
    return f'<Schema id="{SCHEMA}" name="event">{"".join(fields)}</Schema>'


BASE = b"\0"
"""A placeholder for the address of the service in cached texts; no text contains it, because PostgreSQL cannot."""


class Kml:
    """A KML document of events."""

    media_type = KML
    parsed = False

    def __init__(self, base: str) -> None:
        """Take the address of the service, for links."""
        self._base = escaped(base).encode()

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The document's name, and what was left out."""
        said = escaped(f"{NOTE} {left_out_in_words(left_out)}".strip())
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
            f"<name>{escaped(description)}</name><description>{said}</description>{_schema()}\n"
        ).encode()

    def record(self, document: bytes) -> bytes:
        """A placemark."""
        return _placemarks().record(document).replace(BASE, self._base)

    def tail(self) -> bytes:
        """The end."""
        return b"</Document></kml>\n"


class _Placemarks(formats.Flat):
    """Writes placemarks; a column without a value is left out."""

    def __init__(self) -> None:
        super().__init__("events", [name for name in formats.CSV_HEADERS["events"] if name != "url"], b"")

    def _as_is(self, name: str) -> Callable[[bytes], bytes]:
        return lambda text: _data({name: orjson.loads(text)}).encode()

    def _columns(self, found: Json) -> bytes:
        return _data(found).encode()

    def _joined(self, texts: list[bytes], columns: bytes) -> bytes:
        event = dict(zip(self._fields, texts, strict=True))
        name = orjson.loads(event["id"])
        url = orjson.loads(event["url"]) or f"/events/{name}"
        summary = escaped(orjson.loads(event["summary"]))
        (when, span), (where, point) = _when(event["date"]), _at(event["location"])
        told = (
            summary,
            when,
            where,
            _status(formats.BECAUSE.sub(b'"because":[]', event["assessments"])),
            _page("\0", name),
        )
        return (
            f'<Placemark id="event.{name}"><name>{escaped(orjson.loads(event["title"]))}</name>'
            f"<description>{' '.join(filter(None, told))}</description>{span}"
            f'<ExtendedData><SchemaData schemaUrl="#{SCHEMA}">{columns.decode()}'
            f'<SimpleData name="url">\0{escaped(url)}</SimpleData></SchemaData></ExtendedData>{point}</Placemark>\n'
        ).encode()


@lru_cache(maxsize=1)
def _placemarks() -> _Placemarks:
    return _Placemarks()


@lru_cache(formats.REMEMBERED)
def _when(text: bytes) -> tuple[str, str]:
    """A date in the words of a balloon, which are plain because some readers show HTML tags literally, and its span."""
    date = orjson.loads(text)
    told = (f"When: {date_in_words(date['edtf'])}.", date["note"], words.otherwise(date))
    return escaped(" ".join(filter(None, told))), _span(date)


@lru_cache(formats.REMEMBERED)
def _at(text: bytes) -> tuple[str, str]:
    """A place in words, and its point."""
    place = orjson.loads(text)
    point = place and place["point"]
    at = f"<Point><coordinates>{point['longitude']},{point['latitude']}</coordinates></Point>" if point else ""
    return escaped(_where(place)), at


@lru_cache(formats.REMEMBERED)
def _status(text: bytes) -> str | None:
    """What the claims on each question add up to, in words."""
    status = words.statuses({"assessments": orjson.loads(text)})
    return f"Status: {escaped(status)}." if status else None


def _where(place: Json | None) -> str | None:
    """`Where: near Lysychansk, within 5,000 m of the point.`, because a pin alone would suggest an exact place."""
    if place is None:
        return "Where: unknown."
    relation, point = place["relation"], place["point"]
    if point is None:
        reach = "of which no point is recorded"
    elif point["radius_m"] is None:
        reach = "how far from the point is not recorded"
    else:
        reach = f"within {point['radius_m']:,} m of the point"
    return f"Where: {relation or 'at'} {place['name']}, {reach}."


def _span(date: Json) -> str:
    """The range of the date; an open end is omitted, and an undated event has no span."""
    begin = f"<begin>{date['earliest']}</begin>" if date["earliest"] else ""
    end = f"<end>{date['latest']}</end>" if date["latest"] else ""
    return f"<TimeSpan>{begin}{end}</TimeSpan>" if begin or end else ""


def _data(columns: Json) -> str:
    """Every column that has a value."""
    return "".join(
        [
            f'<SimpleData name="{RENAMED.get(name, name)}">{_text(value)}</SimpleData>'
            for name, value in columns.items()
            if value is not None and value != []
        ]
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return escaped("|".join(value))
    return escaped(value) if isinstance(value, str) else str(value)


NAMED = 100
"""The number of undated events that the title names; the rest are counted."""


class Timeline:
    """A timeline of events."""

    media_type = "application/json"
    parsed = True

    def __init__(self, base: str) -> None:
        """Take the address of the service, for links."""
        self._base = base
        self._about = self._left_out = ""
        self._separator = b""
        self._undated: list[str] = []
        self._more = 0

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The beginning; slides come before the title, which lists the events without a slide."""
        self._about, self._left_out = description, left_out_in_words(left_out)
        return b'{"scale":"human","events":['

    def record(self, document: Json) -> bytes:
        """A slide if the event has a date; if not, remember it for the title."""
        dates = _dates(document["date"])
        if dates:
            separator, self._separator = self._separator, b","
            return separator + orjson.dumps(self._slide(document, dates))
        if len(self._undated) < NAMED:
            self._undated.append(self._link(document))
        else:
            self._more += 1
        return b""

    def tail(self) -> bytes:
        """The title slide."""
        text = [f"<p>{escaped(self._left_out)}</p>"] if self._left_out else []
        if self._undated:
            more = f" and {self._more} more" if self._more else ""
            text.append(f"<p>Without a date: {'; '.join(self._undated)}{more}.</p>")
        title = {"unique_id": "title", "text": {"headline": escaped(self._about), "text": "".join(text)}}
        return b'],"title":%s}\n' % orjson.dumps(title)

    def _slide(self, event: Json, dates: dict[str, Any]) -> dict[str, Any]:
        status = words.statuses(event)
        date = event["date"]
        told = (event["summary"], f"Status: {status}." if status else None, date["note"], words.otherwise(date))
        text = "".join(f"<p>{escaped(part)}</p>" for part in told if part)
        return {
            "unique_id": event["id"],
            **dates,
            "display_date": date_in_words(event["date"]["edtf"]),
            "text": {"headline": self._link(event), "text": text},
        }

    def _link(self, event: Json) -> str:
        """A link to the event's page; a damaged event has only an id."""
        return f'<a href="{escaped(_page(self._base, event["id"]))}">{escaped(event["title"] or event["id"])}</a>'


def _dates(when: Json) -> dict[str, Any]:
    """The slide's dates: always a start, because TimelineJS requires one, and an end if it differs."""
    earliest, latest = when["earliest"], when["latest"]
    start = earliest or latest
    if start is None:
        return {}
    end = {} if latest in {None, start} else {"end_date": _day(latest)}
    return {"start_date": _day(start), **end}


def _day(text: str) -> dict[str, int]:
    day = date.fromisoformat(text)
    return {"year": day.year, "month": day.month, "day": day.day}
