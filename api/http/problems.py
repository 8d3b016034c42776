"""Problem details (RFC 9457): the only kind of error response, its types, and the handlers that send it."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.errors import (
    SHOWN_VALUE,
    BadParameters,
    ConditionFailed,
    Gone,
    NotFound,
    Refused,
    RevisionDiffers,
    Unavailable,
    nearest,
)
from api.http.caching import PUBLIC, placed
from api.query.paging import beginning
from api.schemas import pages as sent

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()
ALLOWED = "GET, HEAD, OPTIONS"


@dataclass(frozen=True)
class ProblemType:
    """A type of problem: its slug, title, status and the page that explains it."""

    slug: str
    title: str
    status: int
    explanation: str


PROBLEM_TYPES = {
    kind.slug: kind
    for kind in (
        ProblemType(
            "invalid-parameter",
            "A parameter is not understood",
            422,
            "A parameter is unknown, is given twice, has a value outside what is allowed, or names a record that does "
            "not exist. `errors` names each one, what is wrong, what is allowed and the nearest right spelling. "
            "The request was not answered in part: a typo never looks like “nothing happened”. Below /ogc the status "
            "is 400, as OGC API Features requires.",
        ),
        ProblemType(
            "not-found",
            "There is no such record or page",
            404,
            "The path names no record or page. `did_you_mean` lists the nearest ones.",
        ),
        ProblemType(
            "gone",
            "The record was withdrawn",
            410,
            "The record existed and was withdrawn by a later load. `kind`, `id`, `revision`, `recorded_at` and "
            "`message` say which, when and why; its last version is at its path with `revision` one less.",
        ),
        ProblemType(
            "revision-differs",
            "The data are not those of the page before",
            409,
            "Data were loaded between two pages of a list, or the next page was requested from a server with an older "
            "revision or another history. Pages of two revisions do not fit together: records could be missing or "
            'repeated. `Link` with `rel="first"` and `url` lead to the first page; `page_revision` and `revision` are '
            "the two revisions. An export always shows one revision, and /changes continues across loads.",
        ),
        ProblemType(
            "method-not-allowed",
            "The method is not allowed here",
            405,
            "The API is read-only: every path supports only GET, HEAD and OPTIONS, except /mcp, where the Model "
            "Context Protocol uses POST to read.",
        ),
        ProblemType(
            "malformed-request",
            "The request cannot be read",
            400,
            "The path or the query is not valid percent-encoded UTF-8 or contains control characters, or the message "
            "is not a valid HTTP/1.1 or HTTP/1.0 request, or it names no host.",
        ),
        ProblemType(
            "request-timeout",
            "The request took too long to arrive",
            408,
            "A connection was opened, but its request did not arrive completely in time. Send it again.",
        ),
        ProblemType(
            "not-implemented",
            "The request asks for something of HTTP that is not done here",
            501,
            "The method is unknown, the request has a transfer coding other than chunked, or it needs an optional part "
            "that is not installed. Use GET, HEAD or OPTIONS without a body.",
        ),
        ProblemType(
            "version-not-supported",
            "The version of HTTP is not spoken here",
            505,
            "This service supports HTTP/1.1 and HTTP/1.0. A proxy in front of it may offer other versions.",
        ),
        ProblemType(
            "too-large",
            "The request is too large",
            414,
            "The path and query are longer than this service accepts. Ask for less in one request.",
        ),
        ProblemType(
            "range-not-satisfiable",
            "There is no such part",
            416,
            "The bytes requested in `Range` lie beyond the end of the body. `Content-Range` gives its length; without "
            "`Range` the whole body is sent.",
        ),
        ProblemType(
            "precondition-failed",
            "The data are not those that the request names",
            412,
            "`If-Match` names no entity tag of this answer (tags that begin with W/ never match), or data were loaded "
            "after the moment in `If-Unmodified-Since`. Without these headers the current answer is sent.",
        ),
        ProblemType(
            "content-too-large",
            "The message is too long",
            413,
            "The message sent to /mcp is longer than any valid one. No other path reads a request body.",
        ),
        ProblemType(
            "unsupported-coding",
            "The message is compressed",
            415,
            "The message sent to /mcp has a `Content-Encoding`. Messages are read as they are: send it without one.",
        ),
        ProblemType(
            "origin-not-allowed",
            "A page of another site may not ask this",
            403,
            "/mcp serves programs, and pages from this machine and from the service's own address. Requests that a "
            "browser sends for pages of other sites are refused, even if their name resolves to this machine.",
        ),
        ProblemType(
            "headers-too-large",
            "The headers are too large",
            431,
            "There are more header fields than this service accepts, or they are too long.",
        ),
        ProblemType(
            "too-many-requests",
            "Too many requests",
            429,
            "This client sent more requests than the service allows in a short time. `Retry-After` says when to retry.",
        ),
        ProblemType(
            "unavailable",
            "The service cannot answer right now",
            503,
            "The database cannot be reached, is busy or took too long. The service never sends an incomplete answer "
            "instead. `Retry-After` says when to retry.",
        ),
        ProblemType(
            "internal-error",
            "Something went wrong on our side",
            500,
            "This is a defect of the service. It says nothing about the data. The log names the request.",
        ),
    )
}
_BY_STATUS = {kind.status: kind for kind in PROBLEM_TYPES.values()}


class Problem(Refused):
    """An expected failure of a request, with its problem type."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        errors: Sequence[sent.BadParameter] = (),
        did_you_mean: Sequence[str] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        """Take the type's slug and what happened this time."""
        super().__init__(detail)
        self.kind = PROBLEM_TYPES[slug]
        self.headers = headers or {}
        self.more: Mapping[str, object] = {}
        """The extension members of this problem type (RFC 9457, section 3.2)."""
        self.details = sent.Problem(
            type=f"/problems/{slug}",
            title=self.kind.title,
            status=self.kind.status,
            detail=detail,
            errors=list(errors),
            did_you_mean=list(did_you_mean),
        )


def problem_of(failure: Refused) -> Problem:
    """The problem that represents a failure."""
    match failure:
        case Problem():
            return failure
        case BadParameters(errors=errors):
            wrong = [sent.BadParameter.model_validate(asdict(error)) for error in errors]
            return Problem("invalid-parameter", failure.detail, errors=wrong)
        case NotFound(near=near):
            return Problem("not-found", failure.detail, did_you_mean=near)
        case Gone(record=record, recorded_at=recorded_at, message=message):
            problem = Problem("gone", failure.detail)
            problem.more = {**record, "recorded_at": recorded_at, "message": message}
        case RevisionDiffers(revisions=revisions):
            problem = Problem("revision-differs", failure.detail)
            problem.more = revisions
        case ConditionFailed():
            return Problem("precondition-failed", failure.detail)
        case Unavailable(retry_after=seconds):
            return Problem("unavailable", failure.detail, headers={"Retry-After": str(seconds)})
        case _:
            raise failure
    return problem


OGC, OGC_STATUS = "/ogc", 400
"""Below this path, bad parameters have another status (OGC 17-069r4, /req/core/query-param-invalid and -unknown)."""


def respond(failure: Refused, scope: Scope | None = None) -> Response:
    """The response to an expected failure.

    The request's scope tells the first page of a list that cannot continue, and whether OGC's rules hold.
    """
    problem = problem_of(failure)
    of_ogc = (
        scope is not None and problem.kind.slug == "invalid-parameter" and f"{scope['path']}/".startswith(f"{OGC}/")
    )
    status = OGC_STATUS if of_ogc else problem.kind.status
    text = problem.details.model_copy(update={"status": status}).model_dump_json()
    if scope is not None and isinstance(failure, RevisionDiffers):
        first = beginning(scope["path"], scope["query_string"])
        problem.headers["Link"] = f'<{first}>; rel="first"'
        problem.more = {**problem.more, "url": first}
    if problem.more:
        text = f"{text[:-1]},{orjson.dumps(problem.more).decode()[1:]}"
    return Response(
        placed(text.encode("utf-8", "backslashreplace"), MEDIA_TYPE),
        status_code=status,
        headers={**problem.headers, "Cache-Control": "no-store"},
        media_type=MEDIA_TYPE,
    )


async def on_refused(request: Request, failure: Exception) -> Response:
    """Respond to an expected failure."""
    assert isinstance(failure, Refused)  # noqa: S101 - registered for this type alone
    return respond(failure, request.scope)


async def on_http(request: Request, error: Exception) -> Response:
    """Respond to what the framework refuses: an unknown path or a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    kind = _BY_STATUS.get(error.status_code)
    if kind is None or kind.slug == "not-found":
        path, prefix = request.url.path, PUBLIC.get().prefix
        near = nearest(path, [route.path or "" for route in iter_route_contexts(request.app.routes)])
        return respond(NotFound(f"There is nothing at {prefix}{path[:SHOWN_VALUE]}.", [prefix + one for one in near]))
    detail = f"{request.scope['method']} is not served at this path."
    return respond(Problem(kind.slug, detail, headers={"Allow": ALLOWED} if kind.slug == "method-not-allowed" else {}))


async def on_defect(request: Request, error: Exception) -> Response:
    """Respond to a defect without revealing any internals."""
    log.error("defect", path=request.url.path, exc_info=error)
    return respond(Problem("internal-error", "The request could not be answered."))


def type_page(slug: str) -> Response:
    """The page that explains a type of problem."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        raise NotFound("There is no such type of problem.", nearest(slug, list(PROBLEM_TYPES)))
    text, here = html.escape(kind.explanation), html.escape(f"{PUBLIC.get().prefix}/problems/{slug}")
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(kind.title)}</title>"
        f"<h1>{html.escape(kind.title)}</h1><p>Status {kind.status}, type <code>{here}</code>.<p>{text}"
        "<p>All types: " + ", ".join(f'<a href="{name}">{name}</a>' for name in PROBLEM_TYPES) + ".\n"
    )


def install(app: FastAPI) -> None:
    """Register every handler."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_defect)
