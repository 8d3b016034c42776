"""The story told in the docs: every request in it answers what the docs say it answers."""

import re
from typing import Any

import pytest

from tests.support.live import Api
from tests.support.told import requests, shortened, text

REQUESTS = requests("docs/story.md")


def test_there_are_eight() -> None:
    assert len(REQUESTS) == text("docs/story.md").count("curl ") == 8


def test_the_readme_asks_the_same() -> None:
    section = text("README.md").partition("## Two stories")[2].partition("\n## ")[0]
    assert re.findall(r"\| `(/[^`]*)` \|", section) == [path for path, _ in REQUESTS]


@pytest.mark.parametrize(("path", "told"), REQUESTS)
def test_the_story_is_true(shipped_api: Api, path: str, told: Any) -> None:
    assert shortened(shipped_api.get(path), told) == told
