"""Vocabularies, problem types, health checks and metrics."""

import asyncio
from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from api.domain.vocabulary import VOCABULARIES
from api.errors import DAMAGED_SECONDS, Unavailable
from api.http import answers, caching, problems
from api.http.monitoring import State
from api.http.routing import COMMON, json_of, problem
from api.query.session import Data, ReadSession
from api.schemas.pages import Health, WordMeaning
from api.schemas.records import Sent

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
    """Every closed vocabulary, with one sentence per word.

    The example shows the first word of each.
    """

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
    """The meaning of a problem type and what to do about it."""
    return problems.type_page(slug)


class Alive(Sent):
    """Whether this process responds."""

    status: str


_NO_STORE = {"Cache-Control": "no-store"}
_HEALTH = json_of(Health, {"status": "ok", "database": "sqlite", "revision": 1, "loaded_at": "2026-11-22T12:00:00Z"})
_READY = {status: answer for status, answer in _HEALTH.items() if status != HTTPStatus.NOT_MODIFIED}
_ALIVE = {200: json_of(Alive, {"status": "ok"})[200], **COMMON}


@router.get("/health", response_class=Response, responses=_READY)
async def get_health(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Whether the service and its database respond; 503 while the database is unreachable."""
    data = answers.data_of(request)
    catalogue = await data.catalogue()
    found = Health(
        status="ok",
        database=data.reader.backend,
        revision=catalogue.revision,
        loaded_at=catalogue.loaded_at if catalogue.revision else None,
    )
    return Response(found.model_dump_json(), media_type=answers.JSON, headers=_NO_STORE)


@router.get("/health/live", response_class=Response, responses=_ALIVE)
async def get_liveness(_: Annotated[answers.Nothing, Query()]) -> Response:
    """Whether this process responds at all, whatever the state of the database; if not, restart it."""
    return Response(Alive(status="ok").model_dump_json(), media_type=answers.JSON, headers=_NO_STORE)


@router.get("/health/ready", response_class=Response, responses=_READY)
async def get_readiness(request: Request, nothing: Annotated[answers.Nothing, Query()]) -> Response:
    """Whether to send requests here; 503 while the database is unreachable or damaged, and during shutdown."""
    if request.app.state.stopping:
        raise Unavailable("The service is stopping.")
    if damaged := answers.data_of(request).damage:
        raise Unavailable(f"Damaged on the disk: {', '.join(sorted(damaged))}.", retry_after=DAMAGED_SECONDS)
    return await get_health(request, nothing)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {
            "description": "Numbers in Prometheus' text format.",
            "content": {"text/plain": {"example": "counterclaim_revision 1.0\n"}},
        },
        **COMMON,
    },
)
async def get_metrics(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Requests by route and status, how long they took, the database's connections, revision and records."""
    data = answers.data_of(request)
    text: bytes = await asyncio.to_thread(request.app.state.metrics.text, await _state(data))  # beside other requests
    return Response(text, headers={**_NO_STORE, "Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def _state(data: Data) -> State:
    """The state of the database, also while it is unreachable."""
    connections, hosts = data.reader.connections(), data.reader.hosts()
    try:
        revision = (await data.catalogue()).revision
        return State(True, revision, await data.records(), connections, data.damaged, hosts)
    except Unavailable:
        return State(False, 0, {}, connections, data.damaged, hosts)
