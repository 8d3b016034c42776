"""The house rules that a machine can check; an exception has a name and a reason here, or it is red."""

import ast
import graphlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import PROJECT

# Imports point up this table only: a package may import itself and those of the lines above. Each line is a promise.
LAYERS = {
    "domain": "what words, dates, places and claims mean: the standard library and what reads JSON, nothing of ours",
    "settings": "the only reader of the environment",
    "models": "tables, and no session",
    "schemas": "what is sent",
    "errors": "what can be wrong, and nothing of HTTP",
    "storage": "engines and drivers; knows no question",
    "index": "what a load derives; knows no request",
    "query": "what a request reads; writes nothing",
    "http": "parameters and answers; knows no driver",
    "server": "connections and limits; knows no record",
    "main": "puts it together",
    "cli": "the only one that imports seed and migrations",
    "__main__": "runs it, and ends it in one line",
}
SERVING = frozenset({"http", "server", "main"})
ONLY_IN = {
    **dict.fromkeys(("fastapi", "starlette", "uvicorn", "mcp", "jinja2", "markupsafe"), SERVING),
    **dict.fromkeys(("asyncpg", "psycopg"), frozenset({"storage"})),
    "sqlite3": frozenset({"storage", "index"}),  # index: what a damaged file answers when it is checked
    "typer": frozenset({"cli"}),
}
"""The packages of `api` that may import a library: nothing below `http` knows HTTP, nothing above `index` a driver."""
OF_THEIR_OWN = {("query", "index"): "what a request reads and what a load derives share models alone"}
LOADS_IMPORT = frozenset({"domain", "settings", "models", "schemas", "errors", "storage", "index"})
"""The packages of `api` that `seed` and `migrations` may import, which know no request."""
OF_LOADS = {
    ("seed.__main__", "api.cli"): "it is the command line",
    ("seed.export", "api.http.formats"): "one rule makes a cell harmless that a spreadsheet would run",
}
LONGEST_FILE = 400
LONG_FILES = {
    "tests/http/test_events.py": "what every filter finds stands in one table",
}
LONGEST_FUNCTION = 40
LONG_FUNCTIONS: dict[tuple[str, str], str] = {
    ("tests/http/test_events.py", "test_a_row_of_the_csv"): "a row, written out column by column",
}
CATCHES_EVERYTHING: dict[str, str] = {
    "api/__main__.py": "the outermost guard of a command, where Ctrl-C counts whatever a library made of it",
    "api/server/middleware.py": "the outermost guard, which says nothing of the inside",
}
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


def libraries(name: str) -> set[str]:
    """The first part of every absolute import, anywhere in a file."""
    nodes = list(ast.walk(ast.parse(read(name))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        full.partition(".")[0]
        for full in plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    }


def package(module: str) -> str:
    return module.split(".")[1]


def test_imports_point_one_way() -> None:
    order = list(LAYERS)
    crossed = set()
    for name in PRODUCT:
        here = module(name)
        if not here.startswith("api."):
            continue
        for imported in imports(name):
            if not imported.startswith("api."):
                assert here == "api.cli", f"{name} imports {imported}"
            elif imported != "api":
                pair = package(here), package(imported)
                if order.index(pair[1]) > order.index(pair[0]) or pair in OF_THEIR_OWN:
                    crossed.add((here, imported))
    assert crossed == set()


def test_loads_know_no_request() -> None:
    found = {
        (module(name), imported)
        for name in PRODUCT
        if name.startswith(("seed/", "migrations/"))
        for imported in imports(name)
        if imported.startswith("api.") and package(imported) not in LOADS_IMPORT
    }
    assert found == OF_LOADS.keys()


def test_libraries_are_imported_only_where_they_belong() -> None:
    found: dict[str, set[str]] = {}
    for name in PRODUCT:
        if name.startswith("api/") and name != "api/__init__.py":
            for library in libraries(name) & ONLY_IN.keys():
                found.setdefault(library, set()).add(package(module(name)))
    assert found.keys() == ONLY_IN.keys()
    assert {library: where - ONLY_IN[library] for library, where in found.items() if where - ONLY_IN[library]} == {}


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


def test_tests_mirror_the_packages() -> None:
    packages = {path.parent.name for path in (PROJECT / "api").rglob("__init__.py")} | {"seed", "migrations"}
    folders = {path.parent.name for path in (PROJECT / "tests").glob("*/__init__.py")}
    assert folders - packages == {"clients", "project", "support"}
    assert not [name for name in tracked(".py") if re.fullmatch(r"tests/test_.*\.py", name)]


def test_names_say_what_is_in_them() -> None:
    assert [name for name in tracked() if SAYS_NOTHING & set(Path(name).with_suffix("").parts)] == []


def test_nothing_belongs_to_one_machine() -> None:
    texts = [name for name in tracked() if not name.endswith(".png")]
    assert [(name, found) for name in texts if (found := OF_ONE_MACHINE.search(read(name)))] == []


@pytest.mark.parametrize("name", OUGHT_TO_EXIST)
def test_a_newcomer_finds(name: str) -> None:
    assert read(name).startswith("# ")


def test_every_decision_says_what_would_violate_it() -> None:
    decisions = [name for name in tracked(".md") if name.startswith("docs/decisions/")]
    assert decisions
    for name in decisions:
        assert read(name).rstrip().rpartition("\n\n")[2].startswith("**This is violated when**"), name
