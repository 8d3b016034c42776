"""The outermost layer for all requests and responses: request limits, HEAD, OPTIONS, headers and metrics."""

from collections.abc import Awaitable, Callable
from time import perf_counter

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from api.errors import NotFound, Refused, Unavailable
from api.http.caching import PUBLIC, Fields, Packing, ReadyResponse, placed_field
from api.http.mcp.routes import PATH as MCP
from api.http.mcp.routes import PREFLIGHT as MCP_PREFLIGHT
from api.http.monitoring import Exchange, Metrics
from api.http.pages import frame as pages
from api.http.problems import ALLOWED, Problem, respond
from api.server import request_limits
from api.server.request_limits import Allowance, Proxies, PublicAddress, counted_as
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
    "Access-Control-Allow-Headers": "Accept, Accept-Encoding, Cache-Control, If-Modified-Since, If-None-Match, "
    "If-Range, Range",
    "Access-Control-Max-Age": "86400",
}
# Monitoring is never limited.
METRICS = "/metrics"
UNLIMITED = frozenset({"/health", "/health/live", "/health/ready", METRICS})
ELSEWHERE = "Numbers about the service are told at an address of their own, and nothing else there."
_POLICY_NAME = b"content-security-policy"
_LINE = b"%b: %b\r\n"
_FIXED = b"".join([_LINE % field for field in (*SECURITY_HEADERS, (_POLICY_NAME, POLICY))])


FastPath = Callable[[Scope, Receive], Awaitable[Response | None]]


class Middleware:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        metrics: Metrics,
        fast_path: FastPath | None = None,
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
            await pages.refused(Request(scope), respond(problem))(scope, receive, answer.send)
        elif scope["method"] == "OPTIONS" and self._serves(scope):
            fields = MCP_PREFLIGHT if scope["path"] == MCP else PREFLIGHT
            await Response(status_code=204, headers=fields)(scope, receive, answer.send)
        elif self._fast_path is not None and (response := await self._fast_path(scope, receive)) is not None:
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
        if problem := request_limits.refusal(scope, self._settings):
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
