"""Pictures: events and claims on lanes, links of marks, bars by month for many events, and figures on one scale."""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from api.http import words
from api.http.pages import frame
from api.http.pages.basemap import HALF_TURN
from api.http.pages.data import Directory, Reading
from api.http.pages.links import changed, without
from api.http.pages.map import Map, Sign
from api.http.pages.timeline import Item, timeline_of
from api.schemas.records import Json

WIDTH, HEIGHT = 1_180.0, 220.0
BASE, TOP, LEFT = 190.0, 12.0, 44.0
MONTHS = 72
"""Longer spans have bars by year."""
YEARS = 120
LABELS = 14


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year."""

    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The number of events in a period."""

    name: str
    href: str
    certain: int
    possible: int
    x: float
    width: float
    certain_y: float
    possible_y: float
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars as drawn."""

    title: str
    bars: list[Bar]
    levels: list[tuple[float, str]]
    undated: int
    """The number of events without a date, which are in no bar."""
    width: float = WIDTH
    height: float = HEIGHT
    base: float = BASE


def periods_of(first: date, last: date) -> list[Period]:
    """The months from one day to another, or the years if there are many months; at most a number of the last ones."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months > MONTHS:
        return [
            Period(date(year, 1, 1), date(year, 12, 31), str(year))
            for year in range(max(first.year, last.year - YEARS + 1), last.year + 1)
        ]
    found = []
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = count // 12, count % 12 + 1
        start = date(year, month, 1)
        found.append(Period(start, date(year, month, monthrange(year, month)[1]), f"{start:%B} {year}"))
    return found


def histogram_of(counted: Sequence[tuple[Period, int, int, str]], undated: int = 0) -> Histogram:
    """Bars for periods, with the numbers of events that certainly and possibly fall there, and a link for each."""
    most = max((possible for _, _, possible, _ in counted), default=0) or 1
    width = (WIDTH - LEFT) / max(1, len(counted))
    every = -(-len(counted) // LABELS)
    by_month = bool(counted) and counted[0][0].last.month != counted[0][0].first.month + 11
    bars = []
    for place, (period, certain, possible, href) in enumerate(counted):
        label = (f"{period.first:%b %Y}" if by_month else str(period.first.year)) if place % every == 0 else ""
        bars.append(
            Bar(
                period.name,
                href,
                certain,
                possible,
                round(LEFT + place * width, 1),
                round(width, 1),
                _y(certain, most),
                _y(possible, most),
                label,
            )
        )
    levels = [(_y(level, most), words.grouped(level)) for level in sorted({0, most // 2, most})]
    return Histogram(f"Events by {'month' if by_month else 'year'}", bars, levels, undated)


def _y(size: int, most: int) -> float:
    return round(BASE - size / most * (BASE - TOP), 1)


LANES = 10
"""The maximum number of parties with their own lane; all others share one."""
NOBODY, OTHERS = "", "*"
APART = 0.02
"""The margin, in degrees, of the map that a sign of several points links to."""


def lanes_of(events: Sequence[Json], known: Directory) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The names of the lanes by key, sides first; and the lanes of each event."""
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


def items_of(events: Sequence[Json], stands: Mapping[str, tuple[str, ...]], day: str) -> list[Item]:
    """Events as items of a timeline."""
    return [_event_item(event, words.status_of(event), stands[event["id"]], day) for event in events]


def _event_item(event: Json, status: str, lanes: tuple[str, ...], day: str) -> Item:
    told = words.STATUSES[status].partition(":")[0]
    return Item(event["title"] or event["id"], link_of(event, day), status, told, event["date"], lanes)


def link_of(event: Json, day: str) -> str:
    """The URL of an event's page, as of the same day."""
    return f"/explore/events/{event['id']}{day}"


def sign_links(map_: Map, here: str, day: str) -> list[str]:
    """The link of each sign: its only event, the events of its place, or a closer view of its places."""
    bare = without(here, "location", "bbox", "cursor")
    elsewhere = without(here, "bbox", "cursor")
    return [_sign_link(sign, bare, elsewhere, day) for sign in map_.signs]


def _sign_link(sign: Sign, bare: str, elsewhere: str, day: str) -> str:
    if len(sign.events) == 1:
        return link_of(sign.events[0], day)
    if sign.location is not None:
        return f"{bare}{'&' if '?' in bare else '?'}location={sign.location}"
    points = [event["location"]["point"] for event in sign.events]
    xs, ys = [point["longitude"] for point in points], [point["latitude"] for point in points]
    west, east = min(xs), max(xs)
    if east - west > HALF_TURN:  # on both sides of the antimeridian: the box crosses it
        west, east = min(x for x in xs if x > 0), max(x for x in xs if x < 0)
    box = (max(-180, west - APART), max(-90, min(ys) - APART), min(180, east + APART), min(90, max(ys) + APART))
    sides = "%2C".join(f"{round(side, 4):g}" for side in box)
    return f"{elsewhere}{'&' if '?' in elsewhere else '?'}bbox={sides}"


def places_table(events: Sequence[Json]) -> list[Json]:
    """The map's places as a table, by number of events."""
    sizes = Counter(event["location"]["id"] for event in events if event["location"])
    places = {
        event["location"]["id"]: event["location"]
        for event in events
        if event["location"] and event["location"]["point"]
    }
    ordered = sorted(places.values(), key=lambda place: (-sizes[place["id"]], place["id"]))
    return [{**place, "size": sizes[place["id"]]} for place in ordered]


async def bars_of(reading: Reading, asked: Mapping[str, Any], here: str) -> Histogram | None:
    """The numbers of matching events in each month or year; None if no event has a date."""
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


FIGURES, FROM, TO = 1_060.0, 420.0, 950.0
"""The width of the picture of figures, and the start and end of its scale."""
ROW, HEAD = 30.0, 30.0
LEVELS = 4
NAME = 25
"""The maximum number of letters of a party's name beside a figure."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a party."""

    claim: str
    party: str
    said: str
    size: str
    """The figure without what is counted, which is the same in every row."""
    words: str
    stance: str
    x1: float
    x2: float
    best: float | None
    open_low: bool
    open_high: bool
    y: float
    revises: bool
    """Whether the party gave an earlier figure on another day; figures of one day are combined."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures as drawn."""

    rows: list[Row]
    levels: list[tuple[float, str]]
    height: float
    width: float = FIGURES


@dataclass(frozen=True, slots=True)
class Axis:
    """The common scale of all figures."""

    least: float
    most: float

    def x(self, value: float) -> float:
        """The position of a number."""
        return round(FROM + (value - self.least) * (TO - FROM) / (self.most - self.least or 1.0), 1)


def figures_of(claims: Sequence[tuple[Json, str]]) -> Figures | None:
    """The figures of some claims in the order said, each with the name of its party; None if there are none."""
    given = [(claim, party) for claim, party in claims if claim["value"] is not None]
    if not given:
        return None
    numbers = [
        float(claim["value"][name])
        for claim, _ in given
        for name in ("low", "best", "high")
        if claim["value"][name] is not None
    ]
    least, most = min(0.0, *numbers), max(0.0, *numbers) or 1.0
    axis = Axis(least, most)
    rows: list[Row] = []
    for claim, party in given:
        said = words.when(claim["said"])
        revises = any(row.party == party and row.said != said for row in rows)
        rows.append(_row(claim, party, axis, HEAD + len(rows) * ROW + ROW / 2, revises=revises))
    levels = [least + (most - least) * share / LEVELS for share in range(LEVELS + 1)]
    marks = [(axis.x(level), words.grouped(round(level) if most > LEVELS else round(level, 2))) for level in levels]
    return Figures(rows, marks, HEAD + len(rows) * ROW + 8)


def _row(claim: Json, party: str, axis: Axis, y: float, *, revises: bool) -> Row:
    value = claim["value"]
    low, best, high = (value[name] for name in ("low", "best", "high"))
    known = [one for one in (low, best, high) if one is not None]
    open_low, open_high = low is None and best is None, high is None and best is None
    return Row(
        claim["id"],
        party,
        words.when(claim["said"]),
        words.figure_text(value),
        words.figure(value),
        claim["stance"],
        axis.x(axis.least if open_low else known[0]),
        TO if open_high else axis.x(known[-1]),
        None if best is None else axis.x(best),
        open_low,
        open_high,
        y,
        revises,
    )


MOST = 300
"""The maximum number of claims that are drawn; a text gives the number of the others."""


def lanes_of_claims(claims: Sequence[Json], known: Directory, as_of: date | None, page: str = "") -> Markup | None:
    """The claims as an SVG with one lane per party; None if no claim has a day."""
    parties = {claim["id"]: party_of(claim, known) for claim in claims[:MOST]}
    names = {party: known.name(party or None) for party in dict.fromkeys(parties.values())}
    ordered = sorted(names, key=lambda party: (party == "", not known.is_side(party), names[party]))
    items = [_claim_item(claim, parties[claim["id"]], known, page) for claim in claims[:MOST]]
    line = timeline_of(items, {party: names[party] for party in ordered}, as_of)
    if not line.lanes:
        return None
    values = {"line": line, "line_id": "said", "line_title": f"{words.quantity(len(items), 'claim')} by day and party"}
    return Markup(frame.templates.get_template("timeline.svg").render(**values, alone=False))  # noqa: S704 - escaped by the template


def party_of(claim: Json, known: Directory) -> str:
    """The key of a claim's lane."""
    speaker = claim["speaker"]
    return known.party(speaker and speaker["id"]) or ""


def _claim_item(claim: Json, party: str, known: Directory, page: str) -> Item:
    speaker = known.name(claim["speaker"]["id"]) if claim["speaker"] else "somebody unnamed"
    side = words.SIDES.get(claim["stance"], "neutral")
    told = words.told_by(claim["stance"], speaker)
    aspect = words.plain(claim["aspect"])
    about = f" ({claim['event']['title']})" if page else ""
    href = f"{page}{claim['event']['id']}#{claim['id']}" if page else f"#{claim['id']}"
    return Item(f"{told}: {aspect}{about}", href, side, words.STANDS[side], claim["said"], (party,))


def figures_as_svg(claims: Sequence[Json], known: Directory) -> Markup | None:
    """The figures of claims on one scale; None if they give none."""
    figures = figures_of([(claim, known.name(party_of(claim, known) or None)) for claim in claims])
    if figures is None:
        return None
    return Markup(frame.templates.get_template("figures.svg").render(figures=figures))  # noqa: S704 - escaped by the template
