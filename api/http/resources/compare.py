"""What two or more parties say about one event, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.domain.assessment import Assessment, assess
from api.domain.positions import Weights, joint_position_history
from api.domain.statements import Question, Statement, decode, in_order_said
from api.domain.vocabulary import Stance
from api.errors import BadParameters, bad
from api.http import answers
from api.http.resources.events import EventId
from api.http.routing import judged_of
from api.models.facets import ClaimFacets
from api.query import questions
from api.query.descriptions import with_as_of
from api.query.documents import BODY, STATEMENTS
from api.query.filters import AsOf, Id
from api.query.lists import check_named_records
from api.query.matching import NamedRecord
from api.query.session import ReadSession
from api.query.why_empty import explain_empty, scope_of
from api.schemas.pages import Comparison
from api.schemas.records import Json

router = APIRouter(tags=["Positions"])
FEWEST, MOST = 2, 20


class ComparisonQuery(AsOf):
    """Parameters of a comparison."""

    party: Annotated[
        list[Id],
        Field(
            description="Two to 20 actors, each with its members; repeat the parameter.",
            examples=[["russian-side", "ukrainian-side"]],
            # Only documented here; `parties` checks it with a better message.
            json_schema_extra={"minItems": FEWEST, "maxItems": MOST, "uniqueItems": True},
        ),
    ] = []

    def parties(self) -> list[str]:
        """The parties without duplicates. Raises BadParameters if they are too few or too many."""
        found = list(dict.fromkeys(self.party))
        if len(found) < FEWEST:
            message = "two or more different parties are compared: party=russian-side&party=ukrainian-side"
            raise BadParameters(bad("party", found[0] if found else None, message))
        if len(found) > MOST:
            raise BadParameters(bad("party", found[MOST], f"at most {MOST} parties are compared at once"))
        return found


@dataclass(frozen=True, slots=True)
class Spoken:
    """The claims about the event that count, and the documents of the shown ones."""

    statements: Sequence[Statement]
    on: dict[Question, list[Statement]]
    texts: dict[str, str]


async def _voice(
    session: ReadSession, party: str, speakers: frozenset[str], question: Question, spoken: Spoken
) -> Json:
    """What a party says about a question."""
    statements, texts = spoken.statements, spoken.texts
    own = [s for s in in_order_said(spoken.on[question]) if s.speaker in speakers]
    stands = joint_position_history(statements, question, speakers)
    return {
        "party": await questions.actor(session, party),
        "silent": all(statement.stance == Stance.SILENT for statement in own),
        "stance": stands[-1].position if stands else None,
        **(await questions.content(session, stands[-1], question) if stands else {"value": None, "names": []}),
        "since": orjson.loads(texts[stands[-1].since])["said"] if stands else None,
        "claims": [orjson.Fragment(texts[statement.id]) for statement in own],
    }


async def _assessment(session: ReadSession, found: Assessment) -> Json:
    of = await questions.actor(session, found.question.of)
    return found.as_sent(lambda _: of)


@router.get("/events/{id}/compare", responses=judged_of("compare", Comparison, "event"), response_class=Response)
async def compare_parties(request: Request, id: EventId, query: Annotated[ComparisonQuery, Query()]) -> Response:  # noqa: A002
    """What two or more parties say about the event, side by side for each question, with full claims.

    Every question that anybody addresses is shown; parties that say nothing about it are shown as silent. A party
    includes its members.
    """
    parties = query.parties()

    async def make(session: ReadSession) -> bytes:
        row = await questions.event(session, id)
        await check_named_records(session, [NamedRecord("party", "actor", party) for party in parties])
        document = orjson.loads(row[BODY])
        statements = questions.counting(row, query.as_of_day())
        speakers = {party: await questions.members(session, [party]) or frozenset() for party in parties}
        anybody = frozenset().union(*speakers.values())
        texts = await questions.claims(session, (s.id for s in statements if s.speaker in anybody))
        spoken = Spoken(statements, Weights(statements).questions(), texts)
        data = [
            {
                "assessment": await _assessment(session, found),
                "parties": [await _voice(session, party, speakers[party], found.question, spoken) for party in parties],
            }
            for found in assess(statements)
        ]
        refs = await questions.actors(session, parties)
        names = " and ".join(ref["name"] for ref in refs)
        words = f"What {names} say about “{document['title']}”"
        meta: dict[str, Any] = {"description": with_as_of(words, query.as_of_day())}
        if query.as_of is not None:
            meta["left_out"] = questions.undated_left_out(decode(row[STATEMENTS]), statements)
        if not data:
            meta["why_empty"] = await explain_empty(session, scope_of(ClaimFacets.EVENT, [id]), query.as_of_day(), "")
        return answers.unpaged(request, data, meta, event=questions.dated_ref(document), parties=refs)

    return await answers.computed(request, make)
