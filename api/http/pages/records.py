"""The pages of single records: an event with its parties side by side, a place, an actor, a source; and of disputes."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.domain.vocabulary import Reliability
from api.http import answers, words
from api.http.pages import frame
from api.http.pages.data import Directory, Reading
from api.http.pages.links import changed, citation, day_steps, exports, feed, same_in_api
from api.http.pages.pictures import MOST, figures_as_svg, lanes_of_claims
from api.http.resources.actors import ActorId
from api.http.resources.disputes import DisputeFilters
from api.http.resources.events import EventId
from api.http.resources.locations import LocationId
from api.http.resources.sources import SourceId
from api.query.filters import MAX_LIMIT, AsOf, Flag
from api.schemas.records import Json

router = APIRouter(include_in_schema=False)
LISTED = 50
FRAME = frozenset({"embed", "cursor", "sort"})
RELIABILITY = {word.value: word.meaning for word in Reliability}
Embed = Annotated[Flag, Field(description="Whether other sites may show it in a frame.")]
Cursor = Annotated[str | None, Field(max_length=2_000, description="The cursor of the list.")]


class DisputesPageQuery(DisputeFilters):
    """The parameters of the page of disputes."""

    sort: Annotated[Literal["date", "-date"], Field(description="The order of the list.")] = "-date"
    cursor: Cursor = None
    embed: Embed = False


class RecordQuery(AsOf):
    """The day as of which a record is shown, and whether it is embedded."""

    embed: Embed = False

    def asked(self) -> dict[str, Any]:
        """The day as parameters of the API."""
        return {name: getattr(self, name) for name in self.model_fields_set - FRAME}


class SourcePageQuery(answers.Nothing):
    """The parameters of the page of a source."""

    cursor: Cursor = None
    embed: Embed = False


def _cite(request: Request, reading: Reading, title: str, dataset: Json | None) -> dict[str, str]:
    return citation(title, dataset, frame.permanent(request), reading.session.revision, frame.today())


@router.get("/explore/disputes")
async def disputes_page(request: Request, query: Annotated[DisputesPageQuery, Query()]) -> Response:
    """Every question in dispute."""
    asked = {name: getattr(query, name) for name in query.model_fields_set - FRAME}

    async def make(reading: Reading) -> frame.Page:
        page = await reading.disputes(**asked, sort=query.sort, cursor=query.cursor, limit=LISTED, total=True)
        known = await reading.known()
        here = frame.here(request)
        path = same_in_api(request.url.query, "/disputes")
        values = {
            "query": query,
            "disputes": page.records,
            "total": page.meta["total"],
            "description": page.meta["description"],
            "why_empty": page.meta.get("why_empty"),
            "left_out": words.lacking(page.meta.get("left_out")),
            "next": page.cursor and changed(here, cursor=page.cursor),
            "first": changed(here, cursor=None) if query.cursor else None,
            "day": day_steps(here, query.as_of, known.said),
        }
        return frame.Page(
            "disputes.html",
            "Disputes",
            f"{words.quantity(page.meta['total'], 'question')} in dispute. {page.meta['description']}.",
            values,
            path,
            [*exports(path, ("csv", "ndjson")), *feed(query.as_of or known.last_day, request.url.query)],
            _cite(request, reading, "Disputes", None),
        )

    return await frame.page_response(request, make, embed=query.embed)


@router.get("/explore/places/{id}")
async def place_page(request: Request, id: LocationId, query: Annotated[RecordQuery, Query()]) -> Response:  # noqa: A002
    """Who says who holds a place, over time, and what happened there."""

    async def make(reading: Reading) -> frame.Page:
        place = await reading.location(id)
        control = await reading.control(id, **query.asked())
        wider = {claim for held in control.records for claim in held["wider"]}
        said = await reading.claims(location=[id], aspect=["control"], limit=MAX_LIMIT, total=True, **query.asked())
        events = await reading.events(location=[id], limit=LISTED, total=True, **query.asked())
        known = await reading.known()
        path = same_in_api(request.url.query, f"/locations/{id}/control")
        values = {
            "query": query,
            "place": place,
            "control": control.records,
            "wider": {claim: await reading.claim(claim) for claim in sorted(wider)},
            "nothing": control.meta.get("why_empty"),
            "words": said.records,
            "drawn": min(MOST, len(said.records)),
            "said": said.meta["total"],
            "lanes": await asyncio.to_thread(
                lanes_of_claims, said.records, known, query.as_of, page="/explore/events/"
            ),
            "events": events.records,
            "total": events.meta["total"],
            "day": day_steps(frame.here(request), query.as_of, await reading.days_said(location=[id])),
        }
        summary = f"{place['name']}: who says who holds it, and {words.quantity(events.meta['total'], 'event')} there."
        there = changed(same_in_api(request.url.query, "/events"), location=id)
        alternates = [
            *exports(path, ()),
            *exports(there, ("csv", "geojson", "kml"), "events"),
            *feed(query.as_of or known.last_day, location=id),
        ]
        dataset = await reading.dataset(place["dataset"]["id"])
        citation = _cite(request, reading, place["name"], dataset)
        return frame.Page("place.html", place["name"], summary, values, path, alternates, citation)

    return await frame.page_response(request, make, embed=query.embed)


@router.get("/explore/actors/{id}")
async def actor_page(request: Request, id: ActorId, query: Annotated[RecordQuery, Query()]) -> Response:  # noqa: A002
    """An actor's positions, and the events it takes part in."""

    async def make(reading: Reading) -> frame.Page:
        actor = await reading.actor(id)
        positions = await reading.actor_positions(id, limit=LISTED * 2, **query.asked())
        events = await reading.events(party=[id], limit=LISTED, total=True, **query.asked())
        known = await reading.known()
        path = same_in_api(request.url.query, f"/actors/{id}/positions")
        party = known.party(id)
        values = {
            "query": query,
            "actor": actor,
            "party": party,
            "party_name": known.name(party),
            "positions": positions.records,
            "more_positions": positions.cursor is not None,
            "nothing": positions.meta.get("why_empty"),
            "events": events.records,
            "total": events.meta["total"],
            "day": day_steps(frame.here(request), query.as_of, await reading.days_said(party=[id])),
        }
        taken = words.quantity(events.meta["total"], "event")
        summary = f"{actor['name']}: where it has stood, and {taken} it takes part in."
        taking_part = changed(same_in_api(request.url.query, "/events"), party=id)
        alternates = [
            *exports(path, ()),
            *exports(taking_part, ("csv", "geojson", "kml"), "events"),
            *feed(query.as_of or known.last_day, party=id),
        ]
        dataset = await reading.dataset(actor["dataset"]["id"])
        citation = _cite(request, reading, actor["name"], dataset)
        return frame.Page("actor.html", actor["name"], summary, values, path, alternates, citation)

    return await frame.page_response(request, make, embed=query.embed)


@router.get("/explore/sources/{id}")
async def source_page(request: Request, id: SourceId, query: Annotated[SourcePageQuery, Query()]) -> Response:  # noqa: A002
    """What rests on a source."""

    async def make(reading: Reading) -> frame.Page:
        source = await reading.source(id)
        claims = await reading.claims(source=[id], limit=LISTED, cursor=query.cursor, total=True)
        here = frame.here(request)
        values = {
            "source": source,
            "reliability": RELIABILITY[source["reliability"]],
            "claims": claims.records,
            "total": claims.meta["total"],
            "next": claims.cursor and changed(here, cursor=claims.cursor),
        }
        summary = f"{source['title']}: {words.quantity(claims.meta['total'], 'claim')} cite it."
        path = f"/sources/{id}"
        alternates = [*exports(path, ()), *exports(f"/claims?source={id}", ("csv", "ndjson"), "claims")]
        dataset = await reading.dataset(source["dataset"]["id"])
        citation = _cite(request, reading, source["title"], dataset)
        return frame.Page("source.html", source["title"], summary, values, path, alternates, citation)

    return await frame.page_response(request, make, embed=query.embed)


ABREAST = 12
"""The maximum number of parties side by side; the others share one column."""
CLASH = "Parties support what cannot all be true: figures without a common number, or different sides to blame."
WHY = {
    "disputed": "Some support it and others oppose it, and both stand.",
    "denied": "It is only opposed.",
    "conceded": "Nobody opposes it any more: somebody admitted it against their own interest, or changed sides.",
    "corroborated": "Independent voices or an instrument support it, and nobody opposes it.",
    "claimed": "One voice supports it, and nobody opposes it.",
    "unaddressed": "Claims speak of it, but none takes a position.",
}


@router.get("/explore/events/{id}")
async def event_page(request: Request, id: EventId, query: Annotated[RecordQuery, Query()]) -> Response:  # noqa: A002
    """What is said about one event."""
    asked = query.asked()

    async def make(reading: Reading) -> frame.Page:
        event = await reading.event(id, **asked)
        said = await reading.claims(event=[id], limit=MAX_LIMIT, total=True, **asked)
        claims = said.records
        positions = await reading.positions(id, **asked)
        known = await reading.known()
        path = same_in_api(request.url.query, f"/events/{id}")
        columns = _columns(event, claims, known)
        values = {
            "event": event,
            "claims": claims,
            "drawn": min(MOST, len(claims)),
            "said": said.meta["total"],
            "sources": await _sources(reading, claims),
            "columns": columns,
            "stances": {claim["id"]: claim["stance"] for claim in claims},
            "questions": [_question(one, positions.records, claims, columns, known) for one in event["assessments"]],
            "nothing": positions.meta.get("why_empty", "Nothing is claimed of it."),
            "lanes": await asyncio.to_thread(lanes_of_claims, claims, known, query.as_of),
            "day": day_steps(frame.here(request), query.as_of, await reading.days_said(event=[id])),
        }
        dataset = await reading.dataset(event["dataset"]["id"])
        title = event["title"] or event["id"]
        there = changed(same_in_api(request.url.query, "/claims"), event=id)
        return frame.Page(
            "event.html",
            title,
            _summary(event),
            values,
            path,
            [*exports(path, ()), *exports(there, ("csv", "ndjson"), "claims")],
            citation(title, dataset, frame.permanent(request), reading.session.revision, frame.today()),
        )

    return await frame.page_response(request, make, embed=query.embed)


async def _sources(reading: Reading, claims: list[Json]) -> dict[str, Json]:
    cited = {citation["source"]["id"] for claim in claims for citation in claim["citations"]}
    return {source: await reading.source(source) for source in sorted(cited)}


def _summary(event: Json) -> str:
    status = words.listed([f"{words.question(one)} {one['status']}" for one in event["assessments"]] or ["no claims"])
    place = f", {event['location']['relation']} {event['location']['name']}" if event["location"] else ""
    return f"{words.plain(event['kind']).capitalize()}{place}, {words.when(event['date'])}: {status}."


def _columns(event: Json, claims: list[Json], known: Directory) -> list[dict[str, Any]]:
    """Claims by party: sides first, including those that take part and say nothing."""
    parties: dict[str | None, list[Json]] = {}
    for claim in claims:
        speaker = claim["speaker"]
        parties.setdefault(known.party(speaker and speaker["id"]), []).append(claim)
    taking_part = (known.party(part["actor"]["id"]) for part in event["participants"])
    for party in filter(known.is_side, taking_part if claims else ()):
        parties.setdefault(party, [])
    order = sorted(parties, key=lambda party: (party is None, not known.is_side(party), -len(parties[party]), party))
    columns: list[dict[str, Any]] = [
        {"id": party, "name": known.name(party), "claims": parties[party]} for party in order
    ]
    if len(columns) <= ABREAST:
        return columns
    rest = [claim for column in columns[ABREAST:] for claim in column["claims"]]
    return [*columns[:ABREAST], {"id": None, "name": "Others", "claims": rest}]


def _question_of(claim: Json) -> Json:
    """The question of a claim with a figure, as in the fields of an assessment."""
    value = claim["value"] or {}
    return {"aspect": claim["aspect"], **{name: value.get(name) for name in ("measure", "of", "unit")}}


def _addresses(claim: Json, key: tuple[str, ...], asked: dict[str, tuple[str, ...]]) -> bool:
    """Whether a claim addresses a question: itself, or without a figure and about a claim that does."""
    return asked[claim["id"]] == key or (claim["value"] is None and asked.get(claim["about"]) == key)


def _question(
    one: Json, histories: list[Json], claims: list[Json], columns: list[dict[str, Any]], known: Directory
) -> dict[str, Any]:
    """A question of the event, with its assessment and positions."""
    key = words.question_key(one)
    asked = {claim["id"]: words.question_key(_question_of(claim)) for claim in claims}
    trails = [history for history in histories if words.question_key(history) == key]
    heard = {history["party"] and history["party"]["id"] for history in trails}
    spoken = {
        column["id"]: [claim["id"] for claim in column["claims"] if _addresses(claim, key, asked)]
        for column in columns
        if column["id"] and column["id"] not in heard
    }
    shown = {claim["id"] for claim in claims}
    return {
        "words": words.question(one),
        "status": one["status"],
        "inferred": one["inferred"],
        "why": _why(one, trails),
        "because": [claim for claim in one["because"] if claim in shown],
        "trails": trails,
        "unheard": [{"id": party, "name": known.name(party), "claims": said} for party, said in spoken.items() if said],
        "silent": [
            {"id": party, "name": known.name(party)}
            for party, said in spoken.items()
            if not said and known.is_side(party)
        ],
        "figures": figures_as_svg([claim for claim in claims if asked[claim["id"]] == key], known),
    }


def _why(one: Json, trails: list[Json]) -> str:
    """The reason for a status, in words."""
    standing = {trail["positions"][-1]["stance"] for trail in trails if trail["positions"]}
    if one["status"] == "disputed" and "oppose" not in standing:
        return CLASH
    return WHY.get(one["status"], "")
