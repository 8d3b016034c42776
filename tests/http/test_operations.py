"""What those who run the service see: numbers for Prometheus, a log of requests, and an id that joins both ends."""

import json
import os
import re
import socket
import subprocess
import sys

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.settings import PROJECT
from tests.support.live import Api, serving

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def numbers(api: Api) -> Numbers:
    answer = api.good("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def number(found: Numbers, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


def test_requests_are_counted_by_route_and_status(dossier_url: str) -> None:
    with serving(dossier_url) as api:
        for path in ("/events/capture-of-lysychansk", "/events/refinery-entry", "/events/nothing", "/events?party=x"):
            api.ask(path)
        api.client.head("/events")
        api.client.post("/events")
        api.ask("/no/such/page")
        found = numbers(api)
    total = "counterclaim_requests_total"
    assert number(found, total, method="GET", route="/events/{id}", status="200") == 2
    assert number(found, total, method="GET", route="/events/{id}", status="404") == 1
    assert number(found, total, method="GET", route="/events", status="422") == 1
    assert number(found, total, method="HEAD", route="/events", status="200") == 1
    assert sum(value for (name, labels), value in found.items() if name == total and ("status", "405") in labels) == 1
    seconds = "counterclaim_request_seconds"
    assert number(found, f"{seconds}_count", route="/events/{id}") == 3
    assert number(found, f"{seconds}_bucket", route="/events/{id}", le="+Inf") == 3
    assert 0 < number(found, f"{seconds}_sum", route="/events/{id}") < 5
    buckets = [
        (float(dict(labels)["le"]), value)
        for (name, labels), value in found.items()
        if name == f"{seconds}_bucket" and ("route", "/events/{id}") in labels
    ]
    assert [value for _, value in sorted(buckets)] == sorted(value for _, value in buckets)


def test_no_client_adds_metrics(dossier_of_sqlite: str) -> None:
    """Routes and methods are ours: whatever is asked, there are no more lines."""
    with serving(dossier_of_sqlite) as api:
        for one in range(50):
            api.ask(f"/events/unknown-{one}")
            api.ask(f"/made-up-{one}")
            api.client.request(f"METHOD{one}", "/events")
        routes = {dict(labels).get("route") for _, labels in numbers(api)}
        methods = {dict(labels).get("method") for _, labels in numbers(api)}
    assert routes <= {None, "-", "/events/{id}", "/events", "/metrics"}
    assert methods <= {None, "GET", "other"}


def test_the_database_in_numbers(dossier_url: str, backend: str) -> None:
    with serving(dossier_url) as api:
        api.get("/events")
        found = numbers(api)
    assert number(found, "counterclaim_database_up") == 1
    assert number(found, "counterclaim_revision") == 1
    assert number(found, "counterclaim_records", kind="event") == 27
    assert number(found, "counterclaim_records", kind="claim") == 63
    kinds = {dict(labels)["kind"] for name, labels in found if name == "counterclaim_records"}
    assert kinds == {"dataset", "source", "actor", "location", "event", "claim"}
    assert number(found, "counterclaim_database_connections", state="open") >= 1
    states = {dict(labels)["state"] for name, labels in found if name == "counterclaim_database_connections"}
    assert states == {"open", "idle" if backend == "postgresql" else "exporting"}


@pytest.mark.parametrize(
    ("path", "route", "status"), [("/events/refinery-entry", "/events/{id}", 200), ("/events?x=1", "/events", 422)]
)
def test_a_request_is_logged_under_the_id_it_was_given(
    dossier_of_sqlite: str, path: str, route: str, status: int
) -> None:
    settings = {"DATABASE_URL": dossier_of_sqlite, "COUNTERCLAIM_ACCESS_LOG": "true", "COUNTERCLAIM_LOG_FORMAT": "json"}
    server = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
        cwd=PROJECT,
        env={**os.environ, **settings, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    root = server.stdout.readline().split()[3]
    answer = httpx.get(root + path)
    server.terminate()
    _, said = server.communicate(timeout=20)
    given = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", given)
    (line,) = [one for one in map(json.loads, said.splitlines()) if one["event"] == "answered"]
    assert (line["request_id"], line["method"], line["status"], line["client"]) == (given, "GET", status, "127.0.0.1")
    assert line["route"] == route
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT.*Z", line["at"])


def test_lines_of_text_in_a_file_have_no_colours() -> None:
    code = (
        "from api.http.monitoring import configure, log; from api.settings import Settings; "
        "configure(Settings(log_format='text')); log.info('answered', status=200)"
    )
    wrote = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert wrote.stderr.rstrip().endswith("status=200")
    assert "\x1b" not in wrote.stderr


def test_numbers_have_an_address_of_their_own(dossier_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(dossier_url, metrics_address=f"127.0.0.1:{port}") as api:
        assert api.get("/events/count") == {"count": 27}
        assert api.problem("/metrics", 404)["detail"].startswith("Metrics are served at a separate address")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            told = Api(client)
            counted = numbers(told)
            answered = ("method", "GET"), ("route", "/events/count"), ("status", "200")
            assert counted["counterclaim_requests_total", frozenset(answered)] == 1
            assert client.head("/metrics").status_code == 200
            assert "date" in client.head("/metrics").headers
            assert [told.ask(path).status_code for path in ("/", "/events", "/health")] == [404, 404, 404]


def test_strangers_get_no_metrics(dossier_of_sqlite: str) -> None:
    with serving(dossier_of_sqlite, host="0.0.0.0", rate_limit=0) as api:  # noqa: S104 - what an exposed one does
        assert api.problem("/metrics", 404)["type"] == "/problems/not-found"
        assert api.get("/health")["status"] == "ok"
