"""Loads records in one transaction: writes new and changed ones, withdraws missing ones, and derives the rest."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from api import models
from api.domain.vocabulary import RevisionAction
from api.index.history import History, Why
from api.index.invalidation import Changes
from api.index.writer import rederive, refresh
from api.storage.bulk import Row, Store, rarely_collected
from api.storage.database import empty_log
from seed import consistency, mapping, vanished
from seed.queue import Queue, engine_turn, server_turn
from seed.records import INPUT_MODELS
from seed.refusals import Entry, Place, Refusal, meant
from seed.report import LoadRefusedError, Report
from seed.rows import CHILDREN, COLUMNS, Ready, Written, ready, to_write

BATCH = 5_000
REMEMBERED = 40_000
NEIGHBOURS = 500
PLACED = {"about", "within"}
"""Fields that can only be checked at the end, for which the record's place in a file is remembered."""
RELATED = {"location", "dating"}
"""Kinds of records that another record's change can make wrong."""
SAME_AS = Path(__file__).parent / "importers" / "same_as.toml"

FACTS = [models.Base.metadata.tables[table] for table in COLUMNS]

NO_QUEUE = Queue()

Progress = Callable[[str, int], None]


def silent(_stage: str, _done: int) -> None:
    """Report no progress."""


def unbounded() -> None:
    """No scope: every record that is not among the entries counts as missing."""


def load(  # noqa: PLR0913 - each is a choice of its own
    engine: sa.Engine,
    entries: Iterable[Entry | Refusal],
    *,
    prune: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
    same_as: Path = SAME_AS,
    repeats: bool = False,
    renewed: Iterable[Entry] = (),
    scope: Callable[[], vanished.Scope | None] = unbounded,
    action: RevisionAction = RevisionAction.LOAD,
    message: str | None = None,
    queue: Queue = NO_QUEUE,
) -> Report:
    """Load records in one transaction: all of them, or none and `LoadRefusedError`.

    Records of these datasets that are not among the entries are reported as vanished; `prune` withdraws them.
    `progress` receives a stage (`load`, `derive`) and the number of additional records. A dry run reports refusals.
    `repeats`: a record may occur several times if it is always the same. `renewed` records replace those with the same
    id, but only if anything else is new, changed or withdrawn. `scope`: what the entries cover; nothing outside of it
    counts as vanished. Both are evaluated after all entries were read. `action` and `message` are recorded with the
    revision; if something was withdrawn, the action is a prune. `queue`: how long to wait for other loads.
    """
    queue = queue._replace(doing=action.value)
    with begun(engine, queue) as transaction:
        work = Load(transaction.connection, progress, repeats=repeats, queue=queue)
        stream = iter(entries)
        while batch := list(islice(stream, BATCH)):
            work.take(batch)
        report = work.finish(prune=prune, same_as=same_as, scope=scope())
        if report.refusals and not dry_run:
            raise LoadRefusedError(report)
        if report.moved and not dry_run:
            work.renew(renewed)
            why = RevisionAction.PRUNE if report.withdrawn and report.vanished.total() else action
            work.derive(Why(why, sorted(work.datasets), message))
        else:
            transaction.rollback()
    return report


def withdraw(
    engine: sa.Engine, dataset: str, *, same_as: Path = SAME_AS, message: str | None = None, queue: Queue = NO_QUEUE
) -> Report:
    """Withdraw a dataset. Raises LoadRefusedError if there is none or another dataset refers to it."""
    queue = queue._replace(doing=RevisionAction.WITHDRAW.value)
    with begun(engine, queue) as transaction:
        work = Load(transaction.connection, silent, queue=queue)
        report = work.leave(dataset, same_as)
        if report.refusals:
            raise LoadRefusedError(report, vanished.why_it_stays(dataset, report))
        work.derive(Why(RevisionAction.WITHDRAW, [dataset], message))
    return report


def rebuild(engine: sa.Engine, progress: Progress = silent, queue: Queue = NO_QUEUE) -> int:
    """Derive everything again in a transaction of its own; returns the number of events."""
    queue = queue._replace(doing=RevisionAction.REBUILD.value)
    with begun(engine, queue) as transaction:
        work = Load(transaction.connection, progress, queue=queue)
        return work.derive(Why(RevisionAction.REBUILD), anew=True)


@contextmanager
def begun(engine: sa.Engine, queue: Queue) -> Iterator[sa.RootTransaction]:
    """A transaction, begun when no other load is running."""
    with (
        rarely_collected(),
        engine_turn(engine, queue),
        engine.connect() as connection,
    ):
        with connection.begin() as transaction:
            yield transaction
        empty_log(connection)


class Named(NamedTuple):
    """A reference: the place, record and field that contain it."""

    place: Place
    record: str
    field: str


class Load:
    """One load, on one connection and in its transaction."""

    def __init__(
        self, connection: sa.Connection, progress: Progress, *, repeats: bool = False, queue: Queue = NO_QUEUE
    ) -> None:
        """Take the lock, so that writers wait for each other."""
        self.report = Report()
        self._repeats = repeats
        self.datasets: set[str] = set()
        self._progress = progress
        self._store = Store(connection)
        if self._store.sqlite:  # which took the lock at BEGIN
            self._store.run("PRAGMA defer_foreign_keys = ON")
        else:
            self._store.run("SET LOCAL statement_timeout = 0")
            server_turn(self._store, queue)
        self._changes = Changes(self._store)
        self.history = History(self._store)
        for table in ("seen", "vanished"):
            self._store.temporary(table, "kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)")
        self._empty = not self._store.rows("SELECT 1 FROM dataset LIMIT 1")
        self._indexes: list[sa.Index] | None = None
        self._homeless: set[str] = set()
        self._missing: dict[tuple[str, str], Named] = {}
        self._verified: set[tuple[str, str]] = set()
        self._places: dict[str, Place] = {}

    def take(self, batch: Sequence[Entry | Refusal]) -> None:
        """Load some records."""
        if self._indexes is None:
            self._indexes = self._store.drop_indexes(FACTS) if self._empty else []
        self.report.read += len(batch)
        groups: dict[str, dict[str, Ready]] = {kind: {} for kind in INPUT_MODELS}
        for one in batch:
            if isinstance(one, Refusal):
                self.report.refuse(one)
                self._homeless.add(one.record.removeprefix("dataset "))  # said once, if it is a dataset's record
                continue
            record = ready(one)
            if self._at_home(record, groups["dataset"]):
                first = groups[record.kind].setdefault(record.id, record)
                if first is not record and not (self._repeats and first.digest == record.digest):
                    other = "" if first.place.file == record.place.file else f": in {first.place.file} too"
                    self._refuse(record, "id", f"occurs twice{other}")
        written = {kind: self._compare(kind, group) for kind, group in groups.items() if group}
        self._look_up([one for ones in written.values() for one in ones], groups)
        for kind, ones in written.items():
            self._write(kind, ones)
        self._progress("load", len(batch))

    def _refuse(self, record: Ready, field: str, message: str) -> None:
        self.report.refuse(Refusal(record.place, record.name, field, message))

    def _at_home(self, one: Ready, new: dict[str, Ready]) -> bool:
        """Whether the record's dataset exists or is loaded too."""
        dataset = one.dataset
        if (
            dataset in self.datasets
            or one.kind == "dataset"
            or dataset in new
            or self._store.rows("SELECT id FROM dataset WHERE id = ?", dataset)
        ):
            self.datasets.add(dataset)
        elif dataset not in self._homeless:
            self._homeless.add(dataset)
            known = self._store.column("SELECT id FROM dataset ORDER BY id")
            message = f"there is no dataset {dataset}: one of its files has a [[datasets]]{meant(dataset, known)}"
            self.report.refuse(Refusal(one.place, "", "dataset", message))
        return dataset in self.datasets

    def _compare(self, kind: str, group: dict[str, Ready]) -> list[Written]:
        """The new and changed records of one kind."""
        owner, ids = "id" if kind == "dataset" else "dataset", sorted(group)
        rows = self._store.rows(f"SELECT id, {owner}, digest FROM {kind} WHERE id {{ids}}", ids)
        stored = {id_: (dataset, mark) for id_, dataset, mark in rows}
        again = set(stored)
        if not self._empty:  # otherwise every stored record was seen
            again = set(self._store.column("SELECT id FROM seen WHERE kind = ? AND id {ids}", kind, sorted(stored)))
            self._store.insert("seen", ("kind", "id"), [(kind, id_) for id_ in ids if id_ not in again])
        written = []
        for id_, one in group.items():
            dataset, before = stored.get(id_, (one.dataset, None))
            if id_ in again:
                if not (self._repeats and before == one.digest):
                    self._refuse(one, "id", "occurs twice")
            elif dataset != one.dataset:
                self._refuse(one, "id", f"belongs to the dataset {dataset} already")
            elif before == one.digest:
                self.report.unchanged[kind] += 1
                if kind in RELATED and len(self._places) < REMEMBERED:
                    self._places[one.name] = one.place
            else:
                (self.report.new if before is None else self.report.changed)[kind] += 1
                written.append(to_write(one, fresh=before is None))
        return written

    def _look_up(self, written: Sequence[Written], groups: dict[str, dict[str, Ready]]) -> None:
        """Remember references to records that do not exist (yet)."""
        wanted: dict[tuple[str, str], Named] = {}
        for one in written:
            for field, kind, id_ in one.names:
                if (key := (kind, id_)) not in self._verified and id_ not in groups[kind]:
                    wanted.setdefault(key, Named(one.record.place, one.record.name, field))
                if (field in PLACED or one.record.kind == "dating") and len(self._places) < REMEMBERED:
                    self._places[one.record.name] = one.record.place
        if len(self._verified) > REMEMBERED:
            self._verified.clear()
        missing = self._absent(wanted)
        self._verified |= wanted.keys() - missing.keys()
        if missing and not self._store.sqlite:
            self._store.run("SET CONSTRAINTS ALL DEFERRED")
        for key, named in missing.items():
            if len(self._missing) < REMEMBERED:
                self._missing.setdefault(key, named)

    def _absent(self, wanted: dict[tuple[str, str], Named]) -> dict[tuple[str, str], Named]:
        absent = dict(wanted)
        for kind in {kind for kind, _ in wanted}:
            ids = sorted(id_ for other, id_ in wanted if other == kind)
            for id_ in self._store.column(f"SELECT id FROM {kind} WHERE id {{ids}}", ids):
                del absent[kind, id_]
        return absent

    def _write(self, kind: str, written: Sequence[Written]) -> None:
        """Write new and changed records of one kind, and note what they touch."""
        new: list[Row] = []
        changed: list[Row] = []
        parts: dict[str, list[Row]] = {table: [] for table in CHILDREN.get(kind, ())}
        for one in written:
            (new if one.fresh else changed).extend(one.rows[kind])
            for table in parts:
                parts[table] += one.rows[table]
        old, store = [row[0] for row in changed], self._store
        self._changes.before(kind, old)
        if kind == "event":
            self.report.reworded += self._reworded(changed, parts["participation"])
        store.insert(kind, COLUMNS[kind], new)
        store.upsert(kind, COLUMNS[kind], changed)
        for table, column in CHILDREN.get(kind, {}).items():
            own = " AND NOT mapped" if table == "affiliation" else ""
            store.run(f"DELETE FROM {table} WHERE {column} {{ids}}{own}", old)
            store.insert(table, COLUMNS[table], parts[table])
        if self._empty:  # everything counts as touched at the end
            return
        self._changes.touch(kind, [row[0] for row in new], fresh=True)
        self._changes.touch(kind, old)
        if kind == "dating":
            self._changes.dated([row[0] for row in (*new, *changed)])

    def _reworded(self, changed: Sequence[Row], parts: Sequence[Row]) -> int:
        """The number of these events in which only the imported row changed."""
        ids = [row[0] for row in changed]
        names = [name for name in COLUMNS["event"] if name not in {"digest", "extra"}]
        places = [COLUMNS["event"].index(name) for name in names]
        before = set(self._store.rows(f"SELECT {', '.join(names)} FROM event WHERE id {{ids}}", ids))
        same = {row[0] for row in changed if tuple(row[place] for place in places) in before}
        listed = ", ".join(COLUMNS["participation"])
        kept = set(self._store.rows(f"SELECT {listed} FROM participation WHERE event {{ids}}", ids))
        return len(same - {row[0] for row in kept.symmetric_difference(part for part in parts if part[0] in set(ids))})

    def finish(
        self, *, prune: bool, same_as: Path, entire: bool = False, scope: vanished.Scope | None = None
    ) -> Report:
        """Run checks that need all records, and handle missing ones; `entire`: whole datasets are withdrawn."""
        report, store = self.report, self._store
        self._refuse_unknown()
        if not report.refusals:
            self._make_indexes()
        if self._empty:
            self._changes.everything()
        for fault in consistency.strays(store):
            report.refuse(self._placed(fault))
        if report.refusals:
            return report
        if not self._empty:
            vanished.find(store, report, sorted(self.datasets), entire=entire, scope=scope, taken=prune)
        if prune and report.vanished:
            for refusal in (blocked := list(vanished.still_named(store))):
                report.refuse(refusal)
            if blocked:
                return report
            report.withdrawn = True
        pairs = mapping.pairs_of(same_as)
        report.mapped = mapping.map_actors(store, self._changes, pairs, leaving=report.withdrawn)
        places = mapping.places_of(same_as)
        report.mapped_places = mapping.map_places(store, self._changes, places, leaving=report.withdrawn)
        if report.withdrawn:
            vanished.take_out(store, self._changes)
        self._compare_records()
        return report

    def _compare_records(self) -> None:
        """Refuse records that contradict others, and note claims that are dated after they were recorded."""
        # A new actor is the speaker of no earlier claim.
        kinds = self._store.column("SELECT DISTINCT kind FROM touched WHERE kind <> 'actor' OR fresh = 0")
        for fault in consistency.faults(self._store, kinds):
            self.report.refuse(self._placed(fault))
        for doubt in consistency.said_later(self._store, self.datasets, self._changes.redated()):
            self.report.doubt(self._placed(doubt))

    def _placed(self, fault: consistency.Fault) -> Refusal:
        """What is wrong with a record, with the file that it is from, if known."""
        name = f"{fault.kind} {fault.id}"
        return Refusal(self._places.get(name, Place(fault.dataset)), name, fault.field, fault.message)

    def _make_indexes(self) -> None:
        """Create the indexes that a first load dropped, once all references are resolved."""
        if self._indexes and not self._store.sqlite:
            # PostgreSQL creates no index on a table with deferred checks pending.
            self._store.run("SET CONSTRAINTS ALL IMMEDIATE")
        self._store.make_indexes(self._indexes or ())

    def leave(self, dataset: str, same_as: Path) -> Report:
        """Withdraw the dataset itself."""
        known = self._store.column("SELECT id FROM dataset ORDER BY id")
        if dataset not in known:
            others = meant(dataset, known) or f" (there are {', '.join(known)})" * bool(known)
            self.report.refuse(Refusal(Place(dataset), "", "", f"there is no such dataset{others}"))
            return self.report
        self.datasets.add(dataset)
        return self.finish(prune=True, same_as=same_as, entire=True)

    def renew(self, entries: Iterable[Entry]) -> None:
        """Replace loaded records."""
        for one in entries:
            record = ready(one)
            if self._store.column(f"SELECT digest FROM {record.kind} WHERE id = ?", record.id) != [record.digest]:
                self._write(record.kind, [to_write(record, fresh=False)])

    def _refuse_unknown(self) -> None:
        refused = {refusal.record for refusal in self.report.refused}
        for (kind, id_), (place, record, field) in self._absent(self._missing).items():
            if f"{kind} {id_}" not in refused:
                others = [one for one in self._near(kind, id_) if f"{kind} {one}" != record]
                message = f"there is no {kind} {id_}{meant(id_, others)}"
                self.report.refuse(Refusal(place, record, field, message))

    def _near(self, kind: str, id_: str) -> list[str]:
        """Ids to suggest: the nearest in alphabetical order."""
        below = f"SELECT id FROM {kind} WHERE id < ? ORDER BY id DESC LIMIT ?"
        above = f"SELECT id FROM {kind} WHERE id > ? ORDER BY id LIMIT ?"
        return self._store.column(below, id_, NEIGHBOURS) + self._store.column(above, id_, NEIGHBOURS)

    def derive(self, why: Why, *, anew: bool = False) -> int:
        """Update everything derived, or derive all of it again, and write the new revision."""
        events = 0

        def told(done: int) -> None:
            nonlocal events
            events += done
            self._progress("derive", done)

        self._verified.clear()
        (rederive if anew else refresh)(self._store, self._changes, self.history, told)
        for table in ("seen", "vanished"):
            self._store.run(f"DROP TABLE {table}")
        self.history.close(why)
        return events
