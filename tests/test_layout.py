"""The house rules that a machine can check; an exception has a name and a reason here, or it is red."""

import ast
import graphlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import PROJECT

# Imports point up this table only: a module may import those of its own line and of the lines above it.
LAYERS = (
    "vocabulary edtf folding grid settings database columns",
    "models",
    (
        "schemas standings assessment store details errors parameters reader sqlite postgres query filters paging look "
        "conditions lists plain numbers search hits effort as_of geodesy wording formats caching answers docs examples "
        "shown silence matters disputes positions judged control briefing soundness legible clients watch logs "
        "stretches"
    ),
    "documents beside making changes facets facts filing scribe shapes shelf words",
    "resources guard lane openapi",
    "main",
    "serving cli",
)
LONGEST_FILE = 400
LONG_FILES = {
    "api/models.py": "reading all tables in one place is reading the domain",
    "tests/test_events.py": "what every filter finds stands in one table",
}
LONGEST_FUNCTION = 40
LONG_FUNCTIONS: dict[tuple[str, str], str] = {
    ("tests/test_events.py", "test_a_row_of_the_csv"): "a row, written out column by column",
}
CATCHES_EVERYTHING: dict[str, str] = {"api/guard.py": "the outermost guard, which says nothing of the inside"}
SAYS_NOTHING = {"utils", "util", "helpers", "services", "repositories", "crud", "core", "common", "misc"}
OUGHT_TO_EXIST = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")
# In pieces, so that this file does not find itself.
OF_ONE_MACHINE = re.compile(
    "|".join(
        (
            r"(?<![\w.~-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers|op" + r"t)/",
            "pypi" + r"\.org",
            "python" + "hosted",
            "index" + "-url",
            "find" + "-links",
        )
    )
)


def tracked(pattern: str = "") -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, check=True, capture_output=True
    )
    return sorted(
        name for name in listed.stdout.decode().split("\n") if name.endswith(pattern) and (PROJECT / name).is_file()
    )


PYTHON_FILES = [name for name in tracked(".py") if not name.startswith("migrations/versions/")]
PRODUCT = [name for name in PYTHON_FILES if not name.startswith("tests/")]


def read(name: str) -> str:
    return (PROJECT / name).read_text()


def module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(name: str) -> Iterator[str]:
    """Every module of ours that a file imports, anywhere in it."""
    ours = {module(other) for other in PYTHON_FILES}
    for node in ast.walk(ast.parse(read(name))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in ours)
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names} & ours
            yield from parts or ({node.module} & ours)


def layer(module: str) -> int:
    first = module.removeprefix("api.").partition(".")[0]
    found = [number for number, names in enumerate(LAYERS) if first in names.split()]
    assert found, f"{module} has no place in LAYERS: where do imports of it come from?"
    return found[0]


@pytest.mark.parametrize("name", [name for name in PRODUCT if name.startswith("api/")])
def test_imports_point_one_way(name: str) -> None:
    if name == "api/__init__.py":
        return
    for imported in imports(name):
        if imported.startswith("api."):
            assert layer(imported) <= layer(module(name)), f"{name} imports {imported}"
        elif imported.startswith("seed"):
            assert name == "api/cli.py", f"{name} imports {imported}"


def test_nothing_imports_itself_through_others() -> None:
    graph = {module(name): {found for found in imports(name) if found != module(name)} for name in PRODUCT}
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_files_are_short() -> None:
    long = {name for name in PYTHON_FILES if read(name).count("\n") > LONGEST_FILE}
    assert long == LONG_FILES.keys()


def test_functions_are_short() -> None:
    long = {
        (name, node.name)
        for name in PYTHON_FILES
        for node in ast.walk(ast.parse(read(name)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == LONG_FUNCTIONS.keys()


@pytest.mark.parametrize("name", PYTHON_FILES)
def test_a_file_opens_with_a_sentence(name: str) -> None:
    text = read(name)
    if text:
        said = ast.get_docstring(ast.parse(text))
        assert said
        assert said.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("name", PRODUCT)
def test_only_settings_reads_the_environment(name: str) -> None:
    if name != "api/settings.py":
        assert not re.search(r"\b(environ|getenv)\b", read(name))


def test_nothing_catches_everything() -> None:
    everything = re.compile(r"except\s*:|(except|suppress)\b[^:\n]*\b(Base)?Exception\b")
    assert {name for name in PRODUCT if everything.search(read(name))} == CATCHES_EVERYTHING.keys()


def test_names_say_what_is_in_them() -> None:
    assert [name for name in tracked() if SAYS_NOTHING & set(Path(name).with_suffix("").parts)] == []


def test_nothing_belongs_to_one_machine() -> None:
    assert [(name, found) for name in tracked() if (found := OF_ONE_MACHINE.search(read(name)))] == []


@pytest.mark.parametrize("name", OUGHT_TO_EXIST)
def test_a_newcomer_finds(name: str) -> None:
    assert read(name).startswith("# ")


def test_the_architecture_names_every_module() -> None:
    named = set(re.findall(r"`([a-z_]+)`", read("ARCHITECTURE.md")))
    modules = {Path(name).stem for name in tracked(".py") if re.fullmatch(r"api/[a-z][a-z_]*\.py", name)}
    assert modules - named == set()


def test_every_decision_says_what_would_violate_it() -> None:
    decisions = [name for name in tracked(".md") if name.startswith("docs/decisions/")]
    assert decisions
    for name in decisions:
        assert read(name).rstrip().rpartition("\n\n")[2].startswith("**This is violated when**"), name
