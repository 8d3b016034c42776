"""The documentation: interactive (`/docs`), for programs (`/llms.txt`, `/openapi.json`), and the stories.

Swagger UI is served from our own assets and started by our own script. Its page loads nothing from other hosts and has
no inline script, so the content security policy forbids both.
"""

from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response

from api.http import answers, caching
from api.http.caching import PUBLIC, base
from api.settings import PROJECT

router = APIRouter(include_in_schema=False)

# Swagger UI has inline images in its style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Counterclaim</title>
<link rel="icon" href="static-offline-docs/favicon.png">
<link rel="stylesheet" href="static-offline-docs/swagger-ui.css">
<link rel="stylesheet" href="docs/start.css">
<nav>
<a href="explore">Explore</a> · <a href="docs/story">Two stories, request by request</a> ·
<a href="vocabulary">Every word and what it means</a> · <a href="openapi.json">For machines</a>
</nav>
<div id="docs"></div>
<script src="static-offline-docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
"""
STORY = PROJECT / "docs" / "story.md"
ASSETS = {
    "favicon.png": "image/png",
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
# The script removes default values from requests, and so from the curl command that is shown.
START = """const resolved = (spec, part) =>
  part.$ref ? part.$ref.split("/").slice(1).reduce((found, step) => found[step], spec) : part;

const unsaid = (spec) => Object.entries(spec.paths).map(([path, { get }]) => ({
  path: new RegExp(path.replace(/[.]/g, "\\\\.").replace(/[{][^}]*[}]/g, "[^/]+") + "$"),
  defaults: (get.parameters || [])
    .map((part) => resolved(spec, part))
    .filter(({ schema }) => schema && schema.default !== undefined)
    .map(({ name, schema }) => [name, String(schema.default)]),
}));

fetch("openapi.json").then((answer) => answer.json()).then((spec) => {
  const operations = unsaid(spec);
  spec.servers = [{ url: new URL(spec.servers[0].url, location).href.replace(/[/]$/, "") }];
  SwaggerUIBundle({
    spec,
    dom_id: "#docs",
    deepLinking: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor(request) {
      const url = new URL(request.url, location);
      const asked = operations.find(({ path }) => path.test(url.pathname));
      for (const [name, value] of asked ? asked.defaults : []) {
        const given = url.searchParams.getAll(name);
        if (given.length === 1 && given[0] === value) url.searchParams.delete(name);
      }
      request.url = url.href;
      return request;
    },
  });
});
"""
STYLE = """nav { margin: 1rem auto; max-width: 1460px; padding: 0 20px; font: 15px/1.6 sans-serif; }
.swagger-ui .opblock-body, .swagger-ui .responses-inner, .swagger-ui .model-box { overflow-x: auto; }
.swagger-ui .curl-command pre, .swagger-ui .request-url pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.swagger-ui .markdown code, .swagger-ui .opblock-summary-path { overflow-wrap: anywhere; }
.swagger-ui .info .title { overflow-wrap: anywhere; }
@media (max-width: 700px) {
  .swagger-ui .response-col_links { display: none; }
  .swagger-ui .wrapper { padding: 0 8px; }
  .swagger-ui .parameters-col_name { min-width: 0; }
}
"""


@router.get("/docs")
async def get_docs(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """The interactive documentation."""
    page = caching.fixed(request, PAGE.encode(), "text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = POLICY
    return page


@router.get("/docs/start.js")
async def get_docs_start(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Starts Swagger UI."""
    return caching.fixed(request, START.encode(), "text/javascript; charset=utf-8")


@router.get("/docs/start.css")
async def get_docs_style(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Styles that fit Swagger UI to the width of a phone."""
    return caching.fixed(request, STYLE.encode(), "text/css; charset=utf-8")


@router.get("/docs/story")
async def get_story(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Two stories, told by requests and responses."""
    if not STORY.exists():  # only in a clone and in the image built from it
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return caching.fixed(request, STORY.read_bytes(), "text/plain; charset=utf-8")


@router.get("/openapi.json")
async def get_document(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """The OpenAPI document."""
    document = request.app.openapi()
    prefix = PUBLIC.get().prefix
    if prefix:
        document = {**document, "servers": [{"url": prefix}]}
    return caching.fixed(request, orjson.dumps(document), answers.JSON)


@router.get("/static-offline-docs/{name}")
async def get_asset(request: Request, name: str, _: Annotated[answers.Nothing, Query()]) -> Response:
    """An asset of Swagger UI."""
    if name not in ASSETS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return caching.fixed(request, _asset(name), ASSETS[name])


@cache
def _asset(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()


LLMS_TEXT = """# Counterclaim

> Events of armed conflict, with who said what about them, and when. Nothing here is a bare fact: an event is something
> said to have happened, and its status is derived from claims, which `because` names. Say who said a thing and when.

Read-only JSON over HTTP, without a key. Unset filters set no condition, a repeated one means any of its values, and
unknown parameters and values are refused (422) with suggestions. Dates may be imprecise: `match=possible` (may have
been) or `certain`. `as_of=2022-07-02` counts only claims certainly made by that day, with `known=possible` also those
that may have been. Follow `links.next`.

## Ask

- [Events]({root}/events): by party, kind, location, date_from, date_to, q, disputed, status, as_of
- [Claims]({root}/claims): by speaker, party, event, stance, aspect, said_from, said_to, source, flag
- [Disputes]({root}/disputes): who holds what against whom, since when
- [Briefing]({root}/briefing?date_from=2022-07-03): what became known on a day
- [One event]({root}/events/capture-of-lysychansk), and [its claims]({root}/events/capture-of-lysychansk/claims)
- [Sources]({root}/sources), [actors]({root}/actors), [locations]({root}/locations), [datasets]({root}/datasets)
- [Words]({root}/vocabulary): every vocabulary, with what its words mean

## Described

- [OpenAPI]({root}/openapi.json), and [the same to try out]({root}/docs)
- [JSON-LD terms]({root}/ns): lists and records are JSON-LD for `Accept: application/ld+json`
- [OGC API Features]({root}/ogc): for maps
"""
ASSISTANTS = "- Model Context Protocol (streamable HTTP): POST {root}/mcp\n"


@router.get("/llms.txt")
async def get_llms_text(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """An overview for language models."""
    text = LLMS_TEXT + ASSISTANTS if request.app.state.assistants.installed else LLMS_TEXT
    return caching.fixed(request, text.format(root=base(request)).encode(), "text/plain; charset=utf-8")
