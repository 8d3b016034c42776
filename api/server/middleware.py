"""The outermost layer for all requests and responses: limits, HEAD, OPTIONS, headers, metrics, and a fast path.

FastAPI inspects the endpoint's model again for each request's parameters, which costs more than the response. Plain
requests therefore bypass the framework: same endpoints, models and responses. Everything else (another method; a
parameter that is unknown, invalid or repeated) takes the normal path, which makes the error messages.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from api.errors import NotFound, Refused, Unavailable
from api.http.answers import asked_within
from api.http.caching import PUBLIC, Fields, Packing, ReadyResponse, placed_field
from api.http.mcp.routes import PATH as MCP
from api.http.mcp.routes import PREFLIGHT as MCP_PREFLIGHT
from api.http.monitoring import Exchange, Metrics
from api.http.pages import frame as pages
from api.http.pages.frame import templates
from api.http.problems import ALLOWED, Problem, respond
from api.http.routing import Endpoint
from api.query.documents import DECODE_ERRORS
from api.server.request_limits import Allowance, Proxies, PublicAddress, counted_as, refused_url
from api.settings import Settings

log = structlog.get_logger()

POLICY = b"default-src 'none'; frame-ancestors 'none'"
SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        (
            b"Accept-Ranges, Content-Length, Content-Range, Counterclaim-Count, ETag, Link, RateLimit, "
            b"RateLimit-Policy, Retry-After, X-Request-ID"
        ),
    ),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "Accept, Accept-Encoding, Cache-Control, If-Match, If-Modified-Since, "
    "If-None-Match, If-Range, If-Unmodified-Since, Range",
    "Access-Control-Max-Age": "86400",
}
# Monitoring is never limited.
METRICS = "/metrics"
UNLIMITED = frozenset({"/health", "/health/live", "/health/ready", METRICS})
ELSEWHERE = "Metrics are served at a separate address, which serves nothing else."
_POLICY_NAME = b"content-security-policy"
_LINE = b"%b: %b\r\n"
_FIXED = b"".join([_LINE % field for field in (*SECURITY_HEADERS, (_POLICY_NAME, POLICY))])


class Middleware:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        metrics: Metrics,
        fast_path: "FastPath | None" = None,
        *,
        numbers: bool = False,
    ) -> None:
        """Wrap an application; plain requests go to the fast path instead of the application.

        `numbers`: serve only `/metrics` at this address.
        """
        self._numbers = numbers
        self._app = app
        self._fast_path = fast_path
        self._settings = settings
        self._metrics = metrics
        self._proxies = Proxies(settings.trusted_proxies)
        self._public = PublicAddress(settings, self._proxies)
        limit = settings.requests_per_minute
        self._allowance = Allowance(limit) if limit else None
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a valid request on, and complete its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        client, request_id = self._proxies.identify(scope)
        scope = self._public.reached(scope)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        answer = Answer(scope, send, request_id)
        answer.scope["state"]["share"] = counted_as(client)
        self._running += 1
        try:
            await self._answer(answer, client, receive)
        except Exception as error:  # noqa: BLE001 - the outermost guard
            await _broken(answer, receive, error)
        finally:
            self._running -= 1
            self._metrics.note(
                Exchange(scope["method"], _template(answer.scope), answer.status, perf_counter() - started, client)
            )

    async def _answer(self, answer: "Answer", client: str, receive: Receive) -> None:
        scope = answer.scope
        problem = self._refusal(answer, client)
        if problem is not None:
            await pages.refused(Request(scope), respond(problem, scope))(scope, receive, answer.send)
        elif scope["method"] == "OPTIONS" and self._serves(scope):
            fields = MCP_PREFLIGHT if scope["path"] == MCP else PREFLIGHT
            await Response(status_code=204, headers=fields)(scope, receive, answer.send)
        elif self._fast_path is not None and (response := await self._fast_path.answer(scope, receive)) is not None:
            if not answer.finish(response):
                await response(scope, receive, answer.send)
        else:
            await self._app(scope, receive, answer.send)

    def _refusal(self, answer: "Answer", client: str) -> Refused | None:
        scope = answer.scope
        limited = scope["path"] not in UNLIMITED
        if limited and self._allowance is not None:  # counts every request, whatever its response
            wait, answer.extra = self._allowance.take(client)
            if wait:
                detail = f"At most {self._settings.requests_per_minute} requests per minute are answered."
                return Problem("too-many-requests", detail, headers={"Retry-After": str(wait)})
        if refused := scope["state"].get("refusal"):
            return Problem(*refused)
        if self._numbers != (scope["path"] == METRICS) and (self._numbers or self._settings.hides_metrics):
            return NotFound(ELSEWHERE)
        if problem := refused_url(self._settings, scope.get("raw_path") or b"", scope["query_string"]):
            return problem
        if limited and self._running > self._settings.concurrent_requests:
            return Unavailable("The service is answering as many requests as it can.")
        return None

    def _serves(self, scope: Scope) -> bool:
        asked = {**scope, "method": "GET"}
        return any(route.matches(asked)[0] is not Match.NONE for route in self._app.router.routes)


class Answer:
    """The response to one request; `send` completes it."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        """Handle HEAD like GET without the body."""
        self._head = scope["method"] == "HEAD"
        self.scope = {**scope, "method": "GET", "head": True} if self._head else scope
        self.scope.setdefault("state", {})
        self.status = 0
        self.whole = False
        self.extra: list[tuple[bytes, bytes]] = []
        self._send = send
        # Removed to avoid a reference cycle through the connection's request cycle and the scope.
        self._send_whole = self.scope["state"].pop("whole", None)
        self._request_id = request_id.encode()

    def finish(self, response: Response) -> bool:
        """Send a complete response in one write if the server can; False: it has to be sent in parts."""
        if (
            self._send_whole is None
            or self._head
            or not isinstance(response, ReadyResponse)
            or isinstance(response, Packing)
            or any(name == _POLICY_NAME for name, _ in response.raw_headers)  # pages have their own policy
        ):
            return False
        response.raw_headers = _placed(response.raw_headers)
        own = b"".join([_LINE % field for field in response.raw_headers])
        if own.count(b"\n") != len(response.raw_headers):
            return False
        last = [_LINE % field for field in (*self.extra, (b"x-request-id", self._request_id))]
        self.whole = self._send_whole(response.status_code, b"".join((own, _FIXED, *last)), response.body)
        self.status = response.status_code if self.whole else 0
        return self.whole

    async def send(self, message: Message) -> None:
        """Send a part of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = _placed(message["headers"])
            policy = () if any(name == _POLICY_NAME for name, _ in own) else ((_POLICY_NAME, POLICY),)
            message["headers"] = [*own, *SECURITY_HEADERS, *policy, *self.extra, (b"x-request-id", self._request_id)]
        else:
            self.whole = not message.get("more_body", False)
            if self._head:
                message["body"] = b""
        await self._send(message)


def _placed(fields: Fields) -> Fields:
    """Header fields with the prefix added to their paths."""
    if not PUBLIC.get().prefix:
        return fields
    return [(name, placed_field(value) if name in {b"link", b"location"} else value) for name, value in fields]


async def _broken(answer: Answer, receive: Receive, error: Exception) -> None:
    """Respond without internals; a response that has begun stays incomplete, so that the client notices."""
    if answer.whole:  # the response is already complete
        return
    if answer.status:
        log.error("cut", path=answer.scope["path"], exc_info=error)
        return
    log.error("defect", path=answer.scope["path"], exc_info=error)
    problem = Problem("internal-error", "The request could not be answered.")
    await respond(problem)(answer.scope, receive, answer.send)


def _template(scope: Scope) -> str:
    """The route's path template: logs and metrics are per route, not per record."""
    return str(getattr(scope.get("route"), "path", "-"))


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
        except Refused as failure:  # the normal path shows problems of pages as pages
            return respond(failure, scope) if plain.route.include_in_schema else None

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
    "/claims/rollup?by=year&by=location&said_to=1900-01-01",  # has NumPy import what it needs only here
    *("/sources?limit=1", "/actors?limit=1", "/locations?limit=1", "/datasets", "/changes?limit=1", "/revisions"),
    *("/briefing?date_from=2022-07-01&date_to=2022-07-02&limit=1", "/health", "/metrics"),
    *("/docs", "/openapi.json", "/ogc/api", "/", "/explore", "/explore/disputes"),
)
"""Answering these compiles and caches most of the statements and templates."""


def warmed(app: FastAPI) -> list[str]:
    """A small request of each kind, with an unknown parameter so that validation of parameters is compiled too."""
    paths = [route.path for route in iter_route_contexts(app.routes) if route.path and "GET" in (route.methods or ())]
    return [*WARMED, *(_NAMED.sub("x", path) + "?-=" for path in paths)]


async def warm(app: FastAPI) -> None:
    """Send small requests of every kind before serving, so that no client waits for compilation."""
    for name in templates.list_templates():
        templates.get_template(name)
    for address in warmed(app):
        path, _, query = address.partition("?")
        with suppress(*DECODE_ERRORS):  # of damaged data, which is logged; everything else can still be served
            await asked_within(app, path, query, "text/html")
