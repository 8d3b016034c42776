"""Events as KML 2.2: a placemark each, with the days in between which it lies, and all that KML cannot say in words."""

from collections.abc import Mapping

from api.domain.dates import date_in_words
from api.http import formats
from api.http.exports import Document, escaped, left_out_in_words, statuses_in_words

MEDIA_TYPE = "application/vnd.google-earth.kml+xml"
SCHEMA = "event"
# GDAL takes fields of these names for parts of the placemark itself, and writes over what the columns hold.
RENAMED = {"id": "event_id", "summary": "event_summary"}
NUMBERS = {"longitude": "double", "latitude": "double", "radius_m": "double"}
NOTE = (
    "A time span holds the days in between which an event lies. Whether it lasted all those days or took place once "
    "among them, KML cannot say: read each date's words. What has no date has no time span, and what has no point of "
    "its own has no place on the map; both are listed."
)


def _kind(column: str) -> str:
    return "int" if column.startswith("claims") else NUMBERS.get(column, "string")


def _schema() -> str:
    fields = (
        f'<SimpleField name="{RENAMED.get(column, column)}" type="{_kind(column)}"/>'
        for column in formats.HEADERS["events"]
    )
    return f'<Schema id="{SCHEMA}" name="event">{"".join(fields)}</Schema>'


class Kml:
    """A KML document of events."""

    media_type = MEDIA_TYPE

    def __init__(self, base: str) -> None:
        """Links lead to the service at this address."""
        self._base = base

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The document's name and what it leaves out."""
        said = escaped(f"{NOTE} {left_out_in_words(left_out)}".strip())
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
            f"<name>{escaped(description)}</name><description>{said}</description>{_schema()}\n"
        ).encode()

    def record(self, document: Document) -> bytes:
        """A placemark."""
        return self._placemark(document).encode()

    def tail(self) -> bytes:
        """The end."""
        return b"</Document></kml>\n"

    def _placemark(self, event: Document) -> str:
        columns = {**formats.event_columns(event), "url": self._base + (event["url"] or f"/events/{event['id']}")}
        return (
            f'<Placemark id="event.{event["id"]}"><name>{escaped(event["title"])}</name>'
            f"<description>{escaped(self._told(event))}</description>{_span(event['date'])}"
            f'<ExtendedData><SchemaData schemaUrl="#{SCHEMA}">{_data(columns)}</SchemaData></ExtendedData>'
            f"{_point(columns)}</Placemark>\n"
        )

    def _told(self, event: Document) -> str:
        """What a balloon shows: plain text, for some readers show HTML as it is written."""
        when = f"When: {date_in_words(event['date']['edtf'])}."
        note = event["date"]["note"]
        status = statuses_in_words(event)
        parts = (event["summary"], when, note, f"Status: {status}." if status else None, f"{self._base}{event['url']}")
        return " ".join(part for part in parts if part)


def _span(date: Document) -> str:
    """The days in between which it lies, whole; an open end is left out, and so is all of it without any day."""
    begin = f"<begin>{date['earliest']}</begin>" if date["earliest"] else ""
    end = f"<end>{date['latest']}</end>" if date["latest"] else ""
    return f"<TimeSpan>{begin}{end}</TimeSpan>" if begin or end else ""


def _data(columns: Document) -> str:
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


def _point(columns: Document) -> str:
    if columns["longitude"] is None:
        return ""
    return f"<Point><coordinates>{columns['longitude']},{columns['latitude']}</coordinates></Point>"
