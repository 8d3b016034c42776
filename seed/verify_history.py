"""Checks the log of revisions, its chain of digests and all past versions, against each other and the documents."""

import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import chain

from api.index.facts import moment
from api.index.history import DELETE, FIRST, KINDS, PUT, SEALED, changes, digest, seal, unsealed_releases
from api.storage.bulk import Row, Store
from seed.findings import Finding

# Exceptions raised by reading a damaged row.
BROKEN = (ValueError, TypeError, AttributeError)
_LAST = """
SELECT c.id, c.op, c.sha256 FROM change c WHERE c.kind = '{kind}' AND NOT EXISTS (
SELECT 1 FROM change later WHERE later.kind = c.kind AND later.id = c.id AND later.revision > c.revision)"""
# Every replaced document: its hash in the change that wrote it, and its stored text.
_REPLACED = """
SELECT c.kind, c.id, c.revision, c.sha256, p.body FROM change c JOIN change n ON n.kind = c.kind AND n.id = c.id
AND n.revision = (
SELECT min(o.revision) FROM change o WHERE o.kind = c.kind AND o.id = c.id AND o.revision > c.revision)
LEFT JOIN past_version p ON p.kind = c.kind AND p.id = c.id AND p.replaced_in = n.revision
WHERE c.op = 'put' ORDER BY 1, 2, 3"""
_STRAYS = """
SELECT p.kind, p.id, p.replaced_in FROM past_version p WHERE NOT EXISTS (
SELECT 1 FROM change n WHERE n.kind = p.kind AND n.id = p.id AND n.revision = p.replaced_in) OR NOT EXISTS (
SELECT 1 FROM change o WHERE o.kind = p.kind AND o.id = p.id AND o.revision < p.replaced_in AND o.op = 'put')
ORDER BY 1, 2, 3"""


def findings(store: Store) -> Iterator[Finding]:
    """Everything in the history that is damaged."""
    yield from map(_of_history, chain(_revisions(store), _changes(store)))
    for kind in KINDS:
        yield from _served(store, kind)
    yield from map(_of_history, chain(_past(store), _releases(store)))


def _of_history(finding: Finding) -> Finding:
    return finding._replace(of_history=True)


def _revisions(store: Store) -> Iterator[Finding]:
    """Revisions that are missing or altered, or do not continue the chain."""
    rows = store.rows(f"SELECT {', '.join((*SEALED, 'seal'))} FROM revision ORDER BY number")
    if not rows and store.rows("SELECT 1 FROM dataset LIMIT 1"):
        yield Finding("revision", "1", "is missing, although records are loaded")
    previous = FIRST
    for expected, row in enumerate(rows, 1):
        fields = dict(zip(SEALED, row, strict=False))
        yield from _revision(store, expected, fields, row)
        if fields["previous"] != previous:
            yield Finding("revision", str(row[0]), "previous: is not the digest of the previous revision")
        previous = fields["digest"]


def _revision(store: Store, expected: int, fields: dict[str, object], row: Row) -> Iterator[Finding]:
    """The faults of a single revision."""
    number, name = fields["number"], str(fields["number"])
    if number != expected:
        yield Finding("revision", name, f"number: is not {expected}, the next number")
    if _seal(row) != row[-1]:
        yield Finding("revision", name, "is damaged")
    if not isinstance(number, int):
        return
    counted = Counter(str(op) for _, _, op, _ in changes(store, number))
    counts = fields["added"], fields["changed"], fields["removed"]
    try:
        if digest(str(fields["previous"]), changes(store, number)) != fields["digest"]:
            yield Finding("revision", name, "digest: does not follow from its changes")
    except BROKEN:
        yield Finding("revision", name, "digest: its changes cannot be read")
    puts, deletes = counted[PUT], counted[DELETE]
    if not all(isinstance(count, int) for count in counts) or (sum(counts[:2]), counts[2]) != (puts, deletes):  # type: ignore[arg-type]
        yield Finding(
            "revision", name, f"counts: differ from its changes, {puts:,} documents written and {deletes:,} deleted"
        )


def _seal(row: Row) -> str | None:
    """The seal computed from the row; None if it cannot be read."""
    number, recorded_at, *rest = row[: len(SEALED)]
    try:
        if not isinstance(recorded_at, datetime | str):
            return None
        return seal((number, moment(recorded_at), *rest))
    except BROKEN:
        return None


def _changes(store: Store) -> Iterator[Finding]:
    """Changes without a revision, or of an unknown kind."""
    none = "NOT EXISTS (SELECT 1 FROM revision r WHERE r.number = c.revision)"
    for kind, id_, number in store.each(f"SELECT kind, id, revision FROM change c WHERE {none} ORDER BY 1, 2, 3"):
        yield Finding(kind, id_, f"change: there is no revision {number}")
    known = f"kind IN {KINDS} AND op IN ('{PUT}', '{DELETE}')"
    for kind, id_, number in store.each(f"SELECT kind, id, revision FROM change WHERE NOT ({known}) ORDER BY 1, 2, 3"):
        yield Finding(kind, id_, f"change: in revision {number} it is neither `put` nor `delete`")


def _served(store: Store, kind: str) -> Iterator[Finding]:
    """Documents that differ from what the last change wrote."""
    for id_, mark, body in store.each(f"SELECT id, sha256, body FROM {kind}_document ORDER BY 1"):
        if not isinstance(body, str) or sha256(body.encode(errors="surrogateescape")).digest() != mark:
            yield Finding(kind, str(id_), "document: does not have its stored hash")
    last = _LAST.format(kind=kind)
    for (id_,) in store.each(
        f"SELECT d.id FROM {kind}_document d LEFT JOIN ({last}) l ON l.id = d.id "
        f"WHERE l.id IS NULL OR l.op <> '{PUT}' OR l.sha256 <> d.sha256 ORDER BY 1"
    ):
        yield Finding(kind, id_, "document: differs from that of its last change")
    for (id_,) in store.each(
        f"SELECT l.id FROM ({last}) l LEFT JOIN {kind}_document d ON d.id = l.id "
        f"WHERE l.op = '{PUT}' AND d.id IS NULL ORDER BY 1"
    ):
        yield Finding(kind, id_, "document: is missing, although no revision deleted it")


def _past(store: Store) -> Iterator[Finding]:
    """Replaced documents that are missing or damaged, and stored ones that nothing replaced."""
    for kind, id_, revision, mark, body in store.each(_REPLACED):
        if not _is(body, mark):
            yield Finding(kind, id_, f"past version: is missing or differs from that of revision {revision}")
    for kind, id_, number in store.each(_STRAYS):
        yield Finding(kind, id_, f"past version: replaced nothing in revision {number}")


def _is(body: object, mark: object) -> bool:
    try:
        return isinstance(body, bytes) and sha256(zlib.decompress(body)).digest() == mark
    except zlib.error:
        return False


def _releases(store: Store) -> Iterator[Finding]:
    """Releases without their revision, or with a damaged row or file."""
    try:
        for name in unsealed_releases(store):
            yield Finding("release", name, "is damaged")
    except BROKEN:
        yield Finding("release", "all", "cannot be read")
    for name, size, mark, number in store.rows(
        "SELECT r.name, r.size, r.sha256, v.number FROM release r "
        "LEFT JOIN revision v ON v.number = r.revision AND v.digest = r.digest ORDER BY 1"
    ):
        if number is None:
            yield Finding("release", name, "no revision has its number and digest")
        known, length = sha256(), 0
        numbers = list(store.column("SELECT number FROM release_part WHERE name = ? ORDER BY number", name))
        for part in numbers:
            (body,) = store.column("SELECT body FROM release_part WHERE name = ? AND number = ?", name, part)
            known.update(bytes(body))
            length += len(body)
        if (known.hexdigest(), length, numbers) != (mark, size, list(range(len(numbers)))):
            yield Finding("release", name, "file: is damaged")
    for (name,) in store.rows("SELECT DISTINCT name FROM release_part WHERE name NOT IN (SELECT name FROM release)"):
        yield Finding("release", name, "file: belongs to no release")
