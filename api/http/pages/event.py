"""The page of one event: the parties side by side, what their claims add up to, why, and how it got there."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.http.pages import frame, words
from api.http.pages.claimed import figures_as_svg, lanes_of_claims
from api.http.pages.data import Json, Known, Reading
from api.http.pages.links import changed, citation, day_steps, exports, same_in_api
from api.http.resources.claims import AsOfQuery
from api.http.resources.events import EventId
from api.query.filters import MAX_LIMIT, Flag

router = APIRouter(include_in_schema=False)
COLUMNS = 12
"""So many parties stand side by side; the others follow in one column."""
WHY = {
    "disputed": "Some support it and others oppose it, and both stand.",
    "denied": "It is only opposed.",
    "conceded": "Nobody opposes it any more: somebody admitted it against their own interest, or changed sides.",
    "corroborated": "Independent voices or an instrument support it, and nobody opposes it.",
    "claimed": "One voice supports it, and nobody opposes it.",
    "unaddressed": "Claims speak of it, but none takes a position.",
}


class EventPageQuery(AsOfQuery):
    """As of which day an event is shown, and where."""

    embed: Annotated[Flag, Field(description="Whether others may show it in a frame.")] = False


@router.get("/explore/events/{id}")
async def event_page(request: Request, id: EventId, query: Annotated[EventPageQuery, Query()]) -> Response:  # noqa: A002
    """What is said of one event."""
    asked = {name: getattr(query, name) for name in query.model_fields_set - {"embed"}}

    async def make(reading: Reading) -> frame.Page:
        event = await reading.event(id, **asked)
        claims = (await reading.claims(event=[id], limit=MAX_LIMIT, **asked)).records
        positions = await reading.positions(id, **asked)
        known = await reading.known()
        sources = await _sources(reading, claims)
        path = same_in_api(request.url.query, f"/events/{id}")
        columns = _columns(claims, known)
        values = {
            "event": event,
            "claims": claims,
            "sources": sources,
            "columns": columns,
            "questions": [_question(one, positions.records, claims, columns, known) for one in event["assessments"]],
            "nothing": positions.meta.get("why_empty", "Nothing is claimed of it."),
            "lanes": lanes_of_claims(claims, known, query.as_of),
            "day": day_steps(frame.here(request), query.as_of, known.said),
        }
        dataset = await reading.dataset(event["dataset"]["id"])
        title = event["title"] or event["id"]
        return frame.Page(
            "event.html",
            title,
            _summary(event),
            values,
            path,
            [
                *exports(path, ()),
                *exports(changed(same_in_api(request.url.query, "/claims"), event=id), ("csv", "ndjson")),
            ],
            citation(title, dataset, frame.permanent(request), reading.session.revision, frame.today()),
        )

    return await frame.answer(request, make, embed=query.embed)


async def _sources(reading: Reading, claims: list[Json]) -> dict[str, Json]:
    cited = {citation["source"]["id"] for claim in claims for citation in claim["citations"]}
    return {source: await reading.source(source) for source in sorted(cited)}


def _summary(event: Json) -> str:
    status = words.listed([f"{words.question(one)} {one['status']}" for one in event["assessments"]] or ["no claims"])
    place = f", {event['location']['relation']} {event['location']['name']}" if event["location"] else ""
    return f"{words.plain(event['kind']).capitalize()}{place}, {words.when(event['date'])}: {status}."


def _columns(claims: list[Json], known: Known) -> list[dict[str, Any]]:
    """Claims by party: sides that speak first, those who oppose each other beside each other."""
    parties: dict[str | None, list[Json]] = {}
    for claim in claims:
        speaker = claim["speaker"]
        parties.setdefault(known.party(speaker and speaker["id"]), []).append(claim)
    order = sorted(parties, key=lambda party: (party is None, not known.is_side(party), -len(parties[party]), party))
    columns: list[dict[str, Any]] = [
        {"id": party, "name": known.name(party), "claims": parties[party]} for party in order
    ]
    if len(columns) <= COLUMNS:
        return columns
    rest = [claim for column in columns[COLUMNS:] for claim in column["claims"]]
    return [*columns[:COLUMNS], {"id": None, "name": "Others", "claims": rest}]


def _asked_by(claim: Json) -> Json:
    """The question of a claim that gives a figure, in the fields of an assessment."""
    value = claim["value"] or {}
    return {"aspect": claim["aspect"], **{name: value.get(name) for name in ("measure", "of", "unit")}}


def _question(
    one: Json, histories: list[Json], claims: list[Json], columns: list[dict[str, Any]], known: Known
) -> dict[str, Any]:
    """A question of the event, with what became of it."""
    key = words.question_key(one)
    trails = [history for history in histories if words.question_key(history) == key]
    heard = {history["party"] and history["party"]["id"] for history in trails}
    silent = [
        {"id": column["id"], "name": column["name"]}
        for column in columns
        if column["id"] and column["id"] not in heard and known.is_side(column["id"])
    ]
    shown = {claim["id"] for claim in claims}
    return {
        "words": words.question(one),
        "status": one["status"],
        "inferred": one["inferred"],
        "why": WHY.get(one["status"], ""),
        "because": [claim for claim in one["because"] if claim in shown],
        "trails": trails,
        "silent": silent,
        "figures": figures_as_svg([claim for claim in claims if words.question_key(_asked_by(claim)) == key], known),
    }
