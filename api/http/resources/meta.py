"""What is served beside records: vocabularies and the pages that explain problems."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from api.domain.vocabulary import VOCABULARIES
from api.http import answers, caching, problems
from api.http.openapi_responses import COMMON, json_of, problem
from api.query.session import ReadSession
from api.schemas.pages import WordMeaning

router = APIRouter(tags=["About"])
_WORDS = {
    name: [{"word": word.value, "meaning": word.meaning} for word in vocabulary]
    for name, vocabulary in VOCABULARIES.items()
}
_VOCABULARY = orjson.dumps(_WORDS)


@router.get(
    "/vocabulary",
    response_class=Response,
    responses={
        **json_of(WordMeaning, {"stance": _WORDS["stance"][:2]}),
        200: {
            "description": "Every closed vocabulary: its words and what they mean.",
            "model": dict[str, list[WordMeaning]],
            "content": {"application/json": {"example": {"stance": _WORDS["stance"][:2]}}},
        },
    },
)
async def get_vocabulary(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Every closed vocabulary, with one sentence per word."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        return caching.answer(request, _VOCABULARY, answers.JSON, answers.marks(session), {})

    return await answers.data_of(request).ask(work)


@router.get(
    "/problems/{slug}",
    response_class=Response,
    responses={
        200: {"description": "The page.", "content": {"text/html": {}}},
        404: problem("not-found"),
        **COMMON,
    },
)
async def get_problem_type(
    slug: Annotated[
        str,
        Path(
            description="The last part of a problem's `type`.",
            examples=["invalid-parameter"],
            json_schema_extra={"pattern": "^[a-z-]+$"},
        ),
    ],
    _: Annotated[answers.Nothing, Query()],
) -> Response:
    """What a type of problem means and what to do about it."""
    return problems.page(slug)
