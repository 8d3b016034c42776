"""Why a request is not looked at any further: by the letter of HTTP (RFC 9110, 9112), or for what it can be read as.

Beyond what a parser refuses; and what is decoded loosely would be answered as something else.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from api.errors import BadParameters, Refused, bad
from api.http.problems import Problem
from api.settings import Settings

METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH", b"QUERY"})
"""Those of RFC 9110 and 5789, and QUERY, which is about to be one: those that are refused here are still known."""
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LINE = re.compile(rb"(%b) (\S+) HTTP/(\d)\.(\d)\r?" % _TOKEN)
_SCHEME = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*)://")
_NAME = rb"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
_HOST = re.compile(rb"(?:%b|\[[0-9A-Fa-f:.]+\]|\[v[0-9A-Fa-f]+\.[\w.~!$&'()*+,;=:-]+\])(?::\d{0,5})?" % _NAME)

Refusal = tuple[str, str]
"""The type of problem and what is wrong."""
_FRAGMENT: Refusal = (
    "malformed-request",
    "The address of the request holds a #, which ends an address; write %23.",
)
_HOSTS: Refusal = "malformed-request", "The request names no host, or several."
_NO_HOST: Refusal = "malformed-request", "The Host of the request is no name and no address of a host."
_TARGET: Refusal = "malformed-request", "The target of the request is neither a path nor an http or https address."
_CODING: Refusal = "not-implemented", "The request has a transfer coding other than chunked."
_VERSION: Refusal = "version-not-supported", "The request is of another version than HTTP/1.1 or HTTP/1.0."
_METHOD: Refusal = "not-implemented", "The method of the request is none that this service knows."
# Control characters, line separators, and marks that change the direction of what follows them.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_HALF_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ENCODED_SLASH = re.compile(rb"%2f|%5c", re.IGNORECASE)
_SHOWN = 40


def refused_line(line: bytes) -> Refusal | None:
    """Why a line that no parser takes is refused, where it is the line of a request at all."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    if found[3] != b"1":
        return _VERSION
    return None if found[1] in METHODS else _METHOD


def refused_head(method: bytes, target: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
    """Why a request is refused that a parser has taken; header names are in small letters."""
    if not version.startswith("1."):
        return _VERSION
    if method not in METHODS:
        return _METHOD
    if b"#" in target:
        return _FRAGMENT
    scheme = _SCHEME.match(target)
    if scheme[1].lower() not in {b"http", b"https"} if scheme else not target.startswith((b"/", b"*")):
        return _TARGET
    if target == b"*" and method != b"OPTIONS":
        return _TARGET
    return _refused_fields(version, headers)


def _refused_fields(version: str, headers: Sequence[tuple[bytes, bytes]]) -> Refusal | None:
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 and (hosts or version == "1.1"):
        return _HOSTS
    if hosts and not _HOST.fullmatch(hosts[0].strip()):
        return _NO_HOST
    codings = b",".join([value for name, value in headers if name == b"transfer-encoding"])
    return _CODING if codings and codings.strip().lower() != b"chunked" else None


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
