#!/usr/bin/env bash
# Package: owlready2 0.51 (PyPI), which works with ontologies and their data as Python objects.
# A good guess: the booleans of XML Schema and RDF are read as they are written: "true" and "1" are true, "false" and "0" false.
# What happens: "1" is False, without a word, and so "confirmed 1" reads as not confirmed; only the letters "true" are True.
#   A day with its zone ("2022-07-02Z", allowed for xsd:date) is None and leaves a traceback on the console. In the file that
#   is written again each stays as it was.
# Why it matters: other tools and SPARQL engines write or pass on "1". What a source confirmed is denied in Python and
#   confirmed in the store, of one and the same statement. Write "true" and "false" before you load.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'owlready2==0.51'
"$folder/venv/bin/python" - <<'PY'
import contextlib
import io
from datetime import date
from importlib.metadata import version

import owlready2

print("owlready2", version("owlready2"))
X, XSD, RDF = "http://example.org/x#", "http://www.w3.org/2001/XMLSchema#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWL = "http://www.w3.org/2002/07/owl#"


def value(text: str, datatype: str) -> object:
    file = f"""<{X}Event> <{RDF}type> <{OWL}Class> .
<{X}said> <{RDF}type> <{OWL}DatatypeProperty> .
<{X}event> <{RDF}type> <{X}Event> .
<{X}event> <{X}said> "{text}"^^<{XSD}{datatype}> .
"""
    ontology = owlready2.World().get_ontology(X).load(fileobj=io.BytesIO(file.encode()), format="ntriples")
    return ontology.event.said[0]


expected = {
    ("true", "boolean"): True,
    ("1", "boolean"): False,
    ("false", "boolean"): False,
    ("0", "boolean"): False,
    ("2022-07-02", "date"): date(2022, 7, 2),
    ("2022-07-02Z", "date"): None,
}
with contextlib.redirect_stderr(io.StringIO()):
    seen = {key: value(*key) for key in expected}
for (text, datatype), answer in seen.items():
    print(f'"{text}"^^xsd:{datatype} is read as {answer!r}')
raise SystemExit(seen != expected)
PY
