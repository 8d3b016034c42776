#!/usr/bin/env bash
# Packages: rdflib 7.6.0 and PyLD 3.3.0 (PyPI).
# A good guess: 5000.0 in JSON-LD is a double in both libraries, as 38.44 is, and both read one graph from one document.
# What happens: PyLD makes an xsd:integer of a number without a fraction, however it is written, and rdflib an xsd:double:
#   the two graphs are not isomorphic, and in PyLD one property has two datatypes, by the value that it happens to have.
# Why it matters: the radius of a place, or a count that may be an estimate, is 5000.0 here and 4999.5 there. Canonical
#   forms, and so signatures and comparisons of two graphs, differ from library to library; typed texts do not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'rdflib==7.6.0' 'PyLD==3.3.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
import json
from importlib.metadata import version

import rdflib
from pyld import jsonld
from rdflib.compare import isomorphic

print("rdflib", rdflib.__version__, "PyLD", version("PyLD"))


def read(value):
    """The datatype in either library, and whether both read the same graph."""
    document = {"@context": {"radius": "urn:radius"}, "@id": "urn:place", "radius": value}
    first = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    lines = jsonld.to_rdf(document, {"format": "application/n-quads"})
    second = rdflib.Graph().parse(data=lines, format="nt")
    types = [next(iter(graph.objects())).datatype.rpartition("#")[2] for graph in (first, second)]
    return (*types, isomorphic(first, second))


typed = {"@value": "5000", "@type": "http://www.w3.org/2001/XMLSchema#decimal"}
seen = {"38.44": read(38.44)[:2], "5000.0": read(5000.0), "typed text": read(typed)}
print("datatype in rdflib, in PyLD, same graph:", seen)
expected = {
    "38.44": ("double", "double"),
    "5000.0": ("double", "integer", False),
    "typed text": ("decimal", "decimal", True),
}
raise SystemExit(seen != expected)
PY
