"""What is served beside records."""

import re

import pytest

from api.domain.vocabulary import VOCABULARIES
from tests.support.live import Api


def test_every_vocabulary_explains_every_word(api: Api) -> None:
    served = api.get("/vocabulary")
    assert list(served) == list(VOCABULARIES)
    assert served["stance"][1] == {
        "word": "concedes",
        "meaning": "Says that it is so, against the speaker's own interest.",
    }
    for words in served.values():
        assert all(re.fullmatch("[a-zA-F1-6_]+", word["word"]) and word["meaning"].endswith(".") for word in words)


def test_health_names_the_database_and_what_it_holds(api: Api, backend: str) -> None:
    health = api.get("/health")
    assert (health["status"], health["database"], health["revision"]) == ("ok", backend, 1)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", health["loaded_at"])


def test_the_docs_need_no_other_host(api: Api) -> None:
    page = api.good("/docs")
    assert "//" not in page.text.replace("<!doctype", "")
    assets = re.findall('(?:src|href)="([^"]+)"', page.text)
    assert len(assets) >= 3
    for asset in assets:
        answer = api.good(f"/{asset}")
        assert answer.content
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "<script>" not in page.text
    api.problem("/redoc", 404)


def test_the_docs_start_with_our_own_document(api: Api) -> None:
    start = api.good("/docs/start.js")
    assert 'fetch("openapi.json")' in start.text
    assert start.headers["content-type"].startswith("text/javascript")
    assert api.good("/docs/start.css").headers["content-type"].startswith("text/css")


def test_the_stories_can_be_read_beside_the_docs(api: Api) -> None:
    story = api.good("/docs/story")
    assert story.headers["content-type"] == "text/plain; charset=utf-8"
    assert story.text.startswith("# The capture in five requests")


def test_a_list_stands_before_its_records_and_these_before_its_files(api: Api) -> None:
    paths = list(api.get("/openapi.json")["paths"])
    assert paths[0] == "/events"
    for name in ("events", "claims", "disputes", "sources", "actors", "locations", "datasets"):
        records = [paths.index(path) for path in paths if path.startswith(f"/{name}/") and "." not in path]
        files = [paths.index(path) for path in paths if path.startswith(f"/{name}.")]
        assert paths.index(f"/{name}") < min(records) <= max(records) < min(files)


@pytest.mark.parametrize("path", ["/openapi.json", "/static-offline-docs/swagger-ui-bundle.js"])
def test_answers_that_do_not_depend_on_data_can_be_cached(api: Api, path: str) -> None:
    answer = api.good(path)
    for copy in (answer.headers["etag"], "*"):
        again = api.ask(path, {"If-None-Match": copy})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert api.ask(path, {"If-None-Match": '"another"'}).content == answer.content
