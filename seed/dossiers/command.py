"""`counterclaim load`: loads your own records, all or nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from api import models
from seed.dossiers.sheets import advised, recorded
from seed.files import read
from seed.load import NO_QUEUE, load
from seed.queue import Queue
from seed.records import Dataset
from seed.refusals import Entry, Refusal
from seed.report import LoadRefusedError, Report


def load_files(  # noqa: PLR0913 - each is a choice of its own
    engine: sa.Engine,
    paths: Sequence[Path],
    datasets: Sequence[str] = (),
    *,
    prune: bool = False,
    dry_run: bool = False,
    message: str | None = None,
    queue: Queue = NO_QUEUE,
) -> Report:
    """Load the records in files, of these datasets or of all. Raises `LoadRefusedError`.

    A spreadsheet's dataset keeps the moment it was recorded until anything changes.
    """
    now, before = datetime.now(UTC), _recorded_at(engine)
    renewed: list[Entry] = []

    def entries() -> Iterator[Entry | Refusal]:
        for one in read(paths, datasets):
            if not isinstance(one, Entry):
                yield one
                continue
            if isinstance(one.record, Dataset) and (made := recorded(one, now)) is not one:
                renewed.append(made)
            yield recorded(one, before.get(one.record.id, now))

    try:
        report = load(engine, entries(), prune=prune, dry_run=dry_run, renewed=renewed, message=message, queue=queue)
    except LoadRefusedError as error:
        report = error.report
    if report.refusals:
        report.refused = [advised(one) for one in report.refused]
        raise LoadRefusedError(report)
    return report


def _recorded_at(engine: sa.Engine) -> dict[str, datetime]:
    dataset = models.Dataset.__table__
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        rows = connection.execute(sa.select(dataset.c.id, dataset.c.recorded_at)).all()
    return {id_: moment.replace(tzinfo=moment.tzinfo or UTC) for id_, moment in rows}
