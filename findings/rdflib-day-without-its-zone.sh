#!/usr/bin/env bash
# Package: rdflib 7.6.0 (PyPI), beside pyoxigraph 0.5.13.
# A good guess: a file that is read and written without a change has the same literals; where they are normalised, as 05 is
#   to 5, they mean the same.
# What happens: a day with a time zone, "2022-07-02+03:00" as xsd:date, loses the zone and comes out as "2022-07-02", which in
#   XML Schema is another value. Days of Kyiv and of UTC, which begin three hours apart, are then one day, and of two
#   statements that say one each a single one is left. A moment keeps its zone, and so does a month ("2022-07+03:00").
#   pyoxigraph keeps all of them. With rdflib.NORMALIZE_LITERALS set to False the text stays.
# Why it matters: an hour before midnight decides on which day a strike was, and the zone is what says whose day is meant.
#   Passing a file through rdflib, to convert or to merge it, makes two sources agree that did not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'rdflib==7.6.0' 'pyoxigraph==0.5.13'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pyoxigraph
import rdflib

for name in ("rdflib", "pyoxigraph"):
    print(name, version(name))
said = {
    "date": ["2022-07-02+03:00", "2022-07-02Z"],
    "gYearMonth": ["2022-07+03:00", "2022-07Z"],
    "dateTime": ["2022-07-02T21:15:00+03:00"],
}
schema = "http://www.w3.org/2001/XMLSchema#"
lines = "".join(f'<http://example.org/a> <http://example.org/on> "{text}"^^<{schema}{kind}> .\n' for kind in said for text in said[kind])


def texts(reader: str) -> list[str]:
    if reader == "rdflib":
        graph = rdflib.Graph().parse(data=lines, format="nt")
        return sorted(str(value) for value in graph.objects())
    store = pyoxigraph.Store()
    store.load(lines.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return sorted(quad.object.value for quad in store)


everything = sorted(text for kind in said.values() for text in kind)
read, other = texts("rdflib"), texts("pyoxigraph")
rdflib.NORMALIZE_LITERALS = False
kept = texts("rdflib")
print("in the file:", everything)
print("rdflib:", read)
print("pyoxigraph:", other)
print("rdflib without normalising:", kept)
expected = ["2022-07+03:00", "2022-07-02", "2022-07-02T21:15:00+03:00", "2022-07Z"]
raise SystemExit(read != expected or other != everything or kept != everything)
PY
