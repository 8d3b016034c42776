"""What the docs must name: every module, what a decision forbids, and only commands that exist."""

import re
from pathlib import Path

import pytest
import typer

from api import cli
from api.settings import PROJECT
from seed.importers import package
from seed.importers.registry import FORMATS

DOCS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
DECISIONS = sorted((PROJECT / "docs" / "decisions").glob("*.md"))


def test_the_architecture_names_every_package_on_one_screen() -> None:
    text = (PROJECT / "ARCHITECTURE.md").read_text()
    packages = {path.name for path in (PROJECT / "api").iterdir() if (path / "__init__.py").exists()}
    assert sorted(name for name in packages if not re.search(rf"\b{name}\b", text)) == []
    assert text.count("\n") < 70


def test_there_are_decisions() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    assert len(DECISIONS) >= 4


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_says_what_violates_it(path: Path) -> None:
    assert "violated when" in path.read_text().strip().split("\n\n")[-1]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_only_commands_that_exist_are_named(path: Path) -> None:
    commands = set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
    text = path.read_text()
    assert set(re.findall(r"(?:`|^ {4}|bin/)counterclaim ([a-z]+)", text, re.MULTILINE)) <= commands


def test_every_format_is_named_where_people_look_for_it() -> None:
    table = (PROJECT / "docs" / "importing.md").read_text()
    command = typer.main.get_command(cli.app).commands["import"]  # type: ignore[attr-defined]
    told = next(one.help for one in command.params if one.name == "name")
    for name in [*FORMATS, package.NAME]:
        assert f"\n| `{name}` | " in table
        assert re.search(rf"\b{name}\b", told), name


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    linked = [name for name in re.findall(r"\]\(([^)#]+)", text) if "://" not in name]
    assert [name for name in linked if not (path.parent / name).exists()] == []
