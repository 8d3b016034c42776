"""A lane past the framework for plain requests: the same endpoints, models and answers, without its detours.

FastAPI reads each request's parameters by looking through the endpoint's model anew, which costs more than the answer.
Whatever is out of the ordinary here (another method, a parameter that is unknown, wrong or given twice) goes the long
way, which knows what to say about it.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Problem, respond

Endpoint = Callable[..., Awaitable[Response]]
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_PLACE = "{id}"


@dataclass(frozen=True, slots=True)
class Stop:
    """An endpoint that the lane leads to: it takes the request, a model of its query and perhaps an id."""

    route: APIRoute
    endpoint: Endpoint
    model: type[BaseModel]
    lists: frozenset[str]
    """The parameters that may be repeated."""
    takes_id: bool

    def query(self, sent: list[tuple[str, str]]) -> BaseModel | None:
        """The query as the endpoint takes it; None: it is not as plain as it should be."""
        values: dict[str, Any] = {name: [] for name in self.lists}  # else each default would be copied
        for name, value in sent:
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


def _stop(route: APIRoute) -> Stop | None:
    hints = get_type_hints(route.endpoint, include_extras=True)
    hints.pop("return", None)
    query = hints.pop("query", None)
    if hints.pop("request", None) is not Request or hints.keys() - {"id"} or get_origin(query) is not Annotated:
        return None
    model: type[BaseModel] = get_args(query)[0]
    lists = frozenset(name for name, field in model.model_fields.items() if get_origin(field.annotation) is list)
    return Stop(route, route.endpoint, model, lists, "id" in hints)


class Lane:
    """ASGI middleware in front of an application's own routing."""

    def __init__(self, app: ASGIApp, routes: list[APIRoute]) -> None:
        """Lead to those of the routes that are plain enough, each by its path."""
        self._app = app
        self._stops: dict[str, Stop] = {}
        for route in routes:
            stop = _stop(route)
            if stop is not None and route.path.count("{") == int(stop.takes_id):
                self._stops.setdefault(route.path, stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is plain, and let everything else pass."""
        stop, path_id = self._led_to(scope) if scope["type"] == "http" and scope["method"] == "GET" else (None, None)
        if stop is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        query = stop.query(request.query_params.multi_items())
        if query is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = stop.route
        try:
            if path_id is None:
                response = await stop.endpoint(request=request, query=query)
            else:
                response = await stop.endpoint(request=request, query=query, id=path_id)
        except Problem as problem:
            response = respond(problem)
        await response(scope, receive, send)

    def _led_to(self, scope: Scope) -> tuple[Stop | None, str | None]:
        path: str = scope["path"]
        if stop := self._stops.get(path):
            return stop, None
        parts = path.split("/")
        if len(parts) in {3, 4} and ID.fullmatch(parts[2]):
            template = f"/{parts[1]}/{_PLACE}" + "".join(f"/{part}" for part in parts[3:])
            return self._stops.get(template), parts[2]
        return None, None


def install(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Put the lane in front of the routers' routes, in the order in which the application looks through them."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    app.add_middleware(Lane, routes=routes)
