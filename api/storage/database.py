"""Database addresses, engines for loads and migrations, and errors in one line."""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE = "sqlite"
POSTGRESQL = "postgresql+psycopg"
CONNECT_TIMEOUT_S, HOST_TIMEOUT_S = 5, 2
"""Seconds to wait for a connection to the only server, and to each of several."""
CANCEL_SECONDS = 2
READING, HOW_LONG = "target_session_attrs", "connect_timeout"
WHICH_TO_READ = ("prefer-standby", "any", "primary", "read-write", "standby", "read-only")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
MOST_PORT = 65_535
_TO_ALL = ("sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile", "options")
PARAMETERS = ("host", "port", READING, HOW_LONG, *_TO_ALL)
"""The parameters a PostgreSQL address may have: those that both drivers accept with the same meaning."""
SEVERAL = ("host", "port")
"""Those of them that may be there several times."""
REFUSED_WRITES = ("25006", "42501")
"""PostgreSQL's error codes for a write to a standby, and for one that the role may not do."""
CORRUPTED = ("XX001", "XX002")
"""PostgreSQL's error codes for a table or an index that cannot be read."""
_SEVERAL = re.compile(r"(?P<head>[^/]*//(?:[^@/?]*@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<rest>.*)", re.DOTALL)
_ONE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(?P<port>\d*))?")
BUSY_TIMEOUT_MS = 5_000
EMPTYING_MS = 500
"""Milliseconds that a load waits at its end for reads which still need the log."""
PRAGMAS = (
    f"busy_timeout = {BUSY_TIMEOUT_MS}",  # first, because the others may have to wait
    "page_size = 8192",  # of a new database; in pages of 4 kB, documents of claims leave a sixth of the space unused
    "foreign_keys = ON",
    "synchronous = FULL",
    "secure_delete = OFF",  # on in some builds, where it doubles what a change writes
    "cache_size = -16384",  # kibibytes; with SQLite's default of 2,000 a load reads and writes pages repeatedly
)


class DatabaseUnusableError(Exception):
    """A database cannot be used; the message says why in one line and hides the password."""


def address(url: str) -> sa.URL:
    """Parse the address of an SQLite file (a path or `sqlite:///path`) or of a PostgreSQL database."""
    if "://" not in url:
        return _of_file(url)
    try:
        parsed = sa.make_url(_hosts_apart(url))
    except (exc.ArgumentError, ValueError):
        raise DatabaseUnusableError("DATABASE_URL is neither a path nor postgresql://user@host/database.") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database:
            return _of_file(parsed.database)
        case "postgresql" | "postgres":
            _understood(parsed.normalized_query)
            _usable_ports(parsed)
            _usable_hosts(parsed)
            return parsed.set(drivername=POSTGRESQL)
        case name:
            raise DatabaseUnusableError(f"DATABASE_URL wants an SQLite file or postgresql://…, not {name}.")


def _of_file(path: str) -> sa.URL:
    """The address of an SQLite file; what SQLite itself does not take for the name of a file is refused."""
    if path == ":memory:" or path.startswith("file:"):
        raise DatabaseUnusableError(f"DATABASE_URL wants the path of an SQLite file or postgresql://…, not {path}.")
    return sa.URL.create(SQLITE, database=path)


def _hosts_apart(url: str) -> str:
    """Rewrite several hosts from the syntax of PostgreSQL's clients to that of SQLAlchemy."""
    several = _SEVERAL.fullmatch(url)
    if several is None:
        return url
    found = [_ONE.fullmatch(one) for one in several["hosts"].split(",")]
    if None in found:
        raise ValueError(several["hosts"])
    names = ",".join(one["host"].strip("[]") for one in found if one)
    ports = ",".join(one["port"] or "" for one in found if one)
    rest = several["rest"] + ("&" if "?" in several["rest"] else "?")
    return f"{several['head']}{'' if several['rest'][:1] == '/' else '/'}{rest}host={names}&port={ports}"


def _understood(query: Mapping[str, Sequence[str]]) -> None:
    """Refuse parameters that a driver rejects or that the drivers understand differently."""
    for name, values in query.items():
        if name not in PARAMETERS:
            odd = name or "a parameter without a name"
            raise DatabaseUnusableError(f"DATABASE_URL has {odd}, and may have {', '.join(PARAMETERS)}.")
        if len(values) > 1 and name not in SEVERAL:
            raise DatabaseUnusableError(f"DATABASE_URL has {name} {len(values)} times, which can be there once.")
        if name == READING and values[-1] not in WHICH_TO_READ:
            raise DatabaseUnusableError(f"DATABASE_URL has {name}={values[-1]}: one of {', '.join(WHICH_TO_READ)}.")
        if name == "sslmode" and values[-1] not in SSL_MODES:
            raise DatabaseUnusableError(f"DATABASE_URL has {name}={values[-1]}: one of {', '.join(SSL_MODES)}.")
        if name == HOW_LONG and not re.fullmatch(r"[1-9]\d{0,3}", values[-1]):
            raise DatabaseUnusableError(f"DATABASE_URL has {name}={values[-1]}: whole seconds, 1 to 9999.")


def _usable_ports(parsed: sa.URL) -> None:
    """Refuse ports that do not exist, for the drivers take 0 for the usual one; an empty one is the usual one."""
    named = [port for part in parsed.normalized_query.get("port", ()) for port in part.split(",") if port]
    for port in named if parsed.port is None else [str(parsed.port), *named]:
        if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= MOST_PORT:
            raise DatabaseUnusableError(f"DATABASE_URL has the port {port}: 1 to {MOST_PORT}.")


def _usable_hosts(parsed: sa.URL) -> None:
    """Refuse names that no host can have, for the drivers end with a defect (RFC 1035, section 2.3.4)."""
    named = [host for part in parsed.normalized_query.get("host", ()) for host in part.split(",")]
    for host in (*named, parsed.host or ""):
        try:
            if not host.startswith("/"):
                host.encode("idna")
        except UnicodeError:
            raise DatabaseUnusableError(f"DATABASE_URL has the host {host}, a name that no host can have.") from None


def is_sqlite(url: str) -> bool:
    return address(url).drivername == SQLITE


def sqlite_file(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(address(url).database or "")


def is_there(file: Path) -> bool:
    """Whether a database or a backup exists. Raises DatabaseUnusableError if its name or folder forbids an answer."""
    try:
        return file.exists()
    except OSError as error:
        raise DatabaseUnusableError(f"{file} cannot be used: {error.strerror}.") from None


class Servers(NamedTuple):
    """The PostgreSQL servers in an address, each with its own address, and which of them to read."""

    addresses: tuple[sa.URL, ...]
    reading: str
    connect_s: int


def servers(url: str) -> Servers:
    """The servers that an address names, in the same order."""
    where = address(url)
    query = {name: ",".join(values) for name, values in where.normalized_query.items()}
    names = query.get("host", where.host or "").split(",")
    ports = query.get("port", str(where.port or "")).split(",")
    if len(ports) == 1:
        ports *= len(names)
    if len(ports) != len(names) or not all(port.isdecimal() or not port for port in ports):
        raise DatabaseUnusableError("DATABASE_URL names one port, one for each host, or none.")
    said = {name: query[name] for name in _TO_ALL if name in query}
    bare = where.set(drivername="postgresql", host=None, port=None, query=said)
    return Servers(
        tuple(_server(bare, name, port) for name, port in zip(names, ports, strict=True)),
        query.get(READING, WHICH_TO_READ[0]),
        int(query.get(HOW_LONG, HOST_TIMEOUT_S if len(names) > 1 else CONNECT_TIMEOUT_S)),
    )


def _server(bare: sa.URL, name: str, port: str) -> sa.URL:
    """The address of one server, given by host name or by the folder of its socket."""
    if name.startswith("/"):
        return bare.update_query_dict({"host": name, **({"port": port} if port else {})})
    if one := _ONE.fullmatch(name):
        name, port = one["host"].strip("[]"), one["port"] or port
    return bare.set(host=name or None, port=int(port) if port else None)


def dsn(server: sa.URL) -> str:
    """The address of one server in the syntax of PostgreSQL's clients, which knows one way to write a space."""
    head, mark, query = server.render_as_string(hide_password=False).partition("?")
    return f"{head.replace(' ', '%20')}{mark}{query.replace('+', '%20')}"


def _primary(url: str) -> sa.URL:
    """The one server that accepts writes. Raises DatabaseUnusableError if none or several do."""
    import psycopg  # noqa: PLC0415 - SQLite has no need of it

    found, why = [], []
    named = servers(url)
    for server in named.addresses:
        try:
            psycopg.connect(dsn(server), connect_timeout=named.connect_s, target_session_attrs="read-write").close()
        except psycopg.OperationalError as error:
            why.append(_reason(error).rstrip("."))
        else:
            found.append(server)
    if len(found) > 1:
        both = " and ".join(server.render_as_string() for server in found)
        raise DatabaseUnusableError(f"Of the hosts in DATABASE_URL one takes writes, but {both} do: stop the old one.")
    if not found:
        raise DatabaseUnusableError(f"No host in DATABASE_URL takes writes: {'; '.join(why)}.")
    return found[0]


def engine(url: str) -> sa.Engine:
    """An engine for loads and migrations; its transactions may write unless they begin with `read_only=True`."""
    if not is_sqlite(url):
        named = servers(url)
        server = named.addresses[0] if len(named.addresses) == 1 else _primary(url)
        return _of_server(server, named.connect_s)
    folder = sqlite_file(url).parent
    is_there(sqlite_file(url))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusableError(f"Cannot make the folder {folder}: {error.strerror}.") from None
    made = sa.create_engine(address(url))
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def viewer(url: str) -> sa.Engine:
    """A read-only engine: the file and its folder need not be writable, and nothing is created."""
    if not is_sqlite(url):
        return _of_server(_any(servers(url)), servers(url).connect_s)
    name = f"{sqlite_file(url).absolute().as_uri()}?mode=ro"
    return sa.create_engine(address(url), creator=lambda: sqlite3.connect(name, uri=True))


def _any(named: Servers) -> sa.URL:
    """The first server that answers, or the last one if none does."""
    import psycopg  # noqa: PLC0415 - SQLite has no need of it

    for server in named.addresses[:-1]:
        with suppress(psycopg.OperationalError):
            psycopg.connect(dsn(server), connect_timeout=named.connect_s).close()
            return server
    return named.addresses[-1]


def _of_server(server: sa.URL, connect_s: int) -> sa.Engine:
    where = server.set(drivername=POSTGRESQL)
    made = sa.create_engine(where, pool_pre_ping=True, connect_args={"connect_timeout": connect_s})
    event.listen(made, "connect", _hear)
    made.dialect.do_rollback = _roll_back  # type: ignore[assignment, method-assign] # SQLAlchemy has no event in its place
    return made


def _roll_back(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's pooled connection
    """Roll back, or end a connection on which Ctrl-C left a statement running: no other can be sent on it."""
    import psycopg  # noqa: PLC0415 - SQLite has no need of it

    driver = connection.driver_connection
    if driver.closed:  # the server has rolled back by itself
        return
    if driver.info.transaction_status.name != "ACTIVE":
        driver.rollback()
        return
    with suppress(psycopg.Error):  # whatever hinders it: without a connection the server rolls back
        driver.cancel_safe(timeout=CANCEL_SECONDS)
    driver.close()


_unsure: list[str] = []
"""Warnings about commits that stopped waiting for a standby; the server treats these as committed."""


def _hear(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Collect PostgreSQL's warnings: the driver reports such a commit as an ordinary one."""

    def hear(said: Any) -> None:  # noqa: ANN401 - the driver's diagnostics
        if said.source_function == "SyncRepWaitForLSN":  # the message itself is in the server's language
            _unsure.append(str(said.message_primary))

    connection.add_notice_handler(hear)


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Disable the driver's own BEGIN: sqlite3 begins late, and commits before each CREATE TABLE."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch to WAL, so that reads go on during writes; SQLite refuses two simultaneous switches without waiting."""
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
    """Take the write lock at the start, because a transaction that began as a read cannot wait for it later."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def empty_log(connection: sa.Connection) -> None:
    """Write what was committed from SQLite's log into the file itself, unless a long read still needs the log.

    If a backup is moved in the place of a served file whose log has content, SQLite applies that log to the backup.
    """
    if connection.dialect.name == SQLITE:
        cursor = connection.connection.cursor()
        with suppress(sqlite3.OperationalError):  # everything is committed, whatever hinders this
            cursor.execute(f"PRAGMA busy_timeout = {EMPTYING_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn driver errors into one line on why the database cannot be reached, opened or written to."""
    _unsure.clear()
    try:
        yield
        if _unsure:
            raise DatabaseUnusableError(
                f"Done, but no standby is known to have it, so that it may be lost: {_unsure[0]}."
            )
    except exc.DatabaseError as error:
        told = getattr(error.orig, "sqlstate", None) in {*REFUSED_WRITES, *CORRUPTED}
        if type(error) not in (exc.DatabaseError, exc.OperationalError) and not told:
            raise  # a defect of ours
        raise _unusable(url, error.orig) from error
    except _of_the_driver(url) as error:  # loads use the driver directly
        raise _unusable(url, error) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_beyond_reading(error):
            raise
        raise _unusable(url, error) from error


def _of_the_driver(url: str) -> type[Exception] | tuple[type[Exception], ...]:
    """The exceptions a driver raises when the database fails, as opposed to a wrong statement."""
    if is_sqlite(url):
        return sqlite3.OperationalError
    from psycopg import OperationalError, errors  # noqa: PLC0415 - SQLite has no need of it

    return OperationalError, *map(errors.lookup, (*REFUSED_WRITES, *CORRUPTED))


def is_beyond_reading(error: BaseException) -> bool:
    """Whether an error means that the SQLite file or a PostgreSQL page is damaged or holds invalid UTF-8."""
    if isinstance(error, UnicodeDecodeError):  # in SQLite's message about its schema
        return True
    if getattr(error, "sqlstate", None) in CORRUPTED:
        return True
    corrupt = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    if isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in corrupt:
        return True
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode")


def _unusable(url: str, error: BaseException | None) -> DatabaseUnusableError:
    if is_sqlite(url) and sqlite_file(url).is_dir():
        return DatabaseUnusableError(f"Cannot use the database {sqlite_file(url)}: it is a folder, not a file.")
    return DatabaseUnusableError(f"Cannot use the database {address(url).render_as_string()}: {_reason(error)}")


def _reason(error: BaseException | None) -> str:
    """The first line of the driver's message; psycopg repeats the message for each address."""
    said = str(error).partition("\n")[0]
    if said.startswith("unable to open"):
        return "the file cannot be opened, or its folder cannot be written to."
    if said.startswith("attempt to write a readonly"):
        return "it cannot be written to."
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return "its disk has no room for what readers share; free some, or serve what `counterclaim backup` made."
    if "not a database" in said:
        return f"{said}: name another, or if it was one, move it away and restore a backup (`counterclaim restore`)."
    if error is not None and is_beyond_reading(error):
        command = "pg_restore" if hasattr(error, "sqlstate") else "counterclaim restore"
        return f"{said}: it is damaged. Restore a backup (`{command}`), or load the data into a new database."
    return said.removeprefix("connection failed: ") + "."
