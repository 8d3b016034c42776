"""A fast path around the framework for plain requests, with the same endpoints, models and responses.

FastAPI reads each request's parameters by looking through the endpoint's model anew, which costs more than the answer.
The guard asks here first, so that what is plain meets none of the framework's own layers.
Whatever is out of the ordinary here (another method, a parameter that is unknown, wrong or given twice) goes the long
way, which knows what to say about it. What either way compiles once is so before the first request.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ValidationError
from starlette.types import Receive, Scope

from api.errors import Refused
from api.http.answers import asked_within
from api.http.pages.frame import templates
from api.http.problems import respond
from api.http.routing import Endpoint

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_PLACE = "{id}"


@dataclass(frozen=True, slots=True)
class PlainRoute:
    """An endpoint on the fast path; it takes the request, a query model and optionally an id."""

    route: APIRoute
    endpoint: Endpoint
    model: type[BaseModel]
    lists: frozenset[str]
    """The parameters that may be repeated."""
    takes_id: bool
    unasked: BaseModel | None
    """The query object of a request without parameters; None if a parameter is required."""

    def query(self, text: bytes) -> BaseModel | None:
        """The query object for the endpoint; None if the request is not plain."""
        if not text:
            return self.unasked
        values: dict[str, Any] = {name: [] for name in self.lists}  # avoids copying each default
        for name, value in _parameters(text.decode("latin-1")):
            if name in self.lists:
                values[name].append(value)
            elif name in values or not value:
                return None
            else:
                values[name] = value
        try:
            return self.model.model_validate(values)
        except ValidationError:
            return None


def _parameters(text: str) -> list[tuple[str, str]]:
    """The parameters as sent; those without a value have an empty one."""
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True)
    return [(name, value) for name, _, value in (part.partition("=") for part in text.split("&"))]


def _plain_route(route: APIRoute) -> PlainRoute | None:
    hints = get_type_hints(route.endpoint, include_extras=True)
    hints.pop("return", None)
    query = hints.pop("query", None)
    if hints.pop("request", None) is not Request or hints.keys() - {"id"} or get_origin(query) is not Annotated:
        return None
    model: type[BaseModel] = get_args(query)[0]
    lists = frozenset(name for name, field in model.model_fields.items() if get_origin(field.annotation) is list)
    try:
        unasked = model()
    except ValidationError:
        unasked = None
    return PlainRoute(route, route.endpoint, model, lists, "id" in hints, unasked)


class FastPath:
    """Routes plain requests without the application's own routing."""

    def __init__(self, app: FastAPI, routes: list[APIRoute]) -> None:
        """Take the routes that are plain enough, by path."""
        self._app = app
        self._routes: dict[str, PlainRoute] = {}
        for route in routes:
            plain = _plain_route(route)
            if plain is not None and route.path.count("{") == int(plain.takes_id):
                self._routes.setdefault(route.path, plain)

    async def answer(self, scope: Scope, receive: Receive) -> Response | None:
        """The response to a plain request; None: use the normal path."""
        plain, path_id = self._led_to(scope["path"]) if scope["method"] == "GET" else (None, None)
        query = None if plain is None else plain.query(scope["query_string"])
        if plain is None or query is None:
            return None
        scope["app"], scope["route"] = self._app, plain.route
        request = Request(scope, receive)
        try:
            if path_id is None:
                return await plain.endpoint(request=request, query=query)
            return await plain.endpoint(request=request, query=query, id=path_id)
        except Refused as failure:
            return respond(failure, scope)

    def _led_to(self, path: str) -> tuple[PlainRoute | None, str | None]:
        if plain := self._routes.get(path):
            return plain, None
        parts = path.split("/")
        if len(parts) in {3, 4} and ID.fullmatch(parts[2]):
            template = f"/{parts[1]}/{_PLACE}" + "".join(f"/{part}" for part in parts[3:])
            return self._routes.get(template), parts[2]
        return None, None


def fast_path_of(app: FastAPI, routers: Iterable[APIRouter]) -> FastPath:
    """The fast path for the routers' routes, in the application's order of matching."""
    return FastPath(app, [route for router in routers for route in router.routes if isinstance(route, APIRoute)])


_NAMED = re.compile(r"{[^}]*}")
WARMED = (
    *("/events?limit=1", "/events?limit=1&as_of=2022-07-03&disputed=true", "/claims?limit=1", "/disputes?limit=1"),
    *("/events.csv?date_to=1900-01-01", "/events.geojson?date_to=1900-01-01", "/events/rollup?by=month"),
    *("/sources?limit=1", "/actors?limit=1", "/locations?limit=1", "/datasets", "/changes?limit=1", "/revisions"),
    *("/briefing?date_from=2022-07-01&date_to=2022-07-02&limit=1", "/health", "/metrics"),
    *("/docs", "/openapi.json", "/ogc/api", "/", "/explore", "/explore/disputes"),
)
"""What is compiled for these, and kept, is most of what is compiled at all."""


def warmed(app: FastAPI) -> list[str]:
    """Something of each, and a parameter that no path takes: how it reads its parameters is then compiled too."""
    paths = [route.path for route in iter_route_contexts(app.routes) if route.path and "GET" in (route.methods or ())]
    return [*WARMED, *(_NAMED.sub("x", path) + "?-=" for path in paths)]


async def warm(app: FastAPI) -> None:
    """Ask for a little of everything before anybody else does: nobody then waits for what is compiled once."""
    for name in templates.list_templates():
        templates.get_template(name)
    for address in warmed(app):
        path, _, query = address.partition("?")
        await asked_within(app, path, query, "text/html")
