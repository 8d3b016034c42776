"""What SECURITY.md promises of every answer: strict headers, nothing of the inside, and nothing echoed as a page."""

import re

import httpx
import pytest

from api.server.middleware import POLICY as PLAIN_POLICY
from api.settings import PROJECT
from tests.support.live import Api, serving

EVIL = "<script>alert(1)</script>"
ECHOES = (
    f"/{EVIL}",
    f"/events/{EVIL}",
    f"/problems/{EVIL}",
    f"/events?q={EVIL}",
    f"/events?{EVIL}=1",
    f"/events?party={EVIL}",
    f"/events?cursor={EVIL}",
    f"/docs/{EVIL}",
    f"/sources?publisher={EVIL}",
    f"/events.csv?kind={EVIL}",
)


@pytest.mark.parametrize("path", ECHOES)
def test_nothing_that_is_sent_comes_back_as_a_page(sqlite_api: Api, path: str) -> None:
    for accept in ("text/html", "*/*"):
        answer = sqlite_api.ask(path, {"Accept": accept})
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        if answer.headers["content-type"].startswith("text/html"):  # what is not there is a page to a browser
            assert (accept, answer.status_code) == ("text/html", 404)
            assert "<script>alert" not in answer.text
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
        else:
            assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
            assert policy.encode() == PLAIN_POLICY


def test_pages_run_scripts_of_ours_alone(sqlite_api: Api) -> None:
    policy = sqlite_api.good("/docs").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    page = sqlite_api.good("/problems/not-found")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].encode() == PLAIN_POLICY


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/events", "/events.csv", "/nothing", "/metrics", "/problems/not-found"]
)
def test_headers_of_every_answer(sqlite_api: Api, path: str) -> None:
    headers = sqlite_api.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    assert headers["access-control-allow-origin"] == "*"
    assert "content-security-policy" in headers
    assert not {"server", "x-powered-by", "set-cookie", "access-control-allow-credentials"} & headers.keys()


def test_a_defect_says_nothing_of_the_inside(
    dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> httpx.Response:
        raise RuntimeError(f"secret in {PROJECT}")

    monkeypatch.setattr("api.http.answers.page", broken)
    with serving(dossier_of_sqlite) as api:
        answer = api.ask("/events")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "The request could not be answered."
    assert not re.search(r"secret|Traceback|RuntimeError|\.py|/api/", answer.text)
    assert "secret in" in "".join(capfd.readouterr())


@pytest.mark.parametrize("path", ["/events?limit=1", "/events/count", "/events.csv"])
def test_a_defect_runs_once(dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Its error might come from a damaged document as well, but every document that was read is valid."""
    calls: list[str] = []

    async def broken(*_: object) -> str:
        calls.append(path)
        raise KeyError("title")

    monkeypatch.setattr("api.query.lists.PostingsQuery.take", broken)
    monkeypatch.setattr("api.query.lists.PostingsQuery.count", broken)
    with serving(dossier_of_sqlite) as api:
        assert api.problem(path, 500)["type"] == "/problems/internal-error"
    assert calls == [path]


@pytest.mark.parametrize(("page", "least"), [("SECURITY.md", 12), ("docs/reliability.md", 9)])
def test_every_promise_names_a_test_that_holds_it(page: str, least: int) -> None:
    text = (PROJECT / page).read_text()
    promised = text.partition("## What is promised")[2].partition("\n## ")[0]
    lines = re.findall(r"^- .*?(?=^- |\Z)", promised, re.DOTALL | re.MULTILINE)
    assert len(lines) >= least
    for line in lines:
        named = re.findall(r"`(tests/\w+/test_\w+\.py)(?:::(test_\w+))?`", line)
        assert named, line
        for file, test in named:
            assert not test or f"def {test}(" in (PROJECT / file).read_text(), f"{file}::{test}"
            assert (PROJECT / file).is_file(), file
