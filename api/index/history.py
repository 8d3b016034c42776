"""Writes the history of the record: the documents a load changed, their previous texts, and a chained digest."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from api.domain.vocabulary import ChangeOperation, RevisionAction
from api.index.facts import moment
from api.storage.bulk import Row, Store

KINDS = ("actor", "claim", "dataset", "event", "location", "source")
"""The columns of a change, in the order in which digests take them."""
FIRST = "0" * 64
"""The previous digest of the first revision."""
CHANGE = ("kind", "id", "op", "sha256")
SEALED = ("number", "recorded_at", "action", "datasets", "message", "added", "changed", "removed", "digest", "previous")
RELEASED = ("name", "revision", "digest", "recorded_at", "message", "size", "sha256", "counts", "datasets")
"""The columns of a release that its seal covers."""
ASIDE = "{kind}_before"
PUT, DELETE = ChangeOperation.PUT.value, ChangeOperation.DELETE.value
# The last change of each document that should exist, with its text if it does.
_LAST = """
SELECT c.id, c.sha256, d.body FROM change c LEFT JOIN {kind}_document d ON d.id = c.id
WHERE c.kind = '{kind}' AND c.op = 'put' AND NOT EXISTS (
SELECT 1 FROM change later WHERE later.kind = c.kind AND later.id = c.id AND later.revision > c.revision)"""


class Why(NamedTuple):
    """What kind of load it is, and what its revision records about it."""

    action: RevisionAction = RevisionAction.LOAD
    datasets: Sequence[str] = ()
    message: str | None = None


class History:
    """The revision that a load becomes."""

    def __init__(self, store: Store, before: str = "{kind}_document") -> None:
        """Start the next revision; `before` names the tables with the previous documents, by kind."""
        self._store, self._before_it = store, before
        self.number: int = store.rows("SELECT coalesce(max(number), 0) + 1 FROM revision")[0][0]
        self._counts = {"added": 0, "changed": 0, "removed": 0}
        binary = "BLOB" if store.sqlite else "BYTEA"
        store.temporary("changed", f"kind TEXT NOT NULL, id TEXT NOT NULL, op TEXT NOT NULL, sha256 {binary}")

    def set_aside(self) -> None:
        """Copy every document aside, because the tables are about to be emptied or rebuilt."""
        if self._before_it == ASIDE:
            return
        self._before_it = ASIDE
        for kind in KINDS:
            self._store.run(f"DROP TABLE IF EXISTS {kind}_before")
            self._store.run(f"CREATE TEMPORARY TABLE {kind}_before AS {_LAST.format(kind=kind)}")
            schema = "temp." if self._store.sqlite else ""
            self._store.run(f"CREATE UNIQUE INDEX {schema}{kind}_before_id ON {kind}_before (id)")

    def replace(self, kind: str, ids: Sequence[str], bodies: Mapping[str, str], *, empty: bool) -> dict[str, bytes]:
        """Record that these documents replace those with the given ids, and return their hashes.

        `empty`: there are none to replace.
        """
        texts = {id_: body.encode() for id_, body in bodies.items()}
        new = {id_: hashlib.sha256(text).digest() for id_, text in texts.items()}
        old = {} if empty and self._before_it != ASIDE else self._before(kind, ids)
        before = self._texts(kind, [id_ for id_, mark in old.items() if new.get(id_) != mark])
        changed: list[Row] = []
        replaced: list[str] = []
        for id_, mark in new.items():
            if id_ not in old:
                self._counts["added"] += 1
            elif id_ in before and before[id_] != texts[id_]:
                self._counts["changed"] += 1
                replaced.append(id_)
            else:
                continue
            changed.append((kind, id_, PUT, mark))
        gone = [id_ for id_ in old if id_ not in new]
        self._counts["removed"] += len(gone)
        changed += [(kind, id_, DELETE, None) for id_ in gone]
        self._store.insert("changed", CHANGE, changed)
        self._keep(kind, {id_: text for id_ in (*replaced, *gone) if (text := before[id_]) is not None})
        return new

    def _before(self, kind: str, ids: Sequence[str]) -> dict[str, bytes]:
        return dict(self._store.rows(f"SELECT id, sha256 FROM {self._table(kind)} WHERE id {{ids}}", list(ids)))

    def _texts(self, kind: str, ids: list[str]) -> dict[str, bytes | None]:
        if not ids:
            return {}
        rows = self._store.rows(f"SELECT id, body FROM {self._table(kind)} WHERE id {{ids}}", ids)
        return {id_: None if body is None else body.encode() for id_, body in rows}

    def _table(self, kind: str) -> str:
        return self._before_it.format(kind=kind)

    def _keep(self, kind: str, texts: Mapping[str, bytes]) -> None:
        """Store texts that are no longer served."""
        rows = [(kind, id_, self.number, zlib.compress(text)) for id_, text in sorted(texts.items())]
        self._store.insert("past_version", ("kind", "id", "replaced_in", "body"), rows)

    def close(self, why: Why) -> None:
        """Write the revision."""
        listed = ", ".join(CHANGE)
        self._store.run(
            f"INSERT INTO change (revision, {listed}) SELECT {self.number:d}, {listed} FROM changed ORDER BY kind, id"
        )
        self._store.run("DROP TABLE changed")
        last = self._store.column("SELECT digest FROM revision ORDER BY number DESC LIMIT 1")
        previous = last[0] if last else FIRST
        chained = digest(previous, changes(self._store, self.number))
        said = (why.action.value, json.dumps(sorted(why.datasets)), why.message)
        now, before = datetime.now(UTC), self._last_moment()
        if before is not None and now < before:
            now = before + timedelta(seconds=1)
        record(self._store, (self.number, now, *said, *self._counts.values(), chained, previous))

    def _last_moment(self) -> datetime | None:
        """When the last revision was recorded, so that times never go back even if the clock does."""
        found = self._store.column("SELECT recorded_at FROM revision ORDER BY number DESC LIMIT 1")
        return moment(found[0]) if found else None


def record(store: Store, row: Row) -> None:
    """Add a revision (`SEALED`) with its seal."""
    number, recorded_at, *rest = row
    store.insert("revision", (*SEALED, "seal"), [(number, _written(store, recorded_at), *rest, seal(row))])


def record_release(store: Store, row: Row) -> None:
    """Add a release (`RELEASED`) with its seal."""
    name, revision, chained, recorded_at, *rest = row
    written = _written(store, recorded_at)
    store.insert("release", (*RELEASED, "seal"), [(name, revision, chained, written, *rest, release_seal(row))])


def _written(store: Store, recorded_at: datetime) -> datetime | str:
    return recorded_at.replace(tzinfo=None).isoformat(" ", "microseconds") if store.sqlite else recorded_at


def changes(store: Store, revision: int) -> Iterator[Row]:
    """Every change of a revision (`CHANGE`), in the order in which digests take them."""
    yield from store.each(f"SELECT {', '.join(CHANGE)} FROM change WHERE revision = {revision:d} ORDER BY kind, id")


def digest(previous: str, changed: Iterable[Row]) -> str:
    """The digest of a revision, from the previous digest and the changes."""
    known = hashlib.sha256(previous.encode())
    for kind, id_, op, mark in changed:
        known.update(f"{kind}\t{id_}\t{op}\t{'' if mark is None else mark.hex()}\n".encode())
    return known.hexdigest()


def seal(row: Sequence[Any]) -> str:
    """SHA-256 over a revision's own columns (`SEALED`), with the offset of the moment."""
    number, recorded_at, action, datasets, *rest = row
    listed = json.loads(datasets) if isinstance(datasets, str) else datasets
    written = json.dumps([number, recorded_at.isoformat(), action, listed, *rest], ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def release_seal(row: Sequence[Any]) -> str:
    """SHA-256 over a release's columns (`RELEASED`)."""
    name, revision, chained, recorded_at, *rest = row
    written = json.dumps([name, revision, chained, recorded_at.isoformat(), *rest], ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def unsealed_releases(store: Store) -> Iterator[str]:
    """The names of releases whose row was altered."""
    for *row, found in store.rows(f"SELECT {', '.join((*RELEASED, 'seal'))} FROM release ORDER BY name"):
        name, revision, chained, recorded_at, *rest = row
        if release_seal((name, revision, chained, moment(recorded_at), *rest)) != found:
            yield name
