"""Whether a request can be read at all: what is decoded loosely would be answered as something else."""

import re
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from api.errors import BadParameters, Refused, bad
from api.http.problems import Problem
from api.settings import Settings

# Control characters, line separators, and marks that change the direction of what follows them.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_HALF_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ENCODED_SLASH = re.compile(rb"%2f|%5c", re.IGNORECASE)
_SHOWN = 40


def refusal(scope: Scope, settings: Settings) -> Refused | None:
    """Why a request is not looked at any further, if so."""
    path, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(path) + len(query) > settings.url_bytes:
        return Problem("too-large", f"The path and query are longer than {settings.url_bytes} bytes.")
    if b"%" in path or b"%" in query or not (path.isascii() and query.isascii()):
        found = _illegible("path", path) or _illegible("query", query.replace(b"+", b" "))
        if found is not None:
            return found
        if _ENCODED_SLASH.search(path):
            return Problem("malformed-request", "The path holds an encoded slash, which no path of this service has.")
    return _oversized(query, settings) if query else None


def _illegible(name: str, part: bytes) -> Refused | None:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        return Problem("malformed-request", f"The {name} is not valid UTF-8.")
    if CONTROL.search(text):
        return Problem("malformed-request", f"The {name} holds control characters.")
    if _HALF_ENCODED.search(part):
        return Problem("malformed-request", f"The {name} holds a % that encodes nothing; write %25.")
    return None


def _oversized(query: bytes, settings: Settings) -> Refused | None:
    if query.count(b"&") >= settings.parameters:
        return BadParameters(bad("query", None, f"has more than {settings.parameters} parameters"))
    if len(query) <= settings.parameter_bytes:
        return None
    for part in query.split(b"&"):
        if len(part) > settings.parameter_bytes:
            name = unquote_to_bytes(part.partition(b"=")[0]).decode()[:_SHOWN]
            return BadParameters(bad(name, None, f"is longer than {settings.parameter_bytes} bytes as sent"))
    return None
