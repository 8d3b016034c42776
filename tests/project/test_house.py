"""The measures of the house: what is declared once is written once, and what is small stays so."""

import ast
import asyncio
import graphlib
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.main import RESOURCES, create_app
from api.models.facets import ClaimFacets, EventFacets, declared
from api.settings import PROJECT
from api.storage.database import engine
from seed import files
from seed.load import load
from tests.project.test_layout import PRODUCT, imports, module, package, read, tracked
from tests.support.inside import asking

DECLARES_FACETS = "api/models/facets.py"
LABELS_OF_OTHERS = "seed/interchange/"
"""Writes labels of other formats, which have nothing to do with sets of records."""


def texts(name: str) -> Iterator[str]:
    """Every text that a module writes, and every piece of one that it puts together; not what it says of itself."""
    tree = ast.parse(read(name))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_facets_are_named_only_where_they_are_declared() -> None:
    names = {facet.name.rpartition("/")[2] for kind in ("event", "claim") for facet in declared(kind)}
    named = re.compile(rf"(claim/|several/)*({'|'.join(sorted(names))}):(\S|$)")
    bare = {EventFacets.UNDATED_CLAIM.name, ClaimFacets.UNDATED_CLAIM.name, ClaimFacets.ALL.name}
    found = {
        (name, text)
        for name in PRODUCT
        if name != DECLARES_FACETS and not name.startswith(LABELS_OF_OTHERS)
        for text in texts(name)
        if named.match(text) or text in bare
    }
    assert found == set()
    assert len(names) > len(declared("claim"))


OF_A_LIST = re.compile(r"/[^/]+(/count|\.csv|\.ndjson|\.parquet|\.geojson)|/.+/count|/.+\.(csv|ndjson|parquet|geojson)")
NO_LISTS = {
    "/events/rollup.csv": "counts by axes",
    "/claims/rollup.csv": "counts by axes",
    "/releases/{before}..{after}.csv": "what differs between two releases, without a count",
}


def test_page_count_and_exports_of_every_list_are_registered_by_one_function() -> None:
    routes = [one for one in iter_route_contexts(create_app().routes) if isinstance(one.original_route, APIRoute)]
    served = {one.path or "": one.endpoint.__module__ for one in routes if one.endpoint is not None}
    counted = {path.removesuffix("/count") for path in served if path.endswith("/count")}
    registered = {path for path in served if OF_A_LIST.fullmatch(path)} - NO_LISTS.keys() | counted
    assert counted == {f"/{resource.__name__.rpartition('.')[2]}" for resource in RESOURCES}
    assert {path for path in registered if served[path] != "api.http.routing"} == set()


# What may shrink, and grows by a decision alone, which is a change of a number here.
MOST_MODULES = 106
MOST_LAYERS = 8
FILES_OF_A_LIST, FILES_OF_AN_ITEM = 20, 13
OK = 200


def test_the_product_grows_by_no_module_unnoticed() -> None:
    modules = [name for name in PRODUCT if name.startswith("api/") and not name.endswith("__init__.py")]
    assert len(modules) <= MOST_MODULES


def test_packages_stand_in_few_layers() -> None:
    packages = {package(module(name)) for name in PRODUCT if name.startswith("api/") and name != "api/__init__.py"}
    below: dict[str, set[str]] = {name: set() for name in packages}
    for name in PRODUCT:
        if name.startswith("api/") and name != "api/__init__.py":
            here = package(module(name))
            below[here] |= {package(other) for other in imports(name) if other.startswith("api.")} - {here}
    height: dict[str, int] = {}
    for name in graphlib.TopologicalSorter(below).static_order():
        height[name] = 1 + max((height[other] for other in below[name]), default=0)
    assert max(height.values()) <= MOST_LAYERS


@contextmanager
def noted() -> Iterator[set[str]]:
    """The modules of the product of which something runs."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(f"{PROJECT}/"):
            found.add(frame.f_code.co_filename.removeprefix(f"{PROJECT}/"))

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def entered(url: str, *paths: str) -> set[str]:
    """The modules of the product that each of some requests runs through, once the first has been answered.

    What only some of them meet, such as what a busy machine makes wait, is not of their way.
    """
    ways: list[set[str]] = []

    async def ask_all() -> None:
        async with asking(url) as ask:
            for path in paths:
                with noted() as found:
                    assert await ask(path) == OK
                ways.append({name for name in found if name.startswith("api/")})

    asyncio.run(ask_all())
    return set.intersection(*ways[1:])


def way_of_a_list(url: str) -> set[str]:
    return entered(url, *(f"/events?party=lpr&date_from=2022-07-0{day}" for day in range(1, 6)))


def test_the_way_of_a_request_is_short(dossier_url: str) -> None:
    items = entered(dossier_url, *(f"/events/capture-of-lysychansk?as_of=2022-07-0{day}" for day in range(1, 6)))
    lists = way_of_a_list(dossier_url)
    assert len(lists) <= FILES_OF_A_LIST, sorted(lists)
    assert len(items) <= FILES_OF_AN_ITEM, sorted(items)


def test_the_architecture_tells_the_way_that_a_request_takes(dossier_url: str) -> None:
    text = read("ARCHITECTURE.md").partition("**How `GET /events")[2].partition("**How a load runs.**")[0]
    told = [f"api/{name}.py" for name in re.findall(r"`((?:server|http|query)/[\w/]+)`", text)]
    assert len(told) > len({name.split("/")[1] for name in told})
    assert set(told) <= way_of_a_list(dossier_url)


def test_the_architecture_tells_the_way_that_a_load_takes(empty_url: str) -> None:
    text = read("ARCHITECTURE.md").partition("**How a load runs.**")[2].partition("\n\n")[0]
    told = re.findall(r"`(\w+/\w+)`", text)
    database = engine(empty_url)
    with noted() as found:
        load(database, files.read([PROJECT / "seed" / "lysychansk"]))
    database.dispose()
    assert told[0].startswith("seed/")
    assert {f"{name}.py" if name.startswith("seed/") else f"api/{name}.py" for name in told} <= found


PAGES = [
    *("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
    *(name for name in tracked(".md") if name.startswith("docs/") and name.count("/") == 1),
]
NEVER_PLAIN = (
    *("is told by", "are told by", "has to be told", "that nobody wrote", "(?<!as )of which it is", "held against"),
    *("of which nobody", "of whom nobody", "whoever", "what is no", "that is none", "is none of", "that there is"),
    *("anew", "nought", "so many", "passes for", "the long way", "beyond reading", "beside all else", "all else"),
    *("a voice of its own", "no voice", "as the standard has it", "is away", "under way", "otherwise than"),
    *("for want of", "what was asked", "is wanted", "has otherwise", "stands beside it"),
)
"""Phrases of inverted or riddling sentences, each with a plainer way to say it."""
MODULES = [name for name in PRODUCT if name.startswith(("api/", "seed/", "bench/", "migrations/"))]


def riddling(text: str) -> list[str]:
    words = " ".join(text.lower().split())
    return [phrase for phrase in NEVER_PLAIN if re.search(rf"\b{phrase}\b", words)]


def said_in(name: str) -> Iterator[str]:
    """Every docstring, message and comment of a module."""
    text = read(name)
    yield from (
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    yield " ".join(token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT)


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_in_plain_english(name: str) -> None:
    assert riddling(read(name)) == []


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_messages_and_comments_are_in_plain_english(name: str) -> None:
    assert {text: found for text in said_in(name) if (found := riddling(text))} == {}


def test_a_riddling_sentence_is_found() -> None:
    assert riddling("A fault is told\n    by whoever asks.") == ["is told by", "whoever"]
    assert riddling("The day as of which it is shown.") == []


MOST_HOMONYMS = 3
"""Names that other modules use and that mean two or more things; a domain word, and a role, mean one wherever."""
DOMAIN_WORDS = {
    *("Actor", "Affiliation", "Assessment", "Citation", "Claim", "Dataset", "Dating", "Event", "Location"),
    *("Participant", "Participation", "Release", "Revision", "Source", "Value", "When", "BadParameter", "Problem"),
    *("Id", "Json", "Row"),  # of a record, in general, of a database
}
ROLES = {
    "router": "the routes of a resource",
    "exports": "its routes outside of its prefix",
    "install": "adds what a module serves to the application",
    "MEDIA_TYPE": "of the form that the module writes",
    "ITEM": "the statement that reads one record of the resource",
    "records": "what an importer reads",
    "rows": "what a file of a format holds",
    "told": "what an importer's row says that another may say again",
    "findings": "what a part of verify finds",
}


def names_of(tree: ast.Module) -> set[str]:
    """The public names that a module gives to something of its own."""
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def test_a_name_that_others_use_means_one_thing() -> None:
    trees = {module(name): ast.parse(read(name)) for name in PRODUCT if name.startswith(("api/", "seed/"))}
    given = {name: names_of(tree) for name, tree in trees.items()}
    used: defaultdict[str, set[str]] = defaultdict(set)
    for here, tree in trees.items():
        modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                for alias in node.names:
                    if f"{node.module}.{alias.name}" in trees:
                        modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                    elif alias.name in given.get(node.module, set()):
                        used[alias.name].add(node.module)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                other = modules.get(node.value.id, here)
                if other != here and node.attr in given[other]:
                    used[node.attr].add(other)
    several = {name: where for name, where in used.items() if len(where) > 1}
    mean_more = several.keys() - DOMAIN_WORDS - ROLES.keys()
    assert len(mean_more) <= MOST_HOMONYMS, sorted(mean_more)
