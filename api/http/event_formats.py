"""Events as other programs read them: KML 2.2, TimelineJS 3, and a briefing as an Atom feed (RFC 4287).

KML has a placemark for each event, with the days in between which it lies, and says in words what it cannot say else.
TimelineJS has a slide for each, dated no more exactly than it is; the title names those without a date. A feed has an
entry for each claim that became known, and each status that changed. An entry's id comes from what it says, not from
the days asked for or the address of the service, so that a reader shows it once: a claim's from the claim, a status's
from the event, the aspect, the status and the claims that it rests on.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import orjson

from api.domain.dates import date_in_words
from api.domain.vocabulary import Known
from api.http import formats, words
from api.http.exports import escaped, left_out_in_words
from api.schemas.records import Json


def _page(base: str, event: str, claim: str | None = None) -> str:
    """Where people read of an event, or of one claim about it: these formats are for readers, not programs."""
    return f"{base}/explore/events/{event}{f'#{claim}' if claim else ''}"


KML = "application/vnd.google-earth.kml+xml"
SCHEMA = "event"
# GDAL takes fields of these names for parts of the placemark itself, and writes over what the columns hold.
RENAMED = {"id": "event_id", "summary": "event_summary"}
NOTE = (
    "A time span holds the days in between which an event lies. Whether it lasted all those days or took place once "
    "among them, KML cannot say: read each date's words. What has no date has no time span, and what has no point of "
    "its own has no place on the map; both are listed. A pin is in the middle of where an event may have been: read "
    "how far that reaches."
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


class Kml:
    """A KML document of events."""

    media_type = KML

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

    def record(self, document: Json) -> bytes:
        """A placemark."""
        return self._placemark(document).encode()

    def tail(self) -> bytes:
        """The end."""
        return b"</Document></kml>\n"

    def _placemark(self, event: Json) -> str:
        columns = {**formats.event_columns(event), "url": self._base + (event["url"] or f"/events/{event['id']}")}
        told = self._told(event, _page(self._base, event["id"]))
        return (
            f'<Placemark id="event.{event["id"]}"><name>{escaped(event["title"])}</name>'
            f"<description>{escaped(told)}</description>{_span(event['date'])}"
            f'<ExtendedData><SchemaData schemaUrl="#{SCHEMA}">{_data(columns)}</SchemaData></ExtendedData>'
            f"{_point(columns)}</Placemark>\n"
        )

    @staticmethod
    def _told(event: Json, url: str) -> str:
        """What a balloon shows: plain text, for some readers show HTML as it is written."""
        when = f"When: {date_in_words(event['date']['edtf'])}."
        note, others = event["date"]["note"], words.otherwise(event["date"])
        status = words.statuses(event)
        parts = (
            *(event["summary"], when, note, others, _where(event["location"])),
            *(f"Status: {status}." if status else None, url),
        )
        return " ".join(part for part in parts if part)


def _where(place: Json | None) -> str | None:
    """`Where: near Lysychansk, within 5,000 m of the point.`: a pin alone would be the exact place."""
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
    """The days in between which it lies, whole; an open end is left out, and so is all of it without any day."""
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


def _point(columns: Json) -> str:
    if columns["longitude"] is None:
        return ""
    return f"<Point><coordinates>{columns['longitude']},{columns['latitude']}</coordinates></Point>"


NAMED = 100
"""How many undated events the title names; the rest are counted."""


class Timeline:
    """A timeline of events."""

    media_type = "application/json"

    def __init__(self, base: str) -> None:
        """Links lead to the service at this address."""
        self._base = base
        self._about = self._left_out = ""
        self._separator = b""
        self._undated: list[str] = []
        self._more = 0

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The slides come first: the title has to know which events have none."""
        self._about, self._left_out = description, left_out_in_words(left_out)
        return b'{"scale":"human","events":['

    def record(self, document: Json) -> bytes:
        """A slide if it has a date; else it is kept for the title."""
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
        """To its page; of a damaged one, nothing but the id is known."""
        return f'<a href="{escaped(_page(self._base, event["id"]))}">{escaped(event["title"] or event["id"])}</a>'


def _dates(when: Json) -> dict[str, Any]:
    """Where the slide stands: a start always, for TimelineJS draws nothing without, and an end where it is another."""
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
"""The name space of the ids: for ever."""


def _id(*parts: str) -> str:
    return f"urn:uuid:{uuid5(IDS, chr(10).join(parts))}"


class Atom:
    """The feed of one briefing."""

    media_type = ATOM

    def __init__(self, base: str, here: str, days: tuple[date, date], known: Known) -> None:
        """`here` is the path and query that were asked for; links lead to the service at `base`."""
        self._base, self._here = base, here
        self._last = days[1].isoformat()
        self._known = "latest" if known == Known.CERTAIN else "earliest"
        self._updated = days[0].isoformat()

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """What the feed is."""
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
        """The entries of an event of which something became known."""
        return self._entries(document).encode()

    def tail(self) -> bytes:
        """The newest day of all entries, which is known now."""
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
        speaker = claim["speaker"]["name"] if claim["speaker"] else "Somebody unnamed"
        stance, aspect = claim["stance"].replace("_", " "), claim["aspect"]
        title = f"{speaker} {stance} ({aspect}): {news['event']['title']}"
        quote = f"“{claim['quote']}”" if claim["quote"] else None
        sources = "; ".join(dict.fromkeys(citation["source"]["title"] for citation in claim["citations"]))
        moves = [_moved(move) for move in news["positions"] if move["by"] == claim["id"]]
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
        author = f"<author><name>{escaped(speaker)}</name></author>"
        return self._entry(_id("claim", claim["id"]), title, day, told, author + self._links(news, claim["id"]))

    def _change(self, news: Json, change: Json, day: str) -> str:
        event = news["event"]
        name = _id("status", event["id"], *_question(change), change["after"], *change["because"])
        before = f", until then {change['before']}" if change["before"] else ""
        title = f"{change['after'].replace('_', ' ').capitalize()}{before} ({words.question(change)}): {event['title']}"
        because = f"Because of: {', '.join(change['because'])}." if change["because"] else None
        inferred = "It would be another without what is inferred." if change["inferred"] else None
        told = (f"When: {date_in_words(event['date']['edtf'])}.", because, inferred)
        return self._entry(name, title, day, told, self._links(news))

    def _links(self, news: Json, claim: str | None = None) -> str:
        """To the page first: readers take a link for the entry's own where it is HTML, and no other."""
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
    """What the status is of, as far as it is told apart."""
    of = change.get("of")
    return [change["aspect"], change.get("measure") or "", of["id"] if of else "", change.get("unit") or ""]


def _known_on(claim: Json, known: str) -> str | None:
    """The day on which a claim became known; None: its date is open, or damaged with it."""
    day: str | None = (claim["said"] or {}).get(known)
    return day


def _name(party: Json | None) -> str:
    return party["name"] if party else "an unnamed party"


def _moved(move: Json) -> str:
    """What a party held before, and what it holds since; of a figure, which."""
    before, figure = move["before"] or "nothing said", move.get("value")
    since = move["after"] + (f", with {words.figure_text(figure)}" if figure else "")
    return f"With this, {_name(move['party'])} moved on {words.about(move)} from {before} to {since}."


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
