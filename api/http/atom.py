"""A briefing as an Atom feed (RFC 4287): an entry for each claim that became known, and each status that changed.

An entry's id comes from what it says, not from the days asked for or the address of the service, so that a reader shows
it once: a claim's from the claim, a status's from the event, the aspect, the status and the claims that it rests on.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid5

from api.domain.dates import date_in_words
from api.domain.vocabulary import Known
from api.http.exports import Document, escaped, left_out_in_words

MEDIA_TYPE = "application/atom+xml"
IDS = UUID("6f0c1c1e-3f5b-5c0e-9d0e-9a1a0c1b7c55")
"""The name space of the ids: for ever."""


def _id(*parts: str) -> str:
    return f"urn:uuid:{uuid5(IDS, chr(10).join(parts))}"


class Atom:
    """The feed of one briefing."""

    media_type = MEDIA_TYPE

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
            f'<link rel="self" type="{MEDIA_TYPE}" href="{escaped(self._base + self._here)}"/>'
            f'<link rel="alternate" type="application/json" '
            f'href="{escaped(self._base + self._here.replace("/briefing.atom", "/briefing", 1))}"/>\n'
        ).encode()

    def record(self, document: Document) -> bytes:
        """The entries of an event of which something became known."""
        return self._entries(document).encode()

    def tail(self) -> bytes:
        """The newest day of all entries, which is known now."""
        return f"<updated>{_moment(self._updated)}</updated></feed>\n".encode()

    def _entries(self, news: Document) -> str:
        days = {claim["id"]: claim["said"][self._known] or self._last for claim in news["claims"]}
        newest = max(days.values())
        self._updated = max(self._updated, newest)
        claims = (self._claim(news, claim, days[claim["id"]]) for claim in news["claims"])
        changes = (self._change(news, change, newest) for change in news["assessments"])
        return "".join((*claims, *changes))

    def _claim(self, news: Document, claim: Document, day: str) -> str:
        speaker = claim["speaker"]["name"] if claim["speaker"] else "Somebody unnamed"
        stance, aspect = claim["stance"].replace("_", " "), claim["aspect"]
        title = f"{speaker} {stance} ({aspect}): {news['event']['title']}"
        quote = f"“{claim['quote']}”" if claim["quote"] else None
        sources = "; ".join(dict.fromkeys(citation["source"]["title"] for citation in claim["citations"]))
        moves = [
            f"With this, {_name(move['party'])} moved on {move['aspect']} from {move['before'] or 'nothing said'} to "
            f"{move['after']}."
            for move in news["positions"]
            if move["by"] == claim["id"]
        ]
        told = (
            claim["summary"],
            quote,
            f"Said: {date_in_words(claim['said']['edtf'])}.",
            f"Read in: {sources}." if sources else None,
            *moves,
        )
        author = f"<author><name>{escaped(speaker)}</name></author>"
        return self._entry(_id("claim", claim["id"]), title, day, told, claim["url"], author)

    def _change(self, news: Document, change: Document, day: str) -> str:
        event = news["event"]
        name = _id("status", event["id"], *_question(change), change["after"], *change["because"])
        before = f", until then {change['before']}" if change["before"] else ""
        title = f"{change['after'].replace('_', ' ').capitalize()}{before} ({change['aspect']}): {event['title']}"
        because = f"Because of: {', '.join(change['because'])}." if change["because"] else None
        inferred = "It would be another without what is inferred." if change["inferred"] else None
        told = (f"When: {date_in_words(event['date']['edtf'])}.", because, inferred)
        return self._entry(name, title, day, told, f"/events/{event['id']}", "")

    def _entry(  # noqa: PLR0913, PLR0917 - the parts of an entry
        self, name: str, title: str, day: str, told: Sequence[str | None], path: str, author: str
    ) -> str:
        return (
            f"<entry><id>{name}</id><title>{escaped(title)}</title><updated>{_moment(day)}</updated>{author}"
            f'<link rel="alternate" type="application/json" href="{escaped(self._base + path)}"/>'
            f"<content>{escaped(' '.join(part for part in told if part))}</content></entry>\n"
        )


def _question(change: Document) -> list[str]:
    """What the status is of, as far as it is told apart."""
    of = change.get("of")
    return [change["aspect"], change.get("measure") or "", of["id"] if of else "", change.get("unit") or ""]


def _name(party: Document | None) -> str:
    return party["name"] if party else "an unnamed party"


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
