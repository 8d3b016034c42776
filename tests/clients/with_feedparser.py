"""feedparser reads a briefing: an entry for each claim and each status, under the same id on another day."""

import sys
from importlib.metadata import version

import feedparser
import httpx

ROOT = sys.argv[1]
ASKED = "date_from=2022-07-02&date_to=2022-07-04"
feed = feedparser.parse(f"{ROOT}/briefing.atom?{ASKED}")
assert not feed.bozo, feed.bozo_exception
assert (feed.status, feed.version) == (200, "atom10")
told = httpx.get(f"{ROOT}/briefing?{ASKED}&limit=1000").json()["data"]
assert len(feed.entries) == sum(len(news["claims"]) + len(news["assessments"]) for news in told) > 0
ids = {entry.id for entry in feed.entries}
assert len(ids) == len(feed.entries)
for entry in feed.entries:
    assert entry.title
    assert entry.summary
    page = httpx.get(entry.link)  # where a reader's click leads
    assert page.headers["content-type"].startswith("text/html"), entry.link
    assert "2022-07-02" <= entry.updated[:10] <= "2022-07-04"
longer = feedparser.parse(f"{ROOT}/briefing.atom?date_from=2022-07-02&date_to=2022-07-05")
claims = {entry.id for entry in feed.entries if "#" in entry.link}
assert claims
assert claims <= {entry.id for entry in longer.entries}  # a reader that goes on shows no claim twice
again = feedparser.parse(f"{ROOT}/briefing.atom?{ASKED}", etag=feed.etag)
assert (again.status, again.entries) == (304, [])
print(f"feedparser {version('feedparser')}")
