"""Names that are no file: empty, too long, in a circle, no text, or a device; each is refused in one line."""

import sys
from pathlib import Path

import pytest

from api import __main__ as command
from tests.support.commands import said
from tests.support.databases import LYSYCHANSK


@pytest.mark.parametrize(
    "command", [("restore",), ("restore", "--force"), ("backup",), ("export",), ("export", "--as=ftm")]
)
def test_a_file_that_no_system_can_name_is_said_in_one_sentence(
    database: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert database.exists()
    code, lines = said(capsys, *command, "x" * 300)
    assert (code, len(lines), lines[0].endswith(": File name too long.")) == (1, 1, True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("x" * 300, f"{'x' * 300} cannot be used: File name too long."),
        (":memory:", "DATABASE_URL wants the path of an SQLite file or postgresql://…, not :memory:."),
        ("sqlite:///:memory:", "DATABASE_URL wants the path of an SQLite file or postgresql://…, not :memory:."),
        (
            "file:a.db?mode=ro",
            "DATABASE_URL wants the path of an SQLite file or postgresql://…, not file:a.db?mode=ro.",
        ),
    ],
)
def test_what_cannot_be_a_database_file_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    for asked in ("migrate", "verify", "seed"):
        assert said(capsys, asked) == (1, [why])
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_a_circle_is_said_in_one_sentence(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert database.exists()
    circle = tmp_path / "circle.toml"
    circle.symlink_to(circle)
    assert said(capsys, "check", str(circle)) == (1, [f"{circle}: cannot be read: Too many levels of symbolic links"])


def test_a_device_is_no_backup(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert database.exists()
    assert said(capsys, "restore", "/dev/null") == (1, ["/dev/null is a device or a pipe: name a file."])


@pytest.mark.parametrize(
    ("argument", "why"), [("", "is empty."), ("\udcff.csv", r"is not UTF-8: '\udcff.csv'.")], ids=["empty", "latin-1"]
)
def test_an_argument_that_is_no_name_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, argument: str, why: str
) -> None:
    """An empty one would be the current folder."""
    monkeypatch.setattr(sys, "argv", ["counterclaim", "load", argument])
    with pytest.raises(SystemExit) as exited:
        command.main()
    assert (exited.value.code, capsys.readouterr().err) == (2, f"Argument 2 {why}\n")


def test_a_file_that_is_named_twice_is_read_once(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(LYSYCHANSK)
    twice = [str(one) for one in (LYSYCHANSK, *LYSYCHANSK.glob("*.toml"), link)]
    assert database.exists()
    assert said(capsys, "check", *twice) == (0, ["No faults: everything can be loaded."])
