"""Events in formats of other programs: KML 2.2, TimelineJS 3, and a briefing as an Atom feed (RFC 4287).

KML has a placemark for each event with the range of its date; what KML cannot express is given in words. TimelineJS has
a slide for each dated event, with the event's own precision; the title slide names the undated ones. A feed has an
entry for each claim that became known and for each status that changed. An entry's id depends on its content, not on
the requested days or the service's address, so that feed readers show it once: for a claim it comes from the claim, for
a status from the event, the aspect, the status and the claims it rests on.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha1
from typing import Any
from uuid import UUID

import orjson

from api.domain.dates import date_in_words
from api.domain.vocabulary import Known
from api.http import formats, words
from api.http.exports import escaped, left_out_in_words
from api.schemas.records import Json


def _page(base: str, event: str, claim: str | None = None) -> str:
    """The page of an event, or of one claim about it; these formats link to pages because people read them."""
    return f"{base}/explore/events/{event}{f'#{claim}' if claim else ''}"


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


ATOM = "application/atom+xml"
IDS = UUID("6f0c1c1e-3f5b-5c0e-9d0e-9a1a0c1b7c55")
"""The UUID namespace of entry ids; it must never change."""
_IDS = IDS.bytes


def _id(*parts: str) -> str:
    """The UUID of version 5 (RFC 9562) for these parts; `uuid.uuid5` takes three times as long for the same text."""
    digits = sha1(_IDS + "\n".join(parts).encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


class Atom:
    """The feed of one briefing."""

    media_type = ATOM
    parsed = True

    def __init__(self, base: str, here: str, days: tuple[date, date], known: Known) -> None:
        """`here` is the requested path and query, `base` the address of the service for links."""
        self._base, self._here = base, here
        self._last = days[1].isoformat()
        self._known = "latest" if known == Known.CERTAIN else "earliest"
        self._updated = days[0].isoformat()

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The feed's metadata."""
        said = "Days are those of the place, written as midnight UTC. " + left_out_in_words(left_out)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f"<id>{_id('briefing', self._here)}</id><title>{escaped(description)}</title>"
            f"<subtitle>{escaped(said.strip())}</subtitle><author><name>Counterclaim</name></author>"
            f'<link rel="self" type="{ATOM}" href="{escaped(self._base + self._here)}"/>'
            f'<link rel="alternate" type="text/html" href="{escaped(self._base)}/"/>'
            f'<link rel="alternate" type="application/json" '
            f'href="{escaped(self._base + self._here.replace("/briefing.atom", "/briefing", 1))}"/>\n'
        ).encode()

    def record(self, document: Json) -> bytes:
        """The entries of an event with news."""
        return self._entries(document).encode()

    def tail(self) -> bytes:
        """The end, with the newest day of all entries, which is known only now."""
        return f"<updated>{_moment(self._updated)}</updated></feed>\n".encode()

    def _entries(self, news: Json) -> str:
        days = {claim["id"]: _known_on(claim, self._known) or self._last for claim in news["claims"]}
        newest = max(days.values())
        self._updated = max(self._updated, newest)
        claims = (self._claim(news, claim, days[claim["id"]]) for claim in news["claims"])
        changes = (self._change(news, change, newest) for change in news["assessments"])
        return "".join((*claims, *changes))

    def _claim(self, news: Json, claim: Json, day: str) -> str:
        if "damaged" in claim:
            title = f"A claim that is damaged and cannot be shown: {news['event']['title']}"
            return self._entry(_id("claim", claim["id"]), title, day, (), self._links(news, claim["id"]))
        author = claim["speaker"]["name"] if claim["speaker"] else "Somebody unnamed"
        speaker = author if claim["speaker"] else "somebody unnamed"
        title = f"{words.told_by(claim['stance'], speaker)} ({claim['aspect']}): {news['event']['title']}"
        quote = f"“{claim['quote']}”" if claim["quote"] else None
        sources = "; ".join(dict.fromkeys(citation["source"]["title"] for citation in claim["citations"]))
        moves = [words.moved(move) for move in news["positions"] if move["by"] == claim["id"]]
        blamed = ", ".join(actor["name"] for actor in claim["names"])
        told = (
            claim["summary"],
            quote,
            f"Figure: {words.figure(claim['value'])}." if claim["value"] else None,
            f"Holds responsible: {blamed}." if blamed else None,
            f"Said: {date_in_words(claim['said']['edtf'])}.",
            words.otherwise(claim["said"]),
            f"Read in: {sources}." if sources else None,
            *moves,
        )
        named = f"<author><name>{escaped(author)}</name></author>"
        return self._entry(_id("claim", claim["id"]), title, day, told, named + self._links(news, claim["id"]))

    def _change(self, news: Json, change: Json, day: str) -> str:
        event = news["event"]
        name = _id("status", event["id"], *_question(change), change["after"], *change["because"])
        before = f", until then {change['before']}" if change["before"] else ""
        title = f"{change['after'].replace('_', ' ').capitalize()}{before} ({words.question(change)}): {event['title']}"
        because = f"Because of: {', '.join(change['because'])}." if change["because"] else None
        inferred = "It would differ without inferred claims." if change["inferred"] else None
        told = (f"When: {date_in_words(event['date']['edtf'])}.", because, inferred)
        return self._entry(name, title, day, told, self._links(news))

    def _links(self, news: Json, claim: str | None = None) -> str:
        """Links, with the HTML page first, because feed readers open that one."""
        event = news["event"]["id"]
        record = f"/claims/{claim}" if claim else f"/events/{event}"
        return (
            f'<link rel="alternate" type="text/html" href="{escaped(_page(self._base, event, claim))}"/>'
            f'<link rel="alternate" type="application/json" href="{escaped(self._base + record)}"/>'
        )

    @staticmethod
    def _entry(name: str, title: str, day: str, told: Sequence[str | None], more: str) -> str:
        return (
            f"<entry><id>{name}</id><title>{escaped(title)}</title><updated>{_moment(day)}</updated>{more}"
            f"<content>{escaped(' '.join(part for part in told if part))}</content></entry>\n"
        )


def _question(change: Json) -> list[str]:
    """The aspect of a status, with measure, actor and unit if they distinguish it."""
    of = change.get("of")
    return [change["aspect"], change.get("measure") or "", of["id"] if of else "", change.get("unit") or ""]


def _known_on(claim: Json, known: str) -> str | None:
    """The day on which a claim became known; None if its date is open or the claim is damaged."""
    day: str | None = (claim["said"] or {}).get(known)
    return day


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
