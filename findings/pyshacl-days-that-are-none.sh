#!/usr/bin/env bash
# Packages: pyshacl 0.40.1 with rdflib 7.6.0, and pyoxigraph 0.5.13 (PyPI).
# A good guess: what conforms to sh:datatype xsd:date is a day as XML Schema writes it, and what conforms to xsd:dateTime a
#   moment with a time of day: SHACL says that an ill-formed literal does not conform.
# What happens: a moment ("2022-07-02T21:15:00") and a week ("2022-W26-6") conform to xsd:date, and a day alone, and one with a
#   blank before the hour, to xsd:dateTime. Of what XML Schema does allow, "2022-07-02T24:00:00" is refused. pyoxigraph, asked
#   for what is before 2023, finds none of those that passed.
# Why it matters: a graph of events is validated before it is given away, and is then read by another library. What the
#   report calls conforming drops out of every query by time, without an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyshacl==0.40.1' 'rdflib==7.6.0' 'pyoxigraph==0.5.13'
"$folder/venv/bin/python" - 2>"$folder/warnings" <<'PY'
from importlib.metadata import version

import pyoxigraph
import pyshacl
import rdflib

for name in ("pyshacl", "rdflib", "pyoxigraph"):
    print(name, version(name))
prefixes = """@prefix x: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . """
expected = {
    ("2022-07-02", "date"): (True, True),
    ("2022-07-02T21:15:00", "date"): (True, False),
    ("2022-W26-6", "date"): (True, False),
    ("2022-07", "date"): (False, False),
    ("2022-07-02T21:15:00", "dateTime"): (True, True),
    ("2022-07-02", "dateTime"): (True, False),
    ("2022-07-02 21:15:00", "dateTime"): (True, False),
    ("2022-07-02T24:00:00", "dateTime"): (False, True),
}
end = {"date": '"2023-01-01"^^xsd:date', "dateTime": '"2023-01-01T00:00:00"^^xsd:dateTime'}
wrong = False
for (text, datatype), answer in expected.items():
    data = f'{prefixes} x:a a x:Event ; x:on "{text}"^^xsd:{datatype} .'
    shape = f"{prefixes} x:S a sh:NodeShape ; sh:targetClass x:Event ; sh:property [ sh:path x:on ; sh:datatype xsd:{datatype} ] ."
    graph, shapes = (rdflib.Graph().parse(data=text, format="turtle") for text in (data, shape))
    conforms = pyshacl.validate(graph, shacl_graph=shapes)[0]
    store = pyoxigraph.Store()
    store.load(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    query = "PREFIX x: <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    found = bool(list(store.query(f"{query} SELECT ?s {{ ?s x:on ?on FILTER (?on < {end[datatype]}) }}")))
    wrong |= (conforms, found) != answer
    print(f'"{text}"^^xsd:{datatype}', "conforms" if conforms else "does not conform", "and is", "found" if found else "not found")
raise SystemExit(wrong)
PY
