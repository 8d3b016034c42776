#!/usr/bin/env bash
# Package: feedparser 6.0.14 (PyPI).
# A good guess: where an entry of an Atom feed has one link, `entry.link` is that link.
# What happens: only of a page. Where the one `alternate` link is to JSON, JSON-LD, CSV or PDF, `entry.link` is the entry's
#   own id: a URN that opens nothing, or, where ids are addresses of things, another document than the one named. `bozo` is
#   false, and `entry.links` has the right one. An entry that links both to data and to a page gives the page.
# Why it matters: feeds of data, of situation reports as PDF and of advisories link to files; a reader that archives
#   `entry.link` archives nothing, or what it did not ask for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'feedparser==6.0.14'
"$folder/venv/bin/python" - <<'PY'
import feedparser

print("feedparser", feedparser.__version__)


def read(identifier, *kinds):
    links = "".join(f'<link rel="alternate" type="{kind}" href="https://example.org/{kind}"/>' for kind in kinds)
    entry = f"<entry><id>{identifier}</id><title>a</title><updated>2022-07-03T00:00:00Z</updated>{links}</entry>"
    top = "<id>urn:example:feed</id><title>a</title><updated>2022-07-03T00:00:00Z</updated>"
    feed = feedparser.parse(f'<feed xmlns="http://www.w3.org/2005/Atom">{top}{entry}</feed>')
    return feed.bozo, feed.entries[0].get("link")


page = "https://example.org/text/html"
expected = {
    ("urn:example:1", "text/html"): page,
    ("urn:example:1", "application/json"): "urn:example:1",
    ("urn:example:1", "application/ld+json"): "urn:example:1",
    ("urn:example:1", "text/csv"): "urn:example:1",
    ("https://example.org/reports", "application/pdf"): "https://example.org/reports",
    ("urn:example:1", "application/json", "text/html"): page,
}
wrong = False
for asked, link in expected.items():
    bozo, found = read(*asked)
    print(asked, "->", found, "bozo:", bool(bozo))
    wrong |= bool(bozo) or found != link
raise SystemExit(wrong)
PY
