"""Records as rows of the tables of facts, in values that both databases' drivers take."""

from collections.abc import Callable, Sequence
from datetime import UTC, date
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

from api.domain import dates
from api.domain.vocabulary import DateBasis, DatePrecision, PlaceRelation
from api.storage.bulk import Row
from seed.field_types import as_json
from seed.records import Actor, Claim, Dataset, Dating, Event, Location, Record, Reference, Source, When
from seed.refusals import Entry, Place

R = TypeVar("R", bound=Record)
Rows = dict[str, list[Row]]
"""By table."""
# Of each kind of record, the tables that hold its parts, with the column that names it.
CHILDREN = {
    "actor": {"affiliation": "actor"},
    "event": {"participation": "event"},
    "claim": {"citation": "claim", "naming": "claim"},
}


def _dated(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{name}" for name in ("edtf", "earliest", "latest", "precision", "basis", "note"))


_OWNED = ("id", "digest", "dataset")
COLUMNS: dict[str, tuple[str, ...]] = {
    "dataset": (
        "id",
        "digest",
        "title",
        "summary",
        "version",
        "licence",
        "attribution",
        "url",
        "recorded_at",
        "releases",
    ),
    "source": (
        *(*_OWNED, "kind", "title", "publisher", "author", "url", "archive_url", "language"),
        *(*_dated("published"), "parent", "reliability", "note"),
    ),
    "actor": (*_OWNED, "kind", "name", "aliases", "description"),
    "affiliation": ("actor", "ordinal", "kind", "other", "since", "until", "source", "mapped", "dataset"),
    "location": (
        *(*_OWNED, "kind", "name", "aliases", "within", "country", "gazetteers", "longitude", "latitude", "radius_m"),
        *("coordinate_method", "coordinate_source", "phrase"),
    ),
    "event": (
        *(*_OWNED, "kind", "title", "summary", *_dated("date")),
        *("location", "place_relation", "part_of", "extra"),
    ),
    "participation": ("event", "ordinal", "actor", "role", "note", "dataset"),
    "claim": (
        *(*_OWNED, "event", "speaker", "via", "about", "stance", "aspect", "certainty", "credibility"),
        *("summary", "quote", "quote_by", "value_low", "value_best", "value_high", "unit", "measure", "of"),
        *(*_dated("said"), "inferred"),
    ),
    "citation": ("claim", "ordinal", "source", "role", "mark", "locator", "flags", "basis", "dataset"),
    "naming": ("claim", "ordinal", "actor", "dataset"),
    "dating": (*_OWNED, "event", "claim", *_dated("date"), "source", "preferred"),
}


def record_digest(record: Record) -> str:
    """Tells whether a record changed."""
    return blake2b(record.model_dump_json().encode(), digest_size=16).hexdigest()


def rows_of(record: Record, dataset: str, mark: str) -> Rows:
    """By table, the rows that hold the record; its own first."""
    return _MAKERS[record.kind_of_record](record, dataset, mark)


def _listed(names: Sequence[str]) -> str:
    return as_json(names) if names else "[]"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@lru_cache(maxsize=16_384)
def _date(text: str | None, basis: str | None, note: str | None) -> Row:
    if text is None:
        return None, None, None, DatePrecision.UNKNOWN.value, DateBasis.UNKNOWN.value, note
    parsed = dates.parse(text)
    return text, _day(parsed.earliest), _day(parsed.latest), parsed.precision.value, basis, note


def _when(when: When) -> Row:
    return _date(when.edtf, when.basis, when.note)


def _dataset(record: Dataset, _: str, mark: str) -> Rows:
    recorded_at = record.recorded_at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
    texts = (record.title, record.summary, record.version, record.licence, record.attribution, record.url)
    return {"dataset": [(record.id, mark, *texts, recorded_at, as_json([one.model_dump() for one in record.releases]))]}


def _source(record: Source, dataset: str, mark: str) -> Rows:
    texts = (record.title, record.publisher, record.author, record.url, record.archive_url, record.language)
    last = (record.parent, str(record.reliability), record.note)
    return {"source": [(record.id, mark, dataset, record.kind, *texts, *_when(record.published), *last)]}


def _actor(record: Actor, dataset: str, mark: str) -> Rows:
    own = (record.id, mark, dataset, record.kind, record.name, _listed(record.aliases), record.description)
    affiliations: list[Row] = [
        (record.id, ordinal, one.kind, one.actor, one.since, one.until, one.source, False, dataset)
        for ordinal, one in enumerate(record.affiliations)
    ]
    return {"actor": [own], "affiliation": affiliations}


def _location(record: Location, dataset: str, mark: str) -> Rows:
    point: Row = (None, None, None, None, None)
    if (given := record.point) is not None:
        point = (given.longitude, given.latitude, given.radius_m, given.method, given.source)
    own = (record.id, mark, dataset, record.kind, record.name, _listed(record.aliases), record.within)
    known = (record.country, _listed(record.gazetteers))
    return {"location": [(*own, *known, *point, record.phrase)]}


def _event(record: Event, dataset: str, mark: str) -> Rows:
    relation = None
    if record.location is not None:
        relation = str(record.place_relation or PlaceRelation.AT)
    extra = None if record.extra is None else as_json(record.extra)
    own = (record.id, mark, dataset, record.kind, record.title, record.summary)
    event = (*own, *_when(record.date), record.location, relation, record.part_of, extra)
    participations: list[Row] = [
        (record.id, ordinal, one.actor, one.role, one.note, dataset) for ordinal, one in enumerate(record.participants)
    ]
    return {"event": [event], "participation": participations}


def _claim(record: Claim, dataset: str, mark: str) -> Rows:
    value: Row = (None, None, None, None, None, None)
    if (given := record.value) is not None:
        value = (given.low, given.best, given.high, given.unit, given.measure, given.of)
    who = (record.event, record.speaker, record.via, record.about)
    what = (record.stance, record.aspect, str(record.certainty), record.credibility)
    words = (record.summary, record.quote, record.quote_by)
    claim = (record.id, mark, dataset, *who, *what, *words, *value, *_when(record.said), record.inferred)
    citations: list[Row] = [
        (record.id, ordinal, one.source, one.role, one.mark, one.locator, _listed(one.flags), str(one.basis), dataset)
        for ordinal, one in enumerate(record.citations)
    ]
    namings: list[Row] = [(record.id, ordinal, actor, dataset) for ordinal, actor in enumerate(record.names)]
    return {"claim": [claim], "citation": citations, "naming": namings}


def _dating(record: Dating, dataset: str, mark: str) -> Rows:
    date_ = _date(record.edtf, DateBasis.EXTERNAL.value, record.note)
    return {"dating": [(record.id, mark, dataset, record.event, record.claim, *date_, record.source, record.preferred)]}


_MAKERS: dict[str, Callable[[Any, str, str], Rows]] = {
    "dataset": _dataset,
    "source": _source,
    "actor": _actor,
    "location": _location,
    "event": _event,
    "claim": _claim,
    "dating": _dating,
}


class Ready(NamedTuple):
    """A record as a load takes it, with what tells whether it changed: most need no more than a look."""

    dataset: str
    place: Place
    record: Record
    digest: str

    @property
    def kind(self) -> str:
        """Of record."""
        return self.record.kind_of_record

    @property
    def id(self) -> str:
        """The record's own."""
        return self.record.id

    @property
    def name(self) -> str:
        """As refusals name it."""
        return f"{self.kind} {self.id}"


class Written(NamedTuple):
    """A record that is new (`fresh`) or changed: its rows, and what it names."""

    record: Ready
    fresh: bool
    rows: Rows
    names: Sequence[Reference]


def ready(one: Entry) -> Ready:
    """An entry, with what tells whether it changed."""
    return Ready(one.dataset, one.place, one.record, record_digest(one.record))


def to_write(one: Ready, *, fresh: bool) -> Written:
    """What is to be written of it."""
    return Written(one, fresh, rows_of(one.record, one.dataset, one.digest), one.record.references())
