"""Parts of the OpenAPI document that stand in it more than once, written once and referred to."""

import json
from typing import Any

Json = dict[str, Any]
LEAST = 80
"""Bytes below which a reference saves nothing."""


def shared(document: Json) -> None:
    """Refer to parameters, headers and responses that are the same in several operations."""
    components = document["components"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    lists = [operation["parameters"] for operation in operations if "parameters" in operation]
    responses = [operation["responses"] for operation in operations]
    headers = [response["headers"] for each in responses for response in each.values() if "headers" in response]
    _refer(components, "headers", headers, lambda name, _: name.replace("-", ""))
    _refer(components, "responses", responses, lambda name, _: f"Status{name}")
    _refer(components, "parameters", lists, lambda _, part: part["name"])
    contents = [response.get("content", {}) for each in responses for response in each.values()]
    for content in contents:
        for media in content.values():
            if media.get("schema") == {}:
                del media["schema"]


def _refer(components: Json, kind: str, places: list[Any], named: Any) -> None:  # noqa: ANN401 - takes name and part
    """Put what is the same in several places under `components`, in the order in which it is met."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for place in places:
        for key, part in place.items() if isinstance(place, dict) else enumerate(place):
            found.setdefault(json.dumps(part, sort_keys=True), []).append((place, key))
    names: set[str] = set()
    for written, uses in found.items():
        if len(uses) < 2 or len(written) < LEAST:  # noqa: PLR2004 - once is no more than once
            continue
        place, key = uses[0]
        name = base = named(str(key), place[key])
        number = 1
        while name in names:
            number += 1
            name = f"{base}{number}"
        names.add(name)
        components.setdefault(kind, {})[name] = place[key]
        for place, key in uses:
            place[key] = {"$ref": f"#/components/{kind}/{name}"}


def resolved(document: Json, part: Any) -> Any:  # noqa: ANN401 - any part of it
    """The part itself, or what it refers to."""
    while isinstance(part, dict) and "$ref" in part:
        _, *steps = part["$ref"].split("/")
        part = document
        for step in steps:
            part = part[step]
    return part
