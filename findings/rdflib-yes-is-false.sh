#!/usr/bin/env bash
# Packages: rdflib 7.6.0 with pyshacl 0.40.1, and pyoxigraph 0.5.13 (PyPI).
# A good guess: a literal that is no boolean, as "yes"^^xsd:boolean, stays as it is written, ill-formed, so that a validator finds
#   it, as rdflib leaves "03/07/2022"^^xsd:dateTime; or it is refused.
# What happens: rdflib makes a well-formed "false" of all that is not "true" or "1", and writes that again: "yes", "confirmed",
#   "14" and "так" become denials. A warning goes to the console ("weird boolean"). pyshacl finds the fault as long as the graph
#   is in memory; written and read again it conforms to sh:datatype xsd:boolean. pyoxigraph keeps "yes".
# Why it matters: columns such as "confirmed" or "civilian" are filled by people, with yes and no, and mapped as booleans. Each
#   yes is published as false, and the validation of what was published passes. Translate the column before, or map it as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'rdflib==7.6.0' 'pyshacl==0.40.1' 'pyoxigraph==0.5.13'
"$folder/venv/bin/python" - <<'PY'
import warnings
from importlib.metadata import version

import pyoxigraph
import pyshacl
import rdflib

for name in ("rdflib", "pyshacl", "pyoxigraph"):
    print(name, version(name))
warnings.simplefilter("ignore")
XSD = "http://www.w3.org/2001/XMLSchema#"
expected = {"true": "true", "1": "true", "yes": "false", "confirmed": "false", "14": "false", "так": "false", "no": "false"}
SHAPE = f"""@prefix sh: <http://www.w3.org/ns/shacl#> .
<x:S> a sh:NodeShape ; sh:targetNode <x:claim> ; sh:property [ sh:path <x:said> ; sh:datatype <{XSD}boolean> ] ."""
shapes = rdflib.Graph().parse(data=SHAPE, format="turtle")
seen, conforming, kept = {}, [], []
for text in expected:
    data = f'<x:claim> <x:said> "{text}"^^<{XSD}boolean> .'
    graph = rdflib.Graph().parse(data=data, format="turtle")
    written = graph.serialize(format="nt")
    again = rdflib.Graph().parse(data=written, format="nt")
    conforming.append(tuple(pyshacl.validate(one, shacl_graph=shapes)[0] for one in (graph, again)))
    seen[text] = written.split('"')[1]
    kept += [triple.object.value for triple in pyoxigraph.parse(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)]
    print(f'"{text}": rdflib writes "{seen[text]}", conforms before and after: {conforming[-1]}; pyoxigraph has "{kept[-1]}"')
raise SystemExit(seen != expected or conforming != [(True, True)] * 2 + [(False, True)] * 5 or kept != list(expected))
PY
