"""The frame of every page: templates, the security policy, entity tags, and problems shown as pages."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from api.errors import Refused
from api.http import answers, caching, parameters, problems, words
from api.http.caching import placed
from api.http.pages.data import Reading, read_page
from api.http.pages.links import Link, cleaned, corrected, curl, same_day, without

HTML = "text/html; charset=utf-8"
SVG = "image/svg+xml"
HERE = Path(__file__).parent
KEPT_BYTES = 16_000_000
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {}"
)


_LEAVING = re.compile(r'<a(?=[^>]* href="/)(?![^>]*[?&;]embed=true)(?![^>]* target=)')
"""Links out of an embedded view, because their targets may not be shown in a frame."""


class _Templates(Environment):
    """Templates that try a key before an attribute, because in JSON objects a failed attribute costs an exception."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - whatever a template names
        """The value of a key, or else of an attribute."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


templates = _Templates(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,  # every template, whatever its file name
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters.update(
    plain=words.plain,
    when=words.when,
    since=words.since,
    sentence_case=words.sentence_case,
    shortened=words.shortened,
    basis=words.basis,
    otherwise=words.otherwise,
    status=words.status_of,
    question=words.question,
    figure=words.figure,
    number=words.grouped,
    listed=words.listed,
    same_day=same_day,
)
templates.globals.update(
    STATUSES=words.STATUSES,
    STANCES=words.STANCES,
    HEDGES=words.HEDGES,
    STANDS=words.STANDS,
    SIDES=words.SIDES,
    count=words.quantity,
    without=without,
    lane_words=words.lane_words,
    COLOURS=words.COLOURS,
    curl=curl,
    corrected=corrected,
)


@dataclass
class Page:
    """A template's data, and the frame around it."""

    template: str
    title: str
    summary: str
    values: Mapping[str, Any] = field(default_factory=dict)
    api: str | None = None
    """The path of the API request with the same data."""
    alternates: list[Link] = field(default_factory=list)
    citation: Mapping[str, str] | None = None


class Kept:
    """A cache of finished pages of one revision, limited in bytes; the least recently used are dropped first."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        """Take the maximum number of bytes."""
        self._most = most
        self._size = 0
        self._pages: OrderedDict[tuple[object, ...], tuple[bytes, dict[str, str]]] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> tuple[bytes, dict[str, str]] | None:
        """A page, if it is in the cache."""
        found = self._pages.get(key)
        if found is not None:
            self._pages.move_to_end(key)
        return found

    def put(self, key: tuple[object, ...], page: tuple[bytes, dict[str, str]]) -> None:
        """Add a page."""
        if key in self._pages:
            self._size -= len(self._pages.pop(key)[0])
        self._pages[key] = page
        self._size += len(page[0])
        while self._size > self._most:
            _, gone = self._pages.popitem(last=False)
            self._size -= len(gone[0])


@cache
def _edition() -> str:
    """A hash of everything that pages are made by; if it changes, cached copies are invalid."""
    known = hashlib.blake2b(digest_size=6)
    for path in sorted(HERE.rglob("*")):
        if path.suffix in {".py", ".html", ".svg", ".css", ".js", ".json"}:
            known.update(path.read_bytes())
    return known.hexdigest()


def today() -> date:
    """The day of access, in UTC."""
    return datetime.now(UTC).date()


def _tagged(request: Request, media_type: str) -> Request:
    """The request as hashed for the entity tag, in which a page differs from the JSON of the same URL."""
    marker = f"#{media_type}{_edition()}{today()}".encode()
    return Request({**request.scope, "raw_path": request.scope["raw_path"] + marker})


def varying(response: Response) -> Response:
    """Mark a response as dependent on the `Accept` header, for caches."""
    held = [part.strip() for part in response.headers.get("vary", "").split(",")]
    response.headers["vary"] = ", ".join(dict.fromkeys(["Accept", *filter(None, held)]))
    return response


async def page_response(
    request: Request, make: Callable[[Reading], Awaitable[Page]], *, embed: bool = False, negotiated: bool = False
) -> Response:
    """A complete page at one revision of the data; `embed` allows other sites to show it in a frame."""
    tagged = _tagged(request, HTML)

    async def work(reading: Reading) -> Response:
        if unchanged := await answers.not_modified(tagged, reading.session):
            return unchanged
        kept = rendered(request, reading)
        key = (caching.base(request), here(request), today())
        made = kept.get(key)
        if made is None:
            page, marks = await make(reading), answers.marks(reading.session)
            body = await asyncio.to_thread(render, request, page, embed=embed, marks=marks)  # beside other requests
            made = body, _headers(page, embed=embed)
            kept.put(key, made)
        return caching.answer(tagged, made[0], HTML, answers.marks(reading.session), made[1])

    response = await read_page(request, work)
    if response.status_code == HTTPStatus.NOT_MODIFIED:  # a browser takes the headers of its copy from here
        response.raw_headers.append((b"content-security-policy", policy(embed=embed).encode()))
    return varying(response) if negotiated else response


def _headers(page: Page, *, embed: bool) -> dict[str, str]:
    found = {"Content-Security-Policy": policy(embed=embed)}
    if page.alternates:
        found["Link"] = ", ".join(f'<{link.href}>; rel="alternate"; type="{link.type}"' for link in page.alternates)
    return found


def rendered(request: Request, reading: Reading) -> Kept:
    """The cache of pages for this revision."""
    state = request.app.state
    of, kept = getattr(state, "rendered_pages", (None, None))
    if of is not reading.session.catalogue or kept is None:
        kept = Kept()
        state.rendered_pages = (reading.session.catalogue, kept)
    return kept


async def picture(request: Request, make: Callable[[Reading], Awaitable[str]]) -> Response:
    """A response with an SVG file."""
    tagged = _tagged(request, SVG)

    async def work(reading: Reading) -> Response:
        if unchanged := await answers.not_modified(tagged, reading.session):
            return unchanged
        body = (await make(reading)).encode()
        return caching.answer(tagged, body, SVG, answers.marks(reading.session), {})

    return await read_page(request, work)


def permanent(request: Request) -> str:
    """The permanent URL of the same view."""
    return caching.base(request) + without(here(request), "embed", "cursor")


def here(request: Request) -> str:
    """The path and query of the request."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def policy(*, embed: bool) -> str:
    """The content security policy of a page."""
    return _POLICY.format("*" if embed else "'none'")


def render(request: Request, page: Page, *, embed: bool, marks: caching.Marks) -> bytes:
    """A page as HTML."""
    base = caching.base(request)
    text = templates.get_template(page.template).render(
        page=page,
        embed=embed,
        here=here(request),
        base=base,
        whole=permanent(request),
        revision=marks.revision,
        loaded=marks.loaded_at,
        **page.values,
    )
    if embed:
        text = _LEAVING.sub('<a target="_blank" rel="noopener"', text)
    return text.encode("utf-8", "replace")


def is_page(path: str) -> bool:
    """Whether the path is a page for people."""
    if path.startswith("/explore/static/"):
        return False
    return path == "/explore" or (path.startswith("/explore/") and not path.endswith(".svg"))


def _shown_as_page(request: Request) -> bool:
    """Whether to show a problem as a page."""
    return is_page(request.url.path) or (request.url.path == "/" and caching.takes_html(request))


def as_page(request: Request, response: Response) -> Response:
    """A problem as a page, with the text, status and headers of the API's response."""
    problem = orjson.loads(response.body)
    retry = response.headers.get("retry-after")
    page = Page("problem.html", problem["title"], problem["detail"], {"problem": problem, "retry": retry})
    embed = request.query_params.get("embed") == "true"  # otherwise an embedded view would be an empty frame
    body = render(request, page, embed=embed, marks=caching.Marks(0, "", datetime(1970, 1, 1, tzinfo=UTC)))
    kept = {name: value for name, value in response.headers.items() if name not in {"content-type", "content-length"}}
    headers = {**kept, "Content-Security-Policy": policy(embed=embed)}
    return Response(placed(body, HTML), response.status_code, headers, media_type=HTML)


def refused(request: Request, response: Response) -> Response:
    """The response to a request that no route handled: a page or JSON, as the client accepts."""
    return as_page(request, response) if is_page(request.url.path) or caching.takes_html(request) else response


def install(app: FastAPI) -> None:
    """Show problems of pages as pages; call this after all other handlers are registered."""

    async def on_refused(request: Request, error: Exception) -> Response:
        response = await problems.on_refused(request, error)
        return as_page(request, response) if _shown_as_page(request) else response

    async def on_validation(request: Request, error: Exception) -> Response:
        sent = request.url.query
        if is_page(request.url.path) and (kept := cleaned(sent)) != sent:
            # A form sends every field; empty ones are no parameters.
            return RedirectResponse(request.url.path + (f"?{kept}" if kept else ""), 303)
        response = await parameters.on_validation(request, error)
        return as_page(request, response) if _shown_as_page(request) else response

    async def on_http(request: Request, error: Exception) -> Response:
        return refused(request, await problems.on_http(request, error))

    async def on_defect(request: Request, error: Exception) -> Response:
        return refused(request, await problems.on_defect(request, error))

    app.add_exception_handler(Exception, on_defect)
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
