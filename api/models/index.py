"""The tables derived from facts when something is loaded, which can be made anew at any time.

Per record: the JSON document that is sent, its place in every filtered list, and its folded words.
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
    """One row: by which rules everything derived here was made, and which facts the tables hold."""

    __tablename__ = "derivation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    facts: Mapped[str] = mapped_column(TEXT)
    rules: Mapped[str] = mapped_column(TEXT)


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


class FacetName(Base):
    """The name of a set of events or of claims, and its number (see `api.models.facets`)."""

    __tablename__ = "facet"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(TEXT, unique=True)


class Posting(Base):
    """The numbers of the records that stand in a facet, those of one `chunk` (number >> 16) as a roaring bitmap."""

    __tablename__ = "posting"
    __table_args__ = ({"sqlite_with_rowid": False},)

    facet: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    chunk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[int] = mapped_column(BigInteger)
    members: Mapped[bytes] = mapped_column(LargeBinary)


class RecordColumn(Base):
    """One value of each record: those of one `chunk` (number >> 12) as an array (see `api.models.facets`)."""

    __tablename__ = "record_column"

    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    chunk: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[int] = mapped_column(BigInteger)
    cells: Mapped[bytes] = mapped_column(LargeBinary)


class DayNumber(Base):
    """The first number of the records of a day (proleptic ordinal; 0: undated); they reach to that of the next day."""

    __tablename__ = "day_number"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(TEXT, primary_key=True)
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(Integer)


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
    """A record's public JSON, byte for byte.

    `size` is the document's length in characters. The database itself keeps `sound`: whoever changes a document by
    hand changes that too, so nobody needs to read documents to know which of them can be sent. `sha256` is of its UTF-8
    bytes, `hash` of the columns beside it (`api.models.facets.row_hash`).
    """

    id: Mapped[str] = mapped_column(TEXT, primary_key=True, sort_order=-1)
    size: Mapped[int] = mapped_column(Integer)
    sound: Mapped[bool] = mapped_column(Boolean, Computed(Sound(), persisted=True))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(TEXT, sort_order=1)  # behind what is read without it


class Dated:
    """A record's place in the order of days: its kind of date, sort day (0: undated) and last day (null: open)."""

    span: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(Integer)
    latest: Mapped[int | None] = mapped_column(Integer)


class Numbered:
    """A record's number within its kind, which is in the order of days and ids (see `api.index.numbers`)."""

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False, sort_order=-2)
    id: Mapped[str] = mapped_column(TEXT, unique=True, sort_order=-1)


class Entry(Numbered):
    """A record in the index: its sort day (0: undated), and the numbers of the facets it stands in, as a bitmap.

    A later load takes it out of them again.
    """

    day: Mapped[int] = mapped_column(Integer)
    hash: Mapped[int] = mapped_column(BigInteger)
    facets: Mapped[bytes] = mapped_column(LargeBinary, sort_order=1)


class EventEntry(Entry, Base):
    __tablename__ = "event_entry"


class ClaimEntry(Entry, Base):
    """`said_possible` and `said_certain`: the first days by which it may have been, and certainly was, said."""

    __tablename__ = "claim_entry"

    said_possible: Mapped[int | None] = mapped_column(Integer)
    said_certain: Mapped[int | None] = mapped_column(Integer)


class EventDocument(Numbered, Document, Base):
    """An event's JSON; `judged_from` and `judged_to` bound what depends on claims, `statements` is what is judged."""

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
    """A record's folded words, each with a blank before and after it."""

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    words: Mapped[str] = mapped_column(TEXT)
    hash: Mapped[int] = mapped_column(BigInteger)


class SourceWords(Words, Base):
    __tablename__ = "source_words"


class ActorWords(Words, Base):
    __tablename__ = "actor_words"


class LocationWords(Words, Base):
    __tablename__ = "location_words"
