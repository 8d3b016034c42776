"""The documentation to be tried out: Swagger UI from assets of our own, started by a script of our own.

Its page names no other host and holds no inline script, so that its content security policy can forbid both.
"""

from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.http import answers, caching
from api.http.addresses import PUBLIC

router = APIRouter(include_in_schema=False)

# Swagger UI sets style attributes of its own, and has small pictures in its style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Counterclaim</title>
<link rel="icon" href="static-offline-docs/favicon.png">
<link rel="stylesheet" href="static-offline-docs/swagger-ui.css">
<div id="docs"></div>
<script src="static-offline-docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
"""
ASSETS = {
    "favicon.png": "image/png",
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""


@router.get("/docs")
async def get_docs(_: Annotated[answers.Nothing, Query()]) -> Response:
    """Every question that is answered, to be tried out."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
async def get_docs_start(_: Annotated[answers.Nothing, Query()]) -> Response:
    """Starts Swagger UI."""
    return Response(START, media_type="text/javascript")


@router.get("/openapi.json")
async def get_document(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """What all of this is, for programs."""
    document = request.app.openapi()
    prefix = PUBLIC.get().prefix
    if prefix:
        document = {**document, "servers": [{"url": prefix}]}
    return caching.fixed(request, orjson.dumps(document), answers.JSON)


@router.get("/static-offline-docs/{name}")
async def get_asset(request: Request, name: str, _: Annotated[answers.Nothing, Query()]) -> Response:
    """A part of Swagger UI."""
    if name not in ASSETS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return caching.fixed(request, _asset(name), ASSETS[name])


@cache
def _asset(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()
