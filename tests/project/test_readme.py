"""README's examples answer what it says, and it names every setting and command."""

import re
from typing import Any

import pytest
import typer

from api.cli import app
from api.settings import PROJECT, Settings
from tests.support.live import Api
from tests.support.told import requests, shortened, text

REQUESTS = requests("README.md")
DOCS = ("README.md", "CONTRIBUTING.md", "docs/importing.md")


def test_there_are_ten() -> None:
    assert len(REQUESTS) == text("README.md").count("curl ") == 10


@pytest.mark.parametrize(("path", "told"), REQUESTS)
def test_the_examples_are_true(shipped_api: Api, path: str, told: Any) -> None:
    answer = shipped_api.ask(path)
    assert answer.status_code == told.get("status", 200)
    assert shortened(answer.json(), told) == told


def test_every_setting_stands_in_the_table() -> None:
    found = re.findall(r"^\| `([A-Z_]+)` \| (`[^`]*`|\N{EN DASH}) \| (.+) \|$", text("README.md"), re.MULTILINE)
    settings = [
        (str(field.validation_alias or f"COUNTERCLAIM_{name.upper()}"), told(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    assert found == settings


def told(default: object) -> str:
    """A default as the table has it."""
    if default in {None, ()}:
        return "\N{EN DASH}"
    return f"`{str(default).removeprefix(f'{PROJECT}/')}`"


def test_every_command_is_documented() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    told = "\n".join(text(name) for name in DOCS)
    assert {command for command in commands if f"counterclaim {command}" not in told} == set()
