"""A PostgreSQL server of a test's own, to be stopped, killed and filled up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import postgres


class OwnPostgres:
    """One server; its files stay when it goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = postgres.initialise(folder)
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
