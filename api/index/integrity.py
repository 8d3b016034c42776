"""Whether stored data is as this code derives it: the rules by their fingerprint, rows by hashes, tables by indexes.

PostgreSQL checksums its pages; SQLite does not, and returns a flipped bit as data.
"""

import ast
import hashlib
import sqlite3
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from pyroaring import BitMap
from sqlalchemy.schema import CreateTable

from api import models
from api.index.builder import WITH_FACETS
from api.index.facts import moment
from api.index.history import FIRST, SEALED, digest, seal, unsealed_releases
from api.index.invalidation import Kind
from api.index.writer import ENTRY, entry_hash, hashed_columns
from api.models import history, records
from api.models.facets import CELL_BITS, CHUNK_BITS, checksum, row_hash
from api.storage.bulk import Row, Store
from api.storage.database import is_beyond_reading

API = Path(__file__).parents[1]
RULES = ("domain", "index", "models", "schemas")
"""Packages in which any line may affect derived rows."""
RENDERERS = ("orjson",)
"""Libraries whose versions may serialize the same value differently."""


@cache
def rules_fingerprint() -> str:
    """SHA-256 in hex over all deriving code without comments and docstrings, and the versions of serializers."""
    known = hashlib.sha256(unicodedata.unidata_version.encode())
    for name in RENDERERS:
        known.update(f"{name} {version(name)}\n".encode())
    for package in RULES:
        for path in sorted((API / package).rglob("*.py")):
            known.update(f"{path.relative_to(API)}\n{_code(path)}\n".encode())
    return known.hexdigest()


@cache
def facts_fingerprint() -> str:
    """SHA-256 in hex over the tables of facts; if it differs, deriving again is not enough."""
    tables = [table for table in models.Base.metadata.sorted_tables if _holds_facts(table)]
    return hashlib.sha256("".join(str(CreateTable(table)) for table in tables).encode()).hexdigest()


def derived_tables() -> list[sa.Table]:
    """The tables that can be dropped and rebuilt from facts; those that others refer to come last."""
    names = {mapper.class_.__tablename__ for mapper in models.Base.registry.mappers if _derives(mapper.class_)}
    return [table for table in reversed(models.Base.metadata.sorted_tables) if table.name in names]


def _derives(model: type) -> bool:
    return model.__module__ == "api.models.index"


def _holds_facts(table: sa.Table) -> bool:
    return any(
        mapper.local_table is table and mapper.class_.__module__ in {records.__name__, history.__name__}
        for mapper in models.Base.registry.mappers
    )


def _code(path: Path) -> str:
    """The syntax tree of a module without comments and docstrings."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_docstring(line)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


SLICE = 200
LEAST = -(2**62)
BROKEN = (ValueError, TypeError, LookupError, AttributeError)
# Values that responses read from tables of facts, and where documents hold the same.
NAMED: dict[Kind, tuple[str, ...]] = {
    "dataset": ("title",),
    "source": ("title", "publisher"),
    "actor": ("name",),
    "location": ("name",),
    "event": ("title",),
    "claim": ("event",),
}
WORDED = ("source", "actor", "location")
TABLES = (
    "revision",
    "change",
    "past_version",
    "release",
    "actor_closure",
    "location_closure",
    "facet",
    "posting",
    "record_column",
    "day_number",
    *(f"{kind}_words" for kind in WORDED),
    *(f"{kind}_entry" for kind in WITH_FACETS),
    *(f"{kind}_document" for kind in NAMED),
    *NAMED,
)
"""All tables that responses are made from, in the order of the check."""


class Damage(NamedTuple):
    """Damage to one document, or to a table as a whole (`kind` and `id` are null)."""

    table: str
    kind: str | None
    id: str | None
    body: object
    why: str


Pace = Callable[[], None]
"""Called after every row; it may sleep or raise."""


def damage(store: Store, pace: Pace = lambda: None) -> Iterator[Damage]:
    """Everything that was altered."""
    for table in TABLES:
        for check in (_structure, *_CHECKS.get(table, ())):
            try:
                yield from check(store, table, pace)
            except (sqlite3.DatabaseError, *BROKEN) as error:
                if isinstance(error, sqlite3.DatabaseError) and not is_beyond_reading(error):
                    raise
                yield _whole(table, f"cannot be read: {error}")
                break


def _whole(table: str, why: str) -> Damage:
    return Damage(table, None, None, None, why)


def _structure(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    """What SQLite's own check finds: invalid pages, rows missing from an index or out of order."""
    if not store.sqlite:
        return
    for said in store.column(f"PRAGMA integrity_check({table})")[:1]:
        if said != "ok":
            yield _whole(table, str(said).replace("\n", " "))
    pace()


def _slices(store: Store, statement: str, keys: Sequence[str], first: Row, pace: Pace) -> Iterator[Row]:
    """The rows of a query whose first columns are its keys, read in slices so that no read is long."""
    listed, marks = ", ".join(keys), ", ".join("?" * len(keys))
    where = "" if statement.endswith(")") else "WHERE true"
    text = f"{statement} {where} AND ({listed}) > ({marks}) ORDER BY {listed} LIMIT {SLICE}"
    while rows := store.rows(text, *first):
        for row in rows:
            yield row
            pace()
        if not tuple(rows[-1][: len(keys)]) > tuple(first):  # damaged keys might make this loop endless
            raise ValueError(f"its rows are not in the order of {listed}")
        first = rows[-1][: len(keys)]


def _revisions(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    previous = FIRST
    statement = f"SELECT {', '.join((*SEALED, 'seal'))} FROM revision"
    for number, row in enumerate(_slices(store, statement, ("number",), (LEAST,), pace), 1):
        fields = dict(zip(SEALED, row, strict=False))
        if row[0] != number or fields["previous"] != previous or _sealed(row) != row[-1]:
            yield _whole(table, f"revision {row[0]} is damaged")
        previous = fields["digest"]


def _sealed(row: Row) -> str:
    number, recorded_at, *rest = row[: len(SEALED)]
    return seal((number, moment(recorded_at), *rest))


def _changes(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    for number, previous, ought in store.rows("SELECT number, previous, digest FROM revision ORDER BY number"):
        statement = f"SELECT kind, id, op, sha256 FROM change WHERE (revision = {number:d})"
        if digest(previous, _slices(store, statement, ("kind", "id"), ("", ""), pace)) != ought:
            yield _whole(table, f"the changes of revision {number} differ from its digest")


def _past(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    mark = (
        "SELECT c.sha256 FROM change c WHERE c.kind = p.kind AND c.id = p.id AND c.revision < p.replaced_in "
        "ORDER BY c.revision DESC LIMIT 1"
    )
    statement = f"SELECT p.kind, p.id, p.replaced_in, p.body, ({mark}) FROM past_version p"
    keys = ("p.kind", "p.id", "p.replaced_in")
    for kind, id_, number, body, ought in _slices(store, statement, keys, ("", "", LEAST), pace):
        if ought is None or sha256(_unpacked(body)).digest() != ought:
            yield _whole(table, f"{kind} {id_} as before revision {number} is missing or damaged")


def _unpacked(body: bytes) -> bytes:
    """The decompressed text, or nothing if that fails, also where a flipped bit has made SQLite give text."""
    try:
        return zlib.decompress(body)
    except (zlib.error, TypeError):
        return b""


def _releases(store: Store, table: str, _: Pace) -> Iterator[Damage]:
    for name in unsealed_releases(store):
        yield _whole(table, f"release {name} is damaged")


def _facets(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    statement = "SELECT id FROM facet WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.facet = facet.id)"
    for (id_,) in _slices(store, statement, ("id",), (LEAST,), pace):
        yield _whole(table, f"facet {id_} has no posting")


def _postings(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    # Not a join: for each slice, PostgreSQL may read all facets before it once more.
    named = "(SELECT f.id FROM facet f WHERE f.id = p.facet)"
    statement = f"SELECT p.facet, p.chunk, p.hash, p.members, {named} FROM posting p"
    for facet, chunk, hash_, stored, known in _slices(store, statement, ("p.facet", "p.chunk"), (LEAST, LEAST), pace):
        members = bytes(stored)
        if checksum(members) != hash_ or known is None or not _of_chunk(BitMap.deserialize(members), chunk):
            yield _whole(table, f"the posting of facet {facet} is damaged")


def _of_chunk(members: BitMap, chunk: int) -> bool:
    return bool(members) and members.min() >> CHUNK_BITS == members.max() >> CHUNK_BITS == chunk


def _columns(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    chunks: dict[str, set[int]] = {}
    rows = _slices(store, "SELECT name, chunk, hash, cells FROM record_column", ("name", "chunk"), ("", LEAST), pace)
    for name, chunk, hash_, cells in rows:
        chunks.setdefault(name.partition("/")[0], set()).add(chunk)
        if checksum(bytes(cells)) != hash_:
            yield _whole(table, f"part {chunk} of {name} is damaged")
    for kind in WITH_FACETS:
        filled = store.column(f"SELECT DISTINCT number >> {CELL_BITS} FROM {kind}_entry")
        if not set(filled) <= chunks.get(kind, set()):
            yield _whole(table, f"parts of the columns of {kind}s are missing")


def misnumbered(store: Store, kind: str, pace: Pace = lambda: None) -> Iterator[tuple[str, str]]:
    """Ids and faults of records whose number is out of order or differs from that of their document."""
    firsts = store.rows("SELECT day, first FROM day_number WHERE kind = ? ORDER BY day", kind)
    if any(one[1] > other[1] for one, other in pairwise(firsts)):
        yield "", "day_number: does not ascend with the days"
    ends = {day: (first, end) for (day, first), (_, end) in pairwise([*firsts, (0, 2**32)])}
    before = (0, "")
    statement = f"SELECT number, id, day FROM {kind}_entry"
    for number, id_, day in _slices(store, statement, ("number",), (LEAST,), pace):
        first, end = ends.get(day, (0, 0))
        if not first <= number < end or (day, id_) < before:
            yield id_, "number: is not in the order of days and ids"
        before = day, id_
    statement = (
        f"SELECT d.id FROM {kind}_document d LEFT JOIN {kind}_entry e ON e.number = d.number "
        "WHERE (e.id IS NULL OR e.id <> d.id)"
    )
    for (id_,) in _slices(store, statement, ("d.id",), ("",), pace):
        yield id_, "number: differs between its document and its entry"


def _entries(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    kind = table.removesuffix("_entry")
    for id_, what in misnumbered(store, kind, pace):
        yield _whole(table, f"{id_}: {what}")
    statement = f"SELECT {', '.join(ENTRY[kind])}, hash FROM {table}"
    for _, *row, hash_ in _slices(store, statement, ("number",), (LEAST,), pace):
        if entry_hash(*row) != hash_:
            yield _whole(table, f"the entry of {row[0]} is damaged")
    yield from _as_many(store, table, kind)


def _words(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    for id_, words, hash_ in _slices(store, f"SELECT id, words, hash FROM {table}", ("id",), ("",), pace):
        if row_hash(id_, words) != hash_:
            yield _whole(table, f"the words of {id_} are damaged")
    yield from _as_many(store, table, table.removesuffix("_words"))


def _as_many(store: Store, table: str, kind: str) -> Iterator[Damage]:
    ((held, loaded),) = store.rows(f"SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM {kind})")
    if held != loaded:
        yield _whole(table, f"has {held:,} rows for {loaded:,} records")


def _documents(store: Store, table: str, pace: Pace) -> Iterator[Damage]:
    kind = next(kind for kind in NAMED if table.startswith(kind))
    columns = hashed_columns(kind)
    listed = ", ".join((*(f"d.{name}" for name in columns), *(f"f.{name}" for name in NAMED[kind])))
    statement = f"SELECT d.id, d.body, d.sha256, d.hash, {listed} FROM {table} d LEFT JOIN {kind} f ON f.id = d.id"
    for id_, body, mark, hash_, *rest in _slices(store, statement, ("d.id",), ("",), pace):
        held, named = rest[: len(columns)], rest[len(columns) :]
        if not isinstance(body, str) or sha256(body.encode(errors="surrogateescape")).digest() != mark:
            yield Damage(table, kind, id_, body, "its document is damaged")
        elif row_hash(*held) != hash_:
            yield Damage(table, kind, id_, body, "the columns beside its document are damaged")
        elif not _says(orjson.loads(body), NAMED[kind], named):
            yield _whole(kind, f"{id_} differs from its document")
    yield from _as_many(store, table, kind)


def _says(document: dict[str, Any], names: Sequence[str], values: Sequence[object]) -> bool:
    """Whether a document agrees with the facts under these names; references are compared by id."""
    told = [document[name] for name in names]
    return [one["id"] if isinstance(one, dict) else one for one in told] == list(values)


Check = Callable[[Store, str, Pace], Iterator[Damage]]
_CHECKS: dict[str, tuple[Check, ...]] = {
    "revision": (_revisions,),
    "change": (_changes,),
    "past_version": (_past,),
    "release": (_releases,),
    "facet": (_facets,),
    "posting": (_postings,),
    "record_column": (_columns,),
    **{f"{kind}_words": (_words,) for kind in WORDED},
    **{f"{kind}_entry": (_entries,) for kind in WITH_FACETS},
    **{f"{kind}_document": (_documents,) for kind in NAMED},
}
