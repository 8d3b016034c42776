"""Fills a database with a made-up world, by the loader or by the ORM, and says how long it took."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.database import engine
from bench.grow import grow
from bench.world import World
from migrations import migrate
from seed.ahead import ahead
from seed.load import load
from seed.refusals import Entry, Refusal
from seed.rows import COLUMNS, digest, rows_of

if TYPE_CHECKING:
    from api.store import Row

BATCH = 5_000


def by_loader(made: sa.Engine, world: World) -> int:
    """From records to what can be asked for."""
    return load(made, ahead(world)).read


def by_orm(made: sa.Engine, world: World) -> int:
    """The same records as rows of the tables of facts, nothing derived from them."""
    count = 0
    entries = world.entries()
    with Session(made) as session:
        while batch := list(islice(entries, BATCH)):
            count += len(batch)
            for objects in _objects(batch):
                session.add_all(objects)
                session.flush()
            session.expunge_all()
        session.commit()
    return count


def _objects(batch: list[Entry | Refusal]) -> Iterator[list[models.Base]]:
    """The batch as objects, table by table, those first that others refer to."""
    classes = {str(mapper.local_table): mapper.class_ for mapper in models.Base.registry.mappers}
    rows: dict[str, list[Row]] = {}
    for one in batch:
        if isinstance(one, Refusal):
            raise TypeError(str(one))
        for name, more in rows_of(one.record, one.dataset, digest(one.record)).items():
            rows.setdefault(name, []).extend(more)
    for table in models.Base.metadata.sorted_tables:
        names = COLUMNS.get(table.name, ())
        kinds = [table.c[name].type for name in names]
        yield [
            classes[table.name](**dict(zip(names, map(_typed, kinds, row), strict=True)))
            for row in rows.get(table.name, ())
        ]


def _typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:  # noqa: ANN401 - a column's value
    """What the ORM wants where drivers take text."""
    if not isinstance(value, str):
        return value
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return json.loads(value) if isinstance(kind, sa.JSON) else value


def main() -> None:
    """Arguments: `loader` or `orm`, the database's address, the number of events, and of copies of them."""
    way, url, events, copies = sys.argv[1:]
    migrate(url)
    made, started = engine(url), time.monotonic()
    records = (by_orm if way == "orm" else by_loader)(made, World(int(events)))
    seconds = time.monotonic() - started
    made.dispose()
    grow(url, int(copies))
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"records": records, "seconds": seconds, "memory_mb": memory_mb}))


if __name__ == "__main__":
    main()
