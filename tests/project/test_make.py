"""`make` finds a Python that will do, or says in one line that there is none; the rest of it runs in CI."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.settings import PROJECT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile and an old Python, which knows nothing but its version."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    programs = tmp_path / "programs"
    programs.mkdir()
    old = programs / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.13 || exit 1\n')
    old.chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    program = shutil.which("make")
    assert program is not None
    return subprocess.run(
        [program, "--no-print-directory", *arguments],
        cwd=folder,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("python", "found"), [("programs/python3", "Python 3.10.13"), ("/nowhere", "none")])
def test_an_old_python_is_one_line(folder: Path, python: str, found: str) -> None:
    made = make(folder, f"PYTHON={python}", "up")
    complaint, *rest = made.stderr.splitlines()
    assert made.returncode == 2
    assert made.stdout == ""
    assert complaint == (
        f"Counterclaim needs Python 3.11 or newer and found {found}: name one with make PYTHON=/path/to/python3.11 …"
    )
    assert len(rest) == 1  # make's own word that it stopped
    assert not (folder / ".venv").exists()


def test_a_newer_python_is_found_behind_an_old_one(folder: Path) -> None:
    newer = folder / "programs" / "python3.13"
    newer.write_text("#!/bin/sh\necho /found/python3.13\n")
    newer.chmod(0o755)
    made = make(folder, "--dry-run", ".venv/made", path=str(folder / "programs"))
    assert made.returncode == 0, made.stderr
    assert "/found/python3.13 -m venv .venv" in made.stdout


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_each_documented_target_has_a_line_of_its_own(name: str) -> None:
    targets = set(re.findall(r"^\.PHONY: (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)[0].split())
    lines = re.findall(r"^    (make .*)$", (PROJECT / name).read_text(), re.MULTILINE)
    assert lines
    for line in lines:
        command, comment = re.fullmatch(r"make (\S+) +# (.+)", line).groups()  # type: ignore[union-attr]
        assert command in targets
        assert set(re.findall(r"(?<!`)make (\S+)", comment)) & targets == set()
