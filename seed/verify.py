"""`counterclaim verify`: checks that facts are as loaded, and that everything else follows from them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from api import models
from api.index import integrity
from api.storage.bulk import Row, Store
from api.storage.database import is_beyond_reading
from seed import consistency, verify_derived, verify_history, verify_index
from seed.field_types import shown
from seed.findings import Finding
from seed.readback import Readback, plain_value, snapshot_options
from seed.records import INPUT_MODELS
from seed.refusals import Entry, Place, entry
from seed.rows import CHILDREN, COLUMNS, record_digest, rows_of

# Exceptions raised by building something from broken facts.
BROKEN = (LookupError, ValueError, TypeError, AttributeError)
TABLE = "table"
"""The kind of a finding about a whole table."""
OF_FACTS = frozenset({"ids", *(f"{kind}s" for kind in INPUT_MODELS), "references", "facts"})
OWNERS = {table: (kind, column) for kind, parts in CHILDREN.items() for table, column in parts.items()}


def verify(database: sa.Engine) -> Iterator[Finding]:
    """Every fault, from one state of the database and in flat memory."""
    with database.connect() as plain:
        connection = plain.execution_options(**snapshot_options(plain))
        transaction = connection.begin()
        try:
            yield from findings(Store(connection, lenient=True))
        finally:
            transaction.rollback()  # a commit might read damaged pages


def findings(store: Store, *, everything: bool = True) -> Iterator[Finding]:
    """The same for an open database; without `everything`, only of the history and of hashes."""
    named: set[tuple[str, str]] = set()
    for what, found in _checks(store, everything=everything):
        for finding in _until_damage(what, found):
            named.add(finding[:2])
            yield finding._replace(of_facts=what in OF_FACTS)
    for one in integrity.damage(store):
        if one.kind is None or one.id is None:
            yield Finding(TABLE, one.table, one.why)
        elif (one.kind, one.id) not in named:
            yield Finding(one.kind, one.id, one.why)


def report_lines(found: Iterable[Finding]) -> Iterator[str]:
    """Each finding in a line, then what to do; nothing if there are no findings."""
    count, of_facts, of_history, damaged = 0, 0, 0, set()
    for finding in found:
        count += 1
        of_facts += finding.of_facts
        of_history += finding.of_history
        damaged |= {finding.id} if finding.kind == TABLE else set()
        yield str(finding)
    if count:
        yield f"Findings: {count:,}. `counterclaim rebuild` repairs what is derived from facts."
    if of_facts:
        mended = "restore a backup, or load into a new database"
        yield f"Of facts: {of_facts:,}. `rebuild` does not repair these: {mended}."
    if of_history:
        yield f"Of the history: {of_history:,}. `rebuild` does not repair these: restore a backup."
    if damaged:
        listed = ", ".join(sorted(damaged))
        yield f"Damaged: {listed}. If `rebuild` does not repair that, restore a backup, or load into a new database."


def _checks(store: Store, *, everything: bool) -> Iterator[tuple[str, Iterator[Finding]]]:
    """The name of each check, and its findings."""
    if everything:
        yield "ids", _ids(store)
        for kind in INPUT_MODELS:
            yield f"{kind}s", _records(store, kind)
        yield "references", _references(store)
        yield "facts", _sense(store)
        yield "documents", verify_derived.findings(store)
        yield "postings", verify_index.findings(store)
    yield "history", verify_history.findings(store)


def _until_damage(what: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of a check; if it fails because of damage, one more says so."""
    try:
        yield from findings
    except BROKEN as error:
        yield Finding("the check of", what, f"stopped because the facts are damaged: {shown(str(error))}")
    except sqlite3.DatabaseError as error:
        if not is_beyond_reading(error):
            raise
        yield Finding("the check of", what, f"stopped: {error}")


def _ids(store: Store) -> Iterator[Finding]:
    """Ids that are not text, which SQLite allows and no request can name."""
    if store.sqlite:
        for kind in INPUT_MODELS:
            for (id_,) in store.each(f"SELECT id FROM {kind} WHERE typeof(id) <> 'text' ORDER BY 1"):
                yield Finding(kind, str(id_), "id: is not text")


def _records(store: Store, kind: str) -> Iterator[Finding]:
    """Records that could not be loaded, whose columns contradict each other, or that were changed since."""
    for chunk in Readback(store).chunks(kind):
        stored = _stored(store, kind, [id_ for id_, _, _ in chunk])
        for id_, dataset, fields in chunk:
            checked = entry(kind, fields, dataset, Place(dataset))
            if isinstance(checked, Entry):
                yield from _columns(kind, id_, rows_of(checked.record, dataset, record_digest(checked.record)), stored)
            else:
                for refusal in checked:
                    yield Finding(kind, id_, f"{refusal.field}: {refusal.message}")


Stored = dict[str, defaultdict[str, list[Row]]]


def _stored(store: Store, kind: str, ids: list[str]) -> Stored:
    """The rows of some records and their parts, by table and record."""
    found: Stored = {}
    for table, column in {kind: "id", **CHILDREN.get(kind, {})}.items():
        names = COLUMNS[table]
        own = "AND NOT mapped" if table == "affiliation" else ""
        order = column if column == "id" else f"{column}, ordinal"
        columns = ", ".join(f'"{name}"' for name in names)
        rows = found[table] = defaultdict(list)
        statement = f"SELECT {columns} FROM {table} WHERE {column} {{ids}} {own} ORDER BY {order}"
        for row in store.rows(statement, ids):
            rows[row[names.index(column)]].append(row)
    return found


def _columns(kind: str, id_: str, expected: dict[str, list[Row]], stored: Stored) -> Iterator[Finding]:
    for table, rows in expected.items():
        found = stored[table][id_]
        if len(found) != len(rows):
            yield Finding(kind, id_, f"{table}: has {len(found)} parts, of which {len(rows)} can be read")
        for number, (one, other) in enumerate(zip(found, rows, strict=False)):
            where = "" if table == kind else f"{table} {number}: "
            for name, is_, ought in zip(COLUMNS[table], one, other, strict=True):
                given, wanted = plain_value(name, is_), plain_value(name, ought)
                if given == wanted:
                    continue
                changed = "digest: it was changed after it was loaded"
                said = f"{where}{name}: is {shown(given)}, but its other columns say {shown(wanted)}"
                yield Finding(kind, id_, changed if name == "digest" else said)


def _references(store: Store) -> Iterator[Finding]:
    """References to records that do not exist."""
    for table in COLUMNS:
        kind, own = OWNERS.get(table, (table, "id"))
        for key in models.Base.metadata.tables[table].foreign_keys:
            target, column = key.column.table.name, key.parent.name
            statement = (
                f"SELECT t.{own}, t.{column} FROM {table} t LEFT JOIN {target} o ON o.id = t.{column} "
                f"WHERE t.{column} IS NOT NULL AND o.id IS NULL ORDER BY 1, 2"
            )
            for id_, missing in store.each(statement):
                yield Finding(kind, id_, f"{column}: there is no {target} {missing}")


def _sense(store: Store) -> Iterator[Finding]:
    """Faults that only several records together show."""
    strays = (
        "SELECT c.id, o.id, o.event FROM claim c JOIN claim o ON o.id = c.about WHERE c.event <> o.event ORDER BY 1"
    )
    for id_, about, event in store.each(strays):
        yield Finding("claim", id_, f"about: {about} is a claim about another event, {event}")
    for kind in ("event", "claim"):
        own = f"SELECT d.id, r.id FROM dating d JOIN {kind} r ON r.id = d.{kind} AND r.dataset = d.dataset ORDER BY 1"
        for id_, dated in store.each(own):
            yield Finding("dating", id_, f"{kind}: {dated} is of the same dataset")
    for fault in consistency.faults(store):
        yield Finding(fault.kind, fault.id, f"{fault.field}: {fault.message}")
    mapped = "SELECT actor, other FROM affiliation WHERE mapped AND kind <> 'same_as' ORDER BY 1, 2"
    for id_, other in store.each(mapped):
        yield Finding("actor", id_, f"affiliation: a mapping to {other} that is not same_as")
