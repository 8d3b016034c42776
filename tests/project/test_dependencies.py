"""Everything that is installed is pinned, on every supported Python."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from api.settings import PROJECT
from tests.support import sbom

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


def test_dependencies_are_pinned_to_allowed_versions() -> None:
    for requirement in required():
        version = pinned().get(canonicalize_name(requirement.name))
        assert version is not None, requirement
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_indirect_dependencies_are_pinned(python: str) -> None:
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


def hashed(name: str) -> dict[str, list[str]]:
    """By package and version, the hashes of a file that `pip install --require-hashes` takes."""
    found: dict[str, list[str]] = {}
    for line in (PROJECT / name).read_text().replace("\\\n", " ").splitlines():
        if line.startswith("#"):
            continue
        package, _, rest = line.partition(" --hash=")
        found[package.partition(" ;")[0].strip()] = [part.strip() for part in rest.split(" --hash=")]
    return found


def canonical(line: str) -> str:
    name, _, version = line.partition("==")
    return f"{canonicalize_name(name)}=={version}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_has_hashes_and_no_place_is_named(name: str) -> None:
    assert "://" not in (PROJECT / name).read_text()
    for package, hashes in hashed(name).items():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9A-Za-z.]*", package)
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes)


@pytest.mark.parametrize(
    ("target", "name"), [(".venv/installed", "requirements.txt"), (".venv/installed-dev", "requirements-dev.txt")]
)
def test_make_installs_what_has_a_hash_and_nothing_else(tmp_path: Path, target: str, name: str) -> None:
    for file in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(PROJECT / file, tmp_path)
    shown = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", f"PYTHON={sys.executable}", target],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    packages, ours = (line.partition(" install ")[2] for line in shown.stdout.splitlines() if "pip install" in line)
    assert packages.endswith(f" --require-hashes -r {name}")
    assert ours.endswith(" --no-deps --no-build-isolation -e .")


def test_hashed_and_pinned_versions_agree() -> None:
    """Beside that: what only Windows, a browser or a build needs."""
    other = {"colorama", "pywin32", "tzdata", "httpx2-jsfetch", "setuptools", *BROUGHT_BY_VENV}
    developed = {canonical(line) for line in hashed("requirements-dev.txt")}
    assert {line for line in developed if line.partition("==")[0] not in other} == {
        f"{name}=={version}" for name, version in pinned().items() if name not in other
    }
    assert {canonical(line) for line in hashed("requirements.txt")} <= developed


def needed_here() -> set[str]:
    """What of `requirements.txt` is installed on this system."""
    found = set()
    for line in (PROJECT / "requirements.txt").read_text().splitlines():
        if line.startswith((" ", "#")):
            continue
        requirement = Requirement(line.removesuffix("\\").strip())
        if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "linux"}):
            found.add(canonical(f"{requirement.name}{requirement.specifier}"))
    return found


def test_the_bill_of_materials_is_of_what_is_installed() -> None:
    listed = json.loads(sbom.BILL.read_text())
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert {canonical(f"{part['name']}=={part['version']}") for part in listed["components"]} == needed_here()
    assert {one["ref"] for one in listed["dependencies"]} == {part["bom-ref"] for part in listed["components"]}


def test_every_licence_is_listed_and_lets_us_use_it() -> None:
    listed = json.loads(sbom.BILL.read_text())
    assert [text for part in listed["components"] if (text := sbom.objection(part))] == []
    assert sbom.LICENCES.read_text() == sbom.listed(listed)
    assert sbom.RECIPROCAL.keys() <= {sbom.normalised(part["name"]) for part in listed["components"]}


@pytest.mark.parametrize(
    ("licences", "why"),
    [
        ([], "it declares no licence"),
        ([{"license": {"id": "MIT"}}], None),
        ([{"expression": "MIT OR GPL-3.0-only"}], "it is GPL-3.0-only"),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], None),
        ([{"license": {"name": "ask us"}}], "it is ask, us"),
    ],
)
def test_a_licence_that_is_none_or_another_is_an_objection(licences: list[Any], why: str | None) -> None:
    assert sbom.objection({"name": "it", "version": "1", "licenses": licences}) == why
