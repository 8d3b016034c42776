"""Builds what is served for each record: JSON, facets and folded words. Reads facts and writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pyroaring import BitMap

from api.domain.statements import Statement, deaths, encode
from api.domain.text import folded
from api.index import facets, facts
from api.index.documents import Documents, actor_words, location_words
from api.index.facets import IndexEntry, date_position
from api.index.facts import Chunk, Facts
from api.index.invalidation import Affected, Kind
from api.index.postings import FacetIds
from api.models.base import columns_of
from api.models.facets import ClaimFacets, EventFacets, Span
from api.storage.bulk import Row, Store

CHUNK = 300
WITH_FACETS: tuple[Kind, ...] = ("event", "claim")
WITHOUT_FACETS: tuple[Kind, ...] = ("dataset", "actor", "location", "source")
UNDATED = (Span.UNDATED, 0, None)

COLUMNS = {
    kind: columns_of(f"{kind}_document", "number", "sound", "sha256", "hash")
    for kind in (*WITHOUT_FACETS, *WITH_FACETS)
}
"""The columns of document tables that are built here."""
_DATASET = columns_of("dataset", "digest")
_SOURCE = columns_of("source", "digest")
# If a record has several datings, the preferred one is its date, else the first.
_DATES_OF_SOURCES = """
SELECT d.source, count(*) FROM dating d WHERE d.source {ids} AND NOT EXISTS (
    SELECT 1 FROM dating o WHERE (o.event = d.event OR o.claim = d.claim)
    AND (o.preferred > d.preferred OR (o.preferred = d.preferred AND o.id < d.id))
) GROUP BY d.source"""
_POINTS_OF_SOURCES = """
SELECT coordinate_source, count(*) FROM location
WHERE longitude IS NOT NULL AND coordinate_source {ids} GROUP BY coordinate_source"""
_PUBLISHED = tuple(f"published_{name}" for name in facts.DateFields._fields)


class DerivedRows(NamedTuple):
    """Derived rows of some records by id: document columns (`COLUMNS`), words, and facets."""

    documents: dict[str, Row]
    words: dict[str, str]
    entries: list[IndexEntry]

    @classmethod
    def none(cls) -> "DerivedRows":
        return cls({}, {}, [])


class Batch(NamedTuple):
    """Derived rows of one kind of record, ready to replace the existing ones."""

    kind: Kind
    ids: list[str]
    """The ids whose existing derived rows are deleted."""
    made: DerivedRows
    events: int = 0
    """The number of events that this batch completes."""


class Builder:
    """Builds derived rows; reads facts and writes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = Facts(store)
        self._documents = Documents(self._known)

    def plain(self, kind: Kind, ids: list[str]) -> DerivedRows:
        """The derived rows of the records that exist, for kinds without facets."""
        self._trim()
        builders = {
            "dataset": self._datasets,
            "source": self._sources,
            "actor": self._actors,
            "location": self._locations,
        }
        return builders[kind](ids)

    def chunks(self, ids: list[str]) -> Iterator[Chunk]:
        """The facts of the events that exist, in chunks that fit in memory."""
        self._trim()
        return self._known.chunks(ids)

    @property
    def facets(self) -> FacetIds:
        """The numbers of facets."""
        return self._known.names

    def _trim(self) -> None:
        self._known.trim()
        self._documents.trim()

    def _rows(self, kind: Kind, columns: Iterable[str], ids: list[str]) -> list[Row]:
        return self._store.rows(f"SELECT {', '.join(columns)} FROM {kind} WHERE id {{ids}} ORDER BY id", ids)

    def _datasets(self, ids: list[str]) -> DerivedRows:
        made = DerivedRows.none()
        for row in self._rows("dataset", _DATASET, ids):
            body = self._documents.dataset(dict(zip(_DATASET, row, strict=True)))
            made.documents[row[0]] = (row[0], *UNDATED, len(body), body)
        return made

    def _sources(self, ids: list[str]) -> DerivedRows:
        rows = self._rows("source", _SOURCE, ids)
        self._known.sources.need(row[_SOURCE.index("parent")] for row in rows)
        supports = self._supports(ids)
        made = DerivedRows.none()
        for row in rows:
            fields: dict[str, Any] = dict(zip(_SOURCE, row, strict=True))
            fields["supports"] = supports[row[0]]
            published = facts.own_date(facts.DateFields._make(fields[name] for name in _PUBLISHED))
            body = self._documents.source(fields, published)
            made.documents[row[0]] = (row[0], *date_position(published.earliest, published.latest), len(body), body)
            made.words[row[0]] = folded([fields["title"], fields["publisher"], fields["author"]])
        return made

    def _supports(self, ids: list[str]) -> dict[str, dict[str, int]]:
        """What rests on each source: counts of claims and events from postings, of dates and points from facts."""
        found = {id_: dict.fromkeys(("claims", "events", "dates", "points"), 0) for id_ in ids}
        for what, facet in (("claims", ClaimFacets.SOURCE), ("events", EventFacets.SOURCE)):
            named = {facet.of(id_): id_ for id_ in ids}
            statement = "SELECT f.name, p.members FROM facet f JOIN posting p ON p.facet = f.id WHERE f.name {ids}"
            for name, members in self._store.rows(statement, sorted(named)):
                found[named[name]][what] += len(BitMap.deserialize(bytes(members)))
        for what, statement in (("dates", _DATES_OF_SOURCES), ("points", _POINTS_OF_SOURCES)):
            for id_, number in self._store.rows(statement, ids):
                found[id_][what] = number
        return found

    def _actors(self, ids: list[str]) -> DerivedRows:
        up = self._affiliations("actor", "other", ids)
        down = self._affiliations("other", "actor", ids)
        existing = self._store.column("SELECT id FROM actor WHERE id {ids} ORDER BY id", ids)
        shown = [one.other for found in (up, down) for ones in found.values() for one in ones]
        self._known.actors.need([*existing, *shown])
        made = DerivedRows.none()
        for actor in [self._known.actors[id_] for id_ in existing]:
            body = self._documents.actor(actor, up.get(actor.id, ()), down.get(actor.id, ()))
            made.documents[actor.id] = (actor.id, *UNDATED, len(body), body)
            made.words[actor.id] = actor_words(actor)
        return made

    def _affiliations(self, of: str, other: str, ids: list[str]) -> dict[str, list[facts.Affiliation]]:
        statement = (
            f"SELECT {of}, kind, {other}, since, until FROM affiliation WHERE {of} {{ids}} ORDER BY actor, ordinal"
        )
        found: defaultdict[str, list[facts.Affiliation]] = defaultdict(list)
        for own, *rest in self._store.rows(statement, ids):
            found[own].append(facts.Affiliation._make(rest))
        return found

    def _locations(self, ids: list[str]) -> DerivedRows:
        existing = self._store.column("SELECT id FROM location WHERE id {ids} ORDER BY id", ids)
        self._known.surround(existing)
        locations = [self._known.locations[id_] for id_ in existing]
        unites: defaultdict[str, list[str]] = defaultdict(list)
        for same, id_ in self._store.rows("SELECT same_as, id FROM location WHERE same_as {ids} ORDER BY id", existing):
            unites[same].append(id_)
        self._known.locations.need(id_ for ids in unites.values() for id_ in ids)
        self._known.sources.need(location.coordinate_source for location in locations)
        made = DerivedRows.none()
        for location in locations:
            body = self._documents.location(location, unites.get(location.id, ()))
            made.documents[location.id] = (location.id, *UNDATED, len(body), body)
            made.words[location.id] = location_words(location)
        return made

    def events(self, chunk: Chunk) -> tuple[DerivedRows, dict[str, Statement]]:
        """The derived rows of a chunk's events, and the statement of each claim."""
        made = DerivedRows.none()
        statements: dict[str, Statement] = {}
        for event in chunk.events:
            own = [self._documents.statement(claim, chunk) for claim in chunk.claims.get(event.id, ())]
            statements.update((statement.id, statement) for statement in own)
            judged = facets.judged(own, self._known)
            made.entries.append(facets.of_event(event, chunk, self._known, own, judged))
            document = self._documents.event(event, chunk, judged.assessments, deaths(own))
            made.documents[event.id] = (event.id, *document.judged, len(document.body), document.body, encode(own))
        return made, statements

    def claims(self, chunk: Chunk, statements: dict[str, Statement], wanted: set[str]) -> Iterator[DerivedRows]:
        """The derived rows of the wanted claims of a chunk, in parts that fit in memory."""
        for part in self._known.in_full(chunk, wanted):
            made = DerivedRows.none()
            for event in part.events:
                for claim in part.claims.get(event.id, ()):
                    if claim.id in wanted:
                        made.entries.append(facets.of_claim(claim, event, part, self._known, statements[claim.id]))
                        body = self._documents.claim(claim, event, part)
                        made.documents[claim.id] = (claim.id, len(body), body)
            yield made


def batches(store: Store, builder: Builder) -> Iterator[Batch]:
    """All derived rows that a load affects, except sources."""
    affected = Affected(store)
    for kind in WITHOUT_FACETS[:-1]:
        for ids in affected.chunks(kind, CHUNK):
            yield Batch(kind, ids, builder.plain(kind, ids))
    for ids in affected.chunks("event", CHUNK):
        yield from _events(builder, affected, ids)


def sources(store: Store, builder: Builder) -> Iterator[Batch]:
    """The affected sources, built after postings are written because they count what rests on them."""
    for ids in Affected(store).chunks("source", CHUNK):
        yield Batch("source", ids, builder.plain("source", ids))


def _events(builder: Builder, affected: Affected, ids: list[str]) -> Iterator[Batch]:
    """Some events, and their affected claims."""
    for chunk in builder.chunks(ids):
        made, statements = builder.events(chunk)
        yield Batch("event", list(made.documents), made)
        for some in builder.claims(chunk, statements, affected.among("claim", list(statements))):
            yield Batch("claim", list(some.documents), some)
    yield Batch("event", [], DerivedRows.none(), len(ids))
