"""Fills a database with a made-up world, by the loader or the ORM, and prints how long it took."""

import gc
import json
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.storage.bulk import Row
from api.storage.database import engine
from bench.grow import grow
from bench.world import World
from migrations import migrate
from seed.load import load
from seed.refusals import Entry, Refusal
from seed.rows import COLUMNS, record_digest, rows_of

BATCH = 5_000


class Filled(NamedTuple):
    """The number of records, and the time to generate them (if separate) and to load them."""

    records: int
    making_s: float
    seconds: float


def by_loader(made: sa.Engine, world: World) -> Filled:
    """Load records with the loader."""
    started = time.monotonic()
    return Filled(load(made, world.entries()).read, 0, time.monotonic() - started)


def by_orm(made: sa.Engine, world: World) -> Filled:
    """Write the same records with the ORM as rows of the tables of facts, without derived data."""
    started = time.monotonic()
    count, batches = _batches(world)
    begun = time.monotonic()
    with Session(made) as session:
        for batch in batches:
            for objects in _objects(batch):
                session.add_all(objects)
                session.flush()
            session.expunge_all()
        session.commit()
    return Filled(count, begun - started, time.monotonic() - begun)


def _batches(world: World) -> tuple[int, list[dict[str, list[Row]]]]:
    """The number of records and their rows, in batches."""
    entries, count, batches = world.entries(), 0, []
    while batch := list(islice(entries, BATCH)):
        count += len(batch)
        batches.append(_rows(batch))
    return count, batches


def _rows(batch: list[Entry | Refusal]) -> dict[str, list[Row]]:
    """The batch as rows of the tables of facts."""
    rows: dict[str, list[Row]] = {}
    for one in batch:
        if isinstance(one, Refusal):
            raise TypeError(str(one))
        for name, more in rows_of(one.record, one.dataset, record_digest(one.record)).items():
            rows.setdefault(name, []).extend(more)
    return rows


def _objects(rows: dict[str, list[Row]]) -> Iterator[list[models.Base]]:
    """The batch as objects, table by table; tables that others refer to come first."""
    classes = {str(mapper.local_table): mapper.class_ for mapper in models.Base.registry.mappers}
    for table in models.Base.metadata.sorted_tables:
        names = COLUMNS.get(table.name, ())
        kinds = [table.c[name].type for name in names]
        yield [
            classes[table.name](**dict(zip(names, map(_typed, kinds, row), strict=True)))
            for row in rows.get(table.name, ())
        ]


def _typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:  # noqa: ANN401 - a column's value
    """The value as the ORM requires it, from the text that drivers take."""
    if not isinstance(value, str):
        return value
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return json.loads(value) if isinstance(kind, sa.JSON) else value


def counted(made: sa.Engine) -> int:
    """The number of rows in tables of facts, which both write; derived rows do not count."""
    with made.connect() as connection:
        tables = (models.Base.metadata.tables[name] for name in COLUMNS)
        return sum(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def stored_bytes(made: sa.Engine) -> int:
    """The size of the database on disk, including indexes."""
    with made.connect() as connection:
        if made.dialect.name == "postgresql":
            return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)
        pages, size = (connection.scalar(sa.text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
        return int(pages * size)


def memory_mb() -> float:
    """The peak memory of this process; `getrusage` would include the parent's memory from before the fork."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


WAYS = {"loader": by_loader, "orm": by_orm}


def main() -> None:
    """Arguments: `loader`, `orm` or `grow`, the database's address, the number of events, and of copies of them."""
    way, url, events, copies = sys.argv[1:]
    migrate(url)
    made = engine(url)
    filled = WAYS[way](made, World(int(events))) if way in WAYS else Filled(0, 0, 0)
    rows, stored = counted(made), stored_bytes(made)
    made.dispose()
    held = memory_mb()
    gc.collect()  # reference cycles keep the connection of the load, and copying needs exclusive access to the file
    grow(url, int(copies))
    print(json.dumps({**filled._asdict(), "rows": rows, "memory_mb": held, "bytes": stored}))


if __name__ == "__main__":
    main()
