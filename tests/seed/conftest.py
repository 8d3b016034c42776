"""A database for commands that read where it is from the environment."""

from pathlib import Path

import pytest

from migrations import migrate


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An SQLite file without data, named by DATABASE_URL."""
    path = tmp_path / "kept.db"
    migrate(str(path))
    monkeypatch.setenv("DATABASE_URL", str(path))
    return path
