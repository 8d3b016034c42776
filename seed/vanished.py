"""Records that are no longer among those of their dataset: found, and taken out where nothing else names them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from api import models
from api.index.invalidation import Changes
from api.storage.bulk import Store
from seed.records import KINDS
from seed.refusals import Place, Refusal
from seed.report import SHOWN, Report
from seed.rows import CHILDREN, COLUMNS

CHUNK = 1_000
OWNERS = {table: (kind, column) for kind, parts in CHILDREN.items() for table, column in parts.items()}


class Scope(NamedTuple):
    """What files cover: days, and the countries or the box that their places lie in, where these are known."""

    first: date
    last: date
    countries: list[str]
    box: tuple[float, float, float, float] | None


def find(store: Store, report: Report, datasets: Iterable[str], *, whole: bool, scope: Scope | None = None) -> None:
    """Collect what vanished from the datasets; `whole`: these are withdrawn themselves.

    `scope`: only events that are certain to lie in it vanish, with their claims, and what nothing else names.
    """
    for dataset in datasets:
        for kind in KINDS:
            if kind != "dataset":
                store.run(
                    f"INSERT INTO vanished SELECT '{kind}', id FROM {kind} t WHERE dataset = ? "
                    f"AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.kind = '{kind}' AND s.id = t.id)",
                    dataset,
                )
        if whole:
            store.run("INSERT INTO vanished SELECT 'dataset', id FROM dataset WHERE id = ?", dataset)
    if scope is not None:
        _keep_outside(store, scope)
        _keep_named(store)
    report.vanished.update(dict(store.rows("SELECT kind, count(*) FROM vanished GROUP BY kind")))
    first = store.rows("SELECT kind, id FROM vanished ORDER BY kind, id LIMIT ?", SHOWN)
    report.vanished_ids = [f"{kind} {id_}" for kind, id_ in first]


def _keep_outside(store: Store, scope: Scope) -> None:
    """Events outside of what the files cover stay, and so do their claims."""
    keep = "DELETE FROM vanished WHERE kind = 'event' AND id IN (SELECT e.id FROM event e WHERE "
    first, last = scope.first.isoformat(), scope.last.isoformat()
    within = "e.date_earliest >= ? AND e.date_latest <= ?"
    store.run(f"{keep} ({within}) IS NOT TRUE)", first, last)
    if scope.countries:
        inside = (
            "WITH RECURSIVE inside (id) AS (SELECT id FROM location WHERE id {ids} "
            "UNION SELECT l.id FROM location l JOIN inside i ON l.within = i.id) SELECT id FROM inside"
        )
        store.run(f"{keep} e.location IS NULL OR e.location NOT IN ({inside}))", scope.countries)
    if scope.box is not None:
        west, south, east, north = scope.box
        there = "l.longitude BETWEEN ? AND ? AND l.latitude BETWEEN ? AND ?"
        inside = f"SELECT 1 FROM location l WHERE l.id = e.location AND {there}"
        store.run(f"{keep} NOT EXISTS ({inside}))", west, east, south, north)
    store.run(
        "DELETE FROM vanished WHERE kind = 'claim' AND id IN (SELECT c.id FROM claim c WHERE NOT EXISTS "
        "(SELECT 1 FROM vanished v WHERE v.kind = 'event' AND v.id = c.event) AND NOT EXISTS "
        "(SELECT 1 FROM seen s WHERE s.kind = 'event' AND s.id = c.event))"
    )


def _keep_named(store: Store) -> None:
    """What a record names that stays has not vanished: a place, an actor, a source."""
    kept = 1
    while kept:
        kept = 0
        for table in [table for table in COLUMNS if table != "dataset"]:
            kind, own = OWNERS.get(table, (table, "id"))
            mapped = "AND NOT t.mapped" if table == "affiliation" else ""
            for key in models.Base.metadata.tables[table].foreign_keys:
                target, column = key.column.table.name, key.parent.name
                kept += store.run(
                    f"DELETE FROM vanished WHERE kind = '{target}' AND id IN (SELECT t.{column} FROM {table} t WHERE "
                    f"t.{column} IS NOT NULL {mapped} AND NOT EXISTS "
                    f"(SELECT 1 FROM vanished w WHERE w.kind = '{kind}' AND w.id = t.{own}))"
                )


def still_named(store: Store) -> Iterator[Refusal]:
    """Records that stay although they name one that vanished."""
    for table in [table for table in COLUMNS if table != "dataset"]:
        kind, own = OWNERS.get(table, (table, "id"))
        mapped = "AND NOT t.mapped" if table == "affiliation" else ""
        for key in models.Base.metadata.tables[table].foreign_keys:
            target, column = key.column.table.name, key.parent.name
            rows = store.rows(
                f"SELECT v.id, o.id, o.dataset FROM vanished v JOIN {table} t ON t.{column} = v.id "
                f"JOIN {kind} o ON o.id = t.{own} WHERE v.kind = '{target}' {mapped} AND NOT EXISTS "
                f"(SELECT 1 FROM vanished w WHERE w.kind = '{kind}' AND w.id = o.id) ORDER BY v.id, o.id LIMIT ?",
                SHOWN,
            )
            for gone, by, dataset in rows:
                message = f"cannot be withdrawn: {kind} {by} of the dataset {dataset} names it as its {column}"
                yield Refusal(Place(dataset), f"{target} {gone}", "", message)


def withdraw(store: Store, changes: Changes) -> None:
    """Take what vanished out, what refers to others first."""
    if not store.sqlite:
        store.run("SET CONSTRAINTS ALL DEFERRED")
    for kind in reversed(KINDS):
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
