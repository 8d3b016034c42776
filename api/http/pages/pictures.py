"""What the pictures of events show: which lane an event stands in, where its mark leads, and counts by month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.http.pages import words
from api.http.pages.data import Json, Known, Reading
from api.http.pages.histogram import Histogram, Period, histogram_of, periods_of
from api.http.pages.links import changed
from api.http.pages.map import Map, Sign
from api.http.pages.timeline import Item

LANES = 10
"""So many parties have a lane of their own; the events of all others share one."""
NOBODY, OTHERS = "", "*"
APART = 0.02
"""Degrees around points that share a sign, of the map to which it leads."""


def lanes_of(events: Sequence[Json], known: Known) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The lanes by key with their names, sides first; and of each event the lanes in which it stands."""
    parties = {
        event["id"]: tuple(dict.fromkeys(known.party(part["actor"]["id"]) or NOBODY for part in event["participants"]))
        or (NOBODY,)
        for event in events
    }
    sizes = Counter(party for found in parties.values() for party in found)
    ordered = sorted(
        (party for party in sizes if party != NOBODY),
        key=lambda party: (not known.is_side(party), -sizes[party], party),
    )
    own = ordered[:LANES]
    names = {party: known.name(party) for party in own}
    if len(ordered) > LANES:
        names[OTHERS] = f"{len(ordered) - LANES} other parties"
    if sizes[NOBODY]:
        names[NOBODY] = "Nobody named"
    stands = {
        event: tuple(dict.fromkeys(party if party in names else OTHERS for party in found))
        for event, found in parties.items()
    }
    return names, stands


def items_of(events: Sequence[Json], stands: Mapping[str, tuple[str, ...]], as_of: date | None) -> list[Item]:
    """Events as the timeline draws them."""
    return [
        Item(
            event["title"] or event["id"],
            link_of(event, as_of),
            words.status_of(event),
            words.STATUSES[words.status_of(event)].partition(":")[0],
            event["date"],
            stands[event["id"]],
        )
        for event in events
    ]


def link_of(event: Json, as_of: date | None) -> str:
    """The page of an event, as of the same day."""
    return f"/explore/events/{event['id']}" + (f"?as_of={as_of}" if as_of else "")


def sign_links(map_: Map, here: str, as_of: date | None) -> list[str]:
    """Where each sign leads: to its only event, to the events of its place, or to a closer view of its places."""
    return [_sign_link(sign, here, as_of) for sign in map_.signs]


def _sign_link(sign: Sign, here: str, as_of: date | None) -> str:
    if len(sign.events) == 1:
        return link_of(sign.events[0], as_of)
    if sign.location is not None:
        return changed(here, location=sign.location, bbox=None, cursor=None)
    points = [event["location"]["point"] for event in sign.events]
    xs, ys = [point["longitude"] for point in points], [point["latitude"] for point in points]
    box = (max(-180, min(xs) - APART), max(-90, min(ys) - APART), min(180, max(xs) + APART), min(90, max(ys) + APART))
    return changed(here, bbox=",".join(f"{round(side, 4):g}" for side in box), cursor=None)


def places_of(events: Sequence[Json]) -> list[Json]:
    """The places of the map as a table, those with most events first."""
    sizes = Counter(event["location"]["id"] for event in events if event["location"])
    places = {
        event["location"]["id"]: event["location"]
        for event in events
        if event["location"] and event["location"]["point"]
    }
    ordered = sorted(places.values(), key=lambda place: (-sizes[place["id"]], place["id"]))
    return [{**place, "size": sizes[place["id"]]} for place in ordered]


async def bars_of(reading: Reading, asked: Mapping[str, Any], here: str) -> Histogram | None:
    """How many of the events that are asked for fall into each month or year; None: none has a date."""
    ends = [(await reading.events(**asked, sort=sort, limit=1)).records for sort in ("date", "-date")]
    days = [date.fromisoformat(day) for found in ends for event in found for day in _days(event)]
    if not days:
        return None
    first, last = asked.get("date_from") or min(days), asked.get("date_to") or max(days)
    counted = [await _counted(reading, asked, period, here) for period in periods_of(first, last)]
    dated = {**asked, "date_from": first, "date_to": last, "undated": "exclude"}
    lacking = (await reading.events(**dated, limit=1)).meta.get("left_out") or {}
    return histogram_of(counted, lacking.get("undated", 0))


def _days(event: Json) -> list[str]:
    return [day for day in (event["date"]["earliest"], event["date"]["latest"]) if day]


async def _counted(
    reading: Reading, asked: Mapping[str, Any], period: Period, here: str
) -> tuple[Period, int, int, str]:
    first = max(period.first, asked.get("date_from") or period.first)
    last = min(period.last, asked.get("date_to") or period.last)
    if first > last:
        return period, 0, 0, changed(here, cursor=None)
    within = {**asked, "date_from": first, "date_to": last, "undated": "exclude"}
    certain = await reading.count_events(**{**within, "match": "certain"})
    possible = await reading.count_events(**{**within, "match": "possible"})
    href = changed(here, date_from=first.isoformat(), date_to=last.isoformat(), cursor=None)
    return period, certain, possible, href
