"""The measured servers: separate processes on this machine, and their cost."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import psycopg

PATIENCE_S = 30
"""Exports of everything may take twenty times that, because they are written before they are sent."""
CONNECTIONS = 4
SCRIPT = Path(__file__).with_name("questions.lua")
# Ours as `counterclaim serve` runs it, the usual way as everybody does, the limit with heads and bodies in one write.
APPS = {
    "ours": ("bench.limit", "ours"),
    "usual": ("uvicorn", "bench.usual:app", "--log-level", "warning", "--no-access-log", "--port"),
    "limit": ("bench.limit", "limit"),
}


@dataclass(frozen=True)
class Sample:
    """The result of one run of wrk."""

    cpu_ms: float
    """Milliseconds per request, of the server's process and of PostgreSQL's."""
    rate: float
    p50_ms: float
    p99_ms: float


def middle(samples: list[Sample]) -> Sample:
    """The median of each number over several rounds."""
    return Sample(*(median(getattr(sample, name) for sample in samples) for name in Sample.__annotations__))


@dataclass(frozen=True)
class Server:
    """A running server; `postmaster` is the parent process of its PostgreSQL server, if it has one."""

    name: str
    root: str
    pid: int
    postmaster: int | None

    def cpu_s(self) -> float:
        """The processor time used so far, including its database's."""
        used = _cpu_s(self.pid)
        return used if self.postmaster is None else used + postgresql_cpu_s(self.postmaster)

    def memory_mb(self, which: str = "RssAnon") -> float:
        """Memory of the server's process: `RssAnon` is its own, `VmHWM` the most that it ever held, files included."""
        return _status(self.pid, which) / 1024

    def get(self, path: str) -> httpx.Response:
        answer = httpx.get(self.root + path, timeout=PATIENCE_S * 20)
        answer.raise_for_status()
        return answer

    def drive(self, questions: Path, seconds: int, connections: int = CONNECTIONS) -> Sample:
        """Send the requests of a file repeatedly, as fast as it responds."""
        before = self.cpu_s()
        command = [*("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), self.root, "--")]
        ran = subprocess.run([*command, str(questions)], check=True, capture_output=True, text=True)  # noqa: S603
        used = self.cpu_s() - before
        found = json.loads(ran.stdout.splitlines()[-1])
        if found["failed"] or not found["requests"]:
            raise RuntimeError(f"{self.name}: {found['failed']} of {found['requests']} requests of {questions} failed")
        rate = found["requests"] / found["seconds"]
        return Sample(1_000 * used / found["requests"], rate, found["p50_ms"], found["p99_ms"])


def used_s(postmaster: int | None) -> float:
    """The processor time of a process, and of PostgreSQL's if its parent is given."""
    return time.process_time() + (0 if postmaster is None else postgresql_cpu_s(postmaster))


def postgresql_cpu_s(postmaster: int) -> float:
    """The processor time of all processes of the server; the parent keeps the sum for those that have ended."""
    ended = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()[13:15]
    return sum(map(_cpu_s, _children(postmaster))) + sum(map(int, ended)) / 100


def _cpu_s(pid: int) -> float:
    """Over all threads, including ended ones, because a pool ends idle threads."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # the number of another process's clock, see clock_getcpuclockid(3)
    except OSError:
        return 0.0


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def postmaster(url: str) -> int:
    """The parent of all processes of a PostgreSQL server on this machine."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        if row is None or not Path(f"/proc/{row[0]}").exists():
            raise SystemExit("PostgreSQL runs on another machine, where its cost cannot be measured.")
        return _status(row[0], "PPid")


@contextmanager
def serving(name: str, url: str, parent: int | None, code: Path | None = None, *settings: str) -> Iterator[Server]:
    """One of the applications on a free port, over a database, by today's code or another.

    It is stopped by its process id at the end.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["env", f"DATABASE_URL={url}", *settings, sys.executable, "-m", *APPS[name], str(port)]
    with subprocess.Popen(command, cwd=code) as process:  # noqa: S603 - our own command line
        try:
            _wait(process, port)
            yield Server(name, f"http://127.0.0.1:{port}", process.pid, parent)
        finally:
            process.terminate()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(PATIENCE_S * 20):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start")


def require_wrk() -> str:
    """The version of wrk."""
    if shutil.which("wrk") is None:
        raise SystemExit("The benchmark needs wrk (https://github.com/wg/wrk): on Debian, apt-get install wrk.")
    said = subprocess.run(["wrk", "-v"], check=False, capture_output=True, text=True)  # noqa: S607
    return said.stdout.split(" [")[0]
