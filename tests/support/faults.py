"""What goes wrong in tests: services that are killed, connections that are cut, disks that are full."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from api.settings import PROJECT
from api.storage.database import engine
from seed.verify import verify
from tests.support.own_postgres import OwnPostgres

PATIENCE_S = 300
"""How long anything may take that ends at all, on a machine with much else to do."""
PIECE = 65_536


def command(url: str, *arguments: str, **settings: Any) -> "subprocess.Popen[str]":
    """A command of ours as a process of its own."""
    given = {f"COUNTERCLAIM_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", *arguments],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url, "PYTHONUNBUFFERED": "1", **given},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if arguments[0] == "serve" else subprocess.STDOUT,
        text=True,
    )


def done(url: str, *arguments: str) -> str:
    """What a command that did its work says."""
    process = command(url, *arguments)
    said, _ = process.communicate(timeout=PATIENCE_S * 4)
    assert process.returncode == 0, said
    return said


MORTAL = """
import os, signal, sys
calls, last = 0, int(sys.argv.pop(1))
def count(_frame, event, _argument):
    global calls
    if event in {"call", "c_call"}:
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
from api.cli import main
sys.setprofile(count)
try:
    main()
finally:
    sys.setprofile(None)
    print(calls)
"""


def died(url: str, last: int, *arguments: str) -> int:
    """Run a command that is killed at its call of a function with this number; 0: never. The number of its calls.

    Calls, because a kill after so many seconds comes too late or too early where the machine has other work.
    """
    running = subprocess.run(
        [sys.executable, "-c", MORTAL, str(last), *arguments],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S * 4,
        check=False,
    )
    assert running.returncode in {0, -signal.SIGKILL}, running.stdout
    return int(running.stdout.splitlines()[-1]) if running.returncode == 0 else last


class Service:
    """`counterclaim serve`, always on the same port, so that it can be started again."""

    def __init__(self, url: str, **settings: Any) -> None:
        """Not started yet."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url, self._settings = url, settings
        self.root = f"http://127.0.0.1:{self._port}"
        self.process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Return once it answers."""
        self.process = command(self.url, "serve", "--port", str(self._port), **self._settings)
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("Counterclaim answers"), "it did not start"

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; its exit code."""
        process, self.process = self.process, None
        assert process is not None
        process.send_signal(how)
        process.communicate(timeout=PATIENCE_S * 2)
        return process.returncode

    def memory_mb(self, which: str = "VmRSS") -> float:
        """Memory that its process holds; `VmHWM`: the most it ever held."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:")) / 1024


@contextmanager
def service(url: str, **settings: Any) -> Iterator[Service]:
    """One that runs, and is gone at the end; it takes as many exports at once as a crowd may ask for."""
    served = Service(url, **{"concurrent_exports": 16} | settings)
    served.start()
    try:
        yield served
    finally:
        if served.process is not None:
            served.stop(signal.SIGKILL)


def sound(url: str) -> None:
    """Nothing in the database is wrong."""
    made = engine(url)
    try:
        assert list(verify(made)) == []
    finally:
        made.dispose()


def settled(server: OwnPostgres) -> None:
    """Return when PostgreSQL answers: as soon as it has recovered by itself, or once more started, if it gave up."""
    time.sleep(0.1)
    for _ in range(PATIENCE_S * 10):
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.url).close()
            return
        if server.pid is not None and os.waitpid(server.pid, os.WNOHANG)[0]:
            server.pid = None
            revive(server)
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL does not answer.")


def revive(server: OwnPostgres) -> None:
    """Start PostgreSQL again, as soon as the processes of the one that was killed have let go of its memory."""
    for _ in range(PATIENCE_S * 10):
        with contextlib.suppress(RuntimeError):
            server.start()
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start again.")


class Proxy:
    """Stands on loopback between a service and PostgreSQL's socket; can cut every connection, or hold back all data."""

    def __init__(self, target: Path) -> None:
        """Lead to a socket."""
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        self._through = True
        self._writers: set[asyncio.StreamWriter] = set()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._server = self._loop.run_until_complete(asyncio.start_server(self._carry, sock=listener))
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def cut(self) -> None:
        """End every connection, and take no other."""
        self._call(self._cut)

    def hold(self) -> None:
        """Keep every connection, and let nothing through."""
        self._call(self._flows.clear)

    def let_through(self) -> None:
        """Stand in nobody's way."""
        self._call(self._let_through)

    def close(self) -> None:
        """End everything."""
        self.cut()
        self.let_through()
        self._call(self._server.close)
        time.sleep(0.1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Callable[[], object]) -> None:
        happened = threading.Event()
        self._loop.call_soon_threadsafe(work)
        self._loop.call_soon_threadsafe(happened.set)
        happened.wait(PATIENCE_S)

    def _cut(self) -> None:
        self._through = False
        for writer in list(self._writers):
            writer.transport.abort()

    def _let_through(self) -> None:
        self._through = True
        self._flows.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._through:
            writer.transport.abort()
            return
        try:
            other_reader, other_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, other_writer}
        await asyncio.gather(self._pump(reader, other_writer), self._pump(other_reader, writer))
        self._writers -= {writer, other_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@contextmanager
def proxy(server: OwnPostgres) -> Iterator[tuple[Proxy, str]]:
    """One before a server, and the address to reach that server through it."""
    made = Proxy(server.folder / ".s.PGSQL.5432")
    try:
        yield made, f"postgresql://postgres@127.0.0.1:{made.port}/postgres"
    finally:
        made.close()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory; tests that want one are skipped where it cannot be made."""
    with TemporaryDirectory(prefix="ccd-") as folder:
        Path(folder).chmod(0o711)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", folder]
        try:
            made = subprocess.run(mount, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount command to make a small file system with")
        if made.returncode:
            pytest.skip(f"no small file system can be made here: {made.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path, left_bytes: int) -> Iterator[None]:
    """A file system on which only so much is left."""
    ballast = folder / "ballast"
    free = os.statvfs(folder)
    size = free.f_bavail * free.f_frsize - left_bytes
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(size, 1))
    try:
        yield
    finally:
        ballast.unlink()
