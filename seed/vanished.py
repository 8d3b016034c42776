"""Records that are no longer among those of their dataset: found, and taken out where nothing else names them."""

from collections.abc import Iterable, Iterator

from api import models
from api.index.invalidation import Changes
from api.storage.bulk import Store
from seed.records import KINDS
from seed.refusals import Place, Refusal
from seed.report import SHOWN, Report
from seed.rows import CHILDREN, COLUMNS

CHUNK = 1_000
OWNERS = {table: (kind, column) for kind, parts in CHILDREN.items() for table, column in parts.items()}


def find(store: Store, report: Report, datasets: Iterable[str], *, whole: bool) -> None:
    """Collect what vanished from the datasets; `whole`: these are withdrawn themselves."""
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
    report.vanished.update(dict(store.rows("SELECT kind, count(*) FROM vanished GROUP BY kind")))
    first = store.rows("SELECT kind, id FROM vanished ORDER BY kind, id LIMIT ?", SHOWN)
    report.vanished_ids = [f"{kind} {id_}" for kind, id_ in first]


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
