"""Everything that is installed is pinned, on every supported Python."""

import importlib.metadata
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from api.settings import PROJECT

PYTHONS = ("3.11", "3.12", "3.13")
BROUGHT_BY_VENV = {"pip"}


def constraints() -> list[str]:
    return [line for line in (PROJECT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]


def pinned() -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in constraints())}


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return found


def test_constraints_are_names_and_versions() -> None:
    odd = [line for line in constraints() if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)]
    assert odd == []


def required() -> list[Requirement]:
    extras = project()["optional-dependencies"].values()
    return [Requirement(text) for text in (*project()["dependencies"], *(text for extra in extras for text in extra))]


def test_what_the_project_names_is_pinned_to_a_version_it_allows() -> None:
    for requirement in required():
        version = pinned().get(canonicalize_name(requirement.name))
        assert version is not None, requirement
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_what_those_need_is_pinned_too(python: str) -> None:
    """Walks what is installed here, asking of each requirement whether it holds on that Python."""
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    unseen = required()
    seen: set[tuple[str, frozenset[str]]] = set()
    while unseen:
        requirement = unseen.pop()
        extras = frozenset(requirement.extras)
        if (canonicalize_name(requirement.name), extras) in seen:
            continue
        seen.add((canonicalize_name(requirement.name), extras))
        for needed in map(Requirement, importlib.metadata.requires(requirement.name) or ()):
            if needed.marker is None or any(
                needed.marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
            ):
                unseen.append(needed)
    assert {name for name, _ in seen} - BROUGHT_BY_VENV == pinned().keys()
