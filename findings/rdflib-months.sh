#!/usr/bin/env bash
# Package: rdflib 7.6.0 (PyPI).
# A good guess: SPARQL compares months of type xsd:gYearMonth by time, or else refuses to compare them with anything.
# What happens: both, the wrong way round. Two months cannot be compared, so that FILTER (?month < "2022-08") drops July in
#   silence; but a month and a day can, and any day comes before any month: 31 December 2022 is before July 2022.
# Why it matters: "in July 2022" is what a source often says, and xsd:gYearMonth is the type that was made for it. A
#   query by time over such a graph finds nothing, or everything.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import rdflib

print("rdflib", rdflib.__version__)
ASK = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ASK { BIND(%s AS ?a) BIND(%s AS ?b) FILTER(?a %s ?b) }"
JULY, AUGUST = '"2022-07"^^xsd:gYearMonth', '"2022-08"^^xsd:gYearMonth'
LAST = '"2022-12-31"^^xsd:date'
asked = {
    "July < August": (JULY, AUGUST, "<"),
    "July > August": (JULY, AUGUST, ">"),
    "31 December < July": (LAST, JULY, "<"),
    "31 December > July": (LAST, JULY, ">"),
}
seen = {name: bool(rdflib.Graph().query(ASK % parts).askAnswer) for name, parts in asked.items()}
print(seen)
expected = {
    "July < August": False,
    "July > August": False,
    "31 December < July": True,
    "31 December > July": False,
}
raise SystemExit(seen != expected)
PY
