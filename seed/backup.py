"""`counterclaim backup` and `restore`: an SQLite database as one file, saved and restored while it is being served."""

import fcntl
import glob
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

import sqlalchemy as sa

from api import models
from api.domain.vocabulary import RevisionAction
from api.index.history import KINDS, History, Why
from api.storage.bulk import Store
from api.storage.database import BUSY_TIMEOUT_MS, DatabaseUnusableError, is_sqlite, is_there, sqlite_file
from migrations import newest, require_current
from seed import verify
from seed.load import NO_QUEUE
from seed.queue import Queue, file_turn
from seed.refusals import unread

LOG = tuple(
    model.__tablename__
    for model in (models.Revision, models.Change, models.PastVersion, models.Release, models.ReleasePart)
)
CHUNK = 1_000
PART = ".part"
ELSEWHERE = (
    "A PostgreSQL database is saved and put back by its own programs, pg_dump and pg_restore: "
    "README.md says how, under PostgreSQL."
)


def backup(url: str, target: Path, *, force: bool = False) -> str:
    """Save one state of the database, verified, or nothing. Returns a one-line summary."""
    source = _file(url)
    require_current(url)
    taken = is_there(target)
    if target.is_dir():
        raise DatabaseUnusableError(f"{target} is a folder: name a file.")
    if taken and not force:
        raise DatabaseUnusableError(f"{target} exists already: choose another name, or --force to replace it.")
    if taken and target.samefile(source):
        raise DatabaseUnusableError(f"{target} is the database itself.")
    with _explained(target), _beside(target) as made:
        with closing(_reading(source)) as read, closing(sqlite3.connect(made)) as written:
            read.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
            _whole(written, target)
            _sound(written, source, hashed=False)
            number = _revision(written)
        mark = _sha256(made)
        _hash_file(target).unlink(missing_ok=True)
        _keep(made, target)
        _hash_file(target).write_text(f"{mark}  {target.name}\n")
    return f"{target} holds revision {number or 0} of the data, {target.stat().st_size:,} bytes."


def restore(url: str, source: Path, *, force: bool = False, queue: Queue = NO_QUEUE) -> str:
    """Restore a backup, all or nothing, when no load is running. Returns a one-line summary."""
    target = _file(url)
    if not is_there(source) or source.is_dir():
        missing = IsADirectoryError() if source.is_dir() else FileNotFoundError()
        raise DatabaseUnusableError(f"{source}: {unread(source, missing)}")
    if not source.is_file():
        raise DatabaseUnusableError(f"{source} is a device or a pipe: name a file.")
    with file_turn(target, queue._replace(doing="restore")) if is_there(target) else nullcontext():
        return _restored(target, source, force=force)


def _restored(target: Path, source: Path, *, force: bool) -> str:
    held = _held(target)
    if held is not None and not force:
        raise DatabaseUnusableError(f"{target} contains data that would be lost: --force replaces it.")
    if target.exists() and source.exists() and target.samefile(source):
        raise DatabaseUnusableError(f"{source} is the database itself.")
    with _explained(source), _beside(target) as made:
        hashed = _as_saved(source)
        with closing(_reading(source)) as read, closing(sqlite3.connect(made)) as written:
            _ours(read, source)
            read.backup(written)
            _whole(written, source)
            _sound(written, source, hashed=hashed)
            if held:
                _continue(written, target)
            number = _revision(written)
        if target.exists():
            _replace(made, target)
        else:
            _keep(made, target)
    served = "; a server that runs shows it from its next answer on" if held else ""
    return f"{target} holds what {source} does, as revision {number or 0} of the data{served}."


def _hash_file(file: Path) -> Path:
    """The file with the SHA-256 of a backup, in the format of `sha256sum`."""
    return file.with_name(f"{file.name}.sha256")


def _sha256(file: Path) -> str:
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def _as_saved(file: Path) -> bool:
    """Whether a backup has the hash in its hash file; False without such a file. Refuses a different hash."""
    if not file.is_file() or not _hash_file(file).is_file():
        return False
    said = _hash_file(file).read_text(errors="replace").partition(" ")[0]
    if said != _sha256(file):
        raise DatabaseUnusableError(f"{file} is damaged: it does not have the SHA-256 in {_hash_file(file)}.")
    return True


def _file(url: str) -> Path:
    if not is_sqlite(url):
        raise DatabaseUnusableError(ELSEWHERE)
    return sqlite_file(url)


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Turn errors of reading and writing into one line."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusableError(f"{file} cannot be used: {error}.") from error
    except UnicodeDecodeError as error:
        raise DatabaseUnusableError(f"{file} cannot be used: its schema is damaged.") from error
    except OSError as error:
        raise DatabaseUnusableError(f"{error.filename or file} cannot be used: {error.strerror}.") from error


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A temporary file in the target's folder, deleted at the end unless it was renamed."""
    folder = target.absolute().parent
    _tidy(folder, target.name)
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=PART, dir=folder)
    except OSError as error:
        raise DatabaseUnusableError(f"Cannot write to the folder {folder}: {error.strerror}.") from error
    fcntl.flock(number, fcntl.LOCK_EX)
    try:
        yield Path(name)
    finally:
        _delete(name)
        os.close(number)


def _tidy(folder: Path, name: str) -> None:
    """Delete the temporary files of commands that were killed: those that nobody holds a lock on."""
    for file in folder.glob(f".{glob.escape(name)}.*{PART}"):
        with suppress(OSError), file.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _delete(str(file))


def _delete(name: str) -> None:
    for left in ("", "-journal", "-wal", "-shm"):  # SQLite leaves these if it could not close the file
        Path(f"{name}{left}").unlink(missing_ok=True)


def _keep(made: Path, target: Path) -> None:
    """Sync the file to disk, then rename it to the target."""
    made.chmod(0o644)
    with made.open("rb") as written:
        os.fsync(written.fileno())
    made.replace(target)
    folder = os.open(target.absolute().parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _whole(database: sqlite3.Connection, file: Path) -> None:
    found = [row[0] for row in database.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise DatabaseUnusableError(f"{file} is damaged: {' '.join(str(found[0]).split())}.")


def _ours(database: sqlite3.Connection, file: Path) -> None:
    """Refuse a file that is not a Counterclaim database of this version."""
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not {"alembic_version", *models.Base.metadata.tables} <= tables:
        raise DatabaseUnusableError(f"{file} is not a backup of Counterclaim: its tables are missing.")
    version = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if version != (newest(),):
        found = version[0] if version else "none"
        raise DatabaseUnusableError(
            f"{file} is of another version of Counterclaim (its tables are of version {found}, this code's of "
            f"{newest()}): restore it with that version, then run `counterclaim migrate` with this one."
        )


def _revision(database: sqlite3.Connection) -> int | None:
    number: int | None = database.execute("SELECT max(number) FROM revision").fetchone()[0]
    return number


def _held(target: Path) -> int | None:
    """The revision of the existing data (0 if unknown), or None if there is nothing to lose."""
    if not target.exists():
        return None
    try:
        with closing(_reading(target)) as database:
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            return _revision(database) if set(LOG) <= tables else (0 if tables else None)
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusableError(f"{target} cannot be used: {error}; move it away first.") from error


@contextmanager
def _store(database: sqlite3.Connection) -> Iterator[Store]:
    """The database for bulk reads and writes, committed at the end."""
    made = sa.create_engine("sqlite://", creator=lambda: database, poolclass=sa.StaticPool)
    with made.connect() as connection:
        yield Store(connection)
        database.commit()  # directly, because SQLAlchemy does not know about these writes


def _sound(database: sqlite3.Connection, file: Path, *, hashed: bool) -> None:
    """Refuse damaged data: verify the history and everything served, and without a hash file also the facts."""
    with _store(database) as store:
        found = next(verify.findings(store, everything=not hashed), None)
    if found is not None:
        raise DatabaseUnusableError(f"{file} is damaged: {found}")


def _continue(database: sqlite3.Connection, target: Path) -> None:
    """Continue the history of the replaced database: the differences in the backup become one more revision."""
    database.execute("ATTACH ? AS held", (str(target),))
    with _store(database) as store:
        for table in LOG:
            store.run(f"DELETE FROM main.{table}")
            store.run(f"INSERT INTO main.{table} SELECT * FROM held.{table}")
        history = History(store, "held.{kind}_document")
        for kind in KINDS:
            for ids in _all(store, f"main.{kind}_document", f"held.{kind}_document"):
                bodies: dict[str, str] = dict(
                    store.rows(f"SELECT id, body FROM main.{kind}_document WHERE id {{ids}}", ids)
                )
                history.replace(kind, ids, bodies, empty=False)
        history.close(Why(RevisionAction.RESTORE, store.column("SELECT id FROM main.dataset ORDER BY id")))
    database.execute("DETACH held")


def _all(store: Store, one: str, other: str) -> Iterator[list[str]]:
    """The ids of two tables, in chunks."""
    after = ""
    each = "SELECT id FROM {} WHERE id > ?"
    statement = f"{each.format(one)} UNION {each.format(other)} ORDER BY 1 LIMIT ?"
    while ids := store.column(statement, after, after, CHUNK):
        yield ids
        after = ids[-1]


def _replace(made: Path, target: Path) -> None:
    """Write one database over another in one transaction, so that readers see the old one until it is complete."""
    with closing(sqlite3.connect(target, timeout=BUSY_TIMEOUT_MS / 1_000, isolation_level=None)) as written:
        written.execute("BEGIN IMMEDIATE")  # the copy itself would wait for a running load without a limit
        written.execute("ROLLBACK")
        with closing(_reading(made)) as read:
            read.backup(written)
        written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
