"""Pages in a real browser: with and without a script, by keyboard, on a phone, in the dark, in a frame."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.http.pages.test_contrast import contrast
from tests.support import databases
from tests.support.browser import DESKTOP, PHONE, Watched, chromium, watched
from tests.support.live import Api, serving

pytestmark = pytest.mark.browser
EVENT = "/explore/events/capture-of-lysychansk"
PAGES = (
    "/",
    "/explore",
    "/explore?as_of=2022-07-02",
    "/explore?kind=bogus",
    EVENT,
    "/explore/disputes",
    "/explore/places/lysychansk",
    "/explore/actors/haidai",
    "/explore/sources/isw-2022-07-02",
)
AXE = files("axe_playwright_python").joinpath("axe.min.js")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves the dossier; what a browser shows does not depend on the database."""
    folder = tmp_path_factory.mktemp("served")
    with databases.copy("sqlite", folder, databases.dossier("sqlite")) as url, serving(url) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def root(api: Api) -> str:
    return str(api.client.base_url).rstrip("/")


@pytest.fixture
def seen(browser: Browser, root: str) -> Iterator[Watched]:
    with watched(browser, root, viewport=DESKTOP) as found:
        yield found


@pytest.fixture
def scriptless(browser: Browser, root: str) -> Iterator[Watched]:
    with watched(browser, root, viewport=DESKTOP, java_script_enabled=False) as found:
        yield found


def find_the_governor(page: Page) -> None:
    """From the first page to what the governor said on the night of 3 July."""
    page.get_by_label("Find an event, a place, a name").fill("capture lysychansk")
    page.locator("form.search").get_by_role("button").click()
    expect(page).to_have_url(ending("/explore?q=capture+lysychansk"))
    page.locator("table.list").get_by_role("link", name="Capture of Lysychansk").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Capture of Lysychansk")
    said = page.locator("#lysychansk-s14a")
    expect(said).to_contain_text("Serhiy Haidai")
    expect(said).to_contain_text("conceded it")
    expect(said).to_contain_text("3 July 2022")


def said(page: Page) -> list[str]:
    return page.locator("main").inner_text().split()


def ending(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path) + "$")


def test_a_journalist_finds_the_governor(seen: Watched) -> None:
    find_the_governor(seen.open("/"))


def test_a_journalist_without_scripts_finds_the_governor(scriptless: Watched) -> None:
    find_the_governor(scriptless.open("/"))


def test_days_are_walked_without_scripts(scriptless: Watched) -> None:
    page = scriptless.open(f"{EVENT}?as_of=2022-07-02")
    expect(page.locator("h1 .badge")).to_contain_text("disputed")
    page.get_by_role("link", name="day after").click()
    expect(page).to_have_url(ending("as_of=2022-07-03"))
    expect(page.locator("h1 .badge")).to_contain_text("conceded")
    page.get_by_label("As known on").fill("2022-07-01")
    page.locator("form.day").get_by_role("button").click()
    expect(page).to_have_url(ending("as_of=2022-07-01"))


def test_the_slider_moves_everything_and_the_address(seen: Watched) -> None:
    page = seen.open("/explore")
    slider = page.get_by_role("slider")
    before = page.locator("table.list tbody tr").count()
    slider.focus()
    slider.press("Home")
    expect(page).to_have_url(re.compile(r"as_of=\d{4}-\d\d-\d\d"))
    expect(page.locator("table.list tbody tr")).not_to_have_count(before)
    expect(page.get_by_role("slider")).to_be_focused()
    address, shown = page.url, said(page)
    page.get_by_role("slider").press("ArrowRight")
    expect(page).not_to_have_url(address)
    page.goto(address)
    assert said(page) == shown
    page.go_back()


def test_filters_apply_at_once_and_the_way_back_works(seen: Watched) -> None:
    page = seen.open("/explore")
    page.get_by_label("What happened").select_option("capture")
    expect(page).to_have_url(ending("/explore?kind=capture"))
    expect(page.locator("table.list tbody tr").first).to_contain_text("Capture")
    page.go_back()
    expect(page).to_have_url(ending("/explore"))
    expect(page.get_by_label("What happened")).to_have_value("")


def test_a_link_within_the_page_shows_its_claim_and_fetches_nothing(seen: Watched) -> None:
    page = seen.open(EVENT)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.locator("a[href='#lysychansk-s14a']").first.click()
    expect(page.locator("article:target")).to_have_id("lysychansk-s14a")
    page.go_back()
    expect(page).to_have_url(ending(EVENT))
    assert [url for url in fetched if "/static/" not in url] == []


def test_the_map_is_moved_by_buttons(seen: Watched) -> None:
    page = seen.open("/explore")
    whole = page.locator("svg.map").get_attribute("viewBox")
    page.get_by_role("button", name="Closer").click()
    assert page.locator("svg.map").get_attribute("viewBox") != whole
    page.get_by_role("button", name="The whole map").click()
    assert page.locator("svg.map").get_attribute("viewBox") == whole


def test_every_mark_is_reached_by_keyboard(seen: Watched) -> None:
    page = seen.open("/explore?kind=capture")
    reached = set()
    for _ in range(160):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
            )
        )
    assert "Skip to the content" in reached
    for label in page.locator("svg a").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))"):
        assert label in reached


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_in_the_way(
    browser: Browser, root: str, path: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport=DESKTOP, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(root + path)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((found) => found.violations)")
    context.close()
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in grave] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_is_wider_than_the_screen(browser: Browser, root: str, path: str, viewport: ViewportSize) -> None:
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    page.goto(root + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()


def test_the_dark_is_dark(browser: Browser, root: str) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        with watched(browser, root, color_scheme=scheme) as seen:
            page = seen.open("/explore")
            shades[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shades == {"light": "rgb(251, 250, 247)", "dark": "rgb(20, 23, 28)"}


INK_AND_GROUND = """() => [...document.querySelectorAll("svg text")].filter((one) => one.textContent).map((text) => {
  text.scrollIntoView({block: "center", inline: "center"});
  const box = text.getBoundingClientRect();
  const below = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2).map((one) => {
    const style = getComputedStyle(one);
    if (!(one instanceof SVGElement)) return style.backgroundColor;
    return ["text", "tspan", "svg"].includes(one.localName) || style.fillOpacity < 0.5 ? "none" : style.fill;
  });
  const ground = below.find((shade) => shade.startsWith("rgb(")) || "rgb(255, 255, 255)";
  return [text.textContent, getComputedStyle(text).fill, ground];
})"""


def shade(text: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", text)[:3])


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "dark", "forced_colors": "active"},
        {"color_scheme": "light", "forced_colors": "active"},
        {"color_scheme": "dark", "contrast": "more"},
    ],
    ids=lambda options: "-".join(options.values()),
)
@pytest.mark.parametrize("path", ["/explore", EVENT])
def test_words_in_pictures_stand_out(browser: Browser, root: str, path: str, options: dict[str, str]) -> None:
    with watched(browser, root, viewport=DESKTOP, **options) as seen:
        found = seen.open(path).evaluate(INK_AND_GROUND)
    assert len(found) >= 10
    faint = [(words, ink, ground) for words, ink, ground in found if contrast(shade(ink), shade(ground)) < 4.5]
    assert faint == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_keep_their_shapes_in_forced_colours(
    browser: Browser, root: str, scheme: Literal["light", "dark"]
) -> None:
    with watched(browser, root, forced_colors="active", color_scheme=scheme) as seen:
        page = seen.open("/explore")
        marks = page.locator("svg.map .sign use")
        assert marks.count() >= 3
        ink = page.evaluate("getComputedStyle(document.querySelector('svg.map .sign use')).color")
        ground = page.evaluate("getComputedStyle(document.querySelector('svg.map .plate')).fill")
        assert contrast(shade(ink), shade(ground)) >= 4.5
        assert len(set(marks.evaluate_all("all => all.map((one) => one.getAttribute('href'))"))) >= 3
        for button in ("form.find button", "form.day button", ".tools button"):
            ink, backplate = (
                page.evaluate(f"getComputedStyle(document.querySelector('{button}')).{of}")
                for of in ("color", "backgroundColor")
            )
            canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert contrast(shade(ink), shade(backplate)) >= 4.5, button
            assert contrast(shade(ink), shade(canvas)) >= 4.5, button  # which browsers lay behind words


@contextmanager
def elsewhere(folder: Path) -> Iterator[str]:
    """Another site that serves a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_view_stands_in_a_frame_only_where_it_may(browser: Browser, root: str, tmp_path: Path) -> None:
    frames = "".join(
        f'<iframe src="{root}/explore{query}" width="900" height="600"></iframe>' for query in ("?embed=true", "")
    )
    holder = tmp_path / "holder.html"
    holder.write_text(f"<!doctype html><title>x</title>{frames}")
    context = browser.new_context()
    page = context.new_page()
    with elsewhere(tmp_path) as other:
        page.goto(f"{other}/{holder.name}", wait_until="load")
    embedded, refused = page.frames[1:]
    embedded.wait_for_selector("svg.map")
    assert embedded.locator("header.top").count() == 0
    assert refused.locator("svg.map").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_leaves_forms_away_and_is_dark_on_white(
    browser: Browser, root: str, scheme: Literal["light", "dark"]
) -> None:
    with watched(browser, root, color_scheme=scheme) as seen:
        page = seen.open(EVENT)
        page.emulate_media(media="print")
        assert not page.locator("form.day").is_visible()
        assert page.locator("#lysychansk-s14a").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        for words in ("body", ".badge", "#lysychansk-s14a .said"):
            ink = page.evaluate(f"getComputedStyle(document.querySelector('{words}')).color")
            assert contrast(shade(ink), "#ffffff") >= 4.5, words


@pytest.mark.parametrize(("path", "most"), [(EVENT, 60_000), ("/explore", 120_000), ("/", 60_000)])
def test_a_page_is_small_all_in_all(browser: Browser, root: str, path: str, most: int) -> None:
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(root + path, wait_until="networkidle")
    context.close()
    assert len(sizes) >= 3
    assert sum(sizes) <= most, json.dumps(sizes)
