"""Temporary folders: what a killed command left is deleted, and nothing else."""

import fcntl
import os
from pathlib import Path

import pytest

from seed.temporary import temporary_folder


def test_what_a_killed_command_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    other = tmp_path / "other"
    for folder in (".all.zip.killed00.part", ".all.zip.in-use00.part", ".all.zip.d", ".small.zip.killed00.part"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "half").write_bytes(b"half")
    other.mkdir()
    (other / "kept").write_bytes(b"kept")
    (tmp_path / ".all.zip.link0000.part").symlink_to(other)
    (tmp_path / ".all.zip.file0000.part").write_bytes(b"kept")
    lock = os.open(tmp_path / ".all.zip.in-use00.part", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with temporary_folder(".all.zip", tmp_path) as made:
        (made / "new").write_bytes(b"new")
        with temporary_folder(".all.zip", tmp_path) as another:
            assert another != made
        assert (made / "new").exists()
    os.close(lock)
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        ".all.zip.d",
        ".all.zip.file0000.part",
        ".all.zip.in-use00.part",
        ".all.zip.link0000.part",
        ".small.zip.killed00.part",
        "other",
    ]
    assert (other / "kept").exists()


def test_a_folder_is_deleted_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), temporary_folder("work", tmp_path) as made:
        (made / "half").write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_another_command_took_for_left_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its making and its lock."""
    taken: list[Path] = []
    lock = fcntl.flock

    def late(file: int, how: int) -> None:
        if not taken:
            (folder,) = tmp_path.iterdir()
            folder.rmdir()
            taken.append(folder)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with temporary_folder("work", tmp_path) as made:
        assert made.is_dir()
        assert taken != [made]
