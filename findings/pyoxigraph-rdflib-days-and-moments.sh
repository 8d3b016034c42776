#!/usr/bin/env bash
# Packages: pyoxigraph 0.5.13 and rdflib 7.6.0 (PyPI), two engines for SPARQL, on the same four triples.
# A good guess: FILTER (?on >= "2022-07-03"^^xsd:date) finds what was on or after 3 July, in either engine, whether a value is
#   a day or a moment, with a time zone or without.
# What happens: pyoxigraph finds only days that have no time zone, and drops "2022-07-03Z" and every moment in silence, as
#   what cannot be compared is an error and an error is no row. rdflib finds all four, among them a moment of the evening of
#   2 July, as it takes any moment to be after any day.
# Why it matters: sources give some claims a day and others a minute, so one graph holds both; "what was said on that day or
#   later" is one record in the one engine, and four, one of them wrong, in the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyoxigraph==0.5.13' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pyoxigraph
import rdflib

for name in ("pyoxigraph", "rdflib"):
    print(name, version(name))
prefixes = "PREFIX x: <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
graph = """@prefix x: <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:day x:on "2022-07-03"^^xsd:date . x:day_in_utc x:on "2022-07-03Z"^^xsd:date .
x:moment x:on "2022-07-03T21:15:00Z"^^xsd:dateTime . x:moment_before x:on "2022-07-02T18:00:00Z"^^xsd:dateTime ."""
store, memory = pyoxigraph.Store(), rdflib.Graph().parse(data=graph, format="turtle")
store.load(graph.encode(), format=pyoxigraph.RdfFormat.TURTLE)
expected = {
    '?on >= "2022-07-03"^^xsd:date': (["day"], ["day", "day_in_utc", "moment", "moment_before"]),
    '?on = "2022-07-03"^^xsd:date': (["day"], ["day", "day_in_utc"]),
    '?on >= "2022-07-03T00:00:00Z"^^xsd:dateTime': (["moment"], ["moment"]),
}
wrong = False
for condition, answers in expected.items():
    query = f"{prefixes} SELECT ?s WHERE {{ ?s x:on ?on FILTER ({condition}) }}"
    found = tuple(sorted(str(name).strip("<>").rpartition("/")[2] for (name, *_) in rows) for rows in (store.query(query), memory.query(query)))
    wrong |= found != answers
    print(condition, "pyoxigraph:", found[0], "rdflib:", found[1])
raise SystemExit(wrong)
PY
