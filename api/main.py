"""The application: routes and error handlers over one database reader, and the middleware around them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI

from api.http import openapi, pages, parameters, problems
from api.http.downloads import ExportCache
from api.http.mcp import routes as mcp
from api.http.monitoring import Metrics
from api.http.ogc import routes as ogc
from api.http.resources import (
    actors,
    briefing,
    claims,
    compare,
    control,
    datasets,
    disputes,
    docs,
    events,
    linked_data,
    locations,
    meta,
    positions,
    releases,
    revisions,
    rollups,
    sources,
)
from api.query.session import Data
from api.server.integrity import IntegrityCheck
from api.server.middleware import Middleware, fast_path_of
from api.server.request_limits import refused_url
from api.settings import Settings
from api.storage import database
from api.storage.postgres import PostgresReader
from api.storage.reader import Reader
from api.storage.replicas import ReplicatedReader
from api.storage.sqlite import SqliteReader

RESOURCES = (events, claims, disputes, sources, actors, locations, datasets)
JUDGEMENTS = (positions, compare, control, briefing)


def reader_for(settings: Settings) -> Reader:
    """A reader of the configured database."""
    url = settings.database_url
    if database.is_sqlite(url):
        return SqliteReader(database.sqlite_file(url), settings)
    named = database.servers(url)
    if len(named.addresses) == 1:
        return PostgresReader(database.dsn(named.addresses[0]), settings)
    return ReplicatedReader(named, settings)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the integrity check in the background, and close everything at the end."""
    app.state.integrity.start(asyncio.get_running_loop())
    yield
    await app.state.assistants.close()
    app.state.integrity.stop()
    await app.state.exports.close()
    await app.state.data.reader.close()


def _furnish(app: FastAPI, settings: Settings) -> None:
    """Set the state that all requests share."""
    app.state.data = Data(reader_for(settings), settings.posting_cache_bytes)
    app.state.integrity = IntegrityCheck(app.state.data, settings)
    app.state.exports = ExportCache(settings.export_cache_bytes, settings.concurrent_exports)
    app.state.metrics = Metrics(access_log=settings.exposed if settings.access_log is None else settings.access_log)
    app.state.refused_url = partial(refused_url, settings)
    app.state.stopping = False


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the application over the configured database."""
    settings = settings or Settings()
    app = FastAPI(
        title="Counterclaim",
        summary="Who said what about events of armed conflict, and when.",
        description=openapi.DESCRIPTION,
        version="0.1.0",
        lifespan=_lifespan,
        openapi_url=None,  # `docs` serves these
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(parameters.given_once)],
        redirect_slashes=False,  # redirects would use the host from the request
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `metrics` counts, `monitoring` logs
    )
    _furnish(app, settings)
    problems.install(app)
    parameters.install(app)
    _route(app)
    app.state.assistants = mcp.install(app, settings)
    pages.install(app)
    openapi.install(app)
    return app


def _route(app: FastAPI) -> None:
    """Include the routes of every resource."""
    app.include_router(rollups.router)  # before paths with an id
    for resource in RESOURCES:
        app.include_router(resource.exports)
        app.include_router(resource.router)
    app.include_router(briefing.exports)
    app.include_router(linked_data.router)  # before paths with an id
    app.include_router(releases.router)
    for record in revisions.ROUTERS:
        app.include_router(record)
    for beside in (*JUDGEMENTS, meta, docs):
        app.include_router(beside.router)
    app.include_router(ogc.router)


def guarded(app: FastAPI, settings: Settings) -> Middleware:
    """The application as served: in its middleware, with the fast path around the framework."""
    routers = [router for resource in RESOURCES for router in (resource.exports, resource.router)]
    fast_path = fast_path_of(app, [rollups.router, *routers, pages.router])
    return Middleware(app, settings, app.state.metrics, fast_path)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the protocol's
    """Support `uvicorn api.main:app`, configured by the environment; importing this module builds nothing."""
    if name != "app":
        raise AttributeError(name)
    settings = Settings()
    return guarded(create_app(settings), settings)
