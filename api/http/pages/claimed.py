"""Claims on lanes: what each party said, on the day it was said."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from api.http.pages import frame, words
from api.http.pages.data import Json, Known
from api.http.pages.figures import figures_of
from api.http.pages.timeline import Item, timeline_of

MOST = 300
"""So many claims are drawn; the others are told in words."""


def lanes_of_claims(claims: Sequence[Json], known: Known, as_of: date | None, page: str = "") -> Markup | None:
    """The claims as an SVG, those of a party on one lane; None: there is none with a day."""
    parties = {claim["id"]: party_of(claim, known) for claim in claims[:MOST]}
    names = {party: known.name(party or None) for party in dict.fromkeys(parties.values())}
    ordered = sorted(names, key=lambda party: (party == "", not known.is_side(party), names[party]))
    items = [_item(claim, parties[claim["id"]], known, page) for claim in claims[:MOST]]
    line = timeline_of(items, {party: names[party] for party in ordered}, as_of)
    if not line.lanes:
        return None
    values = {"line": line, "line_id": "said", "line_title": f"{words.count(len(items), 'claim')} by day and party"}
    return Markup(frame.templates.get_template("timeline.svg").render(**values, alone=False))  # noqa: S704 - escaped by the template


def party_of(claim: Json, known: Known) -> str:
    """The key of the lane in which a claim stands."""
    speaker = claim["speaker"]
    return known.party(speaker and speaker["id"]) or ""


def _item(claim: Json, party: str, known: Known, page: str) -> Item:
    speaker = known.name(claim["speaker"] and claim["speaker"]["id"])
    side = words.SIDES.get(claim["stance"], "neutral")
    told = words.STANCES.get(claim["stance"], words.plain(claim["stance"]))
    aspect = words.plain(claim["aspect"])
    about = f" ({claim['event']['title']})" if page else ""
    href = f"{page}{claim['event']['id']}#{claim['id']}" if page else f"#{claim['id']}"
    return Item(f"{speaker} {told}: {aspect}{about}", href, side, words.STANDS[side], claim["said"], (party,))


def figures_as_svg(claims: Sequence[Json], known: Known) -> Markup | None:
    """The figures that claims give, on one scale; None: they give none."""
    figures = figures_of([(claim, known.name(party_of(claim, known) or None)) for claim in claims])
    if figures is None:
        return None
    return Markup(frame.templates.get_template("figures.svg").render(figures=figures))  # noqa: S704 - escaped by the template
