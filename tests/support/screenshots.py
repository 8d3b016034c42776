"""Takes pictures of four views of the dossier into `build/screenshots`; `docs/explore.png` is the first of them."""

import shutil
import sys
import tempfile
from pathlib import Path

from api.settings import PROJECT
from tests.support import databases, postgres
from tests.support.browser import chromium
from tests.support.live import serving

FOLDER = PROJECT / "build" / "screenshots"
VIEWS = (
    ("explore", "/explore?as_of=2022-07-02", 1200, 1960, "light"),
    ("event", "/explore/events/capture-of-lysychansk", 1300, 1500, "light"),
    ("dark", "/explore", 1300, 1500, "dark"),
    ("phone", "/explore/events/capture-of-lysychansk?as_of=2022-07-03", 390, 844, "light"),
)


def take() -> None:
    """Serve the dossier and take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.copy("sqlite", Path(folder), databases.dossier("sqlite")) as url,
        serving(url) as api,
        chromium() as browser,
    ):
        for name, path, width, height, scheme in VIEWS:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(f"{str(api.client.base_url).rstrip('/')}{path}")
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
            sys.stdout.write(f"{(FOLDER / name).relative_to(PROJECT)}.png  {path}\n")
    shutil.copy(FOLDER / "explore.png", PROJECT / "docs" / "explore.png")


if __name__ == "__main__":
    postgres.open_run()
    try:
        take()
    finally:
        postgres.close_run()
