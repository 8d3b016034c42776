"""A PostgreSQL server of a test's own, to be stopped, killed, frozen and filled up, and others that follow it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import postgres


class OwnPostgres:
    """One server; its files stay when it goes."""

    def __init__(self, folder: Path, programs: Path | None = None) -> None:
        """Make its files; with the programs of another server nothing yet, for it is to follow that."""
        self.folder = folder
        self.programs = programs or postgres.initialise(folder)
        self.pid: int | None = None
        self.url = postgres.address(folder)

    def start(self, *settings: str) -> None:
        """Start it, and return when it answers."""
        self.pid = postgres.launch(self.folder, self.programs, ("fsync=off", "max_connections=60", *settings))

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every connection first, SIGKILL asks nobody."""
        if self.pid is not None:
            pid, self.pid = self.pid, None
            postgres.stop(pid, how)

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to it and to all its processes, as when the whole machine is gone."""
        assert self.pid is not None
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in (self.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, which)
        if which is signal.SIGKILL:
            os.waitpid(self.pid, 0)
            self.pid = None

    def another(self, name: str) -> "OwnPostgres":
        """A server with the same programs, beside it, whose files are not made yet."""
        place = self.folder.parent / name
        place.mkdir()
        shutil.chown(place, postgres.account() or os.geteuid())
        place.chmod(0o700)
        return OwnPostgres(place, self.programs)

    def follow(self, other: "OwnPostgres") -> None:
        """Begin anew as a copy of another server that runs, and follow it."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.run(
            "pg_basebackup", "-D", str(self.folder / "data"), "-R", "--checkpoint=fast", "--no-sync", "-d", other.url
        )
        self.start("hot_standby_feedback=on", "wal_receiver_status_interval=1")

    def rejoin(self, other: "OwnPostgres") -> None:
        """Give up what it alone had when it was killed, and follow the server that took its place."""
        self.run("pg_rewind", "-D", str(self.folder / "data"), "--source-server", other.url, "-R", "--no-sync")
        self.start("hot_standby_feedback=on", "wal_receiver_status_interval=1")

    def promote(self) -> None:
        """Take writes from now on."""
        self.run("pg_ctl", "promote", "-D", str(self.folder / "data"), "--wait")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs under the account of the server."""
        subprocess.run(
            [self.programs / program, *arguments], user=postgres.account(), check=True, capture_output=True, cwd="/"
        )


@contextmanager
def followed(standbys: int = 1) -> Iterator[list[OwnPostgres]]:
    """A primary and servers that follow it."""
    with own_postgres() as primary:
        servers = [primary]
        try:
            for number in range(standbys):
                servers.append(primary.another(f"standby{number}"))
                servers[-1].follow(primary)
            yield servers
        finally:
            for server in servers[1:]:
                if server.pid is not None:
                    server.signal(signal.SIGCONT)
                server.stop()


def together(servers: Sequence[OwnPostgres]) -> str:
    """The address of all of them."""
    return f"postgresql://postgres@/postgres?host={','.join(str(server.folder) for server in servers)}"


@contextmanager
def own_postgres(folder: Path | None = None) -> Iterator[OwnPostgres]:
    """A server that runs; in a short path, for its socket's sake."""
    with TemporaryDirectory(prefix="ccp-", dir=folder) as made:
        Path(made).chmod(0o711)
        place = Path(made) / "server"
        place.mkdir()
        server = OwnPostgres(place)
        server.start()
        try:
            yield server
        finally:
            server.stop()
