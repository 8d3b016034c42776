"""A briefing as an Atom feed (RFC 4287): an entry for each claim that became known and for each status that changed.

An entry's id depends on its content, not on the requested days or the service's address, so that feed readers show it
once: for a claim it comes from the claim, for a status from the event, the aspect, the status and the claims it rests
on. What a feed says of a claim is made from the texts of the claim's fields, and kept for those that repeat.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from hashlib import sha1
from typing import NamedTuple, Protocol, runtime_checkable
from uuid import UUID

import orjson

from api.domain.dates import date_in_words
from api.domain.vocabulary import Known
from api.http import formats, words
from api.http.answers import ListFilters, Listing, ListQuery
from api.http.exports import Total, escaped, left_out_in_words, past_damage
from api.query.lists import in_turns
from api.query.paging import Place, Sort, TextBatch
from api.query.session import ReadSession
from api.schemas.records import Json

ATOM = "application/atom+xml"
IDS = UUID("6f0c1c1e-3f5b-5c0e-9d0e-9a1a0c1b7c55")
"""The UUID namespace of entry ids; it must never change."""
_DAMAGED = formats.DAMAGED.decode()


class EventNews(NamedTuple):
    """What became known about one event."""

    event: Json
    """A reference to it, with its date."""
    claims: Mapping[str, str]
    """The documents of the new claims, by id."""
    positions: Sequence[Json]
    """The positions that changed."""
    assessments: Sequence[Json]
    """The assessments that changed."""


@runtime_checkable
class AsksNews(Protocol):
    """The query of a briefing."""

    def news(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[tuple[Place, EventNews]]]:
        """Every event with news, from a place on, in batches."""


class Feed:
    """The feed of one briefing."""

    media_type = ATOM

    def __init__(self, base: str, here: str, days: tuple[date, date], known: Known) -> None:
        """`here` is the requested path and query, `base` the address of the service for links."""
        self._base, self._here = base, here
        self._root = escaped(base)
        self._last = days[1].isoformat()
        self._known = "latest" if known == Known.CERTAIN else "earliest"
        self._updated = days[0].isoformat()

    async def write(
        self, filters: ListFilters, listing: Listing, session: ReadSession, asked: ListQuery, total: Total
    ) -> AsyncGenerator[bytes, None]:
        """The whole feed; the number of records is that of its entries."""
        assert isinstance(asked, AsksNews)  # noqa: S101 - only a briefing is a feed
        sent = 0
        yield self._head(await filters.described(session), await asked.left_out(session))
        read = partial(self._batches, asked)
        async for part in past_damage(read, lambda part: part.last, session, listing):
            sent += part.size
            yield part.lines
        total.check(sent)
        yield f"<updated>{_moment(self._updated)}</updated></feed>\n".encode()

    async def _batches(
        self, asked: AsksNews, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[TextBatch]:
        """The entries of everything that became known, in batches."""
        async for found in asked.news(session, sort, place, batch):
            entries: list[str] = []
            async for _, news in in_turns(session, found):
                entries += self._entries(news)
            if found:
                yield TextBatch(len(entries), "".join(entries).encode(), found[-1][0])

    def _head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The feed's metadata, except the newest day of all entries, which is known at the end."""
        said = "Days are those of the place, written as midnight UTC. " + left_out_in_words(left_out)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f"<id>{_id('briefing', self._here)}</id><title>{escaped(description)}</title>"
            f"<subtitle>{escaped(said.strip())}</subtitle><author><name>Counterclaim</name></author>"
            f'<link rel="self" type="{ATOM}" href="{escaped(self._base + self._here)}"/>'
            f'<link rel="alternate" type="text/html" href="{self._root}/"/>'
            f'<link rel="alternate" type="application/json" '
            f'href="{escaped(self._base + self._here.replace("/briefing.atom", "/briefing", 1))}"/>\n'
        ).encode()

    def _entries(self, news: EventNews) -> list[str]:
        """The entries of one event."""
        event, title = news.event["id"], escaped(news.event["title"])
        moves: dict[str, list[str]] = {}
        for move in news.positions:
            moves.setdefault(move["by"], []).append(escaped(words.moved(move)))
        entries, newest = [], ""
        for name, document in news.claims.items():
            claim = _told(document)
            day = claim.said.get(self._known) or self._last
            newest = max(newest, day)
            links = claim.author + self._links(f"{event}#{name}", f"claims/{name}")
            told = " ".join([*claim.told, *moves.get(name, ())])
            entries.append(_entry(_id("claim", name), claim.title + title, day, links, told))
        self._updated = max(self._updated, newest)
        links = self._links(event, f"events/{event}") if news.assessments else ""
        return entries + [_change(news.event, title, change, newest, links) for change in news.assessments]

    def _links(self, page: str, record: str) -> str:
        """Links, with the HTML page first, because feed readers open that one."""
        return (
            f'<link rel="alternate" type="text/html" href="{self._root}/explore/events/{escaped(page)}"/>'
            f'<link rel="alternate" type="application/json" href="{self._root}/{escaped(record)}"/>'
        )


class _Told(NamedTuple):
    """What an entry says of a claim, escaped."""

    title: str
    """Up to the title of the event."""
    author: str
    said: Json
    """When; empty if it is damaged."""
    told: Sequence[str]


def _told(claim: str) -> _Told:
    """What is said of a claim. Raises an error of `DECODE_ERRORS` if its document cannot be taken apart.

    Fields are in order, and none of those up to the citations holds names like these.
    """
    if claim.endswith(_DAMAGED):
        return _Told("A claim that is damaged and cannot be shown: ", "", {}, ())
    speaker = claim.index(',"speaker":')
    via = claim.index(',"via":', speaker)
    stance = claim.index(',"stance":', via)
    certainty = claim.index(',"certainty":', stance)
    summary = claim.index(',"summary":', certainty)
    quote_by = claim.index(',"quote_by":', summary)
    value = claim.index(',"value":', quote_by)
    names = claim.index(',"names":', value)
    said = claim.index(',"said":', names)
    inferred = claim.index(',"inferred":', said)
    citations = claim.index(',"citations":', inferred)
    title, author = _titled(claim[speaker + 1 : via], claim[stance:certainty])
    day, when = _said(claim[said + 8 : inferred])
    words_of = orjson.loads(f"{{{claim[summary + 1 : quote_by]}}}")
    quote = words_of["quote"]
    told = (
        escaped(words_of["summary"]),
        f"“{escaped(quote)}”" if quote else "",
        _figure(claim[value + 9 : names]),
        _blamed(claim[names + 9 : said]),
        when,
        _read_in(claim[citations + 13 : claim.rindex(',"dataset":')]),
    )
    return _Told(title, author, day, [part for part in told if part])


@lru_cache(formats.REMEMBERED)
def _titled(speaker: str, stance: str) -> tuple[str, str]:
    """The title up to that of the event, and the author, from the texts of the speaker and of stance and aspect."""
    claim = orjson.loads(f"{{{speaker}{stance}}}")
    who, author = (claim["speaker"]["name"],) * 2 if claim["speaker"] else ("somebody unnamed", "Somebody unnamed")
    title = f"{words.told_by(claim['stance'], who)} ({claim['aspect']}): "
    return escaped(title), f"<author><name>{escaped(author)}</name></author>"


@lru_cache(formats.REMEMBERED)
def _said(text: str) -> tuple[Json, str]:
    """A date, and in words when it was said."""
    date = orjson.loads(text)
    told = (f"Said: {date_in_words(date['edtf'])}.", words.otherwise(date))
    return date, escaped(" ".join(filter(None, told)))


@lru_cache(formats.REMEMBERED)
def _figure(text: str) -> str:
    value = orjson.loads(text)
    return f"Figure: {escaped(words.figure(value))}." if value else ""


@lru_cache(formats.REMEMBERED)
def _blamed(text: str) -> str:
    blamed = ", ".join([actor["name"] for actor in orjson.loads(text)])
    return f"Holds responsible: {escaped(blamed)}." if blamed else ""


@lru_cache(formats.REMEMBERED)
def _read_in(text: str) -> str:
    sources = "; ".join(dict.fromkeys([citation["source"]["title"] for citation in orjson.loads(text)]))
    return f"Read in: {escaped(sources)}." if sources else ""


def _change(event: Json, title: str, change: Json, day: str, links: str) -> str:
    """The entry of a status that changed."""
    name = _id("status", event["id"], *words.question_key(change), change["after"], *change["because"])
    before = f", until then {change['before']}" if change["before"] else ""
    status = f"{change['after'].replace('_', ' ').capitalize()}{before} ({words.question(change)}): "
    told = (
        f"When: {date_in_words(event['date']['edtf'])}.",
        f"Because of: {', '.join(change['because'])}." if change["because"] else None,
        "It would differ without inferred claims." if change["inferred"] else None,
    )
    return _entry(name, escaped(status) + title, day, links, escaped(" ".join([part for part in told if part])))


def _entry(name: str, title: str, day: str, more: str, told: str) -> str:
    return (
        f"<entry><id>{name}</id><title>{title}</title><updated>{_moment(day)}</updated>{more}"
        f"<content>{told}</content></entry>\n"
    )


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _id(*parts: str) -> str:
    """The UUID of version 5 (RFC 9562) for these parts; `uuid.uuid5` takes three times as long for the same text."""
    digits = sha1(IDS.bytes + "\n".join(parts).encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
