"""`counterclaim load`: records of one's own into the database, all or nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from api import models
from seed.dossiers.sheets import recorded
from seed.files import read
from seed.load import load
from seed.records import Dataset
from seed.refusals import Entry, Refusal
from seed.report import LoadRefusedError, Report


def load_files(
    engine: sa.Engine, paths: Sequence[Path], *, prune: bool = False, dry_run: bool = False, message: str | None = None
) -> Report:
    """Load what files hold, or `LoadRefusedError`; a spreadsheet's dataset keeps its moment until anything changes."""
    now, given = datetime.now(UTC), list(read(paths))
    before = _recorded_at(engine)
    entries: list[Entry | Refusal] = [
        recorded(one, before.get(one.record.id, now)) if isinstance(one, Entry) else one for one in given
    ]
    renewed = [
        made
        for one in given
        if isinstance(one, Entry) and isinstance(one.record, Dataset) and (made := recorded(one, now)) is not one
    ]
    report = load(engine, entries, prune=prune, dry_run=dry_run, renewed=renewed, message=message)
    if report.refusals:
        raise LoadRefusedError(report)
    return report


def _recorded_at(engine: sa.Engine) -> dict[str, datetime]:
    dataset = models.Dataset.__table__
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        rows = connection.execute(sa.select(dataset.c.id, dataset.c.recorded_at)).all()
    return {id_: moment.replace(tzinfo=moment.tzinfo or UTC) for id_, moment in rows}
