#!/usr/bin/env bash
# Packages: rdflib 7.6.0, pyoxigraph 0.3.22 and morph-kgc 2.10.0, which makes RDF of tables for either of them (PyPI).
# A good guess: a literal that is no boolean, as "yes"^^xsd:boolean, stays as it is written, ill-formed, so that a validator finds
#   it, as rdflib leaves "03/07/2022"^^xsd:dateTime; or it is refused.
# What happens: rdflib makes a well-formed "false" of all that is not "true" or "1", and writes that again: "yes", "confirmed",
#   "14" and "так" become denials. There is a warning on the console ("weird boolean"), nothing in the graph. morph-kgc writes
#   what the cell says, and gives "yes" with pyoxigraph and "false" with rdflib, which is its first choice, from one mapping.
# Why it matters: columns such as "confirmed" or "civilian" are filled by people, with yes and no. Each yes is published as
#   false and passes every check. Translate the column before, or map it as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'rdflib==7.6.0' 'morph-kgc==2.10.0' 'pyoxigraph==0.3.22'
"$folder/venv/bin/python" - <<'PY'
import os
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import morph_kgc
import rdflib

for name in ("rdflib", "pyoxigraph", "morph-kgc"):
    print(name, version(name))
warnings.simplefilter("ignore")
BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
expected = {"true": "true", "1": "true", "yes": "false", "confirmed": "false", "14": "false", "так": "false", "no": "false"}
seen = {}
for text in expected:
    graph = rdflib.Graph().parse(data=f'<x:claim> <x:said> "{text}"^^<{BOOLEAN}> .', format="turtle")
    seen[text] = graph.serialize(format="nt").split('"')[1]
    print(f'"{text}"^^xsd:boolean is written again as "{seen[text]}"')
MAPPING = """@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix x: <http://example.org/> .
x:Map a rr:TriplesMap ; rml:logicalSource [ rml:source "claims.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "http://example.org/{id}" ] ;
  rr:predicateObjectMap [ rr:predicate x:said ; rr:objectMap [ rml:reference "said" ; rr:datatype xsd:boolean ] ] .
"""
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    Path("claims.csv").write_text("id,said\n1,yes\n")
    Path("mapping.ttl").write_text(MAPPING)
    config = "[CONFIGURATION]\nnumber_of_processes=1\nlogging_level=ERROR\n[Claims]\nmappings=mapping.ttl"
    by_rdflib = [str(said) for _, _, said in morph_kgc.materialize(config)]
    by_oxigraph = [quad.object.value for quad in morph_kgc.materialize_oxigraph(config)]
    os.chdir("/")
print('the cell "yes" by morph-kgc: with rdflib', by_rdflib, "with pyoxigraph", by_oxigraph)
raise SystemExit(seen != expected or by_rdflib != ["false"] or by_oxigraph != ["yes"])
PY
