"""Claims as pictures: on lanes by the day they were said, and their figures on one scale, each with its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from api.http.pages import frame, words
from api.http.pages.data import Directory, Json
from api.http.pages.timeline import Item, timeline_of

WIDTH = 1_000.0
LEFT, RIGHT = 330.0, 150.0
ROW, TOP = 30.0, 30.0
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that somebody gave."""

    claim: str
    party: str
    said: str
    words: str
    stance: str
    x1: float
    x2: float
    best: float | None
    open_low: bool
    open_high: bool
    y: float
    revises: bool
    """Whether the same party gave another figure before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is drawn."""

    rows: list[Row]
    levels: list[tuple[float, str]]
    height: float
    width: float = WIDTH
    left: float = LEFT


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale that all figures share."""

    least: float
    most: float

    def x(self, value: float) -> float:
        """Where a number lies."""
        return round(LEFT + (value - self.least) * (WIDTH - LEFT - RIGHT) / (self.most - self.least or 1.0), 1)


def figures_of(claims: Sequence[tuple[Json, str]]) -> Figures | None:
    """The figures of some claims in the order said, each with the name of its party; None: there is none."""
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
        revises = any(row.party == party for row in rows)
        rows.append(_row(claim, party, axis, TOP + len(rows) * ROW + ROW / 2, revises=revises))
    levels = [least + (most - least) * share / LEVELS for share in range(LEVELS + 1)]
    marks = [(axis.x(level), words.grouped(round(level) if most > LEVELS else round(level, 2))) for level in levels]
    return Figures(rows, marks, TOP + len(rows) * ROW + 8)


def _row(claim: Json, party: str, axis: Axis, y: float, *, revises: bool) -> Row:
    value = claim["value"]
    low, best, high = (value[name] for name in ("low", "best", "high"))
    known = [one for one in (low, best, high) if one is not None]
    open_low, open_high = low is None and best is None, high is None and best is None
    return Row(
        claim["id"],
        party,
        words.when(claim["said"]),
        words.figure(value),
        claim["stance"],
        axis.x(axis.least if open_low else known[0]),
        WIDTH - RIGHT if open_high else axis.x(known[-1]),
        None if best is None else axis.x(best),
        open_low,
        open_high,
        y,
        revises,
    )


MOST = 300
"""So many claims are drawn; the others are told in words."""


def lanes_of_claims(claims: Sequence[Json], known: Directory, as_of: date | None, page: str = "") -> Markup | None:
    """The claims as an SVG, those of a party on one lane; None: there is none with a day."""
    parties = {claim["id"]: party_of(claim, known) for claim in claims[:MOST]}
    names = {party: known.name(party or None) for party in dict.fromkeys(parties.values())}
    ordered = sorted(names, key=lambda party: (party == "", not known.is_side(party), names[party]))
    items = [_item(claim, parties[claim["id"]], known, page) for claim in claims[:MOST]]
    line = timeline_of(items, {party: names[party] for party in ordered}, as_of)
    if not line.lanes:
        return None
    values = {"line": line, "line_id": "said", "line_title": f"{words.quantity(len(items), 'claim')} by day and party"}
    return Markup(frame.templates.get_template("timeline.svg").render(**values, alone=False))  # noqa: S704 - escaped by the template


def party_of(claim: Json, known: Directory) -> str:
    """The key of the lane in which a claim stands."""
    speaker = claim["speaker"]
    return known.party(speaker and speaker["id"]) or ""


def _item(claim: Json, party: str, known: Directory, page: str) -> Item:
    speaker = known.name(claim["speaker"] and claim["speaker"]["id"])
    side = words.SIDES.get(claim["stance"], "neutral")
    told = words.STANCES.get(claim["stance"], words.plain(claim["stance"]))
    aspect = words.plain(claim["aspect"])
    about = f" ({claim['event']['title']})" if page else ""
    href = f"{page}{claim['event']['id']}#{claim['id']}" if page else f"#{claim['id']}"
    return Item(f"{speaker} {told}: {aspect}{about}", href, side, words.STANDS[side], claim["said"], (party,))


def figures_as_svg(claims: Sequence[Json], known: Directory) -> Markup | None:
    """The figures that claims give, on one scale; None: they give none."""
    figures = figures_of([(claim, known.name(party_of(claim, known) or None)) for claim in claims])
    if figures is None:
        return None
    return Markup(frame.templates.get_template("figures.svg").render(figures=figures))  # noqa: S704 - escaped by the template
