"""From facts to what is served: each record's JSON, its facets and its folded words, made when it is loaded."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from api import facets, facts
from api.assessment import Statement, assess, encode
from api.changes import Changes, Kind
from api.facets import Facets, Filed, Old, placing
from api.facts import Chunk, Facts
from api.folding import folded
from api.shapes import Shapes
from api.store import Row, Store
from api.words import Vocabulary

CHUNK = 1_000
DERIVED = (
    *(f"{kind}_document" for kind in ("dataset", "source", "actor", "location", "event", "claim")),
    *(f"{kind}_words" for kind in ("source", "actor", "location", "event", "claim")),
    "word_count",
    "event_facet",
    "claim_facet",
    "actor_closure",
    "location_closure",
)
DOCUMENT = ("id", "span", "day", "latest", "body")
EVENT_DOCUMENT = (*DOCUMENT, "judged_from", "judged_to", "statements", "facets")
CLAIM_DOCUMENT = (*DOCUMENT, "facets")
UNDATED = (6, 0, None)
_DATASET = ("id", "title", "summary", "version", "licence", "attribution", "url", "recorded_at")
_SOURCE = (
    *("id", "kind", "title", "publisher", "author", "url", "archive_url", "language"),
    *("parent", "reliability", "note", "dataset"),
)
_PUBLISHED = tuple(f"published_{name}" for name in facts.DateFields._fields)

Progress = Callable[[int], None]


def rebuild(connection: sa.Connection) -> None:
    """Derive everything anew; facets keep their numbers."""
    store = Store(connection)
    for table in DERIVED:
        store.run(f"DELETE FROM {table}")
    store.run(f"UPDATE facet SET {', '.join(f'span{span} = 0' for span in facets.SPANS)}")
    changes = Changes(store)
    changes.everything()
    refresh(store, changes)


def refresh(store: Store, changes: Changes, progress: Progress = lambda _: None) -> None:
    """Bring every derived row up to date with what a load touched; `progress` hears of each chunk of events."""
    changes.spread()
    Deriver(store, changes).run(progress)


class Made(NamedTuple):
    """Rows of documents and of words."""

    documents: list[Row]
    words: list[Row]


class Deriver:
    """Makes derived rows, chunk by chunk."""

    def __init__(self, store: Store, changes: Changes) -> None:
        self._store, self._changes = store, changes
        self._known = Facts(store)
        self._shapes = Shapes(self._known)
        self._facets = Facets(store)
        self._vocabulary = Vocabulary(store)

    def run(self, progress: Progress) -> None:
        """Derive all that is affected."""
        makers: tuple[tuple[Kind, Callable[[list[str]], Made]], ...] = (
            ("dataset", self._datasets),
            ("source", self._sources),
            ("actor", self._actors),
            ("location", self._locations),
        )
        for kind, make in makers:
            for ids in self._chunks(kind):
                made = make(ids)
                self._replace(kind, DOCUMENT, ids, made)
        for ids in self._chunks("claim"):
            self._withdraw_claims(ids)
        for ids in self._chunks("event"):
            self._events(ids)
            progress(len(ids))
        self._facets.flush()
        self._vocabulary.flush()

    def _chunks(self, kind: Kind) -> Iterator[list[str]]:
        after = ""
        while ids := self._changes.affected(kind, after, CHUNK):
            self._known.trim()
            yield ids
            after = ids[-1]

    def _replace(self, kind: Kind, columns: Sequence[str], ids: list[str], made: Made) -> None:
        self._store.delete(f"{kind}_document", "id", ids)
        self._store.insert(f"{kind}_document", columns, made.documents)
        if kind in {"event", "claim"}:
            self._vocabulary.replace(kind, ids, [words for _, words in made.words])
        if kind != "dataset":
            self._store.delete(f"{kind}_words", "id", ids)
            self._store.insert(f"{kind}_words", ("id", "words"), made.words)

    def _rows(self, kind: Kind, columns: Iterable[str], ids: list[str]) -> list[Row]:
        return self._store.rows(f"SELECT {', '.join(columns)} FROM {kind} WHERE id {{ids}} ORDER BY id", ids)

    def _datasets(self, ids: list[str]) -> Made:
        rows = self._rows("dataset", _DATASET, ids)
        bodies = [self._shapes.dataset(dict(zip(_DATASET, row, strict=True))) for row in rows]
        return Made([(row[0], *UNDATED, body) for row, body in zip(rows, bodies, strict=True)], [])

    def _sources(self, ids: list[str]) -> Made:
        rows = self._rows("source", (*_SOURCE, *_PUBLISHED), ids)
        self._known.sources.need(row[_SOURCE.index("parent")] for row in rows)
        made = Made([], [])
        for row in rows:
            fields: dict[str, Any] = dict(zip(_SOURCE, row[: len(_SOURCE)], strict=True))
            published = facts.own_date(facts.DateFields._make(row[len(_SOURCE) :]))
            place = placing(published.earliest, published.latest)
            made.documents.append((row[0], *place, self._shapes.source(fields, published)))
            made.words.append((row[0], folded([fields["title"], fields["publisher"], fields["author"]])))
        return made

    def _actors(self, ids: list[str]) -> Made:
        up = self._affiliations("actor", "other", ids)
        down = self._affiliations("other", "actor", ids)
        existing = self._store.column("SELECT id FROM actor WHERE id {ids} ORDER BY id", ids)
        shown = [one.other for found in (up, down) for ones in found.values() for one in ones]
        self._known.actors.need([*existing, *shown])
        made = Made([], [])
        for actor in [self._known.actors[id_] for id_ in existing]:
            body = self._shapes.actor(actor, up.get(actor.id, ()), down.get(actor.id, ()))
            made.documents.append((actor.id, *UNDATED, body))
            made.words.append((actor.id, self._shapes.actor_words(actor)))
        return made

    def _affiliations(self, of: str, other: str, ids: list[str]) -> dict[str, list[facts.Affiliation]]:
        statement = (
            f"SELECT {of}, kind, {other}, since, until FROM affiliation WHERE {of} {{ids}} ORDER BY actor, ordinal"
        )
        found: defaultdict[str, list[facts.Affiliation]] = defaultdict(list)
        for own, *rest in self._store.rows(statement, ids):
            found[own].append(facts.Affiliation._make(rest))
        return found

    def _locations(self, ids: list[str]) -> Made:
        existing = self._store.column("SELECT id FROM location WHERE id {ids} ORDER BY id", ids)
        self._known.locations.need(existing)
        locations = [self._known.locations[id_] for id_ in existing]
        self._known.locations.need(location.within for location in locations)
        self._known.sources.need(location.coordinate_source for location in locations)
        made = Made([], [])
        for location in locations:
            made.documents.append((location.id, *UNDATED, self._shapes.location(location)))
            made.words.append((location.id, self._shapes.location_words(location)))
        return made

    def _old(self, kind: Kind, ids: list[str]) -> list[Old]:
        return [Old._make(row) for row in self._rows(kind + "_document", Old._fields, ids)]  # type: ignore[arg-type]

    def _withdraw_claims(self, ids: list[str]) -> None:
        """Claims that are gone leave nothing behind."""
        kept = set(self._store.column("SELECT id FROM claim WHERE id {ids}", ids))
        if gone := [id_ for id_ in ids if id_ not in kept]:
            self._facets.replace("claim", self._old("claim", gone), [])
            self._replace("claim", CLAIM_DOCUMENT, gone, Made([], []))

    def _events(self, ids: list[str]) -> None:
        """Derive events, and those of their claims that are affected."""
        chunk = self._known.chunk(ids)
        made, filed = Made([], []), []
        statements: dict[str, Statement] = {}
        for event in chunk.events:
            own = [self._shapes.statement(claim, chunk) for claim in chunk.claims.get(event.id, ())]
            statements.update((statement.id, statement) for statement in own)
            assessments = assess(own)
            body, start, end = self._shapes.event(event, chunk, assessments)
            filed.append(facets.of_event(event, chunk, self._known, own, assessments))
            made.documents.append((event.id, *filed[-1].placing, body, start, end, encode(own)))
            made.words.append((event.id, self._shapes.event_words(event, chunk)))
        self._file("event", EVENT_DOCUMENT, ids, made, filed)
        self._claims(chunk, statements)

    def _claims(self, chunk: Chunk, statements: dict[str, Statement]) -> None:
        affected = self._changes.among("claim", list(statements))
        made, filed = Made([], []), []
        for event in chunk.events:
            for claim in chunk.claims.get(event.id, ()):
                if claim.id in affected:
                    filed.append(facets.of_claim(claim, event, chunk, self._known, statements[claim.id]))
                    made.documents.append((claim.id, *filed[-1].placing, self._shapes.claim(claim, event, chunk)))
                    made.words.append((claim.id, self._shapes.claim_words(claim, event)))
        self._file("claim", CLAIM_DOCUMENT, sorted(affected), made, filed)

    def _file(self, kind: Kind, columns: Sequence[str], ids: list[str], made: Made, filed: list[Filed]) -> None:
        """Write documents, each with the numbers of its facets, and the facets' rows."""
        numbers = self._facets.replace(kind, self._old(kind, ids), filed)  # type: ignore[arg-type]
        documents = [(*row, numbers[row[0]]) for row in made.documents]
        self._replace(kind, columns, ids, Made(documents, made.words))
