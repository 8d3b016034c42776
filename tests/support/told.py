"""Requests told in the docs, each with the part of its answer that is told."""

import json
import re
from typing import Any

from api.settings import PROJECT

_TOLD = re.compile(
    r"```sh\ncurl '(http://127\.0\.0\.1:8000)(?P<path>/[^']*)'\n```\n\n```json\n(?P<answer>.*?)\n```", re.DOTALL
)


def text(name: str) -> str:
    return (PROJECT / name).read_text()


def requests(name: str) -> list[tuple[str, Any]]:
    """Each path, and what is told of its answer."""
    return [(found["path"], json.loads(found["answer"])) for found in _TOLD.finditer(text(name))]


def shortened(answer: Any, told: Any) -> Any:
    """The answer with only the fields that are told."""
    if isinstance(told, dict) and isinstance(answer, dict):
        return {name: shortened(answer.get(name), part) for name, part in told.items()}
    if isinstance(told, list) and isinstance(answer, list) and len(told) == len(answer):
        return [shortened(one, part) for one, part in zip(answer, told, strict=True)]
    return answer
