"""The documentation to be tried out in a real browser: within its policy, on a phone, with a command line to copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import databases
from tests.support.browser import Watched, chromium, watched
from tests.support.live import serving

pytestmark = pytest.mark.browser
PREFIX = "/conflict"
PATIENCE_MS = 120_000
"""Swagger UI takes seconds to draw all of it, and longer beside other tests."""


@pytest.fixture(params=["", PREFIX])
def seen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    """A phone that reads the docs of the dossier, also behind a proxy that lends a path."""
    public = f"http://127.0.0.1{request.param}" if request.param else None
    url = databases.copy("sqlite", tmp_path, databases.dossier("sqlite"))
    with url as database, serving(database, public_url=public) as api, chromium() as browser:
        root = str(api.client.base_url).rstrip("/") + request.param
        with watched(browser, root, viewport={"width": 390, "height": 844}) as found:
            found.page.set_default_timeout(PATIENCE_MS)
            yield found


def test_a_question_is_tried_out_and_its_command_line_copied(seen: Watched) -> None:
    page = seen.open("/docs")
    paths = page.locator(".opblock-summary-path")
    expect(paths.first).to_have_text("/events", timeout=PATIENCE_MS)
    listed = [text.replace("\u200b", "") for text in paths.all_inner_texts()]
    assert listed.index("/events") < listed.index("/events.csv") < listed.index("/claims")
    page.locator(".opblock-summary").first.click()
    page.get_by_placeholder("limit").fill("3")
    page.get_by_role("button", name="Execute").click()
    command = page.locator(".curl-command .curl")
    expect(command).to_contain_text("curl", timeout=PATIENCE_MS)
    assert f"{seen.root}/events?limit=3'" in command.inner_text()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200", timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_stories_and_words_are_a_link_away(seen: Watched) -> None:
    page = seen.open("/docs")
    expect(page.locator(".opblock-summary-path").first).to_be_visible(timeout=PATIENCE_MS)
    for address, text in (("story", "The capture in five requests"), ("vocabulary", '"stance"')):
        answer = page.request.get(f"{seen.root}/{'docs/' if address == 'story' else ''}{address}")
        assert answer.ok
        assert text in answer.text()
    page.get_by_role("link", name="Two stories").click()
    expect(page.locator("body")).to_contain_text("The capture in five requests", timeout=PATIENCE_MS)
