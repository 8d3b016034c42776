"""The tables derived from facts when something is loaded, which can be made anew at any time.

Per record: the JSON document that is sent, its place in every filtered list, and its folded words.
"""

from collections.abc import Iterator

from sqlalchemy import (
    DDL,
    Boolean,
    ColumnElement,
    Computed,
    Double,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    event,
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
    hand changes that too, so nobody needs to read documents to know which of them can be sent. `sha256` is of its UTF-8
    bytes.
    """

    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    span: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(Integer)
    latest: Mapped[int | None] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    sound: Mapped[bool] = mapped_column(Boolean, Computed(Sound(), persisted=True))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[str] = mapped_column(TEXT, sort_order=1)  # behind what is read without it


class Numbered:
    """A record's number within its kind, which is in the order of days (see `api.index.numbers`), as its words are."""

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
    """The index from words to records, which each database has in a form of its own; `word_conditions` asks it.

    PostgreSQL keeps it; SQLite's is kept by `api.index.words`, for it wants records in the order of their numbers.
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
    _gone = DDL(f"DROP TABLE IF EXISTS {_words.__tablename__.replace('words', 'search')}")  # type: ignore[no-untyped-call]
    event.listen(_words.__table__, "before_drop", _gone.execute_if(dialect="sqlite"))


class SourceWords(Words, Base):
    __tablename__ = "source_words"


class ActorWords(Words, Base):
    __tablename__ = "actor_words"


class LocationWords(Words, Base):
    __tablename__ = "location_words"
