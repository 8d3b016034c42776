"""The tables that loads derive from facts, and that can be rebuilt at any time.

For each record: its JSON document, its position in every filtered list, and its folded words.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Computed,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler

from api.models.base import NUMBER, TEXT, Base


class Derivation(Base):
    """One row: the fingerprints of the rules that derived these tables and of the tables of facts."""

    __tablename__ = "derivation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    facts: Mapped[str] = mapped_column(TEXT)
    rules: Mapped[str] = mapped_column(TEXT)


class ActorClosure(Base):
    """`actor` belongs to `party`, directly or through others; each actor belongs to itself."""

    __tablename__ = "actor_closure"
    __table_args__ = (Index(None, "party", "actor"), {"sqlite_with_rowid": False})

    actor: Mapped[str] = mapped_column(TEXT, primary_key=True)
    party: Mapped[str] = mapped_column(TEXT, primary_key=True)


class LocationClosure(Base):
    """`location` lies in `container`, directly or through others; each location lies in itself."""

    __tablename__ = "location_closure"
    __table_args__ = (Index(None, "container", "location"), {"sqlite_with_rowid": False})

    location: Mapped[str] = mapped_column(TEXT, primary_key=True)
    container: Mapped[str] = mapped_column(TEXT, primary_key=True)


class FacetName(Base):
    """The name of a set of events or of claims, and its number (see `api.models.facets`)."""

    __tablename__ = "facet"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(TEXT, unique=True)


class Posting(Base):
    """The record numbers in a facet, one roaring bitmap for each `chunk` (number >> 16)."""

    __tablename__ = "posting"
    __table_args__ = ({"sqlite_with_rowid": False},)

    facet: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    chunk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[int] = mapped_column(BigInteger)
    members: Mapped[bytes] = mapped_column(LargeBinary)


class RecordColumn(Base):
    """One value per record, as an array for each `chunk` (number >> 12; see `api.models.facets`)."""

    __tablename__ = "record_column"

    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    chunk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[int] = mapped_column(BigInteger)
    cells: Mapped[bytes] = mapped_column(LargeBinary)


class DayNumber(Base):
    """The first record number of a day (proleptic ordinal; 0: undated); the day's numbers end before the next row's."""

    __tablename__ = "day_number"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(TEXT, primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(Integer)


class Sound(ColumnElement[bool]):
    """A document is one line of JSON, begins with its record's id, and has the length it was written with."""

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
    """A record's public JSON, byte for byte.

    `size` is the document's length in characters. The database computes `sound`, so it is right even after manual
    edits and tells which documents can be sent without reading them. `sha256` is the hash of the UTF-8 bytes, `hash`
    that of the other columns (`api.models.facets.row_hash`).
    """

    id: Mapped[str] = mapped_column(TEXT, primary_key=True, sort_order=-1)
    size: Mapped[int] = mapped_column(Integer)
    sound: Mapped[bool] = mapped_column(Boolean, Computed(Sound(), persisted=True))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(TEXT, sort_order=1)  # after the columns that are read without it


class Dated:
    """A record's position in date order: the span of its date, sort day (0: undated) and last day (null: open)."""

    span: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(Integer)
    latest: Mapped[int | None] = mapped_column(Integer)


class Numbered:
    """A record's number within its kind; numbers follow days, then ids (see `api.index.numbers`)."""

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False, sort_order=-2)
    id: Mapped[str] = mapped_column(TEXT, unique=True, sort_order=-1)


class Entry(Numbered):
    """A record in the index: its sort day (0: undated) and a bitmap of the numbers of its facets.

    A later load removes it from these facets.
    """

    day: Mapped[int] = mapped_column(Integer)
    hash: Mapped[int] = mapped_column(BigInteger)
    facets: Mapped[bytes] = mapped_column(LargeBinary, sort_order=1)


class EventEntry(Entry, Base):
    __tablename__ = "event_entry"


class ClaimEntry(Entry, Base):
    """`said_possible` and `said_certain` are the first days by which the claim was possibly and certainly made."""

    __tablename__ = "claim_entry"

    said_possible: Mapped[int | None] = mapped_column(Integer)
    said_certain: Mapped[int | None] = mapped_column(Integer)


class EventDocument(Numbered, Document, Base):
    """An event's JSON. `judged_from` and `judged_to` delimit what depends on claims; `statements` is judged."""

    __tablename__ = "event_document"

    judged_from: Mapped[int] = mapped_column(Integer)
    judged_to: Mapped[int] = mapped_column(Integer)
    statements: Mapped[str] = mapped_column(TEXT, sort_order=2)


class ClaimDocument(Numbered, Document, Base):
    __tablename__ = "claim_document"


class SourceDocument(Dated, Document, Base):
    __tablename__ = "source_document"


class ActorDocument(Dated, Document, Base):
    __tablename__ = "actor_document"


class LocationDocument(Dated, Document, Base):
    __tablename__ = "location_document"


class DatasetDocument(Dated, Document, Base):
    __tablename__ = "dataset_document"


class Words:
    """A record's folded words, each between spaces."""

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    words: Mapped[str] = mapped_column(TEXT)
    hash: Mapped[int] = mapped_column(BigInteger)


class SourceWords(Words, Base):
    __tablename__ = "source_words"


class ActorWords(Words, Base):
    __tablename__ = "actor_words"


class LocationWords(Words, Base):
    __tablename__ = "location_words"
