"""Temporary folders of commands. What a killed command left is deleted by the next one of its kind."""

import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENDING = ".part"


@contextmanager
def temporary_folder(name: str, within: Path | None = None) -> Iterator[Path]:
    """A new folder in that one, or in the system's for temporary files, deleted at the end.

    The name begins like this. Folders with such names that no process holds a lock on are deleted first.
    """
    where = Path(tempfile.gettempdir()) if within is None else within
    for left in where.glob(f"{glob.escape(name)}.*{ENDING}"):
        with suppress(OSError):
            _delete_if_left(left)
    made, lock = _locked(name, where)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def _locked(name: str, where: Path) -> tuple[Path, int]:
    """A new folder and the lock that tells others that it is in use."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=f"{name}.", suffix=ENDING, dir=where))
        lock = os.open(made, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():  # else another command deleted it before it was locked
            return made, lock
        os.close(lock)


def _delete_if_left(folder: Path) -> None:
    """Delete a folder of ours that is not locked."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_uid == os.geteuid():
            shutil.rmtree(folder)
    finally:
        os.close(lock)
