"""TimelineJS itself, in Chromium: a slide for each dated event, its date in words, the undated ones on the title."""

import functools
import json
import shutil
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

ROOT = sys.argv[1]
DIST = Path("build", "clients") / "node_modules" / "@knight-lab" / "timelinejs" / "dist"
PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = """<!doctype html><meta charset=utf-8><link rel=stylesheet href=css/timeline.css>
<div id=here style="width:1200px;height:700px"></div><script src=js/timeline.js></script>"""
DRAW = """async (source) => {
  const told = await (await fetch(source)).json();
  const drawn = new TL.Timeline("here", told, {font: null, hash_bookmark: false});
  await new Promise((done) => { drawn.on("loaded", done); setTimeout(done, 15000); });
  const text = (node) => node ? node.textContent.trim() : "";
  return {
    slides: [...document.querySelectorAll(".tl-slide")].map((slide) => ({
      id: slide.id, date: text(slide.querySelector(".tl-headline-date")),
      text: text(slide.querySelector(".tl-text-content")),
    })),
    markers: document.querySelectorAll(".tl-timemarker").length,
    error: text(document.querySelector(".tl-message-content")),
  };
}"""


class Quiet(SimpleHTTPRequestHandler):
    """The package's files and the page that draws."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def drawn(source: str) -> Any:
    (DIST / "counterclaim.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(DIST)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/counterclaim.html")
        found = page.evaluate(DRAW, source)
        browser.close()
    server.shutdown()
    return found


if PROGRAM is None or not DIST.exists():
    print("Chromium or the npm package @knight-lab/timelinejs is not here")
    sys.exit(77)
SOURCE = f"{ROOT}/events.timeline.json"
seen = drawn(SOURCE)
told = httpx.get(SOURCE).json()
assert seen["error"] == "", seen["error"]
shown = {slide["id"]: slide for slide in seen["slides"]}
due = {event["unique_id"]: event for event in told["events"]}
assert len(seen["slides"]) == len(due) + 1  # and the title
assert seen["markers"] == len(due)
for name, event in due.items():
    assert shown[name]["date"] == event["display_date"], name
(title,) = [slide for slide in seen["slides"] if slide["id"] not in due]
events = list(map(json.loads, httpx.get(f"{ROOT}/events.ndjson").text.splitlines()))
undated = [event["title"] for event in events if event["date"]["edtf"] is None]
assert undated
assert [name for name in undated if name not in title["text"]] == []
package = json.loads((DIST.parent / "package.json").read_text())
print(f"TimelineJS {package['version']}, {len(due)} slides")
