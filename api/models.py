"""Every table: ten of facts, and those derived from them when a dataset is loaded.

Facts are keyed by their public ids. Derived tables hold, per record, the JSON document that is sent, its place in
every filtered list (facets) and its folded words; they can be rebuilt from the facts at any time.
"""

import string
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    event,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler

from api import vocabulary as v
from api.columns import EDTF_LENGTH, ID_LENGTH, NAME_LENGTH, TEXT_LENGTH, URL_LENGTH, WORD_LENGTH

ALPHANUMERIC = string.ascii_letters + string.digits

# Text sorts by code point on both databases, whatever the server's locale.
TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NAMES = JSON().with_variant(postgresql.JSONB(), "postgresql")
# SQLite keys rows by what is called INTEGER, and only that; it holds as many bits.
NUMBER = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables share one naming scheme, so that migrations can name what they change."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def reference(target: str) -> ForeignKey:
    """A foreign key checked at once, unless a load asks for it to be checked at commit."""
    return ForeignKey(target, deferrable=True, initially="IMMEDIATE")


def identifier() -> list[CheckConstraint]:
    """An id is readable and fits a path: `[A-Za-z0-9][A-Za-z0-9._-]*`, and never `count`.

    Spelt with `ltrim`, which both databases have, rather than with the patterns of each.
    """
    first = f"ltrim(substr(id, 1, 1), '{ALPHANUMERIC}') = ''"
    rest = f"ltrim(id, '{ALPHANUMERIC}._-') = ''"
    return [
        CheckConstraint(f"length(id) BETWEEN 1 AND {ID_LENGTH} AND id <> 'count'", "id"),
        CheckConstraint(f"{first} AND {rest}", "id_pattern"),
    ]


def words(column: str, vocabulary: type[v.Word]) -> CheckConstraint:
    """The column holds a word of the vocabulary, or null."""
    allowed = ", ".join(f"'{word}'" for word in vocabulary)
    return CheckConstraint(f"{column} IN ({allowed})", column)


def lengths(limit: int, *columns: str) -> list[CheckConstraint]:
    """Each column holds at most so many characters; SQLite does not look at a type's length."""
    return [CheckConstraint(f"length({column}) <= {limit}", f"{column}_length") for column in columns]


def dated(prefix: str) -> list[CheckConstraint]:
    """A date's columns agree: order of the ends, and nothing but `unknown` where there is no EDTF."""
    return [
        CheckConstraint(f"{prefix}_earliest <= {prefix}_latest", f"{prefix}_order"),
        CheckConstraint(
            f"({prefix}_edtf IS NULL) = ({prefix}_earliest IS NULL AND {prefix}_latest IS NULL)", f"{prefix}_ends"
        ),
        CheckConstraint(f"({prefix}_edtf IS NULL) = ({prefix}_basis = 'unknown')", f"{prefix}_unknown"),
        CheckConstraint(f"({prefix}_edtf IS NULL) = ({prefix}_precision = 'unknown')", f"{prefix}_undated"),
        words(f"{prefix}_precision", v.DatePrecision),
        words(f"{prefix}_basis", v.DateBasis),
        *lengths(EDTF_LENGTH, f"{prefix}_edtf"),
        *lengths(TEXT_LENGTH, f"{prefix}_note"),
    ]


class Owned:
    """A record of a dataset; `digest` tells a load whether it changed."""

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    digest: Mapped[str] = mapped_column(TEXT)

    @declared_attr
    def dataset(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy passes the class
        return mapped_column(TEXT, reference("dataset.id"), index=True)


class Dataset(Base):
    """A body of records that is loaded, updated and withdrawn as one."""

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


class Source(Owned, Base):
    """Something that was read, or that something read refers to."""

    __tablename__ = "source"
    __table_args__ = (
        *identifier(),
        words("kind", v.SourceKind),
        words("reliability", v.Reliability),
        *dated("published"),
        *lengths(NAME_LENGTH, "title", "publisher", "author", "language"),
        *lengths(TEXT_LENGTH, "note"),
        *lengths(URL_LENGTH, "url", "archive_url"),
    )

    kind: Mapped[str] = mapped_column(TEXT)
    title: Mapped[str] = mapped_column(TEXT)
    publisher: Mapped[str | None] = mapped_column(TEXT, index=True)
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
    parent: Mapped[str | None] = mapped_column(TEXT, reference("source.id"), index=True)
    reliability: Mapped[str] = mapped_column(TEXT)
    note: Mapped[str | None] = mapped_column(TEXT)


class Actor(Owned, Base):
    """Somebody or something that speaks or takes part."""

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

    A `mapped` row joins two datasets' names for one actor, by a reviewed mapping, while both are loaded.
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        words("kind", v.AffiliationKind),
        CheckConstraint("actor <> other", "two_actors"),
        *lengths(EDTF_LENGTH, "since", "until"),
    )

    actor: Mapped[str] = mapped_column(TEXT, reference("actor.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(TEXT)
    other: Mapped[str] = mapped_column(TEXT, reference("actor.id"), index=True)
    since: Mapped[str | None] = mapped_column(TEXT)
    until: Mapped[str | None] = mapped_column(TEXT)
    source: Mapped[str | None] = mapped_column(TEXT, reference("source.id"), index=True)
    mapped: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="mapped"))
    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"), index=True)


class Location(Owned, Base):
    """A place; its point, where it has one, says where it comes from (WGS 84 degrees, metres)."""

    __tablename__ = "location"
    __table_args__ = (
        *identifier(),
        words("kind", v.LocationKind),
        words("coordinate_method", v.CoordinateMethod),
        CheckConstraint("longitude BETWEEN -180 AND 180", "longitude"),
        CheckConstraint("latitude BETWEEN -90 AND 90", "latitude"),
        CheckConstraint("radius_m BETWEEN 0 AND 20037508", "radius"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", "both_coordinates"),
        CheckConstraint("(longitude IS NULL) = (coordinate_method IS NULL)", "point_has_method"),
        CheckConstraint("longitude IS NOT NULL OR radius_m IS NULL", "radius_has_point"),
        CheckConstraint("longitude IS NULL OR coordinate_source IS NOT NULL OR phrase IS NOT NULL", "point_has_basis"),
        *lengths(NAME_LENGTH, "name", "phrase"),
    )

    kind: Mapped[str] = mapped_column(TEXT)
    name: Mapped[str] = mapped_column(TEXT)
    aliases: Mapped[list[str]] = mapped_column(NAMES)
    within: Mapped[str | None] = mapped_column(TEXT, reference("location.id"), index=True)
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    radius_m: Mapped[float | None] = mapped_column(Double)
    coordinate_method: Mapped[str | None] = mapped_column(TEXT)
    coordinate_source: Mapped[str | None] = mapped_column(TEXT, reference("source.id"), index=True)
    phrase: Mapped[str | None] = mapped_column(TEXT)


class Event(Owned, Base):
    """Something said to have happened. Whether it did is never stored: claims say it."""

    __tablename__ = "event"
    __table_args__ = (
        *identifier(),
        words("kind", v.EventKind),
        words("place_relation", v.PlaceRelation),
        CheckConstraint("(location IS NULL) = (place_relation IS NULL)", "place"),
        *dated("date"),
        *lengths(NAME_LENGTH, "title"),
        *lengths(TEXT_LENGTH, "summary"),
    )

    kind: Mapped[str] = mapped_column(TEXT)
    title: Mapped[str] = mapped_column(TEXT)
    summary: Mapped[str | None] = mapped_column(TEXT)
    date_edtf: Mapped[str | None] = mapped_column(TEXT)
    date_earliest: Mapped[date | None] = mapped_column(Date)
    date_latest: Mapped[date | None] = mapped_column(Date)
    date_precision: Mapped[str] = mapped_column(TEXT)
    date_basis: Mapped[str] = mapped_column(TEXT)
    date_note: Mapped[str | None] = mapped_column(TEXT)
    location: Mapped[str | None] = mapped_column(TEXT, reference("location.id"), index=True)
    place_relation: Mapped[str | None] = mapped_column(TEXT)
    part_of: Mapped[str | None] = mapped_column(TEXT, reference("event.id"), index=True)
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Participation(Base):
    """An actor takes part in an event, in the file's order; part of the event's record."""

    __tablename__ = "participation"
    __table_args__ = (words("role", v.Role), *lengths(NAME_LENGTH, "note"))

    event: Mapped[str] = mapped_column(TEXT, reference("event.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    actor: Mapped[str] = mapped_column(TEXT, reference("actor.id"), index=True)
    role: Mapped[str] = mapped_column(TEXT)
    note: Mapped[str | None] = mapped_column(TEXT)
    dataset: Mapped[str] = mapped_column(TEXT, reference("dataset.id"))


class Claim(Owned, Base):
    """One speaker's stance on one aspect of an event. No speaker: nobody is named."""

    __tablename__ = "claim"
    __table_args__ = (
        *identifier(),
        words("stance", v.Stance),
        words("aspect", v.Aspect),
        words("certainty", v.Certainty),
        CheckConstraint("credibility BETWEEN 1 AND 6", "credibility"),
        CheckConstraint("id <> about", "about_another"),
        CheckConstraint("quote IS NOT NULL OR quote_by IS NULL", "quote_by"),
        CheckConstraint(
            "unit IS NOT NULL OR (value_low IS NULL AND value_best IS NULL AND value_high IS NULL)", "unit"
        ),
        *dated("said"),
        *lengths(TEXT_LENGTH, "summary", "quote"),
        *lengths(NAME_LENGTH, "unit"),
    )

    event: Mapped[str] = mapped_column(TEXT, reference("event.id"), index=True)
    speaker: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"), index=True)
    via: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"), index=True)
    about: Mapped[str | None] = mapped_column(TEXT, reference("claim.id"), index=True)
    stance: Mapped[str] = mapped_column(TEXT)
    aspect: Mapped[str] = mapped_column(TEXT)
    certainty: Mapped[str] = mapped_column(TEXT)
    credibility: Mapped[int] = mapped_column(SmallInteger)
    summary: Mapped[str | None] = mapped_column(TEXT)
    quote: Mapped[str | None] = mapped_column(TEXT)
    quote_by: Mapped[str | None] = mapped_column(TEXT, reference("actor.id"), index=True)
    value_low: Mapped[float | None] = mapped_column(Double)
    value_best: Mapped[float | None] = mapped_column(Double)
    value_high: Mapped[float | None] = mapped_column(Double)
    unit: Mapped[str | None] = mapped_column(TEXT)
    said_edtf: Mapped[str | None] = mapped_column(TEXT)
    said_earliest: Mapped[date | None] = mapped_column(Date)
    said_latest: Mapped[date | None] = mapped_column(Date)
    said_precision: Mapped[str] = mapped_column(TEXT)
    said_basis: Mapped[str] = mapped_column(TEXT)
    said_note: Mapped[str | None] = mapped_column(TEXT)
    inferred: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="inferred"))


class Citation(Base):
    """A claim rests on a source, or its carrier refers to one; part of the claim's record."""

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
    """A more exact date for an event or a claim of another dataset, and the source it rests on."""

    __tablename__ = "dating"
    __table_args__ = (
        *identifier(),
        CheckConstraint("(event IS NULL) <> (claim IS NULL)", "one_target"),
        *dated("date"),
    )

    event: Mapped[str | None] = mapped_column(TEXT, reference("event.id"), index=True)
    claim: Mapped[str | None] = mapped_column(TEXT, reference("claim.id"), index=True)
    date_edtf: Mapped[str] = mapped_column(TEXT)
    date_earliest: Mapped[date | None] = mapped_column(Date)
    date_latest: Mapped[date | None] = mapped_column(Date)
    date_precision: Mapped[str] = mapped_column(TEXT)
    date_basis: Mapped[str] = mapped_column(TEXT)
    date_note: Mapped[str | None] = mapped_column(TEXT)
    source: Mapped[str] = mapped_column(TEXT, reference("source.id"), index=True)


class Revision(Base):
    """One row: how often data was loaded, and when last."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ActorClosure(Base):
    """`actor` belongs to `party`: itself, and all it belongs to through others."""

    __tablename__ = "actor_closure"
    __table_args__ = (Index(None, "party", "actor"), {"sqlite_with_rowid": False})

    actor: Mapped[str] = mapped_column(TEXT, primary_key=True)
    party: Mapped[str] = mapped_column(TEXT, primary_key=True)


class LocationClosure(Base):
    """`location` lies in `container`: itself, and all that contains it."""

    __tablename__ = "location_closure"
    __table_args__ = (Index(None, "container", "location"), {"sqlite_with_rowid": False})

    location: Mapped[str] = mapped_column(TEXT, primary_key=True)
    container: Mapped[str] = mapped_column(TEXT, primary_key=True)


class Facet(Base):
    """The name of a set of events or of claims, its number, and how many members lie in each span class.

    Sets of events are named as the filter and its value are (`party:russia`); of claims, `claim/` stands before it.
    """

    __tablename__ = "facet"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(TEXT, unique=True)
    span0: Mapped[int] = mapped_column(Integer)
    span1: Mapped[int] = mapped_column(Integer)
    span2: Mapped[int] = mapped_column(Integer)
    span3: Mapped[int] = mapped_column(Integer)
    span4: Mapped[int] = mapped_column(Integer)
    span5: Mapped[int] = mapped_column(Integer)
    span6: Mapped[int] = mapped_column(Integer)


class FacetRow:
    """A record's membership of a facet, keyed in the order lists are read; days are proleptic ordinals.

    `day` is the sort day (0: undated); `latest` null: open. `said_possible` and `said_certain` are the first days by
    which a claim was possibly and certainly said (0: before any day; null: no dated claim), `unsaid` tells that an
    undated claim exists. `longitude` and `latitude` (WGS 84 degrees) stand in grid cells; `member` in party facets:
    the one participant who belongs to the party, null if there are several. `number` is the record's own.
    """

    facet: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    span: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    number: Mapped[int] = mapped_column(NUMBER)
    latest: Mapped[int | None] = mapped_column(Integer)
    said_possible: Mapped[int | None] = mapped_column(Integer)
    said_certain: Mapped[int | None] = mapped_column(Integer)
    unsaid: Mapped[int] = mapped_column(SmallInteger)
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    member: Mapped[str | None] = mapped_column(TEXT)


class EventFacet(FacetRow, Base):
    """Every filtered list of events is a scan of this table."""

    __tablename__ = "event_facet"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ClaimFacet(FacetRow, Base):
    """Every filtered list of claims is a scan of this table."""

    __tablename__ = "claim_facet"
    __table_args__ = ({"sqlite_with_rowid": False},)


class Sound(ColumnElement[bool]):
    """A document is one line of JSON, begins with its record's id, and is as long as it was when it was made."""

    inherit_cache = True
    type = Boolean()


@compiles(Sound, "sqlite")
def _sound_on_sqlite(_: Sound, __: SQLCompiler, **___: object) -> str:
    begins = """substr(body, 1, length(id) + 8) = '{"id":"' || id || '"'"""
    return f"length(body) = size AND {begins} AND instr(body, char(10)) = 0 AND json_valid(body)"


@compiles(Sound, "postgresql")
def _sound_on_postgresql(_: Sound, __: SQLCompiler, **___: object) -> str:
    begins = """starts_with(body, '{"id":"' || id || '"')"""
    return f"length(body) = size AND {begins} AND strpos(body, chr(10)) = 0 AND body IS JSON"


class Document:
    """A record's public JSON, byte for byte, with its place in the order of days (see `FacetRow`).

    `size` is the document's length in characters. The database itself keeps `sound`: whoever changes a document by
    hand changes that too, so nobody needs to read documents to know which of them can be sent.
    """

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    span: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(Integer)
    latest: Mapped[int | None] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    sound: Mapped[bool] = mapped_column(Boolean, Computed(Sound(), persisted=True))
    body: Mapped[str] = mapped_column(TEXT, sort_order=1)  # behind what is read without it


class Numbered:
    """A record's number within its kind, which is in the order of days (see `api.numbers`), as its words are too."""

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False, sort_order=-2)
    id: Mapped[str] = mapped_column(TEXT, unique=True, sort_order=-1)


class Filed(Numbered):
    """Which facets a record stands in, and what its rows there say (see `FacetRow`): they are made from this.

    `facets` are whole numbers joined by commas: 2048 times the facet's number, plus 1024 where the row holds the point,
    plus the place (from 1) among `members` of the one it holds. A later load takes the record out of them again.
    """

    said_possible: Mapped[int | None] = mapped_column(Integer)
    said_certain: Mapped[int | None] = mapped_column(Integer)
    unsaid: Mapped[int] = mapped_column(SmallInteger)
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    members: Mapped[str | None] = mapped_column(TEXT)
    facets: Mapped[str] = mapped_column(TEXT)


class EventDocument(Filed, Document, Base):
    """An event's JSON; `judged_from` and `judged_to` bound what depends on claims, `statements` is what is judged."""

    __tablename__ = "event_document"

    judged_from: Mapped[int] = mapped_column(Integer)
    judged_to: Mapped[int] = mapped_column(Integer)
    statements: Mapped[str] = mapped_column(TEXT, sort_order=2)


class ClaimDocument(Filed, Document, Base):
    __tablename__ = "claim_document"


class SourceDocument(Document, Base):
    __tablename__ = "source_document"


class ActorDocument(Document, Base):
    __tablename__ = "actor_document"


class LocationDocument(Document, Base):
    __tablename__ = "location_document"


class DatasetDocument(Document, Base):
    __tablename__ = "dataset_document"


class Words:
    """A record's folded words, each with a blank before and after it."""

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    words: Mapped[str] = mapped_column(TEXT)


class SearchedWords(Numbered):
    """As `Words`, with the record's place in the order of days, and an index of its own from words to numbers."""

    span: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(Integer)
    latest: Mapped[int | None] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(TEXT)


class EventWords(SearchedWords, Base):
    __tablename__ = "event_words"


class ClaimWords(SearchedWords, Base):
    __tablename__ = "claim_words"


class WordCount(Base):
    """How many events or claims (`kind`) hold a word: few are looked up in the index, many met by reading in order."""

    __tablename__ = "word_count"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(TEXT, primary_key=True)
    word: Mapped[str] = mapped_column(TEXT, primary_key=True)
    records: Mapped[int] = mapped_column(Integer)


def search_index(table: str) -> Iterator[DDL]:
    """The index from words to records, which each database has in a form of its own; `api.search` asks it.

    PostgreSQL keeps it; SQLite's is kept by `api.words`, for it wants records in the order of their numbers.
    """
    name = table.replace("words", "search")
    options = "content_rowid='number', detail='none', columnsize=0, tokenize='ascii'"
    vector = "array_to_tsvector(string_to_array(btrim(words), ' '))"
    for dialect, statement in (
        ("sqlite", f"CREATE VIRTUAL TABLE {name} USING fts5 (words, content='{table}', {options})"),
        ("postgresql", f"CREATE INDEX ix_{name} ON {table} USING gin ({vector})"),
    ):
        yield DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]


for _words in (EventWords, ClaimWords):
    for _statement in search_index(_words.__tablename__):
        event.listen(_words.__table__, "after_create", _statement)


class SourceWords(Words, Base):
    __tablename__ = "source_words"


class ActorWords(Words, Base):
    __tablename__ = "actor_words"


class LocationWords(Words, Base):
    __tablename__ = "location_words"
