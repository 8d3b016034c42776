"""The command line: creates, loads, checks and serves a database."""

import socket
from collections.abc import Callable, Sequence
from enum import StrEnum
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.http import monitoring
from api.main import create_app, guarded
from api.models.base import TEXT_LENGTH
from api.server.middleware import warm
from api.server.server import Server
from api.server.transports import PortUnusableError, bind
from api.settings import Settings, SettingsError, read_settings
from api.storage.database import DatabaseUnusableError, engine, explained, viewer
from migrations import migrate as migrate_database
from migrations import require_current

if TYPE_CHECKING:
    import sqlalchemy as sa

    from seed.queue import Queue
    from seed.report import Report

WORTH_OPENING = (
    ("/", "for people: who said what, and when, on a map, a timeline and side by side"),
    ("/docs", "the API, to try out"),
    (
        "/events?party=ukraine&date_from=2022-07-01&date_to=2022-07-03",
        "what may have happened on these three days that involves Ukraine",
    ),
    ("/claims?flag=failed_verification", "the claim whose source does not say so"),
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Host = Annotated[str | None, typer.Option(help="The address to serve on.", show_default="COUNTERCLAIM_HOST")]
Port = Annotated[
    int | None, typer.Option(help="The port to serve on.", show_default="COUNTERCLAIM_PORT", min=0, max=65535)
]


def _one_line(message: str | None) -> str | None:
    if message is not None and not (message.strip() and message.isprintable() and len(message) <= TEXT_LENGTH):
        raise typer.BadParameter(f"It is one line of at most {TEXT_LENGTH:,} characters.")
    return message


Message = Annotated[
    str | None, typer.Option(help="The reason, recorded with the revision.", callback=_one_line, metavar="TEXT")
]


class ReportFormat(StrEnum):
    """How a command reports its result."""

    TEXT = "text"
    JSON = "json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; errors that users can fix are one line on stderr and exit code 1."""
    try:
        app(arguments)
    except (DatabaseUnusableError, PortUnusableError, SettingsError) as error:
        typer.echo(error, err=True)
        raise SystemExit(1) from None


def _version(asked: bool) -> None:
    """Print the version and exit."""
    if asked:
        typer.echo(f"counterclaim {installed('counterclaim')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
]


@app.callback()
def counterclaim(*, version: Version = False) -> None:
    """Events of armed conflict, with who said what about them, and when."""


@app.command()
def migrate() -> None:
    """Create the database's tables, or upgrade them to the newest version."""
    migrate_database(read_settings().database_url)


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Serve the database as it is."""
    settings = _settings(host, port)
    with bind(settings) as listener:
        require_current(settings.database_url)
        _serve(settings, listener, WORTH_OPENING[:1])


@app.command()
def mcp() -> None:
    """Serve an assistant over stdin and stdout by the Model Context Protocol; needs the extra `mcp`."""
    try:
        from api.http.mcp.server import serve_stdio  # noqa: PLC0415 - an optional part of the installation
    except ImportError:
        raise SystemExit("This needs the SDK of the protocol: install the extra mcp, or the package mcp.") from None
    settings = read_settings()
    require_current(settings.database_url)
    raise SystemExit(serve_stdio(create_app(settings), settings.public_root or ""))


@app.command()
def up(host: Host = None, port: Port = None) -> None:
    """Create the database if it is missing, load what is new, and serve it."""
    settings = _settings(host, port)
    with bind(settings) as listener:
        migrate_database(settings.database_url)
        _load(settings.database_url)
        _serve(settings, listener, WORTH_OPENING)


@app.command()
def seed(
    datasets: Annotated[
        list[str] | None, typer.Argument(help="Which of the reviewed datasets; all by default.")
    ] = None,
    *,
    prune: Annotated[bool, typer.Option(help="Withdraw records that are no longer in the files.")] = False,
    message: Message = None,
) -> None:
    """Load the reviewed datasets that come with the project."""
    url = read_settings().database_url
    require_current(url)
    typer.echo(_load(url, datasets or (), prune=prune, message=message))


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files of records, or folders of them.")],
    *,
    prune: Annotated[bool, typer.Option(help="Withdraw the datasets' records that are not in these files.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only report what would be done.")] = False,
    report: Annotated[ReportFormat, typer.Option(help="The format of the report.")] = ReportFormat.TEXT,
    message: Message = None,
) -> None:
    """Load records of your own, from TOML, JSON, NDJSON, CSV or XLSX, all or nothing (docs/dossier.md)."""
    from seed.dossiers.command import load_files  # noqa: PLC0415 - a server has no need of it

    url = read_settings().database_url
    require_current(url)
    queue = _queue()
    told = _loaded(
        url,
        lambda made: load_files(made, paths, prune=prune, dry_run=dry_run, message=message, queue=queue),
        dry_run=dry_run,
        form=report,
    )
    typer.echo(told)


@app.command()
def template(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="What to write, by its suffix.")],
) -> None:
    """Write a commented dossier (.toml), a spreadsheet of one row per claim (.csv, .xlsx) or a JSON Schema (.json)."""
    from seed.dossiers.template import TemplateUnusableError, write  # noqa: PLC0415 - a server has no need of it

    for file in files:
        try:
            write(file)
        except TemplateUnusableError as error:
            typer.echo(error, err=True)
            raise SystemExit(1) from None
        typer.echo(f"Written: {file}")


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Files of records, or folders of them.")]) -> None:
    """Say what is wrong with files of records, which may name each other's and shipped ones; nothing is loaded."""
    from seed.check import check as check_files  # noqa: PLC0415 - a server has no need of it

    refusals, doubts = check_files(files)
    for told in (*refusals, *doubts):
        typer.echo(told, err=True)
    if refusals:
        raise SystemExit(1)
    typer.echo("No faults: everything can be loaded.")


@app.command("import")
def import_files(  # noqa: PLR0913 - each is an option of its own
    name: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="ucdp, gdelt, firms, control, losses, acled, viina, package, or a mapping file (.toml).",
        ),
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files of this format; they count as one.")],
    *,
    prune: Annotated[bool, typer.Option(help="Withdraw the dataset's records that are not in these files.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only report what would be done.")] = False,
    skip_refused: Annotated[bool, typer.Option(help="Skip refused rows and load the others.")] = False,
    report: Annotated[ReportFormat, typer.Option(help="The format of the report.")] = ReportFormat.TEXT,
    release: Annotated[str | None, typer.Option(help="The release, if the files' names do not contain it.")] = None,
    message: Message = None,
) -> None:
    """Load files in formats of other datasets, all or nothing, and report the outcome."""
    from seed.importers.command import Wish, run  # noqa: PLC0415 - a server has no need of it

    wish = Wish(prune, dry_run, skip_refused, message, release, _queue())
    raise SystemExit(run(read_settings().database_url, name, files, wish, as_json=report is ReportFormat.JSON))


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="The folder to create, or a file if the name ends in .zip.")],
    *,
    dataset: Annotated[list[str] | None, typer.Option(help="Only this dataset (may be repeated).")] = None,
    parquet: Annotated[bool, typer.Option(help="Also write Parquet; needs DuckDB.")] = False,
    form: Annotated[
        Literal["stix", "ftm"] | None,
        typer.Option("--as", help="Use this data model instead, and list what is lost in LOST.md."),
    ] = None,
) -> None:
    """Write the facts as a Frictionless Data Package of CSV and NDJSON, or as STIX 2.1 or FollowTheMoney."""
    from seed.export import ExportUnusableError  # noqa: PLC0415 - a server has no need of it
    from seed.export import export as write  # noqa: PLC0415 - as above
    from seed.interchange.command import export_as  # noqa: PLC0415 - as above

    url = read_settings().database_url
    try:
        if form is None:
            counts = write(url, target, dataset, parquet=parquet)
        else:
            counts = export_as(url, target, form, dataset, parquet=parquet)
    except ExportUnusableError as error:
        typer.echo(error, err=True)
        raise SystemExit(1) from None
    typer.echo(f"{target}: " + ", ".join(f"{count:,} {table}" for table, count in counts.items()) + ".")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to create.")],
    *,
    force: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
) -> None:
    """Save an SQLite database as one file, also while it is served and loaded."""
    from seed.backup import backup as save  # noqa: PLC0415 - a server has no need of it

    typer.echo(save(read_settings().database_url, file, force=force))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file created by `counterclaim backup`.")],
    *,
    force: Annotated[bool, typer.Option(help="Replace existing data.")] = False,
) -> None:
    """Restore an SQLite database from a backup, all or nothing, also while the old one is served."""
    from seed.backup import restore as put_back  # noqa: PLC0415 - a server has no need of it

    typer.echo(put_back(read_settings().database_url, file, force=force, queue=_queue()))


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="The name of the release, such as 2026-11.")], *, message: Message = None
) -> None:
    """Freeze the loaded data as a data package that can be downloaded, cited and compared at /releases."""
    from seed.release import release as freeze  # noqa: PLC0415 - a server has no need of it

    typer.echo(freeze(read_settings().database_url, name, message=message, queue=_queue()))


@app.command()
def withdraw(dataset: Annotated[str, typer.Argument(help="The dataset's id.")], *, message: Message = None) -> None:
    """Withdraw a whole dataset; refused while records of other datasets refer to it."""
    from seed.load import withdraw as take_out  # noqa: PLC0415 - a server has no need of it

    url = read_settings().database_url
    require_current(url)
    typer.echo(_loaded(url, lambda made: take_out(made, dataset, message=message, queue=_queue())))


@app.command()
def verify() -> None:
    """Verify all facts and everything derived from them, and list every record with a fault."""
    from seed.verify import report_lines  # noqa: PLC0415 - a server has no need of it
    from seed.verify import verify as findings  # noqa: PLC0415 - as above

    url, lines = read_settings().database_url, 0
    require_current(url)
    made = viewer(url)
    try:
        with explained(url):
            for lines, line in enumerate(report_lines(findings(made)), 1):  # noqa: B007 - how many there were
                typer.echo(line, err=True)
    finally:
        made.dispose()
    if lines:
        raise SystemExit(1)
    typer.echo("Everything holds.")


@app.command()
def rebuild() -> None:
    """Derive everything that is served from the facts again."""
    from seed.load import rebuild as derive  # noqa: PLC0415 - a server has no need of it

    url = read_settings().database_url
    require_current(url)
    made = engine(url)
    try:
        with explained(url):
            typer.echo(f"Derived again: {derive(made, queue=_queue()):,} events and their claims.")
    finally:
        made.dispose()


@app.command()
def openapi() -> None:
    """Print the OpenAPI document, as served at /openapi.json."""
    from api.http.openapi import as_kept  # noqa: PLC0415 - as above

    typer.echo(as_kept(create_app(read_settings()).openapi()), nl=False)


def _load(url: str, datasets: Sequence[str] = (), *, prune: bool = False, message: str | None = None) -> str:
    """Load the reviewed datasets. Returns a one-line summary."""
    from seed.check import reviewed  # noqa: PLC0415 - a server has no need of it
    from seed.dossiers.command import load_files  # noqa: PLC0415 - as above

    queue = _queue()
    return _loaded(url, lambda made: load_files(made, reviewed(), datasets, prune=prune, message=message, queue=queue))


def _queue() -> "Queue":
    """How long to wait for another load, and how to report the wait."""
    from seed.queue import Queue  # noqa: PLC0415 - a server has no need of it

    return Queue(read_settings().queue_seconds, lambda line: typer.echo(line, err=True))


def _loaded(
    url: str, work: "Callable[[sa.Engine], Report]", *, dry_run: bool = False, form: ReportFormat = ReportFormat.TEXT
) -> str:
    """Load or withdraw, and print the outcome; if refused, print the reasons and exit with code 1."""
    from seed.report import LoadRefusedError  # noqa: PLC0415 - a server has no need of it

    made = engine(url)
    as_json = form is ReportFormat.JSON
    try:
        with explained(url):
            return work(made).told(dry_run=dry_run, as_json=as_json)
    except LoadRefusedError as error:
        typer.echo(error.report.told(dry_run=dry_run, as_json=True) if as_json else error, err=not as_json)
        raise SystemExit(1) from None
    finally:
        made.dispose()


def _settings(host: str | None, port: int | None) -> Settings:
    """The settings, overridden by the command line."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return read_settings().model_copy(update=given)


def _serve(settings: Settings, listener: socket.socket, worth_opening: Sequence[tuple[str, str]]) -> None:
    monitoring.configure(settings)
    Announced(settings, listener, worth_opening).run([listener])


class Announced(Server):
    """A server that prints addresses to open once it is ready."""

    def __init__(self, settings: Settings, listener: socket.socket, worth_opening: Sequence[tuple[str, str]]) -> None:
        app = create_app(settings)
        super().__init__(app, guarded(app, settings), settings)
        host, port = listener.getsockname()[:2]
        self.root = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self.worth_opening = worth_opening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await warm(self.app)
        await super().startup(sockets)
        typer.echo(f"Counterclaim answers at {self.root} (Ctrl-C stops it). Worth opening:")
        for path, why in self.worth_opening:
            typer.echo(f"  {self.root}{path}\n      {why}")


if __name__ == "__main__":
    main()
