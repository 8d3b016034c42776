"""The measures of the house: what is declared once is written once."""

import ast
import re
from collections.abc import Iterator

from fastapi.routing import APIRoute

from api.main import RESOURCES
from api.models.facets import ClaimFacets, EventFacets, declared
from tests.project.test_layout import PRODUCT, read

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


def test_no_facet_is_named_but_where_it_is_declared() -> None:
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


def test_page_count_and_exports_of_every_list_are_registered_by_one_function() -> None:
    served = {
        route.name: route.endpoint.__module__
        for resource in RESOURCES
        for router in (resource.router, resource.exports)
        for route in router.routes
        if isinstance(route, APIRoute)
    }
    lists = ("events", "claims", "disputes", "sources", "actors", "locations", "datasets")
    expected = [
        name for one in lists for name in (f"list_{one}", f"count_{one}", f"export_{one}_csv", f"export_{one}_ndjson")
    ]
    assert {served.get(name) for name in expected} == {"api.http.list_routes"}
