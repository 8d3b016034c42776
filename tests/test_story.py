"""The story told in the docs: every request in it answers what the docs say it answers."""

import json
import re
from typing import Any

import pytest

from api.settings import PROJECT
from tests.live import Api

TOLD = re.compile(
    r"```sh\ncurl '(http://127\.0\.0\.1:8000)(?P<path>/[^']+)'\n```\n\n```json\n(?P<answer>.*?)\n```", re.DOTALL
)
TEXT = (PROJECT / "docs" / "story.md").read_text()
REQUESTS = [(found["path"], json.loads(found["answer"])) for found in TOLD.finditer(TEXT)]


def shortened(answer: Any, told: Any) -> Any:
    """The answer with only the fields that are told."""
    if isinstance(told, dict) and isinstance(answer, dict):
        return {name: shortened(answer.get(name), part) for name, part in told.items()}
    if isinstance(told, list) and isinstance(answer, list) and len(told) == len(answer):
        return [shortened(one, part) for one, part in zip(answer, told, strict=True)]
    return answer


def test_there_are_five() -> None:
    assert len(REQUESTS) == TEXT.count("curl ") == 5


@pytest.mark.parametrize(("path", "told"), REQUESTS)
def test_the_story_is_true(api: Api, path: str, told: Any) -> None:
    assert shortened(api.get(path), told) == told
