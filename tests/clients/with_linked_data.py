"""rdflib and PyLD read the same graph from every list, and find by SPARQL who denied what, and when."""

import json
import sys
from importlib.metadata import version

import httpx
import rdflib
import rdflib.compare
from pyld import jsonld

ROOT = sys.argv[1]
LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
QUERY = f"""
    PREFIX cc: <{ROOT}/ns#>
    PREFIX prov: <http://www.w3.org/ns/prov#>
    SELECT ?claim ?who ?first WHERE {{
      ?claim cc:stance cc:stance-denies .
      OPTIONAL {{ ?claim prov:wasAttributedTo ?who }}
      OPTIONAL {{ ?claim cc:saidEarliest ?first }}
    }}"""


def graph(path: str) -> rdflib.Graph:
    answer = httpx.get(f"{ROOT}{path}", headers={"Accept": "application/ld+json"})
    assert answer.headers["content-type"] == "application/ld+json"
    return rdflib.Graph().parse(data=answer.text, format="json-ld")


def both_agree() -> None:
    for name in LISTS:
        answer = httpx.get(f"{ROOT}/{name}.jsonld")
        found = rdflib.Graph().parse(data=answer.text, format="json-ld")
        lines = jsonld.to_rdf(answer.json(), {"format": "application/n-quads"})
        assert rdflib.compare.isomorphic(found, rdflib.Graph().parse(data=lines, format="nt")), name
        assert len(found) > 0


def who_denied_what() -> None:
    found = graph("/claims.jsonld").query(QUERY)
    claims = map(json.loads, httpx.get(f"{ROOT}/claims.ndjson?stance=denies").text.splitlines())
    due = {
        (
            f"{ROOT}/claims/{claim['id']}",
            claim["speaker"] and f"{ROOT}/actors/{claim['speaker']['id']}",
            claim["said"]["earliest"],
        )
        for claim in claims
    }
    assert {tuple(None if part is None else str(part) for part in row) for row in found} == due != set()


def one_record_alone() -> None:
    item = graph("/events/capture-of-lysychansk")
    (status,) = item.query(
        f"PREFIX cc: <{ROOT}/ns#> SELECT ?s WHERE {{ ?a cc:aspect cc:aspect-control ; cc:status ?s }}"
    )
    assert str(status[0]) == f"{ROOT}/ns#status-conceded"


both_agree()
who_denied_what()
one_record_alone()
print(f"rdflib {version('rdflib')}, PyLD {version('PyLD')}")
