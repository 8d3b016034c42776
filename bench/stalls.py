"""How long one request blocks all others: `python -m bench.stalls DATABASE…`.

Each request is sent alone to a server in this process, which was warmed up as by `counterclaim serve`. What counts is
the processor time of the longest turn of the event loop, because no other request is answered meanwhile: for the first
request, and the least of the following ones. Garbage collections while no request is running do not count; the longest
is printed at the end.
"""

import argparse
import asyncio
import gc
import sys
import time
from typing import Any

from api.http.pages.frame import templates
from api.server.middleware import warmed
from api.server.server import settle
from tests.support.live import Api, serving

ROUNDS = 5
LATE_S = 0.05
"""The turn that sends a response may end a little after the client has received it."""
EVENT = "event-0000009"
PARTIES = "&".join(f"party=force-{number}" for number in range(20))
CALLS: dict[str, dict[str, Any]] = {
    "search": {"what": "events", "filters": {"q": "ba"}},
    "event": {"id": EVENT},
    "compare": {"event": EVENT, "parties": [f"force-{number}" for number in range(20)]},
    "rollup": {"what": "events", "by": ["month", "kind"]},
}
"""The arguments of tools that are called at `/mcp`, by the names of the tools."""
ACCEPT = {"accept": "application/json, text/event-stream"}
ASKED = (
    "/events?limit=50",
    "/events?limit=1000",
    "/claims?limit=1000",
    "/events?limit=1000&as_of=2015-01-01",
    "/events?limit=1000&sort=id",
    "/events?bbox=-180,-90,180,90&limit=1000",
    "/events?longitude=30&latitude=45&radius_km=5000&limit=1000",
    "/events?q=shelling&limit=1000",
    "/events?disputed=true&total=true",
    "/events/count?as_of=2016-01-01&disputed=true",
    "/sources?limit=1000",
    "/actors?limit=1000",
    "/locations?limit=1000",
    "/disputes?limit=1000",
    "/disputes/count",
    "/briefing?date_from=2014-01-01&date_to=2014-12-31",
    "/events?limit=1000&fields=id,title",
    "/events?limit=200&expand=sources,actors,location",
    "/claims?limit=200&expand=sources,actors,location",
    "/events/rollup?by=month&by=kind",
    "/events/rollup?by=location",
    "/claims/rollup.csv?by=year&by=location",
    "/ogc/collections/events/items?limit=1000",
    "/ogc/collections/locations/items?limit=1000",
    "/changes?limit=1000&documents=true",
    "/events.ndjson",
    "/events.csv",
    "/events.geojson",
    "/claims.csv",
    "/events.ndjson?fields=id,title",
    "/locations.geojson",
    "/events.parquet",
    "/events.jsonld",
    "/events.kml?date_to=2015-03-01",
    f"/events/{EVENT}/compare?{PARTIES}",
    f"/events/{EVENT}/positions",
    f"/events/{EVENT}?as_of=2020-01-01",
    "/actors/force-0/positions?limit=1000",
    "/locations/place-0/control",
    f"/events?{PARTIES}&limit=1000",
    "/events?disputed=true&as_of=2019-06-01&q=ba&limit=1000",
    "/events?q=a+b+c+d+e+f+g+h+i+k+l+m+n+o+p+r+s+t+u+v+z&limit=1000",
    "/claims?q=ch+do+gr+ho+iv+ka+ly+ma+no+ol+po+ru+se+to+uk+vo&limit=1000",
    '/events?q="ba"+OR+NOT+(do*)+-ka+ma:no+NEAR(ol,po)',
    "/briefing.atom?date_from=2014-01-01&date_to=2020-12-31",
    "/mcp search",
    "/mcp event",
    "/mcp compare",
    "/mcp rollup",
    "/explore",
    "/explore?date_from=2015-01-01&date_to=2015-02-01",
    "/explore/map.svg",
    "/explore/timeline.svg",
    "/explore/disputes",
    "/openapi.json",
    "/ogc/api",
    "/docs",
)


class Turns:
    """Measures every turn of the event loops of this process, by processor time of the thread."""

    def __init__(self) -> None:
        """Start immediately."""
        self.longest = self.garbage = 0.0
        self._began = self._looked = 0.0
        gc.callbacks.append(self._look)
        run = asyncio.Handle._run  # noqa: SLF001 - the one place that every callback passes

        def timed(handle: asyncio.Handle) -> Any:  # noqa: ANN401 - whatever it returns
            started, self._looked = time.thread_time(), 0.0
            try:
                return run(handle)
            finally:
                self.longest = max(self.longest, time.thread_time() - started - self._looked)

        asyncio.Handle._run = timed  # type: ignore[assignment, method-assign] # noqa: SLF001 - as above

    def _look(self, phase: str, told: dict[str, int]) -> None:
        """Python only collects new objects, which counts; `Garbage` collects the rest at an idle moment."""
        if told["generation"] == 0:
            return
        if phase == "start":
            self._began = time.thread_time()
            return
        took = time.thread_time() - self._began
        self._looked += took
        self.garbage = max(self.garbage, took)


def _size(api: Api, path: str) -> int:
    """The number of bytes of the answer to a request, or to the call of a tool."""
    at, _, tool = path.partition(" ")
    if not tool:
        return len(api.good(path).content)
    called = {"name": tool, "arguments": CALLS[tool]}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
    answer = api.client.post(at, json=message, headers=ACCEPT).raise_for_status()
    if answer.json()["result"].get("isError"):
        raise ValueError(answer.text)
    return len(answer.content)


def main() -> None:
    """Send requests, and print the milliseconds of the longest turn of each."""
    parser = argparse.ArgumentParser(prog="python -m bench.stalls", description=__doc__)
    parser.add_argument("databases", nargs="+", metavar="DATABASE")
    databases = parser.parse_args().databases
    sys.modules["uvloop"] = None  # type: ignore[assignment] # its turns cannot be timed: Python's own loop takes its place
    turns = Turns()
    for url in databases:
        with serving(url) as api:
            api.client.timeout = 300
            for name in templates.list_templates():
                templates.get_template(name)
            for path in warmed(api.app) if api.app else ():
                api.ask(path, {"Accept": "text/html"})
            settle()
            turns.garbage = 0.0
            print(f"{'first ms':>9} {'later ms':>9} {'bytes':>11}  {url}")
            for path in ASKED:
                found, size = [], 0
                for _ in range(ROUNDS):
                    turns.longest = 0.0
                    size = _size(api, path)
                    time.sleep(LATE_S)
                    found.append(turns.longest * 1_000)
                print(f"{found[0]:9.1f} {min(found[1:]):9.1f} {size:11,}  {path}", flush=True)
            print(f"{turns.garbage * 1_000:9.1f} a garbage collection while no request is running")


if __name__ == "__main__":
    main()
