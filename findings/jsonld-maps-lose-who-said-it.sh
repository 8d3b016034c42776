#!/usr/bin/env bash
# Packages: rdflib 7.6.0 and PyLD 3.3.0 (PyPI), on the same documents of JSON-LD 1.1.
# A good guess: the maps of JSON-LD (`@container`) are short forms. What stands in one under the speaker, the kind or the id of
#   a claim is in the graph what it would be if it were written out, in either library; what one does not support it refuses.
# What happens: each loses some. Claims in a map by speaker (`"@container": "@index", "@index": "by"`) have no speaker in PyLD,
#   unless `@index` is a whole IRI; rdflib keeps them. In a map by kind or by id, rdflib drops the key wherever a list stands
#   under it, as it may: one denial is a denial, two are of no kind; PyLD keeps them. Claims in graphs of their own
#   (`"@container": "@graph"`) rdflib puts into the one graph that is taken for true, in a Dataset too, so that two parties'
#   numbers of dead are both said of the event itself; PyLD keeps them apart. Nothing is refused and nothing is said. Of the
#   lists there is an open report in the issues of rdflib.
# Why it matters: these maps were made for "who said what". Published so, the claims arrive without the who, or as facts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'rdflib==7.6.0' 'PyLD==3.3.0'
"$folder/venv/bin/python" - <<'PY'
import json
import re
from importlib.metadata import version

from pyld import jsonld
from rdflib import Dataset

print("rdflib", version("rdflib"), "PyLD", version("PyLD"))
BASE = "https://example.org/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def document(container, claims, **more):
    """An event with claims in a map of this kind."""
    context = {"@version": 1.1, "@vocab": BASE, "claim": {"@id": BASE + "claim", "@container": container, **more}}
    return {"@context": context, "@id": BASE + "event", "claim": claims}


def lines(document):
    """The quads that either library reads, of each the subject, predicate, object and graph; blank nodes are all `_`."""
    dataset = Dataset()
    dataset.parse(data=json.dumps(document), format="json-ld")
    texts = dataset.serialize(format="nquads"), jsonld.to_rdf(document, {"format": "application/n-quads"})
    return [sorted(re.sub(r"_:\w+", "_", line.rstrip(" .")).rstrip() for line in text.splitlines() if line) for text in texts]


event = {"@id": BASE + "event"}
cases = {
    "by speaker": document("@index", {"mayor": {"killed": 5}, "army": {"killed": 0}}, **{"@index": "by"}),
    "by speaker, as an IRI": document("@index", {"mayor": {"killed": 5}, "army": {"killed": 0}}, **{"@index": BASE + "by"}),
    "by kind": document("@type", {"Denial": {"killed": 0}, "Report": {"killed": 5}}),
    "by kind, a list": document("@type", {"Denial": [{"killed": 0}, {"killed": 1}]}),
    "by id, a list": document(["@id", "@set"], {BASE + "one": [{"killed": 5}]}),
    "in graphs": document("@graph", [event | {"killed": 5}, event | {"killed": 0}]),
}
kept = {}
for name, case in cases.items():
    kept[name] = []
    for library, quads in zip(("rdflib", "PyLD"), lines(case), strict=True):
        print(f"{name}: {library}")
        print(*(f"    {quad}" for quad in quads), sep="\n")
        if "speaker" in name:
            kept[name].append(sum(f"<{BASE}by>" in quad for quad in quads))
        elif "kind" in name:
            kept[name].append(sum(TYPE in quad for quad in quads))
        elif "id" in name:
            kept[name].append(sum(quad.startswith(f"<{BASE}one>") for quad in quads))
        else:
            kept[name].append(sum("killed" in quad and quad.endswith(" _") for quad in quads))
print("what is kept, by rdflib and by PyLD:", kept)
expected = {"by speaker": [2, 0], "by speaker, as an IRI": [2, 2], "by kind": [2, 2], "by kind, a list": [0, 2]}
expected |= {"by id, a list": [0, 1], "in graphs": [0, 2]}
raise SystemExit(kept != expected)
PY
