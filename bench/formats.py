"""Processor time of formats per record, compared with GeoJSON; and of pages for people, compared with JSON.

`python -m bench.formats DATABASE…` measures nothing else, over databases that `bench.fill` made.
"""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

import httpx

from bench.servers import Server, postmaster, serving
from bench.world import DAYS as ALL_DAYS
from bench.world import FIRST_DAY, KINDS

LAST = date(2018, 12, 31)
ROUNDS, DAYS = 5, 90
PAGE = 1_000
TIMELINES = (130, 250, 400)
"""The approximate number of events on a page with map, timeline and list."""
FORMATS = {
    "GeoJSON": "/events.geojson?date_from={first}&date_to={last}",
    "NDJSON": "/events.ndjson?date_from={first}&date_to={last}",
    "CSV": "/events.csv?date_from={first}&date_to={last}",
    "KML": "/events.kml?date_from={first}&date_to={last}",
    "TimelineJS": "/events.timeline.json?date_from={first}&date_to={last}",
    "JSON-LD": "/events.jsonld?date_from={first}&date_to={last}",
    "OGC API Features": "/ogc/collections/events/items?datetime={first}/{last}&undated=exclude&limit={limit}",
    "Atom": "/briefing.atom?date_from={first}&date_to={last}",
}
"""A new query each time, so that no response comes from a cache."""


def measure(server: Server, names: Sequence[str] = tuple(FORMATS)) -> dict[str, float]:
    """Microseconds per record of each format, the median of several rounds."""
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(ROUNDS):
        last = LAST - timedelta(days=number * DAYS)
        for name in names:
            asked = FORMATS[name].format(first=last - timedelta(days=_days(name)), last=last, limit=PAGE)
            before = server.cpu_s()
            answer = server.get(asked)
            used = server.cpu_s() - before
            taken[name].append(1e6 * used / _records(answer))
    return {name: median(samples) for name, samples in taken.items()}


def pages_for_people(server: Server) -> dict[str, float]:
    """The ratio of processor time of a page to that of JSON with the same events, each requested for the first time.

    By what is drawn: a thousand events on a map with bars by month, or some hundreds on a map and a timeline.
    """
    asked = {f"{PAGE:,} events": [f"kind={kind}" for kind in KINDS[:ROUNDS]]}
    a_day = server.get("/events/count").json()["count"] / ALL_DAYS
    for size in TIMELINES:
        days = timedelta(days=max(1, round(size / a_day)) - 1)
        firsts = [FIRST_DAY + number * timedelta(days=601) for number in range(ROUNDS)]
        asked[f"a timeline of {size}"] = [f"date_from={first}&date_to={first + days}" for first in firsts]
    return {name: median(_times_json(server, query) for query in queries) for name, queries in asked.items()}


def _times_json(server: Server, query: str) -> float:
    started = server.cpu_s()
    server.get(f"/events?{query}&limit={PAGE}")
    between = server.cpu_s()
    server.get(f"/explore?{query}")
    return (server.cpu_s() - between) / (between - started)


def _days(name: str) -> int:
    """The size of a page of OGC features."""
    return 30 if name == "OGC API Features" else DAYS


def _records(answer: httpx.Response) -> int:
    """The number of records in a response; for a feed, of entries."""
    if entries := answer.content.count(b"<entry>"):
        return entries
    told = answer.headers.get("counterclaim-count")
    return int(told or answer.json()["numberReturned"])


def main() -> None:
    """Measure the databases that are named."""
    for url in sys.argv[1:]:
        with serving("ours", url, postmaster(url) if url.startswith("postgresql") else None) as server:
            geojson, *others = measure(server).items()
            for name, taken in others:
                print(f"{name}: {taken / geojson[1]:.2f} times {geojson[0]}, {taken:.1f} µs")
            for name, ratio in pages_for_people(server).items():
                print(f"page for people, {name}: {ratio:.1f} times JSON")


if __name__ == "__main__":
    main()
