"""What those who run the service ask: is it alive, is it ready, and the numbers for Prometheus."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from api.errors import Unavailable
from api.http import answers
from api.http.metrics import State
from api.http.openapi_responses import COMMON, json_of
from api.query.session import DAMAGED_SECONDS, Data
from api.schemas.pages import Health
from api.schemas.records import Sent


class Alive(Sent):
    """Whether this process answers."""

    status: str


router = APIRouter(tags=["About"])
_NO_STORE = {"Cache-Control": "no-store"}
_HEALTH = json_of(Health, {"status": "ok", "database": "sqlite", "revision": 1, "loaded_at": "2026-11-22T12:00:00Z"})
_READY = {status: answer for status, answer in _HEALTH.items() if status != HTTPStatus.NOT_MODIFIED}
_ALIVE = {200: json_of(Alive, {"status": "ok"})[200], **COMMON}


@router.get("/health", response_class=Response, responses=_READY)
async def get_health(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Whether the service and its database answer; 503 while the database is away."""
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
    """Whether this process answers at all, whatever its database does: if not, start it anew."""
    return Response(Alive(status="ok").model_dump_json(), media_type=answers.JSON, headers=_NO_STORE)


@router.get("/health/ready", response_class=Response, responses=_READY)
async def get_readiness(request: Request, nothing: Annotated[answers.Nothing, Query()]) -> Response:
    """Whether to send requests here: 503 while the database is away or damaged, and once the service is to stop."""
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
    text: bytes = request.app.state.watch.text(await _state(data))
    return Response(text, headers={**_NO_STORE, "Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def _state(data: Data) -> State:
    """What the database is like; that it is away is a number too."""
    connections = data.reader.connections()
    try:
        revision = (await data.catalogue()).revision
        return State(True, revision, await data.records(), connections, data.damaged)
    except Unavailable:
        return State(False, 0, {}, connections, data.damaged)
