"""Pages over a thousand imported events: small, bounded, and saying what they leave out."""

import gzip
import io
import re

import pytest
from rich.console import Console

from api.settings import PROJECT
from seed.importers.command import Wish, import_files
from tests.http.pages.reader import page
from tests.support.live import Api, serving

DATA = PROJECT.parent / "shared" / "data"
FILES = sorted(DATA.glob("ucdp/ged231*.csv"))
BARE, WHOLE = 60_000, 120_000
"""So many bytes a page has at most without the base map, and with it, packed, its style sheet and script included."""

pytestmark = pytest.mark.skipif(not FILES, reason="the real files are not beside the project")


def sizes(api: Api, path: str) -> tuple[int, int]:
    """How many bytes of a page are sent, without its land and borders and with them."""
    source = page(api, path).source
    files = sum(len(gzip.compress(api.good(f"/explore/static/pages.{kind}").content)) for kind in ("css", "js"))
    bare = re.sub(r'<path class="(land|borders)" d="[^"]*"', "", source)
    return files + len(gzip.compress(bare.encode())), files + len(gzip.compress(source.encode()))


def test_pages_of_a_thousand_imported_events_are_small_and_say_what_they_leave_out(dossier_url: str) -> None:
    outcome = import_files(dossier_url, "ucdp", FILES, Wish(), Console(file=io.StringIO()))
    assert outcome.refused == []
    with serving(dossier_url) as api:
        total = api.get("/events/count")["count"]
        many = page(api, "/explore")
        assert f"The pictures show the first 1,000 of {total:,} events" in many.text
        assert "Events by year" in many.text
        drawn = "/explore?date_from=1989-01-01&date_to=2013-06-30"
        assert 400 < api.get("/events/count", date_from="1989-01-01", date_to="2013-06-30")["count"] <= 500
        assert 'class="timeline"' in page(api, drawn).source
        sides = api.ids("/actors", dataset="ucdp", limit=20)
        for path in (
            "/",
            "/explore",
            "/explore?sort=-date&dataset=ucdp",
            drawn,
            f"{drawn}&as_of=2013-01-31&known=possible",
            "/explore/disputes",
            *(f"/explore/events/{event}" for event in api.ids("/events", dataset="ucdp", limit=20)),
            *(f"/explore/actors/{actor}" for actor in sides),
            *(f"/explore/places/{place}" for place in api.ids("/locations", dataset="ucdp", limit=20)),
        ):
            bare, whole = sizes(api, path)
            assert (bare <= BARE, whole <= WHOLE) == (True, True), (path, bare, whole)
