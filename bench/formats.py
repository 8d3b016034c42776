"""What formats cost the server per record, of processor time, beside GeoJSON; and pages for people beside JSON."""

from datetime import date, timedelta
from statistics import median

import httpx

from bench.servers import Server
from bench.world import KINDS

LAST = date(2018, 12, 31)
ROUNDS, DAYS = 5, 90
PAGE = 1_000
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
"""Nothing of what is asked was asked before, so that no export is sent from what was kept."""


def measure(server: Server) -> dict[str, float]:
    """Microseconds per record of each format, the middle of several rounds."""
    taken: dict[str, list[float]] = {name: [] for name in FORMATS}
    for number in range(ROUNDS):
        last = LAST - timedelta(days=number * DAYS)
        for name, path in FORMATS.items():
            asked = path.format(first=last - timedelta(days=_days(name)), last=last, limit=PAGE)
            before = server.cpu_s()
            answer = server.get(asked)
            used = server.cpu_s() - before
            taken[name].append(1e6 * used / _records(answer))
    return {name: median(samples) for name, samples in taken.items()}


def page_for_people(server: Server) -> float:
    """How many times the processor time of JSON the page takes that draws the same thousand events, seen first."""
    ratios = []
    for kind in KINDS[:ROUNDS]:
        started = server.cpu_s()
        server.get(f"/events?kind={kind}&limit={PAGE}")
        between = server.cpu_s()
        server.get(f"/explore?kind={kind}")
        ratios.append((server.cpu_s() - between) / (between - started))
    return median(ratios)


def _days(name: str) -> int:
    """A page of OGC holds a thousand features."""
    return 30 if name == "OGC API Features" else DAYS


def _records(answer: httpx.Response) -> int:
    """How many records an answer holds; of a feed, how many entries."""
    if entries := answer.content.count(b"<entry>"):
        return entries
    told = answer.headers.get("counterclaim-count")
    return int(told or answer.json()["numberReturned"])
