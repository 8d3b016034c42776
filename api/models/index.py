"""The tables that loads derive from facts, which can be rebuilt at any time, and views of the documents for people.

For each record: its JSON document, its position in every filtered list, and its folded words. The views `public_event`,
`public_claim`, … select from the documents, so they can never differ from the API.
"""

from collections.abc import Iterator

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    ColumnElement,
    Computed,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    event,
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


_REAL, _WHOLE, _TRUTH = "double precision", "bigint", "boolean"
_ON_SQLITE = {_REAL: "REAL", _WHOLE: "INTEGER", _TRUTH: "INTEGER"}
"""The types of columns on SQLite, if not text: without them, programs that open it take text for bytes."""
JSON = "json"
"""Marks a column that holds a list or an object as JSON in text."""
_PARTS = ("earliest", "latest", "precision", "basis", "stated", "note")

Column = tuple[str, str, str]
"""A column's name, the path of its value in the document, and its PostgreSQL type if it is not text, or `JSON`."""


def _plain(*names: str, kind: str = "") -> list[Column]:
    return [(name, name, kind) for name in names]


def _ref(name: str, label: str = "name", path: str = "") -> list[Column]:
    path = path or name
    return [(f"{name}_id", f"{path}.id", ""), (name, f"{path}.{label}", "")]


def _when(name: str) -> list[Column]:
    parts = [(f"{name}_{part}", f"{name}.{part}", "") for part in _PARTS]
    source = _ref(f"{name}_source", "title", f"{name}.source")
    return [(name, f"{name}.edtf", ""), *parts, *source, (f"{name}_others", f"{name}.others", JSON)]


def _point(path: str = "point") -> list[Column]:
    numbers = [(part, f"{path}.{part}", _REAL) for part in ("longitude", "latitude", "radius_m")]
    words = [(part, f"{path}.{part}", "") for part in ("method", "phrase")]
    return [*numbers, *words, *_ref("point_source", "title", f"{path}.source")]


_DATASET = _ref("dataset", "title")
VIEWS: dict[str, tuple[type, list[Column]]] = {
    "public_event": (
        EventDocument,
        [
            *_plain("id", "kind", "title", "summary"),
            *_when("date"),
            *_ref("location"),
            ("location_kind", "location.kind", ""),
            ("place_relation", "location.relation", ""),
            *((part, f"location.{part}", "") for part in ("country", "admin1", "admin2")),
            *_point("location.point"),
            *_ref("part_of", "title"),
            ("claims", "claims.total", _WHOLE),
            ("claims_by_stance", "claims.by_stance", JSON),
            *((f"deaths_{part}", f"deaths.{part}", _REAL) for part in ("low", "best", "high")),
            ("deaths_claim", "deaths.claim", ""),
            *_plain("participants", "assessments", "extra", kind=JSON),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_claim": (
        ClaimDocument,
        [
            *_plain("id"),
            *_ref("event", "title"),
            *_ref("speaker"),
            *_ref("via"),
            *_plain("about", "stance", "aspect", "certainty"),
            ("credibility", "credibility", _WHOLE),
            *_plain("summary", "quote"),
            *_ref("quote_by"),
            *((f"value_{part}", f"value.{part}", _REAL) for part in ("low", "best", "high")),
            *((part, f"value.{part}", "") for part in ("unit", "measure")),
            *_ref("of", path="value.of"),
            *_when("said"),
            ("inferred", "inferred", _TRUTH),
            *_plain("names", "citations", kind=JSON),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_source": (
        SourceDocument,
        [
            *_plain("id", "kind", "title", "publisher", "author", "url", "archive_url", "language"),
            *_when("published"),
            *_ref("parent", "title"),
            *_plain("reliability", "note"),
            *((f"supports_{what}", f"supports.{what}", _WHOLE) for what in ("claims", "events", "dates", "points")),
            *_DATASET,
        ],
    ),
    "public_actor": (
        ActorDocument,
        [
            *_plain("id", "kind", "name", "description"),
            *_plain("aliases", "affiliations", "affiliated", kind=JSON),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_location": (
        LocationDocument,
        [
            *_plain("id", "kind", "name"),
            *_ref("within"),
            *_plain("country", "admin1", "admin2"),
            *_point(),
            *_ref("same_as"),
            *_plain("aliases", "gazetteers", "unites", kind=JSON),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_dataset": (
        DatasetDocument,
        [
            *_plain("id", "title", "summary", "version", "licence", "attribution", "url", "recorded_at"),
            *_plain("releases", kind=JSON),
        ],
    ),
}


def _select(columns: list[Column], table: Table, *, sqlite: bool) -> str:
    if sqlite:
        found = [
            f"CAST(json_extract(body, '$.{path}') AS {_ON_SQLITE.get(kind, 'TEXT')}) AS \"{name}\""
            for name, path, kind in columns
        ]
    else:
        found = [
            f"CAST(CAST(body AS json) #>> '{{{path.replace('.', ',')}}}' AS {kind}) AS \"{name}\""
            for name, path, kind in ((name, path, kind.replace(JSON, "") or "text") for name, path, kind in columns)
        ]
    return f"SELECT {', '.join(found)} FROM {table.name} WHERE sound"


def statements(name: str, columns: list[Column], table: Table) -> Iterator[DDL]:
    """The statements that create a view, for each database."""
    for dialect in ("sqlite", "postgresql"):
        chosen = _select(columns, table, sqlite=dialect == "sqlite")
        for text in (f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {chosen}"):
            yield DDL(text).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]


for _name, (_model, _columns) in VIEWS.items():
    _table = _model.__dict__["__table__"]
    for _statement in statements(_name, _columns, _table):
        event.listen(_table, "after_create", _statement)
    event.listen(_table, "before_drop", DDL(f"DROP VIEW IF EXISTS {_name}"))  # type: ignore[no-untyped-call]
