"""Records as rows of the tables of facts, with values for the drivers of both databases."""

from collections.abc import Callable, Sequence
from datetime import UTC, date
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from api.domain import dates
from api.domain.vocabulary import DateBasis, DatePrecision, PlaceRelation
from api.models.base import columns_of
from api.storage.bulk import Row
from seed.field_types import as_json
from seed.records import (
    INPUT_MODELS,
    Actor,
    Claim,
    Dataset,
    Dating,
    Event,
    Location,
    Record,
    Reference,
    Source,
    When,
)
from seed.refusals import Entry, Place

R = TypeVar("R", bound=Record)
Rows = dict[str, list[Row]]
"""By table."""
# The tables of the parts of each kind of record, with the column of the record's id.
CHILDREN = {
    "actor": {"affiliation": "actor"},
    "event": {"participation": "event"},
    "claim": {"citation": "claim", "naming": "claim"},
}


COLUMNS: dict[str, tuple[str, ...]] = {
    table: columns_of(table, "same_as")  # filled by mappings
    for kind in INPUT_MODELS
    for table in (kind, *CHILDREN.get(kind, ()))
}
"""The columns of each table, in the order of the models."""


class RowOf:
    """Makes rows of a table: `made` columns are passed in, all others are fields of the same name."""

    def __init__(self, table: str, *made: str) -> None:
        plain = [name for name in COLUMNS[table] if name not in made]
        self._plain = attrgetter(*plain)
        self._in_order = itemgetter(*map([*plain, *made].index, COLUMNS[table]))

    def __call__(self, given: BaseModel, *made: Any) -> Row:  # noqa: ANN401 - whatever a driver takes
        row: Row = self._in_order((*self._plain(given), *made))
        return row


def record_digest(record: Record) -> str:
    """The digest that tells whether a record changed."""
    return blake2b(record.model_dump_json().encode(), digest_size=16).hexdigest()


def rows_of(record: Record, dataset: str, mark: str) -> Rows:
    """The rows of a record by table, its own first."""
    return _MAKERS[record.kind_of_record](record, dataset, mark)


def _dated(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{name}" for name in ("edtf", "earliest", "latest", "precision", "basis", "note"))


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


_OWNED = ("digest", "dataset")
_DATASET = RowOf("dataset", "digest", "recorded_at", "releases")
_SOURCE = RowOf("source", *_OWNED, "reliability", *_dated("published"))
_ACTOR = RowOf("actor", *_OWNED, "aliases")
_AFFILIATION = RowOf("affiliation", "actor", "ordinal", "other", "mapped", "dataset")
_POINT = ("longitude", "latitude", "radius_m", "coordinate_method", "coordinate_source")
_LOCATION = RowOf("location", *_OWNED, "aliases", "gazetteers", *_POINT)
_EVENT = RowOf("event", *_OWNED, "place_relation", "extra", *_dated("date"))
_PARTICIPATION = RowOf("participation", "event", "ordinal", "dataset")
_VALUE = ("value_low", "value_best", "value_high", "unit", "measure", "of")
_CLAIM = RowOf("claim", *_OWNED, "certainty", *_VALUE, *_dated("said"))
_CITATION = RowOf("citation", "claim", "ordinal", "flags", "basis", "dataset")
_DATING = RowOf("dating", *_OWNED, *_dated("date"))


def _dataset(record: Dataset, _: str, mark: str) -> Rows:
    recorded_at = record.recorded_at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
    return {"dataset": [_DATASET(record, mark, recorded_at, as_json([one.model_dump() for one in record.releases]))]}


def _source(record: Source, dataset: str, mark: str) -> Rows:
    return {"source": [_SOURCE(record, mark, dataset, str(record.reliability), *_when(record.published))]}


def _actor(record: Actor, dataset: str, mark: str) -> Rows:
    affiliations = [
        _AFFILIATION(one, record.id, ordinal, one.actor, False, dataset)
        for ordinal, one in enumerate(record.affiliations)
    ]
    return {"actor": [_ACTOR(record, mark, dataset, _listed(record.aliases))], "affiliation": affiliations}


def _location(record: Location, dataset: str, mark: str) -> Rows:
    point: Row = (None, None, None, None, None)
    if (given := record.point) is not None:
        point = (given.longitude, given.latitude, given.radius_m, given.method, given.source)
    return {"location": [_LOCATION(record, mark, dataset, _listed(record.aliases), _listed(record.gazetteers), *point)]}


def _event(record: Event, dataset: str, mark: str) -> Rows:
    relation = None if record.location is None else str(record.place_relation or PlaceRelation.AT)
    extra = None if record.extra is None else as_json(record.extra)
    participations = [
        _PARTICIPATION(one, record.id, ordinal, dataset) for ordinal, one in enumerate(record.participants)
    ]
    event = _EVENT(record, mark, dataset, relation, extra, *_when(record.date))
    return {"event": [event], "participation": participations}


def _claim(record: Claim, dataset: str, mark: str) -> Rows:
    value: Row = (None, None, None, None, None, None)
    if (given := record.value) is not None:
        value = (given.low, given.best, given.high, given.unit, given.measure, given.of)
    claim = _CLAIM(record, mark, dataset, str(record.certainty), *value, *_when(record.said))
    citations = [
        _CITATION(one, record.id, ordinal, _listed(one.flags), str(one.basis), dataset)
        for ordinal, one in enumerate(record.citations)
    ]
    namings: list[Row] = [(record.id, ordinal, actor, dataset) for ordinal, actor in enumerate(record.names)]
    return {"claim": [claim], "citation": citations, "naming": namings}


def _dating(record: Dating, dataset: str, mark: str) -> Rows:
    return {"dating": [_DATING(record, mark, dataset, *_date(record.edtf, DateBasis.EXTERNAL.value, record.note))]}


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
    """A record with its digest, which is all that a load compares if the record is unchanged."""

    dataset: str
    place: Place
    record: Record
    digest: str

    @property
    def kind(self) -> str:
        """The kind of record."""
        return self.record.kind_of_record

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record.id

    @property
    def name(self) -> str:
        """The record's name in refusals."""
        return f"{self.kind} {self.id}"


class Written(NamedTuple):
    """A record that is new (`fresh`) or changed, with its rows and references."""

    record: Ready
    fresh: bool
    rows: Rows
    names: Sequence[Reference]


def ready(one: Entry) -> Ready:
    """An entry with its digest."""
    return Ready(one.dataset, one.place, one.record, record_digest(one.record))


def to_write(one: Ready, *, fresh: bool) -> Written:
    """The rows and references to write."""
    return Written(one, fresh, rows_of(one.record, one.dataset, one.digest), one.record.references())
