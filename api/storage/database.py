"""Where the data lies: the address of a database, and engines for those who write to it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE = "sqlite"
POSTGRESQL = "postgresql+psycopg"
CONNECT_TIMEOUT_S = 5
BUSY_TIMEOUT_MS = 5_000
PRAGMAS = (
    f"busy_timeout = {BUSY_TIMEOUT_MS}",  # first, for the others may have to wait
    "foreign_keys = ON",
    "synchronous = FULL",
    "secure_delete = OFF",  # which some builds have on, and doubles what a change writes
    "cache_size = -16384",  # kibibytes; with SQLite's own 2,000 a load reads and writes the same pages again and again
)


class DatabaseUnusableError(Exception):
    """A database cannot be used; the message is one line that says why, without its password."""


def address(url: str) -> sa.URL:
    """The address of an SQLite file (a path or `sqlite:///path`) or of a PostgreSQL database."""
    if "://" not in url:
        return sa.URL.create(SQLITE, database=url)
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise DatabaseUnusableError("DATABASE_URL is neither a path nor postgresql://user@host/database.") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return sa.URL.create(SQLITE, database=parsed.database)
        case "postgresql" | "postgres":
            return parsed.set(drivername=POSTGRESQL)
        case name:
            raise DatabaseUnusableError(f"DATABASE_URL wants an SQLite file or postgresql://…, not {name}.")


def is_sqlite(url: str) -> bool:
    return address(url).drivername == SQLITE


def sqlite_file(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(address(url).database or "")


def postgresql_dsn(url: str) -> str:
    """The address as PostgreSQL's own clients write it."""
    return address(url).set(drivername="postgresql").render_as_string(hide_password=False)


def engine(url: str) -> sa.Engine:
    """For loads and migrations: every transaction of it may write, unless it begins with `read_only=True`."""
    where = address(url)
    if where.drivername == POSTGRESQL:
        return sa.create_engine(where, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    folder = sqlite_file(url).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusableError(f"Cannot make the folder {folder}: {error.strerror}.") from None
    made = sa.create_engine(where)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def viewer(url: str) -> sa.Engine:
    """For looking only: neither the file nor its folder has to be writable, and nothing is made."""
    where = address(url)
    if where.drivername == POSTGRESQL:
        return engine(url)
    name = f"{sqlite_file(url).absolute().as_uri()}?mode=ro"
    return sa.create_engine(where, creator=lambda: sqlite3.connect(name, uri=True))


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Leave BEGIN to us: Python's sqlite3 would begin late, and commit before each CREATE TABLE."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Let readers read while somebody writes; two who say so first, at once, are refused without being made to wait."""
    give_up = time.monotonic() + BUSY_TIMEOUT_MS / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes the lock at once: one that began by reading could not wait for it later."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Say in one line why the database cannot be reached, opened or written to."""
    try:
        yield
    except exc.DatabaseError as error:
        if type(error) not in (exc.DatabaseError, exc.OperationalError):
            raise  # a mistake of ours
        raise _unusable(url, error.orig) from error
    except _of_the_driver(url) as error:  # a load speaks to it past SQLAlchemy
        raise _unusable(url, error) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_beyond_reading(error):
            raise
        raise _unusable(url, error) from error


def _of_the_driver(url: str) -> type[Exception]:
    """What a driver raises when the database fails, not when it is asked wrongly."""
    if is_sqlite(url):
        return sqlite3.OperationalError
    from psycopg import OperationalError  # noqa: PLC0415 - SQLite has no need of it

    return OperationalError


def is_beyond_reading(error: BaseException) -> bool:
    """Whether it says that SQLite's file is damaged, or holds texts that are none."""
    if isinstance(error, UnicodeDecodeError):  # what SQLite says of its schema is no text either
        return True
    corrupt = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    if isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in corrupt:
        return True
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode")


def _unusable(url: str, error: BaseException | None) -> DatabaseUnusableError:
    return DatabaseUnusableError(f"Cannot use the database {address(url).render_as_string()}: {_reason(error)}")


def _reason(error: BaseException | None) -> str:
    """What the driver says, in its first line: psycopg repeats it for each address it tried."""
    said = str(error).partition("\n")[0]
    if said.startswith("unable to open"):
        return "the file cannot be opened, or its folder cannot be written to."
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return "its disk has no room for what readers share; free some, or serve what `counterclaim backup` made."
    if error is not None and is_beyond_reading(error) and "not a database" not in said:
        mended = "Put a backup back (`counterclaim restore`), or load the data into a new database."
        return f"{said}: it is damaged. {mended}"
    return said.removeprefix("connection failed: ") + "."
