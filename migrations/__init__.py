"""Migrations of the database, with errors in one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from api import models
from api.index.integrity import derived_tables, facts_fingerprint, rules_fingerprint
from api.storage.database import (
    DatabaseUnusableError,
    address,
    engine,
    explained,
    is_sqlite,
    is_there,
    sqlite_file,
    viewer,
)

FOLDER = Path(__file__).parent
OLDEST_POSTGRESQL = (16,)
LOCK = 0x00C0_7E4C  # the lock that allows one migration at a time on PostgreSQL


def migrate(url: str) -> None:
    """Create the database or migrate it to the newest version; changes nothing if it is up to date.

    Data derived by other rules than this code's is derived again in the same transaction. Raises DatabaseUnusableError
    for a database of another program, of newer code, or with other tables of facts.
    """
    with _exclusively(url) as connection:
        if _version(connection) is None:
            _run(connection, command.upgrade, "head")
            connection.execute(
                sa.insert(models.Derivation).values(id=1, facts=facts_fingerprint(), rules=rules_fingerprint())
            )
        elif not _follows(connection):
            _derive(connection)


def _follows(connection: sa.Connection) -> bool:
    """Whether the derived data was made by the rules of this code."""
    facts = made = None
    if sa.inspect(connection).has_table(models.Derivation.__tablename__):
        row = connection.execute(sa.select(models.Derivation.facts, models.Derivation.rules)).first()
        facts, made = row or (None, None)
    if facts != facts_fingerprint():
        raise DatabaseUnusableError(
            "The database was built by a version between releases, whose tables of facts differ from this code's: "
            "load the data again, into a new database."
        )
    return made == rules_fingerprint()


def _derive(connection: sa.Connection) -> None:
    """Recreate the derived tables and derive their contents again."""
    from api.domain.vocabulary import RevisionAction  # noqa: PLC0415 - a server has no need of these
    from api.index.history import Why  # noqa: PLC0415 - as above
    from seed.load import Load, silent  # noqa: PLC0415 - as above

    work = Load(connection, silent)
    work.history.set_aside()
    tables = derived_tables()
    for table in tables:
        table.drop(connection, checkfirst=True)
    models.Base.metadata.create_all(connection)
    connection.execute(sa.delete(models.Derivation))
    connection.execute(sa.insert(models.Derivation).values(id=1, facts=facts_fingerprint(), rules=rules_fingerprint()))
    if connection.scalar(sa.select(sa.func.count()).select_from(models.Dataset)):
        work.derive(Why(RevisionAction.REBUILD, message="derived by other rules"), anew=True)


def require_current(url: str) -> None:
    """Refuse a database that this code cannot serve: never migrated, newer, or derived by other rules."""
    follows = version = None
    if not is_sqlite(url) or is_there(sqlite_file(url)):
        made = viewer(url)
        try:
            with explained(url), made.connect().execution_options(read_only=True) as connection:
                version = _version(connection)
                follows = version == newest() and _follows(connection)
        finally:
            made.dispose()
    if version is None:
        raise DatabaseUnusableError(f"There is no database yet at {_named(url)}: run `counterclaim migrate` first.")
    if not follows:
        raise DatabaseUnusableError("The database is older than this code: run `counterclaim migrate` first.")


def _named(url: str) -> str:
    """Where a database is, without a password."""
    return str(sqlite_file(url)) if is_sqlite(url) else address(url).render_as_string(hide_password=True)


@contextmanager
def _exclusively(url: str) -> Iterator[sa.Connection]:
    """A transaction that excludes every other migration; a failure in it changes nothing."""
    made = engine(url)
    try:
        with explained(url), made.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            if sqlite:  # a changed table is replaced, so references are checked at the end instead
                connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                if not sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise DatabaseUnusableError("The database holds references to records that are not there.")
    finally:
        made.dispose()


def _version(connection: sa.Connection) -> str | None:
    """The version of the database, None before the first migration; an unknown one is newer than the code."""
    server = connection.dialect.server_version_info
    if connection.dialect.name == "postgresql" and server is not None and server < OLDEST_POSTGRESQL:
        has = ".".join(map(str, server))
        raise DatabaseUnusableError(f"PostgreSQL {OLDEST_POSTGRESQL[0]} or newer is needed, and this is {has}.")
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseUnusableError(
            f"The database is newer than this code (its version is {found}, this code knows up to {newest()}): "
            "update the code, or point DATABASE_URL at another database."
        )
    if found is None and (table := _anothers(connection)):
        raise DatabaseUnusableError(
            f"The database is another program's (it holds a table {table}): point DATABASE_URL at another database."
        )
    return found


def _anothers(connection: sa.Connection) -> str | None:
    """A table of another program; a PostgreSQL database may be shared, but not the names of our tables."""
    tables = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    if connection.dialect.name != "sqlite":
        tables &= models.Base.metadata.tables.keys()
    return min(tables, default=None)


def newest() -> str | None:
    """The newest version."""
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(FOLDER)


def _run(connection: sa.Connection, step: Callable[[Config, str], None], to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    step(config, to)
