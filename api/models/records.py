"""The tables of facts, keyed by public ids: who said what about which event, and the sources that say so."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    Index,
    SmallInteger,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.domain import vocabulary as v
from api.models.base import (
    EDTF_LENGTH,
    NAME_LENGTH,
    NAMES,
    TEXT,
    TEXT_LENGTH,
    URL_LENGTH,
    WORD_LENGTH,
    Base,
    Owned,
    dated,
    found_by,
    identifier,
    lengths,
    reference,
    words,
)


class Dataset(Base):
    """Records that are loaded, updated and withdrawn together."""

    __tablename__ = "dataset"
    __table_args__ = (
        *identifier(),
        *lengths(NAME_LENGTH, "title", "version", "licence"),
        *lengths(TEXT_LENGTH, "summary", "attribution"),
        *lengths(URL_LENGTH, "url"),
    )

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    digest: Mapped[str] = mapped_column(TEXT)
    title: Mapped[str] = mapped_column(TEXT)
    summary: Mapped[str | None] = mapped_column(TEXT)
    version: Mapped[str | None] = mapped_column(TEXT)
    licence: Mapped[str | None] = mapped_column(TEXT)
    attribution: Mapped[str | None] = mapped_column(TEXT)
    url: Mapped[str | None] = mapped_column(TEXT)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    releases: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The imported files: name, version, SHA-256, size in bytes and day of the import."""


class Source(Owned, Base):
    """Something that was read, or that is referred to by something that was read."""

    __tablename__ = "source"
    __table_args__ = (
        *identifier(),
        *found_by("publisher", "parent"),
        words("kind", v.SourceKind),
        words("reliability", v.Reliability),
        *dated("published"),
        *lengths(NAME_LENGTH, "title", "publisher", "author", "language"),
        *lengths(TEXT_LENGTH, "note"),
        *lengths(URL_LENGTH, "url", "archive_url"),
    )

    kind: Mapped[str] = mapped_column(TEXT)
    title: Mapped[str] = mapped_column(TEXT)
    publisher: Mapped[str | None] = mapped_column(TEXT)
    author: Mapped[str | None] = mapped_column(TEXT)
    url: Mapped[str | None] = mapped_column(TEXT)
    archive_url: Mapped[str | None] = mapped_column(TEXT)
    language: Mapped[str | None] = mapped_column(TEXT)
    published_edtf: Mapped[str | None] = mapped_column(TEXT)
    published_earliest: Mapped[date | None] = mapped_column(Date)
    published_latest: Mapped[date | None] = mapped_column(Date)
    published_precision: Mapped[str] = mapped_column(TEXT)
    published_basis: Mapped[str] = mapped_column(TEXT)
    published_note: Mapped[str | None] = mapped_column(TEXT)
    parent: Mapped[str | None] = mapped_column(TEXT, reference("source.id"))
    reliability: Mapped[str] = mapped_column(TEXT)
    note: Mapped[str | None] = mapped_column(TEXT)


class Actor(Owned, Base):
    """A person, group or body that speaks or takes part."""

    __tablename__ = "actor"
    __table_args__ = (
        *identifier(),
        words("kind", v.ActorKind),
        *lengths(NAME_LENGTH, "name"),
        *lengths(TEXT_LENGTH, "description"),
    )

    kind: Mapped[str] = mapped_column(TEXT)
    name: Mapped[str] = mapped_column(TEXT)
    aliases: Mapped[list[str]] = mapped_column(NAMES)
    description: Mapped[str | None] = mapped_column(TEXT)


class Affiliation(Base):
    """One actor belongs or relates to another; part of the first actor's record.

    A `mapped` row comes from a reviewed mapping and joins two datasets' names for one actor while both are loaded.
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        words("kind", v.AffiliationKind),
        CheckConstraint("actor <> other", "two_actors"),
        *found_by("source"),
        *lengths(EDTF_LENGTH, "since", "until"),
    )

    actor: Mapped[str] = mapped_column(TEXT, reference("actor.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(TEXT)
    other: Mapped[str] = mapped_column(TEXT, reference("actor.id"), index=True)
    since: Mapped[str | None] = mapped_column(TEXT)
    until: Mapped[str | None] = mapped_column(TEXT)
    source: Mapped[str | None] = mapped_column(TEXT, reference("source.id"))
    mapped: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="mapped"))
    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"), index=True)


class Location(Owned, Base):
    """A place; a point (WGS 84 degrees, radius in metres) always names its source or basis."""

    __tablename__ = "location"
    __table_args__ = (
        *identifier(),
        *found_by("within", "same_as", "coordinate_source"),
        words("kind", v.LocationKind),
        words("coordinate_method", v.CoordinateMethod),
        CheckConstraint("longitude BETWEEN -180 AND 180", "longitude"),
        CheckConstraint("latitude BETWEEN -90 AND 90", "latitude"),
        CheckConstraint("radius_m BETWEEN 0 AND 20037508", "radius"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", "both_coordinates"),
        CheckConstraint("(longitude IS NULL) = (coordinate_method IS NULL)", "point_has_method"),
        CheckConstraint("longitude IS NOT NULL OR radius_m IS NULL", "radius_has_point"),
        CheckConstraint("longitude IS NULL OR coordinate_source IS NOT NULL OR phrase IS NOT NULL", "point_has_basis"),
        CheckConstraint("length(country) = 2", "country"),
        *lengths(NAME_LENGTH, "name", "phrase"),
    )

    kind: Mapped[str] = mapped_column(TEXT)
    name: Mapped[str] = mapped_column(TEXT)
    aliases: Mapped[list[str]] = mapped_column(NAMES)
    within: Mapped[str | None] = mapped_column(TEXT, reference("location.id"))
    country: Mapped[str | None] = mapped_column(TEXT)
    """ISO 3166-1 alpha-2; places within inherit it."""
    gazetteers: Mapped[list[str]] = mapped_column(NAMES)
    """Ids in gazetteers, such as `geonames:702972`."""
    same_as: Mapped[str | None] = mapped_column(TEXT, reference("location.id"))
    """The same place in another dataset, matched by a reviewed pair or a shared gazetteer id."""
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    radius_m: Mapped[float | None] = mapped_column(Double)
    coordinate_method: Mapped[str | None] = mapped_column(TEXT)
    coordinate_source: Mapped[str | None] = mapped_column(TEXT, reference("source.id"))
    phrase: Mapped[str | None] = mapped_column(TEXT)


class Event(Owned, Base):
    """Something that is said to have happened. Whether it did is not stored: only claims say so."""

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "dataset", "date_earliest", "date_latest"),  # to find what a file of the dataset covers
        *identifier(),
        *found_by("location", "part_of"),
        words("kind", v.EventKind),
        words("place_relation", v.PlaceRelation),
        CheckConstraint("(location IS NULL) = (place_relation IS NULL)", "place"),
        *dated("date"),
        *lengths(NAME_LENGTH, "title"),
        *lengths(TEXT_LENGTH, "summary"),
    )

    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"), sort_order=-1)
    kind: Mapped[str] = mapped_column(TEXT)
    title: Mapped[str] = mapped_column(TEXT)
    summary: Mapped[str | None] = mapped_column(TEXT)
    date_edtf: Mapped[str | None] = mapped_column(TEXT)
    date_earliest: Mapped[date | None] = mapped_column(Date)
    date_latest: Mapped[date | None] = mapped_column(Date)
    date_precision: Mapped[str] = mapped_column(TEXT)
    date_basis: Mapped[str] = mapped_column(TEXT)
    date_note: Mapped[str | None] = mapped_column(TEXT)
    location: Mapped[str | None] = mapped_column(TEXT, reference("location.id"))
    place_relation: Mapped[str | None] = mapped_column(TEXT)
    part_of: Mapped[str | None] = mapped_column(TEXT, reference("event.id"))
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Participation(Base):
    """An actor takes part in an event, in the order of the file; part of the event's record."""

    __tablename__ = "participation"
    __table_args__ = (words("role", v.Role), *lengths(NAME_LENGTH, "note"))

    event: Mapped[str] = mapped_column(TEXT, reference("event.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    actor: Mapped[str] = mapped_column(TEXT, reference("actor.id"), index=True)
    role: Mapped[str] = mapped_column(TEXT)
    note: Mapped[str | None] = mapped_column(TEXT)
    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"))


class Claim(Owned, Base):
    """One speaker's stance on one aspect of an event. Without a speaker, nobody is named."""

    __tablename__ = "claim"
    __table_args__ = (
        Index(None, "dataset", "said_latest", "said_earliest"),  # open ends depend on the dataset's day
        *identifier(),
        *found_by("speaker", "via", "about", "quote_by", "of"),
        words("stance", v.Stance),
        words("aspect", v.Aspect),
        words("measure", v.Measure),
        words("certainty", v.Certainty),
        CheckConstraint("credibility BETWEEN 1 AND 6", "credibility"),
        CheckConstraint("id <> about", "about_another"),
        CheckConstraint("quote IS NOT NULL OR quote_by IS NULL", "quote_by"),
        CheckConstraint("stance <> 'retracts' OR about IS NOT NULL", "retracts_a_claim"),
        CheckConstraint(
            "(unit IS NULL) = (value_low IS NULL AND value_best IS NULL AND value_high IS NULL)", "figure_has_unit"
        ),
        CheckConstraint("(unit IS NULL) = (measure IS NULL)", "figure_has_measure"),
        CheckConstraint("measure IS NOT NULL OR of IS NULL", "of_a_figure"),
        *dated("said"),
        *lengths(TEXT_LENGTH, "summary", "quote"),
        *lengths(NAME_LENGTH, "unit"),
    )

    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"), sort_order=-1)
    event: Mapped[str] = mapped_column(TEXT, reference("event.id"), index=True)
    speaker: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"))
    via: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"))
    about: Mapped[str | None] = mapped_column(TEXT, reference("claim.id"))
    stance: Mapped[str] = mapped_column(TEXT)
    aspect: Mapped[str] = mapped_column(TEXT)
    certainty: Mapped[str] = mapped_column(TEXT)
    credibility: Mapped[int] = mapped_column(SmallInteger)
    summary: Mapped[str | None] = mapped_column(TEXT)
    quote: Mapped[str | None] = mapped_column(TEXT)
    quote_by: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"))
    value_low: Mapped[float | None] = mapped_column(Double)
    value_best: Mapped[float | None] = mapped_column(Double)
    value_high: Mapped[float | None] = mapped_column(Double)
    unit: Mapped[str | None] = mapped_column(TEXT)
    measure: Mapped[str | None] = mapped_column(TEXT)
    of: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"))
    said_edtf: Mapped[str | None] = mapped_column(TEXT)
    said_earliest: Mapped[date | None] = mapped_column(Date)
    said_latest: Mapped[date | None] = mapped_column(Date)
    said_precision: Mapped[str] = mapped_column(TEXT)
    said_basis: Mapped[str] = mapped_column(TEXT)
    said_note: Mapped[str | None] = mapped_column(TEXT)
    inferred: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="inferred"))


class Naming(Base):
    """A claim on attribution holds an actor responsible; part of the claim's record."""

    __tablename__ = "naming"

    claim: Mapped[str] = mapped_column(TEXT, reference("claim.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    actor: Mapped[str] = mapped_column(TEXT, reference("actor.id"), index=True)
    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"))


class Citation(Base):
    """A claim rests on a source, or the source that carries it refers to one; part of the claim's record."""

    __tablename__ = "citation"
    __table_args__ = (
        words("role", v.CitationRole),
        words("basis", v.CitationBasis),
        *lengths(WORD_LENGTH, "mark"),
        *lengths(NAME_LENGTH, "locator"),
    )

    claim: Mapped[str] = mapped_column(TEXT, reference("claim.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    source: Mapped[str] = mapped_column(TEXT, reference("source.id"), index=True)
    role: Mapped[str] = mapped_column(TEXT)
    mark: Mapped[str | None] = mapped_column(TEXT)
    locator: Mapped[str | None] = mapped_column(TEXT)
    flags: Mapped[list[str]] = mapped_column(NAMES)
    basis: Mapped[str] = mapped_column(TEXT)
    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"))


class Dating(Owned, Base):
    """A more exact date for an event or a claim of another dataset, and its source.

    If several disagree, the `preferred` one is used as the record's date; the others are shown beside it.
    """

    __tablename__ = "dating"
    __table_args__ = (
        *identifier(),
        *found_by("event", "claim"),
        CheckConstraint("(event IS NULL) <> (claim IS NULL)", "one_target"),
        *dated("date"),
    )

    event: Mapped[str | None] = mapped_column(TEXT, reference("event.id"))
    claim: Mapped[str | None] = mapped_column(TEXT, reference("claim.id"))
    date_edtf: Mapped[str] = mapped_column(TEXT)
    date_earliest: Mapped[date | None] = mapped_column(Date)
    date_latest: Mapped[date | None] = mapped_column(Date)
    date_precision: Mapped[str] = mapped_column(TEXT)
    date_basis: Mapped[str] = mapped_column(TEXT)
    date_note: Mapped[str | None] = mapped_column(TEXT)
    source: Mapped[str] = mapped_column(TEXT, reference("source.id"), index=True)
    preferred: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="preferred"))
