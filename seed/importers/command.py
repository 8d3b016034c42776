"""`counterclaim import`: imports files of a known format in one transaction, and reports the outcome."""

import json
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
import typer
from rich.console import Console

from api import models
from api.domain.vocabulary import RevisionAction
from api.storage.database import engine, explained
from migrations import require_current
from seed.importers import package
from seed.importers.formats import Format
from seed.importers.intake import FileIntake, Intake, KnownDataset, Tally
from seed.importers.mapped import MappingUnusableError, mapping, shipped
from seed.importers.meter import Meter
from seed.importers.outcome import Outcome
from seed.importers.registry import FORMATS
from seed.importers.survey import NameAndAliases, Stored
from seed.load import load
from seed.queue import Queue
from seed.refusals import Entry, Place, Refusal, meant
from seed.report import LoadRefusedError, Report

AT_ONCE = 500


class ImportUnusableError(Exception):
    """The options make no sense; the message says why in one line."""


@dataclass(frozen=True)
class Wish:
    """The options of an import."""

    prune: bool = False
    dry_run: bool = False
    skip_refused: bool = False
    message: str | None = None
    release: str | None = None
    queue: Queue = Queue()  # noqa: RUF009 - it cannot be changed


def run(url: str, name: str, paths: Sequence[Path], wish: Wish, *, as_json: bool) -> int:
    """Import and report the outcome. Returns the exit code."""
    try:
        outcome = import_files(url, name, paths, wish)
    except ImportUnusableError as error:
        typer.echo(error, err=True)
        return 1
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2))
    else:
        for line in outcome.as_text():
            typer.echo(line)
    return 1 if outcome.report.refusals else 0


def import_files(url: str, name: str, paths: Sequence[Path], wish: Wish, console: Console | None = None) -> Outcome:
    """Load the files' records, all or none. Returns the outcome."""
    form = require_known(name)
    if wish.prune and wish.skip_refused:
        raise ImportUnusableError("--prune would withdraw the records of the rows that --skip-refused passes over.")
    require_current(url)
    started, now = time.monotonic(), datetime.now(UTC)
    size = sum(package.size(path) if name == package.NAME else file_size(path) for path in paths)
    made = engine(url)
    try:
        with explained(url), Meter(name, size, console or Console(stderr=True)) as meter:
            tally = Tally(meter.read, skip_refused=wish.skip_refused)
            intake: Intake
            if form is None:
                intake = package.PackageIntake(paths, tally)
            else:
                intake = FileIntake(form, paths, _known(made, form, wish, now), tally, called(made))
            with closing(_entries(intake, wish)) as entries:
                report = _load(made, intake, entries, wish, meter)
    finally:
        made.dispose()
    return Outcome(name, [str(path) for path in paths], wish.dry_run, report, tally, time.monotonic() - started)


def file_size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # reading it will say why


def _load(made: sa.Engine, intake: Intake, entries: Iterable[Entry | Refusal], wish: Wish, meter: Meter) -> Report:
    """Load the entries; a dataset keeps the moment it was recorded until something in it changes."""
    try:
        return load(
            made,
            entries,
            prune=wish.prune,
            dry_run=wish.dry_run,
            progress=meter.load,
            repeats=True,
            renewed=(one for one in intake.renewed(datetime.now(UTC)) if isinstance(one, Entry)),
            scope=intake.scope,
            action=RevisionAction.IMPORT,
            message=wish.message,
            queue=wish.queue,
        )
    except LoadRefusedError as error:
        return error.report


def _entries(intake: Intake, wish: Wish) -> Generator[Entry | Refusal]:
    """The records of the files. Without any row there is no record, not even the dataset, and pruning is refused."""
    held: list[Entry] = []
    with closing(intake.entries()) as found:
        for one in found:
            if intake.tally.rows == 0 and isinstance(one, Entry):
                held.append(one)
                continue
            yield from held
            held.clear()
            yield one
    if wish.prune:
        for one in intake.tally.partial:
            yield one._replace(message=f"{one.message}, for --prune would withdraw what is on them")
    if wish.prune and intake.tally.rows == 0:
        yield Refusal(Place("--prune"), "", "", "no row was read, so the whole dataset would be withdrawn")


def require_known(name: str) -> Format | None:
    """The format with this name or of this mapping file; None for a package. Raises ImportUnusableError if unknown."""
    if name == package.NAME:
        return None
    try:
        form = FORMATS.get(name) or mapping(name)
    except MappingUnusableError as error:
        raise ImportUnusableError(str(error)) from None
    if form is None:
        names = [*FORMATS, *shipped(), package.NAME]
        raise ImportUnusableError(
            f"There is no format {name}{meant(name, names)} (one of {', '.join(names)}, or a mapping file)."
        )
    return form


def called(made: sa.Engine) -> Stored:
    """The names of actors, places and events that were loaded before."""

    def stored(kind: str, ids: list[str]) -> dict[str, NameAndAliases]:
        table = models.Base.metadata.tables[kind]
        found: dict[str, NameAndAliases] = {}
        with made.connect().execution_options(read_only=True) as connection, connection.begin():
            for start in range(0, len(ids), AT_ONCE):
                names = (table.c.title, sa.literal("")) if kind == "event" else (table.c.name, table.c.aliases)
                query = sa.select(table.c.id, *names)
                rows = connection.execute(query.where(table.c.id.in_(ids[start : start + AT_ONCE])))
                found |= {id_: (name, list(aliases)) for id_, name, aliases in rows}
        return found

    return stored


def _known(made: sa.Engine, form: Format, wish: Wish, now: datetime) -> KnownDataset:
    """What is stored about the format's dataset: when it was last recorded, and from which files."""
    dataset = models.Dataset.__table__
    with made.connect().execution_options(read_only=True) as connection:
        query = sa.select(dataset.c.recorded_at, dataset.c.releases).where(dataset.c.id == form.table.dataset)
        found = connection.execute(query).one_or_none()
    whole = wish.prune and form.told is None
    if found is None:
        return KnownDataset(now, (), whole, wish.release)
    recorded_at, releases = found
    return KnownDataset(recorded_at.replace(tzinfo=recorded_at.tzinfo or UTC), releases, whole, wish.release)
