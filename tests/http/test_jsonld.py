"""Records as JSON-LD: two libraries read one graph from it, and it answers who denied what, and when."""

import json
import re
from typing import Any

import pytest
import rdflib
import rdflib.compare
from pyld import jsonld  # type: ignore[import-untyped]

from api.http.resources.linked_data import TERMS
from api.settings import PROJECT
from tests.support.live import Api

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own
LD = {"Accept": "application/ld+json"}
LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
SCHEMA = rdflib.Namespace("https://schema.org/")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")


def root(api: Api) -> str:
    return str(api.client.base_url).rstrip("/")


def graph(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format="json-ld")


@pytest.mark.parametrize("name", LISTS)
def test_both_libraries_read_the_same_graph(sqlite_api: Api, name: str) -> None:
    answer = sqlite_api.good(f"/{name}.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    found = graph(answer.text)
    lines = jsonld.to_rdf(answer.json(), {"format": "application/n-quads"})
    assert rdflib.compare.isomorphic(found, rdflib.Graph().parse(data=lines, format="nt"))
    ids = {f"{root(sqlite_api)}/{name}/{record}" for record in sqlite_api.ids(f"/{name}")}
    assert answer.headers["counterclaim-count"] == str(len(ids))
    assert {node["@id"] for node in answer.json()["@graph"]} == ids
    assert {subject for subject in found.subjects() if isinstance(subject, rdflib.URIRef)} >= set(
        map(rdflib.URIRef, ids)
    )


def test_the_question_in_the_docs(sqlite_api: Api) -> None:
    text = (PROJECT / "docs" / "linked-data.md").read_text()
    (program,) = re.findall("```python\n(.*?)```", text, re.DOTALL)
    (shown,) = re.findall("```text\n(.*?)```", text, re.DOTALL)
    (query,) = re.findall('"""(.*?)"""', program, re.DOTALL)
    found = graph(sqlite_api.good("/claims.jsonld").text)
    rows = found.query(query.replace("http://127.0.0.1:8000", root(sqlite_api)))
    told = [" | ".join(map(str, row)) for row in rows]  # type: ignore[arg-type]
    assert told[:2] == shown.splitlines()
    assert len(told) == sqlite_api.get("/claims/count", stance="denies")["count"]


def test_a_claim_says_who_what_when_and_where(api: Api) -> None:
    answer = api.ask("/claims/lysychansk-s14a", LD)
    assert answer.headers["content-type"] == "application/ld+json"
    found = graph(answer.text)
    own = rdflib.Namespace(f"{root(api)}/ns#")
    claim = rdflib.URIRef(f"{root(api)}/claims/lysychansk-s14a")
    assert found.value(claim, PROV.wasAttributedTo) == rdflib.URIRef(f"{root(api)}/actors/haidai")
    assert found.value(claim, own.stance) == own["stance-concedes"]
    assert found.value(claim, own.saidEarliest) == rdflib.Literal("2022-07-03", datatype=rdflib.XSD.date)
    assert found.value(claim, own.saidEdtf) == rdflib.Literal("2022-07-03")
    assert found.value(claim, PROV.wasDerivedFrom) == rdflib.URIRef(
        f"{root(api)}/sources/wikipedia-battle-of-lysychansk"
    )


def test_nothing_is_made_more_exact_than_it_is(shipped_api: Api) -> None:
    """An event near a place is not at it, and an affiliation of a year does not begin on its first day."""
    found = graph(shipped_api.good("/events.jsonld").text) + graph(shipped_api.good("/actors.jsonld").text)
    own, here = rdflib.Namespace(f"{root(shipped_api)}/ns#"), f"{root(shipped_api)}/events"
    strikes = rdflib.URIRef(f"{here}/strikes-from-the-south")
    assert found.value(strikes, own.placeRelation) == own["placeRelation-near"]
    said = {
        (str(since), *(str(found.value(node, own[f"since{name}"])) for name in ("Earliest", "Latest", "Precision")))
        for node, since in found.subject_objects(own.sinceEdtf)
    }
    assert ("2023", "2023-01-01", "2023-12-31", str(own["precision-year"])) in said
    actors = shipped_api.ndjson("/actors.ndjson")
    assert {since for since, *_ in said} == {
        link["since"] for actor in actors for link in actor["affiliations"] if link["since"]
    }


@pytest.mark.parametrize(
    "path", ["/claims?limit=2", "/events/capture-of-lysychansk/claims", "/events?as_of=2022-07-02"]
)
def test_pages_are_graphs_for_clients_that_accept_them(api: Api, path: str) -> None:
    plain, linked = api.ask(path), api.ask(path, LD)
    assert plain.headers["content-type"] == "application/json"
    assert linked.headers["content-type"] == "application/ld+json"
    assert plain.headers["vary"] == linked.headers["vary"] == "Accept, Accept-Encoding"
    assert plain.headers["etag"] != linked.headers["etag"]
    assert plain.headers.get("link") == linked.headers.get("link")
    named = [node["@id"].rpartition("/")[2] for node in linked.json()["@graph"]]
    assert named == [row["id"] for row in plain.json()["data"]]
    assert api.ask(path, {**LD, "If-None-Match": linked.headers["etag"]}).status_code == 304
    assert api.ask(path, {**LD, "If-None-Match": plain.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "linked"),
    [
        ("application/ld+json, application/json;q=0.5", True),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', True),
        ("text/html, application/ld+json;q=0.9", True),
        ("application/ld+json;q=0, application/json", False),
        ("application/ld+json;q=0.000", False),
        ("application/json, application/ld+json;q=0.5", False),
        ("application/ld+json;q=0.9, application/json;q=0.8, */*;q=0.1", True),
        ("text/turtle, application/ld+json;q=0.8, */*;q=0.3", True),
        ("application/ld+json;q=0.1, */*;q=0.2", False),
        ("application/ld+json;q=0.5, application/*", False),
        ("Application/LD+JSON ; Q=1 , application/json", True),
        ('application/json;q=0.4, application/ld+json;profile="a, b;q=0";q=0.5', True),
        ("application/xld+json, text/application/ld+json", False),
        ("application/json", False),
        ("*/*", False),
    ],
)
def test_only_who_names_it_gets_it(api: Api, accept: str, linked: bool) -> None:
    answer = api.ask("/actors/haidai", {"Accept": accept})
    assert (answer.headers["content-type"] == "application/ld+json") == linked


@pytest.mark.parametrize("name", LISTS)
def test_every_word_and_day_has_its_type(shipped_api: Api, name: str) -> None:
    """What a context forgets is a plain text in the graph."""
    found = graph(shipped_api.good(f"/{name}.jsonld").text)
    texts = {str(value) for value in found.objects() if isinstance(value, rdflib.Literal)}
    assert not [value for value in texts if value.startswith("cc:")]
    for _, term, value in found:
        if str(term).endswith(("arliest", "atest")):
            assert isinstance(value, rdflib.Literal), term
            assert value.datatype == rdflib.XSD.date, term


def test_every_term_is_explained(api: Api) -> None:
    page = api.good("/ns").text
    explained = set(re.findall('id="([^"]+)"', page))
    used: set[str] = set()
    for name in LISTS:
        used |= set(re.findall('"cc:([A-Za-z_-]+)"', api.good(f"/{name}.jsonld").text))
    assert used - explained == set()
    assert set(TERMS) - explained == set()


def test_a_mistake_is_a_problem_here_too(api: Api) -> None:
    answer = api.ask("/events?party=ukrain", LD)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert api.problem("/claims.jsonld", speaker="hayday")["errors"][0]["parameter"] == "speaker"


@pytest.mark.parametrize("path", [f"/{name}.jsonld" for name in LISTS])
def test_both_databases_say_the_same(sqlite_api: Api, postgresql_api: Api, path: str) -> None:
    first, second = (api.good(path).text.replace(root(api), "") for api in (sqlite_api, postgresql_api))
    assert first == second
    node: Any = json.loads(first)["@context"]
    assert node["cc"] == "/ns#"
