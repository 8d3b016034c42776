"""A real browser for tests and screenshots: Debian's Chromium, which must never ask another host for anything."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1400, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; without one, these tests fail rather than pass unseen."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("No Chromium: `make test-browser` installs Debian's as root; else install it yourself.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and all that it complained of or asked other hosts for."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def request(self, request: Request) -> None:
        if not request.url.startswith(self.root):
            self.foreign.append(request.url)

    def open(self, path: str) -> Page:
        self.page.goto(self.root + path)
        return self.page


@contextmanager
def watched(browser: Browser, root: str, **options: Any) -> Iterator[Watched]:
    """A new page in a browser that remembers nothing; in the end it must have been quiet."""
    context = browser.new_context(**options)
    seen = Watched(context.new_page(), root)
    seen.page.on("console", seen.note)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on("request", seen.request)
    seen.page.set_default_timeout(20_000)
    yield seen
    context.close()
    assert (seen.complaints, seen.foreign) == ([], [])
