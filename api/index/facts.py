"""Reads the facts that documents are built from, one chunk of events at a time in few queries."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from api.domain.parties import TELLING, Parties
from api.domain.statements import Said, said
from api.domain.vocabulary import Aspect, LocationKind
from api.index.fact_rows import (
    Actor,
    Affiliation,
    Cache,
    Citation,
    Claim,
    DateFields,
    Dating,
    Event,
    Location,
    Participation,
)
from api.index.postings import FacetIds
from api.schemas import records as schemas
from api.storage.bulk import Store

__all__ = [
    "Actor",
    "Affiliation",
    "Chunk",
    "Citation",
    "Claim",
    "DateFields",
    "Dated",
    "Dating",
    "Event",
    "Facts",
    "Location",
    "Participation",
    "Source",
    "datings",
]

T = TypeVar("T")
# Limits on the claims held at once (apart from what judgement needs for one event) and on cached values.
MOST_CLAIMS, REMEMBERED, MOST_GROUPS = 1_500, 8_000, 8_000


class Source(NamedTuple):
    id: str
    title: str
    published: schemas.When


@dataclass(frozen=True, slots=True)
class Dated:
    """A record's effective date: its own, or the dating from another dataset that replaces it."""

    when: schemas.When
    text: str  # the date as JSON
    earliest: date | None
    latest: date | None
    source: str | None
    said: Said  # for judgement, if it is a claim's date


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some events with everything their documents show, and with everything their claims show if `whole`."""

    events: Sequence[Event]
    dates: Mapping[str, Dated]
    participations: Mapping[str, Sequence[Participation]]
    claims: Mapping[str, Sequence[Claim]]
    said: Mapping[str, Dated]
    names: Mapping[str, Sequence[str]]
    """The actors each claim holds responsible, by claim."""
    citations: Mapping[str, Sequence[Citation]]
    cited: Mapping[str, Mapping[str, int]]
    """The sources that claims about each event cite, with the number of claims, by event."""
    titles: Mapping[str, str]
    whole: bool
    """Whether claims include their texts and citations; if not, only what judgement needs."""


class Area(NamedTuple):
    """The country (ISO 3166-1 alpha-2) and the names of the administrative units of a place."""

    country: str | None
    admin1: str | None
    admin2: str | None


@lru_cache(maxsize=8_192)
def own_date(fields: DateFields) -> schemas.When:
    """The effective date of a record without datings."""
    return schemas.When.model_validate({**fields._asdict(), "source": None, "stated": None, "others": []})


def _grouped(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _columns(fields: Sequence[str], dated: str, **renamed: str) -> str:
    """Columns for a SELECT; those of a date have the record's prefix."""
    own = {name: f"{dated}_{name}" for name in DateFields._fields} if dated else {}
    return ", ".join({**own, **renamed}.get(name, name) for name in fields)


_ACTOR = _columns(Actor._fields, "")
_LOCATION = _columns(Location._fields, "")
_EVENT = _columns(Event._fields, "date")
_CLAIM = _columns(Claim._fields, "said")
# Without texts, which may be very long.
_JUDGED = _columns(Claim._fields, "said", summary="NULL", quote="NULL", note="NULL")
_DATING = _columns(Dating._fields[1:], "date")


def datings(store: Store, target: str, ids: list[str]) -> dict[str, list[Dating]]:
    """The datings of each record that has any: the preferred one first, then the others by id."""
    statement = f"SELECT {target}, {_DATING} FROM dating WHERE {target} {{ids}} ORDER BY preferred DESC, id"
    return _grouped(map(Dating._make, store.rows(statement, ids)), lambda row: row.target)


class Facts:
    """Reads chunks. Keeps all parties and datasets in memory, and caches other records while they are in use."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.datasets: dict[str, schemas.TitledRef] = {}
        self.recorded_on: dict[str, date] = {}
        for id_, title, recorded_at in store.rows("SELECT id, title, recorded_at FROM dataset"):
            self.datasets[id_] = schemas.TitledRef(id=id_, title=title)
            self.recorded_on[id_] = moment(recorded_at).date()
        self.parties = Parties(
            dict(store.rows("SELECT id, kind FROM actor WHERE kind {ids}", [kind.value for kind in TELLING])),
            store.rows("SELECT actor, kind, other FROM affiliation"),
        )
        self.actors = Cache(self._read_actors)
        self.locations = Cache(self._read_locations)
        self.containers = Cache(self._read_containers)
        self.sources = Cache(self._read_sources)
        self.names = FacetIds(store)
        self.groups: defaultdict[str, dict[Hashable, Any]] = defaultdict(dict)
        """A cache of facet numbers and statuses that many records share, by what determines them."""
        self._dates: dict[Hashable, Dated] = {}

    def _read_actors(self, ids: list[str]) -> Iterable[tuple[str, Actor]]:
        rows = self._store.rows(f"SELECT {_ACTOR} FROM actor WHERE id {{ids}}", ids)
        return ((row[0], Actor._make(row)) for row in rows)

    def _read_locations(self, ids: list[str]) -> Iterable[tuple[str, Location]]:
        rows = self._store.rows(f"SELECT {_LOCATION} FROM location WHERE id {{ids}}", ids)
        return ((row[0], Location._make(row)) for row in rows)

    def _read_containers(self, ids: list[str]) -> Iterable[tuple[str, list[str]]]:
        statement = "SELECT location, container FROM location_closure WHERE location {ids}"
        groups = _grouped(self._store.rows(statement, ids), lambda row: str(row[0]))
        return ((id_, sorted(row[1] for row in rows)) for id_, rows in groups.items())

    def _read_sources(self, ids: list[str]) -> Iterable[tuple[str, Source]]:
        columns = _columns(DateFields._fields, "published")
        rows = self._store.rows(f"SELECT id, title, {columns} FROM source WHERE id {{ids}}", ids)
        return ((id_, Source(id_, title, own_date(DateFields._make(date_)))) for id_, title, *date_ in rows)

    def area(self, location: str) -> Area:
        """The area from the nearest of the place, its equivalents and its containers; these must be loaded."""
        around = [location]
        for id_ in around:  # grows during the loop, from near to far
            place = self.locations[id_]
            around += [one for one in (place.same_as, place.within) if one is not None and one not in around]
        places = [self.locations[id_] for id_ in around]
        return Area(
            next((place.country for place in places if place.country is not None), None),
            next((place.name for place in places if place.kind == LocationKind.OBLAST), None),
            next((place.name for place in places if place.kind == LocationKind.RAION), None),
        )

    def surround(self, locations: Collection[str | None]) -> None:
        """Load these places, their equivalents and their containers."""
        self.containers.need(locations)
        self.locations.need(around for one in locations if one is not None for around in self.containers[one])

    def trim(self) -> None:
        """Trim the caches to keep memory flat; call this only between chunks."""
        for held in (self.actors, self.locations, self.containers, self.sources, self.parties):
            held.trim()
        for group in self.groups.values():
            if len(group) > MOST_GROUPS:
                group.clear()
        if len(self._dates) > REMEMBERED:
            self._dates.clear()

    def source_ref(self, id_: str | None) -> schemas.TitledRef | None:
        return None if id_ is None else self.named_source(id_)

    def named_source(self, id_: str) -> schemas.TitledRef:
        return schemas.TitledRef(id=id_, title=self.sources[id_].title)

    def event_titles(self, ids: Iterable[str | None]) -> dict[str, str]:
        wanted = sorted({id_ for id_ in ids if id_ is not None})
        return dict(self._store.rows("SELECT id, title FROM event WHERE id {ids}", wanted)) if wanted else {}

    def dated(self, row: Event | Claim, datings: Sequence[Dating] | None) -> Dated:
        """The record's effective date: the first dating if there are any."""
        if not datings:
            key = row.dataset, row.edtf, row.earliest, row.latest, row.precision, row.basis, row.note
            found = self._dates.get(key)
            if found is None:
                found = self._dates[key] = self._dated(
                    own_date(DateFields._make(key[1:])), self.recorded_on[row.dataset]
                )
            return found
        dating, *rivals = datings
        recorded_on = min(self.recorded_on[row.dataset], self.recorded_on[datings[0].dataset])
        over = own_date(DateFields._make(dating[1:7]))
        others = [
            schemas.OtherDate(edtf=one.edtf, source=self.named_source(one.source), note=one.note) for one in rivals
        ]
        source = self.named_source(dating.source)
        when = over.model_copy(update={"source": source, "stated": row.edtf, "others": others})
        return self._dated(when, recorded_on)

    def _dated(self, when: schemas.When, recorded_on: date) -> Dated:
        spoken = said(when.earliest, when.latest, recorded_on)
        source = None if when.source is None else when.source.id
        return Dated(when, when.model_dump_json(), when.earliest, when.latest, source, spoken)

    def _datings(self, target: str, ids: list[str]) -> dict[str, list[Dating]]:
        found = datings(self._store, target, ids)
        self.sources.need(dating.source for some in found.values() for dating in some)
        return found

    def chunks(self, ids: list[str]) -> Iterator[Chunk]:
        """The events that exist, with their claims; events with very many claims come without the claims' texts."""
        statement = "SELECT event, count(*) FROM claim WHERE event {ids} GROUP BY event"
        sizes: dict[str, int] = dict(self._store.rows(statement, ids))
        waiting: list[str] = []
        claims = 0
        for id_ in ids:
            size = sizes.get(id_, 0)
            if waiting and claims + size > MOST_CLAIMS:
                yield self._chunk(waiting, whole=claims <= MOST_CLAIMS)
                waiting, claims = [], 0
            waiting.append(id_)
            claims += size
        yield self._chunk(waiting, whole=claims <= MOST_CLAIMS)

    def in_full(self, chunk: Chunk, wanted: Collection[str]) -> Iterator[Chunk]:
        """The chunk itself, or if it is not `whole`, the wanted claims of its one event in parts."""
        if chunk.whole:
            yield chunk
            return
        ids = sorted(wanted)
        for start in range(0, len(ids), MOST_CLAIMS):
            self.trim()
            claims = self._claims("id", ids[start : start + MOST_CLAIMS], _CLAIM)
            yield self._joined(chunk.events, chunk.participations, claims, whole=True)

    def _chunk(self, ids: list[str], *, whole: bool) -> Chunk:
        self.trim()
        self.names.forget()
        rows = self._store.rows
        events = [Event._make(row) for row in rows(f"SELECT {_EVENT} FROM event WHERE id {{ids}} ORDER BY id", ids)]
        statement = "SELECT event, actor, role, note FROM participation WHERE event {ids} ORDER BY event, ordinal"
        parts = _grouped(map(Participation._make, rows(statement, ids)), lambda row: row.event)
        return self._joined(events, parts, self._claims("event", ids, _CLAIM if whole else _JUDGED), whole=whole)

    def _joined(
        self,
        events: Sequence[Event],
        parts: Mapping[str, Sequence[Participation]],
        claims: Sequence[Claim],
        *,
        whole: bool,
    ) -> Chunk:
        """A chunk of these events and claims, with everything they refer to loaded."""
        ids, claim_ids = [event.id for event in events], [claim.id for claim in claims]
        citations, names = self._citations(claim_ids) if whole else [], self._names(claims)
        self._fetch(events, parts, claims, citations, names)
        on, said = self._datings("event", ids), self._datings("claim", claim_ids)
        return Chunk(
            events,
            {event.id: self.dated(event, on.get(event.id)) for event in events},
            parts,
            _grouped(claims, lambda row: row.event),
            {claim.id: self.dated(claim, said.get(claim.id)) for claim in claims},
            names,
            _grouped(citations, lambda row: row.claim),
            self._cited(ids, claims, citations, whole=whole),
            self.event_titles(event.part_of for event in events),
            whole,
        )

    def _claims(self, column: str, ids: list[str], columns: str) -> list[Claim]:
        rows = self._store.rows(f"SELECT {columns} FROM claim WHERE {column} {{ids}} ORDER BY id", ids)
        return [Claim._make(row) for row in rows]

    def _names(self, claims: Sequence[Claim]) -> dict[str, list[str]]:
        """The actors that claims hold responsible; only claims on attribution have any."""
        ids = [claim.id for claim in claims if claim.aspect == Aspect.ATTRIBUTION]
        found: defaultdict[str, list[str]] = defaultdict(list)
        if ids:
            statement = "SELECT claim, actor FROM naming WHERE claim {ids} ORDER BY claim, ordinal"
            for claim, actor in self._store.rows(statement, ids):
                found[claim].append(actor)
        return found

    def _citations(self, claims: list[str]) -> list[Citation]:
        columns = ", ".join(Citation._fields)
        statement = f"SELECT {columns} FROM citation WHERE claim {{ids}} ORDER BY claim, ordinal"
        return [Citation._make(row) for row in self._store.rows(statement, claims)]

    def _cited(
        self, events: list[str], claims: Sequence[Claim], citations: Sequence[Citation], *, whole: bool
    ) -> dict[str, Counter[str]]:
        """The sources that claims about each event cite, with the number of claims."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        if whole:
            about = {claim.id: claim.event for claim in claims}
            for claim, source in {(citation.claim, citation.source) for citation in citations}:
                found[about[claim]][source] += 1
            return found
        statement = (
            "SELECT c.event, t.source, count(DISTINCT c.id) FROM claim c JOIN citation t ON t.claim = c.id "
            "WHERE c.event {ids} GROUP BY c.event, t.source"
        )
        for event, source, claims_citing in self._store.rows(statement, events):
            found[event][source] = claims_citing
        return found

    def _fetch(
        self,
        events: Sequence[Event],
        parts: Mapping[str, Sequence[Participation]],
        claims: Sequence[Claim],
        citations: Sequence[Citation],
        names: Mapping[str, Sequence[str]],
    ) -> None:
        """Load every record that these refer to."""
        places = [event.location for event in events]
        self.actors.need(
            [part.actor for some in parts.values() for part in some]
            + [actor for claim in claims for actor in (claim.speaker, claim.via, claim.quote_by, claim.of)]
            + [actor for some in names.values() for actor in some]
        )
        self.surround(places)
        points = [self.locations[place].coordinate_source for place in places if place is not None]
        self.sources.need([*points, *(citation.source for citation in citations)])


def moment(value: datetime | str) -> datetime:
    """A moment as returned by either driver; SQLite stores UTC without an offset."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def table(text: str | None) -> dict[str, Any] | None:
    """Decode stored free-form JSON."""
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    return found


@lru_cache(maxsize=8_192)
def names(text: str) -> list[str]:
    """Decode stored aliases or flags."""
    found: list[str] = json.loads(text)
    return found
