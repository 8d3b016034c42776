"""Names in a real browser: without end, from right to left, beside days and figures, on a phone too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from api.storage.database import engine
from seed.dossiers.command import load_files
from tests.support import databases
from tests.support.browser import DESKTOP, PHONE, chromium, watched
from tests.support.live import serving

pytestmark = pytest.mark.browser
RIGHT_TO_LEFT = """
dataset = "aleppo"
[[datasets]]
id = "aleppo"
title = "معركة حلب"
recorded_at = "2024-06-01T00:00:00Z"
[[sources]]
id = "aleppo-paper"
kind = "news"
title = "صحيفة (2016)"
[[actors]]
id = "aleppo-side"
kind = "side"
name = "قوات أ."
[[locations]]
id = "aleppo-city"
kind = "city"
name = "حلب م."
point = { longitude = 37.16, latitude = 36.2, method = "stated", source = "aleppo-paper" }
[[events]]
id = "aleppo-battle"
kind = "armed_clash"
title = "معركة حلب (2016)"
date = { edtf = "2016-12-22", basis = "stated" }
location = "aleppo-city"
place_relation = "at"
participants = [{ actor = "aleppo-side", role = "attacker" }]
[[claims]]
id = "aleppo-1"
event = "aleppo-battle"
speaker = "aleppo-side"
stance = "asserts"
aspect = "occurrence"
summary = "وقعت المعركة (2016)."
said = { edtf = "2016-12-22", basis = "stated" }
citations = [{ source = "aleppo-paper", role = "carries" }]
"""
ENDS = """(text) => [0, text.getNumberOfChars() - 1].map((place) => text.getStartPositionOfChar(place).x)"""
LAST_AND_FIRST = """(one) => { const words = one.firstChild, range = document.createRange();
  const at = (place) => {
    range.setStart(words, place); range.setEnd(words, place + 1); return range.getBoundingClientRect().x; };
  return [at(0), at(words.length - 1)]; }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def odd_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("odd")
    with databases.copy("sqlite", folder, databases.odd("sqlite")) as url, serving(url) as served:
        yield str(served.client.base_url).rstrip("/")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/explore",
        "/explore/disputes",
        "/explore/events/odd-figures",
        "/explore/events/odd-answered",
        "/explore/places/one-spot",
        "/explore/actors/odd-speaker-b",
        "/explore/sources/odd-long",
    ],
)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_names_without_end_are_broken(browser: Browser, odd_root: str, path: str, viewport: ViewportSize) -> None:
    with watched(browser, odd_root, viewport=viewport) as seen:
        page = seen.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_day_beside_a_name_from_right_to_left_is_read_from_the_left(browser: Browser, odd_root: str) -> None:
    with watched(browser, odd_root, viewport=DESKTOP) as seen:
        page = seen.open("/explore/events/odd-figures")
        rows = page.locator("svg.figures a text:first-of-type")
        for row in (rows.first, rows.nth(2)):
            first, last = row.locator("tspan").evaluate(ENDS)
            name = row.evaluate("(text) => text.getStartPositionOfChar(text.firstChild.length - 2).x")
            assert name < first < last


def test_no_figure_is_cut_off(browser: Browser, tmp_path: Path) -> None:
    """Khasham's tolls: open ends, long names, days that are not exact."""
    with (
        databases.copy("sqlite", tmp_path, databases.shipped("sqlite")) as url,
        serving(url) as api,
        watched(browser, str(api.client.base_url).rstrip("/"), viewport=DESKTOP) as seen,
    ):
        page = seen.open("/explore/events/khasham-russian-deaths")
        expect(page.locator("svg.figures").first).to_be_visible()
        found = page.evaluate(
            """[...document.querySelectorAll("svg.figures")].flatMap(picture => {
                const frame = picture.getBoundingClientRect();
                return [...picture.querySelectorAll("a")].flatMap(row => {
                    const boxes = [...row.querySelectorAll("text")].map(text => text.getBoundingClientRect());
                    const [name, size] = boxes;
                    const beyond = boxes.some(box => box.right > frame.right || box.left < frame.left - 1);
                    return beyond || name.right > size.left ? [row.textContent] : [];
                });
            })"""
        )
        assert found == []


def test_names_written_from_right_to_left_are_read_from_the_right(browser: Browser, tmp_path: Path) -> None:
    """The first letter stands to the right of the last, figures and full stops included, in text and in pictures."""
    file = tmp_path / "aleppo.toml"
    file.write_text(RIGHT_TO_LEFT)
    with databases.copy("sqlite", tmp_path, databases.empty("sqlite")) as url:
        made = engine(url)
        load_files(made, [file], message=None)
        made.dispose()
        with serving(url) as served, watched(browser, str(served.client.base_url).rstrip("/")) as seen:
            page = seen.open("/explore/events/aleppo-battle")
            for words in (page.locator("h1 bdi"), page.locator(".column h3 bdi"), page.locator("article p[dir=auto]")):
                first, last = words.first.evaluate(LAST_AND_FIRST)
                assert first > last
            page = seen.open("/explore")
            for words in (page.locator("svg.map text.place"), page.locator("svg.timeline text.lane-name")):
                first, last = words.first.evaluate(ENDS)
                assert first > last
