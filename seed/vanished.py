"""Finds records that are missing from their dataset's files, and withdraws them if nothing else refers to them."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from pyroaring import BitMap

from api import models
from api.index.builder import WITH_FACETS
from api.index.invalidation import Changes
from api.models.facets import FACETS
from api.storage.bulk import Store
from seed.records import INPUT_MODELS
from seed.refusals import Place, Refusal
from seed.report import SHOWN, Report
from seed.rows import CHILDREN, COLUMNS

CHUNK = 1_000
OWNERS = {table: (kind, column) for kind, parts in CHILDREN.items() for table, column in parts.items()}


OTHERS = sorted(kind for kind in INPUT_MODELS if kind != "dataset")
SHARED = ("source", "actor", "location")
UNSEEN = {
    kind: f"NOT EXISTS (SELECT 1 FROM seen s WHERE s.kind = '{kind}' AND s.id = t.id)" for kind in (*OTHERS, "dataset")
}


def _references() -> Iterator[tuple[str, str, str, str, str]]:
    """Each reference between records: table, kind of record, column of its id, column, kind referred to."""
    for table in COLUMNS:
        kind, own = OWNERS.get(table, (table, "id"))
        for key in models.Base.metadata.tables[table].foreign_keys:
            target, column = key.column.table.name, key.parent.name
            # A reviewed pair holds while both places exist, so `same_as` keeps neither from being withdrawn.
            if target != "dataset" and (target, column) != (kind, own) and column != "same_as":
                yield table, kind, own, column, target


# Records that vanished ones refer to, and then without those that remaining records refer to.
_NAMED = [
    f"INSERT INTO vanished SELECT DISTINCT '{target}', t.id FROM vanished v JOIN {table} o ON o.{own} = v.id "
    f"JOIN {target} t ON t.id = o.{column} WHERE v.kind = '{kind}' AND t.dataset = ? AND {UNSEEN[target]} "
    "ON CONFLICT DO NOTHING"
    for table, kind, own, column, target in _references()
    if target in SHARED
]
_KEPT = [
    f"DELETE FROM vanished WHERE kind = '{target}' AND EXISTS (SELECT 1 FROM {table} t WHERE t.{column} = vanished.id "
    f"{'AND NOT t.mapped ' if table == 'affiliation' else ''}AND NOT EXISTS "
    f"(SELECT 1 FROM vanished w WHERE w.kind = '{kind}' AND w.id = t.{own}))"
    for table, kind, own, column, target in _references()
]


class Scope(NamedTuple):
    """What files cover: days, and the countries or the box of their places, if known."""

    first: date
    last: date
    countries: list[str]
    box: tuple[float, float, float, float] | None


def find(  # noqa: PLR0913 - each is a choice of its own
    store: Store, report: Report, datasets: Sequence[str], *, entire: bool, taken: bool, scope: Scope | None = None
) -> None:
    """Collect records that are missing from the files.

    `entire`: whole datasets are withdrawn; `taken`: missing records are to be withdrawn. With a `scope`, only events
    certain to lie in it count as missing, and with them their claims and what nothing else refers to.
    """
    if scope is None and not taken:
        _count(store, report, datasets)
        return
    for dataset in datasets:
        # With a scope, `_within` adds events, claims and what they refer to; shared records only vanish by withdrawal.
        for kind in OTHERS if scope is None else (*(SHARED if taken else ()), "dating"):
            store.run(
                f"INSERT INTO vanished SELECT '{kind}', t.id FROM {kind} t WHERE dataset = ? AND {UNSEEN[kind]}",
                dataset,
            )
        if scope is not None:
            _within(store, dataset, scope)
        if entire:
            store.run("INSERT INTO vanished SELECT 'dataset', id FROM dataset WHERE id = ?", dataset)
    report.vanished.update(dict(store.rows("SELECT kind, count(*) FROM vanished GROUP BY kind")))
    first = store.rows("SELECT kind, id FROM vanished ORDER BY kind, id LIMIT ?", SHOWN)
    report.vanished_ids = [f"{kind} {id_}" for kind, id_ in first]


def _count(store: Store, report: Report, datasets: Sequence[str]) -> None:
    """The number of missing records and the first ones, without collecting all of them."""
    for kind in OTHERS:
        held = sum(_held(store, report, kind, datasets))
        gone = held - store.rows("SELECT count(*) FROM seen WHERE kind = ?", kind)[0][0]
        if gone:
            report.vanished[kind] = gone
            # Prevents the index of datasets: in the order of ids, the first ones are found soon.
            query = f"SELECT t.id FROM {kind} t WHERE dataset || '' {{ids}} AND {UNSEEN[kind]} ORDER BY t.id LIMIT ?"
            ids = store.column(query, list(datasets), min(gone, SHOWN - len(report.vanished_ids)))
            report.vanished_ids += [f"{kind} {id_}" for id_ in ids]


def _held(store: Store, report: Report, kind: str, datasets: Sequence[str]) -> Iterator[int]:
    """The numbers of records, in parts; for events and claims from postings of the previous revision."""
    if kind not in WITH_FACETS:
        for dataset in datasets:
            yield store.rows(f"SELECT count(*) FROM {kind} WHERE dataset = ?", dataset)[0][0]
        return
    yield report.new[kind]
    statement = "SELECT p.members FROM facet f JOIN posting p ON p.facet = f.id WHERE f.name {ids}"
    names = [FACETS[kind].DATASET.of(dataset) for dataset in datasets]
    for members in store.column(statement, names):
        yield len(BitMap.deserialize(bytes(members)))


def _within(store: Store, dataset: str, scope: Scope) -> None:
    """Events in the scope that the files lack, claims that they lack, and what nothing else refers to.

    The cost depends on the files and their scope, not on the size of the dataset.
    """
    conditions = ["t.dataset = ?", "t.date_earliest >= ?", "t.date_latest <= ?", UNSEEN["event"]]
    values: list[Any] = [dataset, scope.first.isoformat(), scope.last.isoformat()]
    if scope.countries:
        inside = (
            "WITH RECURSIVE inside (id) AS (SELECT id FROM location WHERE id {ids} "
            "UNION SELECT l.id FROM location l JOIN inside i ON l.within = i.id) SELECT id FROM inside"
        )
        conditions.append(f"t.location IN ({inside})")
        values.append(scope.countries)
    if scope.box is not None:
        west, south, east, north = scope.box
        there = "l.longitude BETWEEN ? AND ? AND l.latitude BETWEEN ? AND ?"
        conditions.append(f"EXISTS (SELECT 1 FROM location l WHERE l.id = t.location AND {there})")
        values += (west, east, south, north)
    store.run(f"INSERT INTO vanished SELECT 'event', t.id FROM event t WHERE {' AND '.join(conditions)}", *values)
    events = "SELECT id FROM vanished WHERE kind = 'event' UNION ALL SELECT id FROM seen WHERE kind = 'event'"
    # Prevents the index of datasets, in favour of that of events.
    claims = f"t.event IN ({events}) AND t.dataset || '' = ? AND {UNSEEN['claim']}"
    store.run(f"INSERT INTO vanished SELECT 'claim', t.id FROM claim t WHERE {claims}", dataset)
    while sum([store.run(statement, dataset) for statement in _NAMED]):
        pass
    while sum([store.run(statement) for statement in _KEPT]):
        pass


def still_named(store: Store) -> Iterator[Refusal]:
    """Refusals for remaining records that refer to a missing one."""
    for table in [table for table in COLUMNS if table != "dataset"]:
        kind, own = OWNERS.get(table, (table, "id"))
        mapped = "AND NOT t.mapped" if table == "affiliation" else ""
        for key in models.Base.metadata.tables[table].foreign_keys:
            target, column = key.column.table.name, key.parent.name
            if column == "same_as":
                continue
            rows = store.rows(
                f"SELECT v.id, o.id, o.dataset FROM vanished v JOIN {table} t ON t.{column} = v.id "
                f"JOIN {kind} o ON o.id = t.{own} WHERE v.kind = '{target}' {mapped} AND NOT EXISTS "
                f"(SELECT 1 FROM vanished w WHERE w.kind = '{kind}' AND w.id = o.id) ORDER BY v.id, o.id LIMIT ?",
                SHOWN,
            )
            for gone, by, dataset in rows:
                message = f"cannot be withdrawn: {kind} {by} of the dataset {dataset} names it as its {column}"
                yield Refusal(Place(dataset), f"{target} {gone}", "", message)


def why_it_stays(dataset: str, report: Report) -> str | None:
    """Why a dataset cannot be withdrawn if others refer to its records; None if there is another reason."""
    others = sorted({one.place.file for one in report.refused} - {dataset})
    if not others:
        return None
    first = report.refused[0]
    many = "a record" if report.refusals == 1 else f"{report.refusals:,} records"
    example = f"{first.record} ({first.message.removeprefix('cannot be withdrawn: ')})"
    told = f"{many} of {' and '.join(others)} name what is in it, such as {example}"
    return f"{dataset} cannot be withdrawn: {told}. Withdraw {' and '.join(others)} first."


def take_out(store: Store, changes: Changes) -> None:
    """Withdraw the missing records, those that refer to others first."""
    if not store.sqlite:
        store.run("SET CONSTRAINTS ALL DEFERRED")
    for kind in reversed(INPUT_MODELS):
        for ids in _chunks(store, kind):
            changes.before(kind, ids)
            changes.touch(kind, ids)
            for table, column in CHILDREN.get(kind, {}).items():
                store.delete(table, column, ids)
            store.delete(kind, "id", ids)


def _chunks(store: Store, kind: str) -> Iterator[list[str]]:
    after = ""
    statement = "SELECT id FROM vanished WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
    while ids := store.column(statement, kind, after, CHUNK):
        yield ids
        after = ids[-1]
