"""The OpenAPI document: committed, complete, true in every example, and fit to generate a client from."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.http import openapi
from api.http.openapi import resolved
from api.http.problems import PROBLEM_TYPES
from api.http.routing import EXAMPLES
from api.main import create_app
from api.query.session import MARK
from tests.query.test_paging import remade
from tests.support.exchanges import DOCUMENT, REQUESTS, answers, samples
from tests.support.live import Api, Params

SERVED = create_app().openapi()
OPERATIONS = {operation["operationId"]: (path, operation) for path, operation in openapi.operations(SERVED)}
# What these answer differs from one server to the next.
OF_THE_MOMENT = {
    *("get_health", "get_readiness", "get_metrics"),
    *("get_releases", "get_release", "get_release_sum", "export_release", "compare_releases", "export_differences"),
}
RENEW = "python -m tests.support.exchanges writes it anew; say in CHANGELOG.md what has changed"

NOT_EVERYWHERE = {"not-found", "gone", "method-not-allowed", "range-not-satisfiable", "revision-differs"}
NOT_EVERYWHERE |= {"content-too-large", "origin-not-allowed", "unsupported-coding"}  # of /mcp alone


def parameters() -> Iterator[Any]:
    for name, (_, operation) in OPERATIONS.items():
        for parameter in operation.get("parameters", ()):
            parameter = resolved(SERVED, parameter)  # noqa: PLW2901 - what it refers to
            yield pytest.param(parameter, id=f"{name}-{parameter['name']}")


def shown() -> Iterator[Any]:
    for name, (_, operation) in OPERATIONS.items():
        for status, response in operation["responses"].items():
            for media_type, content in resolved(SERVED, response).get("content", {}).items():
                yield pytest.param(status, media_type, content, id=f"{name}-{status}")


def fits(schema: Any, value: Any) -> bool:
    return jsonschema_rs.is_valid({**schema, "components": SERVED["components"]}, value, validate_formats=True)


def test_it_does_not_change_unnoticed() -> None:
    assert DOCUMENT.read_text() == openapi.as_kept(SERVED), RENEW


def test_it_is_served(api: Api) -> None:
    assert api.get("/openapi.json") == SERVED


def test_every_example_took_place(shipped_api: Api) -> None:
    assert answers(shipped_api.client) == openapi.EXCHANGES, RENEW
    assert samples(shipped_api.client) == EXAMPLES, RENEW


def test_every_operation_shows_an_exchange() -> None:
    assert REQUESTS.keys() == OPERATIONS.keys() - OF_THE_MOMENT
    for name, exchanges in openapi.EXCHANGES.items():
        path, operation = OPERATIONS[name]
        expected = {"200", "422"} | ({"404"} if "{" in path else set())
        assert exchanges.keys() - {"cursor"} == expected, name
        assert expected <= operation["responses"].keys()


def test_every_type_of_problem_is_documented_wherever_it_can_happen() -> None:
    by_path = {kind.status for kind in PROBLEM_TYPES.values() if kind.slug not in NOT_EVERYWHERE}
    for name, (path, operation) in OPERATIONS.items():
        other = resolved(SERVED, operation["responses"]["default"])["content"]["application/problem+json"]["examples"]
        problems = {int(status) for status in operation["responses"] if status.isdigit() and int(status) >= 400}
        problems |= {PROBLEM_TYPES[slug].status for slug in other}
        missing = ({404} if "{" in path else set()) | ({416} if name.startswith("export_") else set())
        withdrawn = {410} if re.fullmatch(r"/[a-z]+/\{id\}(/(?!revisions$)[a-z]+)?", path) else set()
        paged = {
            409 for parameter in operation.get("parameters", ()) if resolved(SERVED, parameter)["name"] == "cursor"
        }
        assert problems == by_path | missing | withdrawn | paged, name


def test_links_between_responses(shipped_api: Api) -> None:
    """Every link of every answer's example can be followed; whatever answers for an id is led to."""
    followed = set()
    for name, (_, operation) in OPERATIONS.items():
        answer = operation["responses"]["200"]
        for link in answer.get("links", {}).values():
            path, _ = OPERATIONS[link["operationId"]]
            found: Any = answer["content"]["application/json"]["example"]
            for part in link["parameters"]["id"].removeprefix("$response.body#/").split("/"):
                found = found[int(part) if part.isdigit() else part]
            shipped_api.good(path.format(id=found))
            followed.add(link["operationId"])
        leads_nowhere = name.endswith(("_positions", "_revisions", "_changes"))
        assert answer.get("links") or not name.startswith("list_") or leads_nowhere, name
    of_one = {name for name, (path, _) in OPERATIONS.items() if "{id}" in path}
    assert followed == of_one - {"compare_parties"}  # which takes two ids


def test_two_parties_are_compared_at_least() -> None:
    found = [resolved(SERVED, one) for one in OPERATIONS["compare_parties"][1]["parameters"]]
    (party,) = [one for one in found if one["name"] == "party"]
    assert party["required"]
    assert (party["schema"]["minItems"], party["schema"]["maxItems"], party["schema"]["uniqueItems"]) == (2, 20, True)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_grouped_and_explained(name: str) -> None:
    _, operation = OPERATIONS[name]
    assert re.fullmatch("(list|count|get|export|compare)_[a-z_]+", name)
    (tag,) = operation["tags"]
    assert tag in openapi.TAGS
    assert 9 < len(operation["summary"]) < 140
    assert operation["description"]


def test_groups_are_explained() -> None:
    used = {operation["tags"][0] for _, operation in OPERATIONS.values()}
    assert {tag["name"] for tag in SERVED["tags"]} == used == openapi.TAGS.keys()


@pytest.mark.parametrize("parameter", list(parameters()))
def test_a_parameter_is_explained_and_shown(parameter: Any) -> None:
    assert parameter["description"]
    schema = parameter["schema"]
    assert "anyOf" not in schema, "unset is no value"
    assert schema["examples"]
    for example in schema["examples"]:
        assert fits(schema, example)
    if schema.get("type") == "array":
        assert (parameter["style"], parameter["explode"]) == ("form", True)
    if re.search("(_from|_to|as_of)$", parameter["name"]):
        assert (schema["type"], schema["format"]) == ("string", "date")


ROLLUPS = (("count", "events_by"), ("count", "claims_by"), ("export", "event_counts"), ("export", "claim_counts"))
CIRCLE: Params = {"longitude": 38.44, "latitude": 48.9, "radius_km": 15}
TOGETHER: dict[str, Params] = {
    **dict.fromkeys(CIRCLE, CIRCLE),
    "known": {"as_of": "2022-07-02"},
    "party_level": {"by": "party"},
    "location_level": {"by": "location"},
}
NEEDED: dict[str, Params] = {
    "get_briefing": {"date_from": "2022-07-02"},
    "export_briefing_atom": {"date_from": "2022-07-02"},
    **{f"{verb}_{record}": {"by": "dataset"} for verb, record in ROLLUPS},
    "compare_parties": {"party": ["russian-side", "ukrainian-side"]},
}


# A database has no release until somebody makes one.
@pytest.mark.parametrize("name", [name for name, (path, _) in OPERATIONS.items() if not path.startswith("/releases/")])
def test_every_such_as_is_accepted(sqlite_api: Api, name: str) -> None:
    path, operation = OPERATIONS[name]
    parameters = [resolved(SERVED, one) for one in operation.get("parameters", ())]
    named = {one["name"]: one["schema"]["examples"][0] for one in parameters if one["in"] == "path"}
    for parameter in parameters:
        for example in parameter["schema"]["examples"] if parameter["in"] == "query" else ():
            shown = example[0] if isinstance(example, list) else example
            shown = json.dumps(shown) if isinstance(shown, bool) else shown
            assert parameter["name"] == "cursor" or f"Such as `{shown}`." in parameter["description"]
            beside = {} if "briefing" in name else TOGETHER.get(parameter["name"], {})
            given = example
            if parameter["name"] == "cursor":  # what is shown is of another database, of more dossiers
                given = remade(shown, 3, sqlite_api.get("/revisions/1")["digest"][:MARK])
            asked = NEEDED.get(name, {}) | beside | {parameter["name"]: given}
            answer = sqlite_api.ask(path.format(**named), **asked)
            assert answer.status_code == 200, (parameter["name"], answer.text)


def test_parameters_that_need_others_say_so(sqlite_api: Api) -> None:
    """Who tries it out in `/docs` reads beside what it is given."""
    _, operation = OPERATIONS["list_events"]
    named = {one["name"]: one["description"] for one in (resolved(SERVED, one) for one in operation["parameters"])}
    assert sqlite_api.ask("/events", known="possible").status_code == 422
    assert named["known"].startswith("Requires `as_of`, refused without it: ")


@pytest.mark.parametrize(("status", "media_type", "content"), list(shown()))
def test_an_answer_is_described_and_shown(status: str, media_type: str, content: Any) -> None:
    assert ("schema" in content) == media_type.endswith(("/json", "+json"))
    if "schema" not in content:
        assert "example" in content or media_type.endswith("parquet")
        return
    examples = [one["value"] for one in content["examples"].values()] if "examples" in content else [content["example"]]
    assert all(fits(content["schema"], example) for example in examples)
    if status >= "400":
        assert media_type == "application/problem+json"
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        for example in examples:
            assert status in {str(example["status"]), "default"}
            assert example["title"] == PROBLEM_TYPES[example["type"].removeprefix("/problems/")].title


def test_the_box_is_typed() -> None:
    _, operation = OPERATIONS["list_events"]
    found = [resolved(SERVED, parameter) for parameter in operation["parameters"]]
    (box,) = (parameter["schema"] for parameter in found if parameter["name"] == "bbox")
    assert fits(box, "-180,-90,180,90.0")
    assert not fits(box, "1,2,3")
    assert not fits(box, "a,b,c,d")


def test_it_is_not_larger_than_it_has_to_be() -> None:
    """It was 618 kB once, of which this is half; what is said twice is said by reference."""
    assert len(json.dumps(SERVED, separators=(",", ":"), ensure_ascii=False).encode()) < 309_000
    assert '"additionalProperties": false' not in DOCUMENT.read_text()
    assert (SERVED["security"], SERVED["servers"][0]["url"]) == ([], "/")
    assert SERVED["info"]["license"]["identifier"] == "MIT"


def test_schemas_have_public_names() -> None:
    names = SERVED["components"]["schemas"].keys()
    assert {"Event", "Claim", "Source", "Actor", "Location", "Dataset", "Dispute", "Problem", "EventPage"} <= names
    assert [name for name in names if re.search("Query|Filters|Details|Validation|Body|__", name)] == []
    used = set(re.findall('"#/components/schemas/([^"]+)"', DOCUMENT.read_text()))
    assert used == names


@pytest.fixture(scope="session")
def client_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a generated client lies."""
    folder = tmp_path_factory.mktemp("client")
    config = folder / "config.yml"
    config.write_text(
        "post_hooks: []\ncontent_type_overrides: {application/x-ndjson: text/plain, "
        "application/zip: application/octet-stream, application/vnd.apache.parquet: application/octet-stream, "
        "application/atom+xml: text/plain, application/vnd.google-earth.kml+xml: text/plain}\n"
    )
    command: list[str | Path] = [
        Path(sys.executable).with_name("openapi-python-client"),
        *("generate", "--fail-on-warning", "--path", DOCUMENT, "--config", config),
        *("--meta", "none", "--output-path", folder / "counterclaim_client"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return folder


CALLER = """
import datetime, sys
from counterclaim_client import Client, models
from counterclaim_client.api.claims import list_claims
from counterclaim_client.api.events import count_events, export_events_geojson, get_event, list_events

client = Client(base_url=sys.argv[1])
july = {"date_from": datetime.date(2022, 7, 1), "date_to": datetime.date(2022, 7, 3)}
page = list_events.sync(client=client, party=["lpr"], kind=[models.EventKind.CAPTURE], **july)
assert isinstance(page, models.EventPage), page
(event,) = page.data
assert (event.id, event.date.earliest) == ("capture-of-lysychansk", datetime.date(2022, 7, 2))
assert event.participants[1].role is models.Role.ATTACKER
assert get_event.sync(event.id, client=client) == event
assert count_events.sync(client=client, party=["russian-side"], **july).count == 9
claims = list_claims.sync(client=client, flag=[models.CitationFlag.FAILED_VERIFICATION], total=True)
assert claims.meta.total == 3
assert [claim.speaker.id for claim in claims.data] == ["wikipedia"] * 3
assert len(export_events_geojson.sync(client=client, kind=[models.EventKind.CAPTURE]).features) == 5
problem = list_events.sync(client=client, party=["ukrain"])
assert isinstance(problem, models.Problem), problem
assert problem.errors[0].did_you_mean == ["ukraine", "ukrainian-side"]
missing = get_event.sync("capture-of-lisichansk", client=client)
assert isinstance(missing, models.Problem)
assert "capture-of-lysychansk" in missing.did_you_mean
"""


def test_a_generated_client_lists_filters_and_gets_typed_problems(client_folder: Path, sqlite_api: Api) -> None:
    caller = client_folder / "caller.py"
    caller.write_text(CALLER)
    done = subprocess.run(
        [sys.executable, caller, str(sqlite_api.client.base_url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
